"""What an edit of a few villages changes in a tile file: their own tiles, and nothing else.

What a tile shows of a village follows from its own outline and the corners on it, and those from
the villages that touch it. So an edit reaches the edited villages and their neighbours, and the
towns and counties on whose borders they lie.
"""

import gzip
import shutil
import sqlite3
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_tracker.maps.groups import counties_of, fit_together, towns_of
from geo_tracker.maps.pyramid import (
    EDITION,
    metadata_of,
    points_of,
    rough_of,
    shown_of,
    unfinished_file,
)
from geo_tracker.maps.tile_cutting import reached_tiles, tiles_of_zoom
from geo_tracker.maps.tile_file import (
    Points,
    TileFile,
    edition_of,
    place_points,
    rough_groups,
    shown_villages,
    write_metadata,
    write_places,
    write_tiles,
    write_villages,
)
from geo_tracker.maps.tile_layers import (
    COARSE_ZOOMS,
    FINE_ZOOMS,
    LAYERS,
    VILLAGES_FROM,
    Chosen,
    Joined,
    corners_of,
)
from geo_tracker.maps.tile_reading import patched
from geo_tracker.maps.tile_villages import FACTS, Floats, HeldOutlines, TileVillages

_BOUNDS = ["west", "south", "east", "north"]
_MOST = 200
"""More edited villages, or more than a tenth of all, are sooner drawn with the whole layer."""

_LEVELS = (("town_id", "town_border", "towns"), ("county_id", "county_border", "counties"))

OutlinesOf = Callable[[list[int]], Mapping[int, Any]]
"""Gives the outlines of some villages in ``STORAGE_CRS`` by ``unit_id``."""


