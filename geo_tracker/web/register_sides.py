"""The villages of today and those before the newest merger, with figures that add up to the same.

A side counts every record once: a figure goes with its village, and with a village that was divided
in whole parts to those that took it; votes and projects go to the village that they became part of.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import TYPE_CHECKING, Any

import numpy as np
import pandas as pd

from geo_tracker.lineage.crosswalk import carried, crosswalk_weights, people_of_parts
from geo_tracker.lineage.steps import links_of_step
from geo_tracker.web.register_projects import recorded_on

if TYPE_CHECKING:
    from geo_tracker.web.register import Layer, Register

FIGURE_COLUMNS = (
    *("households", "registered_population", "resident_population", "groups"),
    *("party_members", "total_income_fen", "operating_income_fen"),
    *("net_assets_fen", "debt_fen"),
)
VOTE_COLUMNS = ("agree", "present", "eligible")
AMOUNTS = ("budget_fen", "paid_fen")

REGISTER_SOURCES = ("layers", "figures", "votes", "projects")
"""Sources of themes whose values sides have by themselves."""

SUMMED = (*FIGURE_COLUMNS, *AMOUNTS, "projects")
"""Columns whose totals are the same on both sides."""

_LIGHTS = ("unknown", "green", "yellow", "red")
"""From the least urgent to the most."""


@dataclass(frozen=True)
class Side:
    """The villages of one layer with all that themes show.

    Attributes
    ----------
    layer : Layer
        The layer.
    units : DataFrame
        By rising ``unit_id``: the columns of versions; ``merged`` (bool), ``formers`` (int: how
        many former villages it, or the village it became, consists of); `FIGURE_COLUMNS` and
        `VOTE_COLUMNS` (missing where a part is missing); ``projects`` (int); ``budget_fen``,
        ``paid_fen`` (of the projects that state them); ``paid_of_both_fen``,
        ``budget_of_both_fen`` (of those that state both); ``progress_fen``, ``progress_of_fen``
        (budget done, of which budget); ``light`` (the worst of the open projects, ``finished``
        where none is open, missing without projects); ``weakest_income_fen`` (a head): of the
        former village that is worst off.
    sums : dict of str to int
        By `SUMMED`: all that is known of the villages of this side, also where a village has no
        figure because one of its parts has none.
    elsewhere : dict of str to int
        By `SUMMED`: what no village of this side has, such as projects begun for a merged village
        as a whole. ``sums`` and ``elsewhere`` together are the same on both sides.
    """

    layer: "Layer"
    units: pd.DataFrame
    sums: dict[str, int]
    elsewhere: dict[str, int]


@dataclass(frozen=True)
class _Figures:
    """Sums of the known parts by unit, and whether all parts are known."""

    known: pd.DataFrame
    complete: pd.DataFrame

    def whole(self) -> pd.DataFrame:
        return self.known.where(self.complete)


def sides_of(held: "Register") -> dict[str, Side]:
    """Return the side of today (``merged``) and, where there is one, that before (``former``)."""
    if not held.layers:
        return {}
    by_layer, stated = _figures_by_layer(held)
    newest = _records_of(held, held.layers[-1], by_layer[-1])
    former = None
    if len(held.layers) > 1:
        former = _records_of(held, held.layers[-2], by_layer[-2])
    _add_mergers(held, newest, former)
    into = pd.Series(dtype="Int64") if former is None else became_today(held, former.index)
    _add_weakest_income(newest, former, into)
    everything = stated | {
        **{name: int(held.projects[name].sum()) for name in AMOUNTS},
        "projects": len(held.projects),
    }
    sides = {"merged": _side(held.layers[-1], newest, by_layer[-1], everything)}
    if former is not None:
        sides["former"] = _side(held.layers[-2], former, by_layer[-2], everything)
    return sides


def _side(
    layer: "Layer", units: pd.DataFrame, figures: _Figures, everything: dict[str, int]
) -> Side:
    sums = {name: int(figures.known[name].sum()) for name in FIGURE_COLUMNS}
    sums |= {name: int(units[name].sum()) for name in (*AMOUNTS, "projects")}
    return Side(layer, units, sums, {name: everything[name] - sums[name] for name in SUMMED})


def _figures_by_layer(held: "Register") -> tuple[list[_Figures], dict[str, int]]:
    """Return the figures on each layer, and the sum of all that were counted anywhere."""
    own = held.latest_figures[list(FIGURE_COLUMNS)].astype("Int64")
    units = [
        pd.Index(held.versions.loc[held.versions["layer_id"] == layer.id, "unit_id"].unique())
        for layer in held.layers
    ]
    first = own.reindex(units[0])
    by_layer = [_Figures(first, first.notna())]
    stated = {name: int(first[name].sum()) for name in FIGURE_COLUMNS}
    for (before, after), there in zip(pairwise(held.layers), units[1:], strict=True):
        links = links_of_step(held.versions, held.edges, before=before.id, after=after.id)
        links = links[links["accepted"]].drop_duplicates(["from_id", "to_id"])
        came = own.reindex(there.difference(pd.Index(links["to_id"])))
        by_layer.append(_carried_on(by_layer[-1], links, came, there))
        for name in FIGURE_COLUMNS:
            stated[name] += int(came[name].sum())
    return by_layer, stated


def _carried_on(
    figures: _Figures, links: pd.DataFrame, came: pd.DataFrame, there: pd.Index
) -> _Figures:
    """Return the figures on the next layer; `came` are those of villages that nobody became."""
    divided = links["from_id"].duplicated(keep=False)
    parts = [_given_whole(figures.known, links[~divided])]
    if divided.any():
        people = figures.whole()["registered_population"]
        cut = links[divided]
        weights = crosswalk_weights(cut.assign(people=people_of_parts(cut, people)))
        shared = carried(figures.known.loc[cut["from_id"].unique()], weights).parts
        shared = shared[shared["target_id"].notna()].drop(columns="source_id")
        parts.append(shared.astype({"target_id": "int64"}))
    given = pd.concat(parts).groupby("target_id")[list(FIGURE_COLUMNS)].sum(min_count=1)
    lacking = ~figures.complete.reindex(links["from_id"], fill_value=False)
    lacking.index = pd.Index(links["to_id"])
    complete = ~lacking.groupby(level=0).any()
    known = pd.concat([given, came]).reindex(there).astype("Int64")
    return _Figures(known, pd.concat([complete, came.notna()]).reindex(there, fill_value=False))


def _given_whole(known: pd.DataFrame, links: pd.DataFrame) -> pd.DataFrame:
    given = known.reindex(links["from_id"])
    given.insert(0, "target_id", links["to_id"].to_numpy())
    return given


def _records_of(held: "Register", layer: "Layer", figures: _Figures) -> pd.DataFrame:
    rows = held.versions[held.versions["layer_id"] == layer.id].drop_duplicates("unit_id")
    units = rows.set_index("unit_id").sort_index().join(figures.whole())
    projects = held.projects
    is_newest = layer is held.layers[-1]
    own = recorded_on(projects)
    at = projects["current_unit_id"] if is_newest else standing(held, own, units.index)
    votes_at = standing(held, held.votes["unit_id"].astype("Int64"), units.index)
    return units.join(_votes_of(held.votes, votes_at)).join(_projects_of(projects, at, units.index))


def standing(held: "Register", units: pd.Series, there: pd.Index) -> pd.Series:
    """Return the village of a layer that each unit is or became; missing where there is none."""
    successor = held.formers["to_unit_id"]
    found = units.where(units.isin(there))
    later = units
    for _layer in held.layers:
        later = later.map(successor).astype("Int64")
        found = found.fillna(later.where(later.isin(there)))
    return found.astype("Int64")


def _votes_of(votes: pd.DataFrame, at: pd.Series) -> pd.DataFrame:
    grouped = votes.groupby(at)[list(VOTE_COLUMNS)]
    # One missing count makes the sum unknown, not smaller.
    return grouped.sum().where(grouped.count().eq(grouped.size(), axis=0))


def _projects_of(projects: pd.DataFrame, at: pd.Series, there: pd.Index) -> pd.DataFrame:
    budget, paid = (projects[name].astype("Int64") for name in AMOUNTS)
    both = budget.notna() & paid.notna()
    told = budget.notna() & projects["progress"].notna()
    rank = projects["light"].fillna("unknown").map({name: i for i, name in enumerate(_LIGHTS)})
    columns: dict[str, Any] = {
        "budget_fen": budget,
        "paid_fen": paid,
        "paid_of_both_fen": paid.where(both),
        "budget_of_both_fen": budget.where(both),
        "progress_fen": (budget.astype("Float64") * projects["progress"]).where(told),
        "progress_of_fen": budget.where(told),
    }
    grouped = pd.DataFrame(columns).groupby(at)
    sums = grouped.sum(min_count=1).reindex(there)
    sums["projects"] = grouped.size().reindex(there).fillna(0).astype("int64")
    is_open = projects["is_open"].astype(bool)
    worst = rank.where(is_open).groupby(at).max().reindex(there)
    lights = worst.map(dict(enumerate(_LIGHTS))).astype(object)
    sums["light"] = lights.mask(worst.isna() & (sums["projects"] > 0), "finished")
    return sums


def _add_mergers(held: "Register", newest: pd.DataFrame, former: pd.DataFrame | None) -> None:
    newest["merged"] = held.villages["kind"].reindex(newest.index).eq("merged")
    newest["formers"] = held.villages["formers"].reindex(newest.index).astype("int64")
    if former is None:
        return
    became = became_today(held, former.index)
    former["merged"] = became.map(newest["merged"]).fillna(True).astype(bool)
    former["formers"] = became.map(newest["formers"]).astype("Int64")


def became_today(held: "Register", units: pd.Index) -> pd.Series:
    """Return the village of today that each former village is part of, or is."""
    there = pd.Index(held.villages.index)
    return standing(held, pd.Series(units, index=units, dtype="Int64"), there)


def _add_weakest_income(newest: pd.DataFrame, former: pd.DataFrame | None, into: pd.Series) -> None:
    """Add the operating income a head of each village, or of its weakest former one, in fen.

    ``into``: the village of today that each former one is part of, or is.
    """
    judged = newest if former is None else former
    people = judged["registered_population"].astype("Float64")
    income = judged["operating_income_fen"].astype("Float64") / people.where(people > 0)
    judged["weakest_income_fen"] = income.astype(float)
    if former is None:
        return
    incomes = former["weakest_income_fen"].groupby(into)
    # The weakest of several is not known while one of them is not.
    weakest = incomes.min().where(incomes.count() == incomes.size())
    newest["weakest_income_fen"] = weakest.reindex(newest.index)


def pooled(units: pd.DataFrame, upper: str, lower: str) -> float | None:
    """Return the sum of one column by that of another, over the villages that have both."""
    both = units[[upper, lower]].dropna()
    below = float(both[lower].sum())
    return float(both[upper].sum()) / below if below > 0 else None


def days_of(held: "Register", source: str, side: Side) -> Sequence[date]:
    """Return the first and last date that the values of a source hold at; empty where none is."""
    match source:
        case "figures":
            days = held.figures["as_of_on"]
        case "votes":
            days = held.votes["held_on"]
        case "projects":
            days = held.projects["reported_on"]
        case _:
            return [side.layer.as_of_on]
    known = days.dropna()
    return sorted({known.min(), known.max()}) if len(known) else []


def imports_of(held: "Register", source: str, side: Side) -> list[int]:
    """Return the imports that the values of a source came with, the newest first."""
    if source == "layers":
        return [side.layer.import_id]
    rows = {"figures": held.figures, "votes": held.votes, "projects": held.projects}[source]
    # What people registered came with none.
    known = rows["import_id"].dropna().to_numpy(dtype=np.int64)
    return sorted(np.unique(known).tolist(), reverse=True)
