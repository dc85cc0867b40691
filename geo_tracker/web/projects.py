"""整治项目: projects with their lights and their money."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.followup.livelihood import LIVELIHOOD_STATES
from geo_tracker.indicators.lights import STAGES
from geo_tracker.language import N_
from geo_tracker.web.actor import may_follow
from geo_tracker.web.filters import PlaceFilter, chosen_code, matching_names, place_filter
from geo_tracker.web.money import or_none, share, total_yuan, yuan
from geo_tracker.web.page import paged
from geo_tracker.web.provenance import cited, entered, provenance
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import is_missing, term
from geo_tracker.web.village_links import PLACE, map_url, village_link

bp = Blueprint("projects", __name__, url_prefix="/projects")

SORTS: dict[str, tuple[str, list[str], bool]] = {
    "behind": (N_("Most behind plan first"), ["behind_points"], False),
    "budget": (N_("Largest budget first"), ["budget_fen"], False),
    "due": (N_("Earliest planned finish first"), ["planned_finish_on"], True),
    "place": (N_("By county and town"), ["county_code", "town_code", "project_id"], True),
}
LIVELIHOOD = "yes"
"""Asks for all livelihood projects, whatever their state."""

_LIGHTS = ("red", "yellow", "green", "unknown")
_AMOUNTS = ("estimate", "budget", "contract", "paid")


@dataclass(frozen=True)
class AskedProjects:
    """What the address asks for: projects in order, the filters, and places to choose from."""

    rows: pd.DataFrame
    filters: dict[str, str]
    places: PlaceFilter


def asked_projects(held: Register) -> AskedProjects:
    """Read what the address asks for."""
    places = place_filter(held.versions)
    filters = {
        "q": request.args.get("q", "").strip(),
        "county": places.county,
        "town": places.town,
        "light": chosen_code("light", _LIGHTS),
        "stage": chosen_code("stage", STAGES),
        "kind": request.args.get("kind", ""),
        "channel": request.args.get("channel", ""),
        "livelihood": chosen_code("livelihood", (LIVELIHOOD, *LIVELIHOOD_STATES)),
        "sort": chosen_code("sort", SORTS, default="behind"),
    }
    found = places.applied(held.projects.join(held.units[PLACE], on="current_unit_id"))
    if filters["light"]:
        found = found[found["light"].fillna("unknown") == filters["light"]]
    if filters["stage"]:
        found = found[found["stage"] == filters["stage"]]
    if filters["kind"]:
        found = found[found["kind"] == filters["kind"]]
    if filters["channel"]:
        found = found[[filters["channel"] in channels for channels in found["channels"]]]
    if filters["livelihood"]:
        found = found[_livelihood(found, filters["livelihood"])]
    if filters["q"]:
        found = found[_named(found, filters["q"], held)]
    _text, columns, ascending = SORTS[filters["sort"]]
    return AskedProjects(
        found.sort_values(columns, ascending=ascending, kind="stable"), filters, places
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    """List projects."""
    held = register()
    asked = asked_projects(held)
    page = paged(asked.rows)
    return render_template(
        "projects/index.html",
        filters=asked.filters,
        counties=asked.places.counties,
        towns=asked.places.towns,
        stages=[(stage, term(stage)) for stage in STAGES],
        kinds=_named_once(held.projects["kind"]),
        channels=_named_once(held.projects["channels"].explode()),
        sorts=[(code, _(text)) for code, (text, _columns, _up) in SORTS.items()],
        rows=project_rows(page.rows, held.units),
        totals=project_totals(asked.rows),
        page=page,
        stored=not held.projects.empty,
        livelihood=_livelihood_counts(held.projects),
        livelihood_choices=[
            (LIVELIHOOD, _("All livelihood projects")),
            *((state, term(f"livelihood_{state}")) for state in LIVELIHOOD_STATES),
        ],
        may_follow=may_follow(),
        watch_points=f"{held.rules.project_yellow_points:g}",
        red_points=f"{held.rules.project_red_points:g}",
    )


def _livelihood(projects: pd.DataFrame, asked: str) -> pd.Series:
    if asked == LIVELIHOOD:
        return projects["is_livelihood"].astype(bool)
    return projects["livelihood_state"].eq(asked).fillna(False).astype(bool)


def _livelihood_counts(projects: pd.DataFrame) -> list[tuple[str, str, int]]:
    """Return each state as livelihood project, its word, and how many projects are there."""
    counts = projects["livelihood_state"].value_counts().to_dict()
    return [
        (state, term(f"livelihood_{state}"), int(counts.get(state, 0)))
        for state in LIVELIHOOD_STATES
    ]


def _named_once(names: pd.Series) -> list[tuple[str, str]]:
    return [(name, name) for name in sorted(set(names.dropna()))]


def _named(projects: pd.DataFrame, query: str, held: Register) -> pd.Series:
    """Say which projects a query means: by their own name or number, or by a village's."""
    villages = set(matching_names(held.versions, query)["unit_id"])
    hit = projects["current_unit_id"].isin(villages) | projects["former_unit_id"].isin(villages)
    for column in ("name", "project_no"):
        texts = projects[column].fillna("").astype(str).str.lower()
        hit |= texts.str.contains(query.lower(), regex=False)
    return hit.astype(bool)


