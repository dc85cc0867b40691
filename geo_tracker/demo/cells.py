"""Made-up villages: relaxed Voronoi cells inside real county outlines, sharing every edge."""

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_tracker.demo.reference import FILES_CRS

GRID_M = 1 / 64
"""Coordinates lie on this grid: finer than the outlines' own 0.1 m, and short in binary."""

RELAXATIONS = 3
"""Lloyd's steps: enough against needles, few enough that cells differ in size as villages do."""


MARGIN = 0.25
"""How far points keep from the outline, as a share of a cell's usual width."""


def _points_inside(
    outline: shapely.Polygon, count: int, rng: np.random.Generator
) -> NDArray[np.float64]:
    low, high = np.reshape(outline.bounds, (2, 2))
    found = np.empty((0, 2))
    while len(found) < count:
        drawn = rng.uniform(low, high, (2 * count + 10, 2))
        inside = drawn[shapely.contains_xy(outline, drawn[:, 0], drawn[:, 1])]
        found = np.concatenate([found, inside])
    return found[:count]


def _largest_part(shape: shapely.Geometry) -> shapely.Polygon:
    parts = shapely.get_parts(shape)
    return parts[np.argmax(shapely.area(parts))]


def _clipped_voronoi(outline: shapely.Polygon, points: NDArray[np.float64]) -> NDArray[np.object_]:
    if len(points) == 1:
        return np.array([outline], dtype=object)
    diagram = shapely.voronoi_polygons(
        shapely.multipoints(points), extend_to=outline.envelope, ordered=True
    )
    shapely.prepare(outline)
    raw = shapely.get_parts(diagram)
    outside = ~shapely.contains_properly(outline, raw)
    raw[outside] = shapely.intersection(raw[outside], outline)
    return np.asarray(raw, dtype=object)


def relaxed_cells(
    outline: shapely.Polygon, count: int, rng: np.random.Generator
) -> NDArray[np.object_]:
    """Cut an outline into relaxed Voronoi cells.

    Parameters
    ----------
    outline : Polygon
        In a metric CRS.
    count : int
        How many cells.
    rng : Generator
        Where the first points come from.

    Returns
    -------
    ndarray of geometry
        ``count`` cells that fill the outline. Where the outline is hollow a cell can have parts.

    Notes
    -----
    Lloyd (1982), *Least squares quantization in PCM*: each step moves every point to its cell's
    centroid.
    """
    # Points keep clear of the outline, or its spikes would become villages of their own.
    clearance_m = MARGIN * np.sqrt(outline.area / count)
    core = outline.buffer(-clearance_m)
    core = core if not core.is_empty else outline
    shapely.prepare(core)
    points = _points_inside(core, count, rng)
    for _ in range(RELAXATIONS):
        main = np.array([_largest_part(cell) for cell in _clipped_voronoi(outline, points)])
        centres = shapely.get_coordinates(shapely.centroid(main))
        is_clear = shapely.contains_xy(core, centres[:, 0], centres[:, 1])
        points = np.where(is_clear[:, None], centres, points)
    return _clipped_voronoi(outline, points)


def _adopted(
    faces: NDArray[np.object_], owner: NDArray[np.int64], county: NDArray[np.int64]
) -> None:
    """Give faces cut off from their cell's largest one to the neighbour they share most with."""
    by_size = np.lexsort((-shapely.area(faces), owner))
    first = np.r_[True, np.diff(owner[by_size]) > 0]
    orphans = set(by_size[~first].tolist())
    tree = shapely.STRtree(faces)
    abroad = False
    while orphans:
        waiting = len(orphans)
        for orphan in sorted(orphans):
            near = [
                other
                for other in tree.query(faces[orphan], predicate="touches")
                if other not in orphans
                and (abroad or county[owner[other]] == county[owner[orphan]])
            ]
            shared = shapely.length(shapely.intersection(faces[near], faces[orphan]))
            if near and shared.max() > 0:
                owner[orphan] = owner[near[int(shared.argmax())]]
                orphans.discard(orphan)
        # A scrap pinched off by the grid may touch only the county next door.
        abroad = len(orphans) == waiting


def village_cells(
    outlines: gpd.GeoDataFrame, counts: pd.Series, rng: np.random.Generator
) -> gpd.GeoDataFrame:
    """Fill all counties with cells, as one coverage.

    Parameters
    ----------
    outlines : GeoDataFrame
        Valid polygons in a metric CRS that share their edges, indexed by ``county_code``.
    counts : Series
        Cells per county, indexed by ``county_code``.
    rng : Generator
        Same state, same cells.

    Returns
    -------
    GeoDataFrame
        One polygon per cell with ``county_code``; neighbours share their edges vertex for vertex,
        also across county borders. Coordinates lie on `GRID_M`.
    """
    drawn = [
        relaxed_cells(outline, int(counts[code]), rng)
        for code, outline in outlines.geometry.items()
    ]
    county = np.repeat(np.arange(len(drawn)), [len(cells) for cells in drawn])
    cells = np.concatenate(drawn)
    # Noding everything at once on a grid is what makes edges meet exactly, also where
    # a cell of one county ends in the middle of another county's edge.
    lines = np.concatenate([shapely.boundary(cells), outlines.boundary.to_numpy()])
    noded = shapely.union_all(lines, grid_size=GRID_M)
    faces = np.asarray(shapely.get_parts(shapely.polygonize([noded])), dtype=object)
    inside = shapely.point_on_surface(faces)
    face, cell = shapely.STRtree(cells).query(inside, predicate="within")
    faces, owner = faces[face], cell.astype(np.int64)
    _adopted(faces, owner, county)
    order = np.argsort(owner, kind="stable")
    starts = np.flatnonzero(np.r_[True, np.diff(owner[order]) > 0])
    merged = [
        faces[group[0]] if len(group) == 1 else shapely.coverage_union_all(faces[group])
        for group in np.split(order, starts[1:])
    ]
    codes = outlines.index.to_numpy()[county]
    return gpd.GeoDataFrame(
        {"county_code": codes}, geometry=[_largest_part(cell) for cell in merged], crs=FILES_CRS
    )
