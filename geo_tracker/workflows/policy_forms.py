"""What people type about a policy or its use, read field by field: every error beside its field."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any, Final

from geo_tracker.errors import FieldsError, InputError
from geo_tracker.followup.policy_conditions import LEVELS, MOST_CONDITIONS, Condition
from geo_tracker.followup.policy_entry import TypedCondition, typed_condition
from geo_tracker.followup.typed_values import typed_day, typed_yuan
from geo_tracker.language import N_, Message
from geo_tracker.workflows.followup_records import LONGEST_NOTE, happened_by, tidy

LONGEST: Final = {
    **{"title": 200, "document_no": 100, "issuing_unit": 120, "gives": 2000, "source": 500},
    **{"channel": 60, "document": 200, "note": LONGEST_NOTE},
}
"""Signs of texts."""

DAYS: Final = ("issued_on", "in_force_from", "in_force_until")
TEXTS: Final = ("title", "document_no", "issuing_unit", "gives", "source", "channel")
CONDITIONS: Final = "conditions"
"""The field that errors about all conditions stand beside; of one row: ``condition-<row>``."""

_FIRST_YEAR = 1949
"""Policies are older than what is recorded here."""


@dataclass(frozen=True)
class TypedPolicy:
    """A form about a policy: its fields as typed by name, and the rows of its conditions.

    ``amount`` is in 10,000 yuan; ``places`` as for `typed_condition`.
    """

    fields: Mapping[str, str]
    conditions: Sequence[TypedCondition]
    places: Mapping[str, Sequence[str]] = field(default_factory=dict)


class _Reader:
    """Reads fields one after the other and keeps what is wrong with each."""

    def __init__(self, fields: Mapping[str, str]) -> None:
        self.fields = fields
        self.errors: dict[str, Message] = {}

    def read(self, name: str, how: Callable[[str], Any]) -> Any:
        try:
            return how(self.fields.get(name, ""))
        except InputError as error:
            self.errors[name] = error.message
            return None

    def text(self, name: str, needed: str | None = None) -> str | None:
        found: str | None = self.read(name, lambda text: tidy(text, LONGEST[name]))
        if found is None and needed is not None and name not in self.errors:
            self.errors[name] = Message(needed)
        return found

    def done(self) -> None:
        if self.errors:
            raise FieldsError(self.errors)


def read_policy(given: TypedPolicy) -> dict[str, Any]:
    """Return the fields of a policy; ``conditions`` as JSON keeps them.

    Raises
    ------
    FieldsError
        With all that is wrong.
    """
    form = _Reader(given.fields)
    needed = {
        "title": N_("Say what the policy is called."),
        "gives": N_("Say what it gives."),
    }
    values: dict[str, Any] = {name: form.text(name, needed.get(name)) for name in TEXTS}
    values |= {name: form.read(name, _day) for name in DAYS}
    first, last = values["in_force_from"], values["in_force_until"]
    if first is not None and last is not None and last < first:
        form.errors["in_force_until"] = Message(N_("It cannot end before it begins."))
    values["amount"] = form.read("amount", _amount)
    values["level"] = given.fields.get("level", "")
    if values["level"] not in LEVELS:
        form.errors["level"] = Message(N_("Say which villages it counts for."))
    values[CONDITIONS] = [one.plain() for one in _conditions(given, form)]
    form.done()
    return values


def _conditions(given: TypedPolicy, form: _Reader) -> list[Condition]:
    found = []
    for number, row in enumerate(given.conditions):
        try:
            condition = typed_condition(row, given.places)
        except InputError as error:
            form.errors[f"condition-{number}"] = error.message
            continue
        if condition is not None:
            found.append(condition)
    if len(found) > MOST_CONDITIONS:
        form.errors[CONDITIONS] = Message(
            N_("At most %(count)s conditions."), {"count": MOST_CONDITIONS}
        )
    if not found and not any(name.startswith("condition-") for name in form.errors):
        form.errors[CONDITIONS] = Message(N_("Give at least one condition."))
    return found


def read_use(given: Mapping[str, str], *, first: date | None, today: date) -> dict[str, Any]:
    """Return the fields of a use; ``first``: the day from which on the policy is in force.

    Raises
    ------
    FieldsError
        With all that is wrong.
    """
    form = _Reader(given)
    values: dict[str, Any] = {
        "used_on": form.read("used_on", lambda text: _used_day(text, first, today)),
        "amount": form.read("amount", _amount),
        "document": form.text("document"),
        "note": form.text("note"),
    }
    form.done()
    return values


def _used_day(text: str, first: date | None, today: date) -> date:
    day = _day(text)
    if day is None:
        raise InputError(N_("Give the day."))
    if first is not None and day < first:
        raise InputError(
            N_("The policy is in force from %(day)s; it cannot have been used before."),
            day=first.isoformat(),
        )
    return happened_by(day, today)


def _amount(text: str) -> Decimal | None:
    yuan = typed_yuan(text)
    if yuan is None:
        return None
    if yuan < 0:
        raise InputError(N_("An amount cannot be below zero."))
    return yuan.quantize(Decimal("0.01"))


def _day(text: str) -> date | None:
    return typed_day(text, first_year=_FIRST_YEAR)
