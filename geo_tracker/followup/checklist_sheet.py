"""What a row of a list says about an item of a checklist, and the steps that lead there."""

from collections.abc import Mapping
from datetime import date
from typing import Any, Final

from geo_tracker.errors import GeoTrackerError
from geo_tracker.followup.checklist import ItemSituation, after_item_action
from geo_tracker.followup.problem_states import Actor
from geo_tracker.followup.problem_way import Led, RowError, RowStep
from geo_tracker.language import N_

ITEM_FIELDS: Final = ("state", "done_on", "verified_on")
"""What tells how an item stands. A row never clears it; only steps change it."""

LEADING: Final = ("finish", "verify", "send_back", "leave_out", "take_in")
"""Actions that move an item's state; what was opened, planned or corrected is no step behind."""

_WAY: Final = ("open", "done", "verified")
_NEW: Final[dict[str, Any]] = {"state": "open"} | dict.fromkeys(
    ("done_on", "done_by_id", "evidence", "verified_on", "verified_by_id")
)


def led_item(
    stored: Mapping[str, Any] | None,
    row: Mapping[str, Any],
    *,
    actor: Actor,
    last_on: date | None,
    on: date,
    today: date,
) -> Led:
    """Return where a row leads an item, step by step along the allowed edges.

    Parameters
    ----------
    stored : mapping or None
        The item as stored: `ITEM_FIELDS`, ``owner_unit``, ``evidence``, ``done_by_id``,
        ``verified_by_id``; None for a new one.
    row : mapping
        What the row says: `ITEM_FIELDS` and ``evidence``, None where it says nothing.
    actor : Actor
        Whose import it is. What a list tells as done others have done; what he himself reported
        as done in the browser he cannot verify by a list either.
    last_on : date or None
        The day of the last of `LEADING` about a stored item.
    on : date
        The day of what has no column: that a new item was opened, that one does not apply.
    today : date
        No day may be after it.

    Raises
    ------
    GeoTrackerError
        If days are out of order or missing, or the row would lead back; `RowError` says in which
        column.
    """
    for name in ("done_on", "verified_on"):
        if row[name] is not None and row[name] > today:
            raise RowError(N_("A day in the future cannot be recorded."), column=name)
    if stored is not None and all(row[n] in (None, stored[n]) for n in ITEM_FIELDS):
        return Led()
    way = _Way(stored, row, actor=actor, last_on=last_on, on=min(on, today))
    way.go(_wanted(row, way.now["state"]))
    way.must_be_said()
    return Led(way.differences(), way.steps)


def _wanted(row: Mapping[str, Any], stands: str) -> str:
    """Return the state that a row means: its word, or how far its days come."""
    word: str | None = row["state"]
    reached = "verified" if row["verified_on"] else "done" if row["done_on"] else None
    if word is None:
        ahead = reached in _WAY and stands in _WAY and _WAY.index(stands) > _WAY.index(reached)
        return stands if reached is None or ahead else reached
    for name, state in (("verified_on", "verified"), ("done_on", "done")):
        if row[name] is not None and word not in _WAY[_WAY.index(state) :]:
            raise RowError(
                N_("The state says that it has not come so far as this day."), column=name
            )
    return word


class _Way:
    """The way of one item, from where it stands to where a row says that it is."""

    def __init__(
        self,
        stored: Mapping[str, Any] | None,
        row: Mapping[str, Any],
        *,
        actor: Actor,
        last_on: date | None,
        on: date,
    ) -> None:
        self.row, self.actor, self.on = row, actor, on
        self.before = stored
        self.now: dict[str, Any] = dict(stored) if stored is not None else dict(_NEW)
        self.steps: list[RowStep] = []
        self.last_on = last_on
        self.situation = ItemSituation(
            self.now["state"], self.now.get("owner_unit"), self.now["done_by_id"]
        )
        if stored is None:
            days = [day for day in (row["done_on"], row["verified_on"], on) if day is not None]
            self.steps.append(
                RowStep("open", min(days), None, "open", None, None, {}),
            )

    def go(self, wanted: str) -> None:
        """Take all steps up to a state."""
        row, stands = self.row, self.now["state"]
        if wanted == stands:
            return
        if wanted == "not_applicable":
            if stands != "open":
                raise _leads_back()
            on = max(self.on, self.last_on) if self.last_on is not None else self.on
            self._take("leave_out", on, {"evidence": row["evidence"] or self.now["evidence"]})
            return
        if stands not in _WAY or _WAY.index(wanted) < _WAY.index(stands):
            raise _leads_back()
        if stands == "open":
            done = {
                "done_on": row["done_on"],
                "evidence": row["evidence"] or self.now["evidence"],
            }
            self._take("finish", row["done_on"], done)
        if wanted == "verified":
            verified = {"verified_on": row["verified_on"], "verified_by_id": self.actor.user_id}
            self._take("verify", row["verified_on"], verified)

    def _take(self, action: str, on: date | None, changes: Mapping[str, Any]) -> None:
        column = {"finish": "done_on", "verify": "verified_on"}.get(action, "state")
        if on is None:
            raise RowError(_LACKS[column], column=column)
        if self.last_on is not None and on < self.last_on:
            raise RowError(
                N_("The last step about this item was on %(day)s; this one cannot be before it."),
                column=column,
                day=self.last_on.isoformat(),
            )
        # What shows it is often not written in lists; that it was done is what the day says.
        note = self.row["evidence"] if action != "verify" else None
        actor = self.actor if action == "verify" else Actor(None, self.actor.role)
        before = self.situation
        try:
            self.situation = after_item_action(before, action, actor, {"note": note or "—"})
        except GeoTrackerError as refused:
            raise RowError(
                refused.message.text, column=column, **refused.message.values
            ) from refused
        fields = {
            name: [_plain(self.now[name]), _plain(new)]
            for name, new in changes.items()
            if self.now[name] != new
        }
        self.now |= changes
        state = self.situation.state
        self.now |= {"state": state, "done_by_id": self.situation.done_by_id}
        self.last_on = on
        self.steps.append(RowStep(action, on, before.state, state, None, note, fields))

    def must_be_said(self) -> None:
        """Refuse a row that says otherwise than its steps lead to."""
        for name in ITEM_FIELDS:
            stated, stored = self.row[name], self.now[name]
            if stated is not None and stated != stored:
                raise RowError(
                    N_(
                        "The row says %(stated)s, but %(stored)s is recorded; an import does not"
                        " change what was logged."
                    ),
                    column=name,
                    stated=_plain(stated),
                    stored="—" if stored is None else _plain(stored),
                )

    def differences(self) -> dict[str, Any]:
        """Return the attributes that the steps have changed; of a new item, all."""
        before = self.before
        if before is None:
            return self.now
        return {n: new for n, new in self.now.items() if before.get(n) != new}


def _leads_back() -> RowError:
    return RowError(
        N_(
            "The row leads back: the item has come further. Nothing is undone by an import; send it"
            " back on its page."
        ),
        column="state",
    )


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value


_LACKS: Final[dict[str, str]] = {
    "done_on": N_("There is no day on which it was done (完成日期)."),
    "verified_on": N_("There is no day on which it was verified (核验日期)."),
}