def edit_pyramid(
    path: Path, *, shown_in: Path, facts: pd.DataFrame, outlines_of: OutlinesOf
) -> bool:
    """Write a tile file that differs from another by the edit of a few villages.

    Parameters
    ----------
    path : Path
        File to write; it appears, or is replaced, only when it is whole.
    shown_in : Path
        The file of before.
    facts : DataFrame
        All villages as they are now, as `TileVillages` has them; all have an outline.
    outlines_of : callable
        Asked for those that were edited, and some around them.

    Returns
    -------
    bool
        False, and nothing is written, where so much was edited that `build_pyramid` is the way, or
        where there is no file of before, or one that an earlier program wrote.

    Notes
    -----
    Tiles are the same, byte by byte, as if all had been cut anew.
    """
    if not shown_in.exists() or edition_of(shown_in) != EDITION:
        return False
    edit = _Edit.between(shown_villages(shown_in), facts.sort_index())
    if edit.count > min(_MOST, len(facts) // 10):
        return False
    scope = _Scope.of(edit, outlines_of, shown_in)
    with unfinished_file(path) as unfinished:
        shutil.copyfile(shown_in, unfinished)
        with (
            closing(sqlite3.connect(unfinished)) as store,
            store,
            closing(TileFile(shown_in)) as old,
        ):
            # Nobody reads the file before it is whole: nothing has to be taken back in it.
            store.execute("PRAGMA journal_mode = OFF")
            write_metadata(store, metadata_of(scope.after, rough=scope.rough))
            gone = scope.before.index.difference(scope.after.index)
            store.executemany(
                "DELETE FROM villages WHERE unit_id = ?", [(n,) for n in gone.tolist()]
            )
            write_villages(store, scope.redrawn_rows())
            for level, touched in scope.touched().items():
                write_places(store, level, scope.names_are[level], gone=touched)
            write_tiles(store, scope.tiles(old))
    return True


@dataclass(frozen=True)
class _Edit:
    """What differs between the villages shown and those that are.

    ``moved`` has the ids of villages that came, went, or changed ground, town or county;
    ``renamed`` those that changed name or code alone.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    moved: pd.Index
    renamed: pd.Index

    @classmethod
    def between(cls, before: pd.DataFrame, after: pd.DataFrame) -> "_Edit":
        both = before.index.intersection(after.index)
        was, now = before.reindex(both), after.reindex(both)
        differs = {name: was[name].to_numpy() != now[name].to_numpy() for name in FACTS}
        renamed = differs.pop("name") | differs.pop("code")
        moved = both[np.logical_or.reduce(list(differs.values()))]
        moved = moved.union(before.index.symmetric_difference(after.index))
        return cls(before, after, moved, both[renamed])

    @property
    def count(self) -> int:
        return len(self.moved.union(self.renamed))


@dataclass(frozen=True)
class _Scope:
    """All that an edit reaches, ready to be cut.

    Attributes
    ----------
    before, after : DataFrame
        All villages with their bounds.
    boxes_were, boxes : _Boxes
        These bounds.
    layer : Joined
        Those reached, and enough around them.
    redrawn : Index
        Ids of villages to be drawn anew, or no longer.
    towns, counties : set of int
        Groups to be drawn anew, or no longer.
    rough : dict
        As `rough_of` gives it, of all groups as they are now.
    is_local : bool
        Whether groups change at most where ``redrawn`` lie: not those that are, or were, joined on
        a grid, which may move them elsewhere.
    names_were, names_are : dict of Points
        Where the names of ``towns`` and ``counties`` stood, and where they stand now.
    """

    before: pd.DataFrame
    after: pd.DataFrame
    boxes_were: "_Boxes"
    boxes: "_Boxes"
    layer: Joined
    redrawn: pd.Index
    towns: set[int]
    counties: set[int]
    rough: dict[str, list[int]]
    is_local: bool
    names_were: dict[str, Points]
    names_are: dict[str, Points]

    @classmethod
    def of(cls, edit: _Edit, outlines_of: OutlinesOf, shown_in: Path) -> "_Scope":
        were_rough = {level: set(some) for level, some in rough_groups(shown_in).items()}
        here = edit.moved.intersection(edit.after.index)
        there = edit.moved.intersection(edit.before.index)
        read = _Read(edit.after, outlines_of)
        before = edit.before
        boxes_were = _Boxes.shown(before)
        boxes = _Boxes(edit.after.index, boxes_were.of(edit.after.index))
        boxes.bounds[boxes.ids.get_indexer(here)] = read.villages(here).bounds
        after = edit.after.assign(**dict(zip(_BOUNDS, boxes.bounds.T, strict=True)))
        places = np.vstack([boxes_were.of(there), boxes.of(here)])
        near = boxes.meeting(places).union(here).union(edit.renamed)
        near_before = boxes_were.meeting(places)
        part = read.villages(boxes.meeting(boxes.of(near)))
        corners, *borders = corners_of(part)
        ids = part.facts.index
        groups: list[set[int]] = []
        fits: list[dict[int, bool]] = []
        is_local = True
        shapes = part.outlines.shapes(slice(None))
        for (column, border, level), found in zip(_LEVELS, borders, strict=True):
            was, now = before[border], pd.Series(found, index=ids)
            same = near.intersection(before.index).difference(edit.moved)
            group_were, group_now = before[column], after[column]
            touched = set(group_were[near_before]) | set(group_now[near])
            # Villages of other groups are what they were, and fit, or do not, as they did.
            changed = set(group_were[there]) | set(group_now[here])
            is_local = (
                is_local
                and touched.isdisjoint(were_rough[level])
                and all(
                    fit_together(shapes[(part.facts[column] == group).to_numpy()])
                    for group in changed - {0}
                )
            )
            reached = was[there].any() or now[here].any() or (was[same] != now[same]).any()
            groups.append(touched if reached or not is_local else set())
            numbers = set(after[column].unique().tolist()) - changed
            fits.append({number: number not in were_rough[level] for number in numbers})
        towns, counties = groups
        of_groups = after.index[after["town_id"].isin(towns) | after["county_id"].isin(counties)]
        if len(of_groups):
            wanted = near.union(of_groups)
            part = read.villages(boxes.meeting(boxes.of(wanted)))
            corners, *borders = corners_of(part)
        members = part.chosen(np.flatnonzero(part.facts.index.isin(of_groups)))
        joined_towns = towns_of(members, fits=fits[0])
        joined_counties = counties_of(members, joined_towns, fits=fits[1])
        layer = Joined(part, joined_towns, joined_counties, corners, *borders)
        redrawn = near.union(near_before)
        rough = {
            level: sorted(were_rough[level] - touched | set(now[level]) & touched)
            for (_column, _border, level), touched, now in (
                (*both, rough_of(layer)) for both in zip(_LEVELS, groups, strict=True)
            )
        }
        touched_now = {"towns": towns - {0}, "counties": counties - {0}}
        were = {
            level: place_points(shown_in, level) if touched else {}
            for level, touched in touched_now.items()
        }
        return cls(
            *(
                before,
                after,
                boxes_were,
                boxes,
                layer,
                redrawn,
                *touched_now.values(),
                rough,
                is_local,
            ),
            *(_of(touched_now, points) for points in (were, points_of(layer))),
        )

    def touched(self) -> dict[str, set[int]]:
        """Return ``towns`` and ``counties`` by level."""
        return {"towns": self.towns, "counties": self.counties}

    def redrawn_rows(self) -> pd.DataFrame:
        """Return what the tile file keeps of the villages drawn anew."""
        return shown_of(self.layer, self._positions())

    def tiles(self, old: TileFile) -> Iterator[tuple[int, int, int, bytes]]:
        """Cut the tiles that change."""
        towns, counties = (
            np.flatnonzero(np.isin(groups.ids, list(wanted)))
            for groups, wanted in (
                (self.layer.towns, self.towns),
                (self.layer.counties, self.counties),
            )
        )
        chosen = Chosen(self._positions(), towns, counties)
        villages = set(self.redrawn.tolist())
        gone = {"villages": villages, "labels": villages}
        gone |= {"towns": self.towns, "town_labels": self.towns}
        gone |= {"counties": self.counties, "county_labels": self.counties}
        near = whole = self._reach(with_groups=False)
        zooms = list(FINE_ZOOMS)
        if self.towns or self.counties:
            whole = self._reach(with_groups=True)
            zooms += COARSE_ZOOMS
        for z, outlines, labels in chosen.at_zooms(self.layer, zooms):
            names = [*(one.name for one in outlines), *(one.name for one in labels)]
            # Here borders of groups, too, are made simpler from corner to corner of villages.
            is_near = self.is_local and z >= VILLAGES_FROM
            reached = reached_tiles(near if is_near else whole, z=z)
            fresh = {
                (x, y): dict(zip(names, contents, strict=True))
                for x, y, contents in tiles_of_zoom(outlines, labels, z=z, only=reached)
            }
            for x, y in sorted(reached):
                packed = old.tile(z, x, y)
                was = gzip.decompress(packed) if packed else b""
                content = patched(was, fresh.get((x, y), {}), gone, order=LAYERS)
                if content != was:
                    yield z, x, y, content

    def _positions(self) -> np.typing.NDArray[np.int64]:
        return np.flatnonzero(self.layer.villages.facts.index.isin(self.redrawn))

    def _reach(self, *, with_groups: bool) -> Floats:
        """Return bounds of all that is or was drawn of what is drawn anew."""
        found = []
        for villages, boxes in ((self.before, self.boxes_were), (self.after, self.boxes)):
            reached = self.redrawn.intersection(villages.index)
            if with_groups:
                of_groups = villages["town_id"].isin(self.towns)
                of_groups |= villages["county_id"].isin(self.counties)
                reached = reached.union(villages.index[of_groups])
            found.append(boxes.of(reached))
        names = [
            2 * point
            for of_level in (*self.names_were.values(), *self.names_are.values())
            for point in of_level.values()
        ]
        return np.vstack([*found, np.array(names, dtype=np.float64).reshape(-1, 4)])


class _Read:
    """Villages with their outlines, each read and moved to ``TILE_CRS`` once."""

    def __init__(self, facts: pd.DataFrame, outlines_of: OutlinesOf) -> None:
        self._facts, self._outlines_of = facts, outlines_of
        self._known: dict[int, tuple[Any, Floats, Floats]] = {}

    def villages(self, ids: pd.Index) -> TileVillages:
        """Return some of the villages, by rising id."""
        missing = [number for number in ids.tolist() if number not in self._known]
        if missing:
            found = self._outlines_of(missing)
            shapes = np.empty(len(missing), dtype=object)
            shapes[:] = [found[number] for number in missing]
            read = TileVillages.of(self._facts.loc[missing], [shapes])
            drawn = zip(read.outlines.shapes(slice(None)), read.bounds, read.inside, strict=True)
            self._known.update(zip(missing, drawn, strict=True))
        known = [self._known[number] for number in ids.tolist()]
        shapes = np.empty(len(ids), dtype=object)
        shapes[:] = [shape for shape, _bounds, _inside in known]
        return TileVillages(
            self._facts.loc[ids],
            HeldOutlines(shapes),
            np.array([bounds for _shape, bounds, _inside in known]).reshape(-1, 4),
            np.array([inside for _shape, _bounds, inside in known]).reshape(-1, 2),
        )


def _of(touched: dict[str, set[int]], points: dict[str, Points]) -> dict[str, Points]:
    """Return the points of the groups that are touched."""
    return {
        level: {number: point for number, point in points[level].items() if number in some}
        for level, some in touched.items()
    }


@dataclass(frozen=True)
class _Boxes:
    """Bounds of villages in ``TILE_CRS``: taken out of their table once, which takes a while."""

    ids: pd.Index
    bounds: Floats

    @classmethod
    def shown(cls, villages: pd.DataFrame) -> "_Boxes":
        return cls(villages.index, villages[_BOUNDS].to_numpy(dtype=np.float64))

    def of(self, ids: pd.Index) -> Floats:
        """Return those of some villages; anything for those that are not there."""
        found: Floats = self.bounds[self.ids.get_indexer(ids)]
        return found

    def meeting(self, places: Floats) -> pd.Index:
        """Return the ids of villages whose bounds meet one of some bounds."""
        if not len(places):
            return self.ids[:0]
        overall = np.concatenate([places[:, :2].min(axis=0), places[:, 2:].max(axis=0)])
        at = np.flatnonzero(_meets(self.bounds, overall))
        near = self.bounds[at]
        met = np.zeros(len(at), dtype=bool)
        for place in places:
            met |= _meets(near, place)
        return self.ids[at[met]]


def _meets(bounds: Floats, place: Floats) -> npt.NDArray[np.bool_]:
    west, south, east, north = bounds.T
    x0, y0, x1, y1 = place
    met: npt.NDArray[np.bool_] = (west <= x1) & (east >= x0) & (south <= y1) & (north >= y0)
    return met
