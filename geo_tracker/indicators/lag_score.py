"""How far villages lag: indicators scaled between fixed anchors, and their weighted mean.

Composite indicators after the handbook of OECD and JRC (2008): min-max scaling by anchors that
are set and not found in the data, so that no village's score hangs on another village, and a
weighted arithmetic mean, so that what each indicator contributes adds up to the score.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import pandas as pd
from numpy.typing import NDArray

LEAST_KNOWN = 2 / 3
"""Of the indicators so many have to be known, or a village is not ranked."""


@dataclass(frozen=True)
class LagIndicator:
    """What counts, and how much.

    Attributes
    ----------
    code : str
        A code of `INDICATORS`.
    weight : float
        Above 0; what counts is its share of all weights.
    best, worst : float
        Anchors in the indicator's own unit: at ``best`` and beyond nothing lags (0 points), at
        ``worst`` and beyond all does (100 points). They differ; ``best`` may be the smaller.
    """

    code: str
    weight: float
    best: float
    worst: float


def lag_points(values: pd.DataFrame, indicators: Sequence[LagIndicator]) -> pd.DataFrame:
    """Scale indicators to points of lag.

    Parameters
    ----------
    values : DataFrame
        A row for each village, a column for each code, in the indicator's unit; missing where
        unknown. Further columns are left out.
    indicators : sequence of LagIndicator
        What counts.

    Returns
    -------
    DataFrame
        Same index, a column for each code: 0 (at ``best``) to 100 (at ``worst``), missing where
        the value is.
    """
    best = np.array([indicator.best for indicator in indicators])
    worst = np.array([indicator.worst for indicator in indicators])
    codes = [indicator.code for indicator in indicators]
    given = values.reindex(columns=codes).astype(float).to_numpy(dtype=float, na_value=np.nan)
    points = np.clip((given - best) / (worst - best), 0, 1) * 100 + 0.0  # and no -0
    return pd.DataFrame(points, index=values.index, columns=codes)


def lag_contributions(points: pd.DataFrame, indicators: Sequence[LagIndicator]) -> pd.DataFrame:
    """Say how many points of the score come from each indicator.

    Parameters
    ----------
    points : DataFrame
        What `lag_points` returns.
    indicators : sequence of LagIndicator
        What counts.

    Returns
    -------
    DataFrame
        Same index and columns; each row adds up to the score. Where an indicator is unknown, the
        others count for so much more, and its contribution is missing.
    """
    weights = known_weights(points.notna().to_numpy(), indicators)
    return points * weights


def lag_scores(points: pd.DataFrame, indicators: Sequence[LagIndicator]) -> pd.DataFrame:
    """Sum up what lags.

    Parameters
    ----------
    points : DataFrame
        What `lag_points` returns.
    indicators : sequence of LagIndicator
        What counts.

    Returns
    -------
    DataFrame
        Same index: ``score`` (0–100, the more the further behind; missing where under
        `LEAST_KNOWN` of the indicators are known), ``known`` (0–1, share of indicators known),
        ``rank`` (Int64, 1 for the furthest behind; equal scores share the better number).
    """
    known = points.notna().mean(axis=1) if len(points.columns) else pd.Series(0.0, points.index)
    sums = lag_contributions(points, indicators).sum(axis=1)
    # A third of three is a third: what is known must not fall short by rounding.
    score = sums.where((known > 0) & (known >= LEAST_KNOWN - 1e-9))
    rank = score.rank(method="min", ascending=False).astype("Int64")
    return pd.DataFrame({"score": score, "known": known, "rank": rank})


def known_weights(
    known: NDArray[np.bool_], indicators: Sequence[LagIndicator]
) -> NDArray[np.float64]:
    """Return each village's share of weight by indicator: 0 where unknown, rows add up to 1."""
    weights = known * np.array([indicator.weight for indicator in indicators], dtype=float)
    whole = weights.sum(axis=1, keepdims=True)
    shares: NDArray[np.float64] = np.divide(
        weights, whole, out=np.zeros_like(weights), where=whole > 0
    )
    return shares


def shrunk_rates(
    events: pd.Series, exposure: pd.Series, *, expected: pd.Series, strength: float
) -> pd.Series:
    """Draw the rates of small villages towards what is expected of them.

    A village of eight households with one problem is not eight times as burdened as one of
    sixty-four with one: of few households little can be said.

    Parameters
    ----------
    events : Series
        What was counted, 0 or more; missing where nobody counted.
    exposure : Series
        Of how many, same index; missing or 0 where unknown.
    expected : Series
        Rate of the town or county, same index, as it was held fast for the year: a village that
        is dropped then moves nobody else's rate. Where missing nothing is drawn.
    strength : float
        So many of the town's households count beside the village's own; 0 or more.

    Returns
    -------
    Series
        Same index: (events + strength × expected) / (exposure + strength), the posterior mean
        of a gamma-Poisson model; missing where ``events`` or ``exposure`` are.
    """
    of = exposure.where(exposure > 0).astype(float)
    counted = events.astype(float)
    plain = counted / of
    drawn = (counted + strength * expected.astype(float)) / (of + strength)
    return drawn.where(drawn.notna(), plain)
