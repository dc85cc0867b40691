"""Conditions of a policy as people type them, in either language."""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Final

from geo_tracker.errors import InputError
from geo_tracker.followup.policy_conditions import Condition, Value, operators_of
from geo_tracker.followup.policy_fields import FIELDS, PolicyField
from geo_tracker.language import LOCALES, N_, Message, translate

FLAG_WORDS: Final = {True: N_("yes"), False: N_("no")}

LONGEST_VALUE: Final = 200
_MOST: Final = Decimal(10) ** 12

TypedCondition = tuple[str, str, str]
"""Field, operator and value of a row of the form."""


def typed_condition(typed: TypedCondition, places: Mapping[str, Sequence[str]]) -> Condition | None:
    """Read a row of the form; None for one in which nothing was typed.

    Parameters
    ----------
    typed : tuple of str
        The row.
    places : mapping
        ``county`` and ``town``: the names that villages have.

    Raises
    ------
    InputError
        If it is no condition.
    """
    code, operator, text = (part.strip() for part in typed)
    if not code and not text:
        return None
    field = FIELDS.get(code)
    if field is None:
        raise InputError(N_("Choose what the condition is about."))
    if not text:
        raise InputError(N_("Say which value it has to have."))
    if len(text) > LONGEST_VALUE:
        raise InputError(N_("At most %(count)s characters."), count=LONGEST_VALUE)
    if operator not in operators_of(field):
        if field.kind == "number":
            raise InputError(N_("Numbers are compared: at least, at most, above or below."))
        raise InputError(N_("Choose “is” or “is not” here: it is no number."))
    return _condition(field, operator, _value(field, text, places))


def _condition(field: PolicyField, operator: str, value: Value) -> Condition:
    if isinstance(value, bool) and operator == "is_not":
        return Condition(field.code, "is", not value)
    return Condition(field.code, operator, value)


def _value(field: PolicyField, text: str, places: Mapping[str, Sequence[str]]) -> Value:
    if field.kind == "number":
        return _number(text)
    if field.kind == "flag":
        return _flag(text)
    known = _words(field) if field.kind == "choice" else {name: name for name in places[field.code]}
    parts = [part.strip() for part in text.replace("，", "、").replace(",", "、").split("、")]
    values = []
    for part in filter(None, parts):
        if part not in known:
            if field.kind == "place":
                raise InputError(N_("No village lies in “%(given)s”."), given=part[:40])
            raise InputError(
                N_("“%(given)s” is none of: %(words)s."), given=part[:40], words=_listed(field)
            )
        values.append(known[part])
    if not values:
        raise InputError(N_("Say which value it has to have."))
    return tuple(dict.fromkeys(values))


def _number(text: str) -> str:
    try:
        value = Decimal(text.replace(",", "").replace("，", "").replace("%", ""))
    except InvalidOperation as error:
        raise InputError(N_("“%(given)s” is no number."), given=text[:40]) from error
    if not value.is_finite() or abs(value) > _MOST:
        raise InputError(N_("“%(given)s” is no number."), given=text[:40])
    return f"{value.normalize():f}"


def _flag(text: str) -> bool:
    for value, word in FLAG_WORDS.items():
        if text.lower() in {translate(Message(word), locale) for locale in LOCALES}:
            return value
    raise InputError(N_("“%(given)s” is neither yes nor no."), given=text[:40])


def _words(field: PolicyField) -> dict[str, str]:
    """Return what a choice may be called, in any language → its code."""
    found = {code: code for code in field.words}
    for code, word in field.words.items():
        found |= {translate(Message(word), locale): code for locale in LOCALES}
    return found


def _listed(field: PolicyField) -> Message:
    """Return all words of a choice as one text, to be said in the reader's language."""
    first, *others = field.words.values()
    listed = Message(first)
    for word in others:
        listed = Message(N_("%(some)s, %(next)s"), {"some": listed, "next": Message(word)})
    return listed
