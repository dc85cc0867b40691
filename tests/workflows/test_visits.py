"""Visits as service groups record them, on both databases."""

from datetime import date, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading, writing
from geo_tracker.db.models import FollowupStep, Problem, Unit, Visit
from geo_tracker.db.problems import steps_of
from geo_tracker.db.visits import (
    VisitFilter,
    conditions,
    page_of_visits,
    previous_visits,
    second_visits,
    visit_totals,
)
from geo_tracker.errors import (
    ChangedMeanwhileError,
    ConflictError,
    InputError,
    NotAllowedError,
    NotFoundError,
    RepeatedVisitError,
)
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.rules import set_rule
from geo_tracker.workflows.users import add_user
from geo_tracker.workflows.visits import correct_visit, record_visit, remove_visit, repeat_days

TODAY = date(2026, 11, 30)
FIRST = date(2026, 11, 2)


class Office:
    """Two villages, a planner who records visits to them, a handler and a viewer."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        with writing(engine) as session:
            units = [Unit(), Unit()]
            session.add_all(units)
            session.flush()
            self.east, self.west = (unit.id for unit in units)
        account = add_user(engine, username="li", password="password-123", role="planner")
        self.li, self.zhao = Actor(account, "planner"), Actor(account, "handler", "交通局")
        self.viewer = Actor(account, "viewer")

    def recorded(self, on: date = FIRST, *, knowing: Any = (), **more: Any) -> int:
        given = {"visited_on": on, "service_group": "第三服务组", "unit_id": self.east} | more
        return record_visit(self.engine, given, actor=self.li, today=TODAY, knowing=knowing)

    def corrected(
        self, visit_id: int, *, knowing: Any = (), note: str = "写错", **more: Any
    ) -> None:
        visit = self.visit(visit_id)
        fields = ("visited_on", "service_group", "unit_id", "enterprise", "people_served")
        given = {name: getattr(visit, name) for name in fields} | more
        correct_visit(
            self.engine,
            visit_id,
            given,
            note=note,
            actor=self.li,
            version=visit.version,
            today=TODAY,
            knowing=knowing,
        )

    def visit(self, visit_id: int) -> Visit:
        with reading(self.engine) as session:
            return session.get_one(Visit, visit_id)

    def steps(self, visit_id: int) -> list[FollowupStep]:
        with reading(self.engine) as session:
            return [step for step, _who in steps_of(session, "visit", visit_id)]

    def listed(self, **chosen: Any) -> list[int]:
        with reading(self.engine) as session:
            where = conditions(VisitFilter(**chosen))
            found = page_of_visits(session, where, order="earliest", first=0, count=50)
            assert visit_totals(session, where).visits == len(found)
            return [visit.id for visit in found]


@pytest.fixture
def office(engine: sa.Engine) -> Office:
    return Office(engine)


def test_a_visit_is_recorded_with_all_it_says(office: Office) -> None:
    visit_id = office.recorded(
        leader=" 李某 ", people_served=0, summary="看路\n看桥\x00", enterprise=""
    )
    visit = office.visit(visit_id)
    assert (visit.leader, visit.people_served, visit.enterprise) == ("李某", 0, None)
    assert visit.summary == "看路\n看桥"
    (step,) = office.steps(visit_id)
    assert (step.action, step.happened_on, step.unit_id) == ("record", FIRST, office.east)
    assert step.fields["visited_on"] == [None, "2026-11-02"]


@pytest.mark.parametrize(
    "given",
    [
        {"visited_on": TODAY + timedelta(days=1)},
        {"visited_on": None},
        {"service_group": "  "},
        {"unit_id": None},
        {"unit_id": 999},
        {"unit_id": 2**40},
        {"people_served": -1},
        {"people_served": 1_000_001},
        {"summary": "长" * 2001},
        {"leader": "长" * 61},
    ],
)
def test_what_cannot_be_is_refused(office: Office, given: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        office.recorded(**given)
    assert office.listed() == []


@pytest.mark.parametrize(
    ("days", "repeats"), [(-15, False), (-14, True), (0, True), (14, True), (15, False)]
)
def test_a_second_visit_within_two_weeks_before_or_after_is_warned_of(
    office: Office, days: int, repeats: bool
) -> None:
    other = office.recorded(FIRST)
    if not repeats:
        office.recorded(FIRST + timedelta(days=days))
        return
    with pytest.raises(RepeatedVisitError) as warned:
        office.recorded(FIRST + timedelta(days=days))
    assert warned.value.visit_ids == (other,)
    assert office.listed() == [other]


def test_who_knows_of_the_other_visit_may_record_a_second_one_but_not_past_a_third(
    office: Office,
) -> None:
    first = office.recorded()
    second = office.recorded(knowing=[first])
    with pytest.raises(RepeatedVisitError) as warned:
        office.recorded(knowing=[first])
    assert set(warned.value.visit_ids) == {first, second}
    office.recorded(knowing=[first, second])


def test_another_village_and_an_enterprise_are_other_places(office: Office) -> None:
    office.recorded()
    office.recorded(unit_id=office.west)
    office.recorded(enterprise="五金厂")
    office.recorded(enterprise="家具厂")
    with pytest.raises(RepeatedVisitError):
        office.recorded(enterprise=" 五金厂 ")


def test_how_many_days_is_a_rule_of_the_visits_year(office: Office) -> None:
    set_rule(office.engine, "visit_repeat_days", from_year=2026, text="3", user_id=None)
    for year in (2025, 2026):
        office.recorded(date(year, 3, 1))
    office.recorded(date(2026, 3, 5))
    with pytest.raises(RepeatedVisitError):
        office.recorded(date(2025, 3, 5))


def test_a_list_knows_second_visits_by_the_rules_of_their_year(office: Office) -> None:
    first = office.recorded(date(2025, 3, 1))
    again = office.recorded(date(2025, 3, 11), knowing=[first])
    office.recorded(date(2025, 3, 12), enterprise="五金厂")
    later = office.recorded(date(2026, 3, 1))
    office.recorded(date(2026, 3, 11), knowing=[later])
    set_rule(office.engine, "visit_repeat_days", from_year=2026, text="9", user_id=None)
    with reading(office.engine) as session:
        repeats = repeat_days(session)
        visits = page_of_visits(session, (), order="earliest", first=0, count=50)
        assert previous_visits(session, visits, repeats) == {again: (first, 10)}
        assert second_visits(session, repeats) == [again]
    assert office.listed(ids=[again]) == [again]
    assert office.listed(ids=[]) == []


def test_lists_are_narrowed_by_place_group_days_and_text(office: Office) -> None:
    first = office.recorded(summary="看路灯 100%")
    second = office.recorded(FIRST + timedelta(days=20), unit_id=office.west, service_group="甲组")
    assert office.listed(units=[office.east]) == [first]
    assert office.listed(units=[]) == []
    assert office.listed(service_group="甲组") == [second]
    assert office.listed(begin=FIRST + timedelta(days=1)) == [second]
    assert office.listed(end=FIRST) == [first]
    assert office.listed(query="路灯") == [first]
    assert office.listed(query="0%") == [first]
    assert office.listed(query="_") == []
    assert office.listed(query="无", named_units=[office.west]) == [second]


def test_totals_count_places_once_and_say_of_how_many_visits_people_are_known(
    office: Office,
) -> None:
    first = office.recorded(people_served=10)
    office.recorded(knowing=[first])
    for _time in range(2):
        office.recorded(date(2026, 10, 1 + 20 * _time), enterprise="五金厂", people_served=0)
    office.recorded(unit_id=office.west, enterprise="五金厂", people_served=5)
    with reading(office.engine) as session:
        totals = visit_totals(session, ())
        none = visit_totals(session, conditions(VisitFilter(query="没有")))
    assert (totals.visits, totals.villages, totals.enterprises) == (5, 2, 2)
    assert (totals.people, totals.people_known) == (15, 4)
    assert (none.visits, none.villages, none.enterprises, none.people) == (0, 0, 0, None)


def test_a_correction_needs_a_reason_and_a_change_and_is_kept(office: Office) -> None:
    visit_id = office.recorded(people_served=10)
    refusals: tuple[dict[str, Any], ...] = ({"note": " ", "people_served": 12}, {})
    for refused in refusals:
        with pytest.raises(InputError):
            office.corrected(visit_id, **refused)
    office.corrected(visit_id, people_served=None)
    assert (office.visit(visit_id).people_served, office.visit(visit_id).version) == (None, 2)
    step = office.steps(visit_id)[-1]
    assert (step.action, step.note, step.fields) == (
        "correct",
        "写错",
        {"people_served": [10, None]},
    )


def test_a_correction_that_makes_it_a_second_visit_is_warned_of_and_no_other(
    office: Office,
) -> None:
    other = office.recorded()
    second = office.recorded(date(2026, 11, 5), knowing=[other])
    office.corrected(second, people_served=3)
    with pytest.raises(RepeatedVisitError):
        office.corrected(second, visited_on=date(2026, 11, 6))
    office.corrected(second, visited_on=date(2026, 11, 6), knowing=[other])
    assert office.visit(second).version == 3


def test_nobody_overwrites_what_he_has_not_seen(office: Office) -> None:
    visit_id = office.recorded()
    office.corrected(visit_id, people_served=3)
    given = {"visited_on": FIRST, "service_group": "乙组", "unit_id": office.east}
    with pytest.raises(ChangedMeanwhileError):
        correct_visit(
            office.engine, visit_id, given, note="x", actor=office.li, version=1, today=TODAY
        )
    with pytest.raises(ChangedMeanwhileError):
        remove_visit(office.engine, visit_id, note="x", actor=office.li, version=1, today=TODAY)
    assert office.visit(visit_id).service_group == "第三服务组"


def test_a_removed_visit_goes_its_step_stays_and_its_number_never_returns(office: Office) -> None:
    visit_id = office.recorded(people_served=7)
    with pytest.raises(InputError):
        remove_visit(office.engine, visit_id, note="", actor=office.li, version=1, today=TODAY)
    remove_visit(office.engine, visit_id, note="记重了", actor=office.li, version=1, today=TODAY)
    assert office.listed() == []
    step = office.steps(visit_id)[-1]
    assert (step.action, step.note) == ("remove", "记重了")
    assert step.fields["people_served"] == [7, None]
    assert office.recorded() > visit_id
    with pytest.raises(NotFoundError):
        remove_visit(office.engine, visit_id, note="x", actor=office.li, version=1, today=TODAY)


def test_a_visit_at_which_problems_were_found_is_not_removed(office: Office) -> None:
    visit_id = office.recorded()
    with writing(office.engine) as session:
        session.add(
            Problem(
                problem_no="2026-00007",
                content="路灯不亮",
                unit_id=office.east,
                registered_on=FIRST,
                visit_id=visit_id,
            )
        )
    with pytest.raises(ConflictError, match="2026-00007"):
        remove_visit(office.engine, visit_id, note="x", actor=office.li, version=1, today=TODAY)
    assert office.listed() == [visit_id]
    assert len(office.steps(visit_id)) == 1


def test_a_viewer_records_nothing_and_a_handler_removes_nothing(office: Office) -> None:
    given = {"visited_on": FIRST, "service_group": "甲组", "unit_id": office.east}
    with pytest.raises(NotAllowedError):
        record_visit(office.engine, given, actor=office.viewer, today=TODAY)
    visit_id = record_visit(office.engine, given, actor=office.zhao, today=TODAY)
    for actor in (office.viewer, office.zhao):
        with pytest.raises(NotAllowedError):
            remove_visit(office.engine, visit_id, note="x", actor=actor, version=1, today=TODAY)
    with pytest.raises(NotAllowedError):
        correct_visit(
            office.engine, visit_id, given, note="x", actor=office.viewer, version=1, today=TODAY
        )
