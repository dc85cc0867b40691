"""Project lights: how far a project is behind its plan, at the date it was reported."""

from datetime import date
from typing import Any

import numpy as np
import pandas as pd

STAGES = (
    *("reserve", "approved", "design", "budget", "tender", "contract", "started", "finished"),
    *("accepted", "audited", "final_account", "handed_over"),
)
"""Stages of a project in order, 储备 to 移交管护 (domain reference, §4)."""

YELLOW_POINTS = 10.0
RED_POINTS = 30.0
RED_DELAY_MONTHS = 3

_DONE_FROM = STAGES.index("finished")
_STARTED_FROM = STAGES.index("started")


def project_lights(
    projects: pd.DataFrame,
    *,
    on: "date | pd.Series[Any]",
    until: date | None = None,
    yellow_points: float = YELLOW_POINTS,
    red_points: float = RED_POINTS,
    late_months: int = RED_DELAY_MONTHS,
) -> pd.DataFrame:
    """Judge projects by their plan.

    Parameters
    ----------
    projects : DataFrame
        ``stage`` (a code of `STAGES` or missing), ``planned_start_on``, ``planned_finish_on``,
        ``actual_start_on``, ``actual_finish_on``, ``reported_on`` (dates), ``progress`` (0–1).
    on : date or Series
        The day to judge at, of all or of each: a project that was reported is judged at its report.
    until : date, optional
        No report is later than this; without it, than ``on``.
    yellow_points, red_points : float
        Points behind plan from which a project is yellow, and above which it is red.
    late_months : int
        Months after its planned start from which a project not started is red.

    Returns
    -------
    DataFrame
        Same index: ``planned_progress`` (0–1, linear between planned start and finish),
        ``behind_points`` (percentage points behind plan, never below 0), ``light`` (``green``,
        ``yellow``, ``red``, or None where there is nothing to judge by), ``is_open`` (not
        finished).

    Notes
    -----
    Domain reference §4: under 10 points green, 10–30 yellow, over 30 red; not started after the
    planned start yellow, three months after it red.
    """
    start, finish, begun, ended, reported = (
        pd.to_datetime(projects[name])
        for name in (
            *("planned_start_on", "planned_finish_on", "actual_start_on", "actual_finish_on"),
            "reported_on",
        )
    )
    judged = on if isinstance(on, pd.Series) else pd.Timestamp(on)
    latest = judged if until is None else pd.Timestamp(until)
    day = reported.clip(upper=latest).fillna(judged)
    stage = projects["stage"].map({name: i for i, name in enumerate(STAGES)}).astype(float)
    progress = projects["progress"].astype(float)
    finished = ended.notna() | (stage >= _DONE_FROM) | (progress >= 1)
    span = (finish - start).dt.days.where(lambda days: days > 0)
    planned = ((day - start).dt.days / span).clip(0, 1)
    actual = progress.mask(finished, 1.0)
    # Rounded, for 0.5 − 0.4 is a little under 10 points.
    behind = ((planned - actual) * 100).clip(lower=0).round(6)
    started = finished | begun.notna() | (stage >= _STARTED_FROM) | (progress > 0)
    # Where nothing at all is reported, nobody can say that it has not started.
    told = ended.notna() | begun.notna() | stage.notna() | progress.notna()
    late_start = ~started & told & start.notna() & (day > start)
    very_late = late_start & (day >= start + pd.DateOffset(months=late_months))
    light = pd.Series(np.nan, index=projects.index, dtype=object)
    light = light.mask(behind.notna() | (start.notna() & (day <= start)) | finished, "green")
    light = light.mask((behind >= yellow_points) | late_start, "yellow")
    light = light.mask((behind > red_points) | very_late, "red")
    return pd.DataFrame(
        {
            "planned_progress": planned,
            "behind_points": behind,
            "light": light.where(light.notna(), None),
            "is_open": ~finished,
        }
    )
