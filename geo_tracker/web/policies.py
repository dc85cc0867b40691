"""政策: support policies, which lagging villages qualify for them, and which have used them."""

from typing import Any
from urllib.parse import quote

import pandas as pd
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.models import Policy
from geo_tracker.db.problems import steps_of
from geo_tracker.errors import NotFoundError
from geo_tracker.followup.policy_conditions import UNKNOWN, YES, unknown_fields
from geo_tracker.language import N_
from geo_tracker.web.actor import may_follow, today
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import PlaceFilter, chosen_code, place_filter
from geo_tracker.web.followup_forms import number_in
from geo_tracker.web.lag import UNRANKED, standing_choices, standing_word
from geo_tracker.web.ledger_exports import XLSX
from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.policy_standing import (
    IN_FORCE,
    LAGGING,
    OPEN,
    STATES,
    USED,
    Standing,
    Used,
    policies_now,
    state_of,
)
from geo_tracker.web.policy_words import (
    STATE_WORDS,
    condition_text,
    field_word,
    policy_log,
    policy_values,
)
from geo_tracker.web.project_forms import wan_text
from geo_tracker.web.register import Register, register
from geo_tracker.web.village_choice import VillageChoice, given_village, village_candidate
from geo_tracker.web.village_links import map_url, village_link
from geo_tracker.workflows.policy_export import policy_workbook
from geo_tracker.workflows.policy_forms import LONGEST

bp = Blueprint("policies", __name__, url_prefix="/policies")

QUALIFIES, UNKNOWN_STATE, ANY_LAGGING = "qualifies", "unknown", "lagging"

_ORDER = list(STATE_WORDS)

_ROW_STATES = {
    OPEN: N_("qualifies, not used"),
    UNKNOWN_STATE: N_("not known whether it qualifies"),
    USED: N_("used"),
    QUALIFIES: N_("qualifies, used or not"),
}
"""Which villages a list may be narrowed to."""

_KINDS = {"former": N_("Former villages"), "today": N_("Villages of today")}

USE_FIELDS = ("used_on", "amount", "document", "note")


@bp.get("/")
def index() -> ResponseReturnValue:
    """List policies, with how many villages of a place qualify for each and have not used it."""
    held, found = register(), policies_now()
    places = place_filter(held.versions)
    state = chosen_code("state", STATE_WORDS)
    chosen = [
        policy
        for policy in found.policies.values()
        if not state or state_of(policy, found.on) == state
    ]
    chosen.sort(key=lambda policy: _ORDER.index(state_of(policy, found.on)))
    inside = places.applied(held.units).index
    return render_template(
        "policies/index.html",
        filters={"county": places.county, "town": places.town, "state": state},
        counties=places.counties,
        towns=places.towns,
        states=[(code, _(text)) for code, (text, _colour) in STATE_WORDS.items()],
        rows=[_policy_row(policy, found, inside, places) for policy in chosen],
        stored=bool(found.policies),
        on=found.on,
        may_record=may_follow(),
    )


def _policy_row(
    policy: Policy, found: Standing, inside: pd.Index, places: PlaceFilter
) -> dict[str, Any]:
    rows = found.villages(policy.id)
    rows = rows[rows.index.isin(inside)]
    holds, lags = rows["outcome"] == YES, rows["is_lagging"]
    place: dict[str, Any] = {"county": places.county, "town": places.town}

    def counted(chosen: pd.Series, **asked: Any) -> dict[str, Any]:
        address = url_for("policies.show", policy_id=policy.id, **place, **asked)
        return {"count": int(chosen.sum()), "url": address}

    stands = state_of(policy, found.on)
    counts = None
    if stands == IN_FORCE:
        counts = {
            "lagging": counted(holds & lags, state=QUALIFIES, standing=ANY_LAGGING),
            "open": counted((rows["state"] == OPEN) & lags, state=OPEN, standing=ANY_LAGGING),
            "all_open": counted(rows["state"] == OPEN, state=OPEN),
            "unknown": counted(rows["state"] == UNKNOWN_STATE, state=UNKNOWN_STATE),
        }
    used = counted(rows["state"] == USED, state=USED)
    return policy_values(policy, stands) | {"counts": counts, "used": used}


@bp.get("/<int:policy_id>")
def show(policy_id: int) -> ResponseReturnValue:
    """Show a policy with the villages that qualify for it."""
    return policy_page(policy_id)


