"""What all reports share: places in order, what they are narrowed to, columns, and their frame."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.reports.document import Block, CellKind, Document, Paragraph, Table, TableColumn
from geo_tracker.web.actor import today
from geo_tracker.web.documents import document
from geo_tracker.web.filters import NOWHERE, PlaceFilter
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Register
from geo_tracker.web.texts import day, is_missing, number

Rows = list[list[Any]]


@dataclass(frozen=True)
class Level:
    """Places of one kind, in order.

    Attributes
    ----------
    column : str
        ``county_code`` or ``town_code``.
    title, header : str
        Of a table of them, and of its first column.
    names : dict
        By code; `NOWHERE` stands for places that are not known.
    """

    column: str
    title: str
    header: str
    names: dict[str, str]

    def codes(self, rows: pd.DataFrame) -> pd.Series:
        """Return the place of each row, `NOWHERE` where it is not known."""
        return rows[self.column].astype(object).where(rows[self.column].notna(), NOWHERE)


def levels_of(held: Register, places: PlaceFilter) -> list[Level]:
    """Return what figures are shown by: counties and towns, of a county its towns."""
    unknown = {NOWHERE: _("not known")}
    if places.county:
        towns = [one for one in places.towns if places.town in ("", one[0])]
        return [Level("town_code", _("By town"), _("Town"), dict(towns) | unknown)]
    pairs = held.versions[["county", "town_code", "town"]].dropna()
    pairs = pairs.drop_duplicates("town_code").sort_values("town_code")
    towns = [(code, f"{county} {town}") for county, code, town in pairs.itertuples(index=False)]
    return [
        Level("county_code", _("By county"), _("County"), dict(places.counties) | unknown),
        Level("town_code", _("By town"), _("Town"), dict(towns) | unknown),
    ]


def place_table(
    level: Level,
    codes: pd.Index,
    cells: Callable[[str], Sequence[Any]],
    *,
    columns: Sequence[TableColumn],
    total: Sequence[Any] | None,
    note: str = "",
    empty: str = "",
) -> Table:
    """Return a table with a row for each place that has something.

    Parameters
    ----------
    level : Level
        The places.
    codes : Index
        Those that have something.
    cells : callable
        Code → the cells behind the name.
    columns, total, note, empty
        Without the first column.
    """
    present = set(codes)
    rows = [[name, *cells(code)] for code, name in level.names.items() if code in present]
    return Table(
        name=level.title,
        columns=[TableColumn(header=level.header, width=2.4), *columns],
        rows=rows,
        total=[_("Sum"), *total] if total is not None and rows else None,
        note=note,
        empty=empty,
    )


def column(header: str, kind: CellKind = "text", width: float = 1.0, unit: str = "") -> TableColumn:
    """Return a column; one of money names its unit by itself."""
    named = unit or (_("10,000 yuan") if kind == "money" else "")
    return TableColumn(header=header, kind=kind, width=width, unit=named)


def place_columns(*, town_width: float = 1.3) -> list[TableColumn]:
    """Return the columns of county and town that lists have."""
    return [column(_("County"), width=1.2), column(_("Town"), width=town_width)]


def place_name(places: PlaceFilter) -> str:
    """Return the chosen county and town; empty for all."""
    county = dict(places.counties).get(places.county, "")
    if not places.town:
        return county
    town = dict(places.towns)[places.town]
    return str(_("%(county)s %(town)s", county=county, town=town))


def said(name: str, value: str) -> str:
    """Return a filter in words."""
    return str(_("%(what)s: %(value)s", what=name, value=value))


def chosen_words(pairs: Sequence[tuple[str, str, Sequence[tuple[str, str]]]]) -> list[str]:
    """Return those filters in words that narrow something.

    Parameters
    ----------
    pairs : sequence of (name, code, options)
        ``options`` are (code, text) pairs as the form offers them; without any the code is shown.
    """
    return [said(name, dict(options).get(code, code)) for name, code, options in pairs if code]


def report(
    title: str,
    places: PlaceFilter,
    *,
    blocks: Sequence[Block],
    on: date,
    narrowed: Sequence[str] = (),
    sources: str,
    is_wide: bool = True,
) -> Document:
    """Return a report with what stands on each: place, filters, days, where figures come from."""
    place = place_name(places)
    subtitle = [
        place or _("All counties"),
        *narrowed,
        _("as of %(day)s", day=day(on)),
        _("made on %(day)s", day=day(today())),
    ]
    return document(
        _("%(place)s: %(title)s", place=place, title=title) if place else title,
        subtitle=" · ".join(subtitle),
        blocks=[*blocks, Paragraph(text=sources, quiet=True)],
        is_wide=is_wide,
    )


def origins(import_ids: pd.Series) -> str:
    """Say which files rows come from, and how many of each; others were entered here."""
    counts = import_ids.value_counts(dropna=False)
    told = []
    for import_id, count in counts.items():
        source = None if is_missing(import_id) else provenance(import_id)
        name = source["title"] if source else _("entered here")
        told.append(f"{name} ({number(count)})")
    return str(_("Where the records come from: %(files)s.", files=_("; ").join(told)))
