"""Many problems of a list handed over, extended or closed at once."""

from collections import defaultdict
from typing import Any

from flask import Blueprint, redirect, request, session, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.problems import numbers_of
from geo_tracker.errors import InputError
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_forms import read_form
from geo_tracker.web.session import local_target, role_needed
from geo_tracker.web.texts import shown, term
from geo_tracker.workflows.problem_bulk import BULK_ACTIONS, Outcome, act_on_many

bp = Blueprint("problem_bulk", __name__, url_prefix="/problems")

OUTCOMES = "problem_outcomes"
"""Key of the session under which a list finds what became of the rows just chosen."""

_TYPED = ("action", "lead_unit", "due_on", "note")
_MOST_KEPT = 200


@bp.post("/bulk")
@role_needed(*FOLLOWERS)
def change() -> ResponseReturnValue:
    """Take an action about the chosen rows, and go back to the list to say what became of each."""
    typed = {name: request.form.get(name, "")[:_MOST_KEPT] for name in _TYPED}
    told: dict[str, Any] = {"typed": typed, "done": 0, "kept": [], "error": None}
    try:
        versions = _chosen(request.form.getlist("row"))
        with read_session() as database:
            given = read_form(database, request.form)
        outcomes = act_on_many(
            services().engine,
            versions,
            typed["action"],
            given,
            actor=actor(),
            today=today(),
        )
    except InputError as refused:
        told["error"] = refused.message.to_json()
    else:
        told |= _told(outcomes)
    session[OUTCOMES] = told
    back = local_target(request.form.get("back"))
    return redirect(
        f"{back}#bulk" if back.startswith("/problems/") else url_for("problems.index"), 303
    )


def _chosen(rows: list[str]) -> dict[int, int]:
    """Return the versions of the chosen problems by id."""
    versions = {}
    for row in rows:
        problem_id, _colon, version = row.partition(":")
        if not (problem_id.isdecimal() and version.isdecimal() and len(row) < 20):
            raise InputError(N_("Choose the problems again; the list has changed."))
        versions[int(problem_id)] = int(version)
    if not versions:
        raise InputError(N_("Choose at least one problem."))
    return versions


def _told(outcomes: list[Outcome]) -> dict[str, Any]:
    """Return outcomes as the session can keep them: few reasons, each with its problems."""
    kept: dict[str, Any] = {}
    by_reason: dict[str, list[int]] = defaultdict(list)
    for outcome in outcomes:
        if outcome.kind != "done":
            reason = outcome.reason.to_json() if outcome.reason is not None else None
            kept[str(reason)] = reason
            by_reason[str(reason)].append(outcome.problem_id)
    return {
        "done": sum(outcome.kind == "done" for outcome in outcomes),
        "kept": [[kept[key], ids] for key, ids in by_reason.items()],
    }


def bulk_values(told: dict[str, Any] | None) -> dict[str, Any]:
    """Return the form below the list, and what became of the rows that were chosen last.

    Returns
    -------
    dict
        ``actions`` ((code, text) pairs), ``units``, ``due_on`` (proposed), ``typed``,
        ``outcome``: ``{done (int), error (str or None), refused: list of {reason, problems:
        list of {number, url}}}`` or None, ``again``: ids of the rows to be chosen anew.
    """
    due_on = ledger_day().proposed_due_on.isoformat()
    ids = [one for _reason, some in told["kept"] for one in some] if told else []
    with read_session() as database:
        numbers = numbers_of(database, ids) if ids else {}
    typed = told["typed"] if told and (told["kept"] or told["error"]) else {}
    return {
        "actions": [(action, term(f"act_{action}")) for action in BULK_ACTIONS],
        "units": ledger_day().units,
        "typed": {"due_on": due_on} | typed,
        "outcome": _outcome(told, numbers) if told else None,
        "again": ids,
    }


def _outcome(told: dict[str, Any], numbers: dict[int, str]) -> dict[str, Any]:
    return {
        "done": told["done"],
        "error": shown(told["error"]) if told["error"] else None,
        "refused": [
            {
                "reason": shown(reason)
                if reason
                else _("Somebody else has changed it since you opened the list."),
                "problems": [
                    {
                        "number": numbers.get(one, str(one)),
                        "url": url_for("problem_page.show", problem_id=one),
                    }
                    for one in ids
                ],
            }
            for reason, ids in told["kept"]
        ],
    }
