"""Rates of problems (domain §5), from counts: how many were solved, in time, for good."""

from collections.abc import Mapping
from typing import Final

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


def problem_rates(counts: Mapping[str, int]) -> dict[str, float | None]:
    """Return the rates of some problems.

    Parameters
    ----------
    counts : mapping
        Whole numbers, none negative, by `COUNTS`. Each numerator counts a part of what its
        denominator counts.

    Returns
    -------
    dict
        By the names of `RATES` a share in 0–1, None where the denominator counts nothing. The
        rate of several places is that of their summed counts, never a mean of their rates.
    """
    return {
        rate: counts[part] / counts[whole] if counts[whole] else None
        for rate, (part, whole) in RATES.items()
    }
