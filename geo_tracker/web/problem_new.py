"""A problem is registered, at a desk or on a phone in the village."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.visits import existing_visit
from geo_tracker.errors import InputError, NotFoundError
from geo_tracker.web.actor import actor, may_follow, today
from geo_tracker.web.attachments import sent_files, take_in
from geo_tracker.web.context import read_session, services
from geo_tracker.web.filters import matching_names
from geo_tracker.web.followup_forms import asked_text, number_in
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_forms import read_form
from geo_tracker.web.register import Register, register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown, term
from geo_tracker.workflows.problems import LONGEST, PROBLEM_SOURCES, TABLE, register_problem

bp = Blueprint("problem_new", __name__, url_prefix="/problems")

ROLES = ("admin", "planner", "handler")
MOST_FOUND = 8
_TEXTS = (
    *("content", "village", "unit_id", "source", "category", "reporter", "registered_on"),
    *("lon", "lat", "visit_id"),
)


@bp.get("/new")
@role_needed(*ROLES)
def show() -> ResponseReturnValue:
    """Show the form, with village, visit and text filled in where a page of ours gives them."""
    asked = {"unit_id": request.args.get("unit", ""), "visit_id": request.args.get("visit", "")}
    asked["content"] = asked_text("content")[: LONGEST["content"]]
    return _page(asked)


@bp.post("/new")
@role_needed(*ROLES)
def save() -> ResponseReturnValue:
    """Register a problem and go to it; or look up the village, which changes nothing."""
    typed = {name: request.form.get(name, "") for name in _TEXTS}
    if "find" in request.form:
        return _page(typed | {"unit_id": ""})
    try:
        with read_session() as session:
            given = read_form(session, typed)
        problem_id = register_problem(services().engine, given, actor=actor(), today=today())
    except InputError as refused:
        return make_response(_page(typed, error=shown(refused.message)), 422)
    flash(_("The problem was registered."), "success")
    if may_follow() and sent_files():
        take_in(TABLE, problem_id)
    return redirect(url_for("problem_page.show", problem_id=problem_id), 303)


def _page(typed: dict[str, str], *, error: str | None = None) -> str:
    held = register()
    rules = ledger_day().rules
    found = _villages(held, typed)
    return render_template(
        "problems/new.html",
        typed=dict.fromkeys(_TEXTS, "") | {"registered_on": today().isoformat()} | typed,
        error=error,
        visit=_visit(typed),
        villages=found,
        looked_up=bool(typed.get("village")) and not found,
        sources=[(source, term(source)) for source in PROBLEM_SOURCES],
        categories=[(category, category) for category in rules.problem_categories],
        longest=LONGEST,
        # Whoever handles brings photos once his unit has it in hand.
        may_bring_photo=may_follow(),
        today=today(),
    )


def _visit(typed: dict[str, str]) -> dict[str, Any] | None:
    """Return the visit that the problem was met at: ``visit_id``, ``visited_on``, ``group``."""
    visit_id = number_in(typed, "visit_id")
    if not visit_id:
        return None
    try:
        with read_session() as session:
            visit = existing_visit(session, visit_id)
    except NotFoundError:
        return None
    return {
        "visit_id": visit.id,
        "visited_on": visit.visited_on,
        "group": visit.service_group,
    }


def _villages(held: Register, typed: dict[str, str]) -> list[dict[str, Any]]:
    """Return the villages to choose from: the chosen one, or those that the text may mean."""
    text = typed.get("unit_id", "")
    unit_id = int(text) if text.isdecimal() and len(text) < 10 else None
    if unit_id is not None and unit_id in held.places.index:
        return [_village(held, unit_id)]
    found = matching_names(held.versions, typed.get("village", "")[:60])["unit_id"]
    known = found.drop_duplicates()
    known = known[known.isin(held.places.index)].head(MOST_FOUND)
    return [_village(held, int(one)) for one in known]


def _village(held: Register, unit_id: int) -> dict[str, Any]:
    place = held.places.loc[unit_id]
    is_former = int(place["present_unit_id"]) != unit_id
    return {
        "unit_id": unit_id,
        "name": held.units.at[unit_id, "name"],
        "county": or_none(place["county"]),
        "town": or_none(place["town"]),
        "note": _("now %(name)s", name=place["present_name"]) if is_former else None,
    }
