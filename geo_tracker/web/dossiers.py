"""一村一档: dossiers of villages, one by one or of a whole county in the background."""

from typing import Any, Final, Literal

from flask import (
    Blueprint,
    Response,
    make_response,
    redirect,
    render_template,
    request,
    send_file,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.dossiers import existing_run, recent_runs
from geo_tracker.errors import ConflictError, InputError, NotFoundError
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.language import N_
from geo_tracker.web.actor import may_follow
from geo_tracker.web.context import read_session, services
from geo_tracker.web.documents import file_name, sent_document
from geo_tracker.web.dossier import dossier, dossier_basis
from geo_tracker.web.dossier_job import villages_of
from geo_tracker.web.filters import place_filter
from geo_tracker.web.import_result import job_values
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.dossiers import (
    FILE_KINDS,
    MOST_KEPT,
    WHICH,
    ask_for_dossiers,
    dossiers_path,
    stop_dossiers,
)

bp = Blueprint("dossiers", __name__, url_prefix="/dossiers")

_MOST_RUNS = 20
_WHICH_WORDS: Final = {
    "merged": N_("Villages that arose from a merger"),
    "present": N_("All villages of today"),
    "former": N_("Former villages"),
}
_FILE_WORDS: Final = {"pdf": "PDF", "docx": "Word"}
_UNDER_WAY = ("queued", "running")


@bp.get("/<int:unit_id>.<any(pdf, docx):kind>")
def show(unit_id: int, kind: Literal["pdf", "docx"]) -> Response:
    """Send the dossier of a village."""
    return sent_document(dossier(dossier_basis(), unit_id), kind)


@bp.get("/")
def index() -> ResponseReturnValue:
    """Offer dossiers of many villages, and show those that were made."""
    return _page()


@bp.post("/")
@role_needed(*FOLLOWERS)
def make() -> ResponseReturnValue:
    """Have dossiers made."""
    try:
        held = register()
        places = place_filter(held.versions, values=request.form)
        code = places.town or places.county
        names = {"": _("All counties"), **dict([*places.counties, *places.towns])}
        _run_id, job_id = ask_for_dossiers(
            services().engine,
            place_code=code,
            place=names[code],
            which=request.form.get("which", ""),
            file_kind=request.form.get("kind", ""),
            locale=str(get_locale()),
            user_id=current_user.id,
        )
    except (InputError, ConflictError) as refused:
        status = 409 if isinstance(refused, ConflictError) else 422
        return make_response(_page(error=shown(refused.message)), status)
    services().worker.wake(job_id)
    return redirect(url_for(".index"), code=303)


@bp.post("/<int:run_id>/stop")
@role_needed(*FOLLOWERS)
def stop(run_id: int) -> ResponseReturnValue:
    """Stop a run that is under way."""
    stop_dossiers(services().engine, run_id)
    return redirect(url_for(".index"), code=303)


@bp.get("/<int:run_id>/progress")
def progress(run_id: int) -> ResponseReturnValue:
    """Send how far a run is; once it is over, have the browser show what came of it."""
    with read_session() as session:
        row = _run(existing_run(session, run_id))
    answer = make_response(render_template("dossiers/_progress.html", run=row))
    if not row["under_way"]:
        answer.headers["HX-Refresh"] = "true"
    return answer


@bp.get("/<int:run_id>.zip")
def download(run_id: int) -> ResponseReturnValue:
    """Send the file of a run."""
    with read_session() as session:
        run = existing_run(session, run_id).DossierRun
        name = f"{run.place}{_('dossiers')}-{run.asked_at:%Y-%m-%d}.zip"
    path = dossiers_path(services().settings, run_id)
    if run.sha256 is None or run.removed_at is not None or not path.exists():
        raise NotFoundError(N_("There are no such dossiers."))
    return send_file(path, as_attachment=True, download_name=file_name(name), max_age=0)


def _page(*, error: str | None = None) -> str:
    held = register()
    values = request.form if request.method == "POST" else request.args
    places = place_filter(held.versions, values=values)
    which = values.get("which", WHICH[0])
    with read_session() as session:
        runs = [_run(row) for row in recent_runs(session, most=_MOST_RUNS)]
    each = next((run["each"] for run in runs if run["each"] is not None), None)
    code = places.town or places.county
    count = len(villages_of(held, code, which)) if which in WHICH else 0
    return render_template(
        "dossiers/index.html",
        filters={
            "county": places.county,
            "town": places.town,
            "which": which,
            "kind": values.get("kind", FILE_KINDS[0]),
        },
        counties=places.counties,
        towns=places.towns,
        whichs=[(code, _(text)) for code, text in _WHICH_WORDS.items()],
        kinds=list(_FILE_WORDS.items()),
        count=count,
        minutes=None if each is None else max(1, round(each * count / 60)),
        runs=runs,
        under_way=any(run["under_way"] for run in runs),
        most_kept=MOST_KEPT,
        may_make=may_follow(),
        stored=not held.villages.empty,
        error=error,
    )


def _run(row: Any) -> dict[str, Any]:
    """Return a run as templates show it."""
    run, job = row.DossierRun, job_values(row.Job)
    under_way = row.Job.state in _UNDER_WAY
    has_file = run.sha256 is not None and run.removed_at is None
    each = run.seconds / run.made if run.seconds and run.made else None
    left = None
    if under_way and job is not None and job["done"]:
        left = round(job["seconds"] / job["done"] * (job["total"] - job["done"]))
    return {
        "run_id": run.id,
        "place": run.place,
        "which": _(_WHICH_WORDS[run.which]),
        "kind": _FILE_WORDS[run.file_kind],
        "asked_at": run.asked_at,
        "username": row.username,
        "under_way": under_way,
        "job": job,
        "seconds_left": left,
        "failure": shown(row.Job.error) or None,
        "made": run.made,
        "left_out": [
            {
                "name": one["name"],
                "url": url_for("villages.show", unit_id=one["unit_id"]),
                "reason": shown(one["reason"]),
            }
            for one in run.left_out or []
        ],
        "seconds": run.seconds,
        "each": each,
        "size_mb": run.size / 1_000_000 if run.size else None,
        "url": url_for("dossiers.download", run_id=run.id) if has_file else None,
        "is_removed": run.removed_at is not None,
    }
