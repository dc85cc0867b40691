"""后进村评议: reviews of lagging villages, each with the list it was opened over."""

from typing import Any
from urllib.parse import quote

import pandas as pd
from flask import Blueprint, Response, flash, make_response, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.lag_periods import (
    all_periods,
    decision_counts,
    decisions_in,
    existing_lag_period,
    open_lag_period,
)
from geo_tracker.db.models import LagPeriod, LagReview
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.followup.lag_decisions import DECISIONS
from geo_tracker.followup.lag_lines import DOMAINS, domain_points
from geo_tracker.indicators.lag_flags import FLAGS
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, today
from geo_tracker.web.context import read_session, services
from geo_tracker.web.filters import chosen_code, place_filter
from geo_tracker.web.followup_forms import typed
from geo_tracker.web.lag import (
    STANDINGS,
    UNRANKED,
    domain_parts,
    names_of,
    narrowed,
    score_values,
    shown_lag,
    standing_choices,
)
from geo_tracker.web.lag_words import decision_word
from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.register import register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.lag import FORMERS, VILLAGES
from geo_tracker.workflows.lag_review import (
    LONGEST_TITLE,
    close_lag_review,
    open_lag_review,
)
from geo_tracker.workflows.lag_snapshot import KeptLag, frozen_lag, kept_lag

bp = Blueprint("lag_reviews", __name__, url_prefix="/lagging/reviews")

UNDECIDED = "undecided"

