"""One problem: what it is, who owes what by when, what was done, and what one may do now."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.models import Problem
from geo_tracker.db.problem_lists import related_problems
from geo_tracker.db.problems import existing_problem, steps_of
from geo_tracker.errors import (
    ChangedMeanwhileError,
    ConflictError,
    InputError,
)
from geo_tracker.followup.problem_states import ACTIONS, possible_actions
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, may_follow, today
from geo_tracker.web.attachments import file_log, merged_log
from geo_tracker.web.context import read_session, services
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_forms import action_forms, read_form
from geo_tracker.web.problem_rows import problem_rows
from geo_tracker.web.problem_steps import file_step_row, step_row
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import shown, term
from geo_tracker.workflows.problems import TABLE, act, situation_of

bp = Blueprint("problem_page", __name__, url_prefix="/problems")

_DONE = {
    "assign": N_("The problem was handed over."),
    "revisit": N_("The revisit was recorded."),
    "recheck": N_("What was found was recorded."),
    "close": N_("The problem was closed."),
    "correct": N_("The problem was corrected."),
}

_RECORDED = N_("That was recorded.")


@bp.get("/<int:problem_id>")
def show(problem_id: int) -> ResponseReturnValue:
    """Show a problem."""
    return _page(problem_id)


@bp.post("/<int:problem_id>/act")
def take(problem_id: int) -> ResponseReturnValue:
    """Take an action about a problem; who was too late is told what changed, and loses nothing."""
    action, form = request.form.get("action", ""), request.form
    version = request.form.get("version", -1, type=int)
    try:
        if action not in ACTIONS:
            raise InputError(N_("There is no such action."))
        with read_session() as session:
            existing_problem(session, problem_id)
            given = read_form(session, form)
        act(
            services().engine,
            problem_id,
            action,
            given,
            actor=actor(),
            version=version,
            today=today(),
        )
    except ChangedMeanwhileError:
        return make_response(_page(problem_id, typed=_typed(action), since=version), 409)
    except (ConflictError, InputError) as refused:
        status = 409 if isinstance(refused, ConflictError) else 422
        return make_response(
            _page(problem_id, typed=_typed(action) | {"error": shown(refused.message)}), status
        )
    flash(_(_DONE.get(action, _RECORDED)), "success")
    # 303: a reload must not do it twice.
    return redirect(url_for(".show", problem_id=problem_id), 303)


def _typed(action: str) -> dict[str, Any]:
    return {**request.form.to_dict(), "action": action}


def _page(problem_id: int, *, typed: dict[str, Any] | None = None, since: int | None = None) -> str:
    """Return the page.

    Parameters
    ----------
    problem_id : int
        The problem.
    typed : dict, optional
        What was typed into a form that was refused.
    since : int, optional
        The version that somebody had before him while others changed it.
    """
    held = register()
    day = ledger_day(held)
    with read_session() as session:
        problem = existing_problem(session, problem_id)
        steps = steps_of(session, TABLE, problem_id)
        related = related_problems(session, problem)
        (row,) = problem_rows([problem], held)
        actions = possible_actions(situation_of(problem), actor())
        forms = action_forms(
            actions,
            problem,
            proposed_due_on=day.proposed_due_on,
            today=today(),
            villages=villages_near(held, problem.unit_id),
            categories=day.rules.problem_categories,
            typed=typed,
        )
        told = [step_row(step, username, held) for step, username in steps]
        of_files = [file_step_row(step) for step in file_log(session, TABLE, [problem_id])]
        return render_template(
            "problems/show.html",
            problem=row | _facts(problem),
            steps=merged_log(list(reversed(told)), of_files),
            changed=told[max(since, 0) :] if since is not None else None,
            links=_links(problem, related),
            forms=forms,
            lost=_lost(typed, actions),
            units=day.units,
        )


def _facts(problem: Problem) -> dict[str, Any]:
    plain = (
        *("helper_units", "assigned_on", "claimed_on", "revisited_on", "answer", "satisfaction"),
        *("closed_on", "outcome", "suspended_on", "rechecked_on", "recheck_answer"),
    )
    facts = {name: getattr(problem, name) for name in plain}
    if may_follow():
        facts["reporter"] = problem.reporter
    point = (problem.lon, problem.lat)
    facts["point"] = None if None in point else f"{problem.lon:.5f}, {problem.lat:.5f}"
    return facts


def _links(problem: Problem, related: Sequence[Problem]) -> list[dict[str, Any]]:
    """Return the problems linked to this one, and what each is to it."""
    links = []
    for other in related:
        if other.id == problem.duplicate_of_id:
            text = _("It is a duplicate of")
        elif other.id == problem.recurs_of_id:
            text = _("It did not hold; before it was")
        elif other.duplicate_of_id == problem.id:
            text = _("Its duplicate")
        else:
            text = _("It did not hold; it became")
        links.append(
            {
                "text": text,
                "number": other.problem_no,
                "url": url_for(".show", problem_id=other.id),
                "state_text": term(f"problem_{other.state}"),
                "content": other.content,
            }
        )
    return links


def _lost(typed: Mapping[str, Any] | None, actions: Sequence[str]) -> list[tuple[str, str]]:
    """Return what was typed into a form that is no longer there, so that it is not lost."""
    if typed is None or typed["action"] in actions:
        return []
    names = ("lead_unit", "due_on", "answer", "satisfaction", "content", "note")
    return [(name, typed[name]) for name in names if typed.get(name)]


def villages_near(held: Register, unit_id: int) -> list[tuple[int, str]]:
    """Return the villages of the same town, present and former, with their names."""
    places = held.places
    if unit_id not in places.index:
        return []
    town = or_none(places.at[unit_id, "town_code"])
    near = places[places["town_code"] == town] if town is not None else places.loc[[unit_id]]
    names = held.units["name"]
    found = []
    for one, place in near.iterrows():
        name = str(names[one])
        if place["present_unit_id"] != one:
            name = _("%(former)s (now %(name)s)", former=name, name=place["present_name"])
        found.append((int(one), name))
    return found
