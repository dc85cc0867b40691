"""A corrected layer beside the one it corrects: shown before, noted in the history after."""

from dataclasses import replace
from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading, writing
from geo_tracker.db.drawings import drawn_frame, shown_import
from geo_tracker.db.hanging import hanging_on, units_only_in
from geo_tracker.db.imports import existing_import
from geo_tracker.db.lineage import units_parted
from geo_tracker.db.models import ImportRun, RecordChange
from geo_tracker.db.places import town_codes
from geo_tracker.errors import ConflictError
from geo_tracker.language import N_
from geo_tracker.lineage.continuing import ground_digests
from geo_tracker.lineage.corrections import LayerChanges, corrected_units, layer_changes
from geo_tracker.packed import PackedLayer
from geo_tracker.parallel import each
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.staging import BATCH, Turns

_AT_ONCE = 512
LISTED = 200
"""As many villages of each kind are named in a preview."""

TABLE = "village_version"
OUTLINE, VILLAGE = "outline", "village"
"""Fields of the history: an outline drawn anew, a village that came or went."""


def prepared(layer: PackedLayer) -> PackedLayer:
    """Return villages as read with ``ground``, ``town_code`` as stored, and a name each."""

    def digests(at: int) -> list[str]:
        shapes = layer.outlines.shapes(slice(at, at + _AT_ONCE))
        return ground_digests(gpd.GeoDataFrame(geometry=shapes, crs=layer.crs))

    villages = layer.facts.copy()
    villages["ground"] = [
        digest for piece in each(digests, range(0, len(layer), _AT_ONCE)) for digest in piece
    ]
    code = villages["stat_code"].fillna(villages["land_code"])
    villages["name"] = villages["name"].fillna(code).fillna("?")
    villages["town_code"] = pd.Series(town_codes(villages), index=villages.index, dtype=object)
    return replace(layer, facts=villages)


def check_unchanged(session: Session, run: ImportRun) -> None:
    """Check that a file of boundaries meets the layer that it was compared with.

    Raises
    ------
    ConflictError
        If another import changed, brought or undid that layer meanwhile.
    """
    looked_at = (run.preview.get("changes") or {}).get("corrects_import_id")
    if looked_at != shown_import(session, run.as_of_on):
        raise ConflictError(
            N_("The layer of %(date)s was changed after this file was looked at. Read it again."),
            date=str(run.as_of_on),
        )


def changes_of(engine: sa.Engine, as_of_on: date, layer: PackedLayer) -> dict[str, Any] | None:
    """Return what a file would change in the layer of its date, as plain data; None without one.

    Parameters
    ----------
    engine : Engine
        The database.
    as_of_on : date
        From when the file holds.
    layer : PackedLayer
        Its villages.

    Returns
    -------
    dict or None
        ``corrects_import_id``; ``counts`` of ``added``, ``changed``, ``redrawn`` (of the changed:
        those with another outline), ``unchanged`` and ``missing``; ``added``, ``changed``,
        ``missing``: lists of the first ones, those with the largest difference of area first;
        ``held``: names of missing villages that records keep from going, see `held_villages`.
    """
    with reading(engine) as session:
        import_id = shown_import(session, as_of_on)
        if import_id is None:
            return None
        stored = drawn_frame(session, import_id)
    villages = prepared(layer).facts
    changes = layer_changes(stored, villages, corrected_units(stored, villages))
    with reading(engine) as session:
        held = held_villages(session, import_id, changes.missing["unit_id"].tolist())
    counts = {
        "added": len(changes.added),
        "changed": len(changes.changed),
        "redrawn": int(changes.changed["redrawn"].sum()),
        "unchanged": changes.unchanged,
        "missing": len(changes.missing),
    }
    difference = (changes.changed["area_m2"] - changes.changed["area_before_m2"]).abs()
    order = difference.sort_values(ascending=False, kind="stable").index
    return {
        "corrects_import_id": import_id,
        "counts": counts,
        "added": _listed(changes.added),
        "changed": _listed(changes.changed.loc[order]),
        "missing": _listed(changes.missing),
        "held": held,
    }


def held_villages(session: Session, import_id: int, unit_ids: list[int]) -> list[str]:
    """Name villages of a layer that no other layer has and on which figures or records stand.

    They would hang in the air if a correction took the villages away.
    """
    only = units_only_in(session, import_id, earlier_id=None, among=unit_ids)
    hanging = hanging_on(session, only)
    return hanging.names if hanging.by_import else []


def _listed(rows: pd.DataFrame) -> list[dict[str, Any]]:
    first = rows.head(LISTED).astype(object)
    listed: list[dict[str, Any]] = first.where(first.notna(), None).to_dict("records")
    return [
        {name: value.item() if hasattr(value, "item") else value for name, value in row.items()}
        for row in listed
    ]


