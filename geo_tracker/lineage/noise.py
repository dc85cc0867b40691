"""What overlaps look like that mean nothing, and how likely it is that one means something."""

from dataclasses import dataclass
from math import erfc, exp, log, pi, sqrt
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

FLOOR_M = 0.05
"""No survey is finer: borders that lie no farther apart agree."""

THIN = 0.2
"""An overlap thicker than this, measured in the thinner village, is not taken for noise when the
noise of a place is measured; where few overlaps are there, it would be all of it."""

_UPPER = 0.8413
"""Share of a normal distribution under one standard deviation above its mean."""

UPPER_ODDS = -log(1 - _UPPER)
"""How many mean thicknesses of noise its scale is: that many e-folds of borders lie under it."""

_AGREEING_COUNTED = 0.05
"""Weight of a border that agrees, against one that does not, in the scale of the noise: where
nearly all agree, the few that do not say nothing about how thick noise may be."""

_PRIOR_BORDERS = 50
_PRIOR_SHARE = 0.01
"""Before anything is seen: of so many borders this share is real, and as many rare slivers."""

_MOST_RARE = 0.02
"""What happens to more borders than this is no rare thing but the common noise."""

_PRIOR_SLIVERS = 5
"""Before any is seen: so many rare slivers, as thick as what is small for a village."""

_LIKE_LAND = (log(0.5), 0.55)
"""Compactness of pieces of land, mean and deviation of its logarithm: near a square's."""

_LIKE_SLIVERS = (log(0.06), 1.2)
"""The same of what lies between two drawings of one border: some fifty times as long as wide."""

_ODD = 0.15
"""Share of real parts that are of any shape, such as the ground along a new road."""

_CORNERS = 0.1
"""Share of noise that is compact all the same, where more than two villages meet."""

_LEAST_COMPACT, _MOST_COMPACT = 1e-4, 1.2

_LEAST_PART, _SMALL_PART = 1e-6, 0.01
"""Thickness of what really moved, in the village's: any at all, and what most of it is above."""

_TINY = 0.1
"""Share of real parts thinner than most."""

_EULER = 0.5772
"""How far the mean logarithm of exponential values lies under the logarithm of their mean."""

_ROUNDS = 200
_SETTLED = 1e-3
_SAMPLE = 20_000

_NEIGHBOURS = 41
"""Overlaps around one, itself included, whose median is the noise of the place."""

_PRIOR = 20
"""Overlaps that the whole layer's median counts for beside a place's own."""


@dataclass(frozen=True)
class BorderNoise:
    """The lesser overlaps of two layers as a mixture of three kinds.

    Attributes
    ----------
    scale_m : float
        Thickness that five in six borders stay under, never less than `FLOOR_M`.
    shares : tuple of float
        How many borders, as a share of all, are drawn apart by the common noise; by something
        else that left thin slivers here and there; and have ground that really moved.
    perimeter : tuple of float
        Mean and deviation of the logarithm of the perimeter of common slivers, in metres.
    rare_m : float
        Mean thickness of the rare slivers.
    """

    scale_m: float
    shares: tuple[float, float, float]
    perimeter: tuple[float, float]
    rare_m: float

    def real_chance(
        self, thickness_m: Any, compactness: Any, thinner_m: Any, *, rougher: Any = 1.0
    ) -> Any:
        """Return how likely it is that overlaps are ground that really moved.

        Parameters
        ----------
        thickness_m : array of float
            2·area/perimeter of the thickest piece of each overlap.
        compactness : array of float
            16·area/perimeter² of that piece, 1 for a square; missing where not measured.
        thinner_m : array of float
            2·area/perimeter of the thinner of both villages.
        rougher : array of float
            How many times thicker the noise of the place is than the layer's.

        Returns
        -------
        array of float
            In 0–1; 0 where borders agree.
        """
        seen = _Overlaps.of(thickness_m, compactness, thinner_m)
        parts = self._likelihoods(seen, rougher)
        chance = parts[2] / parts.sum(axis=0)
        return np.where(np.asarray(thickness_m) > FLOOR_M, chance, 0.0)

    def _likelihoods(self, seen: "_Overlaps", rougher: Any) -> Any:
        """Return the weights of the three kinds, one row each."""
        drawn = (1 - _CORNERS) * _normal(seen.log_perimeter, *self.perimeter)
        drawn += _CORNERS * seen.land
        noise = _exponential(UPPER_ODDS * seen.thick_m / (self.scale_m * np.asarray(rougher)))
        return (
            np.stack(
                [
                    self.shares[0] * noise * np.where(seen.measured, drawn, 1.0),
                    self.shares[1] * _exponential(seen.thick_m / self.rare_m) * seen.sliver,
                    self.shares[2] * seen.moved * seen.land,
                ]
            )
            + 1e-300
        )


