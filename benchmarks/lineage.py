"""Who became whom at 36,100 → about 34,900 units, against geopandas' overlay of the same layers.

Made-up units with winding borders; the later layer is simplified differently, so that every border
is drawn twice, and has mergers. Each run is a process of its own, in turn; both start from layers
in memory. Ours finds shifts, links, events and evidence; the overlay only the pieces.

Run with ``python -m benchmarks.lineage``.
"""

import json
import resource
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import shapely

from benchmarks.importing import line
from geo_tracker.lineage.comparison import compared_layers

SIDE = 190
WIDTH_M = 3000
MERGERS = 1200
PAIRS = 3


def winding(xy: Any) -> Any:
    """Bend straight borders, the same way wherever they are met."""
    x, y = xy.T
    east = 60 * np.sin(x / 170 + y / 310) + 25 * np.sin(x / 41) * np.cos(y / 37)
    north = 60 * np.cos(y / 190 - x / 290) + 25 * np.cos(x / 43) * np.sin(y / 47)
    return xy + np.stack([east, north], axis=1)


def write_layers(folder: Path) -> None:
    """Write the layers before and after."""
    rng = np.random.default_rng(0)
    steps = np.stack(np.meshgrid(np.arange(SIDE), np.arange(SIDE)), -1).reshape(-1, 2)
    seeds = (steps + rng.uniform(-0.35, 0.35, steps.shape)) * WIDTH_M + [400_000, 6_000_000]
    frame = shapely.box(*(seeds.min(axis=0) - WIDTH_M / 2), *(seeds.max(axis=0) + WIDTH_M / 2))
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=frame)
    straight = shapely.intersection(shapely.get_parts(cells), frame)
    before = shapely.make_valid(shapely.transform(shapely.segmentize(straight, 110), winding))
    after = shapely.coverage_simplify(before, 40.0)
    tree = shapely.STRtree(before)
    left = np.ones(len(before), dtype=bool)
    done: set[int] = set()
    for unit in rng.choice(len(before), MERGERS, replace=False).tolist():
        near = [int(n) for n in tree.query(before[unit], predicate="touches") if n not in done]
        if unit in done or not near:
            continue
        after[unit] = shapely.union(after[unit], after[near[0]])
        left[near[0]] = False
        done |= {unit, near[0]}
    for name, shapes in (("before", before), ("after", shapely.make_valid(after[left]))):
        ids = [f"{name}{number}" for number in range(len(shapes))]
        layer = gpd.GeoDataFrame({"uid": ids}, geometry=shapes, crs=25832)
        layer.to_file(folder / f"{name}.gpkg")


def child(which: str, folder: Path) -> None:
    """Compare once and print seconds and peak memory."""
    before, after = (gpd.read_file(folder / f"{name}.gpkg") for name in ("before", "after"))
    begun = time.perf_counter()
    if which == "ours":
        layers = [
            layer.set_index("uid").assign(name=None, stat_code=None) for layer in (before, after)
        ]
        begun = time.perf_counter()
        compared_layers(*layers)
    else:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            gpd.overlay(before, after, how="intersection")
    seconds = time.perf_counter() - begun
    peak_mb = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(json.dumps({"seconds": seconds, "peak_mb": peak_mb}))


def measured(which: str, folder: Path) -> dict[str, float]:
    """Run one comparison in a process of its own."""
    command = [sys.executable, "-m", "benchmarks.lineage", which, str(folder)]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def main() -> None:
    """Print medians, spreads and ratios."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        write_layers(folder)
        pairs = [(measured("ours", folder), measured("overlay", folder)) for _ in range(PAIRS)]
    print("lineage of 36,100 units, borders of both layers generalised differently")
    for key, aim in (("seconds", 0.15), ("peak_mb", 0.5)):
        print(line(f"ours, {key}", [mine[key] for mine, _ in pairs]))
        print(line(f"overlay, {key}", [peer[key] for _, peer in pairs]))
        ratios = [mine[key] / peer[key] for mine, peer in pairs]
        print(line(f"ratio of {key}", ratios), f"aim ≤ {aim}")


if __name__ == "__main__":
    if len(sys.argv) > 1:
        child(sys.argv[1], Path(sys.argv[2]))
    else:
        main()
