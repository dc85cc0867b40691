"""Figures carried along links: shared out by weight, equal in total to the last unit."""

import math
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.errors import InputError
from geo_tracker.language import N_
from geo_tracker.lineage.links import WHOLE_SHARE

_PARTS = 2**53
"""Weights are whole numbers of so many parts: they add up exactly, in whatever order."""

Weight = tuple[Any, float, str]
"""Target (None: nobody), weight, and what it was weighed by."""


def crosswalk_weights(links: pd.DataFrame, *, back: bool = False) -> pd.DataFrame:
    """Return how much of each unit's figures goes to which other unit.

    Parameters
    ----------
    links : DataFrame
        Overlaps or links, one row a pair: ``from_id``, ``to_id``, ``share_of_from`` and
        ``share_of_to`` (0–1, of ground; missing where only a table says so). Optionally
        ``people``: how many live in the shared part, missing where unknown.
    back : bool
        From later units to former ones.

    Returns
    -------
    DataFrame
        ``source_id``, ``target_id`` (None: nobody), ``weight`` in 0–1, ``weight_by``: ``whole``
        (the source has one target), ``people``, ``area`` or ``nobody``. In the order of the ids as
        text. The weights of one source add up to exactly 1, in whatever order.

    Notes
    -----
    People weigh where they are known of every part of a source, else ground does (areal weights of
    Goodchild & Lam 1980). Where more than half of a source's ground is taken, what nobody takes
    stays with the target that takes most: borders drawn apart and waters that one layer leaves out
    must not lose people. Where half or less is taken, the rest goes to nobody and is reported. A
    link without a share weighs nothing, unless it is its source's only one.
    """
    source, target, share = ("from_id", "to_id", "share_of_from")
    if back:
        source, target, share = ("to_id", "from_id", "share_of_to")
    people = links["people"] if "people" in links else pd.Series(np.nan, index=links.index)
    rows = zip(
        links[source].tolist(),
        links[target].tolist(),
        links[share].astype(float).tolist(),
        people.astype(float).tolist(),
        strict=True,
    )
    parts: dict[Any, dict[Any, tuple[float, float]]] = {}
    for from_unit, to_unit, ground, living in rows:
        of_unit = parts.setdefault(from_unit, {})
        # Two parts of one pair lie apart: both count.
        more = of_unit.get(to_unit, (0.0, 0.0))
        of_unit[to_unit] = (ground + more[0], living + more[1])
    weights = [
        (unit, *weight)
        for unit in sorted(parts, key=str)
        for weight in _weights(sorted(parts[unit].items(), key=lambda part: str(part[0])))
    ]
    columns = ["source_id", "target_id", "weight", "weight_by"]
    frame = pd.DataFrame(weights, columns=columns, dtype=object)
    return frame.astype({"weight": float})


def _weights(parts: list[tuple[Any, tuple[float, float]]]) -> list[Weight]:
    ground = {unit: share for unit, (share, _people) in parts if share > 0}
    covered = math.fsum(ground.values())
    if len(parts) == 1 and (not ground or covered > WHOLE_SHARE):
        return [(parts[0][0], 1.0, "whole")]
    people = {unit: living for unit, (_share, living) in parts}
    # A comparison with a missing number is false: all have to be known.
    if all(living >= 0 for living in people.values()) and sum(people.values()) > 0:
        total = math.fsum(people.values())
        return _exact([(unit, living / total, "people") for unit, living in people.items()])
    if covered > 1:
        ground = {unit: share / covered for unit, share in ground.items()}
    weights: list[Weight] = [(unit, share, "area") for unit, share in ground.items()]
    if covered <= WHOLE_SHARE:
        weights.append((None, 1 - covered, "nobody"))
    return _exact(weights)


def _exact(weights: list[Weight]) -> list[Weight]:
    """Round weights to whole parts; the largest takes what the others leave."""
    shares = [round(weight * _PARTS) for _target, weight, _by in weights]
    at = max(range(len(shares)), key=lambda row: shares[row])
    shares[at] += _PARTS - sum(shares)
    return [
        (target, share / _PARTS, weighed_by)
        for (target, _weight, weighed_by), share in zip(weights, shares, strict=True)
    ]


@dataclass(frozen=True)
class Carried:
    """Figures of sources, carried to their targets.

    Attributes
    ----------
    figures : DataFrame
        By target id, in the order of the ids as text: every column (whole numbers Int64, others
        float64), missing where no source is known; ``<column>_known``: of how many sources it is
        known; ``sources``: how many there are; and the rates.
    parts : DataFrame
        What each source gives to each target: ``source_id``, ``target_id`` (None: nobody) and
        every column.
    totals : DataFrame
        By column: ``source_total``, ``carried_total``, ``nobody_total`` (whole numbers stay whole),
        ``sources``, ``known``, ``kept`` (the three totals agree: whole numbers to the unit, others
        to the rounding of their sum).
    """

    figures: pd.DataFrame
    parts: pd.DataFrame
    totals: pd.DataFrame


