"""Village codes as files write them, brought to 12 digits, or refused."""

import math
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

STAT_DIGITS = 12
LAND_DIGITS = 19

_EXPONENT = re.compile(r"[\d.]+E[+-]?\d+", re.IGNORECASE)
_DECIMALS = re.compile(r"(\d+)\.0*")
_WRITTEN_OUT = re.compile(r"(\d)\.(\d+)E\+?(\d+)", re.IGNORECASE)
_SAFE_DIGITS = 15
"""Excel and DBF numbers are exact up to 15 digits."""


@dataclass(frozen=True, slots=True)
class Code:
    """A code read: the statistical one, and the land-survey one where the file gave it.

    The first twelve digits of a land-survey code are the village's statistical code.
    """

    stat: str | None
    land: str | None = None


NO_CODE = Code(None)


def is_missing(value: object) -> bool:
    """Say whether a value is None or NaN."""
    return value is None or (isinstance(value, float) and math.isnan(value))


def plain_digits(value: object) -> str | None:
    """Return a value as text without blanks and decimals of zero; None when there is nothing."""
    if is_missing(value):
        return None
    if isinstance(value, float) and value.is_integer() and abs(value) < 10**_SAFE_DIGITS:
        return str(int(value))
    text = re.sub(r"\s", "", unicodedata.normalize("NFKC", str(value))).lstrip("'")
    exponent = _WRITTEN_OUT.fullmatch(text)
    if exponent and len(exponent[2]) >= int(exponent[3]):
        # ArcGIS writes numbers of a .dbf as 3.30784114200e+011: no digit is missing there.
        decimal_point = int(exponent[3])
        text = f"{exponent[1]}{exponent[2][:decimal_point]}.{exponent[2][decimal_point:]}"
    decimals = _DECIMALS.fullmatch(text)
    return (decimals[1] if decimals else text) or None


def code_of(value: object) -> Code | None:
    """Return the code a value holds, `NO_CODE` when it is empty, None when it is no code.

    Twelve digits are a statistical code and nineteen a land-survey code. A nineteen-digit number
    (not text) has lost its last digits on the way and is no code.
    """
    if isinstance(value, str) and value.isascii() and value.isdigit():
        text: str | None = value  # nearly always; what is tidied below takes five times as long
    else:
        text = plain_digits(value)
    if text is None:
        return NO_CODE
    if not (text.isascii() and text.isdigit()):
        return None
    if len(text) == STAT_DIGITS:
        return Code(text)
    if len(text) == LAND_DIGITS and isinstance(value, str) and "." not in value:
        return Code(text[:STAT_DIGITS], text)
    return None


def codes_of(values: Iterable[object]) -> list[Code | None]:
    """Return `code_of` of each value."""
    return [code_of(value) for value in values]


def has_lost_digits(value: object) -> bool:
    """Say whether a spreadsheet turned the code into a number that no longer has all digits."""
    if isinstance(value, float | int):
        return bool(abs(value) >= 10**_SAFE_DIGITS)
    return bool(_EXPONENT.fullmatch(re.sub(r"\s", "", str(value))))
