"""村庄: all villages, present and former, and one page for each, for ever."""

from typing import Any

import pandas as pd
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.history import village_history
from geo_tracker.db.project_frames import fund_frame
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import chosen_code, matching_names, place_filter
from geo_tracker.web.lineage import edge_rows
from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.policy_village import village_policies
from geo_tracker.web.problem_village import village_problems
from geo_tracker.web.projects import project_rows, project_totals, projects_of
from geo_tracker.web.register import Register, register
from geo_tracker.web.village_figures import parts_of, side_by_side
from geo_tracker.web.village_followup import village_followup
from geo_tracker.web.village_lineage import MEASURES, lineage_picture
from geo_tracker.web.village_links import PLACE, map_url, village_link
from geo_tracker.web.village_record import history_rows, source_rows
from geo_tracker.web.village_story import dispute_problem, village_facts
from geo_tracker.web.votes import vote_rows, votes_of

bp = Blueprint("villages", __name__, url_prefix="/villages")

ORPHAN = "orphan"
"""A former village of which nothing says what became of it."""

INVOLVED = "involved"
"""A former village whose successor is known."""

_KINDS = ("merged", "former", INVOLVED, ORPHAN, "untouched")
_SIZES = ("1", "2", "3", "4", "5")
MOST_FORMERS = 5
"""Merged villages of so many former ones or more are counted together."""


@bp.get("/")
def index() -> ResponseReturnValue:
    """List villages."""
    held = register()
    places = place_filter(held.versions)
    query, kind = request.args.get("q", "").strip(), chosen_code("kind", _KINDS)
    layers = {str(layer.as_of_on): layer for layer in held.layers}
    layer, size = chosen_code("layer", layers), chosen_code("formers", _SIZES)
    units = held.units
    listed = _of_layer(held, units, layers[layer].id) if layer else units
    found = places.applied(_named(held, listed, query) if query else _in_place(listed))
    if kind in {INVOLVED, ORPHAN}:
        found = found[found["kind"] == "former"]
        found = found[found["to_unit_id"].isna() == (kind == ORPHAN)]
    elif kind:
        found = found[found["kind"] == kind]
    if size:
        merged = found["formers"].where(found["kind"] == "merged").clip(upper=MOST_FORMERS)
        found = found[merged == int(size)]
    page = paged(found)
    return render_template(
        "villages/index.html",
        filters={
            "q": query,
            "county": places.county,
            "town": places.town,
            "kind": kind,
            "layer": layer,
            "formers": size,
        },
        layers=[(day, _("Boundaries as of %(day)s", day=day)) for day in layers],
        counties=places.counties,
        towns=places.towns,
        rows=_list_rows(held, units, page.rows),
        page=page,
        stored=not units.empty,
    )


def _of_layer(held: Register, units: pd.DataFrame, layer_id: int) -> pd.DataFrame:
    """Return the villages of one layer, in the town and county they were in then."""
    then = held.versions[held.versions["layer_id"] == layer_id].set_index("unit_id")
    own = ["stat_code", "name", "area_m2", *PLACE]
    listed = units.loc[units.index.isin(then.index)]
    return listed.assign(**{name: then[name].reindex(listed.index) for name in own})


def _in_place(units: pd.DataFrame) -> pd.DataFrame:
    order = ["county_code", "town_code", "stat_code", "valid_from"]
    return units.sort_values(order, ascending=[True, True, True, False], kind="stable")


def _named(held: Register, units: pd.DataFrame, query: str) -> pd.DataFrame:
    """Return villages that are or once were named so, the best match first."""
    found = matching_names(held.versions, query)["unit_id"].drop_duplicates()
    return units.loc[found[found.isin(units.index)]]


def _list_rows(held: Register, units: pd.DataFrame, shown: pd.DataFrame) -> list[dict[str, Any]]:
    edges = held.followed
    became = edges[edges["from_unit_id"].isin(shown.index)].groupby("from_unit_id")["to_unit_id"]
    successors = became.unique().to_dict()
    own = held.versions[held.versions["unit_id"].isin(shown.index)]
    begun = own.groupby("unit_id")["valid_from"].min()
    return [
        {
            "unit_id": unit_id,
            "name": row["name"],
            "code": or_none(row["stat_code"]),
            "county": or_none(row["county"]),
            "town": or_none(row["town"]),
            "kind": row["kind"],
            "became": [
                link
                for to_id in successors.get(unit_id, [])
                if (link := village_link(units, to_id)) is not None
            ],
            "formers": int(row["formers"]) if row["kind"] == "merged" else None,
            "registered_population": or_none(row["registered_population"]),
            "area_ha": row["area_m2"] / 10_000,
            "valid_from": begun[unit_id],
            "valid_to": or_none(row["valid_to"]),
            "map_url": map_url(unit_id),
        }
        for unit_id, row in shown.to_dict("index").items()
    ]


@bp.get("/<int:unit_id>")
def show(unit_id: int) -> ResponseReturnValue:
    """Show a village: lineage, figures, votes, projects, sources, history."""
    held = register()
    village = village_facts(held, unit_id)
    units = held.units
    parts = parts_of(held, units, unit_id)
    figures = side_by_side(held, units, unit_id)
    edges = held.followed
    downs = edges.loc[edges["from_unit_id"] == unit_id, "to_unit_id"].unique()
    projects = projects_of(held, unit_id)
    with read_session() as session:
        history = village_history(session, [unit_id, *parts])
        funds = fund_frame(session, projects["project_id"].tolist())
        followup = village_followup(session, held, unit_id)
        ledger = village_problems(session, held, [unit_id, *parts], unit_id)
    return render_template(
        "villages/show.html",
        village=village,
        ups=[village_link(units, part) for part in parts],
        downs=[village_link(units, later) for later in downs],
        lineage=lineage_picture(
            held, unit_id, measure=chosen_code("by", MEASURES, default=MEASURES[0])
        ),
        measures=[("area", _("By ground")), ("people", _("By people"))],
        edges=edge_rows(held, units, unit_id),
        figures=figures,
        votes=vote_rows(votes_of(held, [*parts, unit_id]), units),
        ledger=ledger,
        projects=_with_funds(project_rows(projects, units), funds),
        project_totals=project_totals(projects),
        problems=[*dispute_problem(held, parts or [unit_id]), *figures.problems],
        followup=followup,
        policies=village_policies(held, [unit_id, *parts], unit_id),
        sources=source_rows(history),
        history=history_rows(history, held, units, here=unit_id),
    )


def _with_funds(projects: list[dict[str, Any]], funds: pd.DataFrame) -> list[dict[str, Any]]:
    by_project: dict[int, list[dict[str, Any]]] = {}
    for fund in funds.to_dict("records"):
        by_project.setdefault(fund["project_id"], []).append(
            {name: or_none(fund[name]) for name in ("channel", "planned", "received")}
        )
    return [project | {"funds": by_project.get(project["project_id"], [])} for project in projects]
