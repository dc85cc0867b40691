"""Empty tables for planners to fill in: a workbook for each kind of sheet, which reads as it is."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pandas as pd
import xlsxwriter

from geo_tracker.importing.columns import (
    EVENT_TYPES,
    GIVEN_IN_TEMPLATES,
    LAYOUTS,
    MEETING_FORMS,
    STAGES,
    TEMPLATE_MARK,
    SheetKind,
)
from geo_tracker.importing.followup_columns import CODE_WORDS
from geo_tracker.language import N_

HEADER_ROW = 2
"""Excel row of the header; a title stands above it."""

EMPTY_ROWS = 500
"""Rows below those filled in that are formatted, too."""

_WIDTHS = {"text": 16, "code": 17, "day": 13, "money": 15, "event": 13, "channels": 26}
_WIDTHS |= {"payments": 40}
_WIDE = {
    "content": 40,
    "summary": 40,
    "outcome": 30,
    "service_group": 22,
    "enterprise": 22,
    "evidence": 30,
}
_WIDE |= {"name": 22, "document_no": 22, "basis": 22, "indicator": 26, "source": 26, "form": 16}
_FORMATS = {
    "code": "@", "text": "@", "event": "@", "channels": "@", "payments": "@",
    "day": "yyyy-mm-dd", "count": "0", "year": "0", "money": "#,##0.00", "share": "0.0",
    "lon": "0.000000", "lat": "0.000000",
    "number": "General", "shape": "@", **dict.fromkeys(CODE_WORDS, "@"),
}  # fmt: skip
_UNITS = {"money": "万元", "share": "%"}
_KINDS = (
    "道路",
    "坑塘沟渠",
    "小型水利",
    "活动场所",
    "村容环境",
    "污水厕所",
    "拆违",
    "和美乡村",
    "其他",
)
_CHOICES: dict[tuple[SheetKind, str], Sequence[str]] = {
    ("mergers", "kind"): [words[0] for words in EVENT_TYPES.values()],
    ("votes", "form"): [words[0] for words in MEETING_FORMS.values()],
    ("projects", "stage"): [words[0] for words in STAGES.values()],
    ("projects", "kind"): _KINDS,
}
READING_NOTES: Mapping[str, str] = {
    "code": N_("12 digits, entered as text."),
    "day": N_("A date such as 2019-03-05."),
    "count": N_("A whole number."),
    "year": N_("A year such as 2019."),
    "money": N_("An amount in 10,000 yuan."),
    "share": N_("Per cent, 0 to 100."),
    "lon": N_("Degrees, for example 120.123456."),
    "lat": N_("Degrees, for example 29.123456."),
    "shape": N_("A point, line or area as well-known text in degrees; may stay empty."),
    "channels": N_("Channel:amount, several divided by semicolons."),
    "payments": N_("Day, amount, kind and channel of each payment, divided by semicolons."),
    "number": N_("A number."),
    "text": N_("Text."),
    "event": N_("Choose from the list."),
}
"""How a cell of each reading is to be filled in."""


@dataclass(frozen=True)
class TemplateWords:
    """The words of a template in the user's language; headers are those of planners' tables.

    ``notes`` stand above the list of columns on the sheet of instructions, whose header is
    ``columns`` (column, needed, how to fill it in). ``readings`` are `READING_NOTES` translated.
    """

    notes: Sequence[str]
    columns: tuple[str, str, str]
    needed: str
    one_of: str
    readings: Mapping[str, str]
    village_list: tuple[str, ...]


def template_workbook(
    kind: SheetKind,
    *,
    given: pd.DataFrame,
    villages: pd.DataFrame,
    place: str,
    words: TemplateWords,
) -> bytes:
    """Write the template of a kind of sheet.

    Parameters
    ----------
    kind : str
        Which kind.
    given : DataFrame
        Villages that are written into rows: ``stat_code``, ``name``, ``town``, ``county``.
        Ignored for kinds whose rows are no villages.
    villages : DataFrame
        The same columns and ``is_former``: listed on a sheet of their own, to copy from.
    place : str
        The county or city, for the title.
    words : TemplateWords
        Words in the user's language.

    Returns
    -------
    bytes
        An xlsx file; filled in, it reads without a problem. Villages' names are text, whatever
        they start with.
    """
    content = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        _write_table(book, kind, given, place)
        if len(villages):
            _write_villages(book, villages, words)
        _write_instructions(book, kind, words)
    return content.getvalue()


def choices_of(kind: SheetKind, target: str) -> list[str]:
    """Return the words that a column offers to choose from; none where any text will do."""
    if (kind, target) in _CHOICES:
        return list(_CHOICES[kind, target])
    codes = CODE_WORDS.get(LAYOUTS[kind].columns[target].reading, {})
    return [words[0] for words in codes.values()]


def header_of(kind: SheetKind, target: str) -> str:
    """Return the header of a column: planners' commonest word, with the unit."""
    column = LAYOUTS[kind].columns[target]
    unit = _UNITS.get(column.reading)
    return f"{column.aliases[0]}({unit})" if unit else column.aliases[0]


