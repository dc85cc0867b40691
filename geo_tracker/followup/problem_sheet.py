"""What a row of a list says about the way of a problem, and the steps that lead there."""

import itertools
from collections.abc import Mapping
from datetime import date
from typing import Any

from geo_tracker.followup.problem_states import CLOSED_OTHERWISE, Actor
from geo_tracker.followup.problem_way import (
    LACKS,
    LEDGER_FIELDS,
    WAY,
    Led,
    RowError,
    RowStep,
    Way,
    has_failed,
    is_of_before,
    leads_back,
)
from geo_tracker.language import N_

__all__ = ["LEDGER_FIELDS", "Led", "RowError", "RowStep", "led_by_row"]

_DAYS = ("registered_on", "assigned_on", "claimed_on", "revisited_on", "closed_on")
_NEEDS = {
    **dict.fromkeys(("lead_unit", "due_on", "handover_round", "claimed_on"), "assigned_on"),
    **dict.fromkeys(("answer", "satisfaction"), "revisited_on"),
}
_LEAST = {"closed_on": "closed", "claimed_on": "claimed_fixed", "assigned_on": "assigned"}


def led_by_row(
    stored: Mapping[str, Any] | None,
    row: Mapping[str, Any],
    *,
    actor: Actor,
    last_on: date | None,
    today: date,
) -> Led:
    """Return where a row leads a problem, step by step along the allowed edges.

    Parameters
    ----------
    stored : mapping or None
        The problem as stored: `LEDGER_FIELDS`, ``outcome``, ``claimed_by_id``, ``suspended_on``,
        ``rechecked_on``; None for a new one.
    row : mapping
        What the row says: `LEDGER_FIELDS` and ``outcome``, None where it says nothing;
        ``registered_on`` of a new problem is known.
    actor : Actor
        Whose import it is.
    last_on : date or None
        The day of the last step about a stored problem, corrections apart.
    today : date
        No day may be after it.

    Raises
    ------
    GeoTrackerError
        If days are out of order, something is missing, or the row would have to lead a problem
        along a way that there is not; `RowError` says in which column.

    Notes
    -----
    A list tells the days of the last handover only. So a problem that was handed over n times is
    given one step ``assign`` with its round and a note; the rounds before are not made up. Nor are
    the days of accepting and beginning, which lists do not have: they are logged on the day of the
    step before, and say so.

    Where the answer of a revisit is that it is not fixed, the problem is handed over again on that
    day, with the row's deadline. 交办次数 counts the handover of 交办日期. A row that has both, the
    failed revisit and, on or after its day, the next handover, tells of that next handover.

    A problem that is known is only led forward. Whatever the row says and the steps do not lead
    to, a day that was logged otherwise above all, costs the row.
    """
    row = dict(row)
    if stored is not None:
        row = _without_what_led_here(stored, row)
        if all(row.get(name) in (None, stored[name]) for name in LEDGER_FIELDS):
            return Led()
        is_over = stored["state"] == "closed" or stored["state"] in CLOSED_OTHERWISE
        if is_over and row.get("state") not in (None, stored["state"]):
            raise leads_back()
        said = _said_of_known(stored, row)
    else:
        said = {name: row.get(name) for name in (*LEDGER_FIELDS, "outcome")}
    _check(said, row, today=today)
    way = Way(stored, said, actor=actor, last_on=last_on)
    way.go(_wanted_state(said, row, stored))
    way.must_be_said(row)
    return Led(way.differences(), way.steps)


def _without_what_led_here(stored: Mapping[str, Any], row: dict[str, Any]) -> dict[str, Any]:
    """Leave out what a row says of the round whose failed revisit has been stored already."""
    told = (
        (stored["handover_round"] or 0) >= 2
        and has_failed(stored)
        and row.get("revisited_on") == stored["revisited_on"]
        and has_failed(row)
        and row.get("claimed_on") is not None
        and row["claimed_on"] <= row["revisited_on"]
        and row["claimed_on"] != stored["claimed_on"]
    )
    if told:
        row |= dict.fromkeys(("assigned_on", "claimed_on", "handover_round"))
    return row


