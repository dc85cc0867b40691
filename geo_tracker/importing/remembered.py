"""How a supplier's tables are laid out, as a file that people can read and edit by hand."""

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from typing import Any

from geo_tracker.errors import InputError
from geo_tracker.importing.choices import SheetChoice, known_columns, refuse_unknown_unit
from geo_tracker.importing.columns import LAYOUTS, SheetKind
from geo_tracker.importing.grids import Grid
from geo_tracker.importing.headers import header_at, plain_header, possible_headers
from geo_tracker.language import N_

LONGEST_NAME = 80
_MOST_SHEETS, _MOST_COLUMNS, _LONGEST_TEXT = 50, 300, 300


class UnusableLayoutError(InputError):
    """A file of a remembered layout says something that cannot be used."""


@dataclass(frozen=True)
class SheetLayout:
    """One kind of sheet of a supplier.

    ``title`` is the name of the sheet, in which ``*`` stands for anything. ``columns`` maps the
    header as written to its target; ``not_used`` are headers that mean nothing here. ``units``
    maps the header of a money column to its unit. ``header_rows`` are where the header stood, as
    first and last Excel row; it is also looked for elsewhere.
    """

    kind: SheetKind
    title: str
    columns: Mapping[str, str]
    not_used: tuple[str, ...] = ()
    units: Mapping[str, str] = field(default_factory=dict)
    header_rows: tuple[int, int] | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the layout as plain data."""
        return {
            "kind": self.kind,
            "title": self.title,
            "header_rows": None if self.header_rows is None else list(self.header_rows),
            "columns": dict(self.columns),
            "units": dict(self.units),
            "not_used": list(self.not_used),
        }


@dataclass(frozen=True)
class SupplierLayout:
    """The layouts of one supplier, and who had them remembered when."""

    supplier: str
    remembered_by: str
    remembered_at: str
    sheets: tuple[SheetLayout, ...]

    def to_json(self) -> dict[str, Any]:
        """Return the layouts as plain data."""
        return {
            "supplier": self.supplier,
            "remembered_by": self.remembered_by,
            "remembered_at": self.remembered_at,
            "sheets": [sheet.to_json() for sheet in self.sheets],
        }

    @classmethod
    def from_json(cls, data: Any) -> "SupplierLayout":
        """Return the layouts that a file holds.

        Raises
        ------
        UnusableLayoutError
            If something is missing or not as it should be; the message says what.
        """
        if not isinstance(data, dict):
            raise UnusableLayoutError(N_("The file holds no layout."))
        sheets = data.get("sheets")
        if not isinstance(sheets, list) or not 0 < len(sheets) <= _MOST_SHEETS:
            raise _wrong("sheets")
        return cls(
            supplier=_text(data, "supplier"),
            remembered_by=_text(data, "remembered_by", needed=False),
            remembered_at=_text(data, "remembered_at", needed=False),
            sheets=tuple(_sheet_layout(sheet) for sheet in sheets),
        )


def _sheet_layout(data: Any) -> SheetLayout:
    if not isinstance(data, dict):
        raise _wrong("sheets")
    kind = _text(data, "kind")
    columns = _texts(data, "columns")
    units = _texts(data, "units", needed=False)
    not_used = data.get("not_used", [])
    rows = data.get("header_rows")
    if rows is not None and not (
        isinstance(rows, list) and len(rows) == 2 and all(type(row) is int for row in rows)
    ):
        raise _wrong("header_rows")
    if not isinstance(not_used, list) or not all(isinstance(name, str) for name in not_used):
        raise _wrong("not_used")
    known = known_columns(kind)
    for target in columns.values():
        if target not in known:
            raise UnusableLayoutError(
                N_("%(target)s is not something a sheet tells."), target=target
            )
    if len(set(columns.values())) < len(columns):
        raise UnusableLayoutError(N_("Two columns have the same meaning."))
    for header, unit in units.items():
        if header not in columns:
            raise UnusableLayoutError(
                N_("A unit is given for %(column)s, which is no column."), column=header
            )
        refuse_unknown_unit(unit)
    return SheetLayout(
        kind=kind,  # type: ignore[arg-type]
        title=_text(data, "title"),
        columns=columns,
        not_used=tuple(not_used),
        units=units,
        header_rows=None if rows is None else (rows[0], rows[1]),
    )


def _wrong(name: str) -> UnusableLayoutError:
    return UnusableLayoutError(
        N_("The entry %(name)s is missing or not as it should be."), name=name
    )


def _text(data: Mapping[str, Any], name: str, *, needed: bool = True) -> str:
    value = data.get(name, "")
    if not isinstance(value, str) or len(value) > _LONGEST_TEXT or (needed and not value.strip()):
        raise _wrong(name)
    return value.strip()


def _texts(data: Mapping[str, Any], name: str, *, needed: bool = True) -> dict[str, str]:
    value = data.get(name, {})
    if not isinstance(value, dict) or len(value) > _MOST_COLUMNS or (needed and not value):
        raise _wrong(name)
    if not all(isinstance(text, str) for pair in value.items() for text in pair):
        raise _wrong(name)
    return dict(value)


def fitting_choices(layouts: Sequence[SupplierLayout], grid: Grid) -> dict[str, SheetChoice]:
    """Find the remembered layouts that a sheet has all columns of.

    Parameters
    ----------
    layouts : sequence of SupplierLayout
        What is remembered.
    grid : Grid
        The sheet.

    Returns
    -------
    dict
        Supplier → how the sheet is read as in that layout; the one with most columns first, of
        equals the one remembered last.
    """
    if not layouts:
        return {}
    # The same rows are looked at for every layout.
    headers = {
        (first + 1, last + 1): header_at(grid, None, first=first, last=last).texts
        for first, last in possible_headers(grid)
    }
    fitting = []
    for layout in layouts:
        for sheet in layout.sheets:
            if not fnmatchcase(_plain_title(grid.title), _plain_title(sheet.title)):
                continue
            choice = _choice(sheet, grid, headers, layout.supplier)
            if choice is not None:
                rank = (len(sheet.columns), layout.remembered_at)
                fitting.append((rank, layout.supplier, choice))
    found: dict[str, SheetChoice] = {}
    for _rank, supplier, choice in sorted(fitting, key=lambda fit: fit[0], reverse=True):
        found.setdefault(supplier, choice)
    return found


def title_pattern(title: str) -> str:
    """Return a pattern for the names that next year's sheet may have: any number may differ."""
    escaped = re.sub(r"([*?\[])", r"[\1]", title)
    return re.sub(r"\d+", "*", escaped)


