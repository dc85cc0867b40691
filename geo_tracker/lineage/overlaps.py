"""The ground that old and new villages share."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.crs import AREA_CRS, in_crs
from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_


def overlap_shares(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> pd.DataFrame:
    """Measure the ground each pair of old and new villages shares.

    Parameters
    ----------
    before, after : GeoDataFrame
        Valid polygons in any CRS, indexed by unique ``unit_id``.

    Returns
    -------
    DataFrame
        One row per pair that shares area: ``from_id``, ``to_id``, ``shared_m2``,
        ``share_of_from`` and ``share_of_to`` in (0, 1], ``thickness_m`` (2·area/perimeter of the
        shared part, near its width where it is a strip). Inputs stay unchanged.

    Raises
    ------
    UnusableLayerError
        If either layer has no CRS.

    Notes
    -----
    Areal weights of Goodchild & Lam (1980), measured in ``AREA_CRS``. Slivers are kept;
    `classified_changes` decides what counts. Villages taken whole and neighbours that only touch
    are told apart first by prepared predicates, which cost a quarter of an intersection.
    """
    if before.crs is None or after.crs is None:
        raise UnusableLayerError(N_("The layer has no coordinate system."))
    old = in_crs(before, AREA_CRS).geometry.to_numpy()
    new = in_crs(after, AREA_CRS).geometry.to_numpy()
    from_at, to_at = shapely.STRtree(new).query(old, predicate="intersects")
    shared = _shared_ground(old[from_at], new[to_at])
    area = shapely.area(shared)
    kept = area > 0
    from_at, to_at, shared, area = from_at[kept], to_at[kept], shared[kept], area[kept]
    return pd.DataFrame(
        {
            "from_id": before.index.to_numpy()[from_at],
            "to_id": after.index.to_numpy()[to_at],
            "shared_m2": area,
            "share_of_from": np.minimum(area / shapely.area(old)[from_at], 1.0),
            "share_of_to": np.minimum(area / shapely.area(new)[to_at], 1.0),
            "thickness_m": 2 * area / _perimeters_m(shared),
        }
    )


def _shared_ground(old: Any, new: Any) -> Any:
    """Intersect pairs that meet; pairs that only touch are None."""
    shapely.prepare(new)
    whole: Any = shapely.covers(new, old)
    partly: Any = ~whole
    partly[partly] = ~shapely.touches(new[partly], old[partly])
    shared: Any = np.where(whole, old, None)
    shared[partly] = shapely.intersection(old[partly], new[partly])
    return shared


def _perimeters_m(shared: Any) -> Any:
    # Where borders also run along each other, the intersection holds lines beside its polygons.
    parts, owner = shapely.get_parts(shared, return_index=True)
    ground = shapely.get_dimensions(parts) == 2
    return np.bincount(owner[ground], weights=shapely.length(parts[ground]), minlength=len(shared))
