"""One action about many problems at once: each is done as a whole or not at all."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.problems import locked_problem
from geo_tracker.errors import GeoTrackerError, InputError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_, Message
from geo_tracker.workflows.problems import take_action

BULK_ACTIONS: Final = ("assign", "extend", "close")
MOST_AT_ONCE: Final = 500


@dataclass(frozen=True)
class Outcome:
    """What became of one problem: ``done``, ``changed`` (meanwhile) or ``refused``, and why."""

    problem_id: int
    kind: str
    reason: Message | None = None


def act_on_many(
    engine: sa.Engine,
    versions: Mapping[int, int],
    action: str,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    today: date,
) -> list[Outcome]:
    """Take an action about many problems, in one transaction.

    Parameters
    ----------
    engine : Engine
        The database.
    versions : mapping of int to int
        Version of each problem when it was shown, by id.
    action : str
        One of `BULK_ACTIONS`.
    given : mapping
        What the action brings, the same for all.
    actor : Actor
        Who acts.
    today : date
        The day.

    Returns
    -------
    list of Outcome
        One per problem, in the order given. Where one is refused the others are done.

    Raises
    ------
    InputError
        If there is no such action for many, or there are too many problems.
    """
    if action not in BULK_ACTIONS:
        raise InputError(N_("That cannot be done for many at once."))
    if len(versions) > MOST_AT_ONCE:
        raise InputError(N_("At most %(count)s at once."), count=MOST_AT_ONCE)
    outcomes: dict[int, Outcome] = {}
    with writing(engine) as session:
        # In the same order for everybody, so that no two wait for each other.
        for problem_id in sorted(versions):
            try:
                with session.begin_nested():
                    problem = locked_problem(session, problem_id)
                    if problem.version != versions[problem_id]:
                        outcomes[problem_id] = Outcome(problem_id, "changed")
                        continue
                    take_action(session, problem, action, given, actor=actor, today=today)
            except GeoTrackerError as refused:
                outcomes[problem_id] = Outcome(problem_id, "refused", refused.message)
            else:
                outcomes[problem_id] = Outcome(problem_id, "done")
    return [outcomes[problem_id] for problem_id in versions]
