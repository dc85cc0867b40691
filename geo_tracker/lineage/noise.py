"""How thick overlaps are that mean nothing: the noise of two layers drawn apart."""

from dataclasses import dataclass
from math import erfc
from statistics import NormalDist
from typing import Any

import numpy as np
import pandas as pd

_NORMAL = NormalDist()
_UPPER = _NORMAL.cdf(1)
"""Share under one standard deviation above the median: 84 %."""

FLOOR_M = 0.05
"""No survey is finer; where most borders agree to the vertex, this stands for the noise."""

_LEAST_SPREAD = 0.5
"""Standard deviation of log thickness where too few slivers are there to measure it."""

_NEIGHBOURS = 41
"""Overlaps around one, itself included, whose median is the noise of the place."""

_PRIOR = 20
"""Overlaps that the whole layer's median counts for beside a place's own."""


@dataclass(frozen=True)
class BorderNoise:
    """Thickness of the overlaps that come from drawing alone, as a log-normal distribution.

    Attributes
    ----------
    median_m : float
        Median thickness over all borders, those that agree included as zero.
    spread : float
        Standard deviation of the logarithm, taken from the upper half.
    count : int
        Borders it was taken from: how often noise had a chance to look like a change.
    """

    median_m: float
    spread: float
    count: int

    def false_alarms(self, thickness_m: Any, local_m: Any) -> Any:
        """Return how many overlaps of noise at least as thick the whole pair of layers would have.

        Parameters
        ----------
        thickness_m, local_m : array of float
            Thickness of overlaps, and the noise of their places, in metres.
        """
        deviations = np.log(np.maximum(thickness_m, 1e-9) / local_m) / self.spread
        return self.count * normal_tail(deviations)


def normal_tail(deviations: Any) -> Any:
    """Return how much of a normal distribution lies above so many standard deviations."""
    scaled = np.ravel(deviations) / np.sqrt(2)
    return np.fromiter(map(erfc, scaled.tolist()), float, count=len(scaled)) / 2


def border_noise(thickness_m: Any, *, touching: int) -> BorderNoise:
    """Fit the noise of a pair of layers to the thickness of all their lesser overlaps.

    Parameters
    ----------
    thickness_m : array of float
        Thickness of every overlap that is nobody's largest, in metres; true transfers among
        them do no harm while they are fewer than one in six.
    touching : int
        Pairs of neighbours that share a border and no ground.

    Returns
    -------
    BorderNoise
        Never under `FLOOR_M`.

    Notes
    -----
    Perkal's (1956) epsilon band seen from the side of the area: an overlap between two drawings
    of one border is about as thick as they lie apart. Median and upper quantile are used because
    neither sees the few true transfers.
    """
    borders = np.sort(np.concatenate([np.zeros(touching), np.asarray(thickness_m, dtype=float)]))
    if not len(borders):
        return BorderNoise(FLOOR_M, _LEAST_SPREAD, 0)
    median, upper = np.quantile(borders, [0.5, _UPPER])
    if median <= FLOOR_M:
        return BorderNoise(FLOOR_M, _LEAST_SPREAD, len(borders))
    spread = float(np.log(upper / median))
    return BorderNoise(float(median), max(spread, _LEAST_SPREAD), len(borders))


def local_noise(thickness_m: pd.Series, noise: BorderNoise) -> pd.Series:
    """Return the noise around each overlap, where it differs from the whole layer's.

    Parameters
    ----------
    thickness_m : Series of float
        Thickness of the lesser overlaps in the order of a Hilbert curve, so that neighbours in
        it are neighbours on the ground; missing for others.
    noise : BorderNoise
        Noise of the whole pair of layers, towards which few overlaps are drawn.

    Returns
    -------
    Series of float
        Metres, same index, never under the whole layer's: where borders agree better than
        elsewhere, a thin change is still measured by the noise that all have.
    """
    window = thickness_m.clip(lower=FLOOR_M).rolling(_NEIGHBOURS, center=True, min_periods=1)
    logs, counts = np.log(window.median()).fillna(0), window.count()
    shrunk = (logs * counts + np.log(noise.median_m) * _PRIOR) / (counts + _PRIOR)
    return np.exp(shrunk).clip(lower=noise.median_m)
