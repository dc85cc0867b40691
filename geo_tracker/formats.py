"""Numbers, money, shares and dates as readers see them: on pages, on paper, in Word."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd

MISSING = "—"


def is_missing(value: Any) -> bool:
    """Say whether a value is unknown; zero is not."""
    return value is None or bool(pd.isna(value))


def yuan_wan(value: Decimal | None, digits: int = 2) -> str:
    """Return yuan in 万元: 4000000 → 400.00."""
    return MISSING if is_missing(value) else f"{Decimal(value or 0) / 10_000:,.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as per cent: 0.997 → 99.7 %."""
    # Rounding must not turn "nearly all" into "all".
    if is_missing(share) or share is None:
        return MISSING
    text = f"{share * 100:.{digits}f}"
    if float(text) == 100 and share < 1:
        text = f"{100 - 10**-digits:.{digits}f}"
    return f"{text} %"


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with thousands separators."""
    return MISSING if is_missing(value) else f"{value:,.{digits}f}"


def day(value: date | datetime | None) -> str:
    """Return a date as 2019-10-31."""
    if is_missing(value) or value is None:
        return MISSING
    return value.strftime("%Y-%m-%d")
