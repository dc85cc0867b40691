"""核查: former villages that need a person, ordered by what hangs on them, and the decisions."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError, NotFoundError
from geo_tracker.language import N_
from geo_tracker.lineage.review import REASONS, STATES, bulk_candidates, bulk_stamp
from geo_tracker.web.context import services
from geo_tracker.web.filters import PlaceFilter, chosen_code, place_filter
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.page import paged
from geo_tracker.web.register import Register, register
from geo_tracker.web.review_case import CaseForm, case_values
from geo_tracker.web.review_words import decision_values
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import moment, shown
from geo_tracker.web.village_links import PLACE, village_link
from geo_tracker.workflows.review import accept_in_bulk, decide

bp = Blueprint("review", __name__, url_prefix="/review")

DECIDING_ROLES = ("admin", "planner")
_ALL = "all"
_STATE_TEXTS = {
    "open": N_("A person is needed"),
    "decided": N_("Decided"),
    "undoubted": N_("Proposed, nothing speaks against it"),
    "agreed": N_("Table and boundaries agree"),
    _ALL: N_("All former villages"),
}
_USUAL_ABOVE = 90
_REASON = "reason"


@dataclass(frozen=True)
class Asked:
    """The cases a request asks for: the filter, and what it finds, in order."""

    places: PlaceFilter
    state: str
    reason: str
    found: pd.DataFrame

    @property
    def values(self) -> dict[str, Any]:
        """The filter as values of an address; what is usual is left out."""
        given = {
            "county": self.places.county,
            "town": self.places.town,
            "state": "" if self.state == "open" else self.state,
            _REASON: self.reason,
        }
        return {name: value for name, value in given.items() if value}


def asked_cases(held: Register, *, state: str | None = None) -> Asked:
    """Return the cases that the request asks for; of one state, if it is given."""
    cases, _stake = held.review
    places = place_filter(held.versions)
    state = state or chosen_code("state", (*STATES, _ALL), default="open")
    reason = chosen_code(_REASON, REASONS)
    found = places.applied(cases.join(held.units[["name", "stat_code", *PLACE]]))
    if state != _ALL:
        found = found[found["state"] == state]
    if reason:
        found = found[[reason in codes for codes in found["reasons"]]]
    return Asked(places, state, reason, found)


@bp.get("/")
def index() -> ResponseReturnValue:
    """List the former villages that need a person, the weightiest first."""
    held = register()
    asked = asked_cases(held)
    page = paged(asked.found)
    return render_template(
        "review/index.html",
        **_filter_values(asked),
        rows=case_rows(held, page.rows, asked.values),
        page=page,
        stake=_stake_values(held),
        stored=not held.formers.empty,
        bulk_url=url_for(".bulk", **_bulk_values(asked)),
        can_decide=current_user.role in DECIDING_ROLES,
    )


def _filter_values(asked: Asked) -> dict[str, Any]:
    return {
        "filters": {
            "county": asked.places.county,
            "town": asked.places.town,
            "state": asked.state,
            _REASON: asked.reason,
        },
        "counties": asked.places.counties,
        "towns": asked.places.towns,
        "states": [(code, _(text)) for code, text in _STATE_TEXTS.items()],
        "reasons": [(code, _(text)) for code, text in REASONS.items()],
    }


def _stake_values(held: Register) -> dict[str, Any]:
    _cases, stake = held.review
    return {"people": stake.people, "budget": yuan(stake.budget_fen)}


def case_rows(held: Register, found: pd.DataFrame, values: dict[str, Any]) -> list[dict[str, Any]]:
    """Return cases as rows of a list."""
    units = held.units
    decided = {
        row["from_unit_id"]: decision_values(row, units)
        for row in _holding(held.decisions, found.index).to_dict("records")
    }
    return [
        {
            "unit_id": int(unit_id),
            "name": row["name"],
            "code": or_none(row["stat_code"]),
            "county": or_none(row["county"]),
            "town": or_none(row["town"]),
            "reasons": [_(REASONS[code]) for code in row["reasons"]],
            "state": row["state"],
            "proposed": [
                link for to in row["proposed"] if (link := village_link(units, to)) is not None
            ],
            "confidence": row["confidence"] if row["proposed"] else None,
            "people": or_none(row["people"]),
            "budget": yuan(row["budget_fen"]),
            "consequence": row["consequence"],
            "decided": decided.get(unit_id),
            "url": url_for(".case", unit_id=unit_id, **values),
        }
        for unit_id, row in found.to_dict("index").items()
    ]


def _holding(decisions: pd.DataFrame, units: pd.Index) -> pd.DataFrame:
    """Return the decisions that hold about some former villages."""
    own = decisions[decisions["from_unit_id"].isin(units) & decisions["superseded_at"].isna()]
    newest = own[own["kind"] != "note"].drop_duplicates("from_unit_id", keep="last")
    return newest[newest["kind"] != "reopen"]


@bp.get("/<int:unit_id>")
def case(unit_id: int) -> ResponseReturnValue:
    """Show one former village: before and after, the evidence, the alternatives, the form."""
    return _case_page(unit_id, CaseForm())


def _case_page(unit_id: int, form: CaseForm, *, problem: str | None = None) -> str:
    held = register()
    if unit_id not in held.review[0].index:
        raise NotFoundError(N_("Village %(id)s did not end, or there is none."), id=unit_id)
    asked = asked_cases(held)
    done = held.decisions[
        held.decisions["decision_id"] == request.args.get("done", type=int, default=0)
    ]
    return render_template(
        "review/case.html",
        **case_values(held, unit_id, form),
        way=_way(asked, unit_id),
        asked=asked.values,
        queue_url=url_for(".index", **asked.values),
        done=None if done.empty else decision_values(done.to_dict("records")[0], held.units),
        problem=problem,
        can_decide=current_user.role in DECIDING_ROLES,
    )


def _way(asked: Asked, unit_id: int) -> dict[str, Any]:
    """Return where a case stands in its list, and the addresses of its neighbours."""
    order = [int(unit) for unit in asked.found.index]
    place = order.index(unit_id) if unit_id in order else None
    before = order[place - 1] if place else None
    after = _next_case(order, unit_id)
    return {
        "number": None if place is None else place + 1,
        "total": len(order),
        "previous_url": url_for(".case", unit_id=before, **asked.values) if before else None,
        "next_url": url_for(".case", unit_id=after, **asked.values) if after else None,
    }


def _next_case(order: list[int], unit_id: int) -> int | None:
    """Return the case after one; of one that is not in the list, the first."""
    if unit_id not in order:
        return order[0] if order else None
    following = order[order.index(unit_id) + 1 :]
    return following[0] if following else None


@bp.post("/<int:unit_id>/decide")
@role_needed(*DECIDING_ROLES)
def decide_case(unit_id: int) -> ResponseReturnValue:
    """Record a decision and go on to the next case."""
    asked = asked_cases(register())
    order = [int(unit) for unit in asked.found.index]
    form = CaseForm.of_request()
    try:
        decision_id = decide(
            services().engine,
            unit_id,
            kind=form.kind,
            user_id=current_user.id,
            revision=request.form.get("revision", ""),
            successor_ids=frozenset(form.ticked),
            note=form.note,
        )
    except ChangedMeanwhileError as refused:
        return _case_page(unit_id, form, problem=_meanwhile(unit_id, shown(refused.message))), 409
    except ConflictError as refused:
        return _case_page(unit_id, form, problem=shown(refused.message)), 409
    except InputError as refused:
        return _case_page(unit_id, form, problem=shown(refused.message)), 422
    if form.kind in {"note", "reopen"}:
        flash(_("The note is kept.") if form.kind == "note" else _("Taken back."), "success")
        return redirect(url_for(".case", unit_id=unit_id, **asked.values), code=303)
    # After the last one the first that is left.
    following = _next_case(order, unit_id) or next(iter(set(order[:1]) - {unit_id}), None)
    if following is None:
        flash(_("The decision is kept; figures follow it. No case is left here."), "success")
        return redirect(url_for(".index", **asked.values), code=303)
    target = url_for(".case", unit_id=following, done=decision_id, **asked.values)
    return redirect(target, code=303)


def _meanwhile(unit_id: int, text: str) -> str:
    """Return what changed since a case was opened: who decided what, or that links are new."""
    held = register()
    own = held.decisions[held.decisions["from_unit_id"] == unit_id]
    if own.empty:
        anew = _("The links were inferred anew; look at them again.")
        return f"{text} {anew}"
    last = decision_values(own.to_dict("records")[-1], held.units)
    said = _(
        "%(name)s on %(at)s: %(decision)s.",
        name=last["username"],
        at=moment(last["at"]),
        decision=last["text"],
    )
    kept = _("What you wrote is still in the form.")
    return " ".join(part for part in (text, said, last["note"], kept) if part)


@bp.get("/bulk")
def bulk() -> ResponseReturnValue:
    """Show how many cases can be accepted from a confidence on, and which."""
    return _bulk_page(register())


@bp.post("/bulk")
@role_needed(*DECIDING_ROLES)
def accept_bulk() -> ResponseReturnValue:
    """Accept the cases that were shown, all of them or none."""
    held = register()
    asked, above, found = _bulk(held)
    stamp = bulk_stamp(found)
    try:
        if request.form.get("stamp") != stamp:
            raise ChangedMeanwhileError(
                N_(
                    "The list has changed since it was shown: %(shown)s villages then, %(now)s now."
                    " Nothing was accepted."
                ),
                shown=request.form.get("count", "")[:10],
                now=len(found),
            )
        accepted = accept_in_bulk(
            services().engine,
            [int(unit) for unit in found.index],
            above=above / 100,
            stamp=stamp,
            user_id=current_user.id,
        )
    except ChangedMeanwhileError as refused:
        return _bulk_page(register(), problem=shown(refused.message)), 409
    flash(_("%(count)s former villages were accepted.", count=accepted), "success")
    return redirect(url_for(".index", **asked.values | {"state": "decided"}), code=303)


def _bulk(held: Register) -> tuple[Asked, float, pd.DataFrame]:
    """Return the filter, the confidence in per cent, and the cases that reach it."""
    asked = asked_cases(held, state=_ALL)
    above = request.args.get("above", type=float)
    # Not a number compares false, too.
    above = above if above is not None and 0 <= above <= 100 else _USUAL_ABOVE
    return asked, above, bulk_candidates(asked.found, above=above / 100)


def _bulk_page(held: Register, *, problem: str | None = None) -> str:
    asked, above, found = _bulk(held)
    page = paged(found)
    open_cases = asked.found["state"].eq("open").sum() - found["state"].eq("open").sum()
    return render_template(
        "review/bulk.html",
        **_filter_values(asked),
        above=f"{above:g}",
        count=len(found),
        left_out=int(open_cases),
        rows=case_rows(held, page.rows, {}),
        page=page,
        stamp=bulk_stamp(found),
        problem=problem,
        action=url_for(".accept_bulk", **_bulk_values(asked), above=f"{above:g}"),
        can_decide=current_user.role in DECIDING_ROLES,
    )


def _bulk_values(asked: Asked) -> dict[str, Any]:
    return {name: text for name, text in asked.values.items() if name != "state"}
