"""How long 2,000 draws over 5,000 villages and twelve indicators take, beside a library's way.

Ours draws weights, anchors, one of three ways to join, and ranks. The library (pymcdm) is asked
as its users would: a weighted sum and its ranks for each draw of weights, of points that are
already scaled; anchors and ways to join are left out, which is less work. Seconds by the clock.

Run with ``python -m benchmarks.lag_index``.
"""

import statistics
import sys
import time
from collections.abc import Callable

import numpy as np
import pandas as pd
from pymcdm.methods import WSM

from benchmarks.importing import line
from geo_tracker.indicators.lag_robustness import DRAWS, lag_robustness
from geo_tracker.indicators.lag_score import LagIndicator, lag_points

VILLAGES = 5000
RUNS = 5
AIM_S, AIM_RATIO = 1.0, 0.2
INDICATORS = tuple(LagIndicator(f"i{at}", 1 + at % 3, best=100, worst=0) for at in range(12))


def made_villages() -> pd.DataFrame:
    """Return villages that differ in what they are all about, and by chance in each indicator."""
    random = np.random.default_rng(7)
    figures = random.normal(55, 15, (VILLAGES, 1)) + random.normal(0, 12, (VILLAGES, 12))
    return pd.DataFrame(figures, columns=[one.code for one in INDICATORS])


def by_the_library(figures: pd.DataFrame) -> None:
    """Rank by a weighted sum, draw for draw."""
    random = np.random.default_rng(0)
    points = lag_points(figures, INDICATORS).to_numpy() + 1e-9
    set_weights = np.array([one.weight for one in INDICATORS], dtype=float)
    drawn = random.dirichlet(set_weights / set_weights.sum() * 60, DRAWS)
    profit = np.ones(len(INDICATORS), dtype=int)
    sums = WSM(normalization_function=lambda column, cost: column)
    for weights in drawn:
        sums.rank(sums(points, weights, profit, validation=False))


def seconds(work: Callable[[], object]) -> float:
    """Return how long some work takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun


def main() -> int:
    """Measure in turns and print; 1 where an aim is missed."""
    figures = made_villages()
    lag_robustness(figures, INDICATORS)
    pairs = [
        (
            seconds(lambda: lag_robustness(figures, INDICATORS)),
            seconds(lambda: by_the_library(figures)),
        )
        for _run in range(RUNS)
    ]
    ours = [our for our, _theirs in pairs]
    ratios = [our / theirs for our, theirs in pairs]
    print(line("2,000 draws, 5,000 villages (s)", ours))
    print(line("the library (s)", [theirs for _our, theirs in pairs]))
    print(line("ratio", ratios))
    met = statistics.median(ours) <= AIM_S and statistics.median(ratios) <= AIM_RATIO
    return 0 if met else 1


if __name__ == "__main__":
    sys.exit(main())
