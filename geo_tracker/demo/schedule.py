"""A made-up project's way through its stages, as it stood on one day."""

from dataclasses import dataclass
from datetime import date, timedelta

import numpy as np

AS_OF = date(2020, 6, 30)

STAGES = (
    "储备",
    "立项",
    "设计",
    "预算",
    "招标",
    "合同",
    "开工",
    "完工",
    "验收",
    "结算审计",
    "决算",
    "移交管护",
)
SHARE_BEHIND = 0.15
"""Of the projects that should have started; of all it is an eighth."""


@dataclass(frozen=True)
class Schedule:
    """Where a project stands on `AS_OF`; what it has not reached is None.

    Attributes
    ----------
    stage : str
        One of `STAGES`.
    planned_start_on, planned_finish_on, started_on, finished_on : date or None
        None of the last two lies after `AS_OF`.
    progress : int or None
        Per cent; None for a project that is only an idea.
    """

    stage: str
    planned_start_on: date | None
    planned_finish_on: date | None
    started_on: date | None
    finished_on: date | None
    progress: int | None

    def has_reached(self, stage: str) -> bool:
        """Return whether the project is at a stage or past it."""
        return STAGES.index(self.stage) >= STAGES.index(stage)


def _before_start(start_on: date, finish_on: date, rng: np.random.Generator) -> Schedule:
    days_left = (start_on - AS_OF).days
    choices = (
        ("招标", "合同")
        if days_left < 40
        else ("设计", "预算")
        if days_left < 85
        else ("储备", "立项")
    )
    stage = str(rng.choice(choices))
    if stage == "储备":
        return Schedule(stage, None, None, None, None, None)
    return Schedule(stage, start_on, finish_on, None, None, 0)


def _behind(start_on: date, finish_on: date, planned: float, rng: np.random.Generator) -> Schedule:
    if planned < 0.3 or rng.random() < 0.3:
        stage = str(rng.choice(("预算", "招标", "合同")))
        return Schedule(stage, start_on, finish_on, None, None, 0)
    latest = min((AS_OF - start_on).days - 5, 110)
    started_on = start_on + timedelta(days=int(rng.integers(8, max(9, latest))))
    progress = max(5, round(100 * planned - rng.uniform(12, 55)))
    return Schedule("开工", start_on, finish_on, started_on, None, progress)


def _after_finish(days: int, rng: np.random.Generator) -> str:
    if days < 50:
        return str(rng.choice(("完工", "验收")))
    if days < 140:
        return str(rng.choice(("验收", "结算审计")))
    return str(rng.choice(("结算审计", "决算") if days < 280 else ("决算", "移交管护")))


def drawn_schedule(estimate_wan: float, rng: np.random.Generator) -> Schedule:
    """Draw a project's dates, stage and progress.

    Parameters
    ----------
    estimate_wan : float
        Its size in 万元; large ones take longer.
    rng : Generator
        Draws the rest.

    Returns
    -------
    Schedule
        Consistent in itself: an eighth of all lies more than ten points behind the straight line
        from planned start to planned finish, or should have started and has not.
    """
    start_on = date(2018, 12, 1) + timedelta(days=int(rng.integers(0, 700)))
    duration = round(55 + 14 * np.sqrt(estimate_wan) * rng.uniform(0.7, 1.3))
    finish_on = start_on + timedelta(days=duration)
    if start_on > AS_OF:
        return _before_start(start_on, finish_on, rng)
    planned = min(1.0, (AS_OF - start_on).days / duration)
    if (AS_OF - start_on).days > 20 and rng.random() < SHARE_BEHIND:
        return _behind(start_on, finish_on, planned, rng)
    started_on = min(AS_OF, start_on + timedelta(days=int(rng.integers(-8, 9))))
    if finish_on > AS_OF:
        progress = int(np.clip(round(100 * planned + rng.uniform(-8, 6)), 1, 97))
        return Schedule("开工", start_on, finish_on, started_on, None, progress)
    finished_on = min(AS_OF, finish_on + timedelta(days=int(rng.integers(-20, 25))))
    stage = _after_finish((AS_OF - finished_on).days, rng)
    return Schedule(stage, start_on, finish_on, started_on, finished_on, 100)
