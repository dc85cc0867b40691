"""沿革: who became whom, and the links on which table and ground disagree."""

from typing import Any

import pandas as pd
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.errors import InputError
from geo_tracker.language import N_
from geo_tracker.web.context import services
from geo_tracker.web.filters import chosen_code, place_filter
from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.provenance import cited, provenance
from geo_tracker.web.register import Register, register
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.web.village_figures import parts_of
from geo_tracker.web.village_links import PLACE, map_url, village_link, village_node
from geo_tracker.workflows.lineage import decide_conflict

bp = Blueprint("lineage", __name__, url_prefix="/lineage")

DECIDING_ROLES = ("admin", "planner")
_STATES = ("open", "decided")


@bp.get("/")
def conflicts() -> ResponseReturnValue:
    """List the former villages about which table and ground disagree."""
    return _conflict_page(register(), request.args.get("unit_id", type=int), errors={})


@bp.get("/faults")
def faults() -> ResponseReturnValue:
    """List what the stored lineage says that cannot be right."""
    held = register()
    rows = pd.DataFrame(
        [
            {
                "kind": fault.kind,
                "text": shown(fault.message),
                "villages": [village_link(held.units, unit) for unit in fault.unit_ids],
                "on": fault.on,
                "residual_mu": fault.residual_mu,
            }
            for fault in held.faults
        ]
    )
    page = paged(rows)
    return render_template("lineage/faults.html", rows=page.rows.to_dict("records"), page=page)


@bp.post("/<int:edge_id>/decide")
@role_needed(*DECIDING_ROLES)
def decide(edge_id: int) -> ResponseReturnValue:
    """Record which of the links in conflict a person holds for right."""
    held = register()
    try:
        decide_conflict(
            services().engine,
            edge_id,
            chosen_edge_id=_chosen_edge(),
            reason=request.form.get("reason", ""),
            user_id=current_user.id,
        )
    except InputError as refused:
        edge = held.edges[held.edges["edge_id"] == edge_id]
        if edge.empty:
            raise
        former = int(edge["from_unit_id"].iloc[0])
        return _conflict_page(held, former, errors={edge_id: shown(refused.message)}), 422
    flash(_("The decision is kept; figures follow it from now on."), "success")
    return redirect(url_for(".conflicts"), code=303)


def _chosen_edge() -> int:
    chosen = request.form.get("chosen", type=int)
    if chosen is None:
        raise InputError(N_("Choose one of the villages that are named."))
    return chosen


def _conflict_page(held: Register, unit_id: int | None, *, errors: dict[int, str]) -> str:
    units = held.units
    places = place_filter(held.versions)
    cases = conflict_cases(held).join(units[["stat_code", *PLACE]], on="from_unit_id")
    if unit_id is not None:
        disputed = held.edges[held.edges["conflict"]]
        named = disputed[(disputed[["from_unit_id", "to_unit_id"]] == unit_id).any(axis=1)]
        cases = cases[cases["from_unit_id"].isin(named["from_unit_id"])]
    cases = places.applied(cases)
    state = chosen_code("state", _STATES)
    if state:
        cases = cases[cases["is_decided"] == (state == "decided")]
    page = paged(cases.sort_values(["is_decided", "county_code", "town_code", "stat_code"]))
    return render_template(
        "lineage/conflicts.html",
        filters={"county": places.county, "state": state},
        counties=places.counties,
        village=village_link(units, unit_id),
        cases=[_case(held, units, case) for case in page.rows.to_dict("records")],
        errors=errors,
        can_decide=current_user.role in DECIDING_ROLES,
        page=page,
    )


def conflict_cases(held: Register) -> pd.DataFrame:
    """Return one edge in conflict per former village and event, with ``is_decided``."""
    disputed = held.edges[held.edges["conflict"]]
    # A link that came up after a decision opens the case again.
    undecided_first = disputed.sort_values("decided_at", na_position="first", kind="stable")
    cases = undecided_first.drop_duplicates(["from_unit_id", "event_id"])
    return cases.assign(is_decided=cases["decided_at"].notna())


def _case(held: Register, units: pd.DataFrame, case: dict[str, Any]) -> dict[str, Any]:
    edges = held.edges
    former = case["from_unit_id"]
    rivals = edges[(edges["from_unit_id"] == former) & (edges["event_id"] == case["event_id"])]
    followed = rivals[rivals["accepted"]].sort_values("share_of_from", na_position="first")
    followed_id = None if followed.empty else followed["edge_id"].iloc[-1]
    return {
        "edge_id": case["edge_id"],
        "from_village": {
            **(village_link(units, former) or {}),
            "code": or_none(case["stat_code"]),
            "county": or_none(case["county"]),
            "town": or_none(case["town"]),
        },
        "claims": [
            {
                "edge_id": edge["edge_id"],
                "said_by": _said_by(edge),
                "to": village_node(units, edge["to_unit_id"], here=former),
                "share_of_from": or_none(edge["share_of_from"]),
                "evidence": evidence_texts(edge),
                "source": edge_source(held, edge),
                "accepted": edge["edge_id"] == followed_id,
            }
            for edge in rivals.to_dict("records")
        ],
        "map_url": map_url(former),
        "decided": decision(case),
    }


