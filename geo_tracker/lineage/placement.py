"""Coordinates that are right numbers in the wrong place: swapped axes, another zone."""

from collections.abc import Iterator
from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import shapely
from pyproj import CRS

from geo_tracker.crs import in_crs
from geo_tracker.language import N_, Message
from geo_tracker.lineage.displacement import agreeing_votes

_ZONES_OFF_DEGREES = (-6, -3, 3, 6)
_MERIDIAN = "Longitude of natural origin"


@dataclass(frozen=True)
class Misplacement:
    """A layer that fits the other only when its coordinates are read otherwise.

    Attributes
    ----------
    cause : Message
        What is wrong with which layer.
    before, after : GeoDataFrame
        Both layers in the CRS of the comparison, the wrong one put right.
    votes : int
        Units that look alike where both now lie.
    """

    cause: Message
    before: gpd.GeoDataFrame
    after: gpd.GeoDataFrame
    votes: int


def misplacement(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, crs: CRS
) -> Misplacement | None:
    """Find out whether one of two layers that do not fit has swapped axes or the wrong zone.

    Parameters
    ----------
    before, after : GeoDataFrame
        Valid polygons in the CRS that their files state.
    crs : CRS
        Where they are compared, in metres.

    Returns
    -------
    Misplacement or None
        None where no other reading makes them fit.
    """
    old, new = in_crs(before, crs), in_crs(after, crs)
    found = [
        Misplacement(cause, read, new, len(agreeing_votes(read, new)))
        for cause, read in _readings(before, crs, N_("the earlier layer"))
    ]
    found += [
        Misplacement(cause, old, read, len(agreeing_votes(old, read)))
        for cause, read in _readings(after, crs, N_("the later layer"))
    ]
    best = max(found, key=lambda reading: reading.votes, default=None)
    return best if best is not None and best.votes else None


def _readings(
    layer: gpd.GeoDataFrame, crs: CRS, which: str
) -> Iterator[tuple[Message, gpd.GeoDataFrame]]:
    layer_of = {"layer": Message(which)}
    swapped = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    yield from _placed(
        Message(N_("%(layer)s has its axes swapped: northing or latitude comes first"), layer_of),
        layer.set_geometry(swapped, crs=layer.crs),
        crs,
    )
    for meridian, zone in _other_zones(layer.crs):
        yield from _placed(
            Message(
                N_("%(layer)s lies in another zone: its central meridian is %(meridian)s°"),
                {**layer_of, "meridian": f"{meridian:g}"},
            ),
            layer.set_crs(zone, allow_override=True),
            crs,
        )


def _other_zones(crs: CRS) -> Iterator[tuple[float, CRS]]:
    """Yield the neighbours of a transverse Mercator zone, by their central meridians."""
    about = crs.to_json_dict()
    conversion = about.get("conversion", {})
    if conversion.get("method", {}).get("name") != "Transverse Mercator":
        return
    about.pop("id", None)
    (stated,) = (part for part in conversion["parameters"] if part["name"] == _MERIDIAN)
    middle = stated["value"]
    for degrees in _ZONES_OFF_DEGREES:
        stated["value"] = middle + degrees
        yield middle + degrees, CRS.from_json_dict(about)


def _placed(
    cause: Message, layer: gpd.GeoDataFrame, crs: CRS
) -> Iterator[tuple[Message, gpd.GeoDataFrame]]:
    placed = in_crs(layer, crs)
    if np.isfinite(placed.total_bounds).all():
        yield cause, placed