def carried(
    figures: pd.DataFrame,
    weights: pd.DataFrame,
    *,
    rates: Mapping[str, tuple[str, str] | None] | None = None,
) -> Carried:
    """Carry figures from sources to targets.

    Parameters
    ----------
    figures : DataFrame
        By unique source id. Columns of whole numbers (people, households, fen) are shared out in
        whole numbers, others as they are; missing where unknown.
    weights : DataFrame
        As `crosswalk_weights` returns. Sources without figures count as unknown; figures of sources
        without weights go to nobody.
    rates : mapping of str to (str, str) or None
        Rates with the columns of their numerator and denominator. A rate is never averaged: both
        are carried from the sources that know both, and divided afterwards.

    Returns
    -------
    Carried
        Inputs stay unchanged; the order of their rows changes nothing.

    Raises
    ------
    InputError
        If a rate has no numerator and denominator among the columns, a column holds no numbers, or
        a source stands there twice.

    Notes
    -----
    Whole numbers by largest remainders (Hamilton's method), in integers throughout; of equal
    remainders the larger weight comes first, then the id. Of others the largest weight takes what
    is left.
    """
    rates = dict(rates or {})
    counts = figures.drop(columns=[name for name in rates if name in figures])
    _check(counts, rates)
    # Whoever has figures and no weight keeps them nowhere.
    lost = figures.index.difference(pd.Index(weights["source_id"]), sort=False).tolist()
    nowhere = {"source_id": lost, "target_id": None, "weight": 1.0, "weight_by": "nobody"}
    if lost:
        weights = pd.concat([weights, pd.DataFrame(nowhere, dtype=object)], ignore_index=True)
    rows = _in_order(weights)
    parts = pd.DataFrame(
        {"source_id": [row[0] for row in rows], "target_id": [row[1] for row in rows]}, dtype=object
    )
    for name in counts:
        parts[str(name)] = _shared_out(counts[name], rows)
    for name, pair in rates.items():
        upper, lower = (figures[column] for column in pair or ())
        unknown = upper.isna() | lower.isna()
        for role, column in (("numerator", upper), ("denominator", lower)):
            parts[f"{name}\0{role}"] = _shared_out(column.mask(unknown), rows)
    return Carried(
        _by_target(parts, [str(name) for name in counts], list(rates)),
        parts[["source_id", "target_id", *map(str, counts)]],
        _totals(counts, parts),
    )


def _check(counts: pd.DataFrame, rates: Mapping[str, tuple[str, str] | None]) -> None:
    if not counts.index.is_unique:
        twice = counts.index[counts.index.duplicated()][0]
        raise InputError(N_("“%(unit)s” stands there twice."), unit=str(twice))
    for name, pair in rates.items():
        lacking = [column for column in pair or () if column not in counts]
        if pair is None or lacking:
            raise InputError(
                N_(
                    "“%(column)s” is a rate, and rates are never averaged: name the columns of its"
                    " numerator and denominator."
                ),
                column=name,
            )
    for name in counts:
        kind = counts[name].dtype
        if not pd.api.types.is_numeric_dtype(kind) or pd.api.types.is_bool_dtype(kind):
            raise InputError(N_("“%(column)s” holds no numbers."), column=str(name))


_Row = tuple[Hashable, Any, float]


def _in_order(weights: pd.DataFrame) -> list[_Row]:
    rows = zip(
        *(weights[name].tolist() for name in ("source_id", "target_id", "weight")), strict=True
    )
    known = ((source, None if pd.isna(target) else target, float(w)) for source, target, w in rows)
    return sorted(known, key=lambda row: (str(row[0]), row[1] is None, str(row[1])))


def _shared_out(figures: pd.Series, rows: list[_Row]) -> pd.Series:
    """Share out one column along rows that lie together by source."""
    whole = pd.api.types.is_integer_dtype(figures.dtype)
    values = {unit: value for unit, value in figures.items() if not pd.isna(value)}
    shared: list[Any] = []
    start = 0
    while start < len(rows):
        end = start
        while end < len(rows) and rows[end][0] == rows[start][0]:
            end += 1
        value = values.get(rows[start][0])
        weights = [weight for _source, _target, weight in rows[start:end]]
        if value is None:
            shared += [None] * len(weights)
        elif whole:
            shared += apportioned(int(value), weights)
        else:
            shared += _divided(float(value), weights)
        start = end
    return pd.Series(shared, dtype="Int64" if whole else "float64")


