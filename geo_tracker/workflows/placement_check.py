"""Whether a new layer lies where the register knows villages, and where else it could lie."""

from dataclasses import asdict, dataclass
from datetime import date
from math import atan2, cos, degrees, hypot, radians
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
import sqlalchemy as sa
from pyproj import CRS

from geo_tracker.crs import AREA_CRS, STORAGE_CRS, in_crs, transformer
from geo_tracker.db import reading
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.layers import layer_villages
from geo_tracker.gcj02 import gcj02_offset
from geo_tracker.importing.crs_guess import (
    Bounds,
    MissingCrsError,
    Proposal,
    crs_proposals,
    distance_km,
    ranked,
)
from geo_tracker.importing.layers import BoundaryLayer
from geo_tracker.importing.provinces import province_of
from geo_tracker.importing.readings import read_as
from geo_tracker.language import N_, Message
from geo_tracker.lineage.displacement import agreeing_votes
from geo_tracker.maps.proposals import outline, proposal_svg
from geo_tracker.packed import PackedLayer

PICTURED = 6
"""Proposals that get a picture; further ones are listed."""

_AWAY_KM = 20.0
_SAME_AREA = 0.02
_FEWEST_PAIRS = 5
_ALIKE = 0.25
_MOST_OF = 0.6
_SHIFT_M = 20.0
_FARTHEST_M = 3000.0
_M_PER_DEGREE = 111_320.0

_DIRECTIONS = (
    *(N_("north"), N_("north-east"), N_("east"), N_("south-east")),
    *(N_("south"), N_("south-west"), N_("west"), N_("north-west")),
)


@dataclass(frozen=True)
class KnownArea:
    """Where the layer is expected: the villages stored, or the province of its codes.

    ``province`` is None for stored villages, whose polygons ``stored`` has.
    """

    bounds: Bounds
    province: str | None = None
    stored: gpd.GeoDataFrame | None = None


def known_area(engine: sa.Engine, as_of_on: date) -> KnownArea | None:
    """Return the ground of the stored layer nearest in time; None in an empty register."""
    with reading(engine) as session:
        layers = layers_in_order(session)
        if not layers:
            return None
        nearest = min(layers, key=lambda layer: abs((layer.as_of_on - as_of_on).days))
        stored = layer_villages(session, nearest.id)
    if stored.empty:
        return None
    west, south, east, north = (float(edge) for edge in stored.total_bounds)
    return KnownArea((west, south, east, north), stored=stored)


