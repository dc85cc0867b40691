"""问题台账: the list of problems, with what it amounts to."""

from collections.abc import Collection
from typing import Any

from flask import Blueprint, render_template, request, session
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.problem_lists import (
    OPEN,
    conditions,
    count_of_problems,
    page_of_problems,
    problem_totals,
)
from geo_tracker.db.problem_tally import DUPLICATE
from geo_tracker.followup.problem_lights import OWED_STATES
from geo_tracker.web.actor import may_follow, may_register
from geo_tracker.web.context import read_session
from geo_tracker.web.page import PAGE_ROWS, page_number, paged_of
from geo_tracker.web.problem_bulk import OUTCOMES, bulk_values
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_figures import FOUR, THREE, rate_values
from geo_tracker.web.problem_filters import (
    Asked,
    asked_problems,
    choices,
    rows_url,
)
from geo_tracker.web.problem_rows import problem_rows
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import term
from geo_tracker.web.village_links import village_link

bp = Blueprint("problems", __name__, url_prefix="/problems")


@bp.get("/")
def index() -> ResponseReturnValue:
    """List problems."""
    held = register()
    day = ledger_day(held)
    on = day.on
    asked = asked_problems(held, day)
    with read_session() as database:
        head = problem_totals(database, conditions(asked.base, on), on)
        where = conditions(asked.chosen, on)
        known = asked.count_in(head)
        total = count_of_problems(database, where) if known is None else known
        number = page_number(total)
        found = page_of_problems(
            database,
            where,
            order=asked.order,
            is_owed=asked.chosen.state in ("", OPEN, *OWED_STATES),
            first=(number - 1) * PAGE_ROWS,
            count=PAGE_ROWS,
            total=total,
            places=ranks_of(held, asked.chosen.units) if asked.order == "place" else {},
        )
        stored = total > 0 or head["total"] > 0 or count_of_problems(database, []) > 0
    rows = problem_rows(found, held)
    return render_template(
        "problems/index.html",
        filters=asked.values,
        counties=asked.places.counties,
        towns=asked.places.towns,
        choices=choices(day),
        head=_head(asked, head),
        counted_text=_counted_text(asked),
        village=village_link(held.units, asked.values["unit"] or None),
        rows=rows,
        page=paged_of(total, number, len(rows)),
        stored=stored,
        office=current_user.office,
        may_register=may_register(),
        bulk=bulk_values(session.pop(OUTCOMES, None)) if may_follow() else None,
        here=request.full_path.rstrip("?"),
    )


def ranks_of(held: Register, units: Collection[int] | None) -> dict[int, int]:
    """Return the villages of a list by their rank, in the order of places."""
    every = held.places.index.tolist()
    if units is not None:
        mine = set(units)
        every = [unit for unit in every if unit in mine]
    return {unit: rank for rank, unit in enumerate(every)}


def _head(asked: Asked, totals: dict[str, int]) -> dict[str, Any]:
    """Return the numbers above the list: of the place and unit chosen, each with its rows."""
    values = asked.values

    def figure(title: str, count: int, **narrowed: Any) -> dict[str, Any]:
        return {
            "title": title,
            "count": count,
            "url": rows_url(values, **narrowed) if count else None,
        }

    def counted(measure: str) -> str:
        return rows_url(values, counted=measure)

    return {
        "figures": [
            figure(
                _("Registered"),
                totals["registered"],
                **({"counted": "registered"} if totals["duplicates"] else {}),
            ),
            figure(_("Open"), totals["open"], state="open"),
            figure(_("Due soon"), totals["yellow"], light="yellow"),
            figure(_("Overdue"), totals["red"], light="red"),
        ],
        "duplicates": figure(term("measure_duplicates"), totals["duplicates"], state=DUPLICATE),
        "rates": rate_values(totals, counted, FOUR),
        "three": rate_values(totals, counted, THREE),
    }


def _counted_text(asked: Asked) -> str | None:
    """Say which problems are shown where a rate's number led here."""
    measure, day = asked.values["counted"], asked.values["on"]
    if not measure:
        return None
    what = term(f"measure_{measure}")
    if not day:
        return str(_("Shown: %(what)s.", what=what))
    if since := asked.values["since"]:
        return str(
            _(
                "Shown: %(what)s, after %(since)s until %(day)s; each as it stands today.",
                what=what,
                since=since,
                day=day,
            )
        )
    return str(_("Shown: %(what)s as of %(day)s; each as it stands today.", what=what, day=day))
