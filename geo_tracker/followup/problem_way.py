"""The way of one problem, step by step, to where a row of a list says that it is."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from geo_tracker.errors import ConflictError, GeoTrackerError, InputError
from geo_tracker.followup.problem_states import (
    CLOSED_OTHERWISE,
    Actor,
    Situation,
    after_action,
)
from geo_tracker.language import N_

WAY: Final = (
    *("registered", "assigned", "accepted", "in_progress"),
    *("claimed_fixed", "confirmed_fixed", "closed"),
)
"""The states in the order in which a round goes through them."""

LEDGER_FIELDS: Final = (
    *("state", "handover_round", "lead_unit", "registered_on", "assigned_on", "due_on"),
    *("claimed_on", "revisited_on", "answer", "satisfaction", "closed_on", "duplicate_of_id"),
)
"""What tells how a problem stands. A row never clears it; only steps change it."""

_ACTIONS = dict(
    zip(WAY[1:], ("assign", "accept", "start", "claim", "revisit", "close"), strict=True)
)
_NOTHING: Final[dict[str, Any]] = dict.fromkeys((*LEDGER_FIELDS, "outcome", "claimed_by_id"))
_OF_STEP = {
    **{"assign": "assigned_on", "claim": "claimed_on", "revisit": "revisited_on"},
    **{"close": "closed_on", "duplicate": "duplicate_no"},
}


class RowError(InputError):
    """Something in a row that cannot be; ``column`` is where."""

    def __init__(self, text: str, *, column: str | None = None, **values: Any) -> None:
        super().__init__(text, **values)
        self.column = column


@dataclass(frozen=True)
class RowStep:
    """A step as the log keeps it; ``fields``: name → [what was, what is], as plain data."""

    action: str
    on: date
    from_state: str | None
    to_state: str
    round: int | None
    note: str | None
    fields: dict[str, list[Any]]


@dataclass(frozen=True)
class Led:
    """Where a row leads a problem: attributes that differ afterwards, and the steps."""

    values: dict[str, Any] = field(default_factory=dict)
    steps: list[RowStep] = field(default_factory=list)


def has_failed(said: Mapping[str, Any]) -> bool:
    """Say whether the answer of a revisit leads to another handover."""
    answer, satisfaction = said.get("answer"), said.get("satisfaction")
    return answer in ("not_fixed", "half_fixed") or satisfaction == "dissatisfied"


def is_of_before(said: Mapping[str, Any]) -> bool:
    """Say whether the revisit of a row is the failed one that led to the handover it tells of."""
    return (
        said["revisited_on"] is not None
        and said["assigned_on"] is not None
        and has_failed(said)
        and (said["handover_round"] or 1) >= 2
        and said["revisited_on"] <= said["assigned_on"]
        and (said["claimed_on"] is None or said["claimed_on"] >= said["assigned_on"])
        and said["state"] not in ("confirmed_fixed", "closed")
    )


class Way:
    """The way of one problem, from where it stands to where a row says that it is.

    Parameters
    ----------
    stored : mapping or None
        The problem as stored; None for a new one.
    said : mapping
        `LEDGER_FIELDS` and ``outcome`` as the row and what is stored tell them together.
    actor : Actor
        Whose import it is.
    last_on : date or None
        The day of the last step about a stored problem.
    """

    def __init__(
        self,
        stored: Mapping[str, Any] | None,
        said: Mapping[str, Any],
        *,
        actor: Actor,
        last_on: date | None,
    ) -> None:
        self.said, self.actor = said, actor
        self.before = dict(stored) if stored is not None else None
        self.now = dict(stored) if stored is not None else dict(_NOTHING)
        self.steps: list[RowStep] = []
        self.day: date = last_on or said["registered_on"]
        self.told_again: set[str] = set()
        self.situation = Situation(
            state=self.now["state"] or "registered",
            round=self.now["handover_round"] or 0,
            lead_unit=self.now["lead_unit"],
            suspended=self.now.get("suspended_on") is not None,
            claimed_by_id=self.now["claimed_by_id"],
            rechecked=self.now.get("rechecked_on") is not None,
        )

    def go(self, wanted: str) -> None:
        """Take all steps up to a state."""
        if self.before is None:
            self.now |= {"state": "registered", "handover_round": 0}
            self.now["registered_on"] = self.said["registered_on"]
            self._note("register", self.day, None, {})
        self._check_round()
        if self._is_reassigned():
            self._revisit()
        if wanted in CLOSED_OTHERWISE:
            if self.situation.state == "registered" and self.said["assigned_on"] is not None:
                self._act("assign")
            if self.situation.state != wanted:
                self._close_otherwise(wanted)
            return
        while self.situation.state != wanted or self._fails_now():
            place = WAY.index(self.situation.state) if self.situation.state in WAY else len(WAY)
            if place + 1 >= len(WAY) or (place >= WAY.index(wanted) and not self._fails_now()):
                raise leads_back()
            self._act(_ACTIONS[WAY[place + 1]])

    def _check_round(self) -> None:
        stated, stored = self.said["handover_round"], self.situation.round
        if self.before is None or not stated or stated in (stored, 0):
            return
        if stated == stored + 1 and (stored == 0 or self._is_reassigned()):
            return
        if stored == 0:
            return
        raise RowError(
            N_(
                "The row says that it was handed over %(stated)s times; %(stored)s times are"
                " recorded, and no revisit in the row leads from one to the other."
            ),
            column="rounds",
            stated=stated,
            stored=stored,
        )

    def _is_reassigned(self) -> bool:
        """Say whether the row tells of the handover after a failed revisit that is new here."""
        return (
            self.before is not None
            and self.situation.state == "claimed_fixed"
            and is_of_before(self.said)
            and self.said["revisited_on"] != self.before["revisited_on"]
        )

    def _fails_now(self) -> bool:
        """Say whether the row has a failed revisit of this very round still to come."""
        return (
            self.said["revisited_on"] is not None
            and has_failed(self.said)
            and not is_of_before(self.said)
            and "revisit" not in {step.action for step in self.steps}
            and self.now["revisited_on"] != self.said["revisited_on"]
        )

    def _act(self, action: str) -> None:
        said = self.said
        match action:
            case "assign":
                changes = {name: said[name] for name in ("lead_unit", "assigned_on", "due_on")}
                round_ = said["handover_round"] or 1
                if is_of_before(said):
                    names = ("revisited_on", "answer", "satisfaction")
                    changes |= {name: said[name] for name in names}
                    round_ = max(round_, 2)
                self._take(action, said["assigned_on"], changes, round_=round_)
            case "claim":
                changes = {"claimed_on": said["claimed_on"], "outcome": said["outcome"]}
                self._take(action, said["claimed_on"], changes, note=said["outcome"])
            case "revisit":
                self._revisit()
            case "close":
                self._take(action, said["closed_on"], {"closed_on": said["closed_on"]})
            case _:
                self._take(action, self.day, {}, note=_DAY_NOT_TOLD)

    def _revisit(self) -> None:
        said = self.said
        answer, on = said["answer"], said["revisited_on"]
        if answer is None and said["satisfaction"] in ("satisfied", "basically_satisfied"):
            answer = "fixed"
        changes = {"revisited_on": on, "answer": answer, "satisfaction": said["satisfaction"]}
        if has_failed(changes):
            due_on = said["due_on"]
            if on is not None and due_on is not None and due_on < on:
                raise RowError(
                    N_("It is handed over again: give the day it is due."), column="due_on"
                )
            of_before = is_of_before(said)
            changes |= {"assigned_on": said["assigned_on"] if of_before else on, "due_on": due_on}
            changes |= {"claimed_on": None, "claimed_by_id": None}
            if not of_before:
                self.told_again |= {"assigned_on", "claimed_on", "handover_round"}
        self._take("revisit", on, changes)
        if self.situation.state == "assigned":
            self.day = self.now["assigned_on"]

    def _close_otherwise(self, action: str) -> None:
        on, why = self.said["closed_on"], self.said["outcome"]
        changes = {"closed_on": on, "outcome": why}
        if action == "duplicate":
            changes["duplicate_of_id"] = self.said["duplicate_of_id"]
        if self.before is not None:
            changes["suspended_on"] = None
        self._take(action, on, changes, note=why)

    def _take(
        self,
        action: str,
        on: date | None,
        changes: Mapping[str, Any],
        *,
        note: str | None = None,
        round_: int | None = None,
    ) -> None:
        column = _OF_STEP.get(action, "closed_on" if action in CLOSED_OTHERWISE else "state")
        if on is None:
            raise RowError(LACKS[column if column in LACKS else "closed_on"], column=column)
        if on < self.day:
            raise RowError(
                N_(
                    "The last step about this problem was on %(day)s; this one cannot be before it."
                ),
                column=column,
                day=self.day.isoformat(),
            )
        # What was done is often not written in lists; that it was is what the day says.
        given = {**changes, "note": note or ("—" if action == "claim" else None)}
        # Who imports a list has not fixed anything himself; he must not confirm what he has.
        actor = self.actor if action == "revisit" else Actor(None, self.actor.role)
        before = self.situation
        try:
            self.situation = after_action(before, action, actor, given)
        except GeoTrackerError as refused:
            raise _in_column(refused, _NEEDED_IN.get(refused.message.text, column)) from refused
        if round_ is not None and round_ > 1:
            self.situation = Situation(**vars(self.situation) | {"round": round_})
            note = _EARLIER_NOT_TOLD % round_
        fields = {
            name: [_plain(self.now.get(name)), _plain(new)]
            for name, new in changes.items()
            if self.now.get(name) != new
        }
        self.now |= changes
        self.now |= {"state": self.situation.state, "handover_round": self.situation.round}
        self._note(action, on, before.state, fields, note=note)

    def _note(
        self,
        action: str,
        on: date,
        before: str | None,
        fields: dict[str, list[Any]],
        *,
        note: str | None = None,
    ) -> None:
        self.day = on
        state, round_ = self.now["state"], self.now["handover_round"]
        self.steps.append(RowStep(action, on, before, state, round_, note, fields))

    def must_be_said(self, row: Mapping[str, Any]) -> None:
        """Refuse a row that says otherwise than its steps lead to."""
        for name in LEDGER_FIELDS:
            stated = row.get(name)
            if stated is None or name in self.told_again or name == "duplicate_of_id":
                continue
            if name == "handover_round" and not stated and not self.now[name]:
                continue
            if stated != self.now[name]:
                raise RowError(
                    N_(
                        "The row says %(stated)s, but %(stored)s is recorded; an import does not"
                        " change what was logged."
                    ),
                    column={"handover_round": "rounds"}.get(name, name),
                    stated=_plain(stated),
                    stored="—" if self.now[name] is None else _plain(self.now[name]),
                )

    def differences(self) -> dict[str, Any]:
        """Return the attributes that the steps have changed."""
        if self.before is None:
            return self.now
        return {n: new for n, new in self.now.items() if self.before.get(n) != new}


def leads_back() -> RowError:
    """Return the refusal of a row behind which a problem lies already."""
    return RowError(
        N_(
            "The row leads back: the problem has come further. What was closed stays closed, and"
            " nothing is undone by an import."
        ),
        column="state",
    )


def _in_column(refused: GeoTrackerError, column: str) -> GeoTrackerError:
    if isinstance(refused, ConflictError):
        return RowError(refused.message.text, column="state", **refused.message.values)
    return RowError(refused.message.text, column=column, **refused.message.values)


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


# Kept with the data, so in the language of the lists.
_DAY_NOT_TOLD = "表中未载明日期，按上一步的日期记"
_EARLIER_NOT_TOLD = "第%d次交办；以前各次的日期表中没有"

LACKS: Final[dict[str, str]] = {
    "assigned_on": N_("There is no day on which it was handed over (交办日期)."),
    "claimed_on": N_("There is no day on which it was reported as fixed (办结日期)."),
    "revisited_on": N_("There is no day on which it was revisited (回访日期)."),
    "closed_on": N_("There is no day on which it was closed (销号日期)."),
}
_NEEDED_IN: Final[dict[str, str]] = {
    "Say which unit it is handed to.": "lead_unit",
    "Give the day it is due.": "due_on",
    "It is handed over again: give the day it is due.": "due_on",
    "Say why, or what was done.": "outcome",
    "Say what the resident answered.": "answer",
    "Say how satisfied the resident is.": "satisfaction",
    "Say of which problem it is a duplicate.": "duplicate_no",
}
