"""What the page of one case shows: ground before and after, evidence, alternatives, decisions."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import geopandas as gpd
import pandas as pd
from flask import request
from flask_babel import gettext as _
from markupsafe import Markup

from geo_tracker.db.decisions import case_revision
from geo_tracker.db.layers import unit_polygons, villages_in_box
from geo_tracker.db.lineage import claimed_successors
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.lineage.overlaps import overlap_shares
from geo_tracker.lineage.review import REASONS
from geo_tracker.maps.place import PlacePictures, place_extent, place_pictures
from geo_tracker.web.context import read_session
from geo_tracker.web.lineage import edge_source, evidence_texts, said_by
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.register import Layer, Register
from geo_tracker.web.review_words import decision_values
from geo_tracker.web.texts import day
from geo_tracker.web.village_links import map_url

LEAST_SHARE = 0.001
"""Ground shared by less than this share of either village is not listed as an alternative."""

_SHOWN_SHARE = 0.01
_MOST_NUMBERS = 9


@dataclass(frozen=True)
class CaseForm:
    """What somebody filled in."""

    kind: str = ""
    ticked: tuple[int, ...] = ()
    note: str = ""

    @classmethod
    def of_request(cls) -> "CaseForm":
        """Read the form that was sent."""
        ticked = request.form.getlist("to", type=int)
        return cls(request.form.get("kind", ""), tuple(ticked), request.form.get("note", ""))


@dataclass(frozen=True)
class _Ground:
    """Villages about the place in both layers, and what the former one shares with each."""

    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    shares: pd.DataFrame


def case_values(held: Register, unit_id: int, form: CaseForm) -> dict[str, Any]:
    """Return the values that ``templates/review/case.html`` names at its head.

    Parameters
    ----------
    held : Register
        The register.
    unit_id : int
        A former village.
    form : CaseForm
        What to show in the form.
    """
    before, after = _layers_of(held, unit_id)
    edges = held.edges[held.edges["from_unit_id"] == unit_id]
    with read_session() as session:
        revision = case_revision(session, unit_id)
        claimed = claimed_successors(session, unit_id)
        own = villages_in_box(session, before.id, _point_box(held, unit_id)).loc[[unit_id]]
        near = villages_in_box(session, after.id, own.geometry.iloc[0].bounds)
        shares = overlap_shares(own, near).set_index("to_id")
        alternatives = _alternatives(held, edges, shares, claimed)
        shapes = unit_polygons(session, [row["unit_id"] for row in alternatives])
        drawn = {
            row["number"]: shapes[row["unit_id"]]
            for row in alternatives
            if row["unit_id"] in shapes
            and (row["said_by"] or (row["share_of_from"] or 0) >= _SHOWN_SHARE)
        }
        extent, outside = place_extent(own.geometry.iloc[0], drawn)
        ground = _Ground(
            villages_in_box(session, before.id, extent),
            villages_in_box(session, after.id, extent),
            shares,
        )
    row = held.review[0].loc[unit_id]
    unit = held.units.loc[unit_id]
    decisions = held.decisions[held.decisions["from_unit_id"] == unit_id]
    past = [decision_values(one, held.units) for one in decisions.to_dict("records")]
    holding = [one for one in past if not one["superseded"] and one["kind"] != "note"]
    proposed = list(row["proposed"])
    pictures = _pictures(held, unit_id, ground, alternatives, extent, (before, after))
    return {
        "village": {
            "unit_id": unit_id,
            "name": unit["name"],
            "code": or_none(unit["stat_code"]),
            "county": or_none(unit["county"]),
            "town": or_none(unit["town"]),
            "area_ha": unit["area_m2"] / 10_000,
            "people": or_none(row["people"]),
            "budget": yuan(row["budget_fen"]),
            "map_url": map_url(unit_id),
        },
        "state": row["state"],
        "reasons": [_(REASONS[code]) for code in row["reasons"]],
        "confidence": row["confidence"] if proposed else None,
        "consequence": row["consequence"],
        "proposed": [held.units.at[unit, "name"] for unit in proposed],
        "alternatives": alternatives,
        "evidence": [row for row in alternatives if row["evidence"]],
        "pictures": {
            "before": Markup(pictures.before),  # noqa: S704 - made by maps.place, names escaped
            "after": Markup(pictures.after),  # noqa: S704
            "before_on": before.as_of_on,
            "after_on": after.as_of_on,
        },
        "outside": [row["name"] for row in alternatives if row["number"] in outside],
        "decisions": past[::-1],
        "standing": holding[-1] if holding and holding[-1]["kind"] != "reopen" else None,
        "reason_needed": bool(edges["conflict"].any()),
        "form": form,
        "revision": revision,
        "least_share": LEAST_SHARE,
    }


def _layers_of(held: Register, unit_id: int) -> tuple[Layer, Layer]:
    """Return the last layer of a former village, and the one after."""
    last = held.versions.loc[held.versions["unit_id"] == unit_id, "layer_id"].iloc[-1]
    for before, after in pairwise(held.layers):
        if before.id == last:
            return before, after
    raise NotFoundError(N_("Village %(id)s did not end, or there is none."), id=unit_id)


def _point_box(held: Register, unit_id: int) -> tuple[float, float, float, float]:
    lon, lat = held.units.loc[unit_id, ["point_lon", "point_lat"]]
    return (float(lon), float(lat), float(lon), float(lat))


def _alternatives(
    held: Register, edges: pd.DataFrame, shares: pd.DataFrame, claimed: list[int]
) -> list[dict[str, Any]]:
    """Return every village that may be the successor, those that share most ground first."""
    large = shares[["share_of_from", "share_of_to"]].max(axis=1) >= LEAST_SHARE
    on_ground = shares[large].sort_values("share_of_from", ascending=False)
    by_successor = {edge["to_unit_id"]: edge for edge in edges.to_dict("records")}
    units = held.units
    listed = dict.fromkeys([*on_ground.index, *by_successor, *claimed])
    rows = []
    for number, unit in enumerate((unit for unit in listed if unit in units.index), start=1):
        edge = by_successor.get(unit)
        ground = on_ground.loc[unit] if unit in on_ground.index else None
        rows.append(
            {
                "number": number,
                "has_key": number <= _MOST_NUMBERS,
                "unit_id": int(unit),
                "name": units.at[unit, "name"],
                "code": or_none(units.at[unit, "stat_code"]),
                "town": or_none(units.at[unit, "town"]),
                "said_by": said_by(edge) if edge else "table" if unit in claimed else None,
                "shared_ha": None if ground is None else ground["shared_m2"] / 10_000,
                "share_of_from": None if ground is None else float(ground["share_of_from"]),
                "share_of_to": None if ground is None else float(ground["share_of_to"]),
                "confidence": edge["confidence"] if edge and said_by(edge) != "person" else None,
                "evidence": evidence_texts(edge) if edge else [],
                "source": edge_source(held, edge) if edge else None,
                "followed": bool(edge and edge["accepted"]),
            }
        )
    return rows


def _pictures(
    held: Register,
    unit_id: int,
    ground: _Ground,
    alternatives: list[dict[str, Any]],
    extent: tuple[float, float, float, float],
    layers: tuple[Layer, Layer],
) -> PlacePictures:
    numbers = {row["unit_id"]: row["number"] for row in alternatives}
    followed = held.followed
    siblings = followed[followed["from_unit_id"].isin(ground.before.index)]
    groups = {
        int(edge.from_unit_id): numbers[edge.to_unit_id]
        for edge in siblings.itertuples()
        if edge.to_unit_id in numbers and edge.from_unit_id != unit_id
    }
    # A village that lives on is its own successor.
    groups |= {unit: number for unit, number in numbers.items() if unit in ground.before.index}
    name = held.units.at[unit_id, "name"]
    return place_pictures(
        ground.before,
        ground.after,
        former_id=unit_id,
        numbers=numbers,
        groups=groups,
        extent=extent,
        titles=(
            _("%(name)s and its neighbours on %(day)s", name=name, day=day(layers[0].as_of_on)),
            _("The same ground on %(day)s", day=day(layers[1].as_of_on)),
        ),
    )