def policy_page(
    policy_id: int,
    *,
    typed: dict[str, str] | None = None,
    village: VillageChoice | None = None,
    errors: dict[str, str] | None = None,
    error: str | None = None,
    seen: int | None = None,
) -> str:
    """Return the page of a policy.

    Parameters
    ----------
    policy_id : int
        The policy.
    typed : dict, optional
        `USE_FIELDS` and ``why`` as typed in a form of the page that was refused.
    village : VillageChoice, optional
        The village of the form about a use.
    errors, error : dict, str, optional
        What is wrong with fields of that form, and with it as a whole; translated.
    seen : int, optional
        The version that was shown when somebody else was faster.

    Raises
    ------
    NotFoundError
        If there is no such policy.
    """
    held, found = register(), policies_now()
    policy = _known(found, policy_id)
    with read_session() as session:
        steps = steps_of(session, Policy.__tablename__, policy_id)
    places, filters, rows = _asked(held, found, policy)
    page = paged(rows)
    asked_unit = number_in(request.args, "unit")
    village = village or given_village(held, asked_unit)
    counts = found.villages(policy_id)["state"].value_counts()
    stands = state_of(policy, found.on)
    is_late = seen is not None and seen < policy.version
    changed = steps[len(steps) - (policy.version - (seen or 0)) :] if is_late else []
    return render_template(
        "policies/show.html",
        policy=policy_values(policy, stands),
        conditions=[condition_text(one) for one in found.conditions[policy_id]],
        on=found.on,
        filters=filters,
        counties=places.counties,
        towns=places.towns,
        standings=[(ANY_LAGGING, _("lagging, firmly or maybe")), *standing_choices()],
        states=[(code, _(text)) for code, text in _ROW_STATES.items()],
        kinds=[(code, _(text)) for code, text in _KINDS.items()],
        counts={code: int(counts.get(code, 0)) for code in STATES},
        rows=_rows(page.rows, held, found, policy),
        # Pages of the answer to a form would be forms again.
        page=page if request.method == "GET" else None,
        may_record=may_follow() and policy.withdrawn_on is None,
        may_take_back=may_follow(),
        values=dict.fromkeys((*USE_FIELDS, "why"), "")
        | {"used_on": today().isoformat(), "amount": wan_text(policy.amount)}
        | (typed or {}),
        village=village,
        known=village_candidate(held, village.unit_id) if village.unit_id else None,
        errors=dict.fromkeys(USE_FIELDS) | (errors or {}),
        error=error,
        longest=LONGEST,
        today=today(),
        steps=policy_log(steps, policy.title),
        changed=policy_log(changed, policy.title),
    )


def _known(found: Standing, policy_id: int) -> Policy:
    policy = found.policies.get(policy_id)
    if policy is None:
        raise NotFoundError(N_("There is no policy %(id)s."), id=policy_id)
    return policy


def _asked(
    held: Register, found: Standing, policy: Policy
) -> tuple[PlaceFilter, dict[str, str], pd.DataFrame]:
    """Return the filters of a policy's list, and its villages in order."""
    places = place_filter(held.versions)
    state = chosen_code("state", _ROW_STATES)
    ranked = [code for code, _text in standing_choices()]
    standing = chosen_code("standing", (ANY_LAGGING, *ranked))
    kind = chosen_code("kind", _KINDS) if policy.level == "both" else ""
    own = ["name", "stat_code", "county_code", "county", "town_code", "town"]
    rows = found.villages(policy.id).join(held.units[own])
    rows = places.applied(rows)
    if kind:
        rows = rows[rows["is_former"] == (kind == "former")]
    if standing == ANY_LAGGING:
        rows = rows[rows["standing"].isin(LAGGING)]
    elif standing:
        rows = rows[rows["score"].isna() if standing == UNRANKED else rows["standing"] == standing]
    if state == QUALIFIES:
        rows = rows[rows["outcome"] == YES]
    elif state:
        rows = rows[rows["state"] == state]
    else:
        rows = rows[rows["state"] != "no"]
    rows = rows.assign(order=rows["state"].map(STATES))
    order = ["order", "rank", "county_code", "town_code", "stat_code"]
    filters = {"county": places.county, "town": places.town, "state": state}
    filters |= {"standing": standing, "kind": kind}
    return places, filters, rows.sort_values(order, kind="stable", na_position="last")


def _rows(
    shown_rows: pd.DataFrame, held: Register, found: Standing, policy: Policy
) -> list[dict[str, Any]]:
    conditions, used = found.conditions[policy.id], found.used.get(policy.id, {})
    unknown = shown_rows.index[shown_rows["outcome"] == UNKNOWN]
    missing = unknown_fields(found.facts, conditions, [int(unit) for unit in unknown])
    present = held.present_units
    return [
        {
            "unit_id": unit_id,
            "name": row["name"],
            "url": url_for("villages.show", unit_id=unit_id),
            "lag_url": url_for("lagging.show", unit_id=unit_id),
            "map_url": map_url(unit_id),
            "use_url": url_for("policies.show", policy_id=policy.id, unit=unit_id, _anchor="use"),
            "merged": village_link(held.units, present.get(unit_id)),
            "is_former": bool(row["is_former"]),
            "county": or_none(row["county"]),
            "town": or_none(row["town"]),
            "score": or_none(row["score"]),
            "rank": or_none(row["rank"]),
            "standing_text": standing_word(row["standing"]),
            "state": row["state"],
            "missing": [field_word(code) for code in missing.get(unit_id, [])],
            "uses": [_use(one, held, unit_id) for one in used.get(unit_id, [])],
        }
        for unit_id, row in shown_rows.to_dict("index").items()
    ]


def _use(one: Used, held: Register, here: int) -> dict[str, Any]:
    names = ("use_id", "version", "on", "amount", "document", "note", "username", "synthetic")
    project = None
    if one.project_id is not None:
        project = url_for("project.show", project_id=one.project_id)
    by = village_link(held.units, one.unit_id) if one.unit_id != here else None
    return {name: getattr(one, name) for name in names} | {"project_url": project, "by": by}


@bp.get("/<int:policy_id>/villages.xlsx")
def table(policy_id: int) -> ResponseReturnValue:
    """Send the villages that the list of a policy shows as a workbook."""
    held, found = register(), policies_now()
    policy = _known(found, policy_id)
    places, _filters, rows = _asked(held, found, policy)
    place = dict(places.counties).get(places.county, "") + dict(places.towns).get(places.town, "")
    content = policy_workbook(
        _rows(rows, held, found, policy),
        title=policy.title,
        place=place,
        on=judging_day(),
        today=today(),
        synthetic=policy.synthetic,
    )
    answer = Response(content, mimetype=XLSX)
    # Only the second form of the name may hold Chinese.
    name = quote(f"{policy.title}-{today().isoformat()}.xlsx", safe="")
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"policy.xlsx\"; filename*=UTF-8''{name}"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
