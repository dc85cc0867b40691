"""Names of villages and the ways to them, as lists and pages show them."""

from typing import Any

import pandas as pd
from flask import url_for

from geo_tracker.web.money import or_none

PLACE = ["county_code", "county", "town_code", "town"]


def village_link(units: pd.DataFrame, unit_id: Any) -> dict[str, Any] | None:
    """Return ``unit_id`` and ``name`` of a village, or None where it is not known."""
    known_id = or_none(unit_id)
    if known_id is None or known_id not in units.index:
        return None
    return {"unit_id": int(known_id), "name": units.at[known_id, "name"]}


def village_node(units: pd.DataFrame, unit_id: int, *, here: int) -> dict[str, Any]:
    """Return a village in a lineage: ``unit_id``, ``name``, ``code``, ``here`` (is this page's)."""
    return {
        "unit_id": int(unit_id),
        "name": units.at[unit_id, "name"],
        "code": or_none(units.at[unit_id, "stat_code"]),
        "here": unit_id == here,
    }


def map_url(unit_id: Any) -> str:
    """Return the address of the map with a village in hand."""
    return url_for("map.show", village=int(unit_id))
