"""沿革: who became whom, as village pages tell it, and the faults in what is stored."""

from typing import Any

import pandas as pd
from flask import Blueprint, redirect, render_template, url_for
from flask.typing import ResponseReturnValue

from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.provenance import cited, provenance
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import shown
from geo_tracker.web.village_links import village_link, village_node

bp = Blueprint("lineage", __name__, url_prefix="/lineage")


@bp.get("/")
def conflicts() -> ResponseReturnValue:
    """Lead old links on: conflicts are cases of the review."""
    return redirect(url_for("review.index", reason="conflict"), code=301)


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


def said_by(edge: dict[str, Any]) -> str:
    """Return what a link is known from: ``both``, ``table``, ``geometry`` or ``person``."""
    if not (edge["said_by_table"] or edge["said_by_geometry"]):
        return "person"
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
            "known_from": edge["method"] if edge["method"] == "person" else said_by(edge),
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


def merger_event(edge: dict[str, Any]) -> dict[str, Any]:
    """Return the change event of a link as templates show it."""
    return {
        "event_type": edge["event_type"],
        "effective_on": edge["effective_on"],
        "document_no": or_none(edge["document_no"]),
        "status": edge["status"],
        "cited": cited(edge["basis"]),
    }
