"""What each zoom of the pyramid shows: counties, then towns, then villages and their names."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo_tracker.maps.borders import BorderLines, Borders, Places
from geo_tracker.maps.groups import Groups, counties_of, towns_of
from geo_tracker.maps.tile_cutting import (
    FINE_EXTENT,
    Labels,
    Outlines,
    Tile,
    positions_by_tile,
    tiles_of_zoom,
)
from geo_tracker.maps.tile_grid import pixel_m, tile_numbers, tile_width_m
from geo_tracker.maps.tile_villages import Geometries, Integers, TileVillages
from geo_tracker.maps.tile_villages import Outlines as OutlineSource

MIN_ZOOM, MAX_ZOOM = 3, 13
"""Tile zooms of the pyramid."""

TOWNS_FROM, VILLAGES_FROM, NAMES_FROM = 6, 8, 11
"""Tile zooms from which towns, villages, and the names and codes of villages are shown."""

TOWN_NAMES, COUNTY_NAMES = range(9, 12), range(MIN_ZOOM, 10)
"""Tile zooms at which towns and counties have their names."""

LAYERS = ("villages", "towns", "counties", "labels", "town_labels", "county_labels")
"""Layers of a tile, in the order they are written."""

ATTRIBUTES = ("name", "code")
"""What tiles say of a village where they name it."""

FINE_ZOOMS = range(MAX_ZOOM, VILLAGES_FROM - 1, -1)
COARSE_ZOOMS = range(VILLAGES_FROM - 1, MIN_ZOOM - 1, -1)

_ROUGH_TO = 9
_AT_ONCE = 2048


def tolerance_m(z: int) -> float:
    """Return how far borders may be moved at a zoom, in metres of ``TILE_CRS``.

    Half a pixel; a whole one where thousands of villages share a tile, and half a tile unit at the
    finest zoom, which is drawn enlarged.
    """
    if z == MAX_ZOOM:
        return tile_width_m(z) / FINE_EXTENT / 2
    return pixel_m(z) * (1.0 if VILLAGES_FROM <= z <= _ROUGH_TO else 0.5)


@dataclass(frozen=True)
class Corners:
    """Where borders meet: those of villages, of towns and of counties, each sorted."""

    villages: Places
    towns: Places
    counties: Places

    def at_zoom(self, z: int) -> Places:
        """Return those that stay where they are at a zoom: of what is shown at it."""
        if z >= VILLAGES_FROM:
            return self.villages
        return self.towns if z >= TOWNS_FROM else self.counties


@dataclass(frozen=True)
class Joined:
    """A layer with all that follows from its outlines.

    Attributes
    ----------
    villages : TileVillages
    towns, counties : Groups
    corners : Corners
    town_border, county_border : array of int
        A digest of where each village lies on a border of towns or counties, if only at a point;
        0 where it does not.
    """

    villages: TileVillages
    towns: Groups
    counties: Groups
    corners: Corners
    town_border: Integers
    county_border: Integers

    @classmethod
    def of(cls, villages: TileVillages, *, step: Callable[[], None]) -> "Joined":
        """Join villages to towns and counties and find the corners, part by part."""
        towns = towns_of(villages)
        step()
        counties = counties_of(villages, towns)
        step()
        return cls(villages, towns, counties, *corners_of(villages, step=step))


def corners_of(
    villages: TileVillages, *, step: Callable[[], None] = lambda: None
) -> tuple[Corners, Integers, Integers]:
    """Find the corners of villages, and how they lie on borders; see `Joined`."""
    groups = (villages.ids, villages.town_ids, villages.county_ids)
    found: list[list[Places]] = [[] for _ in groups]
    digests = np.zeros((len(groups), len(villages)), dtype=np.int64)
    for tile, members in blocks(villages).items():
        lines = BorderLines.of(villages.outlines.shapes(members))
        # Only here is all known that touches a place.
        inside = _in_tile(lines.places, tile)
        for level, group in enumerate(groups):
            degrees = np.where(inside, lines.degrees(group[members]), 0)
            found[level].append(lines.places[degrees > 2])
            if level:
                digests[level, members] += lines.digests(degrees, count=len(members))
        step()
    return Corners(*(_sorted(places) for places in found)), digests[1], digests[2]


def blocks(villages: TileVillages) -> dict[Tile, Integers]:
    """Return the parts in which a layer is worked on: tiles, and positions of their villages."""
    found = positions_by_tile(villages.bounds, z=VILLAGES_FROM)
    return {(VILLAGES_FROM, x, y): members for (x, y), members in found.items()}


def tiles_of_all_zooms(
    layer: Joined, *, step: Callable[[], None]
) -> Iterator[tuple[int, int, int, bytes]]:
    """Cut all tiles of all zooms, part by part.

    Yields
    ------
    tuple
        z, x, y and the uncompressed bytes of a tile that shows something.
    """
    nothing = np.empty(0, dtype=np.int64)
    towns, counties = (
        positions_by_tile(groups.bounds, z=VILLAGES_FROM)
        for groups in (layer.towns, layer.counties)
    )
    for tile, members in blocks(layer.villages).items():
        chosen = Chosen(members, towns.get(tile[1:], nothing), counties.get(tile[1:], nothing))
        for z, outlines, labels in chosen.at_zooms(layer, FINE_ZOOMS):
            yield from _filled(tiles_of_zoom(outlines, labels, z=z, within=tile), z=z)
        step()
    all_groups = (np.arange(len(groups.ids)) for groups in (layer.towns, layer.counties))
    for z, outlines, labels in Chosen(nothing, *all_groups).at_zooms(layer, COARSE_ZOOMS):
        yield from _filled(tiles_of_zoom(outlines, labels, z=z), z=z)
    step()


def _filled(
    tiles: Iterator[tuple[int, int, list[bytes]]], *, z: int
) -> Iterator[tuple[int, int, int, bytes]]:
    for x, y, layers in tiles:
        if any(layers):
            yield z, x, y, b"".join(layers)


@dataclass(frozen=True)
class Chosen:
    """Positions of some villages, towns and counties of a layer, rising."""

    villages: Integers
    towns: Integers
    counties: Integers

    def at_zooms(
        self, layer: Joined, zooms: Sequence[int]
    ) -> Iterator[tuple[int, list[Outlines], list[Labels]]]:
        """Give zoom by zoom what tiles show of them."""
        villages, corners = layer.villages, layer.corners
        ids = villages.ids[self.villages]
        texts = {name: villages.facts[name].iloc[self.villages].tolist() for name in ATTRIBUTES}
        named = np.flatnonzero([bool(name) for name in texts["name"]])
        label = Labels(
            "labels",
            ids[named],
            villages.inside[self.villages[named]],
            {name: [column[at] for at in named] for name, column in texts.items()},
        )
        groups = [
            (name, of.ids[at], _by_zoom(of.outlines, at, corners, [z for z in zooms if z >= low]))
            for name, of, at, low in (
                ("towns", layer.towns, self.towns, TOWNS_FROM),
                ("counties", layer.counties, self.counties, MIN_ZOOM),
            )
        ]
        from_villages = [z for z in zooms if z >= VILLAGES_FROM]
        shapes = _by_zoom(villages.outlines, self.villages, corners, from_villages)
        for z in zooms:
            shown = [Outlines("villages", ids, shapes[z], texts)] if z in shapes else []
            if z < NAMES_FROM:
                shown = [Outlines(one.name, one.ids, one.shapes) for one in shown]
            shown += [Outlines(name, at, of[z]) for name, at, of in groups if z in of]
            labels = [label] if z >= NAMES_FROM else []
            for name, of, at, named_at in (
                ("town_labels", layer.towns, self.towns, TOWN_NAMES),
                ("county_labels", layer.counties, self.counties, COUNTY_NAMES),
            ):
                if z in named_at:
                    labels.append(_place_labels(name, of, at))
            yield z, shown, labels


def _place_labels(name: str, of: Groups, at: Integers) -> Labels:
    named = [number for number in at.tolist() if of.names[number]]
    texts = {"name": [of.names[number] for number in named]}
    return Labels(name, of.ids[named], of.points[named], texts)


def _by_zoom(
    outlines: OutlineSource, at: Integers, corners: Corners, zooms: Sequence[int]
) -> dict[int, Geometries]:
    """Make outlines simpler for several zooms, reading some of them at a time."""
    found: dict[int, list[Geometries]] = {z: [] for z in zooms}
    for start in range(0, max(len(at), 1), _AT_ONCE):
        shapes = outlines.shapes(at[start : start + _AT_ONCE])
        for of_level in (corners.villages, corners.towns, corners.counties):
            if of_zoom := [z for z in zooms if corners.at_zoom(z) is of_level]:
                borders = Borders.of(shapes, of_level)
                for z in of_zoom:
                    found[z].append(borders.simplified(tolerance_m(z)).outlines())
    return {z: np.concatenate(shapes) for z, shapes in found.items()}


def _in_tile(places: Places, tile: Tile) -> npt.NDArray[np.bool_]:
    z, x, y = tile
    columns, rows = tile_numbers(places.real, z=z), tile_numbers(-places.imag, z=z)
    inside: npt.NDArray[np.bool_] = (columns == x) & (rows == y)
    return inside


def _sorted(places: list[Places]) -> Places:
    return np.unique(np.concatenate([np.empty(0, dtype=np.complex128), *places]))