def note_changes(engine: sa.Engine, import_id: int, progress: Progress) -> None:
    """Write what a correction changed into the history of each village.

    Batch by batch in the order of the villages; after an interruption it goes on behind the last.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
        corrected = run.result.get("corrects_import_id")
        if corrected is None or run.result.get("noted"):
            return
        old, new = drawn_frame(session, corrected), drawn_frame(session, import_id)
        user_id = run.user_id
    progress.at(N_("Noting what was changed"))
    _note(engine, old, new, import_id=import_id, user_id=user_id, reason=None)
    with writing(engine) as session:
        run = existing_import(session, import_id)
        run.result = run.result | {"noted": True}


def note_undoing(engine: sa.Engine, import_id: int, *, user_id: int | None, reason: str) -> None:
    """Write into the history of each village that a correction was undone."""
    with reading(engine) as session:
        run = existing_import(session, import_id)
        if run.result.get("undoing_noted"):
            return
        corrected = run.result["corrects_import_id"]
        old, new = drawn_frame(session, import_id), drawn_frame(session, corrected)
    _note(engine, old, new, import_id=import_id, user_id=user_id, reason=reason)
    with writing(engine) as session:
        run = existing_import(session, import_id)
        run.result = run.result | {"undoing_noted": True}


def _note(
    engine: sa.Engine,
    old: pd.DataFrame,
    new: pd.DataFrame,
    *,
    import_id: int,
    user_id: int | None,
    reason: str | None,
) -> None:
    units = new["unit_id"].where(new["unit_id"].isin(old["unit_id"])).astype("Int64")
    same = {"user_id": user_id, "import_id": import_id, "table_name": TABLE, "reason": reason}
    rows = [same | row for row in _history(old, new, layer_changes(old, new, units))]
    rows.sort(key=lambda row: row["unit_id"])
    turns = Turns(engine)
    with reading(engine) as session:
        last = session.scalar(
            sa.select(sa.func.max(RecordChange.unit_id)).where(
                RecordChange.import_id == import_id,
                RecordChange.table_name == TABLE,
                RecordChange.reason.is_not_distinct_from(reason),
            )
        )
    left = [row for row in rows if last is None or row["unit_id"] > last]
    while left:
        # All rows of a village go together, so that the last one tells where to go on.
        cut = min(BATCH, len(left))
        while cut < len(left) and left[cut]["unit_id"] == left[cut - 1]["unit_id"]:
            cut += 1
        with turns.turn() as session:
            session.execute(sa.insert(RecordChange), left[:cut])
        left = left[cut:]


def _history(old: pd.DataFrame, new: pd.DataFrame, changes: LayerChanges) -> list[dict[str, Any]]:
    drawn_id = dict(zip(old["unit_id"], old["drawn_id"], strict=True))
    drawn_id |= dict(zip(new["unit_id"], new["drawn_id"], strict=True))
    rows: list[dict[str, Any]] = []

    def note(unit: Any, field: str, before: Any, after: Any) -> None:
        texts = (_text(value) for value in (before, after))
        rows.append(
            {"unit_id": int(unit), "record_id": int(drawn_id[unit]), "field": field}
            | dict(zip(("old", "new"), texts, strict=True))
        )

    for row in changes.changed.to_dict("records"):
        for field, (before, after) in row["fields"].items():
            note(row["unit_id"], field, before, after)
        if row["redrawn"]:
            note(row["unit_id"], OUTLINE, row["area_before_m2"], row["area_m2"])
    come = new[~new["unit_id"].isin(old["unit_id"])]
    for unit, name in zip(come["unit_id"], come["name"], strict=True):
        note(unit, VILLAGE, None, name)
    for unit, name in zip(changes.missing["unit_id"], changes.missing["name"], strict=True):
        note(unit, VILLAGE, name, None)
    return rows


def _text(value: Any) -> str | None:
    if value is None:
        return None
    return f"{value:.1f}" if isinstance(value, float) else str(value)[:500]


def part_redrawn(engine: sa.Engine, import_id: int) -> None:
    """Take apart units that turned out to be one, of villages that a correction draws otherwise.

    After a correction is published or undone, before lineage is inferred anew; doing it again is
    harmless.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
        corrected = run.result.get("corrects_import_id")
        if corrected is None:
            return
        one, other = drawn_frame(session, corrected), drawn_frame(session, import_id)
        layer_id = run.result["layer_id"]
    both = one.merge(other, on="unit_id", how="outer", suffixes=("", "_other"))
    redrawn = both.loc[both["ground"] != both["ground_other"], "unit_id"].tolist()
    turns = Turns(engine)
    for at in range(0, len(redrawn), BATCH):
        with turns.turn() as session:
            units_parted(session, layer_id, redrawn[at : at + BATCH])
