"""Villages laid down batch by batch, so that whoever saves something meanwhile hardly waits."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading, settle, writing
from geo_tracker.db.blobs import as_multipolygon
from geo_tracker.db.bulk import Encoded
from geo_tracker.db.drawings import (
    Drawings,
    added_drawings,
    carried_drawings,
    dead_imports,
    discarded_drawings,
    facts_stored,
)
from geo_tracker.packed import PackedLayer
from geo_tracker.workflows.progress import Progress

BATCH = 250
"""Villages in one transaction."""

_BATCHES = 8
"""Their facts are made ready together."""

_TURNS_IN_LOG = 5
"""Transactions after which the database's log is emptied."""

_PAUSE_S = 0.005
"""Between two transactions; whoever waits looks that often, see `db.make_engine`."""


class Turns:
    """Short writing transactions with a pause between them, in which others get their turn."""

    def __init__(self, engine: sa.Engine) -> None:
        self._engine = engine
        self._ended = 0.0
        self._turns = 0

    @contextmanager
    def turn(self) -> Iterator[Session]:
        """Open a transaction once the pause is over; work done meanwhile counts as pause."""
        time.sleep(max(0.0, _PAUSE_S - (time.monotonic() - self._ended)))
        with writing(self._engine) as session:
            yield session
        self._ended = time.monotonic()
        self._turns += 1
        if self._turns % _TURNS_IN_LOG == 0:
            settle(self._engine)


def stage_villages(
    engine: sa.Engine,
    villages: PackedLayer,
    *,
    import_id: int,
    geometry_source: str,
    progress: Progress,
) -> None:
    """Lay down the villages of an import, unseen.

    Parameters
    ----------
    engine : Engine
        The database.
    villages : PackedLayer
        Valid (Multi)Polygons in STORAGE_CRS; ``unit_id``, ``name``, ``ground``, ``stat_code``,
        ``land_code``, ``town_id``, ``area_m2``, ``stated_area_m2``, ``seat_lon``, ``seat_lat``.
    import_id, geometry_source
        As for `added_drawings`.
    progress : Progress
        Told how many are stored.
    """
    turns = Turns(engine)
    for at, facts in _batches(villages.facts):
        wkb = villages.outlines.wkb(slice(at, at + BATCH))
        shapes = shapely.from_wkb(wkb)
        points = shapely.get_coordinates(shapely.point_on_surface(shapes))
        encoded = Encoded.of(map(as_multipolygon, wkb), shapely.bounds(shapes), engine)
        drawings = Drawings.of(
            facts, points, encoded, import_id=import_id, geometry_source=geometry_source
        )
        with turns.turn() as session:
            added_drawings(session, drawings)
        progress.count(at + len(points), len(villages))


def _batches(villages: pd.DataFrame) -> Iterator[tuple[int, dict[str, list[Any]]]]:
    """Give the place of each batch, and its facts as the database takes them."""
    # Of many at once: to cut and look through tables takes longer than what is in small ones.
    for first in range(0, len(villages), _BATCHES * BATCH):
        some = with_spelling(villages.iloc[first : first + _BATCHES * BATCH])
        facts = facts_stored(some)
        for at in range(0, len(some), BATCH):
            yield first + at, {name: values[at : at + BATCH] for name, values in facts.items()}


def carry_villages(
    engine: sa.Engine, unit_ids: list[int], *, from_import: int, to_import: int
) -> None:
    """Lay down some villages of one import for another as they are."""
    turns = Turns(engine)
    for at in range(0, len(unit_ids), BATCH):
        with turns.turn() as session:
            carried_drawings(
                session, unit_ids[at : at + BATCH], from_import=from_import, to_import=to_import
            )


def discard_staged(engine: sa.Engine, import_id: int) -> None:
    """Clear away what an import laid down that was never published."""
    turns, count = Turns(engine), 1
    while count:
        with turns.turn() as session:
            count = discarded_drawings(session, import_id, at_most=BATCH)


def discard_leftovers(engine: sa.Engine) -> None:
    """Clear away what imports laid down that failed or were given up."""
    with reading(engine) as session:
        dead = dead_imports(session)
    for import_id in dead:
        discard_staged(engine, import_id)


class _Spelled(dict[int, str]):
    """Characters' spellings, or as much of them, for `str.translate`."""

    def __init__(self, letters: int | None = None) -> None:
        super().__init__()
        self._letters = letters

    def __missing__(self, character: int) -> str:
        # Its dictionaries would lie beside the outlines of a layer while those are checked.
        from pypinyin import lazy_pinyin  # noqa: PLC0415

        # Character by character: place names are hardly ever words of a dictionary.
        spelled = lazy_pinyin(chr(character))[0].lower()[: self._letters]
        self[character] = spelled
        return spelled


_PINYIN, _INITIALS = _Spelled(), _Spelled(letters=1)


def with_spelling(villages: pd.DataFrame) -> pd.DataFrame:
    """Return the villages with ``pinyin`` and ``initials`` of their names."""
    names = villages["name"].tolist()
    return villages.assign(
        pinyin=[name.translate(_PINYIN)[:200] for name in names],
        initials=[name.translate(_INITIALS)[:50] for name in names],
    )
