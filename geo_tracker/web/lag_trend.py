"""How the scores of some villages went: in the frozen lists of reviews, and today."""

from collections.abc import Collection
from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.db.lag_periods import all_periods
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.lag import ShownLag
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register
from geo_tracker.workflows.lag_snapshot import kept_lag

MOST_REVIEWS = 5
"""Reviews that are looked back at."""


def score_trend(held: Register, found: ShownLag, unit_ids: Collection[int]) -> dict[str, Any]:
    """Return the scores of some villages over time.

    Parameters
    ----------
    held, found : Register, ShownLag
        The register and the score of today.
    unit_ids : collection of int
        The villages, in the order of the rows.

    Returns
    -------
    dict
        ``columns`` (list of ``{title, on}``: reviews, the oldest first, then today) and ``rows``
        (list of ``{unit_id, name, scores, moved}``): ``scores`` has a figure or None for each
        column, ``moved`` is the last known less the first known, None of fewer than two. Scores of
        reviews are those frozen then, by the rules of their time. No rows for villages that were
        never scored.
    """
    with read_session() as session:
        periods = [row.LagPeriod for row in all_periods(session)[:MOST_REVIEWS]][::-1]
        reviews = [(one.id, one.title, one.data_on or one.opened_at.date()) for one in periods]
    columns = [{"title": title, "on": on} for _period_id, title, on in reviews]
    columns.append({"title": _("Today's score"), "on": judging_day()})
    series = [_kept_scores(period_id) for period_id, _title, _on in reviews]
    series.append(_scores(found.lag.formers.scores, found.lag.villages.scores))
    rows = []
    for unit_id in unit_ids:
        scores = [or_none(scored.get(unit_id)) for scored in series]
        known = [score for score in scores if score is not None]
        if known:
            rows.append(
                {
                    "unit_id": unit_id,
                    "name": held.units.at[unit_id, "name"],
                    "scores": scores,
                    "moved": known[-1] - known[0] if len(known) > 1 else None,
                }
            )
    return {"columns": columns, "rows": rows}


def _kept_scores(period_id: int) -> pd.Series:
    kept = kept_lag(services().engine, period_id)
    return _scores(kept.formers, kept.villages)


def _scores(formers: pd.DataFrame, villages: pd.DataFrame) -> pd.Series:
    """Return scores by ``unit_id``; of a village on both sides there is one."""
    both = pd.concat([formers["score"], villages["score"]])
    return both[~both.index.duplicated()]
