"""What was planned for the records, made ready to be carried out in one short write."""

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.bulk import new_ids
from geo_tracker.db.columns import Base
from geo_tracker.db.frames import register_stamp
from geo_tracker.db.models import (
    AssetFusion,
    Attachment,
    ChecklistItem,
    FollowupStep,
    Fund,
    ImportRun,
    Incident,
    MergerClaim,
    Payment,
    Problem,
    Project,
    ProjectAmount,
    PublishedFigure,
    RecordChange,
    Unit,
    VillageFigures,
    VillageVersion,
    Visit,
    Vote,
)
from geo_tracker.db.records import Planned
from geo_tracker.db.writes import Writes

MODELS: dict[str, type[Base]] = {
    model.__tablename__: model
    for model in (
        *(VillageFigures, VillageVersion, MergerClaim, Vote, PublishedFigure),
        # Projects before their money, which names them.
        *(Project, ProjectAmount, Fund, Payment),
        # Visits before the problems that were met at them.
        *(Visit, Incident, Problem, ChecklistItem, AssetFusion),
    )
}
"""The tables that workbooks write, in the order in which records can be added."""

FOLLOWUP_TABLES = ("visit", "incident", "problem", "checklist_item", "asset_fusion")
"""Those that people work on in the browser, too, and whose steps are logged."""

PROJECT_TABLES = ("project", "project_amount", "fund", "payment")
"""Projects and their money: people lead them on in the browser, files tell of them as they are."""

EDITED_TABLES = frozenset((*FOLLOWUP_TABLES, *PROJECT_TABLES))
"""All those that people may change while a plan is made."""


def records_stamp(session: Session, *, followup: bool = False) -> tuple[Any, ...]:
    """Return something that differs after whatever may change a plan; cheap to ask.

    Parameters
    ----------
    session : Session
        Any session.
    followup : bool
        Whether the plan has to do with `EDITED_TABLES`; else what is done there is no matter.
    """
    joined = session.scalar(sa.select(sa.func.count(Unit.same_as_id)))
    undone = session.scalar(
        sa.select(sa.func.count()).select_from(ImportRun).where(ImportRun.state == "undone")
    )
    step = last_step(session) if followup else None
    # Records that have files stay when their import is undone.
    last_file = session.scalar(sa.select(sa.func.max(Attachment.id)))
    return (*register_stamp(session), joined, undone, step, last_file)


def last_step(session: Session) -> int:
    """Return the last step that the log holds; later ones have a higher id."""
    return session.scalar(sa.select(sa.func.max(FollowupStep.id))) or 0


def records_locked(session: Session, *, followup: bool = False) -> None:
    """Let no other workbook be stored or undone until this transaction ends.

    With ``followup`` nobody changes a record of `EDITED_TABLES` meanwhile, either.
    """
    if followup and session.get_bind().dialect.name == "postgresql":
        # Stronger than what readers for update take: they are waited for before, not within.
        # In the order in which people take them, the log last.
        names = ", ".join((*FOLLOWUP_TABLES, *PROJECT_TABLES, "followup_step"))
        session.execute(sa.text(f"LOCK TABLE {names} IN EXCLUSIVE MODE"))
    # SQLite's writers wait for each other anyway; there this only reads.
    first = sa.select(ImportRun.id).order_by(ImportRun.id).limit(1)
    session.execute(first.with_for_update(key_share=True))


def prepared_writes(
    session: Session, planned: Iterable[Planned], *, run_id: int, user_id: int | None
) -> Writes:
    """Prepare what was planned: records added and changed, and every changed field logged.

    Records to be added get their ``record_id``. The writes hold for as long as `records_stamp`
    stays the same.

    Parameters
    ----------
    session : Session
        Any session.
    planned : iterable of Planned
        Made from what is stored now.
    run_id, user_id : int
        The import that brings it, and who confirmed it.
    """
    added: dict[str, list[Planned]] = defaultdict(list)
    changed: dict[str, list[Planned]] = defaultdict(list)
    for one in planned:
        if one.action != "unchanged":
            (added if one.action == "added" else changed)[one.table].append(one)
    writes = Writes(session.connection())
    for table, model in MODELS.items():
        _add(session, writes, model, added[table], run_id)
        from_file = {"import_id": run_id} if hasattr(model, "import_id") else {}
        with_row = hasattr(model, "row")
        writes.update(
            model,
            [
                (
                    one.record_id or 0,
                    one.values | from_file | ({"row": one.row} if with_row else {}),
                )
                for one in changed[table]
            ],
        )
    writes.raise_versions(Project, _projects_changed(changed, added))
    by = {"user_id": user_id, "import_id": run_id}
    writes.insert(
        RecordChange,
        [
            change_row(one.table, one.record_id, one.unit_id, field, old, new) | by
            for ones in changed.values()
            for one in ones
            for field, (old, new) in one.fields.items()
        ],
    )
    told = {"user_id": user_id, "import_id": run_id}
    writes.insert(
        FollowupStep,
        [
            {"table_name": table, "record_id": one.record_id, "unit_id": one.unit_id} | step | told
            for table in MODELS
            for one in (*added[table], *changed[table])
            for step in one.steps
        ],
    )
    return writes


def _projects_changed(*parts: dict[str, list[Planned]]) -> list[int]:
    """Return the stored projects that change themselves or in their money."""
    found = set()
    for part in parts:
        for table in PROJECT_TABLES:
            for one in part[table]:
                project = one if table == "project" else one.parent
                if project is not None and project.action != "added":
                    found.add(project.record_id or 0)
    return sorted(found)


def _add(
    session: Session, writes: Writes, model: type[Base], ones: list[Planned], run_id: int
) -> None:
    if not ones:
        return
    # What names another record of the same file comes behind it.
    ones = sorted(ones, key=_names_another)
    ids = new_ids(session.connection(), model, len(ones))
    rows = []
    for one, record_id in zip(ones, ids, strict=True):
        one.record_id = record_id
        own: dict[str, Any] = {"id": record_id, "import_id": run_id}
        own |= {
            name: value.record_id
            for name, value in one.values.items()
            if isinstance(value, Planned)
        }
        if one.parent is not None:
            own["project_id"] = one.parent.record_id
        rows.append(one.values | own)
    writes.insert(model, rows)
    # A revised figure is a new row; the old one stays to be looked at.
    replaced = [one.replaces for one in ones if one.replaces is not None]
    writes.update(model, [(record_id, {"current": False}) for record_id in replaced])


def _names_another(one: Planned) -> bool:
    return any(isinstance(value, Planned) for value in one.values.values())


def change_row(
    table: str, record_id: int | None, unit_id: int | None, field: str, old: Any, new: Any
) -> dict[str, Any]:
    """Return a row of the log: one field of one record, values as text."""
    return {
        "table_name": table,
        "record_id": record_id,
        "unit_id": unit_id,
        "field": field,
        "old": None if old is None else str(old)[:500],
        "new": None if new is None else str(new)[:500],
    }
