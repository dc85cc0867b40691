"""What people did about projects, as far as undoing an import has to heed it."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from decimal import Decimal
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import FollowupStep, ImportRun, Payment
from geo_tracker.db.record_journal import Entry, plain_value
from geo_tracker.db.records import Record

TOGETHER: Final = (
    frozenset({"stage", "actual_start_on", "actual_finish_on"}),
    frozenset({"progress", "reported_on"}),
)
"""Fields of a project of which people change one with the other: they stay or return together."""

LIVELIHOOD: Final = "livelihood_state"
"""The one field of projects that files change by steps of the log."""


class EditedProjects:
    """The steps that people took about projects; which came after an import, ids tell."""

    def __init__(self, session: Session) -> None:
        s = FollowupStep
        self._touched: dict[tuple[int, str], list[int]] = defaultdict(list)
        self._projects: set[int] = set()
        for row in session.execute(
            sa.select(s.record_id, s.id, s.fields)
            .where(s.table_name == "project", s.import_id.is_(None))
            .order_by(s.id)
        ):
            self._projects.add(row.record_id)
            channel = row.fields.get("channel", [None, None])[1]
            for name in row.fields:
                field = name if channel is None else fund_field(channel, name)
                self._touched[row.record_id, field].append(row.id)
        self.taken_back = frozenset(
            session.scalars(
                sa.select(Payment.takes_back_id).where(Payment.takes_back_id.is_not(None))
            )
        )

    def worked_on(self, project_id: int) -> bool:
        """Say whether a person ever did something about a project."""
        return project_id in self._projects

    def touched(
        self, project_id: int, fields: Iterable[str], *, after: int, until: int | None = None
    ) -> bool:
        """Say whether a person changed one of some fields after a step, and until another."""
        return any(
            after < step and (until is None or step <= until)
            for name in fields
            for step in self._touched.get((project_id, name), ())
        )


def last_steps_of(session: Session, import_ids: Collection[int]) -> dict[int, int]:
    """Return by import the last step that the log held when it was stored."""
    runs = session.execute(
        sa.select(ImportRun.id, ImportRun.result).where(ImportRun.id.in_(import_ids))
    )
    # Before there was such a note nobody could do anything about projects.
    return {row.id: row.result.get("last_step", 0) for row in runs}


def fund_field(channel: str, name: str) -> str:
    """Return what a field of one channel is called among those of its project."""
    return f"{channel}: {name}"


def fields_beside(table: str, record: Record, name: str) -> tuple[int, frozenset[str]]:
    """Return the project of a record, and the fields that stay or return with one of it."""
    if table == "fund":
        return record["project_id"], frozenset({fund_field(record["channel"], name)})
    together = next((group for group in TOGETHER if name in group), frozenset({name}))
    return record["id"], together


def totals_told(
    entry: Entry, payments: Mapping[int, Record], gone: Iterable[int]
) -> tuple[str | None, str | None]:
    """Return what is paid in all for the project of a payment that goes, and what will be.

    Parameters
    ----------
    entry : Entry
        The payment's.
    payments : mapping
        All payments by id.
    gone : iterable of int
        Payments that go, this one among them.
    """
    of_project = {i: row for i, row in payments.items() if row["project_id"] == entry.project_id}
    left = [row["amount"] for i, row in of_project.items() if i not in set(gone)]
    now: Any = sum((row["amount"] for row in of_project.values()), Decimal(0))
    return plain_value(now), plain_value(sum(left, Decimal(0))) if left else None


def current_amount(amounts: Iterable[Record], like: Record) -> Any:
    """Return the amount of a project that holds, of the same kind as another; None for none."""
    return next(
        (
            one["amount"]
            for one in amounts
            if one["current"] and all(one[name] == like[name] for name in ("project_id", "kind"))
        ),
        None,
    )
