"""The rows behind the cockpit's numbers of a past day: projects and checklists as they stood."""

from typing import Any

import pandas as pd
from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue

from geo_tracker.db.past_counts import CHECKLIST_COUNTS, checklist_counts_as_of
from geo_tracker.web.cockpit import asked_on
from geo_tracker.web.cockpit_figures import figures_on
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import chosen_code, place_filter
from geo_tracker.web.money import or_none, share, yuan
from geo_tracker.web.page import paged
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import register
from geo_tracker.web.village_links import PLACE, village_link

bp = Blueprint("cockpit_rows", __name__, url_prefix="/cockpit")

_LIGHTS = ("red", "yellow", "green", "unknown")
_SHOWN = ("opened", "overdue")


@bp.get("/projects")
def projects() -> ResponseReturnValue:
    """List the projects that were known on a day, with what was known of them."""
    held, on = register(), asked_on()
    places = place_filter(held.versions)
    light = chosen_code("light", _LIGHTS)
    figures = figures_on(held, on, due_before=min(on, judging_day()))
    rows = places.applied(figures.projects.join(held.units[PLACE], on="current_unit_id"))
    if light:
        rows = rows[rows["light"].fillna("unknown") == light]
    totals = {
        name: yuan(rows[f"{name}_fen"].sum(min_count=1)) if len(rows) else None
        for name in ("budget", "paid")
    }
    page = paged(rows.sort_values(["county_code", "town_code", "project_id"], kind="stable"))
    return render_template(
        "cockpit/projects.html",
        on=on,
        filters={
            "county": places.county,
            "town": places.town,
            "light": light,
            "on": on.isoformat(),
        },
        counties=places.counties,
        towns=places.towns,
        rows=[_project(row, held.units) for row in page.rows.to_dict("records")],
        totals=totals,
        page=page,
    )


def _project(row: dict[str, Any], units: pd.DataFrame) -> dict[str, Any]:
    budget, paid = yuan(row["budget_fen"]), yuan(row["paid_fen"])
    return {
        "project_id": int(row["project_id"]),
        "name": row["name"],
        "village": village_link(units, row["former_unit_id"])
        or village_link(units, row["current_unit_id"]),
        "county": or_none(row["county"]),
        "town": or_none(row["town"]),
        "budget": budget,
        "paid": paid,
        "paid_share": share(paid, budget),
        "progress": or_none(row["progress"]),
        "reported_on": or_none(row["reported_on"]),
        "light": or_none(row["light"]) or "unknown",
        "source": provenance(row["import_id"]) if or_none(row["import_id"]) else None,
    }


@bp.get("/checklists")
def checklists() -> ResponseReturnValue:
    """List merged villages with how far their checklists were on a day."""
    held, on = register(), asked_on()
    places = place_filter(held.versions)
    chosen = chosen_code("show", _SHOWN, default="opened")
    with read_session() as session:
        counts = checklist_counts_as_of(session, on, due_before=min(on, judging_day()))
    rows = places.applied(counts.join(held.places, how="inner"))
    if chosen == "overdue":
        rows = rows[rows["overdue"] > 0]
    page = paged(rows.sort_values(["overdue", "done"], ascending=[False, True], kind="stable"))
    return render_template(
        "cockpit/checklists.html",
        on=on,
        filters={
            "county": places.county,
            "town": places.town,
            "show": chosen,
            "on": on.isoformat(),
        },
        counties=places.counties,
        towns=places.towns,
        rows=[
            {
                "unit_id": int(row["unit_id"]),
                "name": row["name"],
                "county": or_none(row["county"]),
                "town": or_none(row["town"]),
                "share_done": share(row["done"], row["applicable"]),
            }
            | {name: int(row[name]) for name in CHECKLIST_COUNTS}
            for row in page.rows.rename_axis("unit_id").reset_index().to_dict("records")
        ],
        totals={name: int(rows[name].sum()) for name in CHECKLIST_COUNTS},
        page=page,
    )
