"""People and income of former villages side by side, so that none vanishes in the sum."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.indicators.siblings import STRONGER, WEAKER
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Register
from geo_tracker.web.village_links import village_node

COUNTS = ("households", "registered_population", "resident_population", "groups", "party_members")
INCOMES = ("total_income", "operating_income")


@dataclass(frozen=True)
class SideBySide:
    """Figures of the villages that make up one village.

    Attributes
    ----------
    rows : list of dict
        One per part, as the village page shows it, with ``standing`` and ``share_of_best`` among
        its siblings (None where not known).
    total : dict or None
        Sums, None each where a part is missing; None for a village without parts.
    recorded : dict or None
        What was recorded on the merged village itself, beside the sum of its parts.
    gap : dict or None
        ``weaker``, ``stronger`` (names), ``share`` of the stronger one's income per head.
    problems : list of str
        Why sums are missing or rough, translated.
    """

    rows: list[dict[str, Any]]
    total: dict[str, Any] | None
    recorded: dict[str, Any] | None
    gap: dict[str, Any] | None
    problems: list[str]


def per_head(amount: Decimal | None, people: int | None) -> Decimal | None:
    """Return yuan per head; None where either is unknown or nobody lives there."""
    return None if amount is None or not people else amount / people


def parts_of(held: Register, units: pd.DataFrame, unit_id: int) -> list[int]:
    """Return the former villages of a village, the largest first; none for one never merged."""
    ids = _siblings(held, unit_id).index.drop(unit_id, errors="ignore")
    areas = units.loc[units.index.isin(ids), "area_m2"]
    return [int(part) for part in areas.sort_values()[::-1].index]


def _siblings(held: Register, whole_id: int) -> pd.DataFrame:
    """Return the parts of a village by ``unit_id``."""
    return held.parts[held.parts["whole_id"] == whole_id].set_index("unit_id")


def side_by_side(held: Register, units: pd.DataFrame, unit_id: int) -> SideBySide:
    """Return the figures of a village's parts; of a former village, those of its siblings too.

    Parameters
    ----------
    held : Register
        The register.
    units : DataFrame
        As `Register.units`.
    unit_id : int
        Any village.
    """
    whole_id = unit_id
    parts = parts_of(held, units, unit_id)
    successor = or_none(units.at[unit_id, "to_unit_id"])
    if not parts and successor in units.index:
        whole_id, parts = successor, parts_of(held, units, successor)
    merged = bool(parts)
    siblings = _siblings(held, whole_id)
    if not merged or whole_id in siblings.index:
        parts = [*parts, whole_id]
    latest = held.latest_figures
    rows = [
        _figure_row(latest, units, part, here=unit_id)
        | {name: or_none(siblings[name].get(part)) for name in ("standing", "share_of_best")}
        for part in parts
    ]
    recorded = None
    if whole_id not in parts and whole_id in latest.index:
        recorded = _figure_row(latest, units, whole_id, here=unit_id)
    divided = _divided(held, units, parts) if merged else []
    total = _total(rows, divided=bool(divided)) if merged else None
    _add_bars([*rows, *([total] if total else [])])
    return SideBySide(
        rows=rows if recorded or any(row["as_of_on"] for row in rows) else [],
        total=total,
        recorded=recorded,
        gap=_gap(rows),
        problems=_problems(rows, divided) if total else [],
    )


def _divided(held: Register, units: pd.DataFrame, parts: list[int]) -> list[str]:
    edges = held.followed
    targets = edges[edges["from_unit_id"].isin(parts)].groupby("from_unit_id")["to_unit_id"]
    counts = targets.nunique()
    return [units.at[part, "name"] for part in parts if counts.get(part, 1) > 1]


def _figure_row(
    latest: pd.DataFrame, units: pd.DataFrame, unit_id: int, *, here: int
) -> dict[str, Any]:
    row = village_node(units, unit_id, here=here)
    known = latest.loc[unit_id] if unit_id in latest.index else None
    counts = {name: None if known is None else or_none(known[name]) for name in COUNTS}
    incomes = {name: None if known is None else yuan(known[f"{name}_fen"]) for name in INCOMES}
    return {
        **row,
        **counts,
        **incomes,
        "income_per_head": per_head(incomes["operating_income"], counts["registered_population"]),
        "bar": None,
        "as_of_on": None if known is None else known["as_of_on"],
        "income_year": None if known is None else or_none(known["income_year"]),
        "source": None if known is None else provenance(known["import_id"], sheet="villages"),
    }


def _total(rows: list[dict[str, Any]], *, divided: bool) -> dict[str, Any]:
    total: dict[str, Any] = {"bar": None}
    for name in (*COUNTS, *INCOMES):
        values = [row[name] for row in rows]
        # One missing part makes the sum unknown, not smaller; so does a part that went elsewhere.
        total[name] = None if divided or None in values else sum(values)
    total["income_per_head"] = per_head(total["operating_income"], total["registered_population"])
    return total


def _add_bars(rows: list[dict[str, Any]]) -> None:
    highest = max((row["income_per_head"] or 0 for row in rows), default=0)
    for row in rows:
        if row["income_per_head"] is not None and highest > 0:
            row["bar"] = max(0.0, float(row["income_per_head"] / highest))


def _gap(rows: list[dict[str, Any]]) -> dict[str, Any] | None:
    by_standing = {row["standing"]: row for row in reversed(rows)}
    if WEAKER not in by_standing or STRONGER not in by_standing:
        return None
    weaker, stronger = by_standing[WEAKER], by_standing[STRONGER]
    return {
        "weaker": weaker["name"],
        "stronger": stronger["name"],
        "share": weaker["share_of_best"],
    }


def _problems(rows: list[dict[str, Any]], divided: list[str]) -> list[str]:
    problems = []
    if divided:
        problems.append(
            _(
                "%(names)s was divided; how many of its people went where is not known, so there "
                "are no sums.",
                names="、".join(divided),
            )
        )
    names = (*COUNTS, *INCOMES)
    asked = [name for name in names if any(row[name] is not None for row in rows)]
    lacking = [row["name"] for row in rows if any(row[name] is None for name in asked)]
    if lacking:
        problems.append(
            _(
                "Figures of %(names)s are missing; sums that need them are too.",
                names="、".join(lacking),
            )
        )
    if len({(row["as_of_on"], row["income_year"]) for row in rows if row["as_of_on"]}) > 1:
        problems.append(_("The figures hold at different dates; their sums are rough."))
    return problems
