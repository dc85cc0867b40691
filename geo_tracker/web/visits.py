"""走访: the list of visits of service groups, and the page of one."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, current_app, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from geo_tracker.db.models import Problem, Visit
from geo_tracker.db.problems import steps_of
from geo_tracker.db.visits import (
    ORDERS,
    RepeatDays,
    VisitFilter,
    conditions,
    existing_visit,
    groups_in_use,
    page_of_visits,
    previous_visits,
    problems_of_visit,
    second_visits,
    visit_totals,
)
from geo_tracker.language import N_
from geo_tracker.web.actor import may_follow, may_register
from geo_tracker.web.attachments import file_log, merged_log
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import chosen_code
from geo_tracker.web.followup_forms import asked_day, day_text
from geo_tracker.web.followup_places import AskedPlace, asked_place, place_values
from geo_tracker.web.followup_words import step_rows
from geo_tracker.web.page import PAGE_ROWS, page_number, paged_of
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Register, register
from geo_tracker.workflows.visits import LONGEST, repeat_days

bp = Blueprint("visits", __name__, url_prefix="/visits")

_SORTS = {
    "latest": N_("Latest first"),
    "earliest": N_("Earliest first"),
    "people": N_("Most people served first"),
    "group": N_("By service group"),
}
assert _SORTS.keys() == ORDERS.keys()  # noqa: S101


def asked_visits(session: Session, place: AskedPlace, *, groups: list[str]) -> VisitFilter:
    """Return which visits the request asks for."""
    only_repeats = "repeats" in request.args
    return VisitFilter(
        units=place.units,
        service_group=chosen_code("group", groups),
        begin=asked_day("from"),
        end=asked_day("to"),
        query=place.query,
        named_units=place.named_units,
        ids=second_visits(session, repeat_days(session)) if only_repeats else None,
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    """List visits."""
    held = register()
    place = asked_place(held)
    sort = chosen_code("sort", _SORTS, default="latest")
    with read_session() as session:
        repeats = repeat_days(session)
        groups = groups_in_use(session)
        chosen = asked_visits(session, place, groups=groups)
        where = conditions(chosen)
        totals = visit_totals(session, where)
        number = page_number(totals.visits)
        found = page_of_visits(
            session, where, order=sort, first=(number - 1) * PAGE_ROWS, count=PAGE_ROWS
        )
        rows = visit_rows(session, found, held, repeats)
    return render_template(
        "visits/index.html",
        filters={
            "q": place.query,
            "county": place.places.county,
            "town": place.places.town,
            "group": chosen.service_group,
            "from": day_text(chosen.begin),
            "to": day_text(chosen.end),
            "repeats": "yes" if chosen.ids is not None else "",
            "sort": sort,
        },
        counties=place.places.counties,
        towns=place.places.towns,
        groups=[(one, one) for one in groups],
        sorts=[(code, _(text)) for code, text in _SORTS.items()],
        village=place.village,
        rows=rows,
        totals=totals,
        page=paged_of(totals.visits, number, len(rows)),
        stored=bool(groups),
        may_record=may_register(),
    )


def visit_rows(
    session: Session, visits: list[Visit], held: Register, repeats: RepeatDays
) -> list[dict[str, Any]]:
    """Return visits as templates show them.

    Returns
    -------
    list of dict
        ``visit_id``, ``url``, ``visited_on``, ``group``, ``leader``, ``enterprise``,
        ``people_served``, ``summary``, the values of `place_values`, ``repeat`` (of a second
        visit: ``{url, days}``, the one before it; else None), ``source``.
    """
    before = previous_visits(session, visits, repeats)
    return [_row(visit, held, before) for visit in visits]


def _row(visit: Visit, held: Register, before: Mapping[int, tuple[int, int]]) -> dict[str, Any]:
    repeat = None
    if visit.id in before:
        earlier, days = before[visit.id]
        repeat = {"url": url_for("visits.show", visit_id=earlier), "days": days}
    return {
        "visit_id": visit.id,
        "url": url_for("visits.show", visit_id=visit.id),
        "visited_on": visit.visited_on,
        "group": visit.service_group,
        "leader": visit.leader,
        "enterprise": visit.enterprise,
        "people_served": visit.people_served,
        "summary": visit.summary,
        "repeat": repeat,
        "source": provenance(
            visit.import_id, sheet="visits", row=visit.row, synthetic=visit.synthetic
        ),
        **place_values(held, visit.unit_id),
    }


@bp.get("/<int:visit_id>")
def show(visit_id: int) -> ResponseReturnValue:
    """Show a visit with the problems found at it and its log."""
    return visit_page(visit_id)


def visit_page(
    visit_id: int,
    *,
    error: str | None = None,
    changed: list[dict[str, Any]] | None = None,
    note: str = "",
) -> str:
    """Return the page of a visit.

    Parameters
    ----------
    visit_id : int
        The visit.
    error : str, optional
        Why it was not removed, translated.
    changed : list of dict, optional
        Steps that others took meanwhile, as `step_rows`.
    note : str
        The reason for removing it as typed.

    Raises
    ------
    NotFoundError
        If there is no such visit.
    """
    held = register()
    with read_session() as session:
        visit = existing_visit(session, visit_id)
        (row,) = visit_rows(session, [visit], held, repeat_days(session))
        problems = [_problem(problem) for problem in problems_of_visit(session, visit_id)]
        table = Visit.__tablename__
        steps = merged_log(
            step_rows(steps_of(session, table, visit_id)), file_log(session, table, [visit_id])
        )
    return render_template(
        "visits/show.html",
        visit=row,
        record_version=visit.version,
        unit_id=visit.unit_id,
        synthetic=visit.synthetic,
        problems=problems,
        steps=steps,
        error=error,
        changed=changed or [],
        note=note,
        may_correct=may_register(),
        may_remove=may_follow(),
        longest=LONGEST,
    )


def _problem(problem: Problem) -> dict[str, Any]:
    endpoint = "problem_page.show"
    return {
        "number": problem.problem_no,
        "content": problem.content,
        "state": f"problem_{problem.state}",
        "closed_on": problem.closed_on,
        "url": url_for(endpoint, problem_id=problem.id)
        if endpoint in current_app.view_functions
        else None,
    }
