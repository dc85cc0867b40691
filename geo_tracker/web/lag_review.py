"""One village in a review: why it is listed, what was decided last time, what is decided now."""

import math
from typing import Any

import pandas as pd
from flask import (
    Blueprint,
    abort,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    url_for,
)
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.lag_periods import (
    decisions_about,
    existing_lag_period,
    review_of,
)
from geo_tracker.db.models import FollowupStep, LagReview
from geo_tracker.db.problems import steps_of
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError
from geo_tracker.followup.lag_decisions import DECISIONS
from geo_tracker.followup.lag_lines import BY_CODE, DOMAINS, domain_points
from geo_tracker.followup.problem_states import FOLLOWERS
from geo_tracker.followup.typed_values import typed_day
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, may_follow, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.followup_forms import number_in, typed, values_of
from geo_tracker.web.followup_words import step_note
from geo_tracker.web.lag import domain_parts, names_of, score_values
from geo_tracker.web.lag_reviews import period_values
from geo_tracker.web.lag_words import FIELDS, decided_values, decision_step_text, outcome
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.lag_review import LONGEST, decide
from geo_tracker.workflows.lag_snapshot import kept_lag

bp = Blueprint("lag_review", __name__, url_prefix="/lagging/reviews")

_LONGEST_NAME = 120


@bp.get("/<int:period_id>/<int:unit_id>")
def show(period_id: int, unit_id: int) -> ResponseReturnValue:
    """Show a village of a review."""
    return _page(period_id, unit_id)


@bp.post("/<int:period_id>/<int:unit_id>")
@role_needed(*FOLLOWERS)
def save(period_id: int, unit_id: int) -> ResponseReturnValue:
    """Decide of a village."""
    values = {name: typed(name) for name in FIELDS}
    version = number_in(request.form, "version")
    try:
        given: dict[str, Any] = values | {
            "target_score": _score_of(values["target_score"]),
            "due_on": typed_day(values["due_on"]),
        }
        decide(
            services().engine,
            period_id,
            unit_id,
            given,
            actor=actor(),
            version=version,
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        meanwhile = isinstance(refused, ChangedMeanwhileError)
        page = _page(
            period_id,
            unit_id,
            values=values,
            seen=version if meanwhile else None,
            error=shown(refused.message),
        )
        return make_response(page, 422 if isinstance(refused, InputError) else 409)
    flash(_("The decision was recorded."), "success")
    return redirect(url_for(".show", period_id=period_id, unit_id=unit_id), code=303)


def _score_of(text: str) -> float | None:
    if not text:
        return None
    try:
        score = float(text)
    except ValueError:
        score = math.nan
    if not math.isfinite(score):
        raise InputError(N_("“%(given)s” is no number."), given=text[:40])
    return score


def _page(
    period_id: int,
    unit_id: int,
    *,
    values: dict[str, str] | None = None,
    seen: int | None = None,
    error: str | None = None,
) -> str:
    """Return the page; ``seen``: the version that was shown when somebody else was faster."""
    side = kept_lag(services().engine, period_id).side_of(unit_id)
    if side is None:
        abort(404)
    with read_session() as session:
        period = existing_lag_period(session, period_id)
        review = review_of(session, period_id, unit_id)
        about = decisions_about(session, [unit_id])
        steps = [] if review is None else steps_of(session, LagReview.__tablename__, review.id)
    row, score = side.loc[unit_id], or_none(side.at[unit_id, "score"])
    version = 0 if review is None else review.version
    if values is None:
        values = dict.fromkeys(FIELDS, "")
        if review is not None:
            values = values_of(review, tuple(FIELDS))
    earlier = [one for one in about if one.LagReview.period_id < period_id]
    return render_template(
        "lagging/decide.html",
        period=period_values(period),
        village=_village(unit_id, row, score),
        values=values,
        decisions=[(code, shown(text)) for code, text in DECISIONS.items()],
        units=ledger_day().units,
        longest=LONGEST,
        record_version=version,
        decided=None if review is None else decided_values(review),
        last=_last(earlier[0], score) if earlier else None,
        earlier=[_decided(one) for one in earlier],
        steps=_log(steps),
        changed=[] if seen is None else _log(steps[len(steps) - max(0, version - seen) :]),
        may_decide=may_follow() and period.closed_at is None,
        measures=_measures(period.title, unit_id, row["name"], review),
        error=error,
    )


def _village(unit_id: int, row: pd.Series, score: float | None) -> dict[str, Any]:
    contributions = pd.Series(row["contributions"], dtype=float)
    brought = contributions[contributions > 0].sort_values(ascending=False, kind="stable")
    return score_values(row) | {
        "unit_id": unit_id,
        "name": row["name"],
        "is_former": "merged_name" in row.index,
        "merged": or_none(row.get("merged_name")),
        "county": row["county"],
        "town": row["town"],
        "hidden": bool(or_none(row.get("hidden"))),
        "missing": names_of(row["missing"]),
        "domain_parts": [] if score is None else domain_parts(domain_points(row["contributions"])),
        "indicators": []
        if score is None
        else [
            {
                "name": _(BY_CODE[code].name),
                "unit": _(BY_CODE[code].unit) if BY_CODE[code].unit else None,
                "domain": BY_CODE[code].domain,
                "domain_name": shown(DOMAINS[BY_CODE[code].domain]),
                "value": row["values"][code],
                "points": float(points),
            }
            for code, points in brought.items()
        ],
    }


def _decided(row: Any) -> dict[str, Any]:
    values = decided_values(row.LagReview)
    return values | {"title": row.title, "decided_by": row.decided_by}


def _last(row: Any, score: float | None) -> dict[str, Any]:
    return _decided(row) | outcome(row.LagReview, score)


def past_decisions(unit_id: int) -> list[dict[str, Any]]:
    """Return all that reviews decided of a village, the latest first."""
    with read_session() as session:
        return [_decided(row) for row in decisions_about(session, [unit_id])]


def _log(steps: list[tuple[FollowupStep, str | None]]) -> list[dict[str, Any]]:
    return [
        {
            "at": step.at,
            "username": username,
            "text": decision_step_text(step),
            "note": step_note(step),
        }
        for step, username in reversed(steps)
    ]


def _measures(
    title: str, unit_id: int, village: str, review: LagReview | None
) -> dict[str, str] | None:
    """Return where the measures of a decision are registered, with what it says filled in."""
    if review is None or not may_follow():
        return None
    note = _("Review of lagging villages “%(title)s”", title=title)
    target = review.target or _("%(village)s: measure against lagging", village=village)
    due = "" if review.due_on is None else review.due_on.isoformat()
    until = [_("to be done until %(day)s", day=due)] if due else []
    content = "\n".join((target, " · ".join((note, *until))))
    name = target.splitlines()[0][:_LONGEST_NAME]
    return {
        "problem": url_for("problem_new.show", unit=unit_id, content=content),
        "project": url_for("project_entry.new", unit=unit_id, name=name, note=note, due=due),
    }
