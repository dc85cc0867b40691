"""What people type into forms, read as days, numbers and money."""

from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from geo_tracker.errors import InputError
from geo_tracker.language import N_

WAN: Final = 10_000
"""Yuan in 万元, in which amounts are typed."""

_FIRST_YEAR, _LAST_YEAR = 2000, 2999
_LONGEST_NUMBER = 24
_TOO_MUCH = 10**12
"""Yuan; no county has as many."""


def typed_day(text: str, *, first_year: int = _FIRST_YEAR) -> date | None:
    """Return the day that was typed, as 2019-10-31; None for none.

    Raises
    ------
    InputError
        If it is no day, or one of a year that nothing here is of.
    """
    text = text.strip()
    if not text:
        return None
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InputError(N_("“%(given)s” is no day."), given=text[:40]) from error
    if not first_year <= day.year <= _LAST_YEAR:
        raise InputError(N_("“%(given)s” is no day."), given=text[:40])
    return day


def typed_number(text: str) -> Decimal | None:
    """Return the number that was typed, with or without separators; None for none.

    Raises
    ------
    InputError
        If it is no number.
    """
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain:
        return None
    try:
        number = Decimal(plain) if len(plain) <= _LONGEST_NUMBER else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or "e" in plain.lower():
        raise InputError(N_("“%(given)s” is no number."), given=text.strip()[:40])
    return number


def typed_yuan(text: str) -> Decimal | None:
    """Return an amount typed in 10,000 yuan, in yuan; None for none.

    Raises
    ------
    InputError
        If it is no number, or more than there is.
    """
    number = typed_number(text)
    if number is None:
        return None
    if abs(number) * WAN >= _TOO_MUCH:
        raise InputError(N_("“%(given)s” is no number."), given=text.strip()[:40])
    return number * WAN