def shown_proposals(
    missing: MissingCrsError, area: KnownArea | None
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    """Return the ways to understand a layer, the likeliest first, and a picture of each.

    Returns
    -------
    list of dict
        ``crs``, ``crs_name``, ``reading``, ``lon``, ``lat``, ``where`` (a message as plain data),
        ``picture`` (its name or None), ``fits`` (whether it falls where it is expected).
    dict
        SVG by name.
    """
    if area is None and missing.layer is not None and "code" in missing.layer:
        province = province_of(missing.layer["code"].tolist())
        area = KnownArea(province[1], province[0]) if province is not None else None
    shapes = None if missing.layer is None else missing.layer.geometry.to_numpy()
    return _drawn(missing.proposals, shapes, area)


def _drawn(
    proposals: list[Proposal], shapes: Any, area: KnownArea | None
) -> tuple[list[dict[str, Any]], dict[str, str]]:
    known = None
    if area is not None:
        known = shapely.box(*area.bounds)
        if area.stored is not None:
            known = outline(area.stored.geometry.to_numpy())
    new = None if shapes is None else outline(shapes)
    shown, pictures = [], {}
    for place, proposal in enumerate(ranked(proposals, area.bounds if area else None)):
        name = f"proposal-{place}"
        svg = proposal_svg(known, _placed(new, proposal)) if place < PICTURED and new else ""
        if svg:
            pictures[name] = svg
        away = distance_km(proposal.lon, proposal.lat, area.bounds) if area else None
        shown.append(
            asdict(proposal)
            | {
                "where": _where(proposal, area).to_json(),
                "picture": name if svg else None,
                "fits": away is not None and away < 1,
            }
        )
    return shown, pictures


def _placed(shape: Any, proposal: Proposal) -> Any:
    to_degrees = transformer(CRS.from_user_input(proposal.crs), STORAGE_CRS)

    def moved(xy: Any) -> Any:
        return np.column_stack(to_degrees.transform(*read_as(xy, proposal.reading).T))

    placed = shapely.transform(shape, moved)
    return placed if np.isfinite(shapely.bounds(placed)).all() else None


def _where(proposal: Proposal, area: KnownArea | None) -> Message:
    if area is None:
        return Message(
            N_("falls at %(lon)s°E, %(lat)s°N"),
            {"lon": f"{proposal.lon:.2f}", "lat": f"{proposal.lat:.2f}"},
        )
    km = distance_km(proposal.lon, proposal.lat, area.bounds)
    there = {"province": area.province} if area.province else {}
    if km < 1:
        if area.province:
            return Message(N_("falls into %(province)s, where the codes belong"), there)
        return Message(N_("falls on the villages already stored"))
    west, south, east, north = area.bounds
    way = _direction(
        (proposal.lon - (west + east) / 2) * cos(radians(proposal.lat)),
        proposal.lat - (south + north) / 2,
    )
    values = {"km": f"{km:,.0f}", "direction": way, **there}
    if area.province:
        return Message(
            N_("falls %(km)s km %(direction)s of %(province)s, where the codes belong"), values
        )
    return Message(N_("falls %(km)s km %(direction)s of the villages already stored"), values)


def _direction(east: float, north: float) -> Message:
    return Message(_DIRECTIONS[round(degrees(atan2(east, north)) / 45) % 8])


def placement(
    layer: BoundaryLayer, area: KnownArea | None
) -> tuple[dict[str, Any] | None, dict[str, str]]:
    """Say how a layer lies against the stored villages, where that is worth a word.

    Returns
    -------
    dict or None
        ``kind`` (``away``, ``gcj02``, ``gcj02_stored``, ``shift``), ``text`` (a message as plain
        data) and, for ``away``, ``proposals`` as of `shown_proposals` that would lie better.
    dict
        SVG by name.
    """
    if area is None or area.stored is None:
        return None, {}
    west, south, east, north = (float(edge) for edge in layer.villages.total_bounds)
    km = distance_km((west + east) / 2, (south + north) / 2, area.bounds)
    if km > _AWAY_KM and not shapely.intersects(
        shapely.box(west, south, east, north), shapely.box(*area.bounds)
    ):
        return _away(layer, area, km)
    return _shifted(layer.villages, area.stored), {}


def _away(
    layer: BoundaryLayer, area: KnownArea, km: float
) -> tuple[dict[str, Any], dict[str, str]]:
    better = [
        proposal
        for proposal in crs_proposals(layer.raw_bounds)
        if distance_km(proposal.lon, proposal.lat, area.bounds) < min(km, _AWAY_KM)
        and proposal.crs != layer.crs
    ]
    west, south, east, north = area.bounds
    lon, lat = (float(middle) for middle in layer.villages.total_bounds.reshape(2, 2).mean(axis=0))
    way = _direction((lon - (west + east) / 2) * cos(radians(lat)), lat - (south + north) / 2)
    text = Message(
        N_("The layer lies %(km)s km %(direction)s of the villages already stored."),
        {"km": f"{km:,.0f}", "direction": way},
    )
    shown, pictures = _drawn(better, _as_in_file(layer), area)
    return {"kind": "away", "text": text.to_json(), "proposals": shown}, pictures


def _as_in_file(layer: BoundaryLayer) -> Any:
    """Return shapes in the coordinates of the file; once they were read otherwise, their box."""
    box = shapely.box(*layer.raw_bounds)
    back = transformer(STORAGE_CRS, CRS.from_user_input(layer.crs))
    shapes = shapely.transform(
        layer.features.geometry.to_numpy(), back.transform, interleaved=False
    )
    same = np.allclose(shapely.total_bounds(shapes), layer.raw_bounds, rtol=1e-6, atol=1e-6)
    return shapes if same else np.array([box])


def _shifted(new: PackedLayer, stored: gpd.GeoDataFrame) -> dict[str, Any] | None:
    at, ways = _ways(new, stored)
    if len(ways) < _FEWEST_PAIRS:
        return None
    offset = _in_metres(np.column_stack(gcj02_offset(at[:, 0], at[:, 1])), at[:, 1])
    size = np.hypot(*offset.T)
    for kind, sign, text in (
        ("gcj02", 1, _LOOKS_GCJ02),
        ("gcj02_stored", -1, _STORED_LOOKS_GCJ02),
    ):
        off = np.hypot(*(ways - sign * offset).T)
        if (off < _ALIKE * size).mean() >= _MOST_OF:
            return _said(kind, text, ways)
    shift = np.median(ways, axis=0)
    length = hypot(*shift)
    close = np.hypot(*(ways - shift).T) < _ALIKE * length
    if length >= _SHIFT_M and close.mean() >= _MOST_OF:
        return _said("shift", _LIES_SHIFTED, ways)
    return None


_LOOKS_GCJ02 = N_(
    "The layer looks like GCJ-02, the shifted coordinates of web maps: %(count)s villages lie"
    " %(metres)s m %(direction)s of where they are stored, just as GCJ-02 would move them."
)
_STORED_LOOKS_GCJ02 = N_(
    "The stored layer looks like GCJ-02, the shifted coordinates of web maps: %(count)s villages"
    " of this file lie %(metres)s m %(direction)s of where they are stored."
)
_LIES_SHIFTED = N_(
    "The layer lies shifted: %(count)s villages lie %(metres)s m %(direction)s of where they are"
    " stored, all alike. Perhaps it is in another coordinate system."
)


def _said(kind: str, text: str, ways: Any) -> dict[str, Any]:
    east, north = (float(part) for part in np.median(ways, axis=0))
    values = {
        "count": f"{len(ways):,}",
        "metres": f"{hypot(east, north):,.0f}",
        "direction": _direction(east, north),
    }
    return {"kind": kind, "text": Message(text, values).to_json(), "proposals": []}


def _ways(new: PackedLayer, stored: gpd.GeoDataFrame) -> tuple[Any, Any]:
    """Return where villages of both layers are stored (degrees), and the way to the new place (m).

    Villages are the same by code, else by a name that both layers have once, and only where the
    area is the same, too: a merged village has moved because it grew.
    """
    old_at, new_at = _pairs(new, stored)
    if len(old_at) >= _FEWEST_PAIRS:
        old_shapes = stored.geometry.to_numpy()[old_at]
        new_shapes = new.outlines.shapes(new_at)
        areas = [shapely.area(in_crs(gpd.GeoDataFrame(geometry=shapes, crs=STORAGE_CRS), AREA_CRS)
                 .geometry.to_numpy()) for shapes in (old_shapes, new_shapes)]  # fmt: skip
        alike = np.abs(areas[1] / areas[0] - 1) < _SAME_AREA
        at = shapely.get_coordinates(shapely.centroid(old_shapes[alike]))
        there = shapely.get_coordinates(shapely.centroid(new_shapes[alike]))
        ways = _in_metres(there - at, at[:, 1])
        near = np.hypot(*ways.T) < _FARTHEST_M
        if near.sum() >= _FEWEST_PAIRS:
            return at[near], ways[near]
    # Nobody goes by the same code or name: villages that look alike tell.
    votes = agreeing_votes(
        *(in_crs(layer[["geometry"]], AREA_CRS) for layer in (stored, new.unpacked()))
    )
    return _from_area_crs(stored, np.asarray(votes).reshape(-1, 2))


def _from_area_crs(stored: gpd.GeoDataFrame, votes: Any) -> tuple[Any, Any]:
    """Return ways of the equal-area CRS as true ones; its north is not north everywhere."""
    lon, lat = (float(middle) for middle in stored.total_bounds.reshape(2, 2).mean(axis=0))
    there = transformer(STORAGE_CRS, AREA_CRS)
    east, north = there.transform(lon, lat)
    to = there.transform(east + votes[:, 0], north + votes[:, 1], direction="INVERSE")
    at = np.tile([lon, lat], (len(votes), 1))
    return at, _in_metres(np.column_stack(to) - at, at[:, 1])


def _pairs(new: PackedLayer, stored: gpd.GeoDataFrame) -> tuple[Any, Any]:
    for column in ("stat_code", "name"):
        old, now = (
            pd.Series(np.arange(len(layer)), index=layer[column].to_numpy())
            for layer in (stored, new)
        )
        once = [s[s.index.notna() & ~s.index.duplicated(keep=False)] for s in (old, now)]
        both = once[0].index.intersection(once[1].index)
        if len(both) >= _FEWEST_PAIRS:
            return once[0][both].to_numpy(), once[1][both].to_numpy()
    return np.array([], dtype=int), np.array([], dtype=int)


def _in_metres(lonlat: Any, lat: Any) -> Any:
    return lonlat * np.column_stack([np.cos(np.radians(lat)), np.ones(len(lonlat))]) * _M_PER_DEGREE