class _Overlaps(NamedTuple):
    """What is known of overlaps whatever the noise is; densities of a shape not measured are 1."""

    thick_m: Any
    log_perimeter: Any
    measured: Any
    land: Any
    sliver: Any
    moved: Any

    @classmethod
    def of(cls, thickness_m: Any, compactness: Any, thinner_m: Any) -> "_Overlaps":
        thick = np.maximum(thickness_m, FLOOR_M)
        of_village = np.clip(thick / np.maximum(thinner_m, FLOOR_M), _LEAST_PART, 1.0)
        measured = ~np.isnan(compactness)
        shape = np.log(np.clip(np.nan_to_num(compactness, nan=1), _LEAST_COMPACT, _MOST_COMPACT))
        any_shape = 1 / log(_MOST_COMPACT / _LEAST_COMPACT)
        land = (1 - _ODD) * _normal(shape, *_LIKE_LAND) + _ODD * any_shape
        moved = np.where(of_village > _SMALL_PART, (1 - _TINY) / -log(_SMALL_PART), 0.0)
        return cls(
            thick,
            _log_perimeter(thick, shape),
            measured,
            np.where(measured, land, 1.0),
            np.where(measured, _normal(shape, *_LIKE_SLIVERS), 1.0),
            moved + _TINY / -log(_LEAST_PART),
        )


def normal_tail(deviations: Any) -> Any:
    """Return how much of a normal distribution lies above so many standard deviations."""
    scaled = np.ravel(deviations) / sqrt(2)
    return np.fromiter(map(erfc, scaled.tolist()), float, count=len(scaled)) / 2


def _normal(value: Any, mean: float, deviation: float) -> Any:
    return np.exp(-0.5 * ((value - mean) / deviation) ** 2) / (deviation * sqrt(2 * pi))


def _exponential(multiple: Any) -> Any:
    """Return the density of the logarithm: the tail that a scale alone implies (most entropy)."""
    return multiple * np.exp(-np.minimum(multiple, 700))


def _log_perimeter(thickness_m: Any, log_compactness: Any) -> Any:
    return np.log(8 * thickness_m) - log_compactness


