"""How sure a rank is: what it would be had one weighed, joined and scaled otherwise.

Uncertainty analysis after the handbook of OECD and JRC (2008, step 7): each draw takes other
weights, one of three ways to join indicators, other anchors, and may leave one indicator out.
"""

from collections.abc import Sequence
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_tracker.indicators.lag_score import LagIndicator, lag_points

FIRM, BORDERLINE, NOT = "firm", "borderline", "not"

DRAWS: Final = 2000
_ANCHOR_SETS: Final = 20
_CONCENTRATION: Final = 60.0  # of twelve like weights, most stay between half and twice theirs
_ANCHOR_SPREAD: Final = 0.05  # standard deviation of an anchor, of the way between both
_FLOOR: Final = 1.0  # of 100 points of standing; a geometric mean does not bear a zero
_JOINED: Final = 3
_PLACE_BITS: Final = 23

_Floats = NDArray[np.float32]


def lag_robustness(
    values: pd.DataFrame,
    indicators: Sequence[LagIndicator],
    *,
    draws: int = DRAWS,
    seed: int = 0,
) -> pd.DataFrame:
    """Say between which ranks villages would be, and how sure they are among the worst.

    Parameters
    ----------
    values : DataFrame
        Villages that are ranked, a column for each code as `lag_points` takes them.
    indicators : sequence of LagIndicator
        What counts.
    draws : int
        How often to draw.
    seed : int
        The same seed draws the same settings, whatever the villages.

    Returns
    -------
    DataFrame
        Same index: ``median_rank``, ``rank_low`` and ``rank_high`` (Int64, 1 for the furthest
        behind; nine draws in ten lie between the latter two), ``worst_decile`` (0–1, share of
        draws in which the village is in the worst tenth), ``standing`` (`FIRM` from 0.9 on,
        `BORDERLINE` from 0.1 on, `NOT`).
    """
    ranks = drawn_ranks(values, indicators, draws=draws, seed=seed)
    in_decile = (ranks <= worst_tenth(len(values))).mean(axis=1) if len(values) else np.zeros(0)
    ranks.sort(axis=1, kind="stable")  # which is by digits here, five times as fast
    low, middle, high = (
        ranks[:, min(draws - 1, round(draws * share))] for share in (0.05, 0.5, 0.95)
    )
    standing = np.select([in_decile >= 0.9, in_decile >= 0.1], [FIRM, BORDERLINE], NOT)
    return pd.DataFrame(
        {
            "median_rank": pd.array(middle, dtype="Int64"),
            "rank_low": pd.array(low, dtype="Int64"),
            "rank_high": pd.array(high, dtype="Int64"),
            "worst_decile": in_decile,
            "standing": standing.astype(object),
        },
        index=values.index,
    )


