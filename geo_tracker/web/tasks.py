"""任务清单, 责任清单: who has to do what of the checklists, by unit and by person."""

from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.checklists import TaskFilter, owner_counts, task_count, task_page
from geo_tracker.followup.checklist import STATES
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import PlaceFilter, chosen_code, place_filter
from geo_tracker.web.money import share
from geo_tracker.web.page import PAGE_ROWS, page_number, paged_of
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import term
from geo_tracker.web.village_links import village_link

bp = Blueprint("tasks", __name__, url_prefix="/tasks")

FIRST_OWNERS = 12
"""Of many owners only those with most overdue items stand above the tasks."""

NOBODY = "-"
"""Stands for items without an owner, which an empty value in an address would not."""


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the tasks of a unit or person, and how far each is."""
    held = register()
    places, asked = asked_tasks(held)
    with read_session() as session:
        owners = owner_counts(session, on=judging_day())
        total = task_count(session, asked, on=judging_day())
        number = page_number(total)
        first = (number - 1) * PAGE_ROWS
        items = task_page(session, asked, on=judging_day(), first=first, count=PAGE_ROWS)
    every = request.args.get("owners") == "all" or len(owners) <= FIRST_OWNERS
    latest = sorted(owners, key=lambda row: -row["overdue"])
    return render_template(
        "checklists/tasks.html",
        filters={
            "county": places.county,
            "town": places.town,
            "state": asked.state or "",
            "unit": request.args.get("unit", ""),
            "person": request.args.get("person", ""),
        },
        counties=places.counties,
        towns=places.towns,
        owners=[_owner_row(row) for row in (owners if every else latest[:FIRST_OWNERS])],
        owner_count=len(owners),
        every_owner_url=None if every else url_for(".index", owners="all"),
        units=_units(owners),
        states=[("overdue", _("Overdue")), *((s, term(f"item_{s}")) for s in STATES)],
        rows=[
            {
                "village": village_link(held.units, item.unit_id),
                "url": url_for("checklist.show", unit_id=item.unit_id, _anchor=f"item-{item.id}"),
                "text": item.text,
                "domain": item.domain,
                "owner_unit": item.owner_unit,
                "owner_person": item.owner_person,
                "due_on": item.due_on,
                "state": item.state,
                "done_on": item.done_on,
                "overdue": item.state == "open" and (item.due_on or judging_day()) < judging_day(),
            }
            for item in items
        ],
        page=paged_of(total, number, len(items)),
        stored=bool(owners),
    )


def asked_tasks(held: Register) -> tuple[PlaceFilter, TaskFilter]:
    """Return the places chosen, and which items the request asks for."""
    places = place_filter(held.versions)
    state = chosen_code("state", (*STATES, "overdue"))
    unit_ids = None
    if places.county or places.town:
        unit_ids = [int(unit_id) for unit_id in places.applied(held.villages).index]
    unit, person = (_owner(request.args.get(name, "")) for name in ("unit", "person"))
    return places, TaskFilter(unit, person, state or None, unit_ids)


def _owner(asked: str) -> str | None:
    return None if not asked else "" if asked == NOBODY else asked


def _units(owners: list[dict[str, Any]]) -> list[tuple[str, str]]:
    names = sorted({row["owner_unit"] for row in owners if row["owner_unit"]})
    return [(NOBODY, _("nobody named")), *((name, name) for name in names)]


def _owner_row(row: dict[str, Any]) -> dict[str, Any]:
    place: dict[str, Any] = {
        "unit": row["owner_unit"] or NOBODY,
        "person": row["owner_person"] or NOBODY,
    }
    return row | {
        "share_done": share(row["done"], row["applicable"]),
        "url": url_for(".index", **place),
        "overdue_url": url_for(".index", state="overdue", **place),
    }
