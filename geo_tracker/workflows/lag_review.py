"""An administrator opens and closes a review of lagging villages; in it is decided of each."""

from collections.abc import Mapping
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.bulk import new_ids
from geo_tracker.db.columns import now
from geo_tracker.db.lag_periods import (
    existing_lag_period,
    last_decision,
    open_lag_period,
    review_of,
)
from geo_tracker.db.models import LagPeriod, LagReview
from geo_tracker.db.record_journal import plain_value
from geo_tracker.db.record_plan import records_locked
from geo_tracker.errors import (
    ChangedMeanwhileError,
    ConflictError,
    InputError,
    NotFoundError,
)
from geo_tracker.followup.lag_decisions import check_decision
from geo_tracker.followup.problem_states import FOLLOWERS, Actor
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import (
    LONGEST_NOTE,
    add_step,
    differing,
    only,
    tidy,
    unchanged_since,
)
from geo_tracker.workflows.lag_snapshot import FrozenLag, kept_lag, lag_rules
from geo_tracker.workflows.rules import rules_of

LONGEST = {
    **{"helper_unit": 60, "target": 1000, "approver": 60, "minutes": 2000},
    "reason": LONGEST_NOTE,
}
LONGEST_TITLE = 120


def open_lag_review(
    engine: sa.Engine,
    frozen: FrozenLag,
    *,
    title: Any,
    year: int,
    data_on: date | None,
    actor: Actor,
) -> int:
    """Open a review over a list that does not change from now on; return its id.

    Parameters
    ----------
    engine : Engine
        The database.
    frozen : FrozenLag
        The list.
    title : str
        What the review is called.
    year : int
        Whose rules hold.
    data_on : date or None
        The day of the newest figures.
    actor : Actor
        Who opens it.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    InputError
        Without a title, or where no village is known.
    ConflictError
        If another one is open, or the rules are no longer those that the list was made by.
    """
    only(actor, "admin")
    called = tidy(title, LONGEST_TITLE)
    if called is None:
        raise InputError(N_("Say what the review is called."))
    if not frozen.listed:
        raise InputError(N_("There are no villages to review."))
    with writing(engine) as session:
        # Two who open one at once: the second waits, then sees the first.
        records_locked(session)
        if open_lag_period(session) is not None:
            raise ConflictError(N_("A review is open. Close it before you open another."))
        if lag_rules(rules_of(session, year)) != frozen.rules:
            raise ConflictError(
                N_("The rules were changed while the list was made. Look at it and open it again.")
            )
        period = LagPeriod(
            title=called,
            year=year,
            data_on=data_on,
            rules=frozen.rules,
            reference=frozen.reference,
            snapshot=frozen.snapshot,
            sha256=frozen.sha256,
            table_csv=frozen.table_csv,
            opened_by_id=actor.user_id,
        )
        session.add(period)
        session.flush()
        return period.id


def close_lag_review(engine: sa.Engine, period_id: int, *, actor: Actor) -> None:
    """Close a review; nothing in it can be changed afterwards.

    Raises
    ------
    NotAllowedError
        If this person is no administrator.
    NotFoundError
        If there is no such review.
    ConflictError
        If it is closed already.
    """
    only(actor, "admin")
    with writing(engine) as session:
        period = existing_lag_period(session, period_id, lock=True)
        _still_open(period)
        period.closed_by_id = actor.user_id
        period.closed_at = now()


def decide(
    engine: sa.Engine,
    period_id: int,
    unit_id: int,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Decide of a village in an open review, or decide otherwise than before.

    Parameters
    ----------
    engine : Engine
        The database.
    period_id, unit_id : int
        The review, and a village of its list.
    given : mapping
        ``decision`` (a code of `DECISIONS`), ``helper_unit``, ``target``, ``approver``,
        ``minutes``, ``reason`` (texts), ``target_score`` (0–100), ``due_on`` (date).
    actor : Actor
        Who decides.
    version : int
        The decision's when it was shown; 0 where there was none.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person does not follow up.
    NotFoundError
        If there is no such review, or the village is not in its list.
    ConflictError
        If the review is closed.
    ChangedMeanwhileError
        If somebody else decided since it was shown.
    InputError
        If the decision cannot stand, see `check_decision`, or nothing was changed.
    """
    only(actor, *FOLLOWERS)
    side = kept_lag(engine, period_id).side_of(unit_id)
    if side is None:
        raise NotFoundError(N_("There is no village %(id)s."), id=unit_id)
    is_ranked = bool(pd.notna(side.at[unit_id, "score"]))
    score = float(side.at[unit_id, "score"]) if is_ranked else None
    rank = int(side.at[unit_id, "rank"]) if is_ranked else None
    values = _checked(given)
    with writing(engine) as session:
        # Closing waits for whoever is deciding, and whoever decides sees that it is closed.
        _still_open(existing_lag_period(session, period_id, lock=True))
        last = last_decision(session, unit_id, before=period_id)
        review = review_of(session, period_id, unit_id, lock=True)
        if review is None and version:
            raise ChangedMeanwhileError(N_("Somebody else has changed this since you opened it."))
        if review is not None:
            unchanged_since(review, version)
        check_decision(
            values["decision"],
            helper_unit=values["helper_unit"],
            reason=values["reason"],
            score=score,
            target_score=values["target_score"],
            last_target=None if last is None else last.target_score,
        )
        if review is None:
            (review_id,) = new_ids(session.connection(), LagReview, 1)
            review = LagReview(
                id=review_id,
                period_id=period_id,
                unit_id=unit_id,
                score=score,
                rank=rank,
                decided_by_id=actor.user_id,
                **values,
            )
            session.add(review)
            fields = {k: [None, plain_value(v)] for k, v in values.items() if v is not None}
        else:
            fields = differing(review, values)
            for name, value in values.items():
                setattr(review, name, value)
            review.decided_by_id, review.decided_at = actor.user_id, now()
            review.version += 1
        session.flush()
        note = values["reason"]
        add_step(session, review, "decide", actor=actor, on=today, note=note, fields=fields)


def _still_open(period: LagPeriod) -> None:
    if period.closed_at is not None:
        raise ConflictError(N_("This review is closed; nothing in it can be changed."))


def _checked(given: Mapping[str, Any]) -> dict[str, Any]:
    texts = {name: tidy(given.get(name), longest) for name, longest in LONGEST.items()}
    return texts | {
        "decision": given.get("decision"),
        "target_score": given.get("target_score"),
        "due_on": given.get("due_on"),
    }
