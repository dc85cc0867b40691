"""Who lags, how sure, and why: indicators of all villages, scored by the rules of a year."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

import pandas as pd
from sqlalchemy.orm import Session

from geo_tracker.db.checklists import current_stages
from geo_tracker.db.lag_facts import (
    PROBLEM_FACTS,
    open_petitions,
    planning_counts,
    problem_facts,
)
from geo_tracker.followup.lag_lines import domain_points, lag_lines
from geo_tracker.followup.rules import Rules
from geo_tracker.indicators.hidden_laggards import hidden_laggards
from geo_tracker.indicators.lag_flags import LagThresholds, lag_flags
from geo_tracker.indicators.lag_robustness import lag_robustness
from geo_tracker.indicators.lag_score import (
    LagIndicator,
    lag_contributions,
    lag_points,
    lag_scores,
)
from geo_tracker.indicators.lag_values import STAGE_POINTS, STATED, lag_values, town_rates

FORMERS, VILLAGES = "formers", "villages"
"""The two sides, as what is kept of a score names them."""

_DAYS_OF_MONTH = 365.25 / 12


@dataclass(frozen=True)
class LagSide:
    """Villages of one kind, former or present, by ``unit_id``.

    Attributes
    ----------
    values : DataFrame
        Indicators by code, in their units; missing where unknown.
    points, contributions : DataFrame
        As `lag_points` and `lag_contributions`.
    scores : DataFrame
        ``score``, ``known``, ``rank`` as `lag_scores`; the flags and ``reasons`` as `lag_flags`.
    town_rates : DataFrame
        What rates are drawn to, by ``town_code``, as `town_rates`.
    indicators : list of LagIndicator
        What counts.
    """

    values: pd.DataFrame
    points: pd.DataFrame
    contributions: pd.DataFrame
    scores: pd.DataFrame
    town_rates: pd.DataFrame
    indicators: list[LagIndicator]

    @cached_property
    def table(self) -> pd.DataFrame:
        """The scores, and of the ranked how sure they are: `lag_robustness`, drawn when asked."""
        ranked = self.values[self.scores["score"].notna()]
        return self.scores.join(lag_robustness(ranked, self.indicators))

    def domain_points(self, unit_id: int) -> dict[str, float]:
        """Return the points that each domain brings to a village's score; none if unranked."""
        if pd.isna(self.scores.at[unit_id, "score"]):
            return {}
        return domain_points(self.contributions.loc[unit_id].to_dict())

    def missing(self, unit_id: int) -> list[str]:
        """Return the codes that count and are unknown of a village."""
        unknown = self.points.loc[unit_id].isna()
        return list(unknown.index[unknown])


@dataclass(frozen=True)
class Lag:
    """The score of all villages as it stands.

    Attributes
    ----------
    indicators : list of LagIndicator
        What counts in the year.
    formers, villages : LagSide
        Former villages, and those of today.
    merged : Series
        The village of today that each former one belongs to, by its ``unit_id``.
    """

    indicators: list[LagIndicator]
    formers: LagSide
    villages: LagSide
    merged: pd.Series

    @cached_property
    def hidden(self) -> pd.DataFrame:
        """Former villages against the merged one and its other parts, as `hidden_laggards`."""
        return hidden_laggards(
            self.formers.scores, self.villages.scores["score"], merged=self.merged
        )


def lag_of(
    session: Session,
    *,
    formers: pd.DataFrame,
    villages: pd.DataFrame,
    latest: pd.DataFrame,
    merged: pd.Series,
    red_projects: pd.Series,
    rules: Rules,
    on: date,
    held_fast: Mapping[str, pd.DataFrame] | None = None,
) -> Lag:
    """Score former villages and those of today.

    Parameters
    ----------
    session : Session
        Any session.
    formers, villages : DataFrame
        By ``unit_id``: ``county_code``, ``town_code``, ``households``, ``registered_population``,
        ``operating_income_fen``, ``total_income_fen``, ``present``, ``eligible``.
    latest : DataFrame
        The newest figures of each village that has any, by ``unit_id``: ``net_assets_fen``,
        ``debt_fen``, ``secretary_vacant_since``, `STATED`.
    merged : Series
        The village of today that each former one belongs to; missing where none.
    red_projects : Series
        Projects far behind plan by the unit they are recorded on.
    rules : Rules
        Those of the year.
    on : date
        The day up to which problems are counted.
    held_fast : mapping, optional
        Towns' rates that a review of the year froze, by side (`FORMERS`, `VILLAGES`): with them
        no village moves another's score. Rates of towns they lack are those of today.

    Returns
    -------
    Lag
        A problem counts for the village it was recorded on; for one of today also those of its
        former villages. Where a county never recorded a problem, none is unknown, not 0.
    """
    indicators = [
        LagIndicator(one.code, one.weight, one.best, one.worst)
        for one in lag_lines(rules.lag_indicators)
    ]
    units = pd.concat([formers, villages])
    facts = _facts(session, units, latest, merged, red_projects=red_projects, on=on)
    of_formers = facts.loc[formers.index]
    of_villages = _with_parts(facts.loc[villages.index], of_formers, merged)
    fast = held_fast or {}
    return Lag(
        indicators,
        _side(of_formers, indicators, rules, fast.get(FORMERS)),
        _side(of_villages, indicators, rules, fast.get(VILLAGES)),
        merged.reindex(formers.index),
    )