def worst_tenth(villages: int) -> int:
    """Return how many villages are the worst tenth: at least one."""
    return -(-villages // 10)


def drawn_ranks(
    values: pd.DataFrame, indicators: Sequence[LagIndicator], *, draws: int, seed: int
) -> NDArray[np.integer]:
    """Return the rank of each village (row) in each draw (column), 1 for the furthest behind."""
    villages = len(values)
    ranks = np.empty((draws, villages), dtype=np.int16 if villages < 2**15 else np.int32)
    known = values.reindex(columns=[one.code for one in indicators]).notna().to_numpy()
    at = 0
    random = np.random.default_rng(seed)
    for size in _shared_out(draws, _ANCHOR_SETS):
        standing = 100 - lag_points(values, _other_anchors(indicators, random)).to_numpy()
        weights = _other_weights(indicators, size, random)
        for better in _standings(np.nan_to_num(standing).astype(np.float32), known, weights):
            ranks[at : at + len(better)] = _ranked(better, ranks.dtype)
            at += len(better)
    return np.ascontiguousarray(ranks.T)


def _ranked(better: _Floats, kind: np.dtype[Any]) -> NDArray[np.integer]:
    """Rank each row, the smallest first; of equal ones the first.

    Whole numbers that hold the value and, in their last bits, the place are sorted in a third
    of the time that places are.
    """
    places = np.arange(better.shape[1])
    keys = ((better.astype(float) + 1000) * 2**28).astype(np.int64) << _PLACE_BITS
    keys |= places
    keys.sort(axis=1)
    ranks = np.empty(better.shape, dtype=kind)
    for row, order in zip(ranks, keys & (2**_PLACE_BITS - 1), strict=True):
        row[order] = places + 1
    return ranks


def _shared_out(whole: int, parts: int) -> list[int]:
    return [len(part) for part in np.array_split(np.arange(whole), parts)]


def _other_anchors(
    indicators: Sequence[LagIndicator], random: np.random.Generator
) -> list[LagIndicator]:
    moved = random.normal(0, _ANCHOR_SPREAD, (len(indicators), 2)).clip(-0.4, 0.4)
    return [
        LagIndicator(
            one.code,
            one.weight,
            one.best + (one.worst - one.best) * best,
            one.worst + (one.worst - one.best) * worst,
        )
        for one, (best, worst) in zip(indicators, moved, strict=True)
    ]


def _other_weights(
    indicators: Sequence[LagIndicator], size: int, random: np.random.Generator
) -> _Floats:
    """Draw weights, a row for each draw; in most of them one indicator is left out."""
    weights = drawn_weights(indicators, size, random)
    left_out = random.integers(0, len(indicators) + 1, size)
    if len(indicators) > 1:
        drawn = np.flatnonzero(left_out < len(indicators))
        weights[drawn, left_out[drawn]] = 0
    shares: _Floats = (weights / weights.sum(axis=1, keepdims=True)).astype(np.float32)
    return shares


def drawn_weights(
    indicators: Sequence[LagIndicator], size: int, random: np.random.Generator
) -> NDArray[np.float64]:
    """Draw weights around those that are set: a row for each draw, each adding up to 1."""
    set_weights = np.array([one.weight for one in indicators], dtype=float)
    return random.dirichlet(set_weights / set_weights.sum() * _CONCENTRATION, size)


def _standings(standing: _Floats, known: NDArray[np.bool_], weights: _Floats) -> list[_Floats]:
    """Join indicators in three ways, a third of the draws each: draws by villages, 0–100."""
    arithmetic, geometric, balanced = np.array_split(weights, _JOINED)
    seen = None if known.all() else known.T.astype(np.float32)
    table = np.ascontiguousarray(standing.T)
    return [
        _mean(table, seen, arithmetic),
        np.exp(_mean(np.log(np.maximum(table, _FLOOR)), seen, geometric)),
        _mazziotta_pareto(table, seen, balanced),
    ]


def _mean(table: _Floats, seen: _Floats | None, weights: _Floats) -> _Floats:
    """Return weighted means of what is known (all, where `seen` is None)."""
    if seen is None:
        return _product(weights, table)
    whole = _product(weights, seen)
    whole[whole == 0] = 1
    mean: _Floats = _product(weights, table * seen) / whole
    return mean


def _product(weights: _Floats, table: _Floats) -> _Floats:
    # A dozen columns are too few for the threads that ``@`` would call.
    product: _Floats = np.einsum("dk,kv->dv", weights, table)
    return product


def _mazziotta_pareto(standing: _Floats, seen: _Floats | None, weights: _Floats) -> _Floats:
    """Take off what a village is out of balance: the adjusted index of Mazziotta and Pareto.

    On its scale of 70 to 130 the mean is lessened by variance over mean.
    """
    scaled = 70 + standing * np.float32(0.6)
    mean = _mean(scaled, seen, weights)
    variance = np.maximum(_mean(scaled**2, seen, weights) - mean**2, 0)
    index: _Floats = (mean - variance / mean - 70) / np.float32(0.6)
    return index
