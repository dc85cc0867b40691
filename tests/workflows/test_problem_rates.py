"""Problems are counted alike as they stand and from their log; the past stays as it was."""

import itertools
import random
from collections.abc import Mapping
from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.followup_counts import problem_counts as problem_counts_of_map
from geo_tracker.db.models import Problem
from geo_tracker.db.past_counts import problem_flow
from geo_tracker.db.problem_lists import (
    OPEN,
    ProblemFilter,
    conditions,
    count_of_problems,
    problem_totals,
)
from geo_tracker.db.problem_rates import AS_OF, MEASURES, counted_ids, problem_counts
from geo_tracker.db.quarter_counts import (
    BETWEEN,
    counted_ids_between,
    problem_counts_between,
)
from geo_tracker.errors import GeoTrackerError
from geo_tracker.followup.problem_lights import LIGHTS, deadlines
from geo_tracker.followup.problem_states import (
    ANSWERS,
    SATISFACTIONS,
    STATES,
    possible_actions,
)
from geo_tracker.followup.working_days import WorkCalendar
from geo_tracker.indicators.problems import COUNTS
from geo_tracker.workflows.problems import situation_of
from tests.workflows.test_problems import FRIDAY, MONDAY, NEXT, TUESDAY, Desk, desk

__all__ = ["desk"]


def counted(desk: Desk, on: date) -> Mapping[str, int]:
    with reading(desk.engine) as session:
        return {name: int(n) for name, n in problem_counts(session, on).sum().items()}


def totals(desk: Desk, today: date) -> dict[str, int]:
    with reading(desk.engine) as session:
        return problem_totals(session, [], deadlines(WorkCalendar(), today, yellow_days=3))


