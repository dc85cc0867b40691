"""What people record about a project: stages, progress, money, its way as livelihood project."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from flask import Blueprint, flash, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.projects import existing_project, project_records
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.followup.typed_values import typed_day, typed_yuan
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.followup_forms import number_in, typed
from geo_tracker.web.project import checks_of, project_page
from geo_tracker.web.project_forms import share_of
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown, yuan_wan
from geo_tracker.workflows import project_money, project_reports, projects

bp = Blueprint("project_act", __name__, url_prefix="/projects")

_LATEST = 253_402_300_799
"""The last second of the year 9999: no page was shown later."""


@bp.post("/<int:project_id>/act")
@role_needed(*FOLLOWERS)
def take(project_id: int) -> ResponseReturnValue:
    """Record something about a project; who was too late is told what changed, loses nothing."""
    action = typed("action")
    with read_session() as session:
        existing_project(session, project_id)
    wrong = {"form": typed("form"), "typed": request.form.to_dict()}
    try:
        if action not in _ACTIONS:
            raise InputError(N_("There is no such action."))
        now = {"actor": actor(), "version": number_in(request.form, "version"), "today": today()}
        _ACTIONS[action](project_id, now)
    except ChangedMeanwhileError as late:
        moment = datetime.fromtimestamp(min(_seen(), _LATEST), UTC)
        page = project_page(project_id, wrong=wrong | {"why": shown(late.message)}, since=moment)
        return make_response(page, 409)
    except (InputError, ConflictError) as refused:
        page = project_page(project_id, wrong=wrong | {"why": shown(refused.message)})
        return make_response(page, 409 if isinstance(refused, ConflictError) else 422)
    flash(_("Recorded."), "success")
    if action in _OF_MONEY:
        _warn(project_id)
    return redirect(url_for("project.show", project_id=project_id), code=303)


def _seen() -> int:
    text = typed("seen")
    return int(text) if text.isdecimal() and len(text) <= len(str(_LATEST)) else 0


def _stage(project_id: int, now: dict[str, Any]) -> None:
    projects.lead_project(
        services().engine, project_id, typed("stage"), on=typed_day(typed("on")),
        note=typed("note"), **now,
    )  # fmt: skip


def _stage_day(project_id: int, now: dict[str, Any]) -> None:
    projects.date_stage(
        services().engine, project_id, typed("stage"), on=typed_day(typed("on")),
        note=typed("note"), **now,
    )  # fmt: skip


def _report(project_id: int, now: dict[str, Any]) -> None:
    project_reports.report_progress(
        services().engine, project_id, share_of(typed("progress")), on=typed_day(typed("on")),
        note=typed("note"), **now,
    )  # fmt: skip


def _livelihood(project_id: int, now: dict[str, Any]) -> None:
    project_reports.lead_livelihood(
        services().engine, project_id, typed("state"), on=typed_day(typed("on")),
        note=typed("note"), **now,
    )  # fmt: skip


def _amount(project_id: int, now: dict[str, Any]) -> None:
    project_money.enter_amount(
        services().engine, project_id, typed("kind"), typed_yuan(typed("amount")),
        note=typed("note"), **now,
    )  # fmt: skip


def _pay(project_id: int, now: dict[str, Any]) -> None:
    given = {
        "paid_on": typed_day(typed("on")),
        "kind": typed("kind"),
        "amount": typed_yuan(typed("amount")),
        "document": typed("document"),
        "note": typed("note"),
    }
    project_money.record_payment(services().engine, project_id, given, **now)


def _take_back(project_id: int, now: dict[str, Any]) -> None:
    project_money.take_back_payment(
        services().engine, project_id, number_in(request.form, "payment_id"),
        note=typed("note"), **now,
    )  # fmt: skip


def _fund(project_id: int, now: dict[str, Any]) -> None:
    project_money.change_fund(
        services().engine, project_id, typed("channel"), planned=typed_yuan(typed("planned")),
        received=typed_yuan(typed("received")), note=typed("note"), **now,
    )  # fmt: skip


_ACTIONS: dict[str, Callable[[int, dict[str, Any]], None]] = {
    "stage": _stage,
    "stage_day": _stage_day,
    "report": _report,
    "livelihood": _livelihood,
    "amount": _amount,
    "pay": _pay,
    "take_back": _take_back,
    "fund": _fund,
}
_OF_MONEY = ("amount", "pay", "fund")


def _warn(project_id: int) -> None:
    """Say what stands out in the money now: recorded it is all the same."""
    with read_session() as session:
        records = project_records(session, project_id)
    checks = checks_of(records, register())
    if checks.over_received is not None:
        text = _("More is paid than came in, by %(amount)s (10,000 yuan).",
                 amount=yuan_wan(checks.over_received))  # fmt: skip
        flash(text, "warning")
    if checks.over_contract is not None:
        text = _("More is paid than the contract price with its changes, by %(amount)s"
                 " (10,000 yuan).", amount=yuan_wan(checks.over_contract))  # fmt: skip
        flash(text, "warning")
