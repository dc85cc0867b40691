"""What conditions of policies can ask about, of all villages as they stand."""

import pandas as pd

from geo_tracker.followup.lag_lines import BY_CODE
from geo_tracker.followup.policy_fields import (
    DOMAIN_FIELDS,
    FIELDS,
    FLAG_FIELDS,
    MONEY_FIELDS,
    PEOPLE_FIELDS,
)
from geo_tracker.indicators.lag_robustness import worst_tenth
from geo_tracker.workflows.lag import Lag, LagSide

_FEN_OF_WAN = 1_000_000
_ASSETS = ("net_assets", "debt")


def policy_facts(
    lag: Lag, *, formers: pd.DataFrame, villages: pd.DataFrame, latest: pd.DataFrame
) -> pd.DataFrame:
    """Gather what is known of former villages and those of today.

    Parameters
    ----------
    lag : Lag
        The score of all villages.
    formers, villages : DataFrame
        By ``unit_id``, as of the register: ``kind``, ``county``, ``town``, people and income.
    latest : DataFrame
        The newest figures of each village that has any: ``net_assets_fen``, ``debt_fen``.

    Returns
    -------
    DataFrame
        By ``unit_id``: a column for every code of `FIELDS`, in its unit, missing where unknown;
        ``is_former`` (bool), ``rank`` (missing where unranked). Assets of a village of today that
        states none are those of its former villages, where all of them state theirs.
    """
    assets = latest[[f"{name}_fen" for name in _ASSETS]].astype("Int64")
    parts = assets.reindex(lag.merged.index)
    grouped = parts.groupby(lag.merged)
    whole = grouped.sum().where(grouped.count().eq(grouped.size(), axis=0))
    of_villages = assets.reindex(villages.index).fillna(whole.reindex(villages.index))
    both = [
        _side(lag.formers, formers.join(assets.reindex(formers.index))),
        _side(lag.villages, villages.join(of_villages)),
    ]
    hidden = lag.hidden["hidden"].astype("boolean")
    rank = lag.formers.scores["rank"]
    in_worst = rank.le(worst_tenth(int(rank.notna().sum()))).fillna(True).astype(bool)
    # Whether it is hidden cannot be told where it is not ranked, or lags in a whole that is not.
    told = rank.notna() & (lag.hidden["merged_score"].notna() | ~in_worst)
    both[0]["hidden"] = hidden.where(told)
    # The average of a village of today hides nobody but its former ones.
    both[1]["hidden"] = pd.Series(False, index=villages.index, dtype="boolean")
    both[0]["is_former"], both[1]["is_former"] = True, False
    facts = pd.concat(both)
    return facts[[*FIELDS, "is_former", "rank"]]


def _side(side: LagSide, units: pd.DataFrame) -> pd.DataFrame:
    table = side.table.reindex(units.index)
    facts = side.values[list(BY_CODE)].reindex(units.index).copy()
    for name in ("score", "standing", "rank"):
        facts[name] = table[name]
    is_ranked = table["score"].notna()
    for name, domain in DOMAIN_FIELDS.items():
        codes = [one.code for one in side.indicators if BY_CODE[one.code].domain == domain]
        brought = side.contributions[codes].reindex(units.index).sum(axis=1, min_count=0)
        facts[name] = brought.where(is_ranked & bool(codes))
    for name, flag in FLAG_FIELDS.items():
        facts[name] = table[flag].astype("boolean")
    for name in MONEY_FIELDS:
        facts[name] = units[f"{name}_fen"].astype("Float64") / _FEN_OF_WAN
    for name in PEOPLE_FIELDS:
        facts[name] = units[name].astype("Float64")
    facts["situation"] = units["kind"]
    facts["county"], facts["town"] = units["county"], units["town"]
    return facts