def wander(desk: Desk, seed: int, *, problems: int, days: int) -> date:
    """Have people do at random what they may, day after day; return the last day."""
    chance = random.Random(seed)
    ids = [desk.registered() for _one in range(problems)]
    day = MONDAY
    for _day in range(days):
        day += timedelta(days=chance.randrange(4))
        for problem_id in chance.sample(ids, problems // 2):
            who = chance.choice([desk.li, desk.wang, desk.zhao])
            possible = possible_actions(situation_of(desk.problem(problem_id)), who)
            rare = ("duplicate", "not_ours", "cannot_fix", "correct", "suspend")
            possible = tuple(a for a in possible if a not in rare or chance.random() < 0.2)
            if not possible:
                continue
            given: dict[str, Any] = {
                "lead_unit": "交通局",
                "due_on": day + timedelta(days=chance.randrange(12)),
                "note": "记录",
                "answer": chance.choice((*ANSWERS, "fixed", "fixed")),
                "satisfaction": chance.choice(SATISFACTIONS),
                "duplicate_of_id": chance.choice(ids),
            }
            try:
                desk.does(problem_id, chance.choice(possible), who, on=day, **given)
            except GeoTrackerError:
                continue
    return day


@pytest.mark.parametrize("seed", [1, 2])
def test_counted_from_the_log_is_counted_as_it_stands(desk: Desk, seed: int) -> None:
    last = wander(desk, seed, problems=24, days=25)
    for today in (last, last + timedelta(days=40)):
        now, from_log = totals(desk, today), counted(desk, today)
        as_it_stands = {name: now[name] for name in (*MEASURES, "duplicates")}
        assert as_it_stands | {"open": now[OPEN], "overdue": now["red"]} == from_log
    on = deadlines(WorkCalendar(), last, yellow_days=3)
    narrowed = {
        "open": ProblemFilter(state=OPEN),
        "overdue": ProblemFilter(light="red"),
        "duplicates": ProblemFilter(state="duplicate"),
    }
    with reading(desk.engine) as session:
        for measure in AS_OF:
            where = conditions(narrowed.get(measure) or ProblemFilter(counted=measure), on)
            ids = set(session.scalars(sa.select(Problem.id).where(*where)))
            assert ids == set(counted_ids(session, measure, last)), measure
            assert len(ids) == counted(desk, last)[measure]
    # Else the walk would show nothing.
    later = counted(desk, last + timedelta(days=40))
    assert sum(count > 0 for count in later.values()) >= len(MEASURES) - 2


def test_lights_counted_by_dates_are_those_of_each_problem(desk: Desk) -> None:
    last = wander(desk, 3, problems=20, days=12)
    on = deadlines(WorkCalendar(), last, yellow_days=3)
    with reading(desk.engine) as session:
        stored = list(session.scalars(sa.select(Problem)))
        burning = [on.light(situation_of(problem), problem.due_on) for problem in stored]
        for light in LIGHTS:
            where = conditions(ProblemFilter(light=light), on)
            assert count_of_problems(session, where) == burning.count(light)
        for state in STATES:
            where = conditions(ProblemFilter(state=state), on)
            assert count_of_problems(session, where) == sum(p.state == state for p in stored)
    assert totals(desk, last)["red"] == burning.count("red") > 0
    assert totals(desk, last)["yellow"] == burning.count("yellow")


def test_a_past_day_is_counted_as_it_was_then(desk: Desk) -> None:
    problem_id = desk.claimed()
    desk.does(problem_id, "revisit", desk.li, on=FRIDAY, answer="fixed", satisfaction="satisfied")
    monday, tuesday, friday = (counted(desk, day) for day in (MONDAY, TUESDAY, FRIDAY))
    assert (monday["handed"], monday["claimed"], monday["resolved"]) == (1, 0, 0)
    assert (tuesday["claimed"], tuesday["resolved"], tuesday["revisited"]) == (1, 0, 0)
    assert (friday["resolved"], friday["satisfied"], friday["due"]) == (1, 1, 0)
    later = counted(desk, NEXT + timedelta(days=1))
    assert (later["due"], later["in_time"]) == (1, 1)
    assert set(counted(desk, MONDAY - timedelta(days=1)).values()) == {0}


@pytest.mark.parametrize("seed", [4, 5])
def test_every_past_day_is_counted_as_the_whole_log_tells_it(desk: Desk, seed: int) -> None:
    last = wander(desk, seed, problems=16, days=14)
    for days in range((last - MONDAY).days + 2):
        day = MONDAY + timedelta(days=days - 1)
        fast = counted(desk, day)
        with reading(desk.engine) as session:
            assert fast == {name: len(counted_ids(session, name, day)) for name in AS_OF}, day


def test_what_was_handed_over_again_is_no_longer_claimed(desk: Desk) -> None:
    problem_id = desk.claimed()
    desk.does(problem_id, "revisit", desk.li, on=FRIDAY, answer="not_fixed", due_on=NEXT)
    found = counted(desk, FRIDAY)
    assert (found["claimed"], found["handed_again"], found["rectified"]) == (0, 1, 0)
    assert (found["revisited"], found["confirmed"], found["satisfied"]) == (1, 0, 0)


def test_a_duplicate_is_counted_nowhere_but_among_what_was_left_out(desk: Desk) -> None:
    first, again = desk.registered(), desk.registered()
    desk.does(again, "assign", desk.li, on=MONDAY, lead_unit="交通局", due_on=TUESDAY)
    before = totals(desk, NEXT)
    assert (before["total"], before["registered"], before["handed"], before["due"]) == (2, 2, 1, 1)
    desk.does(again, "duplicate", desk.li, on=FRIDAY, duplicate_of_id=first, note="")
    after = totals(desk, NEXT)
    assert (after["total"], after["registered"], after["duplicates"]) == (2, 1, 1)
    assert (after["handed"], after["due"], after["open"]) == (0, 0, 1)
    # What a day before was not known to be one is still counted as of that day.
    assert counted(desk, MONDAY)["registered"] == 2
    assert (counted(desk, FRIDAY)["registered"], counted(desk, FRIDAY)["duplicates"]) == (1, 1)
    with reading(desk.engine) as session:
        flow = problem_flow(session, FRIDAY)
        (village,) = problem_counts_of_map(
            session, on=NEXT, open_states=["registered"], owed_states=["assigned"]
        )
    assert flow["registered"].sum() == 1
    assert (village.problems, village.open_problems) == (1, 1)


def test_the_measures_are_those_that_rates_are_made_of() -> None:
    assert set(MEASURES) == set(COUNTS)


@pytest.mark.parametrize("seed", [5, 6])
def test_a_time_that_holds_everything_counts_what_any_day_counts(desk: Desk, seed: int) -> None:
    last = wander(desk, seed, problems=24, days=25)
    with reading(desk.engine) as session:
        between = problem_counts_between(session, since=date(2000, 1, 1), until=last)
        whole = problem_counts(session, last)[list(BETWEEN)]
    assert between.sum().to_dict() == whole.sum().to_dict()
    assert between["registered"].sum() > 0
    assert between["handed_again"].sum() > 0


@pytest.mark.parametrize("seed", [7, 8])
def test_of_each_time_parts_are_parts_and_nothing_is_due_or_resolved_twice(
    desk: Desk, seed: int
) -> None:
    last = wander(desk, seed, problems=24, days=25)
    days = [MONDAY - timedelta(days=1), MONDAY + (last - MONDAY) / 2, last]
    sums = []
    for since, until in itertools.pairwise(days):
        with reading(desk.engine) as session:
            counts = problem_counts_between(session, since=since, until=until).sum()
            for measure in BETWEEN:
                ids = counted_ids_between(session, measure, since=since, until=until)
                assert len(ids) == len(set(ids)) == counts[measure]
        for whole, part in zip(BETWEEN[::2], BETWEEN[1::2], strict=True):
            assert counts[part] <= counts[whole]
        sums.append(counts)
    with reading(desk.engine) as session:
        ever = problem_counts(session, last).sum()
    assert sums[0]["resolved"] + sums[1]["resolved"] == ever["resolved"]
    assert sums[1]["registered"] >= ever["registered"] - sums[0]["registered"]
    assert sums[1]["registered"] < ever["registered"]
