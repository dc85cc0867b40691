"""A visit is recorded, corrected or removed; a second one to a place only after a warning."""

from datetime import date
from typing import Any

from flask import (
    Blueprint,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.models import Visit
from geo_tracker.db.problems import steps_of
from geo_tracker.db.visits import existing_visit, groups_in_use
from geo_tracker.errors import (
    ChangedMeanwhileError,
    ConflictError,
    InputError,
    RepeatedVisitError,
)
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.followup.typed_values import typed_day
from geo_tracker.web.actor import actor, may_follow, today
from geo_tracker.web.attachments import sent_files, take_in
from geo_tracker.web.context import read_session, services
from geo_tracker.web.followup_forms import (
    count_of,
    number_in,
    numbers_in,
    typed,
    values_of,
)
from geo_tracker.web.followup_words import steps_since
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.web.village_choice import (
    VillageChoice,
    chosen_village,
    given_village,
    village_candidate,
)
from geo_tracker.web.visits import visit_page, visit_rows
from geo_tracker.workflows.rules import rules_of
from geo_tracker.workflows.visits import (
    LONGEST,
    VISITORS,
    correct_visit,
    record_visit,
    remove_visit,
    repeat_days,
)

bp = Blueprint("visit_entry", __name__, url_prefix="/visits")

_TYPED = ("visited_on", "service_group", "leader", "enterprise", "people_served", "summary", "note")


@bp.get("/new")
@role_needed(*VISITORS)
def new() -> ResponseReturnValue:
    """Show the form for a visit, with the village that a link gives."""
    village = given_village(register(), number_in(request.args, "unit"))
    return _form({"visited_on": today().isoformat()}, village)


@bp.post("/new")
@role_needed(*VISITORS)
def record() -> ResponseReturnValue:
    """Record a visit, unless it is a second one that nobody was warned of."""
    return _save(None)


@bp.get("/<int:visit_id>/correct")
@role_needed(*VISITORS)
def correct(visit_id: int) -> ResponseReturnValue:
    """Show the form with a visit in it."""
    with read_session() as session:
        visit = existing_visit(session, visit_id)
    village = given_village(register(), visit.unit_id)
    return _form(values_of(visit, _TYPED[:-1]), village, visit=visit)


@bp.post("/<int:visit_id>/correct")
@role_needed(*VISITORS)
def save(visit_id: int) -> ResponseReturnValue:
    """Correct a visit."""
    return _save(visit_id)


def _save(visit_id: int | None) -> ResponseReturnValue:
    values = {name: typed(name) for name in _TYPED}
    village = chosen_village(register())
    version = number_in(request.form, "version")
    visit = _existing(visit_id)
    if "change" in request.form or village.error:
        status = 422 if village.error and "change" not in request.form else 200
        return make_response(_form(values, village, visit=visit, version=version), status)
    try:
        given = _read(values) | {"unit_id": village.unit_id}
        knowing = numbers_in("knowing")
        if visit_id is None:
            visit_id = record_visit(
                services().engine, given, actor=actor(), today=today(), knowing=knowing
            )
            flash(_("The visit was recorded."), "success")
            if may_follow() and sent_files():
                take_in(Visit.__tablename__, visit_id)
        else:
            correct_visit(
                services().engine,
                visit_id,
                given,
                note=values["note"],
                actor=actor(),
                version=version,
                today=today(),
                knowing=knowing,
            )
            flash(_("The visit was corrected."), "success")
    except RepeatedVisitError as repeated:
        on = typed_day(values["visited_on"]) or today()
        return make_response(_warning(values, village, repeated, on=on, visit=visit), 409)
    except (InputError, ChangedMeanwhileError) as refused:
        status = 422 if isinstance(refused, InputError) else 409
        visit = _existing(visit_id)
        page = _form(values, village, visit=visit, version=version, error=shown(refused.message))
        return make_response(page, status)
    return redirect(url_for("visits.show", visit_id=visit_id), code=303)


def _existing(visit_id: int | None) -> Visit | None:
    if visit_id is None:
        return None
    with read_session() as session:
        return existing_visit(session, visit_id)


def _read(values: dict[str, str]) -> dict[str, Any]:
    return values | {
        "visited_on": typed_day(values["visited_on"]),
        "people_served": count_of(values["people_served"]),
    }


def _form(
    values: dict[str, str],
    village: VillageChoice,
    *,
    visit: Visit | None = None,
    version: int | None = None,
    error: str | None = None,
) -> str:
    """Return the form; ``version``: the one it was filled in for, perhaps an older one."""
    with read_session() as session:
        offered = rules_of(session, today().year).service_groups
        groups = list(dict.fromkeys((*offered, *groups_in_use(session))))
        changed = []
        if visit is not None and version is not None:
            steps = steps_of(session, Visit.__tablename__, visit.id)
            changed = steps_since(steps, version=visit.version, shown=version)
    held = register()
    return render_template(
        "visits/form.html",
        values=dict.fromkeys(_TYPED, "") | values,
        village=village,
        known=village_candidate(held, village.unit_id) if village.unit_id else None,
        groups=groups,
        visit_id=visit.id if visit is not None else None,
        # Whoever has read what changed answers to the present version.
        record_version=visit.version if visit is not None else 0,
        changed=changed,
        error=error,
        longest=LONGEST,
        today=today(),
        **_photos(visit),
    )


def _warning(
    values: dict[str, str],
    village: VillageChoice,
    repeated: RepeatedVisitError,
    *,
    on: date,
    visit: Visit | None,
) -> str:
    """Return the page that tells of other visits to the same place and lets one go on or not."""
    held = register()
    with read_session() as session:
        near = [existing_visit(session, one) for one in repeated.visit_ids]
        others = visit_rows(session, near, held, repeat_days(session))
        days = rules_of(session, on.year).visit_repeat_days
    kept = values | {"village": village.typed, "unit_id": str(village.unit_id)}
    return render_template(
        "visits/repeat.html",
        kept=kept | {"version": request.form.get("version", "0")},
        visited_on=on,
        place=village_candidate(held, village.unit_id) if village.unit_id else None,
        enterprise=values["enterprise"],
        others=[other | {"apart": (on - other["visited_on"]).days} for other in others],
        days=days,
        visit_id=visit.id if visit is not None else None,
        **_photos(visit),
    )


def _photos(visit: Visit | None) -> dict[str, bool]:
    """Return whether photos come with the form, and whether some that came have to come again.

    Photos of a visit that is there are added and removed on its page.
    """
    offered = visit is None and may_follow()
    return {"may_bring_photos": offered, "lost_photos": offered and bool(sent_files())}


@bp.post("/<int:visit_id>/remove")
@role_needed(*FOLLOWERS)
def remove(visit_id: int) -> ResponseReturnValue:
    """Remove a visit, with a reason."""
    note, version = typed("note"), number_in(request.form, "version")
    try:
        remove_visit(
            services().engine, visit_id, note=note, actor=actor(), version=version, today=today()
        )
    except (InputError, ConflictError) as refused:
        with read_session() as session:
            visit = existing_visit(session, visit_id)
            steps = steps_of(session, Visit.__tablename__, visit_id)
        changed = steps_since(steps, version=visit.version, shown=version)
        page = visit_page(visit_id, error=shown(refused.message), changed=changed, note=note)
        return make_response(page, 422 if isinstance(refused, InputError) else 409)
    flash(_("The visit was removed; the log keeps it."), "success")
    return redirect(url_for("visits.index"), code=303)
