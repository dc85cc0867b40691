"""Towns and counties: joined from their villages, vertex by vertex."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
import shapely

from geo_tracker.maps.generalise import united
from geo_tracker.maps.tile_villages import (
    Floats,
    Geometries,
    Integers,
    Outlines,
    TileVillages,
    kept_outlines,
)

_GAP_M = 0.1
"""A narrower gap between villages of a town is none of its borders."""

_AT_ONCE = 4096
"""About as many villages are read at once."""


@dataclass(frozen=True)
class Groups:
    """Towns or counties.

    Attributes
    ----------
    ids : array of int
        Rising.
    outlines : Outlines
        Polygon or MultiPolygon in ``TILE_CRS``, in the order of the ids.
    bounds : array of shape (n, 4)
        Of each.
    rough : array of int
        Those whose villages do not fit, which are therefore joined on a grid, rising.
    names : list of str
        In the order of the ids; empty where unknown.
    points : array of shape (n, 2)
        A place for the name within each: the middle, where that lies within.
    """

    ids: Integers
    outlines: Outlines
    bounds: Floats
    rough: Integers
    names: list[str]
    points: Floats


_UNKNOWN: Mapping[int, bool] = {}


def towns_of(villages: TileVillages, *, fits: Mapping[int, bool] = _UNKNOWN) -> Groups:
    """Join villages to towns; those whose town is unknown are left out.

    Parameters
    ----------
    villages : TileVillages
        All of the towns wanted.
    fits : mapping, optional
        Whether villages fit, see `Groups`, of towns of which that is known: it takes long to find.
    """
    names = _names(villages, "town")
    return _joined(villages.town_ids, villages.outlines, villages.bounds, names, fits)


def counties_of(
    villages: TileVillages, towns: Groups, *, fits: Mapping[int, bool] = _UNKNOWN
) -> Groups:
    """Join towns to counties; villages whose town is unknown count for themselves.

    Parameters
    ----------
    villages : TileVillages
        All of the counties wanted.
    towns : Groups
        Theirs, as `towns_of` gives them; a town lies in the county of its first village.
    fits : mapping, optional
        As for `towns_of`, of counties.
    """
    towned, first = np.unique(villages.town_ids, return_index=True)
    county_of_town = villages.county_ids[first][np.isin(towned, towns.ids)]
    alone = np.flatnonzero(villages.town_ids <= 0)
    parts = _Both(towns.outlines, len(towns.ids), villages.outlines, alone)
    counties = np.concatenate([county_of_town, villages.county_ids[alone]])
    bounds = np.concatenate([towns.bounds, villages.bounds[alone]])
    return _joined(counties, parts, bounds, _names(villages, "county"), fits)


def _names(villages: TileVillages, level: str) -> dict[int, str]:
    first = villages.facts.drop_duplicates(f"{level}_id")
    return dict(zip(first[f"{level}_id"], first[level], strict=True))


class _Both:
    """Towns, and behind them some villages."""

    def __init__(self, towns: Outlines, count: int, villages: Outlines, alone: Integers) -> None:
        self._towns, self._count = towns, count
        self._villages, self._alone = villages, alone

    def shapes(self, at: Integers) -> Geometries:
        """Return the outlines at some positions."""
        is_town = at < self._count
        found = np.empty(len(at), dtype=object)
        found[is_town] = self._towns.shapes(at[is_town])
        found[~is_town] = self._villages.shapes(self._alone[at[~is_town] - self._count])
        return found


def _joined(
    keys: Integers,
    outlines: Outlines,
    bounds: Floats,
    names: dict[int, str],
    known: Mapping[int, bool],
) -> Groups:
    order = np.argsort(keys, kind="stable")
    order = order[keys[order] > 0]
    ids, firsts = np.unique(keys[order], return_index=True)
    members = np.split(order, firsts[1:]) if len(ids) else []
    fits: list[bool] = []
    points: list[Floats] = [np.empty((0, 2))]

    def batches() -> Iterator[Geometries]:
        start = 0
        while start < len(members):
            stop = start + 1
            count = len(members[start])
            while stop < len(members) and count + len(members[stop]) <= _AT_ONCE:
                count += len(members[stop])
                stop += 1
            some = members[start:stop]
            shapes = outlines.shapes(np.concatenate(some))
            cuts = np.cumsum([len(group) for group in some])[:-1]
            groups = np.split(shapes, cuts)
            for number, group in zip(ids[start:stop].tolist(), groups, strict=True):
                fits.append(known[number] if number in known else fit_together(group))
            joined = zip(groups, fits[start:stop], strict=True)
            unions = _array([united(group, coverage=fit) for group, fit in joined])
            points.append(_places(unions))
            yield unions
            start = stop

    kept = kept_outlines(batches(), count=len(keys))
    reach = np.array(
        [[*bounds[group, :2].min(axis=0), *bounds[group, 2:].max(axis=0)] for group in members]
    )
    return Groups(
        ids,
        kept,
        reach.reshape(-1, 4),
        ids[~np.array(fits, dtype=bool)],
        [names.get(number, "") for number in ids.tolist()],
        np.concatenate(points),
    )


def _places(shapes: Geometries) -> Floats:
    middles = shapely.centroid(shapes)
    beside = ~shapely.contains(shapes, middles)
    middles[beside] = shapely.point_on_surface(shapes[beside])
    found: Floats = shapely.get_coordinates(middles).reshape(-1, 2)
    return found


def fit_together(shapes: Geometries) -> bool:
    """Tell whether outlines share all borders vertex by vertex, but for gaps that one sees."""
    return bool(shapely.coverage_is_valid(shapes, gap_width=_GAP_M))


def _array(shapes: list[shapely.Geometry]) -> Geometries:
    found = np.empty(len(shapes), dtype=object)
    found[:] = shapes
    return found
