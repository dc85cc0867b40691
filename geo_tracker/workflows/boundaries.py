"""A file of boundaries becomes a layer of the register, or corrects one."""

from dataclasses import dataclass

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.columns import now
from geo_tracker.db.drawings import (
    drawn_bounds,
    drawn_frame,
    show_drawing,
    shown_import,
    undone_import,
)
from geo_tracker.db.imports import existing_import, layers_in_order
from geo_tracker.db.models import ImportRun
from geo_tracker.db.places import town_ids
from geo_tracker.errors import ConflictError
from geo_tracker.importing.layers import LayerChoices, read_boundaries
from geo_tracker.language import N_
from geo_tracker.lineage.continuing import continuing_units
from geo_tracker.lineage.corrections import corrected_units
from geo_tracker.memory import give_back_after
from geo_tracker.workflows.corrections import (
    check_unchanged,
    held_villages,
    note_changes,
    part_redrawn,
    prepared,
)
from geo_tracker.workflows.files import under_its_name
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.staging import (
    carry_villages,
    discard_leftovers,
    discard_staged,
    stage_villages,
)
from geo_tracker.workflows.tiles import build_tiles


def publish_boundaries(
    engine: sa.Engine, settings: Settings, import_id: int, progress: Progress
) -> None:
    """Read an accepted file again, store it as a layer, relate it to its neighbours, draw it.

    The layer is laid down in batches that nobody sees and published in one small transaction;
    running this again after an interruption begins anew, or continues behind the last step that
    was finished once the layer is published.
    """
    with reading(engine) as session:
        published = existing_import(session, import_id).state == "published"
    if not published:
        store_layer(engine, settings, import_id, progress)
    note_changes(engine, import_id, progress)
    part_redrawn(engine, import_id)
    infer_lineage(engine, progress)
    build_tiles(engine, settings, progress)


@dataclass(frozen=True)
class _Neighbours:
    """Stored villages that those of a file may be, without their outlines."""

    corrected_id: int | None
    corrected: pd.DataFrame | None
    undone: pd.DataFrame | None
    other: pd.DataFrame | None


def store_layer(engine: sa.Engine, settings: Settings, import_id: int, progress: Progress) -> int:
    """Store what an import draws and publish it; return the layer's id.

    Raises
    ------
    ConflictError
        If the layer that it corrects was changed after the file was looked at, or records stand
        on villages that it takes away.
    InputError
        If the file cannot be used.
    """
    discard_leftovers(engine)
    discard_staged(engine, import_id)
    with reading(engine) as session:
        run = existing_import(session, import_id)
        choices = LayerChoices(**run.choices)
        source = "synthetic" if run.source.synthetic else "surveyed"
        check_unchanged(session, run)
        near = _neighbours(session, run)
    progress.at(N_("Reading and checking the file"))
    with under_its_name(settings, run.source) as path:
        layer = read_boundaries(path, choices=choices).villages
    give_back_after(len(layer))
    layer = prepared(layer)
    villages = layer.facts
    give_back_after(len(layer))
    count = len(villages)
    progress.at(N_("Preparing %(count)s villages"), count=count)
    villages["unit_id"] = _units(near, villages)
    missing: list[int] = []
    villages["seat_lon"] = villages["seat_lat"] = float("nan")
    if near.corrected is not None:
        seats = near.corrected.set_index("unit_id")[["seat_lon", "seat_lat"]]
        villages[["seat_lon", "seat_lat"]] = seats.reindex(villages["unit_id"]).to_numpy()
        missing = seats.index.difference(villages["unit_id"].dropna()).tolist()
        if run.drops_missing:
            _check_free(engine, near.corrected_id, missing)
            missing = []
    with writing(engine) as session:
        villages["town_id"] = pd.array(town_ids(session, villages), dtype="Int64")
    progress.at(N_("Storing %(count)s villages"), count=count)
    stage_villages(
        engine,
        layer,
        import_id=import_id,
        geometry_source=source,
        progress=progress,
    )
    if near.corrected_id is not None and missing:
        carry_villages(engine, missing, from_import=near.corrected_id, to_import=import_id)
    return _published(engine, import_id, villages, near, kept=len(missing))


def _check_free(engine: sa.Engine, import_id: int | None, unit_ids: list[int]) -> None:
    """Check that nothing is recorded on villages that a correction takes away."""
    if import_id is None:
        return
    with reading(engine) as session:
        held = held_villages(session, import_id, unit_ids)
    if held:
        raise ConflictError(
            N_("Records stand on villages that would go: %(names)s."), names=", ".join(held)
        )


def _neighbours(session: Session, run: ImportRun) -> _Neighbours:
    corrected = shown_import(session, run.as_of_on)
    undone = undone_import(session, run.as_of_on) if corrected is None else None
    others = [layer for layer in layers_in_order(session) if layer.as_of_on != run.as_of_on]
    nearest = min(others, key=lambda x: abs(x.as_of_on - run.as_of_on), default=None)
    return _Neighbours(
        corrected,
        drawn_frame(session, corrected) if corrected is not None else None,
        drawn_frame(session, undone) if undone is not None else None,
        drawn_frame(session, nearest.import_id) if nearest is not None else None,
    )


def _units(near: _Neighbours, villages: pd.DataFrame) -> pd.Series:
    """Return the unit of each village that is known, by the layer itself, else its neighbour."""
    units = pd.Series(pd.NA, index=villages.index, dtype="Int64")
    if near.corrected is not None:
        units = corrected_units(near.corrected, villages)
    for known in (near.undone, near.other):
        if known is None:
            continue
        # Of a date that is only corrected, no village may become one that stays in the layer.
        taken = set(units.dropna()) | set(
            [] if near.corrected is None else near.corrected["unit_id"]
        )
        left = known[~known["unit_id"].isin(taken)]
        found = continuing_units(left, villages[units.isna()])
        units[found.index] = found
    return units


def _published(
    engine: sa.Engine,
    import_id: int,
    villages: pd.DataFrame,
    near: _Neighbours,
    *,
    kept: int,
) -> int:
    with reading(engine) as session:
        bounds = drawn_bounds(session, import_id)
    with writing(engine) as session:
        run = existing_import(session, import_id)
        check_unchanged(session, run)
        layer = show_drawing(session, as_of_on=run.as_of_on, import_id=import_id, bounds=bounds)
        run.state = "published"
        run.published_at = now()
        others = near.other["unit_id"] if near.other is not None else []
        run.result = {
            "villages": len(villages),
            "continuing": int(villages["unit_id"].isin(others).sum()),
            "layer_id": layer.id,
            "corrects_import_id": near.corrected_id,
            "kept": kept,
        }
    return layer.id
