"""What forms about projects hold, read as money, shares, days and villages."""

from decimal import Decimal
from typing import Any

from geo_tracker.followup.typed_values import WAN, typed_number
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register


def share_of(text: str) -> float | None:
    """Return a share typed in per cent as 0–1; None for none.

    Raises
    ------
    InputError
        If it is no number.
    """
    number = typed_number(text.removesuffix("%").removesuffix("％"))
    return None if number is None else float(number / 100)


def wan_text(yuan: Decimal | None) -> str:
    """Return an amount as forms hold it: in 10,000 yuan, to the cent."""
    return "" if yuan is None else f"{(yuan / WAN).normalize():f}"


def village_fields(held: Register, unit_id: int | None) -> dict[str, Any]:
    """Return ``former_unit_id`` and ``unit_id`` of a project in a village, former or present."""
    if unit_id is None or unit_id not in held.formers.index:
        return {"former_unit_id": None, "unit_id": unit_id}
    later = or_none(held.present_units.get(unit_id))
    return {"former_unit_id": unit_id, "unit_id": None if later is None else int(later)}
