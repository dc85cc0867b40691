"""The ledgers as workbooks: what a list shows, to be filled in and brought in again."""

from collections.abc import Collection
from urllib.parse import quote

from flask import Blueprint, Response, request
from flask.typing import ResponseReturnValue

from geo_tracker.db import problem_lists
from geo_tracker.db.checklists import task_conditions
from geo_tracker.db.incidents import conditions as incident_conditions
from geo_tracker.db.models import AssetFusion, ChecklistItem
from geo_tracker.db.visits import conditions as visit_conditions
from geo_tracker.db.visits import groups_in_use
from geo_tracker.errors import NotFoundError
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.language import N_
from geo_tracker.web.actor import today
from geo_tracker.web.checklists import asked_villages
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import PlaceFilter
from geo_tracker.web.followup_places import asked_place
from geo_tracker.web.incidents import asked_incidents
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_filters import asked_problems
from geo_tracker.web.projects import asked_projects
from geo_tracker.web.register import Register, register
from geo_tracker.web.tasks import asked_tasks
from geo_tracker.web.visits import asked_visits
from geo_tracker.web.votes import asked_votes
from geo_tracker.workflows.ledger_export import EXPORTED, ExportWanted, ledger_export

bp = Blueprint("ledger_exports", __name__, url_prefix="/exports")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
_ORDERING = ("sort", "page")


@bp.get("/votes.xlsx")
def votes() -> ResponseReturnValue:
    """Send the votes that a list of them shows."""
    held = register()
    asked = asked_votes(held)
    return _sent(held, "votes", asked.places, ids=asked.rows["vote_id"].tolist())


@bp.get("/projects.xlsx")
def projects() -> ResponseReturnValue:
    """Send the projects that a list of them shows."""
    held = register()
    asked = asked_projects(held)
    return _sent(held, "projects", asked.places, ids=asked.ids)


@bp.get("/problems.xlsx")
def problems() -> ResponseReturnValue:
    """Send the problems that a list of them shows, with masked reporters."""
    held, day = register(), ledger_day()
    asked = asked_problems(held, day)
    where = problem_lists.conditions(asked.chosen, day.on)
    return _sent(held, "problems", asked.places, where=where)


@bp.get("/visits.xlsx")
def visits() -> ResponseReturnValue:
    """Send the visits that a list of them shows."""
    held = register()
    place = asked_place(held)
    with read_session() as session:
        chosen = asked_visits(session, place, groups=groups_in_use(session))
    return _sent(held, "visits", place.places, where=visit_conditions(chosen))


@bp.get("/incidents.xlsx")
def incidents() -> ResponseReturnValue:
    """Send the incidents that a list of them shows."""
    held = register()
    place = asked_place(held)
    where = incident_conditions(asked_incidents(place))
    return _sent(held, "incidents", place.places, where=where)


@bp.get("/checklists.xlsx")
def checklists() -> ResponseReturnValue:
    """Send the checklists of the merged villages that a list of them shows, or of one."""
    held = register()
    places, chosen = _merged(held)
    return _sent(held, "checklists", places, where=[ChecklistItem.unit_id.in_(chosen)])


@bp.get("/tasks.xlsx")
def tasks() -> ResponseReturnValue:
    """Send the items of checklists that a list of tasks shows."""
    held = register()
    places, asked = asked_tasks(held)
    return _sent(held, "checklists", places, where=task_conditions(asked, judging_day()))


@bp.get("/fusions.xlsx")
def fusions() -> ResponseReturnValue:
    """Send how far the assets are of the former villages of the merged ones that a list shows."""
    held = register()
    places, chosen = _merged(held)
    edges = held.followed
    formers = edges[edges["to_unit_id"].isin(chosen)]["from_unit_id"].unique()
    of_formers = AssetFusion.unit_id.in_([int(former) for former in formers])
    return _sent(held, "fusions", places, where=[AssetFusion.current.is_(True), of_formers])


def _merged(held: Register) -> tuple[PlaceFilter, list[int]]:
    asked = asked_villages(held)
    chosen = [int(unit_id) for unit_id in asked.rows.index]
    village = request.args.get("village", type=int)
    if village is not None:
        chosen = [unit_id for unit_id in chosen if unit_id == village]
    return asked.places, chosen


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
            narrowed=any(value for name, value in request.args.items() if name not in _ORDERING),
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
