"""整治项目: projects with their lights and their money."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.followup.livelihood import LIVELIHOOD_STATES
from geo_tracker.indicators.lights import STAGES
from geo_tracker.web.actor import may_follow
from geo_tracker.web.filters import PlaceFilter, chosen_code, place_filter
from geo_tracker.web.money import or_none, share, total_yuan, yuan
from geo_tracker.web.page import PAGE_ROWS, page_number, paged_of
from geo_tracker.web.project_list import AMOUNTS, LIVELIHOOD, MONEY, SORTS, ProjectList
from geo_tracker.web.provenance import cited, entered, provenance
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import is_missing, term
from geo_tracker.web.village_links import map_url

bp = Blueprint("projects", __name__, url_prefix="/projects")

_PLAIN = ("project_no", "kind", "stage", "progress", "planned_progress", "behind_points")
_SHOWN = (
    *("project_id", "name", "current_unit_id", "former_unit_id", "light", "planned_finish_on"),
    *("basis", "import_id", "row", "synthetic", "livelihood_state"),
    *_PLAIN,
    *(f"{name}_fen" for name in AMOUNTS),
)
_LIGHTS = ("red", "yellow", "green", "unknown")


@dataclass(frozen=True)
class AskedProjects:
    """What the address asks for: which projects in which order, the filters, and the places.

    ``found``: the places of the projects in the register's frame.
    """

    listed: ProjectList
    found: Any
    filters: dict[str, str]
    places: PlaceFilter

    @property
    def ids(self) -> list[int]:
        """The projects, in order."""
        return [int(one) for one in self.listed.projects["project_id"].to_numpy()[self.found]]


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
        "money": chosen_code("money", MONEY),
        "sort": chosen_code("sort", SORTS, default="behind"),
    }
    listed = held.project_list
    return AskedProjects(listed, listed.found(filters, held.versions), filters, places)


@bp.get("/")
def index() -> ResponseReturnValue:
    """List projects."""
    held = register()
    asked = asked_projects(held)
    listed, found = asked.listed, asked.found
    first = (page_number(len(found)) - 1) * PAGE_ROWS
    shown = found[first : first + PAGE_ROWS]
    return render_template(
        "projects/index.html",
        filters=asked.filters,
        counties=asked.places.counties,
        towns=asked.places.towns,
        stages=[(stage, term(stage)) for stage in STAGES],
        kinds=[(kind, kind) for kind in listed.kinds],
        channels=[(channel, channel) for channel in listed.channels],
        sorts=[(code, _(text)) for code, (text, _columns, _up) in SORTS.items()],
        rows=project_rows(held.projects.iloc[shown], held.units),
        totals=project_totals(listed.amounts.iloc[found]),
        page=paged_of(len(found), page_number(len(found)), len(shown)),
        stored=not held.projects.empty,
        livelihood=[
            (state, term(f"livelihood_{state}"), listed.livelihood.get(state, 0))
            for state in LIVELIHOOD_STATES
        ],
        livelihood_choices=[
            (LIVELIHOOD, _("All livelihood projects")),
            *((state, term(f"livelihood_{state}")) for state in LIVELIHOOD_STATES),
        ],
        moneys=[(code, _(text)) for code, text in MONEY.items()],
        may_follow=may_follow(),
        watch_points=f"{held.rules.project_yellow_points:g}",
        red_points=f"{held.rules.project_red_points:g}",
    )


def project_rows(projects: pd.DataFrame, units: pd.DataFrame) -> list[dict[str, Any]]:
    """Return projects as templates show them.

    Parameters
    ----------
    projects : DataFrame
        Rows of `Register.projects`.
    units : DataFrame
        As `Register.units`.
    """
    # The villages of all rows at once: one by one they would take most of a list's time.
    named = {*projects["current_unit_id"].dropna(), *projects["former_unit_id"].dropna()}
    few = units.loc[units.index.isin(list(named)), ["name", "county", "town"]]
    villages: dict[int, dict[str, Any]] = few.to_dict("index")
    shown = projects[list(_SHOWN)]
    return [_project_row(project, villages) for project in shown.to_dict("records")]


def _village(villages: dict[int, dict[str, Any]], unit_id: Any) -> dict[str, Any] | None:
    known_id = or_none(unit_id)
    if known_id is None or known_id not in villages:
        return None
    return {"unit_id": int(known_id), "name": villages[known_id]["name"]}


def _project_row(project: dict[str, Any], villages: dict[int, dict[str, Any]]) -> dict[str, Any]:
    village = _village(villages, project["current_unit_id"])
    place = villages[village["unit_id"]] if village else None
    former = _village(villages, project["former_unit_id"])
    amounts = {name: yuan(project[f"{name}_fen"]) for name in AMOUNTS}
    return {
        "project_id": int(project["project_id"]),
        "name": project["name"],
        "merged": None if village == former else village,
        "former": former,
        "county": None if place is None else or_none(place["county"]),
        "town": None if place is None else or_none(place["town"]),
        **{name: or_none(project[name]) for name in _PLAIN},
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
    columns = {name: projects[f"{name}_fen"] for name in AMOUNTS}
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
