"""The made-up payments of the demo's projects: by day and channel, to the cent what was paid."""

from datetime import date, timedelta
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.demo.schedule import AS_OF, STAGES

COLUMN = "拨付明细"
_LEAST = 50
"""Hundreds of yuan: less than this is paid at once."""


def with_payments(projects: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Return the sheet 项目 with its payments one by one, beside what was paid in all.

    Parameters
    ----------
    projects : DataFrame
        As `project_sheet` returns it.
    rng : Generator
        Same state, same payments.

    Returns
    -------
    DataFrame
        The same rows with `COLUMN`: day, 万元, kind and channel of each payment. They add up to
        已拨付 exactly; where nothing was paid, there are none.
    """
    texts = [_payments(project, rng) for project in projects.to_dict("records")]
    place = projects.columns.get_loc("资金渠道")
    left, right = projects.iloc[:, :place], projects.iloc[:, place:]
    column = pd.DataFrame({COLUMN: pd.Series(texts, index=projects.index, dtype=object)})
    return pd.concat([left, column, right], axis=1)


def _payments(project: dict[str, Any], rng: np.random.Generator) -> str | None:
    paid_wan = project["已拨付(万元)"]
    if paid_wan is None or not paid_wan > 0:
        return None
    # Whole hundreds of yuan, as 万元 with two decimals are.
    total = round(paid_wan * 100)
    kinds = _kinds(project["阶段"])
    if total < _LEAST:
        kinds = kinds[-1:]
    cuts = np.sort(rng.choice(np.arange(1, total), len(kinds) - 1, replace=False))
    amounts = np.diff(np.concatenate([[0], cuts, [total]]))
    days = _days(project, len(kinds), rng)
    channels = [part.split(":")[0] for part in project["资金渠道"].split(";")]
    return ";".join(
        f"{day} {amount / 100:.2f} {kind} {rng.choice(channels)}"
        for day, amount, kind in zip(days, amounts.tolist(), kinds, strict=True)
    )


def _kinds(stage: str) -> list[str]:
    reached = STAGES.index(stage)
    kinds = ["预付款"]
    if reached >= STAGES.index("开工"):
        kinds.append("进度款")
    if reached >= STAGES.index("验收"):
        kinds.append("结算款")
    if reached >= STAGES.index("移交管护"):
        kinds.append("质保金")
    return kinds


def _days(project: dict[str, Any], count: int, rng: np.random.Generator) -> list[date]:
    """Return days in order, from about the start of the works until now."""
    begun = project["实际开工"] or project["计划开工"] or AS_OF
    first = min(begun, AS_OF) - timedelta(days=int(rng.integers(3, 20)))
    steps = np.sort(rng.integers(0, (AS_OF - first).days + 1, count))
    return [first + timedelta(days=int(step)) for step in steps]