def _said_of_known(stored: Mapping[str, Any], row: Mapping[str, Any]) -> dict[str, Any]:
    """Return what a row says, and where it says nothing, what is stored of the same round."""
    said = {name: row.get(name) or stored[name] for name in (*LEDGER_FIELDS, "outcome")}
    if row.get("revisited_on") not in (None, stored["revisited_on"]):
        said |= {name: row.get(name) for name in ("answer", "satisfaction")}
    assigned_on, before = row.get("assigned_on"), stored["assigned_on"]
    if None not in (assigned_on, before) and assigned_on > before:
        said["claimed_on"] = row.get("claimed_on")
    return said


def _check(said: Mapping[str, Any], row: Mapping[str, Any], *, today: date) -> None:
    """Refuse days out of order, and what cannot be without something else."""
    for name in _DAYS:
        if row.get(name) is not None and row[name] > today:
            raise RowError(N_("A day in the future cannot be recorded."), column=name)
    for name, needed in _NEEDS.items():
        if said[name] and said[needed] is None:
            raise RowError(LACKS[needed], column={"handover_round": "rounds"}.get(name, name))
    of_before = is_of_before(said)
    if said["revisited_on"] is not None and said["claimed_on"] is None and not of_before:
        raise RowError(
            N_("It was revisited, but there is no day on which it was reported as fixed."),
            column="revisited_on",
        )
    order = list(_DAYS)
    if of_before:
        order = ["registered_on", "revisited_on", "assigned_on", "claimed_on", "closed_on"]
    known = [name for name in order if said[name] is not None]
    for earlier, later in itertools.pairwise(known):
        if said[later] < said[earlier]:
            raise RowError(
                N_("%(later)s is before %(earlier)s, which has to come first."),
                column=later if row.get(later) is not None else earlier,
                later=said[later].isoformat(),
                earlier=said[earlier].isoformat(),
            )
    if said["due_on"] is not None and said["due_on"] < said["assigned_on"]:
        raise RowError(
            N_("It cannot be due before %(day)s."),
            column="due_on",
            day=said["assigned_on"].isoformat(),
        )


def _wanted_state(
    said: Mapping[str, Any], row: Mapping[str, Any], stored: Mapping[str, Any] | None
) -> str:
    """Return the state that a row means: its word, or how far its days come."""
    of_before = is_of_before(said)
    revisited = said["revisited_on"] is not None and not of_before
    failed = revisited and has_failed(said)
    word = row.get("state")
    is_over = said["closed_on"] is not None and word not in CLOSED_OTHERWISE
    if failed and (is_over or word in ("confirmed_fixed", "closed")):
        raise RowError(
            N_("After this answer it is handed over again; it is neither confirmed nor closed."),
            column="answer",
        )
    reached = "registered"
    if said["closed_on"] is not None:
        reached = "closed"
    elif revisited:
        reached = "assigned" if failed else "confirmed_fixed"
    elif said["claimed_on"] is not None:
        reached = "claimed_fixed"
    elif said["assigned_on"] is not None:
        reached = "assigned"
    if word is None:
        stands = stored["state"] if stored is not None else None
        # In a round that is new here it begins anew.
        anew = stored is not None and said["handover_round"] > stored["handover_round"]
        ahead = (
            not anew and stands in WAY and reached in WAY and WAY.index(stands) > WAY.index(reached)
        )
        return str(stands) if ahead and not failed else reached
    if word in CLOSED_OTHERWISE:
        if said["claimed_on"] is not None:
            raise _contradiction("claimed_on")
        return str(word)
    if failed and word in ("assigned", "accepted", "in_progress"):
        return str(word)
    for name, least in _LEAST.items():
        if row.get(name) is not None and WAY.index(word) < WAY.index(least):
            raise _contradiction(name)
    if revisited and row.get("revisited_on") and word == "claimed_fixed":
        raise _contradiction("revisited_on")
    return str(word)


def _contradiction(column: str) -> RowError:
    return RowError(N_("The state says that it has not come so far as this day."), column=column)
