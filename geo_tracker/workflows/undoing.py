"""An import of boundaries is undone as one: its layer goes, or the one it corrected is back."""

from dataclasses import dataclass
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.config import Settings
from geo_tracker.db import jobs, reading, writing
from geo_tracker.db.columns import now
from geo_tracker.db.drawings import (
    Bounds,
    drawn_bounds,
    drawn_frame,
    place_seats,
    show_drawing,
    shown_import,
)
from geo_tracker.db.hanging import Hanging, hanging_on, import_titles, units_only_in
from geo_tracker.db.imports import existing_import
from geo_tracker.db.models import ImportRun
from geo_tracker.errors import ConflictError
from geo_tracker.language import N_, Message
from geo_tracker.workflows.corrections import LISTED, note_undoing, part_redrawn
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.periods import say_why
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.staging import BATCH, Turns
from geo_tracker.workflows.tiles import build_tiles

UNDONE = "undone"
"""Reason that the history gives for what changes by undoing a correction."""


@dataclass(frozen=True)
class Undoing:
    """What undoing an import of boundaries means.

    Attributes
    ----------
    restores : (int, str) or None
        Import whose drawing would be shown again, and its file; None where the layer goes.
    villages : int
        Villages that the import shows.
    goes : list of str
        Names of villages that no layer would have any more, the first ones; ``goes_count`` of all.
    hanging : Hanging
        What is recorded on those.
    titles : dict
        Files of the imports that brought those records.
    refusal : Message or None
        Why it cannot be undone.
    """

    restores: tuple[int, str] | None
    villages: int
    goes: list[str]
    goes_count: int
    hanging: Hanging
    titles: dict[int, str]
    refusal: Message | None


def what_undoing_means(engine: sa.Engine, import_id: int) -> Undoing:
    """Return what goes and what comes back when an import of boundaries is undone."""
    with reading(engine) as session:
        run = existing_import(session, import_id)
        earlier_id = run.result.get("corrects_import_id")
        drawn = drawn_frame(session, import_id)
        shown = shown_import(session, run.as_of_on) == import_id
        only = units_only_in(session, import_id, earlier_id=earlier_id) if shown else []
        hanging = hanging_on(session, only)
        titles = import_titles(
            session, [*hanging.import_ids, *([earlier_id] if earlier_id else [])]
        )
        refusal = _refusal(session, run) or _held_back(hanging, titles)
    gone = drawn[drawn["unit_id"].isin(only)]
    return Undoing(
        restores=(earlier_id, titles[earlier_id]) if earlier_id else None,
        villages=len(drawn),
        goes=gone["name"].head(LISTED).tolist(),
        goes_count=len(gone),
        hanging=hanging,
        titles=titles,
        refusal=refusal,
    )


def _refusal(session: Session, run: ImportRun) -> Message | None:
    """Say why an import is none that can be undone now."""
    if run.kind != "boundaries" or run.state != "published":
        return Message(N_("Only boundaries that are stored can be undone here."))
    job = jobs.latest_job(session, run.id)
    if job is not None and job.state in {"queued", "running"}:
        return Message(N_("Wait until the work on this import is over."))
    shown = shown_import(session, run.as_of_on)
    if shown != run.id:
        later = existing_import(session, shown).source.title if shown else "–"
        return Message(
            N_("%(later)s (import %(id)s) corrects this layer. Undo that import first."),
            {"later": later, "id": shown},
        )
    return None


def _held_back(hanging: Hanging, titles: dict[int, str]) -> Message | None:
    if hanging.by_hand:
        return Message(
            N_(
                "People have recorded %(count)s things on villages that only this layer has. They"
                " would have no village any more."
            ),
            {"count": sum(hanging.by_hand.values())},
        )
    if not hanging.import_ids:
        return None
    named = ", ".join(f"{titles[number]} ({number})" for number in hanging.import_ids)
    return Message(
        N_("Later imports build on villages that only this layer has; undo first: %(imports)s."),
        {"imports": named},
    )


