"""Who became whom: our comparison of two layers against plain tools, on the same made-up layers.

At 36,000 units against geopandas' overlay, from layers in memory and from files; laid side by side
to 70,000 and 690,000 units against a plain STRtree with intersections. Every run is a process of
its own, in turn. Ours finds shifts, links, events and evidence; the peers only the pieces. That
ours finds the right ones is checked in every run.

Run with ``python -m benchmarks.lineage``; ``--quick`` looks at 400 units only, ``--large`` at
690,000 too, which takes a while.
"""

import json
import os
import subprocess
import sys
import tempfile
import time
import warnings
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from benchmarks.importing import line
from benchmarks.layers import made_layers, side_by_side
from geo_tracker.lineage.comparison import compared_layers

SIDE = 192
QUICK_SIDE = 20
ROUNDS = 3
TIMES = (2, 19)
NAMES = ("before", "after")


def write(folder: Path, side: int, times: int) -> None:
    """Write both layers and the truth, and say what is in them."""
    made = made_layers(side)
    if times > 1:
        made = side_by_side(made, times)
    folder.mkdir()
    for name, layer in zip(NAMES, (made.before, made.after), strict=True):
        pyogrio.write_dataframe(layer, folder / f"{name}.gpkg")
    made.truth.to_csv(folder / "truth.csv", index=False)
    units = [layer.geometry.to_numpy() for layer in (made.before, made.after)]
    vertices = [shapely.get_num_coordinates(shapes).mean() for shapes in units]
    print(
        f"\n{len(units[0]):,} → {len(units[1]):,} units of {vertices[0]:.0f} and"
        f" {vertices[1]:.0f} vertices",
        flush=True,
    )


def checked(edges: pd.DataFrame, truth: pd.DataFrame) -> dict[str, float]:
    """Return how right the links are: successors, merged groups, parts that moved."""
    first = edges.loc[edges.groupby("from_id")["shared_m2"].idxmax()]
    found, known = (
        set(zip(table["from_id"], table["to_id"], strict=True))
        for table in (first, truth[truth["main"]])
    )
    groups, right_groups = (
        {frozenset(members) for _unit, members in table.groupby("to_id")["from_id"]}
        for table in (first, truth[truth["main"]])
    )
    every, right = (
        set(zip(table["from_id"], table["to_id"], strict=True)) for table in (edges, truth)
    )
    moved = right - known
    return {
        "successors": len(found & known) / len(known),
        "groups": len(groups & right_groups) / len(right_groups),
        "moved_parts_found": len(every & moved) / max(len(moved), 1),
        "links_too_many": len(every - right),
    }


def ours(folder: Path) -> dict[str, float]:
    """Compare layers in memory."""
    layers = [layer.set_index("uid").assign(name=None, stat_code=None) for layer in _layers(folder)]
    begun = clocks()
    edges = compared_layers(*layers).edges
    return since(begun) | checked(edges, _truth(folder))


def overlay(folder: Path) -> dict[str, float]:
    """Overlay layers in memory."""
    before, after = _layers(folder)
    begun = clocks()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        gpd.overlay(before, after, how="intersection")
    return since(begun)


def plain(folder: Path) -> dict[str, float]:
    """Intersect every pair that an STRtree finds."""
    old, new = (layer.geometry.to_numpy() for layer in _layers(folder))
    begun = clocks()
    one, other = shapely.STRtree(new).query(old, predicate="intersects")
    shapely.area(shapely.intersection(old[one], new[other]))
    return since(begun)


def clocks() -> tuple[float, float]:
    """Return the wall's clock and the processors' time."""
    return time.perf_counter(), time.process_time()


def since(begun: tuple[float, float]) -> dict[str, float]:
    """Return seconds gone by both clocks."""
    return {"seconds": time.perf_counter() - begun[0], "cpu_s": time.process_time() - begun[1]}


def _layers(folder: Path) -> list[gpd.GeoDataFrame]:
    return [gpd.read_file(folder / f"{name}.gpkg") for name in NAMES]


def _truth(folder: Path) -> pd.DataFrame:
    return pd.read_csv(folder / "truth.csv")


RUNS = {"ours": ours, "overlay": overlay, "plain": plain}


def child(which: str, folder: Path) -> None:
    """Run one comparison and print what it took."""
    print(json.dumps(RUNS[which](folder)))


