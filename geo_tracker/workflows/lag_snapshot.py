"""The list of a review: written so that the same list is the same bytes, and read again."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cached_property, lru_cache
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.lag_periods import existing_lag_period
from geo_tracker.errors import DamagedFileError
from geo_tracker.followup.lag_lines import INDICATORS
from geo_tracker.followup.rules import RULES, Rules, plain_rule
from geo_tracker.indicators.lag_flags import FLAGS
from geo_tracker.indicators.lag_robustness import BORDERLINE, FIRM, NOT
from geo_tracker.indicators.lag_score import LagIndicator
from geo_tracker.indicators.lag_values import RATES
from geo_tracker.language import N_, translate
from geo_tracker.workflows.csv_files import csv_text
from geo_tracker.workflows.lag import FORMERS, VILLAGES, Lag, LagSide

_PLACE = ("name", "stat_code", "county_code", "county", "town_code", "town")
_RANKS = ("rank", "median_rank", "rank_low", "rank_high")
_SCORED = ("score", "known", *_RANKS, "worst_decile", "standing", "reasons")
_LOCALE = "zh_Hans_CN"
_DIGITS = 6
"""Of figures so many are kept: what computers differ in stands behind them."""

_WORDS: Final = {
    FORMERS: "原村",
    VILLAGES: "现在的村",
    FIRM: "确定列入最后一成",
    BORDERLINE: "可能列入最后一成",
    NOT: "不在最后一成",
}
"""The table that goes out is in planners' own words, as workbooks are."""


@dataclass(frozen=True)
class FrozenLag:
    """A list as it is kept.

    Attributes
    ----------
    snapshot : str
        Canonical JSON.
    table_csv : str
        The same as a table.
    ranked, listed : int
        Villages with a rank, and all, former and of today.
    """

    snapshot: str
    table_csv: str
    rules: dict[str, Any]
    reference: dict[str, Any]
    ranked: int
    listed: int

    @property
    def sha256(self) -> str:
        """Return the hash of the snapshot."""
        return hashlib.sha256(self.snapshot.encode("utf-8")).hexdigest()


@dataclass(frozen=True)
class KeptLag:
    """A list that was kept, read again: villages by ``unit_id`` as `frozen_lag` wrote them.

    Attributes
    ----------
    formers, villages : DataFrame
        Texts, codes and figures as kept, missing ones None; ``reasons`` and ``missing`` lists of
        codes; ``values`` and ``contributions`` figures by code.
    indicators : list of LagIndicator
        What counted.
    """

    formers: pd.DataFrame
    villages: pd.DataFrame
    indicators: list[LagIndicator]

    @cached_property
    def places(self) -> pd.DataFrame:
        """Codes and names of county and town of all villages."""
        return pd.concat([self.formers[list(_PLACE)], self.villages[list(_PLACE)]])

    def side_of(self, unit_id: int) -> pd.DataFrame | None:
        """Return the side that a village is on; None where it is on neither."""
        sides = (self.formers, self.villages)
        return next((side for side in sides if unit_id in side.index), None)


def frozen_lag(lag: Lag, units: pd.DataFrame, *, rules: Rules, data_on: date | None) -> FrozenLag:
    """Write down a score of all villages, with the rules and rates that it hangs on.

    Parameters
    ----------
    lag : Lag
        The score.
    units : DataFrame
        ``name``, ``stat_code`` and place of every village by ``unit_id``.
    rules : Rules
        Those that it was computed by.
    data_on : date or None
        The day of the newest figures.
    """
    indicators = [vars(one) for one in lag.indicators]
    kept = lag_rules(rules)
    reference = {
        "data_on": None if data_on is None else data_on.isoformat(),
        "town_rates": {
            FORMERS: _plain_rates(lag.formers.town_rates),
            VILLAGES: _plain_rates(lag.villages.town_rates),
        },
    }
    hidden = lag.hidden[["hidden", "merged_score", "gap"]]
    merged = pd.DataFrame({"merged_id": lag.merged.astype("Int64")})
    merged["merged_name"] = units["name"].reindex(lag.merged.to_list()).to_list()
    content: dict[str, Any] = {
        FORMERS: _rows(lag.formers, units, merged.join(hidden)),
        VILLAGES: _rows(lag.villages, units, pd.DataFrame(index=lag.villages.table.index)),
        "indicators": indicators,
        "reference": reference,
        "rules": kept,
    }
    rows = [*content[FORMERS], *content[VILLAGES]]
    return FrozenLag(
        canonical(content),
        csv_text(_table(content)),
        kept,
        reference,
        ranked=sum(row["rank"] is not None for row in rows),
        listed=len(rows),
    )


def _plain_rates(rates: pd.DataFrame) -> dict[str, dict[str, Any]]:
    return {
        str(town): {str(name): _plain(value) for name, value in row.items()}
        for town, row in rates.to_dict("index").items()
    }


