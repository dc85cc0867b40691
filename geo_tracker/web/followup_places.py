"""Where the lists of visits and incidents look: a place, a village with its former ones, a name."""

from dataclasses import dataclass
from typing import Any

from flask import request

from geo_tracker.web.filters import PlaceFilter, matching_names, place_filter
from geo_tracker.web.followup_forms import asked_text, number_in
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register
from geo_tracker.web.village_links import map_url, village_link

MOST_TYPED = 60


@dataclass(frozen=True)
class AskedPlace:
    """What an address asks for.

    Attributes
    ----------
    places : PlaceFilter
        Counties and towns to choose from.
    village : dict or None
        The village, as `village_link`.
    units : list of int or None
        The villages of place and village, former and present ones; None for all.
    query : str
        What was typed.
    named_units : list of int
        The villages that it means.
    """

    places: PlaceFilter
    village: dict[str, Any] | None
    units: list[int] | None
    query: str
    named_units: list[int]


def asked_place(held: Register) -> AskedPlace:
    """Read what the address asks for; what nothing offers is dropped."""
    places = place_filter(held.versions)
    village = village_link(held.units, number_in(request.args, "unit"))
    units: set[int] | None = None
    if places.county:
        units = set(places.applied(held.places).index)
    if village is not None:
        whole = set(units_of_village(held, village["unit_id"]))
        units = whole if units is None else units & whole
    query = asked_text("q")[:MOST_TYPED]
    return AskedPlace(
        places=places,
        village=village,
        units=None if units is None else sorted(int(unit) for unit in units),
        query=query,
        named_units=matching_names(held.versions, query)["unit_id"].unique().tolist(),
    )


def units_of_village(held: Register, unit_id: int) -> list[int]:
    """Return a former village; of one of today it and all former ones that belong to it."""
    belongs = held.places["present_unit_id"] == unit_id
    return sorted({unit_id, *(int(unit) for unit in belongs.index[belongs])})


def place_values(held: Register, unit_id: int) -> dict[str, Any]:
    """Return what rows show of a village.

    Returns
    -------
    dict
        ``village`` and ``present`` (of a former one: the village of today; as `village_link`, None
        where not known), ``county``, ``town``, ``map_url`` (None where not known).
    """
    village = village_link(held.units, unit_id)
    if village is None:
        return dict.fromkeys(("village", "present", "county", "town", "map_url"))
    place = held.places.loc[unit_id]
    later = int(place["present_unit_id"])
    return {
        "village": village,
        "present": village_link(held.units, later) if later != unit_id else None,
        "county": or_none(place["county"]),
        "town": or_none(place["town"]),
        "map_url": map_url(unit_id),
    }
