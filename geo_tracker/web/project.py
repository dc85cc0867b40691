"""One project: its way through the stages, its money as it came in, and its S-curve."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from geo_tracker.db.projects import ProjectRecords, days_of_imports, project_records
from geo_tracker.errors import NotFoundError
from geo_tracker.indicators.s_curve import Point, SCurve, s_curve
from geo_tracker.language import N_
from geo_tracker.web.context import read_session
from geo_tracker.web.money import or_none
from geo_tracker.web.projects import project_rows
from geo_tracker.web.provenance import provenance
from geo_tracker.web.record_words import field_word, value_text
from geo_tracker.web.register import register

bp = Blueprint("project", __name__, url_prefix="/projects")

_DAYS = ("planned_start_on", "planned_finish_on", "actual_start_on", "actual_finish_on")


@bp.get("/<int:project_id>")
def show(project_id: int) -> ResponseReturnValue:
    """Show a project."""
    held = register()
    found = held.projects[held.projects["project_id"] == project_id]
    if found.empty:
        raise NotFoundError(N_("There is no project %(id)s."), id=project_id)
    (row,) = project_rows(found, held.units)
    stored = found.iloc[0]
    days = {name: _day(stored[name]) for name in (*_DAYS, "reported_on")}
    with read_session() as session:
        records = project_records(session, project_id)
        told = {change.import_id for change in records.changes if change.import_id is not None}
        as_of = days_of_imports(session, told)
    curve = s_curve(
        planned=(days["planned_start_on"], days["planned_finish_on"]),
        reports=_reports(stored, records, as_of),
        payments=[
            (payment.paid_on or payment.as_of_on, int(payment.amount * 100))
            for payment in records.payments
        ],
        budget_fen=or_none(stored["budget_fen"]),
        until=held.data_on,
    )
    return render_template(
        "projects/show.html",
        project=row | days,
        amounts=[_amount(amount) for amount in records.amounts],
        payments=_payments(records),
        funds=[
            {
                "channel": fund.channel,
                "planned": fund.planned,
                "received": fund.received,
                "source": provenance(fund.import_id),
            }
            for fund in records.funds
        ],
        changes=[
            {
                "at": change.at,
                "username": change.username,
                "field": field_word(change.field),
                "old": value_text(change.field, change.old, held.units["name"].to_dict()),
                "new": value_text(change.field, change.new, held.units["name"].to_dict()),
                "source": provenance(change.import_id) if change.import_id else None,
            }
            for change in reversed(records.changes)
        ],
        curve=_drawn(curve) if curve is not None else None,
    )


def _day(value: Any) -> date | None:
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _reports(
    project: "pd.Series[Any]", records: ProjectRecords, as_of: dict[int, date]
) -> list[Point]:
    """Return reported progress by day: what is stored now, and what it was before each change."""
    points: list[Point] = []
    share, on = or_none(project["progress"]), _day(project["reported_on"])
    if share is not None and on is not None:
        points.append((on, float(share)))
    before_on = {
        change.import_id: change.old for change in records.changes if change.field == "reported_on"
    }
    for change in records.changes:
        if change.field == "progress" and change.old is not None:
            told_on = before_on.get(change.import_id)
            day = date.fromisoformat(told_on) if told_on else as_of.get(change.import_id)
            if day is not None and day != on:
                points.append((day, float(change.old)))
    return points


def _amount(amount: Any) -> dict[str, Any]:
    names = ("amount", "current", "at", "username")
    return {name: getattr(amount, name) for name in names} | {
        "kind": field_word(amount.kind),
        "source": provenance(amount.import_id),
    }


def _payments(records: ProjectRecords) -> list[dict[str, Any]]:
    total, rows = Decimal(0), []
    for payment in records.payments:
        total += payment.amount
        rows.append(
            {
                "on": payment.paid_on or payment.as_of_on,
                # Of a total that a table stated nobody knows the days.
                "is_total": payment.kind == "reported" or payment.paid_on is None,
                "amount": payment.amount,
                "total": total,
                "document": payment.document,
                "source": provenance(payment.import_id),
            }
        )
    return rows


def _drawn(curve: SCurve) -> dict[str, Any]:
    """Return the lines as points of a picture, 0–100 to the right and 0–100 up."""
    span = (curve.last_on - curve.first_on).days
    top = max([1.0, *(share for _day, share in curve.paid)])

    def points(line: tuple[Point, ...]) -> str:
        return " ".join(
            f"{(day - curve.first_on).days / span * 100:.2f},{100 - share / top * 100:.2f}"
            for day, share in line
        )

    return {
        "first_on": curve.first_on,
        "last_on": curve.last_on,
        "top": top,
        "whole": 100 - 100 / top,
        "half": 100 - 50 / top,
        "planned": points(curve.planned),
        "reported": points(curve.reported),
        "report_dots": [
            ((day - curve.first_on).days / span * 100, 100 - share / top * 100, day, share)
            for day, share in curve.reported
        ],
        "paid": points(curve.paid),
        "paid_share": curve.paid[-1][1] if curve.paid else None,
    }
