"""封账: periods that an administrator has closed, their figures then and now, and what changed."""

from datetime import date
from typing import Any, Final

import pandas as pd
from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.models import ClosedPeriod
from geo_tracker.db.periods import closings, existing_closing, later_imports, later_steps
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.typed_values import typed_day
from geo_tracker.indicators.cockpit import place_sums
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, today
from geo_tracker.web.cockpit_figures import figures_on
from geo_tracker.web.context import read_session, services
from geo_tracker.web.followup_forms import typed
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.problem_past import last_step, present_day
from geo_tracker.web.register import Register, register
from geo_tracker.web.session import role_needed
from geo_tracker.web.story_words import step_words
from geo_tracker.web.texts import number, percent, shown, yuan_wan
from geo_tracker.web.village_links import village_link
from geo_tracker.workflows.periods import close_period, withdraw_closing

bp = Blueprint("periods", __name__, url_prefix="/settings/periods")

MOST_LISTED = 200

KEPT: Final[dict[str, str]] = {
    "villages": N_("Administrative villages"),
    "votes": N_("Votes with a rate"),
    "consent": N_("Consent of those present, mean of rates"),
    "full": N_("Villages at full consent"),
    "applicable": N_("Checklist items applicable"),
    "done": N_("Items of checklists done"),
    "projects": N_("Projects"),
    "budget_fen": N_("Budget, 10,000 yuan"),
    "paid_fen": N_("Paid, 10,000 yuan"),
    "registered": N_("Problems registered"),
    "resolved": N_("Problems resolved"),
    "open": N_("Open problems"),
    "overdue": N_("Overdue problems"),
    "handed_again": N_("Problems handed over again"),
    "rectified": N_("Second handovers put right"),
    "visits": N_("Visits"),
    "people": N_("People served"),
    "incidents": N_("Incidents recorded"),
}
"""Figures that a closing keeps, in the order in which they are shown."""


def kept_figures(held: Register, on: date) -> dict[str, Any]:
    """Return the figures of `KEPT` as of a day, as plain data; None where not known."""
    figures = figures_on(held, on, due_before=on)
    sums = place_sums(figures.units, pd.Series("all", index=held.places.index))
    spans = held.spans
    standing = (spans["begins_on"] <= on) & (spans["ends_on"] > on) if len(spans) else []
    own = {
        "villages": int(sum(standing)),
        "consent": or_none(figures.votes["consent_of_present"].mean()),
    }
    return {name: own[name] if name in own else _plain(sums, name) for name in KEPT}


def _plain(sums: pd.DataFrame, name: str) -> int | None:
    value = or_none(sums[name].iloc[0]) if len(sums) else 0
    return None if value is None else int(value)


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the closings."""
    return _index()


def _index(*, error: str | None = None) -> str:
    with read_session() as session:
        found = closings(session)
    standing = [one.id for one, _by, _gone in found if one.withdrawn_at is None]
    return render_template(
        "periods/index.html",
        closings=[
            _values(one, by) | {"withdrawn_by": gone, "is_last": standing[:1] == [one.id]}
            for one, by, gone in found
        ],
        may_close=current_user.role == "admin",
        proposed=present_day(),
        today=today(),
        typed={name: typed(name) for name in ("until", "note")},
        error=error,
    )


def _values(closing: ClosedPeriod, closed_by: str | None) -> dict[str, Any]:
    names = ("id", "until_on", "closed_at", "note", "withdrawn_at", "withdrawn_why")
    return {name: getattr(closing, name) for name in names} | {"closed_by": closed_by}


@bp.post("/")
@role_needed("admin")
def close() -> ResponseReturnValue:
    """Close all days until one."""
    try:
        until = typed_day(typed("until"))
        if until is None:
            raise InputError(N_("Give the last day that is closed."))
        # Told before, so that what is recorded meanwhile is noticed.
        step = last_step()
        closing_id = close_period(
            services().engine,
            until,
            kept_figures(register(), until),
            last_step_id=step,
            note=typed("note"),
            actor=actor(),
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        status = 422 if isinstance(refused, InputError) else 409
        return make_response(_index(error=shown(refused.message)), status)
    flash(_("The days until %(until)s are closed.", until=until), "success")
    return redirect(url_for(".show", closing_id=closing_id), code=303)


@bp.post("/<int:closing_id>/withdraw")
@role_needed("admin")
def withdraw(closing_id: int) -> ResponseReturnValue:
    """Withdraw the latest closing, with a reason."""
    try:
        withdraw_closing(services().engine, closing_id, note=typed("why"), actor=actor())
    except (InputError, ConflictError) as refused:
        status = 422 if isinstance(refused, InputError) else 409
        return make_response(_show(closing_id, error=shown(refused.message)), status)
    flash(_("The closing is withdrawn."), "success")
    return redirect(url_for(".index"), code=303)


@bp.get("/<int:closing_id>")
def show(closing_id: int) -> ResponseReturnValue:
    """Show a closing: its figures then and now, and what was corrected since."""
    return _show(closing_id)


def _show(closing_id: int, *, error: str | None = None) -> str:
    held = register()
    with read_session() as session:
        closing = existing_closing(session, closing_id)
        steps = later_steps(session, closing, most=MOST_LISTED)
        files = later_imports(session, closing)
        by = next(name for one, name, _gone in closings(session) if one.id == closing.id)
    now = kept_figures(held, closing.until_on)
    return render_template(
        "periods/show.html",
        closing=_values(closing, by),
        rows=[_row(name, closing.figures.get(name), now[name]) for name in KEPT],
        steps=[_step(row, held) for row in steps],
        most=MOST_LISTED,
        files=[dict(row._mapping) for row in files],
        may_withdraw=current_user.role == "admin" and closing.withdrawn_at is None,
        typed_why=request.form.get("why", ""),
        error=error,
    )


def _row(name: str, then: Any, now: Any) -> dict[str, Any]:
    return {
        "text": _(KEPT[name]),
        "then": _said(name, then),
        "now": _said(name, now),
        "differs": then != now,
    }


def _said(name: str, value: Any) -> str:
    if name == "consent":
        return percent(value, 2)
    return yuan_wan(yuan(value)) if name.endswith("_fen") else number(value)


def _step(row: Any, held: Register) -> dict[str, Any]:
    step = row.FollowupStep
    text, address = step_words(row, held.units["name"].to_dict())
    return {
        "at": step.at,
        "username": row.username,
        "village": village_link(held.units, step.unit_id),
        "text": text,
        "url": address,
        "why": step.correction or step.note,
        "import_id": step.import_id,
    }