def queue_undoing(
    engine: sa.Engine, import_id: int, *, user_id: int | None, correction: str | None = None
) -> int:
    """Queue the undoing of an import of boundaries; return the job's id.

    Raises
    ------
    ClosedPeriodError
        If it changes what lies in a closed period, and ``correction`` does not say why.
    ConflictError
        If it cannot be undone; says what builds on it.
    """
    meaning = what_undoing_means(engine, import_id)
    if meaning.refusal is not None:
        raise ConflictError(meaning.refusal.text, **meaning.refusal.values)
    with writing(engine) as session:
        run = existing_import(session, import_id)
        refusal = _refusal(session, run)
        if refusal is not None:
            raise ConflictError(refusal.text, **refusal.values)
        run.undone_by_id = user_id
        say_why(session, run, correction)
        job = jobs.added_job(session, kind="undo_boundaries", import_id=import_id, user_id=user_id)
    return job.id


def undo_boundaries(
    engine: sa.Engine, settings: Settings, import_id: int, progress: Progress
) -> None:
    """Show what was shown before an import, and infer and draw what follows from it.

    Running this again after an interruption continues behind the last step that was finished.

    Raises
    ------
    ConflictError
        If something came to build on it meanwhile.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
        undone, user_id = run.state == "undone", run.undone_by_id
        earlier_id = run.result.get("corrects_import_id")
    if not undone:
        progress.at(N_("Undoing the import"))
        _show_earlier(engine, import_id, earlier_id)
    if earlier_id is not None:
        note_undoing(engine, import_id, user_id=user_id, reason=UNDONE)
        part_redrawn(engine, import_id)
    infer_lineage(engine, progress)
    build_tiles(engine, settings, progress)


def _show_earlier(engine: sa.Engine, import_id: int, earlier_id: int | None) -> None:
    bounds: Bounds = (None, None, None, None)
    with reading(engine) as session:
        run = existing_import(session, import_id)
        earlier = None if earlier_id is None else drawn_frame(session, earlier_id)
        only = units_only_in(session, import_id, earlier_id=earlier_id)
        hanging = hanging_on(session, only)
        refusal = _held_back(hanging, import_titles(session, hanging.import_ids))
        if refusal is not None:
            raise ConflictError(refusal.text, **refusal.values)
        if earlier_id is not None:
            bounds = drawn_bounds(session, earlier_id)
        drawn = drawn_frame(session, import_id)
    if earlier is not None:
        _keep_seats(engine, drawn.set_index("unit_id"), earlier.set_index("unit_id"))
    with writing(engine) as session:
        run = existing_import(session, import_id)
        if run.state != "published" or shown_import(session, run.as_of_on) != import_id:
            raise ConflictError(N_("This import is no longer the one that is shown."))
        show_drawing(session, as_of_on=run.as_of_on, import_id=earlier_id, bounds=bounds)
        run.state = "undone"
        run.undone_at = now()


def _keep_seats(engine: sa.Engine, drawn: Any, earlier: Any) -> None:
    """Take over the seats that workbooks gave since: they are no part of the correction."""
    seats = ["seat_lon", "seat_lat"]
    both = earlier.index.intersection(drawn.index)
    now_there, before = drawn.loc[both, seats], earlier.loc[both, seats]
    moved = now_there[now_there.notna().all(axis=1) & (now_there != before).any(axis=1)]
    rows = [
        {"id": int(earlier.at[unit, "drawn_id"]), "seat_lon": lon, "seat_lat": lat}
        for unit, lon, lat in zip(moved.index, moved["seat_lon"], moved["seat_lat"], strict=True)
    ]
    turns = Turns(engine)
    for at in range(0, len(rows), BATCH):
        with turns.turn() as session:
            place_seats(session, rows[at : at + BATCH])
