"""督办: what was overdue at the end of a month, the longest overdue first."""

from datetime import date

from flask_babel import gettext as _

from geo_tracker.db.past_counts import checklist_counts_as_of
from geo_tracker.db.problem_lists import ProblemFilter, conditions, count_of_problems
from geo_tracker.db.problem_lists import page_of_problems as page_of
from geo_tracker.reports.document import Block, Heading, Table
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import PlaceFilter
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_filters import units_of
from geo_tracker.web.problem_past import ids_on
from geo_tracker.web.problem_rows import problem_rows
from geo_tracker.web.register import Register
from geo_tracker.web.report_month import Month
from geo_tracker.web.report_parts import column
from geo_tracker.web.texts import number

MOST_PROBLEMS = 8
MOST_VILLAGES = 5


def overdue_problems(held: Register, places: PlaceFilter, month: Month) -> list[Block]:
    """Return the problems that were overdue, those due first at the head."""
    day = ledger_day(held)
    chosen = ProblemFilter(units=units_of(held, places, None), ids=ids_on("overdue", month.last))
    where = conditions(chosen, day.on)
    with read_session() as session:
        total = count_of_problems(session, where)
        found = page_of(
            session,
            where,
            order="due",
            is_owed=True,
            first=0,
            count=MOST_PROBLEMS,
            total=total,
            places={},
        )
    rows = problem_rows(found, held)
    table = Table(
        name=_("Overdue problems"),
        columns=[
            column(_("Number"), width=1.9),
            column(_("Problem"), width=3.1),
            column(_("Village"), width=1.2),
            column(_("County · town"), width=2.3),
            column(_("Lead unit"), width=2.4),
            column(_("Times handed over"), "count", 0.85),
            column(_("Due"), "day", 1.3),
            column(_("Days late"), "count", 0.8),
        ],
        rows=[
            [
                row["number"],
                row["content"],
                (row["former"] or row["village"] or {}).get("name"),
                f"{row['county'] or '—'} · {row['town'] or '—'}",
                row["lead_unit"],
                row["round"],
                row["due_on"],
                _days_late(row["due_on"], month.last),
            ]
            for row in rows
        ],
        empty=_("No problem was overdue."),
    )
    note = _of_all(len(rows), total, _("the longest overdue first; each as it stands today"))
    return [Heading(text=_("To do: overdue problems"), note=note), table]


def _days_late(due_on: date | None, on: date) -> int | None:
    late = None if due_on is None else (on - due_on).days
    return late if late is not None and late > 0 else None


def _of_all(listed: int, total: int, order: str) -> str:
    if not total:
        return ""
    return str(
        _(
            "%(shown)s of %(count)s, %(order)s.",
            shown=number(listed),
            count=number(total),
            order=order,
        )
    )


def overdue_items(held: Register, places: PlaceFilter, month: Month) -> list[Block]:
    """Return the merged villages with the most items of their checklists overdue."""
    with read_session() as session:
        counts = checklist_counts_as_of(
            session, month.last, due_before=min(month.last, judging_day())
        )
    rows = places.applied(counts.join(held.places, how="inner"))
    rows = rows[rows["overdue"] > 0]
    rows = rows.sort_values(["overdue", "done"], ascending=[False, True], kind="stable")
    table = Table(
        name=_("Overdue checklists"),
        columns=[
            column(_("Merged village"), width=2),
            column(_("County"), width=1.4),
            column(_("Town"), width=1.6),
            column(_("Overdue"), "count", unit=_("items")),
            column(_("Done"), "count", unit=_("items")),
            column(_("Applicable"), "count", unit=_("items")),
        ],
        rows=[
            [
                row["name"],
                or_none(row["county"]),
                or_none(row["town"]),
                *(int(row[name]) for name in ("overdue", "done", "applicable")),
            ]
            for row in rows.head(MOST_VILLAGES).to_dict("records")
        ],
        empty=_("No item was overdue."),
    )
    listed = min(MOST_VILLAGES, len(rows))
    note = _of_all(listed, len(rows), _("the most overdue items first"))
    return [Heading(text=_("To do: villages with overdue items"), note=note), table]
