"""The village in hand: its outline, its former villages and its panel."""

from typing import Any

import shapely
from flask import Blueprint, jsonify, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.layers import unit_polygons
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.web.context import read_session
from geo_tracker.web.lag_profile import panel_lag
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import number, percent
from geo_tracker.web.village_figures import parts_of, per_head
from geo_tracker.web.village_story import village_panel

bp = Blueprint("map_villages", __name__, url_prefix="/map")


@bp.get("/villages/<int:unit_id>.json")
def village(unit_id: int) -> ResponseReturnValue:
    """Send a village with its former ones and projects, to be drawn; a former one in its new."""
    held = register()
    focus = None
    if unit_id in held.formers.index:
        successor = held.formers.loc[unit_id, "to_unit_id"]
        focus, unit_id = unit_id, int(successor) if or_none(successor) is not None else unit_id
    table = held.villages if unit_id in held.villages.index else held.formers
    if unit_id not in table.index:
        raise NotFoundError(N_("There is no village %(id)s."), id=unit_id)
    row = table.loc[unit_id]
    parts = parts_of(held, held.units, unit_id)
    with read_session() as session:
        polygons = unit_polygons(session, [unit_id, *parts])
    west, south, east, north = polygons[unit_id].bounds
    projects = held.projects[held.projects["current_unit_id"] == unit_id]
    return jsonify(
        unit_id=unit_id,
        name=row["name"],
        kind=row["kind"],
        seat=seat_of(row),
        bounds=[[south, west], [north, east]],
        polygon=shapely.geometry.mapping(polygons[unit_id]),
        focus=focus,
        formers=[
            {
                "colour_index": index,
                "polygon": shapely.geometry.mapping(polygons[former["unit_id"]]),
                **former,
            }
            for index, former in enumerate(_tied_formers(held, parts, unit_id))
        ],
        projects=[
            {
                "id": int(project.project_id),
                "name": project.name,
                "light": or_none(project.light) or "unknown",
                "point": [project.lat, project.lon],
            }
            for project in projects.dropna(subset=["lon", "lat"]).itertuples(index=False)
        ],
    )


def seat_of(row: Any) -> list[float]:
    """Return where lines to a village end, as latitude and longitude."""
    if or_none(row["seat_lon"]) is not None:
        return [row["seat_lat"], row["seat_lon"]]
    return [row["point_lat"], row["point_lon"]]


def _tied_formers(held: Register, parts: list[int], whole_id: int) -> list[dict[str, Any]]:
    """Return the former villages of one village, each with what its label says."""
    edges, units = held.followed, held.units
    edges = edges[edges["from_unit_id"].isin(parts)]
    edges = edges.drop_duplicates(["from_unit_id", "to_unit_id"], keep="last")
    into = edges[edges["to_unit_id"] == whole_id].set_index("from_unit_id")
    standing = held.parts[held.parts["whole_id"] == whole_id].set_index("unit_id")["standing"]
    formers = []
    for part in parts:
        former = units.loc[part]
        share = or_none(into.at[part, "share_of_to"])
        others = edges[(edges["from_unit_id"] == part) & (edges["to_unit_id"] != whole_id)]
        formers.append(
            {
                "unit_id": part,
                "name": former["name"],
                "point": [former["point_lat"], former["point_lon"]],
                "share": share,
                "facts": _label_facts(held, part, share),
                "standing": or_none(standing.get(part)),
                "elsewhere": [
                    {
                        "name": units.at[other["to_unit_id"], "name"],
                        "seat": seat_of(units.loc[other["to_unit_id"]]),
                        "share": percent(other["share_of_from"], 0),
                    }
                    for other in others.to_dict("records")
                    if other["to_unit_id"] in units.index
                ],
            }
        )
    return formers


def _label_facts(held: Register, unit_id: int, share: float | None) -> list[str]:
    facts = [] if share is None else [_("%(share)s of the ground", share=percent(share, 0))]
    if unit_id in held.latest_figures.index:
        known = held.latest_figures.loc[unit_id]
        income = per_head(
            yuan(known["operating_income_fen"]), or_none(known["registered_population"])
        )
        if income is not None:
            facts.append(_("%(income)s yuan per head", income=number(float(income))))
    return facts


@bp.get("/villages/<int:unit_id>/panel")
def panel(unit_id: int) -> ResponseReturnValue:
    """Send the panel of a village: former villages, votes, projects, sources."""
    return render_template("map/_panel.html", **village_panel(register(), unit_id))


@bp.get("/villages/<int:unit_id>/lag")
def lag(unit_id: int) -> ResponseReturnValue:
    """Send what the panel says of a village's lag: the score may take longer than the rest."""
    return render_template("map/_lag.html", **panel_lag(register(), unit_id))
