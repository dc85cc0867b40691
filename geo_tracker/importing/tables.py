"""A workbook as received becomes checked tables, each with its report."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from geo_tracker.errors import InputError, UnusableTableError
from geo_tracker.importing.choices import LEFT_OUT, SheetChoice
from geo_tracker.importing.columns import LAYOUTS, SheetKind
from geo_tracker.importing.feature_grids import read_tables
from geo_tracker.importing.fields import SYNTHETIC_MARK
from geo_tracker.importing.grids import Grid
from geo_tracker.importing.headers import (
    CHOOSABLE_ROWS,
    Header,
    best_header,
    fitting_kind,
    header_at,
    is_no_table,
    is_reason,
    likely_header,
    possible_headers,
    titled_kind,
    unknown_headers,
)
from geo_tracker.importing.remembered import SupplierLayout, fitting_choices
from geo_tracker.importing.report import ImportReport
from geo_tracker.importing.sheet_rows import MONEY_READINGS, is_filled, sheet_rows, stated_unit
from geo_tracker.importing.sheets import FileColumn, HeaderRows, Sheet, UnreadSheet, Workbook
from geo_tracker.importing.unread_cells import column_letters
from geo_tracker.importing.values import tidy_text
from geo_tracker.language import N_, Message

__all__ = [
    "Sheet",
    "Workbook",
    "fault_of",
    "read_workbook",
    "refuse_without_tables",
    "understood_workbook",
]

MOST_COLUMNS = 200
"""How many columns of a sheet a person can give a meaning."""

_SAMPLED_ROWS = 50
_LONGEST_SAMPLE = 60


def read_workbook(
    path: Path,
    *,
    file_name: str | None = None,
    choices: Mapping[int, SheetChoice] | None = None,
) -> Workbook:
    """Read planners' tables from an xlsx, xls or csv file, every sheet of a known kind.

    A sheet is recognised by its name, or else by its header. A row with a bad cell, or without
    what it needs, is left out and noted as an error; the rest of the sheet stays.

    Parameters
    ----------
    path : Path
        The file as received.
    file_name : str, optional
        What its owner called it.
    choices : mapping, optional
        Place of a sheet in the file, from 0 → what a person decided about it.

    Returns
    -------
    Workbook
        At least one sheet.

    Raises
    ------
    UnusableTableError
        If the file is no table or damaged, a recognised sheet lacks a needed column, or no sheet
        is recognised.
    InputError
        If a choice does not suit the file.
    """
    workbook = understood_workbook(path, file_name=file_name, choices=choices)
    fault = fault_of(workbook)
    if fault is not None:
        raise UnusableTableError(fault.text, **fault.values, file=file_name or path.name)
    return workbook


def fault_of(workbook: Workbook) -> Message | None:
    """Return why a workbook cannot be stored as it is read, None if it can."""
    for sheet in workbook.unread:
        if sheet.fault is not None:
            return sheet.fault
    if not workbook.sheets:
        return Message(
            N_("No sheet of the file was recognised. Known sheets: %(known)s."),
            {"known": "、".join(layout.titles[0] for layout in LAYOUTS.values())},
        )
    return None


def refuse_without_tables(workbook: Workbook) -> None:
    """Refuse a file in which nobody could find a table, whatever its columns mean.

    Raises
    ------
    UnusableTableError
        If no sheet is read, and none has two columns with something below their headers.
    """
    fault = fault_of(workbook)
    could_be = [
        sheet
        for sheet in workbook.unread
        if len([column for column in sheet.file_columns if column.sample]) > 1
    ]
    if fault is not None and not workbook.sheets and not could_be:
        raise UnusableTableError(fault.text, **fault.values)


def understood_workbook(
    path: Path,
    *,
    file_name: str | None = None,
    choices: Mapping[int, SheetChoice] | None = None,
    layouts: Sequence[SupplierLayout] = (),
) -> Workbook:
    """Read what can be read of a file, and list what cannot, for a person to decide about.

    Parameters
    ----------
    path, file_name, choices
        As for `read_workbook`.
    layouts : sequence of SupplierLayout
        What is remembered of suppliers; used for sheets without a choice.

    Returns
    -------
    Workbook
        Perhaps without any sheet.

    Raises
    ------
    UnusableTableError
        If the file is no table or damaged.
    InputError
        If a choice does not suit the file.
    """
    sheets, unread = [], []
    for number, received in enumerate(read_tables(path, file_name=file_name)):
        grid = _without_reasons(received)
        fitting = {} if is_no_table(grid.title) else fitting_choices(layouts, grid)
        choice = (choices or {}).get(number, SheetChoice())
        if choice.layout is None and choice.kind is None:
            choice = next(iter(fitting.values()), choice)
        elif choice.layout and choice.kind is None:
            choice = fitting.get(choice.layout, SheetChoice())
        read = _understood(grid, number, choice)
        if isinstance(read, Sheet):
            sheets.append(replace(read, fitting_layouts=list(fitting)))
        else:
            unread.append(read)
    return Workbook(sheets, unread)


def _without_reasons(grid: Grid) -> Grid:
    """Return a sheet without the column in which this program once wrote what was wrong."""
    taken = {
        number: row
        for row, line in enumerate(grid.cells[:CHOOSABLE_ROWS])
        for number, cell in enumerate(line)
        if is_reason(cell)
    }
    if not taken:
        return grid
    cells = [
        [
            "" if number in taken and row >= taken[number] else cell
            for number, cell in enumerate(line)
        ]
        for row, line in enumerate(grid.cells)
    ]
    return replace(grid, cells=cells)


def _understood(grid: Grid, number: int, choice: SheetChoice) -> Sheet | UnreadSheet:
    kind = _kind_of(grid) if choice.kind is None else choice.kind
    if kind == LEFT_OUT or kind is None:
        return _unread(grid, number, None, None, choice)
    layout = LAYOUTS[kind]  # type: ignore[index]
    header = _chosen_header(grid, kind, choice)
    lacking = layout.needed if header is None else header.lacks(layout)
    if header is not None and not lacking:
        return _sheet(grid, number, kind, header, choice)  # type: ignore[arg-type]
    fault = Message(
        N_("The sheet %(sheet)s lacks the column %(columns)s."),
        {
            "sheet": grid.title,
            "columns": "、".join(
                "/".join(layout.columns[target].aliases[0] for target in group) for group in lacking
            ),
        },
    )
    return _unread(grid, number, kind, fault, choice, header)  # type: ignore[arg-type]


def _kind_of(grid: Grid) -> SheetKind | None:
    if is_no_table(grid.title) or not any(map(is_filled, grid.cells)):
        return None
    titled = titled_kind(grid.title)
    if titled is not None:
        header = best_header(grid, LAYOUTS[titled])
        if header is not None and not header.lacks(LAYOUTS[titled]):
            return titled
    # A misleading name must not hide a good table; only then is the named kind found wanting.
    return fitting_kind(grid) or titled


def _chosen_header(grid: Grid, kind: str, choice: SheetChoice) -> Header | None:
    layout = LAYOUTS[kind]  # type: ignore[index]
    if choice.header_rows is None:
        header = best_header(grid, layout)
        if header is None and choice.columns is not None:
            first, last = likely_header(grid)
            header = header_at(grid, layout, first=first, last=last)
    else:
        first, last = choice.header_rows
        if not 1 <= first <= last <= first + 1 or last > min(len(grid.cells), CHOOSABLE_ROWS):
            raise InputError(
                N_("The sheet %(sheet)s has no header in row %(row)s."), sheet=grid.title, row=last
            )
        header = header_at(grid, layout, first=first - 1, last=last - 1)
    if header is None or choice.columns is None:
        return header
    width = max(len(header.texts), *(len(line) for line in grid.cells))
    beyond = [number for number in choice.columns if not 0 <= number < width]
    if beyond:
        raise InputError(
            N_("The sheet %(sheet)s has no column %(column)s."),
            sheet=grid.title,
            column=beyond[0] + 1,
        )
    texts = header.texts + [""] * (width - len(header.texts))
    for number in choice.columns:
        # A column without a header goes by its letter.
        texts[number] = texts[number] or column_letters(number)
    found = {target: number for number, target in choice.columns.items()}
    return replace(header, found=found, texts=texts)


def _sheet(grid: Grid, number: int, kind: SheetKind, header: Header, choice: SheetChoice) -> Sheet:
    above = "\n".join(str(cell) for line in grid.cells[: header.first] for cell in line)
    targets = {column: target for target, column in header.found.items()}
    units = {targets[column]: unit for column, unit in choice.units.items() if column in targets}
    report = ImportReport()
    rows = sheet_rows(grid, header, kind=kind, above=above, units=units, report=report)
    columns = _file_columns(grid, header)
    for place, column in enumerate(columns):
        reading = LAYOUTS[kind].columns[column.target].reading if column.target else None
        if column.target and reading in MONEY_READINGS:
            unit, told_by = stated_unit(column.target, header, above=above, units=units)
            columns[place] = replace(column, unit=unit, unit_from=told_by)
    return Sheet(
        kind=kind,
        title=grid.title,
        header_row=header.last + 1,
        columns={target: header.texts[number] for target, number in header.found.items()},
        unknown_columns=unknown_headers(header),
        rows=rows,
        report=report,
        synthetic=SYNTHETIC_MARK in grid.title + above,
        number=number,
        header_rows=(header.first + 1, header.last + 1),
        found=dict(header.found),
        file_columns=columns,
        possible_headers=_header_rows(grid),
        choice=choice,
    )


def _unread(
    grid: Grid,
    number: int,
    kind: SheetKind | None,
    fault: Message | None,
    choice: SheetChoice,
    header: Header | None = None,
) -> UnreadSheet:
    if header is None:
        first, last = likely_header(grid)
        header = header_at(grid, LAYOUTS[kind] if kind else None, first=first, last=last)
    return UnreadSheet(
        number=number,
        title=grid.title,
        kind=kind,
        fault=fault,
        header_rows=(header.first + 1, header.last + 1),
        file_columns=_file_columns(grid, header),
        possible_headers=_header_rows(grid),
        choice=choice,
    )


def _file_columns(grid: Grid, header: Header) -> list[FileColumn]:
    below = grid.cells[header.last + 1 : header.last + 1 + _SAMPLED_ROWS]
    targets = {number: target for target, number in header.found.items()}
    width = max([len(header.texts), *(len(line) for line in below)], default=0)
    columns = []
    for number in range(min(width, MOST_COLUMNS)):
        text = header.texts[number] if number < len(header.texts) else ""
        sample = next(
            (t for line in below if number < len(line) and (t := tidy_text(line[number]))), None
        )
        if text or sample:
            sample = None if sample is None else sample[:_LONGEST_SAMPLE]
            columns.append(FileColumn(number, text, sample, targets.get(number)))
    return columns


def _header_rows(grid: Grid) -> list[HeaderRows]:
    def words(row: int) -> list[str]:
        return [text for cell in grid.cells[row] if (text := tidy_text(cell))]

    return [
        HeaderRows(first + 1, last + 1, "、".join(words(last)[:4])[:_LONGEST_SAMPLE])
        for first, last in possible_headers(grid)
    ]