def _write_table(book: Any, kind: SheetKind, given: pd.DataFrame, place: str) -> None:
    layout = LAYOUTS[kind]
    sheet = book.add_worksheet(layout.titles[0])
    title = book.add_format({"bold": True, "font_size": 14})
    sheet.write_string(0, 0, f"{place}{layout.titles[0]}表（{TEMPLATE_MARK}）", title)
    needed = {target for group in layout.needed for target in group}
    plain = {"bold": True, "border": 1, "text_wrap": True, "valign": "vcenter", "align": "center"}
    head = book.add_format(plain | {"bg_color": "#E8EEF4"})
    head_needed = book.add_format(plain | {"bg_color": "#C9DAEA"})
    last = HEADER_ROW + EMPTY_ROWS + len(given)
    for number, (target, column) in enumerate(layout.columns.items()):
        cells = book.add_format({"num_format": _FORMATS[column.reading]})
        width = _WIDE.get(target, _WIDTHS.get(column.reading, 11))
        sheet.set_column(number, number, width, cells)
        sheet.write_string(
            HEADER_ROW - 1,
            number,
            header_of(kind, target),
            head_needed if target in needed else head,
        )
        choices = choices_of(kind, target)
        if choices:
            # Words that are not in the list are told at upload; a warning is enough here.
            allowed = {"validate": "list", "source": choices, "error_type": "warning"}
            sheet.data_validation(HEADER_ROW, number, last, number, allowed)
    sheet.set_row(HEADER_ROW - 1, 32)
    named = GIVEN_IN_TEMPLATES[kind]
    leads = named and tuple(layout.columns)[: len(named)] == named
    sheet.freeze_panes(HEADER_ROW, len(named) if leads else 1)
    numbers = {target: number for number, target in enumerate(layout.columns)}
    sources = {target: _source(target) for target in named}
    text = book.add_format({"num_format": "@"})
    for row, village in enumerate(given.to_dict("records") if named else [], start=HEADER_ROW):
        for target in named:
            value = village[sources[target]]
            if not pd.isna(value):
                sheet.write_string(row, numbers[target], str(value), text)


def _source(target: str) -> str:
    """Return which fact of a village a column holds."""
    if target.endswith("_code"):
        return "stat_code"
    return "name" if target.endswith("_name") else target


def _write_villages(book: Any, villages: pd.DataFrame, words: TemplateWords) -> None:
    sheet = book.add_worksheet("村庄目录")
    head, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
    former, present = words.village_list[-2:]
    for number, header in enumerate(words.village_list[:-2]):
        sheet.write_string(0, number, header, head)
        sheet.set_column(number, number, 17, text)
    sheet.freeze_panes(1, 0)
    columns = [villages[name].tolist() for name in ("stat_code", "name", "town", "county")]
    for row, (*facts, is_former) in enumerate(
        zip(*columns, villages["is_former"], strict=True), start=1
    ):
        for number, fact in enumerate([*facts, former if is_former else present]):
            if not pd.isna(fact):
                sheet.write_string(row, number, str(fact), text)


def _write_instructions(book: Any, kind: SheetKind, words: TemplateWords) -> None:
    sheet = book.add_worksheet("填写说明")
    head = book.add_format({"bold": True})
    wrapped = book.add_format({"text_wrap": True, "valign": "top"})
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 14)
    sheet.set_column(2, 2, 80, wrapped)
    for row, note in enumerate(words.notes):
        sheet.write_string(row, 0, note)
    top = len(words.notes) + 1
    for number, header in enumerate(words.columns):
        sheet.write_string(top, number, header, head)
    layout = LAYOUTS[kind]
    groups = {target: group for group in layout.needed for target in group}
    for row, (target, column) in enumerate(layout.columns.items(), start=top + 1):
        sheet.write_string(row, 0, header_of(kind, target))
        if target in groups:
            sheet.write_string(row, 1, words.needed if len(groups[target]) == 1 else words.one_of)
        choices = choices_of(kind, target)
        told = words.readings["event" if choices else column.reading]
        sheet.write_string(row, 2, f"{told} {'、'.join(choices)}" if choices else told)