def _plain_title(title: str) -> str:
    return re.sub(r"\s", "", unicodedata.normalize("NFKC", title)).casefold()


def _choice(
    sheet: SheetLayout, grid: Grid, headers: Mapping[tuple[int, int], list[str]], supplier: str
) -> SheetChoice | None:
    stated = sheet.header_rows
    for rows in [*([stated] if stated and stated in headers else []), *headers]:
        plain = [plain_header(text) for text in headers[rows]]
        numbers = {
            header: plain.index(plain_header(header))
            for header in sheet.columns
            if plain_header(header) in plain
        }
        if len(numbers) == len(sheet.columns) and len(set(numbers.values())) == len(numbers):
            columns = {numbers[header]: target for header, target in sheet.columns.items()}
            return SheetChoice(
                kind=sheet.kind,
                header_rows=rows,
                columns=columns | _new_columns(sheet, grid, rows, set(columns)),
                units={numbers[header]: unit for header, unit in sheet.units.items()},
                layout=supplier,
            )
    return None


def _new_columns(
    sheet: SheetLayout, grid: Grid, rows: tuple[int, int], taken: set[int]
) -> dict[int, str]:
    """Return the columns that the layout does not speak of, where their headers are well known."""
    header = header_at(grid, LAYOUTS[sheet.kind], first=rows[0] - 1, last=rows[1] - 1)
    spoken_of = {plain_header(text) for text in sheet.not_used}
    return {
        number: target
        for target, number in header.found.items()
        if target not in sheet.columns.values()
        and number not in taken
        and plain_header(header.texts[number]) not in spoken_of
    }