def border_noise(
    overlaps: pd.DataFrame, *, agreeing: int, rougher: pd.Series | None = None
) -> BorderNoise:
    """Fit the three kinds to the lesser overlaps of a pair of layers.

    Parameters
    ----------
    overlaps : DataFrame
        Every overlap that is nobody's largest: ``thickest_m``, ``compactness`` (missing where not
        measured), ``thinner_m``; those no thicker than `FLOOR_M` count as borders that agree.
    agreeing : int
        Borders beyond these that agree.
    rougher : Series, optional
        As `real_chance`, same index.

    Returns
    -------
    BorderNoise

    Notes
    -----
    Expectation and maximisation (Dempster, Laird & Rubin 1977). Two drawings of one border lie
    apart as their making has it (the epsilon band of Perkal 1956), so that the common noise has
    one scale, found here as a quantile that the few true transfers hardly move. A true transfer
    has no scale but the village's, and the shape of a piece of land. Slivers that are rare, as
    where a handful of borders was drawn anew, have no scale either, but the shape of slivers.
    """
    apart = overlaps["thickest_m"].to_numpy() > FLOOR_M
    agree = agreeing + int((~apart).sum())
    at = np.flatnonzero(apart)
    if not len(at):
        return BorderNoise(FLOOR_M, _shares(np.zeros(3), agree), (0.0, 1.0), FLOOR_M)
    if len(at) > _SAMPLE:
        agree = round(agree * _SAMPLE / len(at))
        at = np.sort(np.random.default_rng(0).choice(at, _SAMPLE, replace=False))
    columns = ("thickest_m", "compactness", "thinner_m")
    thick, compact, thinner = (overlaps[c].to_numpy(dtype=float)[at] for c in columns)
    rough = np.ones(len(at)) if rougher is None else rougher.to_numpy()[at]
    likely = (thick > 0.05 * thinner) & ~(compact < 0.2)
    weight = np.where(likely, [[0.1], [0.05], [0.85]], [[0.8], [0.1], [0.1]])
    order = np.argsort(thick / rough, kind="stable")
    ordered = (thick / rough)[order]
    known = _Overlaps.of(thick, compact, thinner)
    seen = known.measured
    around, logs = known.log_perimeter[seen], np.log(thick)
    unseen = float(np.median(_log_perimeter(thick, _LIKE_SLIVERS[0]))), _LIKE_SLIVERS[1]
    rare_log = log(_SMALL_PART * float(np.median(thinner)))
    for _round in range(_ROUNDS):
        noise = BorderNoise(
            _upper_quantile(ordered, weight[0][order], _AGREEING_COUNTED * agree),
            _shares(weight.sum(axis=1), agree + len(at)),
            _fitted(around, weight[0][seen], unseen),
            _mean_thickness(logs, weight[1], rare_log),
        )
        parts = noise._likelihoods(known, rough)
        before, weight = weight, parts / parts.sum(axis=0)
        if np.abs(before - weight).max() < _SETTLED:
            break
    return noise


def _upper_quantile(ordered: Any, weight: Any, agree: float) -> float:
    """Return the thickness five in six borders stay under, so many of them agreeing."""
    reached = agree + np.cumsum(weight)
    if _UPPER * reached[-1] <= agree:
        return FLOOR_M
    at = min(int(np.searchsorted(reached, _UPPER * reached[-1])), len(ordered) - 1)
    return max(float(ordered[at]), FLOOR_M)


def _shares(weights: Any, borders: float) -> tuple[float, float, float]:
    noise, rare, real = weights
    prior = _PRIOR_SHARE * _PRIOR_BORDERS
    whole = borders + _PRIOR_BORDERS
    rarely = min((rare + prior) / whole, _MOST_RARE)
    return float((noise + 1) / whole), float(rarely), float((real + prior) / whole)


def _fitted(values: Any, weight: Any, unseen: tuple[float, float]) -> tuple[float, float]:
    """Return mean and deviation of weighted values."""
    whole = float(weight.sum())
    if whole <= 1:
        return unseen
    mean = float((weight * values).sum()) / whole
    return mean, max(sqrt(float((weight * (values - mean) ** 2).sum()) / whole), 0.5)


def _mean_thickness(logs: Any, weight: Any, prior: float) -> float:
    """Return the mean thickness of the rare slivers; the prior counts as some of them."""
    known = float((weight * (logs + _EULER)).sum())
    return exp((known + _PRIOR_SLIVERS * prior) / (float(weight.sum()) + _PRIOR_SLIVERS))


def rougher_places(overlaps: pd.DataFrame) -> pd.Series:
    """Return how many times thicker the noise around each overlap is than the layer's.

    Parameters
    ----------
    overlaps : DataFrame
        ``thickest_m`` and ``thinner_m`` in the order of a Hilbert curve, so that neighbours in
        it are neighbours on the ground.

    Returns
    -------
    Series of float
        Same index, never under 1: where borders agree better than elsewhere, a thin change is
        still measured by the noise that all have. Few overlaps are drawn towards the layer's.
    """
    thick = overlaps["thickest_m"]
    slivers = thick[(thick > FLOOR_M) & (thick < THIN * overlaps["thinner_m"])]
    window = slivers.rolling(_NEIGHBOURS, center=True, min_periods=1)
    counts = window.count()
    ratio = np.log(window.median() / slivers.median()) * counts / (counts + _PRIOR)
    return np.exp(ratio.clip(lower=0).reindex(overlaps.index).ffill().bfill().fillna(0))