def _said_by(edge: dict[str, Any]) -> str:
    if edge["said_by_table"] and edge["said_by_geometry"]:
        return "both"
    return "table" if edge["said_by_table"] else "geometry"


def evidence_texts(edge: dict[str, Any]) -> list[str]:
    """Return what speaks for a link, translated; the table's stated basis last."""
    basis = or_none(edge["claim_basis"])
    return [*(shown(text) for text in edge["evidence"]), *([str(basis)] if basis else [])]


def edge_source(held: Register, edge: dict[str, Any]) -> dict[str, Any] | None:
    """Return the source of a link: the table's row where it says so, else the later layer."""
    if or_none(edge["claim_import_id"]) is not None:
        return provenance(
            edge["claim_import_id"],
            sheet="mergers",
            row=edge["claim_row"],
            synthetic=edge["claim_synthetic"],
        )
    layers = {layer.id: layer.import_id for layer in held.layers}
    return provenance(layers.get(edge["after_layer_id"]), sheet="boundaries")


def decision(edge: dict[str, Any]) -> dict[str, Any] | None:
    """Return who decided about a link, when and why, or None."""
    if or_none(edge["decided_at"]) is None:
        return None
    return {
        "username": or_none(edge["decided_by"]),
        "at": edge["decided_at"],
        "reason": or_none(edge["decision_reason"]),
    }


def edge_rows(held: Register, units: pd.DataFrame, unit_id: int) -> list[dict[str, Any]]:
    """Return every link of a village and the links that contradict one of them."""
    edges = held.edges
    touching = edges[(edges["from_unit_id"] == unit_id) | (edges["to_unit_id"] == unit_id)]
    rows = edges[edges["from_unit_id"].isin(touching["from_unit_id"])]
    return [
        {
            "edge_id": edge["edge_id"],
            "from_village": village_node(units, edge["from_unit_id"], here=unit_id),
            "to_village": village_node(units, edge["to_unit_id"], here=unit_id),
            "shared_ha": _hectares(edge["shared_m2"]),
            "share_of_from": or_none(edge["share_of_from"]),
            "share_of_to": or_none(edge["share_of_to"]),
            "known_from": edge["method"] if edge["method"] == "person" else _said_by(edge),
            "confidence": edge["confidence"],
            "evidence": evidence_texts(edge),
            "conflict": edge["conflict"],
            "accepted": edge["accepted"],
            "cited": cited(edge["claim_basis"]) is not None,
            "source": edge_source(held, edge),
            "decided": decision(edge),
        }
        for edge in rows.to_dict("records")
    ]


def _hectares(area_m2: Any) -> float | None:
    known = or_none(area_m2)
    return None if known is None else known / 10_000


def lineage_groups(held: Register, units: pd.DataFrame, unit_id: int) -> list[dict[str, Any]]:
    """Return each merger a village took part in, as what came out of it and what went in."""
    edges = held.followed
    targets = edges.loc[edges["from_unit_id"] == unit_id, "to_unit_id"].tolist()
    if (edges["to_unit_id"] == unit_id).any():
        targets.insert(0, unit_id)
    groups = []
    for target in dict.fromkeys(targets):
        into = edges[edges["to_unit_id"] == target].drop_duplicates("from_unit_id", keep="last")
        by_former = into.set_index("from_unit_id").to_dict("index")
        parts = parts_of(held, units, target)
        groups.append(
            {
                "to": village_node(units, target, here=unit_id),
                "formers": [
                    village_node(units, part, here=unit_id)
                    | {
                        "share_of_from": or_none(by_former[part]["share_of_from"]),
                        "share_of_to": or_none(by_former[part]["share_of_to"]),
                        "conflict": by_former[part]["conflict"]
                        and or_none(by_former[part]["decided_at"]) is None,
                    }
                    for part in parts
                ],
                "event": merger_event(by_former[parts[0]]),
            }
        )
    return groups


def merger_event(edge: dict[str, Any]) -> dict[str, Any]:
    """Return the change event of a link as templates show it."""
    return {
        "event_type": edge["event_type"],
        "effective_on": edge["effective_on"],
        "document_no": or_none(edge["document_no"]),
        "status": edge["status"],
        "cited": cited(edge["basis"]),
    }