def apportioned(total: int, weights: list[float]) -> list[int]:
    """Share out a whole number in whole parts that add up to it exactly (largest remainders).

    Parameters
    ----------
    total : int
        What is shared out; of less than zero, as much as of its opposite.
    weights : list of float
        Not below zero, at least one above; their sum need not be 1.

    Returns
    -------
    list of int
        Each at most one away from its exact part, none of another sign than the total. Of equal
        remainders the larger weight comes first, then the earlier.
    """
    shares = [round(weight * _PARTS) for weight in weights]
    whole = sum(shares)
    exact = [divmod(abs(total) * part, whole) for part in shares]
    parts = [quotient for quotient, _remainder in exact]
    left = abs(total) - sum(parts)
    order = sorted(range(len(parts)), key=lambda row: (-exact[row][1], -shares[row], row))
    for row in order[:left]:
        parts[row] += 1
    return parts if total >= 0 else [-part for part in parts]


def _divided(total: float, weights: list[float]) -> list[float]:
    at = max(range(len(weights)), key=lambda row: weights[row])
    parts = [total * weight for weight in weights]
    parts[at] = total - math.fsum(part for row, part in enumerate(parts) if row != at)
    return parts


def _by_target(parts: pd.DataFrame, columns: list[str], rates: list[str]) -> pd.DataFrame:
    to_someone = parts[parts["target_id"].notna()]
    grouped = to_someone.groupby("target_id", sort=False)
    targets = sorted(grouped.groups, key=str)
    facts: dict[str, Any] = {"sources": grouped.size()}
    for column in columns:
        facts[column] = grouped[column].sum(min_count=1)
        facts[f"{column}_known"] = grouped[column].count()
    for name in rates:
        upper, lower = (
            grouped[f"{name}\0{role}"].sum(min_count=1).astype("Float64")
            for role in ("numerator", "denominator")
        )
        facts[name] = (upper / lower.mask(lower == 0)).astype("float64")
        facts[f"{name}_known"] = grouped[f"{name}\0denominator"].count()
    order = [*(c for column in (*columns, *rates) for c in (column, f"{column}_known")), "sources"]
    found = pd.DataFrame(facts, index=pd.Index(targets, name="target_id", dtype=object))
    return found[order]


def _totals(counts: pd.DataFrame, parts: pd.DataFrame) -> pd.DataFrame:
    nobody = parts["target_id"].isna()
    known = parts["source_id"].drop_duplicates()
    rows = {}
    for name in counts:
        whole = pd.api.types.is_integer_dtype(counts[name].dtype)
        stated = _total(counts[name].dropna(), whole=whole)
        arrived = _total(parts.loc[~nobody, str(name)].dropna(), whole=whole)
        lost = _total(parts.loc[nobody, str(name)].dropna(), whole=whole)
        slack = 0.0 if whole else len(parts) * float(np.spacing(_size(counts[name])))
        rows[str(name)] = {
            "source_total": stated,
            "carried_total": arrived,
            "nobody_total": lost,
            "sources": len(known),
            "known": int(counts[name].notna().sum()),
            "kept": abs(stated - arrived - lost) <= slack,
        }
    # Whole totals stay whole: beside a float they would lose their last digits.
    columns = ("source_total", "carried_total", "nobody_total", "sources", "known", "kept")
    cells = {
        column: pd.Series([row[column] for row in rows.values()], index=list(rows), dtype=object)
        for column in columns
    }
    return pd.DataFrame(cells, columns=list(columns))


def _total(values: Iterable[Any], *, whole: bool) -> Any:
    return sum(int(value) for value in values) if whole else math.fsum(values)


def _size(values: pd.Series) -> float:
    return math.fsum(abs(float(value)) for value in values.dropna()) or 1.0


def people_of_parts(links: pd.DataFrame, people: pd.Series) -> pd.Series:
    """Return how many people live in each shared part, as far as whole units tell.

    Parameters
    ----------
    links : DataFrame
        ``from_id`` and ``to_id``, one row a pair; of a unit that gives a part away and lives on
        also the link to itself.
    people : Series
        People by unit id; missing where unknown.

    Returns
    -------
    Series
        By the index of the links: the people of a former unit that goes whole to one later unit,
        else missing.
    """
    targets = links.groupby("from_id")["to_id"].transform("nunique")
    living = links["from_id"].map(people).astype("Float64").astype("float64")
    return living.where(targets == 1)
