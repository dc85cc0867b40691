"""Lines of the cockpit: problems registered and resolved, money paid, month by month."""

from datetime import date
from functools import lru_cache
from typing import Any

import pandas as pd
import sqlalchemy as sa
from flask_babel import gettext as _

from geo_tracker.db import reading
from geo_tracker.db.past_counts import payment_flow, problem_flow
from geo_tracker.web.cockpit_figures import DayFigures
from geo_tracker.web.context import services
from geo_tracker.web.money import yuan
from geo_tracker.web.problem_past import last_step
from geo_tracker.web.register import register
from geo_tracker.web.texts import number, yuan_wan

MOST_MONTHS = 36


def charts_of(chosen: pd.DataFrame, now: DayFigures) -> list[dict[str, Any]]:
    """Return the charts of a place until a day; none where nothing is known.

    Parameters
    ----------
    chosen : DataFrame
        Rows of `Register.places`: the villages of the place.
    now : DayFigures
        Figures of the day.

    Returns
    -------
    list of dict
        ``title``, ``first``, ``last`` (months), ``top`` (text of the upper edge), ``lines``: list
        of {``text``, ``last`` (text of the last value), ``kind``, ``points`` of an SVG line, 0–100
        to the right and down}.
    """
    engine, stamp = services().engine, register().stamp
    flow = _problems(engine, now.on, stamp, last_step("problem"))
    paid = _payments(engine, now.on, stamp, last_step("project"))
    flow = flow[flow["unit_id"].isin(chosen.index)]
    of_place = now.projects[now.projects["current_unit_id"].isin(chosen.index)]
    paid = paid[paid["project_id"].isin(of_place["project_id"])]
    last = pd.Period(now.on, "M")
    charts = []
    if not flow.empty:
        sums = _running(flow.groupby("month")[["registered", "resolved"]].sum(), last)
        texts = {"registered": _("registered"), "resolved": _("resolved")}
        charts.append(_chart(_("Problems registered and resolved"), sums, texts, number))
    budget = int(of_place["budget_fen"].astype("Int64").sum())
    if not paid.empty:
        sums = _running(paid.groupby("month")[["fen"]].sum(), last)
        sums.insert(0, "budget", budget)
        texts = {"budget": _("budget known by the day"), "fen": _("paid")}
        charts.append(
            _chart(_("Paid, 10,000 yuan"), sums, texts, lambda fen: yuan_wan(yuan(int(fen))))
        )
    return charts


_kept: dict[Any, tuple[int, pd.DataFrame]] = {}
"""By database, day and stamp of the register the last step that was counted, and the flow."""

_MOST_KEPT = 4
_NEWEST = 10_000
"""So many steps are counted anew each time: of those under way one may come after a later one."""


@lru_cache(maxsize=4)
def _problems(engine: sa.Engine, until: date, stamp: tuple[Any, ...], last: int) -> pd.DataFrame:
    """Return the flow of problems: the log grows, so what is old in it is counted once."""
    key, settled = (engine, until, stamp), max(0, last - _NEWEST)
    before, flow = _kept.pop(key, (0, None))
    with reading(engine) as session:
        if flow is None or settled > before:
            added = problem_flow(session, until, after_step=before, last_step=settled)
            flow = added if flow is None else _summed(flow, added)
            before = settled
        newest = problem_flow(session, until, after_step=before)
    _kept[key] = (before, flow)
    for oldest in list(_kept)[:-_MOST_KEPT]:
        _kept.pop(oldest, None)
    return _summed(flow, newest)


def _summed(flow: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([flow, added]).groupby(["unit_id", "month"], as_index=False).sum()


@lru_cache(maxsize=4)
def _payments(
    engine: sa.Engine, until: date, _stamp: tuple[Any, ...], _last_step_id: int
) -> pd.DataFrame:
    with reading(engine) as session:
        return payment_flow(session, until)


def _running(monthly: pd.DataFrame, last: pd.Period) -> pd.DataFrame:
    """Return sums up to each month, from the first one (at most `MOST_MONTHS`) to the last."""
    monthly.index = pd.PeriodIndex(monthly.index, freq="M")
    months = pd.period_range(monthly.index.min() - 1, last, freq="M")
    return monthly.reindex(months, fill_value=0).cumsum().tail(MOST_MONTHS)


_KINDS = {"registered": "planned", "resolved": "reported", "budget": "planned", "fen": "paid"}


def _chart(title: str, sums: pd.DataFrame, texts: dict[str, str], said: Any) -> dict[str, Any]:
    top = max(1, int(sums.to_numpy().max()))
    steps = max(1, len(sums) - 1)
    return {
        "title": title,
        "first": str(sums.index[0]),
        "last": str(sums.index[-1]),
        "top": said(top),
        "lines": [
            {
                "text": texts[name],
                "last": said(sums[name].iloc[-1]),
                "kind": _KINDS[name],
                "points": " ".join(
                    f"{place / steps * 100:.2f},{100 - int(value) / top * 100:.2f}"
                    for place, value in enumerate(sums[name])
                ),
            }
            for name in texts
        ],
    }
