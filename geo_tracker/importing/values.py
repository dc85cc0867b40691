"""Cells of planners' tables: each parser returns a value, None when empty, or raises CellError."""

import re
from datetime import date, datetime, timedelta
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation

from geo_tracker.errors import InputError
from geo_tracker.importing.codes import (
    LAND_DIGITS,
    STAT_DIGITS,
    code_of,
    has_lost_digits,
    is_missing,
)
from geo_tracker.importing.unread_cells import NOT_CALCULATED
from geo_tracker.language import N_

_FULL_WIDTH = {ord("０") + digit: str(digit) for digit in range(10)}
# In numbers and dates also the punctuation that input methods write full-width.
_FULL_WIDTH_NUMERIC = _FULL_WIDTH | str.maketrans("．，－％：／（）＋", ".,-%:/()+") | {0x3000: " "}
_EMPTY = {"", "-", "--", "—", "——", "–", "/", "\\", "…"}
_EMPTY_NUMBER = _EMPTY | {"无", "暂无", "未知", "N/A", "n/a"}
_EXCEL_ERRORS = ("#N/A", "#REF!", "#VALUE!", "#DIV/0!", "#NAME?", "#NULL!", "#NUM!")

_EXCEL_EPOCH = date(1899, 12, 30)
_SERIALS = (18264, 73051)
"""1950-01-01 to 2100-01-01 as Excel counts days."""
_YEARS = (1949, 2100)

_DATE = re.compile(
    r"(?P<year>\d{4})\s*[-./年]\s*(?P<month>\d{1,2})(?:\s*[-./月]\s*(?P<day>\d{1,2})\s*[日号]?)?\s*月?"
    r"(?:[ T]\s*\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?"
)
_COMPACT_DATE = re.compile(r"(?P<year>\d{4})(?P<month>\d{2})(?P<day>\d{2})")
_SERIAL_AS_TEXT = re.compile(r"[1-7]\d{4}")
_COUNTED_IN = re.compile(r"\s*(户|人|个|名|票|张|份|次)$")

MONEY_UNITS = {
    "亿元": Decimal(100_000_000),
    "万元": Decimal(10_000),
    "千元": Decimal(1_000),
    "元": Decimal(1),
}
"""Yuan in one of each unit, the longer names first."""

_NO_TOWN = "000000"
"""How the codes of counties end, and 4.45E+11 written out; no village's does."""

_FEN = Decimal("0.01")


class CellError(InputError):
    """A cell that cannot be read as what its column holds."""


def tidy_text(value: object) -> str | None:
    """Return text without surrounding blanks and with plain digits, else as it is.

    Whole numbers lose the decimals a spreadsheet adds; NaN and blanks are None.
    """
    if is_missing(value):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).translate(_FULL_WIDTH).strip(" \t\r\n\u3000\xa0\ufeff") or None


def text(value: object) -> str | None:
    """Read text; a dash or slash alone means nothing.

    Raises
    ------
    CellError
        If the cell holds the error of a formula.
    """
    if isinstance(value, datetime | date):
        return value.isoformat()[:10]
    read = tidy_text(value)
    if read == NOT_CALCULATED:
        raise CellError(
            N_("The formula was never calculated. Open the file in Excel or WPS and save it.")
        )
    if read in _EXCEL_ERRORS:
        raise CellError(N_("The cell holds the error of a formula: %(value)s."), value=read)
    return None if read in _EMPTY else read


def code(value: object) -> str | None:
    """Read a village code and return its twelve digits; of nineteen the first twelve.

    Raises
    ------
    CellError
        If it is no such code, or a spreadsheet has already rounded its digits away.
    """
    if text(value) is None:
        return None
    read = code_of(value)
    if read is not None and not (read.stat or "").endswith(_NO_TOWN):
        return read.stat
    if read is not None or has_lost_digits(value):
        raise CellError(
            N_("%(value)s: the code was stored as a number and has lost digits. Enter it as text."),
            value=tidy_text(value),
        )
    raise CellError(
        N_("%(value)s is no village code of %(short)s or %(long)s digits."),
        value=str(value),
        short=STAT_DIGITS,
        long=LAND_DIGITS,
    )


def day(value: object) -> date | None:
    """Read a date: 2019-03-05, 2019年3月5日, 20190305, a serial number, or a month such as
    2019.3 or 2019年3月, which stands for its first day.

    Raises
    ------
    CellError
        If it is no date. The number 2019.1 is refused: a cell that showed 2019.10 holds it too.
    """
    if isinstance(value, datetime):
        return _checked_day(value.date())
    if isinstance(value, date):
        return _checked_day(value)
    if isinstance(value, int | float) and not (isinstance(value, bool) or is_missing(value)):
        return _day_of_number(float(value))
    read = _numeric_text(value)
    if read is None:
        return None
    if _SERIAL_AS_TEXT.fullmatch(read) and _SERIALS[0] <= int(read) <= _SERIALS[1]:
        return _EXCEL_EPOCH + timedelta(days=int(read))
    match = _DATE.fullmatch(read) or _COMPACT_DATE.fullmatch(read)
    if match is None:
        raise CellError(N_("%(value)s is no date."), value=read)
    return _day(int(match["year"]), int(match["month"]), int(match["day"] or 1), read)


def count(value: object) -> int | None:
    """Read a whole number from 0 on; commas, full-width digits and 户, 人, 票 … are understood.

    Raises
    ------
    CellError
        If it is no whole number or negative.
    """
    read = _decimal(value, counted=True)
    if read is None:
        return None
    if read != read.to_integral_value() or read < 0:
        raise CellError(N_("%(value)s is no whole number from 0 on."), value=str(value))
    return int(read)