def _facts(
    session: Session,
    units: pd.DataFrame,
    latest: pd.DataFrame,
    merged: pd.Series,
    *,
    red_projects: pd.Series,
    on: date,
) -> pd.DataFrame:
    """Return what is counted of each unit itself."""
    own = ["households", "registered_population", "operating_income_fen", "total_income_fen"]
    facts = units[["town_code", *own, "present", "eligible"]].copy()
    facts = facts.join(latest[["net_assets_fen", "debt_fen", "secretary_vacant_since", *STATED]])
    since = pd.to_datetime(facts.pop("secretary_vacant_since"))
    facts["secretary_vacant_months"] = (pd.Timestamp(on) - since).dt.days / _DAYS_OF_MONTH
    problems = problem_facts(session, on)
    recording = set(units["county_code"].reindex(problems.index).dropna())
    petitions = open_petitions(session)
    facts = facts.join(problems.reindex(units.index))
    in_use = units["county_code"].isin(recording)
    counted = [name for name in PROBLEM_FACTS if name not in ("revisited", "satisfied")]
    facts[counted] = facts[counted].fillna(0).where(in_use, axis=0)
    facts["open_petitions"] = petitions.reindex(units.index)
    facts["red_projects"] = red_projects.reindex(units.index).fillna(0).astype("Int64")
    stages = pd.Series(current_stages(session), dtype=object).map(STAGE_POINTS)
    facts["asset_stage"] = stages.reindex(units.index).astype("Float64")
    # What is planned is planned for the merged village; each of its parts stands as it does.
    planning = planning_counts(session)
    whole = merged.reindex(units.index).fillna(pd.Series(units.index, index=units.index))
    for name in ("planning_done", "planning_items"):
        facts[name] = planning[name].reindex(whole).set_axis(units.index)
    return facts


def _with_parts(own: pd.DataFrame, parts: pd.DataFrame, merged: pd.Series) -> pd.DataFrame:
    """Return what is counted of villages of today, with what their former villages bring."""
    whole = merged.reindex(parts.index)
    grouped = parts.groupby(whole)
    summed = [*PROBLEM_FACTS, "open_petitions", "red_projects"]
    facts = own.copy()
    for name in summed:
        parts_of = grouped[name].max() if name == "worst_round" else grouped[name].sum(min_count=1)
        of_parts = parts_of.reindex(own.index)
        both = pd.DataFrame({"own": own[name], "parts": of_parts}).astype("Float64")
        facts[name] = both.max(axis=1) if name == "worst_round" else both.sum(axis=1, min_count=1)
    facts["asset_stage"] = facts["asset_stage"].fillna(
        grouped["asset_stage"].mean().reindex(own.index)
    )
    for name in ("net_assets_fen", "debt_fen"):
        # One missing part makes the sum unknown, not smaller.
        sums = grouped[name].sum().where(grouped[name].count() == grouped[name].size())
        facts[name] = facts[name].fillna(sums.reindex(own.index))
    stated = facts[list(STATED)].astype(float)
    facts[list(STATED)] = stated.fillna(_means_by_people(parts, whole).reindex(own.index))
    return facts


def _means_by_people(parts: pd.DataFrame, whole: pd.Series) -> pd.DataFrame:
    """Return means by people of what files state, where all former villages state both."""
    people = parts["registered_population"].astype(float)
    weighed = parts[list(STATED)].astype(float).mul(people, axis=0)
    grouped = weighed.groupby(whole)
    sums = grouped.sum().where(grouped.count().eq(grouped.size(), axis=0))
    of_people = people.groupby(whole).sum()
    return sums.div(of_people.where(of_people > 0), axis=0)


def _side(
    facts: pd.DataFrame,
    indicators: list[LagIndicator],
    rules: Rules,
    held_fast: pd.DataFrame | None,
) -> LagSide:
    town = facts["town_code"]
    rates = town_rates(facts, town)
    if held_fast is not None:
        # A rate that was missing then stays missing.
        there = rates.index.isin(held_fast.index)
        rates = pd.concat([held_fast.reindex(rates.index[there]), rates[~there]]).sort_index()
    values = lag_values(facts, town, rates=rates, strength=rules.shrink_households)
    points = lag_points(values, indicators)
    scores = lag_scores(points, indicators)
    scores = scores.join(lag_flags(facts, thresholds=lag_thresholds(rules)))
    return LagSide(
        values=values,
        points=points,
        contributions=lag_contributions(points, indicators),
        scores=scores,
        town_rates=rates,
        indicators=indicators,
    )


def lag_thresholds(rules: Rules) -> LagThresholds:
    """Return from where on something stands out in a year."""
    return LagThresholds(
        operating_income_yuan=Decimal(rules.operating_income_floor),
        total_income_yuan=Decimal(rules.total_income_floor),
        satisfied_percent=rules.satisfied_floor_percent,
        vacant_months=rules.vacant_months,
        handover_round=rules.flagged_round,
    )
