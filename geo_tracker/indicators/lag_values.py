"""The indicators of lagging, from what the ledgers count and what files state."""

import pandas as pd

from geo_tracker.indicators.lag_score import shrunk_rates

STAGE_POINTS = {"none": 0, "gradual": 1, "negotiated": 2, "direct": 3}
"""How far a former village's assets are in the merged one's accounts."""

COUNTS = (
    *("households", "registered_population", "operating_income_fen", "total_income_fen"),
    *("open_problems", "reopened_problems", "days_open", "satisfied", "revisited"),
    *("planning_done", "planning_items", "present", "eligible", "net_assets_fen", "debt_fen"),
)
"""What `lag_values` counts from; of several villages the sums."""

RATES = ("open_problems", "reopened_problems")
"""Counts that become rates per household, drawn to the town's."""

SHARES = ("sewage_share", "toilet_share", "tap_water_share")
STATED = (*SHARES, "environment_mark", "service_km", "committee_ratio")
"""What files state as it is; shares 0–1."""


def lag_values(
    counts: pd.DataFrame, town: pd.Series, *, rates: pd.DataFrame, strength: float
) -> pd.DataFrame:
    """Compute the indicators.

    Parameters
    ----------
    counts : DataFrame
        By village, missing where unknown: `COUNTS` (``days_open``: the days of all open problems
        together), ``asset_stage`` (0–3, of several former villages their mean) and `STATED`.
    town : Series
        The town of each village, same index; missing where unknown.
    rates : DataFrame
        As `town_rates`, of these villages or as held fast.
    strength : float
        So many of a town's households count beside the village's own; see `shrunk_rates`.

    Returns
    -------
    DataFrame
        Same index: ``satisfied_share`` (%), ``operating_income_per_head`` and
        ``total_income_per_head`` (yuan a year), ``open_problems`` and ``reopened_problems`` (per
        100 households, drawn to the town's), ``days_open`` (mean of open problems; 0 where none
        is open), ``asset_stage`` (0–3), ``planning_share``, ``turnout`` and ``debt_share`` (debt
        of net assets and debt) in %, and `STATED`, shares in %.
    """
    given = counts[list(COUNTS)].astype("Float64")
    people = given["registered_population"].where(given["registered_population"] > 0)
    values = pd.DataFrame(
        {
            "satisfied_share": _percent(given["satisfied"], given["revisited"]),
            "operating_income_per_head": given["operating_income_fen"] / people / 100,
            "total_income_per_head": given["total_income_fen"] / people / 100,
            "asset_stage": counts["asset_stage"].astype("Float64"),
            "planning_share": _percent(given["planning_done"], given["planning_items"]),
            "turnout": _percent(given["present"], given["eligible"]),
            "debt_share": _percent(given["debt_fen"], given["debt_fen"] + given["net_assets_fen"]),
            **{name: counts[name] * (100 if name in SHARES else 1) for name in STATED},
        }
    ).astype(float)
    for name in RATES:
        drawn = shrunk_rates(
            given[name].astype(float),
            given["households"].astype(float),
            expected=town.map(rates[name]).astype(float),
            strength=strength,
        )
        values[name] = drawn * 100
    open_ = given["open_problems"]
    mean_days = (given["days_open"] / open_.where(open_ > 0)).mask(open_.eq(0), 0)
    values["days_open"] = mean_days.astype(float)
    return values


def town_rates(counts: pd.DataFrame, town: pd.Series) -> pd.DataFrame:
    """Return the pooled rates of towns, of villages that state both.

    Parameters
    ----------
    counts : DataFrame
        By village: ``households`` and `RATES`, missing where unknown.
    town : Series
        The town of each village, same index; missing where unknown.

    Returns
    -------
    DataFrame
        By town: `RATES` per household; missing where nothing is known.
    """
    households = counts["households"].astype("Float64")
    rates = {}
    for name in RATES:
        events = counts[name].astype("Float64")
        both = events.notna() & households.gt(0).fillna(False)
        sums = pd.DataFrame({"events": events.where(both), "of": households.where(both)})
        of_town = sums.astype(float).groupby(town).sum()
        rates[name] = of_town["events"] / of_town["of"].where(of_town["of"] > 0)
    return pd.DataFrame(rates)


def _percent(part: pd.Series, whole: pd.Series) -> pd.Series:
    return part / whole.where(whole > 0) * 100
