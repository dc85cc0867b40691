"""What was understood of a workbook: its sheets with their columns, and those not read."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import pandas as pd

from geo_tracker.importing.choices import SheetChoice
from geo_tracker.importing.columns import SheetKind
from geo_tracker.importing.report import ImportReport
from geo_tracker.language import Message


@dataclass(frozen=True)
class FileColumn:
    """A column as the file has it.

    ``number`` counts from 0; ``sample`` is its first value as text; ``target`` is what it was
    taken for. ``unit`` is the unit the amounts of a money column were read in, ``unit_from`` says
    whether the ``file`` states it, a ``person`` does, or nobody (None).
    """

    number: int
    text: str
    sample: str | None
    target: str | None
    unit: str | None = None
    unit_from: str | None = None


@dataclass(frozen=True)
class HeaderRows:
    """Rows that may be a header: first and last Excel row, and the first words in them."""

    first: int
    last: int
    text: str


@dataclass(frozen=True)
class Sheet:
    """One recognised sheet.

    ``rows`` is indexed by Excel row (``row``) and has every target column of its kind, whether
    the file has it or not. Shares (0–1), numbers and degrees are floats with NaN; all else are
    plain objects (str, int, date, Decimal, list of (channel, yuan)) with None. ``columns`` maps
    target → header as found; ``header_row`` is the Excel row of the header's last line, and
    ``header_rows`` are both of its rows. ``number`` is the sheet's place in the file, from 0.
    ``found`` maps target → number of its column. ``chosen`` holds the villages that a person
    chose: column of the name → Excel row → unit.
    """

    kind: SheetKind
    title: str
    header_row: int
    columns: dict[str, str]
    unknown_columns: list[str]
    rows: pd.DataFrame
    report: ImportReport
    synthetic: bool
    number: int = 0
    header_rows: tuple[int, int] = (1, 1)
    found: dict[str, int] = field(default_factory=dict)
    file_columns: list[FileColumn] = field(default_factory=list)
    possible_headers: list[HeaderRows] = field(default_factory=list)
    choice: SheetChoice = field(default_factory=SheetChoice)
    fitting_layouts: list[str] = field(default_factory=list)
    chosen: Mapping[str, Mapping[int, int]] = field(default_factory=dict)


@dataclass(frozen=True)
class UnreadSheet:
    """A sheet that was not read.

    ``kind`` is what its name or a person says it is; ``fault`` says why it could not be read as
    that, and is None where nobody takes it for a table. ``header_rows`` are where its header
    seems to be.
    """

    number: int
    title: str
    kind: SheetKind | None
    fault: Message | None
    header_rows: tuple[int, int]
    file_columns: list[FileColumn]
    possible_headers: list[HeaderRows]
    choice: SheetChoice


@dataclass(frozen=True)
class Workbook:
    """The recognised sheets of a file in their order, and the others."""

    sheets: list[Sheet]
    unread: list[UnreadSheet]

    @property
    def skipped(self) -> list[str]:
        """The names of the sheets that were not read."""
        return [sheet.title for sheet in self.unread]
