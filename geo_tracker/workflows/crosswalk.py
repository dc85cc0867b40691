"""Figures carried by a crosswalk from file to file, without a database."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

import pandas as pd

from geo_tracker.errors import InputError, UnusableTableError
from geo_tracker.language import N_, Message
from geo_tracker.lineage.crosswalk import Carried, carried, crosswalk_weights
from geo_tracker.workflows.csv_files import (
    Origin,
    content_sha256,
    is_as_written,
    read_table,
    write_csv,
)

_RATE_NAME = re.compile(r"率|比例|占比|人均|百分|%|\b(rate|ratio|percent|per|share|mean|average)\b")
_LABEL_NAME = re.compile(
    r"代码|编码|编号|序号|年份|年度|日期|^no$|\b(code|id|uid|gid|fid|year|date|on)$"
)
_TRUE = {"true", "1", "yes", "t"}


@dataclass(frozen=True)
class CarryChoices:
    """What the columns of a file of figures are.

    Attributes
    ----------
    back : bool
        From later units to former ones.
    id_column : str or None
        Column of the ids; found out by its values where left out.
    money : sequence of str
        Columns of yuan, shared out to the fen.
    rates : mapping of str to str
        Numerator and denominator of each rate, as ``numerator/denominator``.
    skip : sequence of str
        Columns to leave out.
    """

    back: bool = False
    id_column: str | None = None
    money: Sequence[str] = ()
    rates: Mapping[str, str] = field(default_factory=dict)
    skip: Sequence[str] = ()


def carry_file(
    figures: Path,
    crosswalk: Path,
    out: Path,
    choices: CarryChoices,
    *,
    say: Callable[[Message], None],
) -> Carried:
    """Carry the figures of a CSV file by a crosswalk and write them.

    Parameters
    ----------
    figures : Path
        One row a unit: an id and columns of numbers. Whole numbers are shared out whole; columns of
        text, codes, years and dates are left out.
    crosswalk : Path
        ``from_id``, ``to_id``, ``share_of_from``, ``share_of_to``, as `compare_files` writes shares
        or links; optionally ``people`` of each part, and ``accepted`` (others do not count).
    out : Path
        Where: the id, each column, ``<column>_known`` (of how many units), ``sources``.
    choices : CarryChoices
        What the columns are.
    say : callable
        Told what was found, carried and left out.

    Returns
    -------
    Carried
        What was written; money in fen.

    Raises
    ------
    InputError
        If a file cannot be used, or a rate has no numerator and denominator.
    """
    links = _links(crosswalk)
    if is_as_written(crosswalk) is False:
        say(Message(N_("%(file)s was changed after it was made."), {"file": crosswalk.name}))
    weights = crosswalk_weights(links, back=choices.back)
    table = read_table(figures)
    sources = set(weights["source_id"])
    id_column = _id_column(table, sources, choices.id_column, figures)
    numbers, left_out = _numbers(table, id_column, choices, figures)
    if left_out:
        say(Message(N_("Left out: %(columns)s."), {"columns": ", ".join(left_out)}))
    rates = {name: _pair(pair) for name, pair in choices.rates.items()}
    found = carried(numbers, weights, rates=rates)
    _tell(found, numbers, sources, say)
    write_csv(_as_written(found, choices), out, _origin(found, figures, crosswalk, choices))
    return found


def _pair(text: str) -> tuple[str, str] | None:
    upper, slash, lower = text.partition("/")
    return (upper.strip(), lower.strip()) if slash else None


def _links(path: Path) -> pd.DataFrame:
    table = read_table(path)
    needed = ["from_id", "to_id", "share_of_from", "share_of_to"]
    lacking = [name for name in needed if name not in table]
    if lacking:
        raise UnusableTableError(
            N_("%(file)s lacks the column %(column)s."), file=path.name, column=", ".join(lacking)
        )
    if "accepted" in table:
        table = table[table["accepted"].str.lower().isin(_TRUE)]
    links = table.dropna(subset=["from_id", "to_id"])[["from_id", "to_id"]]
    for name in (*needed[2:], *(["people"] if "people" in table else [])):
        cells = [
            _number(cell, path, name, row) for row, cell in table.loc[links.index, name].items()
        ]
        wrong = [cell for cell in cells if cell is not None and cell < 0]
        if wrong:
            raise UnusableTableError(
                N_("“%(column)s” in %(file)s must not be below zero."), column=name, file=path.name
            )
        links[name] = pd.Series(cells, index=links.index, dtype=object).astype(float)
    return links


def _id_column(table: pd.DataFrame, sources: set[str], chosen: str | None, path: Path) -> str:
    """Return the column of ids: the chosen one, or the one that names most of the sources."""
    if chosen is not None:
        if chosen not in table:
            raise UnusableTableError(
                N_("%(file)s lacks the column %(column)s."), file=path.name, column=chosen
            )
        return chosen
    hits = {name: int(table[name].isin(sources).sum()) for name in table}
    best = max(hits, key=lambda name: hits[name], default="")
    if not hits.get(best):
        raise UnusableTableError(
            N_("No column of %(file)s holds ids of the crosswalk; is it the other direction?"),
            file=path.name,
        )
    return str(best)


def _numbers(
    table: pd.DataFrame, id_column: str, choices: CarryChoices, path: Path
) -> tuple[pd.DataFrame, list[str]]:
    """Return the columns of numbers by id, money in fen, and the names of those left out."""
    for name in (*choices.money, *choices.skip):
        if name not in table:
            raise UnusableTableError(
                N_("%(file)s lacks the column %(column)s."), file=path.name, column=name
            )
    rows = table[table[id_column].notna()]
    asked = {*choices.money, *(c for pair in choices.rates.values() for c in _pair(pair) or ())}
    columns: dict[str, pd.Series] = {}
    left_out = []
    for name in rows.columns.drop(id_column):
        if name in choices.skip or name in choices.rates:
            continue
        if name not in asked and (_is_label(name) or not _has_numbers(rows[name])):
            left_out.append(name)
            continue
        cells = [_number(cell, path, name, row) for row, cell in rows[name].items()]
        is_rate = _RATE_NAME.search(_words(name)) or rows[name].str.endswith("%").any()
        if name not in asked and is_rate:
            raise InputError(
                N_(
                    "“%(column)s” looks like a rate, and rates are never averaged: give"
                    " --rate %(column)s=NUMERATOR/DENOMINATOR, or --skip %(column)s."
                ),
                column=name,
            )
        columns[name] = _column(cells, rows.index, name, path, money=name in choices.money)
    return pd.DataFrame(columns, index=rows.index).set_axis(rows[id_column], axis=0), left_out


def _words(name: str) -> str:
    return re.sub(r"[_\-.]", " ", name).lower()


def _is_label(name: str) -> bool:
    return _LABEL_NAME.search(_words(name)) is not None


def _has_numbers(cells: pd.Series) -> bool:
    known = cells.dropna()
    return known.empty or any(_parsed(cell) is not None for cell in known)


def _parsed(cell: str) -> Decimal | None:
    text = unicodedata.normalize("NFKC", cell).replace(",", "").strip().removesuffix("%")
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _number(cell: Any, path: Path, column: str, row: Any) -> Decimal | None:
    if pd.isna(cell):
        return None
    number = _parsed(cell)
    if number is None:
        raise UnusableTableError(
            N_("%(file)s, row %(row)s: “%(value)s” in “%(column)s” is no number."),
            file=path.name,
            row=int(row) + 2,
            value=str(cell)[:40],
            column=column,
        )
    return number


def _column(
    cells: list[Decimal | None], index: pd.Index, name: str, path: Path, *, money: bool
) -> pd.Series:
    if money:
        cells = [None if cell is None else cell * 100 for cell in cells]
    whole = all(cell is None or cell == cell.to_integral_value() for cell in cells)
    if money and not whole:
        raise UnusableTableError(
            N_("“%(column)s” in %(file)s holds amounts finer than a fen."),
            column=name,
            file=path.name,
        )
    small = all(cell is None or abs(cell) < 2**62 for cell in cells)
    if whole and small:
        return pd.Series([None if c is None else int(c) for c in cells], index=index, dtype="Int64")
    return pd.Series([None if c is None else float(c) for c in cells], index=index, dtype="float64")


def _tell(
    found: Carried, numbers: pd.DataFrame, sources: set[str], say: Callable[[Message], None]
) -> None:
    unknown = int((~numbers.index.isin(sources)).sum())
    if unknown:
        text = N_("%(count)s units are not in the crosswalk; their figures go to nobody.")
        say(Message(text, {"count": unknown}))
    for name, total in found.totals.iterrows():
        text = N_(
            "%(column)s: %(source)s before, %(carried)s after, %(nobody)s to nobody; known of"
            " %(known)s of %(sources)s units."
        )
        values = {
            "column": str(name),
            "source": total["source_total"],
            "carried": total["carried_total"],
            "nobody": total["nobody_total"],
            "known": total["known"],
            "sources": total["sources"],
        }
        say(Message(text, values))


def _as_written(found: Carried, choices: CarryChoices) -> pd.DataFrame:
    """Return the figures as the file shows them: money in yuan again."""
    written = found.figures.copy()
    for name in choices.money:
        written[name] = [
            None if pd.isna(fen) else f"{Decimal(int(fen)) / 100:.2f}" for fen in written[name]
        ]
    written.insert(0, "from_id" if choices.back else "to_id", written.index)
    return written


def _origin(found: Carried, figures: Path, crosswalk: Path, choices: CarryChoices) -> Origin:
    totals = {str(name): dict(total.items()) for name, total in found.totals.iterrows()}
    return Origin(
        title="Figures carried from later to former units"
        if choices.back
        else "Figures carried from former to later units",
        method="Shared out by people where known of every part, else by area; whole numbers and fen"
        " by largest remainders; rates from their counts.",
        inputs={path.name: content_sha256(path) for path in (figures, crosswalk)},
        columns={
            "sources": "units that give to this one",
            **{f"{name}_known": f"of how many of them {name} is known" for name in totals},
            **dict.fromkeys(choices.money, "yuan"),
            **{name: f"rate: {pair}" for name, pair in choices.rates.items()},
        },
        facts={"totals": totals, "money_in_totals": "fen", "back": choices.back},
    )
