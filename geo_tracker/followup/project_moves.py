"""How a project gets from stage to stage: forward as it comes, back only with a reason."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Final

from geo_tracker.errors import InputError
from geo_tracker.language import N_

STARTED: Final = "started"
FINISHED: Final = "finished"


@dataclass(frozen=True)
class ProjectSituation:
    """Where a project stands.

    Attributes
    ----------
    stage : str or None
        Its stage, None where nobody has said.
    reached_on : date or None
        The day on which somebody last led it to a stage.
    actual_start_on, actual_finish_on : date or None
        When work began and ended.
    """

    stage: str | None = None
    reached_on: date | None = None
    actual_start_on: date | None = None
    actual_finish_on: date | None = None


def check_earlier_day(
    situation: ProjectSituation, stage: str, *, on: date, stages: Sequence[str]
) -> None:
    """Refuse a day of a stage that a project has not passed, or that it passed later than it can.

    Parameters
    ----------
    situation : ProjectSituation
        Where it stands.
    stage : str
        A stage that it is at or has passed.
    on : date
        The day it got there.
    stages : sequence of str
        All stages in order.

    Raises
    ------
    InputError
        If so.
    """
    order = {name: place for place, name in enumerate(stages)}
    if stage not in order or order[stage] > order.get(situation.stage or "", -1):
        raise InputError(N_("The project has not got to this stage."))
    is_past = stage != situation.stage
    if is_past and situation.reached_on is not None and on > situation.reached_on:
        raise InputError(
            N_("It got to its present stage on %(day)s; it cannot have got to one before later."),
            day=situation.reached_on.isoformat(),
        )


def moved(
    situation: ProjectSituation, stage: str, *, on: date, reason: str | None, stages: Sequence[str]
) -> ProjectSituation:
    """Return where a project stands once it is led to a stage.

    Stages may be passed over: a small road needs no tender. Work begins and ends with its stages,
    where no other day is known; what lies behind the stage that a project goes back to, is not
    true any more.

    Parameters
    ----------
    situation : ProjectSituation
        Where it stands.
    stage : str
        Where it is led.
    on : date
        The day it got there.
    reason : str or None
        Why it goes back.
    stages : sequence of str
        All stages in order.

    Raises
    ------
    InputError
        If there is no such stage, it is there already, it would get there before it got where it
        is, or no reason is given for going back.
    """
    if stage not in stages:
        raise InputError(N_("Say which stage it is."))
    if stage == situation.stage:
        raise InputError(N_("The project is at this stage already."))
    order = {name: place for place, name in enumerate(stages)}
    place = order[stage]
    back = situation.stage in order and place < order[situation.stage or ""]
    if back and not reason:
        raise InputError(N_("A project goes back only with a reason. Say why."))
    if not back and situation.reached_on is not None and on < situation.reached_on:
        raise InputError(
            N_("It got to its present stage on %(day)s; it cannot have come further before."),
            day=situation.reached_on.isoformat(),
        )
    start, finish = situation.actual_start_on, situation.actual_finish_on
    if place < order[STARTED]:
        start = None if back else start
    elif stage == STARTED and start is None:
        start = on
    if place < order[FINISHED]:
        finish = None if back else finish
    elif stage == FINISHED and finish is None:
        finish = on
    return replace(
        situation, stage=stage, reached_on=on, actual_start_on=start, actual_finish_on=finish
    )
