"""What undoing an import does to records that people work on in the browser, too, and their log."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from typing import Final

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import FollowupStep, ImportRun
from geo_tracker.db.record_plan import EDITED_TABLES, FOLLOWUP_TABLES
from geo_tracker.db.records import Record
from geo_tracker.followup.checklist_sheet import ITEM_FIELDS
from geo_tracker.followup.problem_sheet import LEDGER_FIELDS
from geo_tracker.workflows.undo_outcome import UndoPlan

TOGETHER: Final[Mapping[str, frozenset[str]]] = {
    "problem": frozenset({*LEDGER_FIELDS, "outcome", "claimed_by_id", "suspended_on"}),
    "checklist_item": frozenset({*ITEM_FIELDS, "evidence", "done_by_id", "verified_by_id"}),
}
"""Table → fields that return together or not at all: one alone would be a state there is not."""

_NAMING: Final = {"problem": ("duplicate_of_id", "recurs_of_id"), "visit": ("visit_id",)}
"""Table → fields of problems that name its records."""


def touches_followup(run: ImportRun) -> bool:
    """Say whether an import brought anything that is worked on in the browser."""
    journal = run.result["journal"]
    return any(EDITED_TABLES.intersection(journal[part]) for part in ("added", "changed"))


class LoggedSteps:
    """The log of the follow-up, as far as an import and what came after it are concerned."""

    def __init__(self, session: Session, run_id: int) -> None:
        s = FollowupStep
        self._own: dict[tuple[str, int], list[tuple[int, str]]] = defaultdict(list)
        for row in session.execute(
            sa.select(s.table_name, s.record_id, s.id, s.action).where(s.import_id == run_id)
        ):
            self._own[row.table_name, row.record_id].append((row.id, row.action))
        last = (
            sa.select(s.table_name, s.record_id, sa.func.max(s.id))
            .where(s.import_id.is_(None), s.table_name.in_(FOLLOWUP_TABLES))
            .group_by(s.table_name, s.record_id)
        )
        self._by_people = {(row[0], row[1]): row[2] for row in session.execute(last)}

    def worked_on_since(self, table: str, record_id: int) -> bool:
        """Say whether a person took a step about a record after the import's first one."""
        last = self._by_people.get((table, record_id))
        first = min((step for step, _action in self._own.get((table, record_id), [])), default=0)
        return last is not None and last > first

    def of(self, table: str, record_id: int) -> list[int]:
        """Return the import's steps about a record."""
        return [step for step, _action in self._own.get((table, record_id), [])]

    def undone(self, made: UndoPlan, table: str, record_id: int, *, heir: int | None) -> None:
        """Let the import's steps about a record go, but for what a later import went on from.

        Those that led it on are that one's then; corrections go.
        """
        steps = self._own.get((table, record_id), [])
        led = [step for step, action in steps if action != "correct"]
        made.steps_gone += [step for step, _action in steps if heir is None or step not in led]
        if heir is not None:
            made.steps_of |= dict.fromkeys(led, heir)


class Naming:
    """Which problems name which records, as they are stored."""

    def __init__(self, problems: Iterable[Record]) -> None:
        self._by_named: dict[tuple[str, int], list[Record]] = defaultdict(list)
        for problem in problems:
            for table, fields in _NAMING.items():
                for named in {problem[name] for name in fields} - {None}:
                    self._by_named[table, named].append(problem)

    def of(self, table: str, record_id: int, written: Mapping[int, Record]) -> list[int]:
        """Return the problems that still name a record once some fields of theirs are written."""
        found = []
        for problem in self._by_named.get((table, record_id), []):
            later = problem | written.get(problem["id"], {})
            if record_id in [later[name] for name in _NAMING[table]]:
                found.append(problem["id"])
        return found
