"""Forms about problems: what each action needs, and what somebody typed into them."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from geo_tracker.db.models import Problem
from geo_tracker.db.problems import problem_numbered
from geo_tracker.db.visits import existing_visit
from geo_tracker.errors import InputError, NotFoundError
from geo_tracker.followup.problem_states import ANSWERS, NEEDED, SATISFACTIONS
from geo_tracker.followup.typed_values import typed_day
from geo_tracker.language import N_
from geo_tracker.web.followup_forms import number_in
from geo_tracker.web.texts import term
from geo_tracker.workflows.followup_records import LONGEST_NOTE
from geo_tracker.workflows.problems import LONGEST, PROBLEM_SOURCES

Form = Mapping[str, str]
Field = dict[str, Any]

NOTES = {
    "claim": N_("What has been done"),
    "suspend": N_("Why, and until when"),
    "extend": N_("Why, and who approved it"),
    "not_ours": N_("Whose it is, and why"),
    "cannot_fix": N_("Why it cannot be fixed"),
    "correct": N_("Why it is corrected"),
    "revisit": N_("What the resident said"),
}
"""What the note of an action tells; of others it is simply a note."""

_REMARK = N_("Remark")

NEXT = ("assign", "accept", "start", "claim", "revisit", "close", "resume")
"""Actions that lead a problem on; their forms stand open, those aside are folded."""

_BY_ACTION = {
    "assign": ("lead_unit", "due_on", "helper_units", "note"),
    "revisit": ("answer", "satisfaction", "due_on", "note"),
    "recheck": ("answer", "note"),
    "extend": ("due_on", "note"),
    "duplicate": ("duplicate_of", "note"),
    "correct": ("content", "unit_id", "source", "category", "reporter", "lon", "lat", "note"),
}


def action_forms(
    actions: Sequence[str],
    problem: Problem,
    *,
    proposed_due_on: date,
    today: date,
    villages: Sequence[tuple[int, str]],
    categories: Sequence[str],
    typed: Mapping[str, Any] | None = None,
) -> list[dict[str, Any]]:
    """Return a form for each action that somebody may take now.

    Parameters
    ----------
    actions : sequence of str
        As `possible_actions`.
    problem : Problem
        As it stands.
    proposed_due_on, today : date
        The day that the rules propose as due, and today.
    villages : sequence of (int, str)
        Villages that a correction can move the problem to, of the same town.
    categories : sequence of str
        Kinds of problems.
    typed : mapping, optional
        What was typed into a form that was refused: its fields, ``action`` and ``error``.

    Returns
    -------
    list of dict
        ``action``, ``title``, ``open`` (bool), ``error`` (str or None), ``fields``: list of
        ``{name, label, kind (line, text, date, unit, choice or answer), value, options, needed
        (bool), help (str or None), longest (int or None)}``.
    """
    forms = []
    for action in actions:
        own = typed if typed is not None and typed["action"] == action else {}
        names = _BY_ACTION.get(action, ("note",))
        fields = []
        for name in (*names, "happened_on"):
            field = _field(name, action, problem, villages, categories)
            default = {"due_on": proposed_due_on, "happened_on": today}
            field["value"] = own.get(name, _text(field.get("value", default.get(name))))
            fields.append(field)
        forms.append(
            {
                "action": action,
                "title": term(f"act_{action}"),
                "open": bool(own) or (typed is None and action in NEXT),
                "main": action in NEXT,
                "error": own.get("error"),
                "fields": fields,
            }
        )
    return forms


def _text(value: Any) -> str:
    if value is None:
        return ""
    return value.isoformat() if isinstance(value, date) else str(value)


def _field(
    name: str,
    action: str,
    problem: Problem,
    villages: Sequence[tuple[int, str]],
    categories: Sequence[str],
) -> Field:
    kinds: dict[str, tuple[str, str]] = {
        "lead_unit": (_("Lead unit"), "unit"),
        "helper_units": (_("Helped by"), "line"),
        "due_on": (_("Due on"), "date"),
        "happened_on": (_("Happened on"), "date"),
        "answer": (_("The resident says"), "answer"),
        "satisfaction": (_("How satisfied"), "choice"),
        "duplicate_of": (_("Number of the first one"), "line"),
        "content": (_("What the problem is"), "text"),
        "unit_id": (_("Village"), "choice"),
        "source": (_("Reported by"), "choice"),
        "category": (_("Kind"), "choice"),
        "reporter": (_("Name of who reported it"), "line"),
        "lon": (_("Longitude"), "line"),
        "lat": (_("Latitude"), "line"),
        "note": (_(NOTES.get(action, _REMARK)), "text"),
    }
    label, kind = kinds[name]
    field: Field = {
        "name": name,
        "label": label,
        "kind": kind,
        "options": _options(name, problem, villages, categories),
        "needed": name in NEEDED.get(action, ()) or name in ("content", "duplicate_of"),
        "help": _("Only if it is handed over again.") if _is_due_again(name, action) else None,
        "longest": LONGEST_NOTE if name == "note" else LONGEST.get(name),
    }
    if action in ("correct", "assign") and hasattr(problem, name) and name != "due_on":
        field["value"] = getattr(problem, name)
    return field


def _is_due_again(name: str, action: str) -> bool:
    return name == "due_on" and action == "revisit"


def _options(
    name: str,
    problem: Problem,
    villages: Sequence[tuple[int, str]],
    categories: Sequence[str],
) -> list[tuple[str, str]]:
    if name == "answer":
        return [(code, term(code)) for code in ANSWERS]
    if name == "satisfaction":
        return [("", "—"), *((code, term(code)) for code in SATISFACTIONS)]
    if name == "unit_id":
        return [(str(unit_id), text) for unit_id, text in villages]
    if name == "source":
        return [("", "—"), *((code, term(code)) for code in PROBLEM_SOURCES)]
    if name == "category":
        known = dict.fromkeys((*categories, *([problem.category] if problem.category else [])))
        return [("", "—"), *((text, text) for text in known)]
    return []


def read_form(session: Session, form: Form) -> dict[str, Any]:
    """Return what a form brings as the workflows take it.

    Raises
    ------
    InputError
        If a day is no day, a number none, or there is no such problem or visit.
    """
    given: dict[str, Any] = {}
    for name in ("due_on", "happened_on", "registered_on"):
        if form.get(name):
            given[name] = typed_day(form[name])
    for name in ("lon", "lat"):
        if name in form:
            given[name] = read_degrees(form[name])
    for name in ("source", "category", "reporter", "helper_units", "lead_unit", "note", "content"):
        if name in form:
            given[name] = form[name].strip() or None
    for name in ("answer", "satisfaction"):
        if form.get(name):
            given[name] = form[name]
    if "unit_id" in form:
        text = form["unit_id"]
        given["unit_id"] = int(text) if text.isdecimal() and len(text) < 10 else None
    if form.get("visit_id"):
        given["visit_id"] = _visit_in(session, form)
    if form.get("duplicate_of"):
        original = problem_numbered(session, form["duplicate_of"].strip())
        if original is None:
            raise InputError(
                N_("There is no problem with the number %(number)s."),
                number=form["duplicate_of"].strip()[:40],
            )
        given["duplicate_of_id"] = original.id
    return given


def _visit_in(session: Session, form: Form) -> int:
    try:
        return existing_visit(session, number_in(form, "visit_id")).id
    except NotFoundError as gone:
        raise InputError(gone.message.text, **gone.message.values) from gone


def read_degrees(text: str) -> float | None:
    """Return a longitude or latitude as typed; None for none.

    Raises
    ------
    InputError
        If it is no number.
    """
    if not text.strip():
        return None
    try:
        return float(text)
    except ValueError as error:
        raise InputError(N_("“%(given)s” is no number."), given=text.strip()[:40]) from error
