"""Counts and rates of problems as pages show them, each number with the way to its rows."""

from collections.abc import Callable, Mapping
from typing import Any

from geo_tracker.indicators.problems import RATES, problem_rates
from geo_tracker.web.texts import term

THREE = ("officer", "villager", "lasting")
"""The three rates that are shown side by side."""

FOUR = ("resolution", "on_time", "satisfaction", "rectification")


def rate_values(
    counts: Mapping[str, int],
    url: Callable[[str], str | None],
    names: tuple[str, ...] = tuple(RATES),
) -> list[dict[str, Any]]:
    """Return rates of some problems with what they are made of.

    Parameters
    ----------
    counts : mapping
        Whole numbers by the indicators' `COUNTS`.
    url : callable
        Measure → where its rows are.
    names : tuple of str
        Which rates, in order.

    Returns
    -------
    list of dict
        ``name``, ``title`` (translated), ``rate`` (share or None), ``part`` and ``whole``:
        ``{count, text (translated), url (None for none)}``.
    """
    rates = problem_rates(counts)

    def counted(measure: str) -> dict[str, Any]:
        count = int(counts[measure])
        return {
            "count": count,
            "text": term(f"measure_{measure}"),
            "url": url(measure) if count else None,
        }

    return [
        {
            "name": name,
            "title": term(f"rate_{name}"),
            "rate": rates[name],
            "part": counted(RATES[name][0]),
            "whole": counted(RATES[name][1]),
        }
        for name in names
    ]
