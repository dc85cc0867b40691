"""A report as data: one definition, from which PDF, Word and Excel are made alike."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from geo_tracker.formats import MISSING, day, is_missing, number, percent, yuan_wan

CellKind = Literal["text", "day", "count", "decimal", "money", "share"]
"""What cells hold: str, date, int, float, Decimal yuan (shown in 万元), float in 0–1."""


@dataclass(frozen=True, kw_only=True)
class TableColumn:
    """A column: header, unit below it, what its cells hold, width against the others'."""

    header: str
    kind: CellKind = "text"
    unit: str = ""
    width: float = 1.0


@dataclass(frozen=True, kw_only=True)
class Heading:
    """A heading within a document, with a line below it in smaller type."""

    text: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Plain text; ``quiet`` is set smaller and paler, as notes are."""

    text: str
    quiet: bool = False


@dataclass(frozen=True, kw_only=True)
class Pairs:
    """Names with their values, in two columns."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, kw_only=True)
class KeyFigure:
    """A large figure with its name, unit and a note."""

    name: str
    value: str
    unit: str = ""
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class KeyFigures:
    """Figures side by side; at most four find room."""

    figures: Sequence[KeyFigure]


@dataclass(frozen=True, kw_only=True)
class Table:
    """Rows under a header; ``name`` is that of its sheet in Excel, ``caption`` stands above it.

    ``total`` is a last row: ``""`` where a column has no sum, None where the sum is unknown.
    """

    name: str
    columns: Sequence[TableColumn]
    rows: Sequence[Sequence[Any]]
    total: Sequence[Any] | None = None
    caption: str = ""
    note: str = ""
    empty: str = ""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A drawing (``svg``) or a photo (``jpeg``), with its size on paper and what it shows."""

    svg: str = ""
    jpeg: bytes = b""
    width_mm: float
    height_mm: float
    caption: str = ""


@dataclass(frozen=True, kw_only=True)
class Pictures:
    """Pictures in rows of so many."""

    pictures: Sequence[Picture]
    across: int = 1


Block = Heading | Paragraph | Pairs | KeyFigures | Table | Pictures


@dataclass(frozen=True, kw_only=True)
class Document:
    """All that stands in a report; every text in the reader's language and plain.

    Attributes
    ----------
    locale : str
        As in `geo_tracker.language.LOCALES`.
    title, subtitle, mark, notice : str
        ``mark`` says who may see it (内部使用); ``notice`` may be empty.
    footer : str
        Left of the page numbers: mark, author of maps, date of the data.
    page_words : str
        With ``{page}`` and ``{pages}``.
    blocks : sequence of Block
        In reading order.
    is_wide : bool
        Whether pages lie on their side, for wide tables.
    """

    locale: str
    title: str
    subtitle: str
    mark: str
    notice: str
    footer: str
    page_words: str
    blocks: Sequence[Block] = field(default_factory=tuple)
    is_wide: bool = False

    @property
    def tables(self) -> list[Table]:
        """The tables, in reading order."""
        return [block for block in self.blocks if isinstance(block, Table)]


def total_texts(table: Table) -> list[str]:
    """Return the cells of a table's last row; what has no sum is empty, an unknown one a dash."""
    return [
        "" if cell == "" else cell_text(cell, column.kind)
        for cell, column in zip(table.total or [], table.columns, strict=True)
    ]


def cell_text(value: Any, kind: CellKind) -> str:
    """Return a cell as it is read: missing ones as a dash, money in 万元."""
    if kind == "text":
        return MISSING if is_missing(value) or value == "" else str(value)
    return _TEXTS[kind](value)


_TEXTS: Final[Mapping[CellKind, Callable[[Any], str]]] = {
    "day": day,
    "count": number,
    "decimal": lambda value: number(value, 1),
    "money": yuan_wan,
    "share": percent,
}
