"""An administrator closes all days until one, and withdraws that with a reason."""

from collections.abc import Iterable
from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import writing
from geo_tracker.db.columns import now
from geo_tracker.db.models import ClosedPeriod, FollowupStep, ImportRun, Vote
from geo_tracker.db.periods import closed_until, existing_closing, refuse_unsaid
from geo_tracker.db.record_plan import records_locked
from geo_tracker.db.records import Planned
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import LONGEST_NOTE, only, said, tidy


def close_period(
    engine: sa.Engine,
    until: date,
    figures: dict[str, Any],
    *,
    last_step_id: int,
    note: Any,
    actor: Actor,
    today: date,
) -> int:
    """Close all days until one, and keep their figures; return the closing's id.

    Parameters
    ----------
    engine : Engine
        The database.
    until : date
        The last closed day.
    figures : dict
        What the cockpit says of that day, as plain data.
    last_step_id : int
        The last step of the log when they were counted.
    note : str
        What is said about it; may be empty.
    actor : Actor
        Who closes it.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    InputError
        If the day has not come.
    ConflictError
        If that day is closed already.
    ChangedMeanwhileError
        If somebody recorded something while the figures were counted.
    """
    only(actor, "admin")
    if until > today:
        raise InputError(N_("A day that has not come cannot be closed."))
    with writing(engine) as session:
        records_locked(session, followup=True)
        closed = closed_until(session)
        if closed is not None and until <= closed:
            raise ConflictError(N_("The days until %(until)s are closed already."), until=closed)
        if (session.scalar(sa.select(sa.func.max(FollowupStep.id))) or 0) != last_step_id:
            raise ChangedMeanwhileError(
                N_("Somebody recorded something while the figures were counted. Try again.")
            )
        closing = ClosedPeriod(
            until_on=until,
            figures=figures,
            last_step_id=last_step_id,
            note=tidy(note, LONGEST_NOTE),
            closed_by_id=actor.user_id,
        )
        session.add(closing)
        session.flush()
        return closing.id


def withdraw_closing(engine: sa.Engine, closing_id: int, *, note: Any, actor: Actor) -> None:
    """Withdraw the latest closing, with a reason; the one before it holds again.

    Raises
    ------
    NotFoundError
        If there is no such closing.
    NotAllowedError
        If this person is no administrator.
    InputError
        Without a reason.
    ConflictError
        If it is withdrawn already, or a later one stands.
    """
    only(actor, "admin")
    with writing(engine) as session:
        closing = existing_closing(session, closing_id, lock=True)
        if closing.withdrawn_at is not None:
            raise ConflictError(N_("This closing is withdrawn already."))
        if closed_until(session) != closing.until_on:
            raise ConflictError(N_("A later period is closed. Withdraw that one first."))
        closing.withdrawn_why = said(note)
        closing.withdrawn_by_id = actor.user_id
        closing.withdrawn_at = now()


def say_why(session: Session, run: ImportRun, correction: str | None) -> None:
    """Keep why an import changes what lies in a closed period.

    Raises
    ------
    ClosedPeriodError
        If it does and nobody says why.
    """
    reason = tidy(correction, LONGEST_NOTE)
    if reason is not None:
        run.correction = reason
        return
    days = [run.as_of_on, *map(date.fromisoformat, run.preview.get("days", ()))]
    refuse_unsaid(closed_until(session), days)


def days_touched(planned: Iterable[Planned]) -> list[date]:
    """Return the first day that planned records change something on; none where nothing changes.

    Of what is done about records of the follow-up by their steps, of votes by the meeting's day.
    """
    days = []
    for one in planned:
        days += [step["happened_on"] for step in one.steps]
        if one.table == Vote.__tablename__ and one.action != "unchanged":
            days.append(date.fromisoformat(one.label or ""))
    return [min(days)] if days else []
