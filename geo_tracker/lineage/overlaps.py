"""The ground that old and new villages share."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.crs import area_crs, in_crs
from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_
from geo_tracker.lineage.hilbert import hilbert_positions
from geo_tracker.lineage.sizes import Sizes, unit_sizes
from geo_tracker.parallel import in_threads

_PAIRS_AT_ONCE = 100_000

FLAT_M = 1e-9
"""Pieces that an intersection has left no longer than this have no shape."""


def overlap_shares(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure the ground each pair of old and new villages shares.

    Parameters
    ----------
    before, after : GeoDataFrame
        Valid polygons in any CRS, indexed by unique ``unit_id``.

    Returns
    -------
    DataFrame
        One row per pair that meets: ``from_id``, ``to_id``, ``shared_m2``, ``share_of_from`` and
        ``share_of_to`` in 0–1, ``thickness_m`` (2·area/perimeter of the shared part, near its
        width where it is a strip), ``thickest_m`` (the same of its thickest piece),
        ``compactness`` (16·area/perimeter² of that piece, 1 for a square), ``thinner_m``
        (2·area/perimeter of the thinner of the two villages), ``place`` (position on a Hilbert
        curve). Pairs that only touch share 0: they tell how well borders agree. Inputs stay
        unchanged.

    Raises
    ------
    UnusableLayerError
        If either layer has no CRS.

    Notes
    -----
    Areal weights of Goodchild & Lam (1980), measured where areas are true (`area_crs`). Slivers
    are kept; `real_links` decides what counts. Villages taken whole and neighbours that only
    touch are told apart first by prepared predicates, which cost a quarter of an intersection;
    intersections are shared among the processor's cores.
    """
    if before.crs is None or after.crs is None:
        raise UnusableLayerError(N_("The layer has no coordinate system."))
    crs = area_crs(before)
    layers = in_crs(before, crs), in_crs(after, crs)
    old, new = (layer.geometry.to_numpy() for layer in layers)
    pairs = measured_pairs(old, new, *shapely.STRtree(new).query(old, predicate="intersects"))
    sizes = [unit_sizes(layer, crs) for layer in layers]
    return shares_of_pairs(pairs, before.index, after.index, *sizes)


def measured_pairs(old: Any, new: Any, from_at: Any, to_at: Any) -> pd.DataFrame:
    """Intersect pairs of polygons.

    Parameters
    ----------
    old, new : array of Polygon or MultiPolygon
        Valid, in one CRS whose areas are true.
    from_at, to_at : array of int
        Positions of the pairs in them.

    Returns
    -------
    DataFrame
        In the order of the pairs: ``from_at``, ``to_at``, ``shared_m2``, ``thickness_m``,
        ``thickest_m``, ``compactness``.
    """
    shared = _shared_ground(old[from_at], new[to_at])
    return pd.DataFrame({"from_at": from_at, "to_at": to_at, **_measures(shared)})


def shares_of_pairs(
    pairs: pd.DataFrame, old_ids: pd.Index, new_ids: pd.Index, old: Sizes, new: Sizes
) -> pd.DataFrame:
    """Return measured pairs as `overlap_shares` does; further columns of theirs stay."""
    from_at, to_at = pairs["from_at"].to_numpy(), pairs["to_at"].to_numpy()
    area = pairs["shared_m2"].to_numpy()
    facts = {
        "from_id": old_ids.to_numpy()[from_at],
        "to_id": new_ids.to_numpy()[to_at],
        "shared_m2": area,
        "share_of_from": np.minimum(area / old.area_m2[from_at], 1.0),
        "share_of_to": np.minimum(area / new.area_m2[to_at], 1.0),
        "thickness_m": pairs["thickness_m"].to_numpy(),
        "thickest_m": pairs["thickest_m"].to_numpy(),
        "compactness": pairs["compactness"].to_numpy(),
        "thinner_m": np.minimum(old.thickness_m[from_at], new.thickness_m[to_at]),
        "place": _places(old, new, from_at, to_at),
    }
    others = pairs.columns.difference([*facts, "from_at", "to_at"])
    return pd.DataFrame(facts | {name: pairs[name].to_numpy() for name in others})


def _shared_ground(old: Any, new: Any) -> Any:
    """Intersect pairs that meet; pairs that only touch are None."""
    shapely.prepare(new)
    whole: Any = shapely.covers(new, old)
    partly: Any = ~whole
    partly[partly] = ~shapely.touches(new[partly], old[partly])
    shared: Any = np.where(whole, old, None)
    at = np.flatnonzero(partly)
    shared[at] = in_threads(lambda part: _intersections(old[part], new[part]), at)
    return shared


def _intersections(old: Any, new: Any) -> Any:
    """Intersect pairs; what a reprojection has folded over by a hair is mended first."""
    try:
        return shapely.intersection(old, new)
    except shapely.errors.GEOSException:
        return shapely.intersection(*(_mended(shapes) for shapes in (old, new)))


def _mended(shapes: Any) -> Any:
    return np.where(shapely.is_valid(shapes), shapes, shapely.make_valid(shapes))


def thickness_m(shapes: Any) -> Any:
    """Return 2·area/perimeter of polygons with area, in metres."""
    return 2 * shapely.area(shapes) / shapely.length(shapes)


def _measures(shared: Any) -> dict[str, Any]:
    """Measure shared ground: whole, and its thickest piece, which tells most about it."""
    count = len(shared)
    # Where borders also run along each other, the intersection holds lines beside its polygons.
    pieces, owner = shapely.get_parts(shared, return_index=True)
    ground = shapely.get_dimensions(pieces) == 2
    pieces, owner = pieces[ground], owner[ground]
    inner, of_piece = shapely.get_parts(pieces, return_index=True)
    owner = owner[of_piece]
    area, length = shapely.area(inner), shapely.length(inner)
    thick = np.divide(2 * area, length, out=np.zeros(len(area)), where=length > 0)
    whole, around = (np.bincount(owner, weights=of, minlength=count) for of in (area, length))
    order = np.lexsort((thick, owner))
    last = order[np.flatnonzero(np.diff(owner[order], append=count))]
    thickest, compactness = np.zeros(count), np.zeros(count)
    thickest[owner[last]] = thick[last]
    around_it = np.maximum(length[last], FLAT_M)
    compactness[owner[last]] = 16 * area[last] / around_it**2
    return {
        "shared_m2": whole,
        "thickness_m": np.divide(2 * whole, around, out=np.zeros(count), where=around > 0),
        "thickest_m": thickest,
        "compactness": compactness,
    }


def _places(old: Sizes, new: Sizes, from_at: Any, to_at: Any) -> Any:
    """Return where pairs meet: the centre of what their bounds share, along a Hilbert curve."""
    if not len(from_at):
        return np.zeros(0, dtype=np.int64)
    centres = np.empty((len(from_at), 2))
    parts = [slice(at, at + _PAIRS_AT_ONCE) for at in range(0, len(centres), _PAIRS_AT_ONCE)]
    for some in parts:
        one, other = old.bounds[from_at[some]], new.bounds[to_at[some]]
        low, high = np.maximum(one[:, :2], other[:, :2]), np.minimum(one[:, 2:], other[:, 2:])
        centres[some] = (low + high) / 2
    around = [*centres.min(axis=0), *centres.max(axis=0)]
    return np.concatenate([hilbert_positions(centres[some], around) for some in parts])
