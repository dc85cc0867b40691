"""What forms about projects hold, read as money, shares, days and villages."""

from decimal import Decimal, InvalidOperation
from typing import Any

from geo_tracker.errors import InputError
from geo_tracker.language import N_
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register

_LONGEST_NUMBER = 24
_WAN = 10_000


def yuan_of(text: str) -> Decimal | None:
    """Return an amount typed in 10,000 yuan, in yuan; None for none.

    Raises
    ------
    InputError
        If it is no number.
    """
    number = _number(text)
    return None if number is None else number * _WAN


def share_of(text: str) -> float | None:
    """Return a share typed in per cent as 0–1; None for none.

    Raises
    ------
    InputError
        If it is no number.
    """
    number = _number(text.removesuffix("%").removesuffix("％"))
    return None if number is None else float(number / 100)


def _number(text: str) -> Decimal | None:
    plain = text.replace(",", "").replace("，", "").strip()
    if not plain:
        return None
    try:
        number = Decimal(plain) if len(plain) <= _LONGEST_NUMBER else None
    except InvalidOperation:
        number = None
    if number is None or not number.is_finite() or "e" in plain.lower():
        raise InputError(N_("“%(given)s” is no number."), given=text[:40])
    return number


def wan_text(yuan: Decimal | None) -> str:
    """Return an amount as forms hold it: in 10,000 yuan, to the cent."""
    return "" if yuan is None else f"{(yuan / _WAN).normalize():f}"


def village_fields(held: Register, unit_id: int | None) -> dict[str, Any]:
    """Return ``former_unit_id`` and ``unit_id`` of a project in a village, former or present."""
    if unit_id is None or unit_id not in held.formers.index:
        return {"former_unit_id": None, "unit_id": unit_id}
    later = or_none(held.present_units.get(unit_id))
    return {"former_unit_id": unit_id, "unit_id": None if later is None else int(later)}
