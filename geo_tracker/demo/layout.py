"""Where every village lies: cells shared out to towns and groups, and the two layers they make."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from numpy.typing import NDArray

from geo_tracker.crs import AREA_CRS
from geo_tracker.demo import published
from geo_tracker.demo.arcs import neighbours
from geo_tracker.demo.borders import natural_borders
from geo_tracker.demo.cells import village_cells
from geo_tracker.demo.mergers import Group
from geo_tracker.demo.parts import Neighbours, connected_parts, tightened
from geo_tracker.demo.reference import Reference
from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_

LEAST_EDGE_M = 60.0
"""Cells that meet along less than this do not count as neighbours."""

SHUFFLES = 200
TOWN_LAYOUTS = 6


@dataclass(frozen=True)
class Board:
    """The cells as neighbours with places, on which towns and groups are laid out."""

    near: Neighbours
    points: NDArray[np.float64]
    areas_m2: NDArray[np.float64]
    rng: np.random.Generator

    def parts(self, members: set[int], sizes: list[int]) -> list[set[int]] | None:
        """Return connected parts of the members, one per size, or None."""
        return connected_parts(members, sizes, near=self.near, points=self.points, rng=self.rng)


def _spread(parts: list[set[int]], points: NDArray[np.float64]) -> float:
    """Return how far the cells lie from their parts' middles: the sum of squared distances."""
    return sum(
        float(((points[sorted(part)] - points[sorted(part)].mean(axis=0)) ** 2).sum())
        for part in parts
    )


def _town_cells(board: Board, towns: pd.Series, members: set[int]) -> dict[str, set[int]]:
    """Return the cells of each town: the roundest of some layouts."""
    layouts = []
    for _ in range(SHUFFLES):
        parts = board.parts(members, towns.to_list())
        if parts is not None:
            layouts.append(tightened(parts, near=board.near, points=board.points))
        if len(layouts) == TOWN_LAYOUTS:
            break
    if not layouts:
        raise UnusableLayerError(
            N_("The outline around %(town)s cannot be cut into connected towns."),
            town=towns.index[0],
        )
    roundest = min(layouts, key=lambda parts: _spread(parts, board.points))
    return dict(zip(towns.index, roundest, strict=True))


def _with_cited_largest(board: Board, groups: list[Group], parts: list[set[int]]) -> list[set[int]]:
    """Give the published merger, which readers look up first, the widest ground."""
    for cited, group in enumerate(groups):
        if published.STRONG_CODE not in group.former_codes:
            continue
        widest = max(
            (place for place, part in enumerate(parts) if len(part) == len(parts[cited])),
            key=lambda place: min(board.areas_m2[cell] for cell in parts[place]),
        )
        parts[cited], parts[widest] = parts[widest], parts[cited]
    return parts


def _group_cells(
    board: Board, town_code: str, groups: list[Group], members: set[int]
) -> dict[str, int]:
    """Return the cell of each former village, so that every group hangs together."""
    for _ in range(SHUFFLES):
        order = [groups[position] for position in board.rng.permutation(len(groups))]
        parts = board.parts(members, [len(group.former_codes) for group in order])
        if parts is not None:
            return {
                code: int(cell)
                for group, part in zip(order, _with_cited_largest(board, order, parts), strict=True)
                for code, cell in zip(
                    group.former_codes, board.rng.permutation(sorted(part)), strict=True
                )
            }
    raise UnusableLayerError(
        N_("The villages of %(town)s cannot be grouped as the lists demand."), town=town_code
    )


def former_layer(
    reference: Reference,
    groups: dict[str, list[Group]],
    *,
    cells_rng: np.random.Generator,
    borders_rng: np.random.Generator,
    places_rng: np.random.Generator,
) -> gpd.GeoDataFrame:
    """Give every former village a polygon.

    Parameters
    ----------
    reference : Reference
        Lists and outlines.
    groups : dict of str to list of Group
        By ``town_code``; each group's villages come to lie side by side.
    cells_rng, borders_rng, places_rng : Generator
        For the cells, the look of their borders, and who lies where.

    Returns
    -------
    GeoDataFrame
        One polygon per former village, indexed by ``code`` in rising order; a valid coverage whose
        rim and county borders are the real outlines.

    Raises
    ------
    UnusableLayerError
        If an outline does not allow connected towns or groups.
    """
    former = reference.former
    cells = village_cells(reference.outlines, former.groupby("county_code").size(), cells_rng)
    near = neighbours(cells.geometry.to_numpy(), least_edge_m=LEAST_EDGE_M)
    board = Board(
        near,
        shapely.get_coordinates(cells.centroid.to_numpy()),
        cells.area.to_numpy(),
        places_rng,
    )
    cell_of: dict[str, int] = {}
    for county_code, villages in former.groupby("county_code"):
        members = set(np.flatnonzero(cells["county_code"] == county_code).tolist())
        towns = villages.groupby("town_code").size()
        shares = _town_cells(board, towns, members)
        for town_code, town in shares.items():
            cell_of |= _group_cells(board, town_code, groups[town_code], town)
    redrawn = natural_borders(cells, borders_rng).geometry.to_numpy()
    order = [cell_of[code] for code in former.index]
    return gpd.GeoDataFrame(index=former.index, geometry=redrawn[order], crs=cells.crs)


def later_layer(former: gpd.GeoDataFrame, later_codes: pd.Series) -> gpd.GeoDataFrame:
    """Dissolve former villages into later ones.

    Parameters
    ----------
    former : GeoDataFrame
        A valid coverage, indexed by former ``code``.
    later_codes : Series
        What each became, same index.

    Returns
    -------
    GeoDataFrame
        One polygon per later village, indexed by ``code`` in rising order; a valid coverage. An
        untouched village has the very polygon it had before.
    """
    shapes = {
        code: group.iloc[0] if len(group) == 1 else shapely.coverage_union_all(group.to_numpy())
        for code, group in former.geometry.groupby(later_codes)
    }
    index = pd.Index(list(shapes), name="code")
    return gpd.GeoDataFrame(index=index, geometry=list(shapes.values()), crs=former.crs)


def areas_m2(layer: gpd.GeoDataFrame) -> pd.Series:
    """Return the polygons' areas in m² as the rest of the program measures them, to 1 dm²."""
    return layer.to_crs(AREA_CRS).area.round(2)


def seats(layer: gpd.GeoDataFrame) -> gpd.GeoSeries:
    """Return a point inside each polygon: its centroid where that lies inside."""
    centres = layer.centroid
    return centres.where(centres.within(layer.geometry), layer.representative_point())