def measured(which: str, folder: Path) -> dict[str, float]:
    """Return seconds (of the comparison, of the process, of processors) and peak memory."""
    edges = folder / "edges.csv"
    command = ["-m", "benchmarks.lineage", which, str(folder)]
    if which == "command":
        files = [str(folder / f"{name}.gpkg") for name in NAMES]
        command = ["-m", "geo_tracker", "lineage", *files, "--out", str(edges)]
    begun = time.perf_counter()
    with subprocess.Popen(
        [sys.executable, *command], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
    ) as process:
        told = process.stdout.read() if process.stdout else ""
        _pid, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    process_s = time.perf_counter() - begun
    if process.returncode:
        raise SystemExit(f"{which} ended with {process.returncode}")
    found: dict[str, float] = json.loads(told.splitlines()[-1]) if told.strip() else {}
    if which == "command":
        found |= checked(pd.read_csv(edges), _truth(folder))
    return found | {
        "process_s": process_s,
        "processor_s": used.ru_utime + used.ru_stime,
        "peak_mb": used.ru_maxrss / 1024,
    }


def at_once(folder: Path, rounds: int) -> None:
    """Print medians, spreads and ratios against the overlay, and how right ours were."""
    runs = [
        {which: measured(which, folder) for which in ("ours", "overlay", "command")}
        for _round in range(rounds)
    ]
    for which, aims, title in (
        ("ours", {"seconds": 0.15, "cpu_s": 0, "peak_mb": 0.5}, "from layers in memory"),
        (
            "command",
            {"process_s": 0.15, "processor_s": 0, "peak_mb": 0.5},
            "the whole command with reading and writing, against reading and overlay",
        ),
    ):
        print(f"\n{title}")
        for key, aim in aims.items():
            print(line(f"{which}, {key}", [run[which][key] for run in runs]))
            print(line(f"overlay, {key}", [run["overlay"][key] for run in runs]))
            ratios = [run[which][key] / run["overlay"][key] for run in runs]
            print(line(f"ratio of {key}", ratios), f"aim ≤ {aim}" if aim else "")
        print_right(runs[-1][which])


def print_right(found: dict[str, Any]) -> None:
    """Print how right a run of ours was."""
    print(
        f"right successors {found['successors']:.4f}, groups {found['groups']:.4f}, moved parts"
        f" found {found['moved_parts_found']:.4f}, links too many {found['links_too_many']:.0f}"
    )


def make(folder: Path, side: int, times: int) -> None:
    """Write layers, in a process of its own: what a parent holds would count as its children's."""
    command = ["-m", "benchmarks.lineage", "make", str(folder), str(side), str(times)]
    subprocess.run([sys.executable, *command], check=True)


def large(folder: Path) -> None:
    """Print how ours and a plain run grow."""
    seconds: list[float] = []
    for times in TIMES:
        into = folder / f"times{times}"
        make(into, SIDE, times)
        print("from files, one run each")
        mine, peer = measured("command", into), measured("plain", into)
        seconds.append(mine["process_s"])
        print(f"command {mine['process_s']:.1f} s, peak {mine['peak_mb']:.0f} MB (aim ≤ 3000)")
        print(f"plain {peer['process_s']:.1f} s, peak {peer['peak_mb']:.0f} MB")
        print(f"ratio {mine['process_s'] / peer['process_s']:.3f} aim ≤ 0.15")
        print(f"ratio of processor time {mine['processor_s'] / peer['processor_s']:.3f}")
        print_right(mine)
    growth = seconds[-1] / seconds[0] / (TIMES[-1] / TIMES[0])
    print(f"\ngrowth from {TIMES[0]} to {TIMES[-1]} times: {growth:.2f} of linear")


def main(options: list[str]) -> None:
    """Print figures."""
    quick = "--quick" in options
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name) / "once"
        make(folder, QUICK_SIDE if quick else SIDE, 1)
        at_once(folder, 1 if quick else ROUNDS)
        if "--large" in options:
            large(Path(name))


if __name__ == "__main__":
    if sys.argv[1:2] == ["make"]:
        write(Path(sys.argv[2]), int(sys.argv[3]), int(sys.argv[4]))
    elif len(sys.argv) > 1 and sys.argv[1] in RUNS:
        child(sys.argv[1], Path(sys.argv[2]))
    else:
        main(sys.argv[1:])
