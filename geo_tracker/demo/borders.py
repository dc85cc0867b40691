"""Borders that look walked rather than ruled: midpoint displacement between junctions."""

import geopandas as gpd
import numpy as np
import shapely
from numpy.typing import NDArray

from geo_tracker.demo.arcs import Arcs, arcs_of, assembled
from geo_tracker.demo.cells import GRID_M

SPACING_M = 150.0
"""A stretch is halved until its pieces are about this long."""

SWAY = 0.17
"""Standard deviation of a midpoint's sideways step, as a share of the halved stretch."""

CALMINGS = 8
"""How often a border that touches another one is drawn calmer before it is left straight."""

Line = NDArray[np.float64]


def _swayed(line: Line, steps: list[tuple[Line, Line]], calm: float) -> Line:
    """Return the line with each halving's midpoints moved along and aside."""
    for along, aside in steps:
        begin, end = line[:-1], line[1:]
        reach = end - begin
        normal = np.column_stack([-reach[:, 1], reach[:, 0]])
        middle = begin + reach * (0.5 + calm * along[:, None]) + normal * (calm * aside[:, None])
        halved = np.empty((2 * len(line) - 1, 2))
        halved[::2] = line
        halved[1::2] = middle
        line = halved
    return np.round(line / GRID_M) * GRID_M


def _steps(line: Line, rng: np.random.Generator) -> list[tuple[Line, Line]]:
    """Draw how far the midpoints of each halving move, as shares of the stretch they halve."""
    lengths = np.hypot(*np.diff(line, axis=0).T)
    halvings = int(np.clip(np.ceil(np.log2(lengths.mean() / SPACING_M)), 0, 5))
    steps = []
    for halving in range(halvings):
        pieces = (len(line) - 1) * 2**halving
        aside = np.clip(rng.normal(0, SWAY, pieces), -1.7 * SWAY, 1.7 * SWAY)
        steps.append((rng.uniform(-0.1, 0.1, pieces), aside))
    return steps


def _meeting(lines: NDArray[np.object_]) -> set[int]:
    """Return the lines that touch themselves or, other than at their ends, one another."""
    one, other = shapely.STRtree(lines).query(lines, predicate="intersects")
    once = one < other
    one, other = one[once], other[once]
    apart = shapely.relate_pattern(lines[one], lines[other], "FF*F*****")
    looped = np.flatnonzero(~shapely.is_simple(lines))
    return {*one[~apart].tolist(), *other[~apart].tolist(), *looped.tolist()}


def _redrawn(arcs: Arcs, movable: list[bool], rng: np.random.Generator) -> list[Line]:
    straight = [arcs.vertices[list(path)] for path in arcs.paths]
    steps = [
        _steps(line, rng) if moves else [] for line, moves in zip(straight, movable, strict=True)
    ]
    lines = [_swayed(line, drawn, 1.0) for line, drawn in zip(straight, steps, strict=True)]
    calmed = [0] * len(lines)
    while True:
        meeting = [
            arc
            for arc in sorted(_meeting(np.array([shapely.LineString(line) for line in lines])))
            if movable[arc] and calmed[arc] < CALMINGS
        ]
        if not meeting:
            return lines
        for arc in meeting:
            calmed[arc] += 1
            # The last time straight as it came: that is known to meet nothing.
            calm = 0.0 if calmed[arc] == CALMINGS else 0.7 ** calmed[arc]
            lines[arc] = _swayed(straight[arc], steps[arc], calm) if calm > 0 else straight[arc]


def natural_borders(cells: gpd.GeoDataFrame, rng: np.random.Generator) -> gpd.GeoDataFrame:
    """Redraw the borders inside counties so that they look natural.

    Parameters
    ----------
    cells : GeoDataFrame
        Polygons with ``county_code``, a valid coverage in a metric CRS.
    rng : Generator
        Same state, same borders.

    Returns
    -------
    GeoDataFrame
        Same index and columns. Still a valid coverage; borders between counties and the rim have
        not moved.

    Notes
    -----
    Fournier, Fussell & Carpenter (1982), *Computer rendering of stochastic models*: random
    midpoint displacement. Borders that would touch are drawn calmer until they do not.
    """
    arcs = arcs_of(cells.geometry.to_numpy())
    county = cells["county_code"].to_numpy()
    movable = [len(users) == 2 and county[users[0]] == county[users[1]] for users in arcs.users]
    lines = _redrawn(arcs, movable, rng)
    return cells.set_geometry(gpd.GeoSeries(assembled(arcs, lines), cells.index, cells.crs))