def rates_held_fast(reference: Mapping[str, Any]) -> dict[str, pd.DataFrame]:
    """Return the towns' rates that a review wrote down, by side, as `lag_of` takes them.

    Reviews opened by earlier versions of the program hold none by side: no rates are held fast.
    """
    kept = reference.get("town_rates", {})
    return {
        side: pd.DataFrame.from_dict(kept[side], orient="index", columns=list(RATES), dtype=float)
        for side in (FORMERS, VILLAGES)
        if side in kept
    }


def lag_rules(rules: Rules) -> dict[str, Any]:
    """Return the rules of lagging villages as plain data, by name."""
    return {
        name: plain_rule(name, getattr(rules, name))
        for name, rule in RULES.items()
        if rule.metadata["group"] == "lagging"
    }


def canonical(content: Any) -> str:
    """Return plain data as JSON that is the same text whenever the data is the same."""
    return json.dumps(
        content, ensure_ascii=False, allow_nan=False, sort_keys=True, separators=(",", ":")
    )


def _rows(side: LagSide, units: pd.DataFrame, more: pd.DataFrame) -> list[dict[str, Any]]:
    table = side.table[list(_SCORED)].join(units[list(_PLACE)]).join(more).sort_index()
    values = side.values.loc[table.index, side.points.columns].to_dict("index")
    parts = side.contributions.loc[table.index].to_dict("index")
    return [
        {"unit_id": int(unit_id)}
        | {name: _plain(value) for name, value in row.items()}
        | {"missing": side.missing(unit_id)}
        | {"values": _figures(values[unit_id]), "contributions": _figures(parts[unit_id])}
        for unit_id, row in table.to_dict("index").items()
    ]


def _figures(row: dict[Any, Any]) -> dict[str, Any]:
    return {str(code): _plain(value) for code, value in row.items()}


def _plain(value: Any) -> Any:
    """Return a cell as JSON keeps it; any missing value is None."""
    if isinstance(value, list):
        return value
    if value is None or pd.isna(value):
        return None
    value = value.item() if hasattr(value, "item") else value
    return round(value, _DIGITS) + 0.0 if isinstance(value, float) else value


def _table(content: dict[str, Any]) -> pd.DataFrame:
    """Return the list as planners read it, the furthest behind first."""
    words = {meaning.code: word for word, meaning in INDICATORS.items()}
    codes = [one["code"] for one in content["indicators"]]
    lines = []
    for kind in (FORMERS, VILLAGES):
        ordered = sorted(content[kind], key=_order)
        lines += [_line(row, kind, codes, words) for row in ordered]
    table = pd.DataFrame(lines)
    ranks = ("位次", "位次下限", "位次上限")
    return table.astype(dict.fromkeys(ranks, "Int64")) if lines else table


def _order(row: dict[str, Any]) -> tuple[Any, ...]:
    place = (row[name] or "" for name in ("county_code", "town_code", "stat_code"))
    return row["rank"] is None, row["rank"] or 0, *place


def _line(
    row: dict[str, Any], kind: str, codes: list[str], words: dict[str, str]
) -> dict[str, Any]:
    return {
        "类型": _WORDS[kind],
        "位次": row["rank"],
        "位次下限": row["rank_low"],
        "位次上限": row["rank_high"],
        "村名": row["name"],
        "统计代码": row["stat_code"],
        "县": row["county"],
        "乡镇": row["town"],
        "并入": row.get("merged_name"),
        "后进指数": row["score"],
        "列入最后一成的把握": row["worst_decile"],
        "把握程度": _WORDS.get(row["standing"] or ""),
        "标记": _joined(translate(FLAGS[code], _LOCALE) for code in row["reasons"]),
        "缺少指标": _joined(words[code] for code in row["missing"]),
        **{words[code]: row["values"][code] for code in codes},
        **{f"{words[code]}·计入指数": row["contributions"][code] for code in codes},
    }


def _joined(words: Iterable[str]) -> str | None:
    return "、".join(words) or None


def kept_lag(engine: sa.Engine, period_id: int) -> KeptLag:
    """Return the list of a review.

    Raises
    ------
    NotFoundError
        If there is no such review.
    DamagedFileError
        If its list is no longer what was kept.
    """
    with reading(engine) as session:
        sha256 = existing_lag_period(session, period_id).sha256
    return _read(engine, period_id, sha256)


@lru_cache(maxsize=4)
def _read(engine: sa.Engine, period_id: int, sha256: str) -> KeptLag:
    with reading(engine) as session:
        text = existing_lag_period(session, period_id, whole=True).snapshot
    if hashlib.sha256(text.encode("utf-8")).hexdigest() != sha256:
        raise DamagedFileError(N_("The list of this review is no longer what was kept."))
    content = json.loads(text)
    return KeptLag(
        _frame(content[FORMERS]),
        _frame(content[VILLAGES]),
        [LagIndicator(**one) for one in content["indicators"]],
    )


def _frame(rows: list[dict[str, Any]]) -> pd.DataFrame:
    columns = ["unit_id", *_PLACE, *_SCORED, "values", "contributions"]
    frame = pd.DataFrame(rows, columns=None if rows else columns).set_index("unit_id")
    frame = frame.astype(dict.fromkeys(("score", "worst_decile"), float))
    return frame.astype(dict.fromkeys(_RANKS, "Int64"))
