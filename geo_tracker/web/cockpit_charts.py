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
    flow, paid = _flows(services().engine, now.on, register().stamp, last_step())
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


@lru_cache(maxsize=4)
def _flows(
    engine: sa.Engine, until: date, stamp: tuple[Any, ...], last: int
) -> tuple[pd.DataFrame, pd.DataFrame]:
    return _problems(engine, until, stamp, last), _payments(engine, until)


_kept: dict[Any, tuple[int, pd.DataFrame]] = {}
"""By database, day and stamp of the register the last step that was counted, and the flow."""

_MOST_KEPT = 4


def _problems(engine: sa.Engine, until: date, stamp: tuple[Any, ...], last: int) -> pd.DataFrame:
    """Return the flow of problems: the log grows, so only what was added since is counted anew."""
    key = (engine, until, stamp)
    before, flow = _kept.pop(key, (0, None))
    with reading(engine) as session:
        added = problem_flow(session, until, after_step=before)
    if flow is not None:
        both = pd.concat([flow, added]) if len(added) else flow
        added = both.groupby(["unit_id", "month"], as_index=False).sum()
    _kept[key] = (last, added)
    for oldest in list(_kept)[:-_MOST_KEPT]:
        _kept.pop(oldest, None)
    return added


def _payments(engine: sa.Engine, until: date) -> pd.DataFrame:
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
