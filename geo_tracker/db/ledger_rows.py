"""Records of the ledgers as exports want them, narrowed as lists are."""

from collections.abc import Collection, Iterator, Mapping
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.columns import Base
from geo_tracker.db.models import AssetFusion, ChecklistItem, Incident, Problem, Visit

Conditions = Collection[sa.ColumnElement[bool]]

FOLLOWUP_MODELS: Final[Mapping[str, type[Base]]] = {
    "problems": Problem,
    "visits": Visit,
    "incidents": Incident,
    "checklists": ChecklistItem,
    "fusions": AssetFusion,
}
_ORDER: Final[Mapping[str, tuple[Any, ...]]] = {
    "problems": (Problem.problem_no,),
    "visits": (Visit.visited_on, Visit.id),
    "incidents": (Incident.happened_on, Incident.id),
    "checklists": (ChecklistItem.unit_id, ChecklistItem.id),
    "fusions": (AssetFusion.unit_id, AssetFusion.id),
}
_BATCH = 2_000


def ledger_rows(
    session: Session, kind: str, where: Conditions, columns: Collection[str]
) -> Iterator[sa.Row[*tuple[Any, ...]]]:
    """Give the wanted records of a ledger in order, with some of their attributes."""
    model: Any = FOLLOWUP_MODELS[kind]
    query = (
        sa.select(*(getattr(model, name) for name in columns))
        .where(*where)
        .order_by(*_ORDER[kind])
        .execution_options(yield_per=_BATCH)
    )
    yield from session.execute(query)


def problem_numbers(session: Session) -> dict[int, str]:
    """Return the numbers of problems that others are duplicates of, by id."""
    named = sa.select(Problem.duplicate_of_id).where(Problem.duplicate_of_id.is_not(None))
    rows = session.execute(sa.select(Problem.id, Problem.problem_no).where(Problem.id.in_(named)))
    return {row.id: row.problem_no for row in rows}
