"""The ledgers as workbooks: what a list shows, to be filled in and brought in again."""

from collections.abc import Collection
from datetime import date
from urllib.parse import quote

import pandas as pd
from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from geo_tracker.db.ledger_rows import LedgerFilter, conditions
from geo_tracker.errors import InputError, NotFoundError
from geo_tracker.followup.problem_states import OPEN_STATES, STATES
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.importing.followup_columns import CODE_WORDS
from geo_tracker.language import N_
from geo_tracker.web.actor import today
from geo_tracker.web.context import services
from geo_tracker.web.filters import PlaceFilter, chosen_code, matching_names, place_filter
from geo_tracker.web.projects import asked_projects
from geo_tracker.web.register import Register, register
from geo_tracker.web.votes import asked_votes
from geo_tracker.workflows.ledger_export import EXPORTED, ExportWanted, ledger_export

bp = Blueprint("ledger_exports", __name__, url_prefix="/exports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_LONGEST = 60
_OPEN = "open"
_PLACE = ("q", "county", "town", "unit")
_ORDERING = ("sort", "page")
_ABOUT = {"yes": True, "no": False, "unknown": None}

FILTERS = {
    "votes": ("county", "town", "check"),
    "projects": ("q", "county", "town", "light", "stage"),
    "problems": (*_PLACE, "state", "source", "category", "lead", "rounds"),
    "visits": (*_PLACE, "group", "from", "to"),
    "incidents": (*_PLACE, "kind", "about", "state", "from", "to"),
}
"""Ledger → what narrows its export: the same names as in the addresses of its list."""


@bp.get("/votes.xlsx")
def votes() -> ResponseReturnValue:
    """Send the votes that a list of them shows."""
    _refuse_other_filters("votes")
    held = register()
    asked = asked_votes(held)
    return _sent(held, "votes", asked.places, ids=asked.rows["vote_id"].tolist())


@bp.get("/projects.xlsx")
def projects() -> ResponseReturnValue:
    """Send the projects that a list of them shows."""
    _refuse_other_filters("projects")
    held = register()
    asked = asked_projects(held)
    return _sent(held, "projects", asked.places, ids=asked.rows["project_id"].tolist())


@bp.get("/problems.xlsx")
def problems() -> ResponseReturnValue:
    """Send problems, with masked reporters."""
    state = chosen_code("state", (_OPEN, *STATES))
    equal = {"source": chosen_code("source", [str(code) for code in CODE_WORDS["source"]])}
    equal |= {"category": _typed("category"), "lead_unit": _typed("lead")}
    return _followup(
        "problems",
        LedgerFilter(
            equal={name: value for name, value in equal.items() if value},
            states=OPEN_STATES if state == _OPEN else [state] if state else [],
            rounds=2 if request.args.get("rounds") == "2" else 0,
        ),
    )


@bp.get("/visits.xlsx")
def visits() -> ResponseReturnValue:
    """Send visits."""
    group = _typed("group")
    chosen = LedgerFilter(
        equal={"service_group": group} if group else {}, begin=_day("from"), end=_day("to")
    )
    return _followup("visits", chosen)


@bp.get("/incidents.xlsx")
def incidents() -> ResponseReturnValue:
    """Send incidents."""
    kind = chosen_code("kind", [str(code) for code in CODE_WORDS["incident"]])
    about = chosen_code("about", _ABOUT)
    state = chosen_code("state", (_OPEN, "closed"))
    equal = ({"kind": kind} if kind else {}) | ({"about_merger": _ABOUT[about]} if about else {})
    return _followup(
        "incidents",
        LedgerFilter(
            equal=equal,
            is_open=state == _OPEN if state else None,
            begin=_day("from"),
            end=_day("to"),
        ),
    )


def _followup(kind: str, chosen: LedgerFilter) -> Response:
    _refuse_other_filters(kind)
    held = register()
    places = place_filter(held.versions)
    query = _typed("q")
    narrowed = LedgerFilter(
        **vars(chosen)
        | {
            "units": units_of_place(held, places, request.args.get("unit", type=int)),
            "query": query,
            "named_units": matching_names(held.versions, query)["unit_id"].unique().tolist(),
        }
    )
    return _sent(held, kind, places, where=conditions(kind, narrowed))


def units_of_place(held: Register, places: PlaceFilter, unit_id: int | None) -> list[int] | None:
    """Return the villages of a place or of a village, former and present ones; None for any."""
    units = held.units
    own = pd.Series(units.index, index=units.index)
    present = own.map(held.present_units).fillna(own).astype(int)
    if unit_id is not None and unit_id in units.index:
        mine = (own == unit_id) | (present == unit_id)
        return [int(unit) for unit in units.index[mine]]
    if not places.county:
        return None
    there = units[["county_code", "town_code"]].reindex(present.to_numpy()).set_axis(units.index)
    return [int(unit) for unit in places.applied(there).index]


def _sent(
    held: Register,
    kind: str,
    places: PlaceFilter,
    *,
    ids: list[int] | None = None,
    where: Collection[object] = (),
) -> Response:
    if kind not in EXPORTED:
        raise NotFoundError(N_("There is no ledger %(name)s."), name=kind)
    place = dict(places.counties).get(places.county, "") + dict(places.towns).get(places.town, "")
    content = ledger_export(
        services().engine,
        ExportWanted(
            kind=kind,
            ids=ids,
            where=where,  # type: ignore[arg-type]
            present_of={int(unit): int(later) for unit, later in held.present_units.items()},
            place=place,
            narrowed=any(request.args.get(name) for name in FILTERS[kind]),
            data_on=held.data_on,
        ),
        today=today(),
    )
    title = f"{place}{LAYOUTS[kind].titles[0]}-{today().isoformat()}.xlsx"
    answer = Response(content, mimetype=XLSX)
    # Only the second form of the name may hold Chinese.
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"{kind}.xlsx\"; filename*=UTF-8''{quote(title, safe='')}"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _refuse_other_filters(kind: str) -> None:
    """Refuse a filter that would be passed over: rows nobody asked for would be in the file."""
    for name, value in request.args.items():
        if value and name not in (*FILTERS[kind], *_ORDERING):
            raise InputError(N_("The export cannot be narrowed by %(name)s."), name=name[:60])


def _typed(name: str) -> str:
    return request.args.get(name, "").strip()[:_LONGEST]


def _day(name: str) -> date | None:
    text = request.args.get(name, "")
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InputError(N_("%(value)s is no date."), value=text[:40]) from None
