"""Limits of chance around a pooled rate: how far a small whole strays though nothing is behind it.

Funnel plots with exact binomial control limits, after D. J. Spiegelhalter, Funnel plots for
comparing institutional performance, Statistics in Medicine 24 (2005) 1185-1202,
doi 10.1002/sim.1970 (appendix A.1.1: limits are interpolated between whole numbers).
"""

from typing import Any, Final

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]

TAIL_95: Final = 0.025
TAIL_998: Final = 0.001
"""What lies beyond one of the limits of 95 % and of 99.8 % by chance."""

MOST_EXACT: Final = 2_000
"""Over wholes so large the limits are those of the normal distribution, which then agrees."""

_NORMAL: Final = {TAIL_95: 1.959964, TAIL_998: 3.090232}
_LEAST = 1e-12


def binomial_limits(
    wholes: npt.ArrayLike, rate: float, *, tail: float = TAIL_95
) -> tuple[Floats, Floats]:
    """Return between which counts a part stays, but for chance in ``tail`` on either side.

    Parameters
    ----------
    wholes : array of int
        What each part is of, none negative.
    rate : float
        Of all of them together, 0–1.
    tail : float
        `TAIL_95` or `TAIL_998`.

    Returns
    -------
    low, high : ndarray of float
        Counts: a part under ``low`` or over ``high`` is further off than chance explains. A whole
        of zero has the limits zero and zero.
    """
    whole = np.asarray(wholes, dtype=np.int64)
    return _low(whole, rate, tail), whole - _low(whole, 1 - rate, tail)


def _low(whole: npt.NDArray[np.int64], rate: float, tail: float) -> Floats:
    if rate <= 0 or not len(whole):
        return np.zeros(len(whole))
    if rate >= 1:
        return whole.astype(np.float64)
    spread = np.sqrt(whole * rate * (1 - rate))
    # Half a count lies between whole numbers and the continuous curve; the rest is its skewness.
    shift = (_NORMAL[tail] ** 2 - 1) * (1 - 2 * rate) / 6 - 0.5
    low: Floats = np.maximum(0, whole * rate - _NORMAL[tail] * spread + shift)
    exact = whole <= MOST_EXACT
    if exact.any():
        low[exact] = _exact_low(whole[exact], rate, tail)
    return low


def _exact_low(whole: npt.NDArray[np.int64], rate: float, tail: float) -> Floats:
    """Return the quantile at ``tail``, interpolated: a row for each whole, a column for each k."""
    most = int(whole.max())
    factorial = np.concatenate([[0.0], np.cumsum(np.log(np.arange(1, most + 1)))])
    k = np.arange(most + 1)
    rest = whole[:, None] - k
    inside = rest >= 0
    ways = factorial[whole][:, None] - factorial[k] - factorial[np.where(inside, rest, 0)]
    log = ways + k * np.log(rate) + rest * np.log1p(-rate)
    up_to = np.cumsum(np.where(inside, np.exp(np.where(inside, log, 0)), 0), axis=1)
    first = np.argmax(up_to >= tail, axis=1)
    rows = np.arange(len(whole))
    reached = up_to[rows, first]
    before = np.where(first > 0, up_to[rows, np.maximum(first - 1, 0)], 0.0)
    low: Floats = np.maximum(0, first - (reached - tail) / np.maximum(reached - before, _LEAST))
    return low


def curve(most: int, rate: float, *, points: int = 40) -> list[tuple[int, list[float]]]:
    """Return how the limits close in as the whole grows, for a picture.

    Parameters
    ----------
    most : int
        The largest whole shown.
    rate : float
        The pooled rate, 0–1.
    points : int
        At most so many wholes.

    Returns
    -------
    list of (int, list of float)
        The whole, and as rates 0–1 the limits at it: lower of 99.8 %, lower and upper of 95 %,
        upper of 99.8 %.
    """
    if most < 1:
        return []
    wholes = np.unique(np.geomspace(1, most, points).round().astype(np.int64))
    inner_low, inner_high = binomial_limits(wholes, rate, tail=TAIL_95)
    outer_low, outer_high = binomial_limits(wholes, rate, tail=TAIL_998)
    rates: Any = np.stack([outer_low, inner_low, inner_high, outer_high]) / wholes
    return [(int(whole), [float(one) for one in rates[:, at]]) for at, whole in enumerate(wholes)]


def is_beyond_chance(
    before: tuple[int, int], after: tuple[int, int], *, tail: float = TAIL_95
) -> bool:
    """Say whether two rates differ by more than chance (two-proportion z test, corrected).

    The correction for continuity keeps small wholes from being called changed too easily.

    Parameters
    ----------
    before, after : (int, int)
        Part and whole, no whole zero.
    tail : float
        `TAIL_95` or `TAIL_998`.
    """
    (part, whole), (part_after, whole_after) = before, after
    pooled = (part + part_after) / (whole + whole_after)
    sizes = 1 / whole + 1 / whole_after
    spread = np.sqrt(pooled * (1 - pooled) * sizes)
    moved = abs(part_after / whole_after - part / whole) - sizes / 2
    return bool(spread > 0 and moved / spread > _NORMAL[tail])
