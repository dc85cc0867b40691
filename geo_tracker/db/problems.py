"""Problems as stored: one of them, its log, and the number of the next."""

from collections.abc import Collection
from datetime import date

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import FollowupStep, Problem, UserAccount
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

_NUMBERING = 22_001
"""Key of the lock under which problems get their numbers."""


def existing_problem(session: Session, problem_id: int) -> Problem:
    """Return a problem.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    problem = session.get(Problem, problem_id)
    if problem is None:
        raise NotFoundError(N_("There is no problem %(id)s."), id=problem_id)
    return problem


def locked_problem(session: Session, problem_id: int) -> Problem:
    """Return a problem that nobody else can change until this transaction ends.

    Raises
    ------
    NotFoundError
        If there is none with this id.
    """
    problem = session.get(Problem, problem_id, with_for_update=True)
    if problem is None:
        raise NotFoundError(N_("There is no problem %(id)s."), id=problem_id)
    return problem


def problem_numbered(session: Session, problem_no: str) -> Problem | None:
    """Return the problem with a number, if any."""
    return session.scalars(sa.select(Problem).where(Problem.problem_no == problem_no)).one_or_none()


def numbers_of(session: Session, problem_ids: Collection[int]) -> dict[int, str]:
    """Return the numbers of some problems by id; ids of none are left out."""
    rows = session.execute(
        sa.select(Problem.id, Problem.problem_no).where(Problem.id.in_(problem_ids))
    )
    return {row.id: row.problem_no for row in rows}


def next_numbers(session: Session, *, year: int, count: int) -> list[str]:
    """Return numbers for new problems of a year: 2026-00001 and so on.

    Nobody else gets numbers until this transaction ends.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.execute(sa.select(sa.func.pg_advisory_xact_lock(_NUMBERING)))
    taken = session.scalars(
        sa.select(Problem.problem_no)
        .where(Problem.problem_no.like(f"{year}-_____"))
        .order_by(Problem.problem_no.desc())
    )
    # Numbers that files brought may look alike and end in something else.
    last = next((number for number in taken if number[-5:].isdecimal()), None)
    first = int(last[-5:]) + 1 if last else 1
    return [f"{year}-{number:05d}" for number in range(first, first + count)]


def steps_of(
    session: Session, table_name: str, record_id: int
) -> list[tuple[FollowupStep, str | None]]:
    """Return what was done about a record, the oldest first, each with who did it."""
    rows = session.execute(
        sa.select(FollowupStep, UserAccount.username)
        .outerjoin(UserAccount, UserAccount.id == FollowupStep.user_id)
        .where(FollowupStep.table_name == table_name, FollowupStep.record_id == record_id)
        .order_by(FollowupStep.id)
    )
    return [(step, username) for step, username in rows]


def last_step_on(session: Session, table_name: str, record_id: int) -> date | None:
    """Return the day of the last step about a record."""
    return session.scalar(
        sa.select(sa.func.max(FollowupStep.happened_on)).where(
            FollowupStep.table_name == table_name, FollowupStep.record_id == record_id
        )
    )
