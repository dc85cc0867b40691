"""Incidents as planners record them, on both databases."""

from datetime import date
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.db import reading, writing
from geo_tracker.db.incidents import (
    IncidentFilter,
    conditions,
    incident_counts,
    page_of_incidents,
)
from geo_tracker.db.models import FollowupStep, Incident, Unit
from geo_tracker.db.problems import steps_of
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError, NotAllowedError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.workflows.incidents import close_incident, correct_incident, record_incident

TODAY, FIRST = date(2026, 11, 30), date(2026, 11, 2)
PLANNER = Actor(None, "planner")


class Desk:
    """A planner who records incidents in one village."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        with writing(engine) as session:
            unit = Unit()
            session.add(unit)
            session.flush()
            self.unit_id = unit.id

    def given(self, **more: Any) -> dict[str, Any]:
        return {
            "kind": "petition",
            "happened_on": FIRST,
            "unit_id": self.unit_id,
            "summary": "来访",
            "about_merger": None,
        } | more

    def recorded(self, actor: Actor = PLANNER, **more: Any) -> int:
        return record_incident(self.engine, self.given(**more), actor=actor, today=TODAY)

    def corrected(
        self, incident_id: int, *, version: int = 1, note: str = "x", **more: Any
    ) -> None:
        correct_incident(
            self.engine,
            incident_id,
            self.given(**more),
            note=note,
            actor=PLANNER,
            version=version,
            today=TODAY,
        )

    def closed(
        self, incident_id: int, on: date | None = None, *, version: int = 1, note: str = "已答复"
    ) -> None:
        close_incident(
            self.engine,
            incident_id,
            closed_on=on,
            note=note,
            actor=PLANNER,
            version=version,
            today=TODAY,
        )

    def incident(self, incident_id: int) -> Incident:
        with reading(self.engine) as session:
            return session.get_one(Incident, incident_id)

    def steps(self, incident_id: int) -> list[FollowupStep]:
        with reading(self.engine) as session:
            return [step for step, _who in steps_of(session, "incident", incident_id)]

    def listed(self, order: str = "earliest", **chosen: Any) -> list[int]:
        with reading(self.engine) as session:
            where = conditions(IncidentFilter(**chosen))
            found = page_of_incidents(session, where, order=order, first=0, count=50)
            assert sum(row.count_ for row in incident_counts(session, where)) == len(found)
            return [incident.id for incident in found]


@pytest.fixture
def desk(engine: sa.Engine) -> Desk:
    return Desk(engine)


def test_an_incident_is_recorded_corrected_and_closed_and_every_step_is_kept(desk: Desk) -> None:
    incident_id = desk.recorded()
    desk.corrected(incident_id, about_merger=True)
    desk.closed(incident_id, date(2026, 11, 9), version=2)
    incident = desk.incident(incident_id)
    assert (incident.about_merger, incident.closed_on) == (True, date(2026, 11, 9))
    assert incident.version == 3
    assert [(step.action, step.note) for step in desk.steps(incident_id)] == [
        ("record", None),
        ("correct", "x"),
        ("close", "已答复"),
    ]
    assert desk.steps(incident_id)[1].fields == {"about_merger": [None, True]}


@pytest.mark.parametrize(
    "given",
    [
        {"kind": "rumour"},
        {"kind": None},
        {"happened_on": None},
        {"happened_on": date(2026, 12, 1)},
        {"unit_id": None},
        {"summary": " "},
        {"summary": "长" * 2001},
    ],
)
def test_what_cannot_be_is_refused(desk: Desk, given: dict[str, Any]) -> None:
    with pytest.raises(InputError):
        desk.recorded(**given)
    assert desk.listed() == []


def test_it_is_closed_once_after_it_happened_and_not_tomorrow(desk: Desk) -> None:
    incident_id = desk.recorded()
    for day, note in ((date(2026, 11, 1), "x"), (date(2026, 12, 1), "x"), (None, " ")):
        with pytest.raises(InputError):
            desk.closed(incident_id, day, note=note)
    desk.closed(incident_id)
    assert desk.incident(incident_id).closed_on == TODAY
    with pytest.raises(ConflictError):
        desk.closed(incident_id, version=2)
    assert len(desk.steps(incident_id)) == 2


def test_a_correction_cannot_move_it_past_the_day_it_was_closed(desk: Desk) -> None:
    incident_id = desk.recorded()
    desk.closed(incident_id, date(2026, 11, 9))
    with pytest.raises(InputError):
        desk.corrected(incident_id, version=2, happened_on=date(2026, 11, 10))
    desk.corrected(incident_id, version=2, happened_on=date(2026, 11, 9))
    assert desk.incident(incident_id).closed_on == date(2026, 11, 9)


def test_nobody_overwrites_what_he_has_not_seen(desk: Desk) -> None:
    incident_id = desk.recorded()
    desk.corrected(incident_id, summary="来访两次")
    with pytest.raises(ChangedMeanwhileError):
        desk.corrected(incident_id, summary="来信")
    with pytest.raises(ChangedMeanwhileError):
        desk.closed(incident_id)
    assert desk.incident(incident_id).summary == "来访两次"


@pytest.mark.parametrize("role", ["viewer", "handler"])
def test_only_who_follows_up_records_closes_and_corrects(desk: Desk, role: str) -> None:
    somebody = Actor(None, role, "交通局")
    with pytest.raises(NotAllowedError):
        desk.recorded(somebody)
    incident_id = desk.recorded()
    common: dict[str, Any] = {"note": "x", "actor": somebody, "version": 1, "today": TODAY}
    with pytest.raises(NotAllowedError):
        correct_incident(desk.engine, incident_id, desk.given(summary="y"), **common)
    with pytest.raises(NotAllowedError):
        close_incident(desk.engine, incident_id, closed_on=None, **common)


def test_lists_are_narrowed_by_kind_merger_state_days_and_text(desk: Desk) -> None:
    petition = desk.recorded(about_merger=True, summary="并村后公章")
    case = desk.recorded(kind="case", about_merger=False, happened_on=date(2026, 11, 20))
    unknown = desk.recorded(kind="public_opinion", happened_on=date(2026, 11, 25))
    desk.closed(petition)
    assert desk.listed(kind="case") == [case]
    assert desk.listed(about="yes") == [petition]
    assert desk.listed(about="no") == [case]
    assert desk.listed(about="unknown") == [unknown]
    assert desk.listed(state="open") == [case, unknown]
    assert desk.listed(state="closed") == [petition]
    assert desk.listed(begin=date(2026, 11, 20), end=date(2026, 11, 20)) == [case]
    assert desk.listed(query="公章") == [petition]
    assert desk.listed(units=[]) == []
    assert desk.listed("open") == [case, unknown, petition]
