"""The tile pyramid of one layer of villages: cut once, served as it is."""

import json
import secrets
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pandas as pd

from geo_tracker.crs import STORAGE_CRS, TILE_CRS, way_between
from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_
from geo_tracker.maps.tile_file import (
    SCHEMA,
    Points,
    write_metadata,
    write_places,
    write_tiles,
    write_villages,
)
from geo_tracker.maps.tile_layers import (
    ATTRIBUTES,
    LAYERS,
    MAX_ZOOM,
    MIN_ZOOM,
    Joined,
    blocks,
    tiles_of_all_zooms,
)
from geo_tracker.maps.tile_villages import FACTS, TileVillages, facts_key

EDITION = 3
"""Counts changes of how tiles are cut, so that old files are not taken for new ones."""

_STEPS_BEFORE_BLOCKS, _STEPS_AFTER = 2, 1


def pyramid_key(facts: pd.DataFrame) -> str:
    """Return a short hash of all that a pyramid shows, for use in its address.

    Parameters
    ----------
    facts : DataFrame
        As `TileVillages` has them, in any order.

    Returns
    -------
    str
        16 hexadecimal digits; equal only for equal ids, names, codes, towns, counties and grounds.
    """
    return facts_key(facts, edition=EDITION)


def build_pyramid(
    path: Path, villages: TileVillages, *, progress: Callable[[int, int], None]
) -> None:
    """Cut the tiles of a layer and write them as one MBTiles file.

    Parameters
    ----------
    path : Path
        File to write; it appears, or is replaced, only when it is whole.
    villages : TileVillages
        All of the layer.
    progress : callable
        Told how many steps of how many are done.

    Raises
    ------
    UnusableLayerError
        If no village has an area.

    Notes
    -----
    Tiles are 512 px wide, so tile zoom z is drawn at map zoom z + 1. Layers ``counties`` from z 3,
    ``towns`` from z 6, ``villages`` from z 8, and from z 11 with ``name`` and ``code``, which
    ``labels`` (a point of each village) have, too; ``county_labels`` to z 9 and ``town_labels``
    from z 9 to 11 with ``name``. Borders are made simpler between the points where they meet, so
    that they coincide and no gap opens; tile extent is 4096 from z 11 and 1024 below.
    What does not fit its neighbours vertex by vertex may part from them by up to half a
    pixel, and towns are joined from such villages on a grid of a metre.

    The layer is worked on in parts, the tiles of z 8: memory does not grow with it, but for some
    50 bytes a village and its names.
    """
    if not len(villages):
        raise UnusableLayerError(N_("The layer has no outlines, so there is no map to draw."))
    parts = len(blocks(villages))
    total = _STEPS_BEFORE_BLOCKS + 2 * parts + _STEPS_AFTER
    done = 0

    def step() -> None:
        nonlocal done
        done += 1
        progress(done, total)

    with (
        unfinished_file(path) as unfinished,
        closing(sqlite3.connect(unfinished)) as store,
        store,
    ):
        store.executescript(SCHEMA)
        layer = Joined.of(villages, step=step)
        shown = shown_of(layer, np.arange(len(villages)))
        write_metadata(store, metadata_of(shown, rough=rough_of(layer)))
        write_villages(store, shown)
        for level, points in points_of(layer).items():
            write_places(store, level, points, gone=set())
        write_tiles(store, tiles_of_all_zooms(layer, step=step))


@contextmanager
def unfinished_file(path: Path) -> Iterator[Path]:
    """Give a path to write to that takes the place of another once it is whole, or goes."""
    unfinished = path.with_name(f"{path.name}.{secrets.token_hex(4)}.part")
    try:
        yield unfinished
        unfinished.replace(path)
    finally:
        unfinished.unlink(missing_ok=True)


def shown_of(layer: Joined, at: np.typing.NDArray[np.int64]) -> pd.DataFrame:
    """Return what a tile file keeps of some villages, by position; see `tile_file.SHOWN`."""
    villages = layer.villages
    shown = villages.facts.iloc[at][list(FACTS)].copy()
    shown[["west", "south", "east", "north"]] = villages.bounds[at]
    shown["town_border"] = layer.town_border[at]
    shown["county_border"] = layer.county_border[at]
    return shown


def rough_of(layer: Joined) -> dict[str, list[int]]:
    """Return the towns and counties that are joined on a grid, see `Groups`."""
    return {"towns": layer.towns.rough.tolist(), "counties": layer.counties.rough.tolist()}


def points_of(layer: Joined) -> dict[str, Points]:
    """Return where the names of towns and counties stand."""
    return {
        level: dict(zip(groups.ids.tolist(), map(tuple, groups.points.tolist()), strict=True))
        for level, groups in (("towns", layer.towns), ("counties", layer.counties))
    }


def metadata_of(shown: pd.DataFrame, *, rough: dict[str, list[int]]) -> list[tuple[str, str]]:
    """Return what the file of some villages says of itself.

    Parameters
    ----------
    shown : DataFrame
        All villages of the layer, with ``west``, ``south``, ``east``, ``north`` in ``TILE_CRS``.
    rough : dict
        As `rough_of` gives it.
    """
    back = way_between(TILE_CRS, STORAGE_CRS)
    west, south = back(shown["west"].min(), shown["south"].min())
    east, north = back(shown["east"].max(), shown["north"].max())
    fields = dict.fromkeys(LAYERS, ()) | {
        **dict.fromkeys(("villages", "labels"), ATTRIBUTES),
        **dict.fromkeys(("town_labels", "county_labels"), ("name",)),
    }
    vector_layers = [
        {"id": layer, "fields": dict.fromkeys(names, "String")} for layer, names in fields.items()
    ]
    return [
        ("name", "geo_tracker"),
        ("format", "pbf"),
        ("bounds", f"{west:.6f},{south:.6f},{east:.6f},{north:.6f}"),
        ("minzoom", str(MIN_ZOOM)),
        ("maxzoom", str(MAX_ZOOM)),
        ("count", str(len(shown))),
        ("edition", str(EDITION)),
        ("rough", json.dumps(rough)),
        ("json", json.dumps({"vector_layers": vector_layers})),
    ]