def year(value: object) -> int | None:
    """Read a year such as 2018 or 2018年.

    Raises
    ------
    CellError
        If it is none between 1949 and 2100.
    """
    if isinstance(value, datetime | date):
        return value.year
    read = _numeric_text(value)
    if read is None:
        return None
    digits = re.fullmatch(r"(\d{4})(?:\.0+)?\s*年?度?", read)
    if digits is None or not _YEARS[0] <= int(digits[1]) <= _YEARS[1]:
        raise CellError(N_("%(value)s is no year."), value=read)
    return int(digits[1])


def number(value: object) -> float | None:
    """Read any number; a % sign is left to the unit.

    Raises
    ------
    CellError
        If it is no number.
    """
    if isinstance(value, str):
        value = value.translate(_FULL_WIDTH_NUMERIC).strip().removesuffix("%")
    read = _decimal(value)
    return None if read is None else float(read)


def share(value: object, *, percent: bool = False) -> float | None:
    """Read a share between 0 and 1.

    Parameters
    ----------
    value : object
        ``99.7 %`` as text always means percent.
    percent : bool
        Whether numbers without a sign are percent, as the column's other values tell.

    Raises
    ------
    CellError
        If it is no number or outside of 0–100 %.
    """
    read = _numeric_text(value)
    if read is not None and read.endswith("%"):
        percent, value = True, read.removesuffix("%")
    exact = _decimal(value)
    if exact is None:
        return None
    exact = exact / 100 if percent else exact
    if not 0 <= exact <= 1:
        raise CellError(N_("%(value)s is not between 0 and 100 %%."), value=str(read))
    return float(exact)


def money_yuan(value: object, *, unit_yuan: Decimal = Decimal(1)) -> Decimal | None:
    """Read an amount of money and return yuan, rounded to fen.

    Parameters
    ----------
    value : object
        A number, or text that may carry its own unit (``400万元``), which then counts.
    unit_yuan : Decimal
        Yuan in one unit of the column.

    Raises
    ------
    CellError
        If it is no amount, or negative.
    """
    read = _numeric_text(value)
    if read is not None:
        for name, unit in MONEY_UNITS.items():
            if read.endswith((name, name.removesuffix("元"))) and name.removesuffix("元"):
                read, unit_yuan = read.removesuffix("元").removesuffix(name[0]), unit
                value = read
                break
        else:
            if read.endswith("元"):
                value, unit_yuan = read.removesuffix("元"), Decimal(1)
    exact = _decimal(value)
    if exact is None:
        return None
    if exact < 0:
        raise CellError(N_("%(value)s is a negative amount."), value=str(value))
    return (exact * unit_yuan).quantize(_FEN, ROUND_HALF_UP)


def degrees(value: object, *, low: float, high: float) -> float | None:
    """Read a longitude or latitude in degrees between two bounds.

    Raises
    ------
    CellError
        If it is no number or outside of the bounds, as swapped ones are.
    """
    read = _decimal(value)
    if read is None:
        return None
    if not low <= read <= high:
        raise CellError(
            N_("%(value)s is not between %(low)s° and %(high)s°."),
            value=str(value),
            low=f"{low:g}",
            high=f"{high:g}",
        )
    return float(read)


def _numeric_text(value: object) -> str | None:
    read = text(value)
    if read is None:
        return None
    read = read.translate(_FULL_WIDTH_NUMERIC).strip()
    return None if read in _EMPTY_NUMBER else read


def _decimal(value: object, *, counted: bool = False) -> Decimal | None:
    if isinstance(value, bool | date | timedelta):
        raise CellError(N_("%(value)s is no number."), value=str(value))
    read = _numeric_text(value)
    if read is None:
        return None
    plain = _COUNTED_IN.sub("", read) if counted else read
    plain = plain.replace(" ", "")
    if re.fullmatch(r"[+-]?\d{1,3}(,\d{3})+(\.\d+)?", plain):
        plain = plain.replace(",", "")
    try:
        exact = Decimal(plain)
    except InvalidOperation as error:
        raise CellError(N_("%(value)s is no number."), value=read) from error
    # 1e999999 would take the machine's memory as a whole number; no planner's figure has 15 digits.
    if not exact.is_finite() or exact.adjusted() > 14:
        raise CellError(N_("%(value)s is no number."), value=read)
    return exact


def _day_of_number(value: float) -> date:
    shown = f"{value:.10g}"
    if _YEARS[0] <= value < _YEARS[1] and not value.is_integer():
        whole, month = shown.split(".")
        if month == "1":
            raise CellError(
                N_("%(value)s may be January or October. Write %(year)s-01 or %(year)s-10."),
                value=shown,
                year=whole,
            )
        return _day(int(whole), int(month), 1, shown)
    if _SERIALS[0] <= value <= _SERIALS[1]:
        return _EXCEL_EPOCH + timedelta(days=int(value))
    compact = _COMPACT_DATE.fullmatch(shown)
    if compact is None:
        raise CellError(N_("%(value)s is no date."), value=shown)
    return _day(int(compact["year"]), int(compact["month"]), int(compact["day"]), shown)


def _day(year_: int, month: int, day_: int, shown: str) -> date:
    try:
        return _checked_day(date(year_, month, day_))
    except ValueError as error:
        raise CellError(N_("%(value)s is no date."), value=shown) from error


def _checked_day(read: date) -> date:
    if not _YEARS[0] <= read.year < _YEARS[1]:
        raise CellError(N_("%(value)s is no date between 1949 and 2100."), value=str(read))
    return read
