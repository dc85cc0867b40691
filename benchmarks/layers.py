"""Made-up layers of units with winding borders, of which it is known who became whom.

Units are groups of cells of one coverage. Between the layers some merge, some give one of their
cells to a neighbour; each layer is then generalised in its own way, so that every border is drawn
twice. Larger layers are the same ground laid side by side.
"""

from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

WIDTH_M = 3000
_ORIGIN_M = np.array([400_000, 6_000_000])
_GAP_M = 5000
_DOUBLE_SHARE = 0.02
_MERGED_SHARE = 0.033
_STEP_M = 110
_TOLERANCES_M = (38.0, 52.0)
_LESSER_CELL = 0.46
_CRS = 25832


@dataclass(frozen=True)
class MadeLayers:
    """Two layers and the truth.

    ``before`` and ``after`` have ``uid`` and outlines; ``truth`` has ``from_id``, ``to_id``,
    ``main`` (bool: not the cell that was given away).
    """

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    truth: pd.DataFrame


def winding(xy: Any) -> Any:
    """Bend straight borders, the same way wherever they are met."""
    x, y = xy.T
    east = 60 * np.sin(x / 170 + y / 310) + 25 * np.sin(x / 41) * np.cos(y / 37)
    north = 60 * np.cos(y / 190 - x / 290) + 25 * np.cos(x / 43) * np.sin(y / 47)
    return xy + np.stack([east, north], axis=1)


def made_layers(side: int, *, seed: int = 0) -> MadeLayers:
    """Return layers of a little fewer than side × side units, the same for the same seed."""
    rng = np.random.default_rng(seed)
    straight = _straight_cells(side, rng)
    first, second = _touching(straight)
    cells = shapely.transform(shapely.segmentize(straight, _STEP_M), winding)
    unit = np.arange(len(cells))
    # Units of two cells, then mergers and cells given away, each in a place of its own.
    free = np.ones(len(cells), dtype=bool)
    doubles = _taken(first, second, free, int(_DOUBLE_SHARE * len(cells)), rng)
    unit[doubles[:, 1]] = doubles[:, 0]
    later = unit.copy()
    area = shapely.area(cells)
    moved: list[tuple[int, int]] = []
    for one, other in doubles[: len(doubles) // 2].tolist():
        lesser, larger = sorted((one, other), key=lambda cell: area[cell])
        near = second[(first == lesser) & free[second]]
        if area[lesser] < _LESSER_CELL * (area[lesser] + area[larger]) and len(near):
            # The unit goes by its first cell; the one that is given away joins its neighbour.
            later[[one, other]] = larger
            later[lesser] = near[0]
            moved.append((lesser, int(near[0])))
            free[near[0]] = False
    mergers = _taken(first, second, free, int(_MERGED_SHARE * len(cells)), rng)
    later[mergers[:, 1]] = mergers[:, 0]
    given = np.isin(np.arange(len(cells)), [cell for cell, _taker in moved])
    links = pd.DataFrame({"from_id": unit, "to_id": later, "main": ~given})
    links = links.groupby(["from_id", "to_id"], as_index=False)["main"].any()
    before, after = (
        _layer(cells, of, tolerance, name)
        for of, tolerance, name in zip((unit, later), _TOLERANCES_M, "ba", strict=True)
    )
    truth = links.assign(
        from_id=[f"b{cell}" for cell in links["from_id"]],
        to_id=[f"a{cell}" for cell in links["to_id"]],
    )
    return MadeLayers(before, after, truth)


def side_by_side(made: MadeLayers, times: int) -> MadeLayers:
    """Lay the same ground out several times, ids and truth with it."""
    across = int(np.ceil(np.sqrt(times)))
    west, south, east, north = made.before.total_bounds
    width, height = east - west + _GAP_M, north - south + _GAP_M
    ways = [(number % across * width, number // across * height) for number in range(times)]

    def laid(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        shapes = layer.geometry.to_numpy()
        copies = [shapely.transform(shapes, lambda xy, way=way: xy + way) for way in ways]
        ids = [f"{uid}-{number}" for number in range(times) for uid in layer["uid"]]
        return gpd.GeoDataFrame({"uid": ids}, geometry=np.concatenate(copies), crs=layer.crs)

    truth = pd.concat(
        [
            made.truth.assign(
                from_id=made.truth["from_id"] + f"-{number}",
                to_id=made.truth["to_id"] + f"-{number}",
            )
            for number in range(times)
        ],
        ignore_index=True,
    )
    return MadeLayers(laid(made.before), laid(made.after), truth)


def _straight_cells(side: int, rng: np.random.Generator) -> Any:
    steps = np.stack(np.meshgrid(np.arange(side), np.arange(side)), -1).reshape(-1, 2)
    seeds = (steps + rng.uniform(-0.35, 0.35, steps.shape)) * WIDTH_M + _ORIGIN_M
    frame = shapely.box(*(seeds.min(axis=0) - WIDTH_M / 2), *(seeds.max(axis=0) + WIDTH_M / 2))
    cells = shapely.voronoi_polygons(shapely.multipoints(seeds), extend_to=frame)
    return shapely.intersection(shapely.get_parts(cells), frame)


def _touching(cells: Any) -> tuple[Any, Any]:
    """Return pairs of cells that share a border, each pair both ways round."""
    first, second = shapely.STRtree(cells).query(cells, predicate="touches")
    border = shapely.length(shapely.intersection(cells[first], cells[second]))
    long = border > WIDTH_M / 10
    return first[long], second[long]


def _taken(first: Any, second: Any, free: Any, count: int, rng: np.random.Generator) -> Any:
    """Take pairs of free neighbours by chance; none of them stays free."""
    pairs: list[tuple[int, int]] = []
    for at in rng.permutation(len(first)).tolist():
        one, other = int(first[at]), int(second[at])
        if free[one] and free[other]:
            pairs.append((one, other))
            free[[one, other]] = False
            if len(pairs) == count:
                break
    return np.array(pairs, dtype=np.int64).reshape(-1, 2)


def _layer(cells: Any, unit: Any, tolerance_m: float, name: str) -> gpd.GeoDataFrame:
    units, which = np.unique(unit, return_inverse=True)
    order = np.argsort(which, kind="stable")
    groups = np.split(cells[order], np.flatnonzero(np.diff(which[order])) + 1)
    shapes = np.array(
        [group[0] if len(group) == 1 else shapely.union_all(group) for group in groups]
    )
    drawn = shapely.make_valid(shapely.coverage_simplify(shapes, tolerance_m))
    return gpd.GeoDataFrame({"uid": [f"{name}{cell}" for cell in units]}, geometry=drawn, crs=_CRS)
