"""What forms and filters of the follow-up hold, read as days, numbers and texts."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from flask import request

from geo_tracker.errors import InputError
from geo_tracker.language import N_
from geo_tracker.web.day import judging_day

MOST_DIGITS = 9
"""Of numbers that people type; more would be no number of anything here."""


def typed(name: str) -> str:
    """Return a field of the form as typed; fields that are not there are empty."""
    return request.form.get(name, "").strip()


def count_of(text: str) -> int | None:
    """Return the whole number that was typed; None for none.

    Raises
    ------
    InputError
        If it is none.
    """
    if not text:
        return None
    if not text.isdecimal() or len(text) > MOST_DIGITS:
        raise InputError(N_("“%(given)s” is no whole number."), given=text[:40])
    return int(text)


def number_in(form: Mapping[str, str], name: str) -> int:
    """Return a number that a page of ours put into a form; 0 where somebody else did."""
    text = form.get(name, "")
    return int(text) if text.isdecimal() and len(text) <= MOST_DIGITS else 0


def numbers_in(name: str) -> list[int]:
    """Return all numbers of one name that a page of ours put into a form."""
    return [number_in({name: text}, name) for text in request.form.getlist(name)]


def asked_day(name: str) -> date | None:
    """Return a day that an address asks for; None for none and for anything else."""
    try:
        return date.fromisoformat(request.args.get(name, ""))
    except ValueError:
        return None


def asked_text(name: str) -> str:
    """Return a text that an address asks for."""
    # Databases know no texts with a NUL in them.
    return request.args.get(name, "").replace("\x00", "").strip()


def days_until_judged(day: date) -> int:
    """Return how many days ago a day was, where deadlines are judged; 0 for later ones."""
    return max(0, (judging_day() - day).days)


def day_text(day: date | None) -> str:
    """Return a day as forms hold it."""
    return "" if day is None else day.isoformat()


def values_of(entry: Any, names: tuple[str, ...]) -> dict[str, str]:
    """Return the fields of a record as forms hold them."""
    found = {name: getattr(entry, name) for name in names}
    return {
        name: day_text(value) if isinstance(value, date) else str("" if value is None else value)
        for name, value in found.items()
    }
