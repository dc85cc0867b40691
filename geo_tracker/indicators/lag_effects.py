"""What a project could move: the points of lag that it may take away, for its money."""

from collections.abc import Collection, Mapping, Sequence

import numpy as np
import pandas as pd

from geo_tracker.indicators.lag_robustness import drawn_weights
from geo_tracker.indicators.lag_score import LagIndicator, known_weights

_DRAWS = 500


def project_effects(
    projects: pd.DataFrame,
    points: pd.DataFrame,
    indicators: Sequence[LagIndicator],
    *,
    reached: Mapping[str, Collection[str]],
    seed: int = 0,
) -> pd.DataFrame:
    """Say how far the score of a village could fall at most by each of its projects.

    A project of a kind reaches some indicators. Were it to bring them to the value at which
    nothing lags, the score would fall by what they contribute; by how much it really brings them
    there nobody knows before, so this is a bound and no forecast.

    Parameters
    ----------
    projects : DataFrame
        ``unit_id`` (the village whose score it is about), ``kind``, ``budget_fen`` (missing where
        unknown).
    points : DataFrame
        By ``unit_id``, as `lag_points` returns them.
    indicators : sequence of LagIndicator
        What counts.
    reached : mapping
        Kind of project → codes of the indicators that it reaches.
    seed : int
        The same seed draws the same weights.

    Returns
    -------
    DataFrame
        Of the projects of a kind that reaches something and in a village of ``points``, same
        index: ``codes`` (those reached that count and are known), ``points`` (0–100, most by which
        the score falls), ``low`` and ``high`` (nine in ten draws of other weights lie between),
        ``points_per_wan`` (``points`` for each 10,000 yuan of budget; missing without a budget).
    """
    counted = projects[
        projects["unit_id"].isin(points.index) & projects["kind"].isin(list(reached))
    ]
    weights = drawn_weights(indicators, _DRAWS, np.random.default_rng(seed))
    rows = {}
    for at, project in counted.iterrows():
        lag = points.loc[project["unit_id"]]
        codes = [
            one.code for one in indicators
            if one.code in reached[project["kind"]] and pd.notna(lag[one.code])
        ]  # fmt: skip
        hit = np.array([one.code in codes for one in indicators])
        known = lag.notna().to_numpy()
        moved = np.where(hit, lag.fillna(0).to_numpy(dtype=float), 0)
        drawn = (weights @ moved) / np.maximum((weights * known).sum(axis=1), 1e-9)
        most = float(known_weights(known[np.newaxis], indicators)[0] @ moved)
        low, high = np.quantile(drawn, [0.05, 0.95])
        rows[at] = (codes, most, float(low), float(high))
    effects = pd.DataFrame.from_dict(
        rows, orient="index", columns=["codes", "points", "low", "high"]
    ).reindex(counted.index)
    wan = counted["budget_fen"].astype("Float64") / 1_000_000
    per_wan = effects["points"].astype("Float64") / wan.where(wan > 0)
    return effects.assign(points_per_wan=per_wan.astype(float))
