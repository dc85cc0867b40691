"""Themes of the map: one value a village, put into few classes with a colour and a count each."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_tracker.language import N_, Message

MISSING = 255
"""Class number of villages without a value."""

MISSING_COLOUR = "#eceef0"

# Sequential ramps in the manner of ColorBrewer: lightness falls evenly, so that they keep their
# order for colour-blind readers and in grey print.
_BLUES = ("#e3edf5", "#b9d3e6", "#84b1d1", "#4a88b5", "#1f5f8b")
_GREENS = ("#f3f4dc", "#cfe3bb", "#9ccb9f", "#5fa883", "#2f7f68", "#14524a")
_OCHRES = ("#8a3b12", "#c96a1f", "#e9a04a", "#f6d08f", "#fbf0d6")
_TEALS = ("#f0ede4", "#dbe6d6", "#b5d4cb", "#7fb9b8", "#4791a0", "#1f6684")
_MERGED, _UNTOUCHED = "#74a7cc", "#e4eaef"

_CONSENT_EDGES = (0.95, 0.98, 0.99, 1.0)
_PROGRESS_EDGES = (0.2, 0.4, 0.6, 0.8, 1.0)
_BUDGET_CLASSES = 5


@dataclass(frozen=True)
class LegendClass:
    """One line of a legend: class number, label, colour, and how many villages it holds."""

    number: int
    label: Message
    color: str
    count: int


@dataclass(frozen=True)
class ThemeColumn:
    """A theme's classes and the class of each village.

    Attributes
    ----------
    classes : list of LegendClass
        In order of the value, `MISSING` last and only where a village has no value.
    class_of : array of uint8
        Class number of each village, in the order of the values.
    """

    classes: list[LegendClass]
    class_of: npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Theme:
    """A theme that can be chosen in the legend: its key, title, and how its values are classed."""

    key: str
    title: Message
    note: Message
    classed: Callable[[pd.Series], ThemeColumn]


def themed(values: pd.Series, theme: str) -> ThemeColumn:
    """Put the values of villages into the classes of a theme.

    Parameters
    ----------
    values : Series
        One value a village, missing where unknown. ``merged``: true or false; ``formers``: number
        of former villages, 1 or more; ``consent``: share of those present, 0–1;
        ``budget_per_head``: yuan, 0 or more; ``progress``: budget-weighted mean progress of
        projects, 0–1.
    theme : str
        A key of `THEMES`.

    Returns
    -------
    ThemeColumn
        In the order of the values. A class holds its lower bound and not its upper one.
    """
    return THEMES[theme].classed(values)


def theme_json(
    column: ThemeColumn, *, ids: Sequence[int], text: Callable[[Message], str]
) -> dict[str, Any]:
    """Return a theme as the map page reads it.

    Parameters
    ----------
    column : ThemeColumn
        From `themed`.
    ids : sequence of int
        Unit ids in the order of the values.
    text : callable
        Puts a message into the reader's language.

    Returns
    -------
    dict
        ``ids``, ``class`` (same order) and ``legend``: ``class``, ``label``, ``color``, ``count``.
    """
    return {
        "ids": [int(unit_id) for unit_id in ids],
        "class": column.class_of.tolist(),
        "legend": [
            {
                "class": entry.number,
                "label": text(entry.label),
                "color": entry.color,
                "count": entry.count,
            }
            for entry in column.classes
        ],
    }


def _merged(values: pd.Series) -> ThemeColumn:
    known = values.notna().to_numpy()
    numbers = np.ones(len(values), dtype=np.int64)
    numbers[known] -= values[known].astype(bool).to_numpy()
    labels = [Message(N_("Merged")), Message(N_("Not merged"))]
    return _column(numbers, known, labels, (_MERGED, _UNTOUCHED))


def _formers(values: pd.Series) -> ThemeColumn:
    numbers, known = _numbers(values)
    labels = [Message(N_("%(count)s villages"), {"count": count}) for count in (1, 2, 3, 4)]
    labels[0] = Message(N_("1 village"))
    labels.append(Message(N_("5 villages or more")))
    return _column(np.clip(numbers - 1, 0, 4), known, labels, _BLUES)


def _consent(values: pd.Series) -> ThemeColumn:
    shares, known = _numbers(values)
    labels = [
        Message(N_("under %(high)s%%"), {"high": 95}),
        *(
            Message(N_("%(low)s%% to under %(high)s%%"), {"low": low, "high": high})
            for low, high in ((95, 98), (98, 99), (99, 100))
        ),
        Message(N_("%(share)s%%"), {"share": 100}),
    ]
    return _column(np.digitize(shares, _CONSENT_EDGES), known, labels, _OCHRES)


def _progress(values: pd.Series) -> ThemeColumn:
    shares, known = _numbers(values)
    edges = [0, 20, 40, 60, 80, 100]
    labels = [
        Message(N_("%(low)s%% to under %(high)s%%"), {"low": low, "high": high})
        for low, high in pairwise(edges)
    ]
    labels.append(Message(N_("%(share)s%%"), {"share": 100}))
    return _column(np.digitize(shares, _PROGRESS_EDGES), known, labels, _TEALS)


def _budget_per_head(values: pd.Series) -> ThemeColumn:
    yuan, known = _numbers(values)
    edges = readable_breaks(yuan[known & (yuan > 0)], classes=_BUDGET_CLASSES)
    labels = [Message(N_("no budget"))]
    if edges:
        labels.append(Message(N_("under %(high)s yuan"), {"high": f"{edges[0]:,}"}))
        labels += [
            Message(N_("%(low)s to under %(high)s yuan"), {"low": f"{low:,}", "high": f"{high:,}"})
            for low, high in pairwise(edges)
        ]
        labels.append(Message(N_("%(low)s yuan and more"), {"low": f"{edges[-1]:,}"}))
    else:
        labels.append(Message(N_("with a budget")))
    numbers = np.where(yuan > 0, 1 + np.digitize(yuan, edges), 0)
    colors = _GREENS[: len(labels)]
    if not (known & (yuan <= 0)).any():
        # A village without any project has no budget of zero; do not explain what is not there.
        numbers, labels, colors = numbers - 1, labels[1:], colors[1:]
    return _column(numbers, known, labels, colors)


def readable_breaks(values: npt.NDArray[np.float64], *, classes: int) -> list[int]:
    """Return bounds between classes of about equal count, rounded to two digits.

    Parameters
    ----------
    values : array of float
        Positive numbers without missing ones.
    classes : int
        How many classes at most; fewer where values repeat.

    Returns
    -------
    list of int
        Rising, every one above the smallest value and none above the largest.
    """
    if not len(values):
        return []
    inner = np.quantile(values, np.linspace(0, 1, classes + 1)[1:-1])
    rounded = {_two_digits(value) for value in inner}
    return sorted(edge for edge in rounded if values.min() < edge <= values.max())


def _two_digits(value: float) -> int:
    step = 10 ** max(0, int(np.floor(np.log10(value))) - 1)
    return int(round(value / step) * step)


def _numbers(values: pd.Series) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    known = ~np.isnan(numbers)
    return np.where(known, numbers, 0.0), known


def _column(
    numbers: npt.NDArray[Any],
    known: npt.NDArray[np.bool_],
    labels: Sequence[Message],
    colours: Sequence[str],
) -> ThemeColumn:
    class_of = np.where(known, numbers, MISSING).astype(np.uint8)
    counts = np.bincount(class_of, minlength=MISSING + 1)
    classes = [
        LegendClass(number, label, colour, int(counts[number]))
        for number, (label, colour) in enumerate(zip(labels, colours, strict=True))
    ]
    if counts[MISSING]:
        missing = Message(N_("no data"))
        classes.append(LegendClass(MISSING, missing, MISSING_COLOUR, int(counts[MISSING])))
    return ThemeColumn(classes, class_of)


THEMES: dict[str, Theme] = {
    theme.key: theme
    for theme in (
        Theme(
            "merged",
            Message(N_("Merged or not")),
            Message(N_("Villages that arose from a merger")),
            _merged,
        ),
        Theme(
            "formers",
            Message(N_("Number of former villages")),
            Message(N_("How many former villages each village consists of")),
            _formers,
        ),
        Theme(
            "consent",
            Message(N_("Consent")),
            Message(N_("Share of those present at the meeting who agreed")),
            _consent,
        ),
        Theme(
            "budget_per_head",
            Message(N_("Budget per head")),
            Message(N_("Budgets of all projects by registered population")),
            _budget_per_head,
        ),
        Theme(
            "progress",
            Message(N_("Project progress")),
            Message(N_("Mean progress of all projects, weighted by budget")),
            _progress,
        ),
    )
}
"""The themes by key, in the order of the legend."""
