"""Money of frames (whole fen) as decimal yuan."""

from decimal import Decimal
from typing import Any

import pandas as pd

from geo_tracker.web.texts import is_missing


def yuan(fen: Any) -> Decimal | None:
    """Return fen as yuan; missing stays missing."""
    return None if is_missing(fen) else Decimal(int(fen)) / 100


def total_yuan(fen: pd.Series) -> Decimal | None:
    """Return the sum of known amounts; None when none is known."""
    return None if fen.notna().sum() == 0 else yuan(fen.sum())


def share(part: Decimal | float | None, whole: Decimal | float | None) -> float | None:
    """Return part of whole; None where either is unknown or the whole is zero."""
    if part is None or whole is None or not whole:
        return None
    return float(part) / float(whole)


def or_none(value: Any) -> Any:
    """Return a cell as Python's own kind; any missing value is None."""
    if is_missing(value):
        return None
    return value.item() if hasattr(value, "item") else value
