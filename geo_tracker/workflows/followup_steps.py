"""What all records of the follow-up have in common when somebody changes them."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from geo_tracker.db.models import FollowupStep
from geo_tracker.db.record_journal import plain_value
from geo_tracker.errors import ChangedMeanwhileError, InputError, NotAllowedError
from geo_tracker.followup.problem_states import FOLLOWERS, Actor
from geo_tracker.language import N_

LONGEST_NOTE = 1000


def only_followers(actor: Actor) -> None:
    """Refuse who neither plans nor administrates.

    Raises
    ------
    NotAllowedError
        If his role is another.
    """
    if actor.role not in FOLLOWERS:
        raise NotAllowedError(N_("Your role does not permit this."))


def not_in_the_future(day: date, today: date) -> None:
    """Refuse a day that has not come.

    Raises
    ------
    InputError
        If it is after today.
    """
    if day > today:
        raise InputError(N_("A day in the future cannot be recorded."))


def same_version(stored: int, shown: int) -> None:
    """Refuse a change of what somebody else has changed since it was shown.

    Raises
    ------
    ChangedMeanwhileError
        If the versions differ.
    """
    if stored != shown:
        raise ChangedMeanwhileError(N_("Somebody else has changed this since you opened it."))


def tidy(text: Any, longest: int) -> str | None:
    """Return a text as it is kept: without blanks around it, None where nothing is left.

    Raises
    ------
    InputError
        If it has more characters than fit.
    """
    kept = str(text).strip() if text is not None else ""
    if len(kept) > longest:
        raise InputError(N_("At most %(count)s characters."), count=longest)
    return kept or None


def changed_fields(record: Any, values: Mapping[str, Any]) -> dict[str, list[Any]]:
    """Return which attributes values would change: [what is, what would be], as plain data."""
    return {
        name: [plain_value(getattr(record, name)), plain_value(new)]
        for name, new in values.items()
        if getattr(record, name) != new
    }


def step_about(
    table: str,
    record: Any,
    action: str,
    *,
    actor: Actor,
    on: date,
    states: tuple[str | None, str | None] = (None, None),
    note: str | None = None,
    fields: dict[str, Any] | None = None,
) -> FollowupStep:
    """Return the step to be logged.

    Parameters
    ----------
    table : str
        Name of the record's table.
    record : model
        With ``id`` and ``unit_id``.
    action : str
        What was done.
    actor : Actor
        By whom.
    on : date
        On which day.
    states : (str, str)
        State before and after, of records that have one.
    note : str, optional
        Why, or what shows it.
    fields : dict, optional
        As `changed_fields`.
    """
    return FollowupStep(
        user_id=actor.user_id,
        table_name=table,
        record_id=record.id,
        unit_id=record.unit_id,
        action=action,
        happened_on=on,
        from_state=states[0],
        to_state=states[1],
        note=note,
        fields=fields or {},
    )
