"""How a list of projects leads livelihood projects on: by steps of the log, as people do."""

from datetime import date
from functools import cached_property

import sqlalchemy as sa

from geo_tracker.db.models import FollowupStep, Project
from geo_tracker.db.records import Planned, Record
from geo_tracker.followup.livelihood import states_told
from geo_tracker.workflows.followup_plan import NO_STEP
from geo_tracker.workflows.sheet_plan import FileFacts, KnownRecords


def told_by_row(row: Record, record: Record | None) -> list[str]:
    """Return the states that a row leads its project through; an empty cell leads nowhere.

    Raises
    ------
    InputError, ConflictError
        As `states_told`.
    """
    told = row["livelihood_state"]
    before = record["livelihood_state"] if record is not None else None
    return states_told(before, told) if told is not None else []


class LivelihoodSteps:
    """Writes the steps that lists take; they know no days but the one that they hold at."""

    def __init__(self, known: KnownRecords, facts: FileFacts) -> None:
        self.known, self.facts = known, facts

    @cached_property
    def _last_on(self) -> dict[int, date]:
        """The day of the last such step of each project."""
        s = FollowupStep
        rows = self.known.session.execute(
            sa.select(s.record_id, sa.func.max(s.happened_on))
            .where(s.table_name == Project.__tablename__, s.action == "livelihood")
            .group_by(s.record_id)
        )
        return {row[0]: row[1] for row in rows}

    def lead(self, one: Planned, record: Record | None, passed: list[str]) -> None:
        """Lead a planned project through some states.

        On the day that the file holds at; a list that was made before the last step but comes
        after it, tells of that day.
        """
        if not passed:
            return
        state = record["livelihood_state"] if record is not None else None
        on = min(self.facts.as_of_on, self.known.today)
        if record is not None and record["id"] in self._last_on:
            on = max(on, self._last_on[record["id"]])
        one.values |= {"is_livelihood": True, "livelihood_state": passed[-1]}
        if record is not None:
            one.fields["livelihood_state"] = (state, passed[-1])
        for after in passed:
            fields = {"livelihood_state": [state, after]}
            step = {"action": "livelihood", "happened_on": on, "fields": fields}
            states = {"from_state": state, "to_state": after}
            one.steps.append({**NO_STEP, **step, **states})
            state = after
