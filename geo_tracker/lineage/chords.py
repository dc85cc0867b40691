"""The ground that villages share, estimated along lines: what a coarse look settles."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.lineage.outlines import Outlines, outlines

LINES_PER_VILLAGE = 16
"""Lines in each direction that cross a village of middling size."""

_PLACE_BITS = 32
"""Places along a line are whole numbers of so many bits: to 3 mm on lines across a continent.
Sums of whole numbers are the same in whatever order and in whatever parts they are added."""

_KEY_BITS = 63


@dataclass(frozen=True)
class Lines:
    """Where lines run over both layers: the same for every part of them.

    Attributes
    ----------
    origin : tuple of float
        Least x and least y of both layers.
    step : tuple of float
        Distance of the upright lines along x, and of the lying lines along y.
    grain : tuple of float
        What the whole numbers count that places along x and along y are told in.
    """

    origin: tuple[float, float]
    step: tuple[float, float]
    grain: tuple[float, float]


@dataclass(frozen=True)
class Intervals:
    """Where the lines of one direction run inside of villages, village by village.

    ``start`` and ``end`` are whole numbers along one scale, line k behind line k − 1.
    """

    start: Any
    end: Any
    unit: Any


def line_spacing_m(area_m2: Any) -> float:
    """Return the distance of lines for villages of such areas, in metres."""
    return float(np.sqrt(np.median(area_m2)) / LINES_PER_VILLAGE)


def lines_over(bounds: Any, step: tuple[float, float]) -> Lines:
    """Lay lines over the ground within bounds (west, south, east, north)."""
    west, south, east, north = (float(edge) for edge in bounds)
    grains = [
        1.01 * (high - low + 1e-9) / 2**_PLACE_BITS for low, high in ((west, east), (south, north))
    ]
    return Lines((west, south), step, (grains[0], grains[1]))


def estimated_overlaps(old: Any, new: Any, lines: Lines) -> pd.DataFrame:
    """Estimate the ground that each pair of old and new villages shares.

    Parameters
    ----------
    old, new : array of Polygon or MultiPolygon
        Valid, in one CRS.
    lines : Lines
        Over all of both.

    Returns
    -------
    DataFrame
        One row per pair that a line finds, in order: ``from_at`` and ``to_at`` (positions);
        ``shared``, the area in units of the CRS; ``wide`` and ``high``, the mean chords along x
        and along y (missing where no line of the direction finds the pair); of the old village
        ``found``, its own area by the same lines; ``shared_sd`` and ``lacking_sd``, standard
        errors of ``shared`` and of ``found`` less ``shared``.

    Notes
    -----
    Cavalieri's estimator: area is the length of the chords times the distance of the lines, here
    the mean of both directions. A sliver along a border is crossed at its width by the lines that
    meet it squarely, so that the narrower direction shows how thick it is.

    A chord stands for the strip between two lines, where the true width may be anything from
    nothing to a few times as much; taking the chord itself for the standard error of its width,
    and widths in different strips for independent, as slivers' are, the error of a sum is the
    root of the chords' squares. Rows depend on their own two villages only, to the last bit: on
    parts of the layers the function returns the same as on the whole.
    """
    count = len(new)
    mine, theirs = outlines(old), outlines(new)
    sums = [
        _shared(_intervals(mine, along, lines), _intervals(theirs, along, lines), len(old), count)
        for along in (0, 1)
    ]
    keys = np.union1d(sums[0].keys, sums[1].keys)
    # Four bytes where they do: of large layers there are millions of pairs.
    table: dict[str, Any] = {
        "from_at": (keys // count).astype(np.int32),
        "to_at": (keys % count).astype(np.int32),
    }
    totals = {name: np.zeros(len(keys)) for name in ("shared", "found", "shared_sd", "lacking_sd")}
    for along, (name, summed) in enumerate(zip(("wide", "high"), sums, strict=True)):
        # A chord along x stands for the distance of the lying lines, half of it per direction.
        share = lines.grain[along] * lines.step[1 - along] / 2
        at = np.searchsorted(keys, summed.keys)
        chords = np.full(len(keys), np.nan)
        chords[at] = summed.length / summed.count * lines.grain[along]
        table[name] = chords.astype(np.float32)
        of_old = table["from_at"]
        length, square, product = (np.zeros(len(keys)) for _ in range(3))
        length[at], square[at], product[at] = summed.length, summed.square, summed.product
        totals["shared"] += share * length
        totals["found"] += share * summed.own[of_old]
        totals["shared_sd"] += share**2 * square
        lacking = summed.own_square[of_old] - 2 * product + square
        totals["lacking_sd"] += share**2 * np.maximum(lacking, 0)
    for name in ("shared_sd", "lacking_sd"):
        totals[name] = np.sqrt(totals[name]).astype(np.float32)
    return pd.DataFrame(table | totals)


def _intervals(shapes: Outlines, along: int, lines: Lines) -> Intervals:
    """Return the chords of the lines that run along an axis."""
    across = 1 - along
    height = (shapes.xy[across] - lines.origin[across]) / lines.step[across]
    # Half-open, so that a line through a vertex crosses the ring once there.
    above = np.ceil(height).astype(np.int64)
    crossed = np.diff(above)
    crossed[shapes.ring_ends[:-1]] = 0
    edge = np.flatnonzero(crossed != 0)
    times = np.abs(crossed[edge])
    line = np.minimum(above[edge], above[edge + 1])
    if len(times) and times.max() > 1:
        ends = np.cumsum(times)
        edge, line = np.repeat(edge, times), np.repeat(line - ends + times, times)
        line += np.arange(len(line))
    here, x = height[edge], shapes.xy[along]
    begin = x[edge]
    place = (line - here) / (height[edge + 1] - here)
    place = begin + place * (x[edge + 1] - begin)
    grains = np.rint((place - lines.origin[along]) / lines.grain[along]).astype(np.int64)
    scale, owner = _in_order(shapes.owner[edge].astype(np.int64), line, grains)
    return Intervals(scale[::2], scale[1::2], owner[::2])


def _in_order(owner: Any, line: Any, place: Any) -> tuple[Any, Any]:
    """Sort crossings by village, line and place; return where on the scale they are, and whose."""
    if not len(owner):
        return place, owner
    least = line.min()
    scale_bits = int(line.max() - least).bit_length() + _PLACE_BITS
    scale = ((line - least) << _PLACE_BITS) + place
    if int(owner.max()).bit_length() + scale_bits > _KEY_BITS:
        order = np.lexsort((scale, owner))
        scale, owner = scale[order], owner[order]
    else:
        # Sorting plain numbers takes a tenth of the time of sorting by two.
        key = (owner << scale_bits) + scale
        key.sort()
        scale, owner = key & ((1 << scale_bits) - 1), key >> scale_bits
    scale += least << _PLACE_BITS
    return scale, owner


@dataclass(frozen=True)
class _Sums:
    """Sums over the chords of one direction, in grains.

    ``keys`` are pairs in order (old · number of new villages + new); ``length``, ``count``,
    ``square`` (of the lengths) and ``product`` (of the length and the old village's whole chord)
    are theirs; ``own`` and ``own_square`` are sums over the old villages' own chords.
    """

    keys: Any
    length: Any
    count: Any
    square: Any
    product: Any
    own: Any
    own_square: Any


def _shared(one: Intervals, other: Intervals, old_count: int, count: int) -> _Sums:
    """Sum up the chords that pairs have in common."""
    order = np.argsort(other.start)
    start, end, unit = other.start[order], other.end[order], other.unit[order]
    # Villages of one layer may overlap each other a little: ends rise only as a whole.
    reached = np.maximum.accumulate(end)
    begin = np.searchsorted(reached, one.start, side="right")
    stop = np.maximum(np.searchsorted(start, one.end, side="left"), begin)
    met = stop - begin
    mine = np.repeat(np.arange(len(one.start)), met)
    theirs = np.arange(len(mine)) + np.repeat(begin - np.cumsum(met) + met, met)
    length = np.minimum(one.end[mine], end[theirs]) - np.maximum(one.start[mine], start[theirs])
    real = np.flatnonzero(length > 0)
    mine, theirs, length = mine[real], theirs[real], length[real]
    keys = one.unit[mine] * count + unit[theirs]
    # Stable: sums of squares have rounding errors, and the order of their terms is part of them.
    order = np.argsort(keys, kind="stable")
    keys, length = keys[order], length[order]
    first = np.flatnonzero(np.diff(keys, prepend=-1))
    own = (one.end - one.start).astype(float)
    lengths = length.astype(float)
    if len(first):
        square = np.add.reduceat(lengths * lengths, first)
        product = np.add.reduceat(lengths * own[mine[order]], first)
        total = np.add.reduceat(length, first)
    else:
        square, product, total = np.zeros(0), np.zeros(0), np.zeros(0)
    return _Sums(
        keys[first],
        total,
        np.diff(first, append=len(keys)),
        square,
        product,
        np.bincount(one.unit, weights=own, minlength=old_count),
        np.bincount(one.unit, weights=own * own, minlength=old_count),
    )
