"""What a workbook would do to the register: what its preview shows and what is carried out."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

from geo_tracker.db.record_plan import EDITED_TABLES, records_stamp
from geo_tracker.db.records import Planned
from geo_tracker.importing.tables import Sheet
from geo_tracker.workflows.checklist_plan import planned_checklists, planned_fusions
from geo_tracker.workflows.incident_plan import planned_incidents
from geo_tracker.workflows.ledger import planned_published, planned_votes
from geo_tracker.workflows.problem_plan import planned_problems
from geo_tracker.workflows.project_plan import planned_projects
from geo_tracker.workflows.register import planned_claims, planned_figures
from geo_tracker.workflows.sheet_plan import SHEET_TABLES, FileFacts, KnownRecords, SheetPlan
from geo_tracker.workflows.visit_plan import planned_visits

_PLANNING: dict[str, Callable[[KnownRecords, FileFacts, Sheet], SheetPlan]] = {
    "villages": planned_figures,
    "mergers": planned_claims,
    "votes": planned_votes,
    "projects": planned_projects,
    "problems": planned_problems,
    "visits": planned_visits,
    "incidents": planned_incidents,
    "checklists": planned_checklists,
    "fusions": planned_fusions,
    "published": planned_published,
}


@dataclass(frozen=True)
class RecordPlan:
    """What a workbook would do; ``stamp`` is that of the records it was made from."""

    sheets: list[SheetPlan]
    stamp: tuple[Any, ...]

    @property
    def planned(self) -> Iterator[Planned]:
        """All records, sheet by sheet."""
        return (one for sheet in self.sheets for one in sheet.planned)


def planned_records(session: Session, facts: FileFacts, sheets: list[Sheet]) -> RecordPlan:
    """Plan what the sheets of a workbook do; nothing is written and nothing locked.

    Parameters
    ----------
    session : Session
        Any session.
    facts : FileFacts
        What holds for the whole file.
    sheets : list of Sheet
        As read.
    """
    # Asked first: what changes while the tables are read is then noticed.
    stamp = records_stamp(session, followup=of_followup(sheets))
    known = KnownRecords(session)
    return RecordPlan([_PLANNING[sheet.kind](known, facts, sheet) for sheet in sheets], stamp)


def of_followup(sheets: Iterable[Sheet]) -> bool:
    """Say whether any sheet writes what people also work on in the browser."""
    return any(EDITED_TABLES.intersection(SHEET_TABLES[sheet.kind]) for sheet in sheets)
