"""Two layers in memory, looked at and measured part by part."""

from typing import Any

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_tracker.crs import way_between
from geo_tracker.lineage.chords import Lines, estimated_overlaps
from geo_tracker.lineage.overlaps import measured_pairs
from geo_tracker.lineage.parts import Part, parts_of
from geo_tracker.lineage.sizes import Sizes
from geo_tracker.packed import Layer, shapes_at
from geo_tracker.parallel import each

_NOTHING = (np.zeros(0, dtype=object),) * 2 + (np.zeros(0, dtype=np.int64),) * 2


class LocalGround:
    """Both layers as they are in memory; threads share the parts.

    Parameters
    ----------
    before, after : GeoDataFrame or PackedLayer
        Valid polygons in one CRS.
    old, new : Sizes
        Their sizes.
    crs : CRS
        Where areas are true.
    """

    def __init__(self, before: Layer, after: Layer, old: Sizes, new: Sizes, crs: CRS) -> None:
        self.old, self.new = old, new
        self._layers = before, after
        self._own, self._crs = before.crs, crs
        self._parts = list(parts_of(old, new))

    def estimated(self, lines: Lines) -> pd.DataFrame:
        """Return `estimated_overlaps` of all parts, by positions in the layers."""

        def estimate(part: Part) -> pd.DataFrame:
            old, new = self._shapes(part)
            return placed(estimated_overlaps(old, new, lines), part)

        return together(each(estimate, self._parts))

    def measured(self, from_at: Any, to_at: Any, whole: Any) -> pd.DataFrame:
        """Return `measured_pairs` of some pairs, and of some old units with all they meet."""

        def measure(asked: tuple[Part, Any, Any, Any]) -> pd.DataFrame:
            part, *wanted = self._narrowed(*asked)
            old, new = self._shapes(part)
            return placed(measured_part(old, new, *wanted, own=self._own, crs=self._crs), part)

        asked = wanted_of_parts(self._parts, from_at, to_at, whole)
        return together(each(measure, asked))

    def _narrowed(self, part: Part, from_at: Any, to_at: Any, whole: Any) -> Any:
        """Leave out of a part what is not asked for, so that it need not be decoded."""
        boxes = (
            shapely.box(*self.old.bounds[part.old_at[whole]].T),
            shapely.box(*self.new.bounds[part.new_at].T),
        )
        near = shapely.STRtree(boxes[0]).query(boxes[1])[0]
        olds, news = np.union1d(from_at, whole), np.union1d(to_at, near)
        return (
            Part(part.old_at[olds], part.new_at[news]),
            np.searchsorted(olds, from_at),
            np.searchsorted(news, to_at),
            np.searchsorted(olds, whole),
        )

    def _shapes(self, part: Part) -> tuple[Any, Any]:
        before, after = self._layers
        return shapes_at(before, part.old_at), shapes_at(after, part.new_at)


def wanted_of_parts(
    parts: list[Part], from_at: Any, to_at: Any, whole: Any
) -> list[tuple[Part, Any, Any, Any]]:
    """Return parts with what is to be measured in them, by positions in the part."""
    part_of = np.zeros(sum(len(part.old_at) for part in parts), dtype=np.int64)
    for number, part in enumerate(parts):
        part_of[part.old_at] = number
    of_pairs, of_whole = (_by_part(part_of[at], len(parts)) for at in (from_at, whole))
    return [
        (
            part,
            np.searchsorted(part.old_at, from_at[mine]),
            np.searchsorted(part.new_at, to_at[mine]),
            np.searchsorted(part.old_at, whole[wholes]),
        )
        for part, mine, wholes in zip(parts, of_pairs, of_whole, strict=True)
        if len(mine) or len(wholes)
    ]


def _by_part(part_of: Any, count: int) -> list[Any]:
    """Return which rows belong to each part."""
    order = np.argsort(part_of, kind="stable")
    return np.split(order, np.searchsorted(part_of[order], np.arange(1, count)))


def together(tables: list[pd.DataFrame]) -> pd.DataFrame:
    """Return the tables of all parts as one; that of no part has what is measured and no row."""
    return pd.concat(tables or [measured_pairs(*_NOTHING)], ignore_index=True)


def placed(pairs: pd.DataFrame, part: Part) -> pd.DataFrame:
    """Return pairs of a part by their positions in the layers."""
    from_at, to_at = part.old_at[pairs["from_at"]], part.new_at[pairs["to_at"]]
    return pairs.assign(from_at=from_at.astype(np.int32), to_at=to_at.astype(np.int32))


def measured_part(
    old: Any, new: Any, from_at: Any, to_at: Any, whole: Any, *, own: CRS, crs: CRS
) -> pd.DataFrame:
    """Measure some pairs of a part, and some of its old units with all that they meet.

    Parameters
    ----------
    old, new : array of Polygon or MultiPolygon
        Of the part, in their own CRS.
    from_at, to_at : array of int
        Positions of the pairs.
    whole : array of int
        Positions of the old units to be measured with every new one they meet.
    own, crs : CRS
        Of the shapes, and where areas are true.

    Returns
    -------
    DataFrame
        As `measured_pairs`: the pairs, then the others.
    """
    near = np.zeros(0, dtype=np.int64)
    if len(whole):
        near = np.unique(shapely.STRtree(new).query(old[whole])[1])
    olds, news = np.union1d(from_at, whole), np.union1d(to_at, near)
    # Copies: shapes that are prepared must not be in another thread's hands.
    old, new = (_moved(shapes, own, crs) for shapes in (old[olds], new[news]))
    from_at, to_at = np.searchsorted(olds, from_at), np.searchsorted(news, to_at)
    if len(whole):
        wholes = np.searchsorted(olds, whole)
        at, other = shapely.STRtree(new).query(old[wholes], predicate="intersects")
        from_at, to_at = np.append(from_at, wholes[at]), np.append(to_at, other)
    pairs = measured_pairs(old, new, from_at, to_at)
    return pairs.assign(from_at=olds[from_at], to_at=news[to_at])


def _moved(shapes: Any, own: CRS, crs: CRS) -> Any:
    if own == crs:
        return shapely.force_2d(shapes)
    return shapely.transform(shapes, way_between(own, crs), interleaved=False)
