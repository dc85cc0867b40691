"""The S-curve of one project as a picture, from what files and people reported."""

from collections import defaultdict
from datetime import date
from typing import Any

import pandas as pd

from geo_tracker.db.projects import ProjectRecords
from geo_tracker.indicators.s_curve import Point, SCurve, s_curve
from geo_tracker.web.money import or_none

PLAN_DAYS = ("planned_start_on", "planned_finish_on")


def project_curve(
    project: "pd.Series[Any]", records: ProjectRecords, as_of: dict[int, date], *, until: date
) -> dict[str, Any] | None:
    """Return the picture of a project, or None where there is nothing to draw.

    Parameters
    ----------
    project : Series
        A row of the register's projects.
    records : ProjectRecords
        What is recorded of it.
    as_of : dict
        The day of each import that changed it.
    until : date
        The day of the data; what people recorded since is known of later.
    """
    paid: dict[date, int] = defaultdict(int)
    for payment in records.payments:
        if (day := payment.paid_on or payment.as_of_on) is not None:
            # What was taken back never was: a line that goes up and down on one day says nothing.
            paid[day] += int(payment.amount * 100)
    start, finish = (day_of(project[name]) for name in PLAN_DAYS)
    curve = s_curve(
        planned=(start, finish),
        reports=_reports(project, records, as_of),
        payments=[(day, fen) for day, fen in paid.items() if fen],
        budget_fen=or_none(project["budget_fen"]),
        until=max([until, *(row.reported_on for row in records.reports), *paid]),
    )
    return None if curve is None else _drawn(curve)


def day_of(value: Any) -> date | None:
    """Return a cell as a day."""
    return None if pd.isna(value) else pd.Timestamp(value).date()


def _reports(
    project: "pd.Series[Any]", records: ProjectRecords, as_of: dict[int, date]
) -> list[Point]:
    """Return reported progress by day: what files said before each change, then people, then now.

    Of several reports of one day the last holds.
    """
    points: list[Point] = []
    before_on = {
        change.import_id: change.old for change in records.changes if change.field == "reported_on"
    }
    for change in records.changes:
        if change.field == "progress" and change.old is not None:
            told_on = before_on.get(change.import_id)
            day = date.fromisoformat(told_on) if told_on else as_of.get(change.import_id)
            if day is not None:
                points.append((day, float(change.old)))
    points += [(report.reported_on, report.progress) for report in records.reports]
    share, on = or_none(project["progress"]), day_of(project["reported_on"])
    if share is not None and on is not None:
        points.append((on, float(share)))
    return points


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
