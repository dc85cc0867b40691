"""One project: its way through the stages, its money as it came in, and what one may record."""

from datetime import datetime
from decimal import Decimal
from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from geo_tracker.db.columns import now
from geo_tracker.db.models import Project
from geo_tracker.db.projects import (
    ProjectRecords,
    days_of_imports,
    existing_project,
    project_records,
)
from geo_tracker.followup.livelihood import needs_reason, next_states
from geo_tracker.indicators.lights import STAGES
from geo_tracker.indicators.project_money import MoneyChecks, money_checks
from geo_tracker.web.actor import may_follow, today
from geo_tracker.web.attachments import file_log
from geo_tracker.web.context import read_session
from geo_tracker.web.project_curve import day_of, project_curve
from geo_tracker.web.project_forms import wan_text
from geo_tracker.web.project_history import amount_choices, history_rows, rows_since, stage_rows
from geo_tracker.web.projects import project_rows
from geo_tracker.web.provenance import entered, provenance
from geo_tracker.web.record_words import field_word
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import term
from geo_tracker.workflows.project_money import PAYMENT_KINDS

bp = Blueprint("project", __name__, url_prefix="/projects")

_DAYS = ("planned_start_on", "planned_finish_on", "actual_start_on", "actual_finish_on")


@bp.get("/<int:project_id>")
def show(project_id: int) -> ResponseReturnValue:
    """Show a project."""
    return project_page(project_id)


def project_page(
    project_id: int, *, wrong: dict[str, Any] | None = None, since: datetime | None = None
) -> str:
    """Return the page of a project.

    Parameters
    ----------
    project_id : int
        The project.
    wrong : dict, optional
        Which form was refused (``form``), ``why``, and what was ``typed``.
    since : datetime, optional
        When the page was shown that somebody had before him while others changed the project.

    Raises
    ------
    NotFoundError
        If there is no such project.
    """
    with read_session() as session:
        stored = existing_project(session, project_id)
        records = project_records(session, project_id)
        said = [stored.import_id, *(change.import_id for change in records.changes)]
        of_files = file_log(session, Project.__tablename__, [project_id])
        as_of = days_of_imports(session, {one for one in said if one is not None})
    held = register()
    found = held.projects[held.projects["project_id"] == project_id]
    row = found.iloc[0]
    (shown,) = project_rows(found, held.units)
    days = {name: day_of(row[name]) for name in (*_DAYS, "reported_on")}
    history = history_rows(records, held.units["name"].to_dict(), of_files)
    names = ("owner_unit", "contractor", "version", "is_livelihood", "livelihood_state")
    work_days = {"started": days["actual_start_on"], "finished": days["actual_finish_on"]}
    if stored.import_id is None:
        first = next((username for _step, username in records.steps), None)
        shown["source"] = entered(first)
    return render_template(
        "projects/show.html",
        project=shown | days | {name: getattr(stored, name) for name in names},
        stages=stage_rows(
            stored.stage,
            records,
            as_of,
            work_days,
            stated_on=as_of.get(stored.import_id or 0),
        ),
        amounts=[_amount(amount) for amount in reversed(records.amounts)],
        payments=_payments(records),
        funds=_funds(records),
        checks=checks_of(records, held),
        overrun_allowed=f"{held.rules.project_overrun_percent:g}",
        history=history,
        curve=project_curve(row, records, as_of, until=held.data_on),
        changed=rows_since(history, since) if since is not None else None,
        wrong=wrong,
        choices=_choices(stored.stage, stored.livelihood_state, held),
        # To the second, as the log keeps it: what happens from now on is new to who sees this.
        seen=int(now().timestamp()),
        may_follow=may_follow(),
        today=today(),
    )


def _amount(amount: Any) -> dict[str, Any]:
    names = ("amount", "current", "at", "username")
    return {name: getattr(amount, name) for name in names} | {
        "kind": field_word(amount.kind),
        "source": _source(amount),
    }


def _source(row: Any) -> dict[str, Any] | None:
    return entered(row.username) if row.import_id is None else provenance(row.import_id)


def _payments(records: ProjectRecords) -> list[dict[str, Any]]:
    taken_back = {payment.takes_back_id for payment in records.payments} - {None}
    total, rows = Decimal(0), []
    for payment in records.payments:
        total += payment.amount
        is_total = payment.kind == "reported" and payment.takes_back_id is None
        rows.append(
            {
                "payment_id": payment.id,
                "on": payment.paid_on or payment.as_of_on,
                # Of a total that a table stated nobody knows the days.
                "is_total": is_total or payment.paid_on is None,
                "kind": payment.kind,
                "amount": payment.amount,
                "total": total,
                "document": payment.document,
                "note": payment.note,
                "takes_back": payment.takes_back_id is not None,
                "is_taken_back": payment.id in taken_back,
                "source": _source(payment),
            }
        )
    return rows


def _funds(records: ProjectRecords) -> list[dict[str, Any]]:
    return [
        {
            "channel": fund.channel,
            "planned": fund.planned,
            "received": fund.received,
            "planned_wan": wan_text(fund.planned),
            "received_wan": wan_text(fund.received),
            "source": _source(fund),
        }
        for fund in records.funds
    ]


def checks_of(records: ProjectRecords, held: Register) -> MoneyChecks:
    """Return what stands out in the money of a project."""
    received = [fund.received for fund in records.funds if fund.received is not None]
    paid = [payment.amount for payment in records.payments]
    return money_checks(
        {row.kind: row.amount for row in records.amounts if row.current},
        received=sum(received, Decimal(0)) if received else None,
        paid=sum(paid, Decimal(0)) if paid else None,
        overrun_percent=held.rules.project_overrun_percent,
    )


def _choices(stage: str | None, livelihood: str | None, held: Register) -> dict[str, Any]:
    """Return what forms offer."""
    at = STAGES.index(stage) if stage in STAGES else -1
    return {
        "stages": [(name, term(name)) for name in STAGES if name != stage],
        "passed": [(name, term(name)) for name in STAGES[: at + 1]],
        "next_stage": STAGES[at + 1] if at + 1 < len(STAGES) else None,
        "amount_kinds": amount_choices(),
        "payment_kinds": [(kind, term(kind)) for kind in PAYMENT_KINDS],
        "channels": held.rules.project_channels,
        "livelihood": [(state, term(f"livelihood_{state}")) for state in next_states(livelihood)],
        "livelihood_reason": any(needs_reason(livelihood, s) for s in next_states(livelihood)),
    }
