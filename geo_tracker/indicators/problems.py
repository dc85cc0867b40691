"""Rates of problems (domain §5), from counts: how many were solved, in time, for good."""

from typing import Final

import pandas as pd

RATES: Final[dict[str, tuple[str, str]]] = {
    "resolution": ("resolved", "registered"),
    "on_time": ("in_time", "due"),
    "satisfaction": ("satisfied", "revisited"),
    "rectification": ("rectified", "handed_again"),
    "officer": ("claimed", "handed"),
    "villager": ("confirmed", "revisited"),
    "lasting": ("still_fixed", "rechecked"),
}
"""Rate → the counts it is the share of: numerator, denominator.

``officer``, ``villager`` and ``lasting`` are the three that are shown side by side: the unit says
it is fixed, the resident confirms it, it was still fixed when somebody looked again.
"""

COUNTS: Final = tuple(dict.fromkeys(name for pair in RATES.values() for name in reversed(pair)))


def problem_rates(counts: pd.DataFrame) -> pd.DataFrame:
    """Return the rates of counts of problems.

    Parameters
    ----------
    counts : DataFrame
        Non-negative whole numbers in the columns `COUNTS`, with any index. Each numerator counts
        a part of what its denominator counts.

    Returns
    -------
    DataFrame
        The same index; the columns of `RATES` as shares in 0–1, missing where nothing is counted
        in the denominator. Rates of a sum are those of the summed counts, never a mean of rates.
    """
    return pd.DataFrame(
        {
            rate: counts[numerator] / counts[denominator].where(counts[denominator] > 0)
            for rate, (numerator, denominator) in RATES.items()
        },
        index=counts.index,
        dtype=float,
    )
