"""A drawn map → an A3 sheet as PDF/A, set by Typst: vectors stay vectors and texts are text."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from geo_tracker.reports.typesetting import typeset

MAP_WIDTH_MM, MAP_HEIGHT_MM = 318.0, 245.0
"""Size of the map's frame on the sheet; the template has the same."""

LONGEST_BAR_MM = 62.0

_TEMPLATE = Path(__file__).with_suffix(".typ")


@dataclass(frozen=True, kw_only=True)
class LegendEntry:
    """One line of a legend.

    Attributes
    ----------
    label : str
        In the reader's language.
    sign : str
        ``area``, ``missing`` (hatched pale), ``hatched``, ``outlined``, ``diamond``, ``line``,
        ``dashes``, ``point`` or ``ring``.
    colour : str
        As ``#rrggbb``.
    count : str
        How many there are on the sheet; empty where it is not counted.
    width_mm : float
        Of a line, or across a point or ring.
    """

    label: str
    sign: str
    colour: str = "#1f2933"
    count: str = ""
    width_mm: float = 0.1


@dataclass(frozen=True, kw_only=True)
class LegendGroup:
    """Lines of a legend under a heading, with what the counts count."""

    title: str
    note: str = ""
    unit: str = ""
    entries: Sequence[LegendEntry]


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """All that stands on a sheet; every text in the reader's language and plain.

    Attributes
    ----------
    locale : str
        As in `geo_tracker.language.LOCALES`.
    title, subtitle, mark, notice : str
        ``mark`` says who may see it (内部使用); ``notice`` may be empty.
    svg : str
        The map, `MAP_WIDTH_MM` by `MAP_HEIGHT_MM`.
    legend : sequence of LegendGroup
    scale : int
        Denominator of the representative fraction.
    bar_mm, bar_label : float, str
        Length of the scale bar on paper, and what it is on the ground.
    north_deg : float
        Clockwise angle of true north.
    facts : sequence of (str, str)
        Name and value: dates, author, source, projection.
    """

    locale: str
    title: str
    subtitle: str
    mark: str
    notice: str
    svg: str
    legend: Sequence[LegendGroup]
    scale: int
    bar_mm: float
    bar_label: str
    north_deg: float
    facts: Sequence[tuple[str, str]]


def sheet_pdf(sheet: Sheet) -> bytes:
    """Return a sheet as a PDF of one page, 420 by 297 millimetres.

    Parameters
    ----------
    sheet : Sheet
        What stands on it. No text is read as markup.

    Returns
    -------
    bytes
        As `typeset`.
    """
    return typeset(_TEMPLATE, asdict(sheet), locale=sheet.locale)