def project_rows(projects: pd.DataFrame, units: pd.DataFrame) -> list[dict[str, Any]]:
    """Return projects as templates show them.

    Parameters
    ----------
    projects : DataFrame
        Rows of `Register.projects`.
    units : DataFrame
        As `Register.units`.
    """
    return [_project_row(project, units) for project in projects.to_dict("records")]


def _project_row(project: dict[str, Any], units: pd.DataFrame) -> dict[str, Any]:
    village = village_link(units, project["current_unit_id"])
    place = units.loc[village["unit_id"]] if village else None
    former = village_link(units, project["former_unit_id"])
    amounts = {name: yuan(project[f"{name}_fen"]) for name in _AMOUNTS}
    plain = ("project_no", "kind", "stage", "progress", "planned_progress", "behind_points")
    return {
        "project_id": int(project["project_id"]),
        "name": project["name"],
        "merged": None if village == former else village,
        "former": former,
        "county": None if place is None else or_none(place["county"]),
        "town": None if place is None else or_none(place["town"]),
        **{name: or_none(project[name]) for name in plain},
        "light": or_none(project["light"]) or "unknown",
        "planned_finish_on": or_none(project["planned_finish_on"]),
        **amounts,
        "paid_share": share(amounts["paid"], amounts["budget"]),
        "cited": cited(project["basis"]),
        "source": entered(None)
        if is_missing(project["import_id"])
        else provenance(
            project["import_id"],
            sheet="projects",
            row=project["row"],
            synthetic=project["synthetic"],
        ),
        "livelihood": or_none(project["livelihood_state"]),
        "map_url": map_url(village["unit_id"]) if village else None,
    }


def project_totals(projects: pd.DataFrame) -> dict[str, Any] | None:
    """Return the sums of the known amounts in yuan, of how many projects they are, and rates.

    Returns
    -------
    dict or None
        ``estimate``, ``budget``, ``contract``, ``paid`` (Decimal or None), ``known`` (how many
        projects have the amount, by its name; ``paid_share``: have both budget and payment),
        ``count``, ``paid_share`` (0–1, of those projects that have both). None without projects.
    """
    if projects.empty:
        return None
    columns = {name: projects[f"{name}_fen"] for name in _AMOUNTS}
    both = columns["budget"].notna() & columns["paid"].notna()
    known = {name: int(fen.notna().sum()) for name, fen in columns.items()}
    return {
        **{name: total_yuan(fen) for name, fen in columns.items()},
        "count": len(projects),
        "known": known | {"paid_share": int(both.sum())},
        # A payment nobody reported is not a payment of zero.
        "paid_share": share(total_yuan(columns["paid"][both]), total_yuan(columns["budget"][both])),
    }


def projects_of(held: Register, unit_id: int) -> pd.DataFrame:
    """Return the projects of a village: on its present ground, or recorded on it."""
    rows = held.projects
    mine = (
        rows[["current_unit_id", "unit_id", "former_unit_id"]].eq(unit_id).fillna(False).any(axis=1)
    )
    return rows[mine]
