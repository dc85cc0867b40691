"""The cells of one column, read the way the column asks for."""

import re
import unicodedata
from collections.abc import Callable, Mapping
from decimal import Decimal
from functools import partial
from typing import Any

from geo_tracker.importing import shape_cells, values
from geo_tracker.importing.columns import EVENT_TYPES, MEETING_FORMS, STAGES, Reading
from geo_tracker.importing.followup_columns import CODE_WORDS
from geo_tracker.importing.values import MONEY_UNITS, CellError
from geo_tracker.language import N_

_CHANNEL_END = re.compile(r"[;；、\n]|[,，](?!\d{3})")
_CHANNEL_AMOUNT = re.compile(r"(.+?)\s*(?:[:：]|\s(?=\d))\s*(.*)")
_UNITS = "|".join(MONEY_UNITS)
_STATED_UNIT = re.compile(rf"单位\s*[:：]?\s*[^,，;；]*?({_UNITS})")
_HEADER_UNIT = re.compile(_UNITS)


def _by_word(codes: dict[str, tuple[str, ...]]) -> dict[str, str]:
    return {word: code for code, words in codes.items() for word in (code, *words)}


_EVENT_TYPES = _by_word(EVENT_TYPES)
_MEETING_FORMS = _by_word(MEETING_FORMS)
_STAGES = _by_word(STAGES)


def _code_word(value: object, *, codes: Mapping[str, str | bool], known: str) -> str | bool | None:
    """Read a word of a list; its code is understood, too."""
    text = values.text(value)
    if text is None:
        return None
    code = codes.get(re.sub(r"\s", "", text))
    if code is None:
        raise CellError(N_("%(value)s is none of these: %(known)s."), value=text[:60], known=known)
    return code


def _code_words(reading: Reading) -> Callable[[object], Any]:
    words = CODE_WORDS[reading]
    codes = {word: code for code, alike in words.items() for word in (str(code), *alike)}
    return partial(_code_word, codes=codes, known="、".join(alike[0] for alike in words.values()))


PLAIN_READERS: dict[Reading, Callable[[object], Any]] = {
    "text": values.text,
    "code": values.code,
    "day": values.day,
    "count": values.count,
    "year": values.year,
    "number": values.number,
    "lon": partial(values.degrees, low=73, high=136),
    "lat": partial(values.degrees, low=3, high=54),
    "shape": shape_cells.shape,
    **{reading: _code_words(reading) for reading in CODE_WORDS},
}
"""Readings that need no more than the cell."""


def event_type(text: str) -> str | None:
    """Return the event type a planner's word stands for, None when it is unknown."""
    return _EVENT_TYPES.get(re.sub(r"\s", "", text))


def meeting_form(text: str | None) -> str | None:
    """Return the form of meeting a planner's words stand for; unknown words stay as they are."""
    return None if text is None else _MEETING_FORMS.get(re.sub(r"\s", "", text), text)


def stage(text: str | None) -> str | None:
    """Return the stage a planner's word stands for; an unknown word stays as it is."""
    return None if text is None else _STAGES.get(re.sub(r"\s", "", text), text)


def header_unit(header: str) -> str | None:
    """Return the unit a money column's header states: ``预算(万元)`` says 万元."""
    unit = _HEADER_UNIT.search(header)
    return unit[0] if unit else None


def stated_unit(text: str) -> str | None:
    """Return the unit of all money of a sheet, as ``单位：万元`` above the header says."""
    unit = _STATED_UNIT.search(text)
    return unit[1] if unit else None


def channels(value: object, *, unit_yuan: Decimal) -> list[tuple[str, Decimal | None]] | None:
    """Read channels of money: ``美丽乡村`` or ``美丽乡村:60;自筹:20``.

    Returns
    -------
    list of (str, Decimal or None)
        Channel and yuan; None when there is no channel.

    Raises
    ------
    CellError
        If an amount is none.
    """
    text = values.text(value)
    if text is None:
        return None
    read: list[tuple[str, Decimal | None]] = []
    for part in filter(None, (piece.strip() for piece in _CHANNEL_END.split(text))):
        named = _CHANNEL_AMOUNT.fullmatch(part)
        if named is None:
            read.append((part, None))
        else:
            amount = values.money_yuan(named[2], unit_yuan=unit_yuan)
            read.append((named[1].strip(), amount))
    return read or None


def are_percent(cells: list[Any]) -> bool:
    """Say whether the plain numbers of a share column are percent: one of them is over 1."""
    return any(_number(cell) > 1 for cell in cells)


def between_0_and_1(cell: Any) -> bool:
    """Say whether a cell is a plain number that a percent column makes doubtful."""
    return 0 < _number(cell) < 1


def _number(cell: Any) -> float:
    try:
        # Full-width digits and dots, too.
        return float(unicodedata.normalize("NFKC", cell) if isinstance(cell, str) else cell)
    except (TypeError, ValueError):
        return 0