_LISTS = {FORMERS: N_("Former villages"), VILLAGES: N_("Villages of today")}


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the reviews."""
    return _index()


def _index(*, error: str | None = None) -> str:
    with read_session() as session:
        found, counts = all_periods(session), decision_counts(session)
    may_open = current_user.role == "admin" and all(row.LagPeriod.closed_at for row in found)
    return render_template(
        "lagging/reviews.html",
        periods=[
            period_values(row.LagPeriod)
            | {"opened_by": row.opened_by, "closed_by": row.closed_by}
            | {"counts": _counts(row.LagPeriod.id, counts)}
            for row in found
        ],
        freezing=_freezing() if may_open else None,
        is_admin=current_user.role == "admin",
        typed_title=typed("title"),
        longest=LONGEST_TITLE,
        error=error,
    )


def period_values(period: LagPeriod) -> dict[str, Any]:
    """Return a review as pages show it, without its list."""
    names = ("id", "title", "year", "data_on", "sha256", "opened_at", "closed_at")
    return {name: getattr(period, name) for name in names}


def open_review() -> dict[str, Any] | None:
    """Return the review that is open, as `period_values`; None where none is."""
    with read_session() as session:
        period = open_lag_period(session)
        return None if period is None else period_values(period)


def _counts(period_id: int, counts: dict[tuple[int, str], int]) -> list[dict[str, Any]]:
    return [
        {
            "text": shown(text),
            "count": counts.get((period_id, code), 0),
            "url": url_for(".show", period_id=period_id, decision=code),
        }
        for code, text in DECISIONS.items()
    ]


def _freezing() -> dict[str, Any]:
    """Return what a review opened now would freeze."""
    held, lag = register(), shown_lag().lag
    return {
        "year": held.data_on.year,
        "data_on": held.data_on,
        "today": today(),
        "indicators": len(lag.indicators),
        "formers": len(lag.formers.scores),
        "villages": len(lag.villages.scores),
        "ranked": int(lag.formers.scores["score"].notna().sum()),
        "rules_url": url_for("rules.show", year=held.data_on.year, _anchor="lag_indicators"),
    }


@bp.post("/")
@role_needed("admin")
def start() -> ResponseReturnValue:
    """Open a review over the list as it stands."""
    held = register()
    try:
        frozen = frozen_lag(shown_lag().lag, held.units, rules=held.rules, data_on=held.data_on)
        period_id = open_lag_review(
            services().engine,
            frozen,
            title=typed("title"),
            year=held.data_on.year,
            data_on=held.data_on,
            actor=actor(),
        )
    except (InputError, ConflictError) as refused:
        status = 422 if isinstance(refused, InputError) else 409
        return make_response(_index(error=shown(refused.message)), status)
    flash(_("The review is open; its list does not change any more."), "success")
    return redirect(url_for(".show", period_id=period_id), code=303)


@bp.post("/<int:period_id>/close")
@role_needed("admin")
def close(period_id: int) -> ResponseReturnValue:
    """Close a review for good."""
    close_lag_review(services().engine, period_id, actor=actor())
    flash(_("The review is closed."), "success")
    return redirect(url_for(".show", period_id=period_id), code=303)


@bp.get("/<int:period_id>")
def show(period_id: int) -> ResponseReturnValue:
    """Show the list of a review as it was frozen, with what was decided so far."""
    with read_session() as session:
        period = existing_lag_period(session, period_id)
        decided = decisions_in(session, period_id)
    kept = kept_lag(services().engine, period_id)
    which = chosen_code("list", _LISTS, default=FORMERS)
    side = kept.villages if which == VILLAGES else kept.formers
    places = place_filter(kept.places)
    standing = chosen_code("standing", (*STANDINGS, UNRANKED))
    decision = chosen_code("decision", (*DECISIONS, UNDECIDED))
    reason = chosen_code("reason", FLAGS)
    rows = narrowed(places.applied(side), standing=standing, reason=reason)
    rows = _decided_so(rows, decided, decision)
    page = paged(rows.sort_values(["rank", "county_code", "town_code", "stat_code"]))
    place = {"county": places.county, "town": places.town}
    return render_template(
        "lagging/review.html",
        period=period_values(period),
        filters=place
        | {"list": which, "standing": standing, "decision": decision, "reason": reason},
        lists=[(code, _(text)) for code, text in _LISTS.items()],
        counties=places.counties,
        towns=places.towns,
        standings=standing_choices(),
        decisions=[
            *((code, shown(text)) for code, text in DECISIONS.items()),
            (UNDECIDED, _("not decided yet")),
        ],
        reasons=[(code, shown(text)) for code, text in FLAGS.items()],
        domains=[(code, shown(text)) for code, text in DOMAINS.items()],
        summary=_summary(kept, decided, period_id),
        rows=[_row(row, period_id, decided) for row in page.rows.reset_index().to_dict("records")],
        page=page,
        of_formers=which == FORMERS,
        may_close=current_user.role == "admin" and period.closed_at is None,
    )


def _decided_so(rows: pd.DataFrame, decided: dict[int, LagReview], decision: str) -> pd.DataFrame:
    if decision == UNDECIDED:
        rows = rows[~rows.index.isin(list(decided))]
    elif decision:
        units = [unit for unit, review in decided.items() if review.decision == decision]
        rows = rows[rows.index.isin(units)]
    return rows


def _summary(kept: KeptLag, decided: dict[int, LagReview], period_id: int) -> list[dict[str, Any]]:
    """Count former villages by how sure they lag, and what was decided of each kind."""
    table = kept.formers
    found = []
    for code, text in list(STANDINGS.items())[:2]:
        units = table.index[table["standing"] == code]
        found.append(
            {
                "text": shown(text),
                "count": len(units),
                "decided": sum(unit in decided for unit in units),
                "url": url_for(".show", period_id=period_id, standing=code),
                "open_url": url_for(
                    ".show", period_id=period_id, standing=code, decision=UNDECIDED
                ),
            }
        )
    return found


def _row(row: dict[str, Any], period_id: int, decided: dict[int, LagReview]) -> dict[str, Any]:
    unit_id, scored = int(row["unit_id"]), score_values(row)
    is_ranked = scored["score"] is not None
    review = decided.get(unit_id)
    return scored | {
        "unit_id": unit_id,
        "name": row["name"],
        "url": url_for("lag_review.show", period_id=period_id, unit_id=unit_id),
        "merged": or_none(row.get("merged_name")),
        "county": row["county"],
        "town": row["town"],
        "parts": domain_parts(domain_points(row["contributions"])) if is_ranked else [],
        "hidden": bool(or_none(row.get("hidden"))),
        "missing": [] if is_ranked else names_of(row["missing"]),
        "decision": review.decision if review else None,
        "decision_text": decision_word(review.decision if review else None),
        "helper_unit": review.helper_unit if review else None,
        "due_on": review.due_on if review else None,
    }


@bp.get("/<int:period_id>/list.csv")
def table(period_id: int) -> ResponseReturnValue:
    """Send the list as the table that was kept: the same file every time."""
    return _sent(period_id, "csv")


@bp.get("/<int:period_id>/list.json")
def snapshot(period_id: int) -> ResponseReturnValue:
    """Send the list as it is kept; its fingerprint is the one the page shows."""
    return _sent(period_id, "json")


def _sent(period_id: int, kind: str) -> Response:
    with read_session() as session:
        period = existing_lag_period(session, period_id, whole=True)
    if kind == "csv":
        answer = Response(period.table_csv.encode("utf-8-sig"), mimetype="text/csv")
    else:
        answer = Response(period.snapshot.encode("utf-8"), mimetype="application/json")
    name = quote(f"{period.title}.{kind}", safe="")
    # Only the second form of the name may hold Chinese.
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"list.{kind}\"; filename*=UTF-8''{name}"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
