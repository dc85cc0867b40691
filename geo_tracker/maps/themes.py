"""Themes of the map: one value a village, put into few classes with a colour and a count each."""

import math
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_tracker.language import N_, Message
from geo_tracker.maps.class_breaks import (
    FEWEST,
    METHODS,
    MOST,
    breaks_about,
    class_breaks,
    decimals_of,
    fixed_breaks,
    readable_middle,
)
from geo_tracker.maps.ramps import diverging, sequential
from geo_tracker.maps.signs import UNSIGNED, LegendSign, Sign, legend_signs, sign_numbers

MISSING = 255
"""Class number of villages without a value."""

MISSING_COLOUR = "#eceef0"

CLASSES = 5
"""How many classes a number falls into where nobody says otherwise."""

SIDES = ("merged", "former")
"""Whose figures are shown: the villages of today, or those before the newest merger."""

_CLASS_CHARACTERS = "0123456789"
_MISSING_CHARACTER = "-"


@dataclass(frozen=True)
class Category:
    """A class that is a word and no number."""

    code: object
    label: Message
    color: str


@dataclass(frozen=True, kw_only=True)
class Theme:
    """A theme that can be chosen.

    Attributes
    ----------
    key, title, note
        What it is called in addresses, in the list, and what it says under the list.
    former_note : Message or None
        What it says of former villages, where that differs.
    group : str
        A key of `geo_tracker.maps.theme_list.GROUPS`.
    values : callable
        From the villages of a side (`Side.units`) to one value each: numbers as they are shown,
        or the code of a category; missing where not known.
    categories : sequence of Category
        Empty for numbers.
    unit : str
        A key of `geo_tracker.maps.theme_list.UNITS`; empty for categories.
    counts : bool
        Whether the numbers are counts of things, and so whole and not below 0.
    method : str
        How the number is classed at first.
    breaks : sequence of float
        Fixed breaks of the theme.
    top : float or None
        The largest value there can be; a class from there on is labelled by it alone.
    ramp : str
        A key of `geo_tracker.maps.ramps.SEQUENTIAL`.
    dark_low : bool
        Whether low values are those to look at.
    summed : str
        Column whose sum is the theme's total; empty where a sum means nothing.
    pooled : tuple of (str, str, float) or None
        Numerator, denominator and factor of a rate: pooled over all villages, never averaged.
    source : str
        Where the values come from: ``layers``, ``votes``, ``projects``, ``figures``, ``problems``,
        ``visits`` or ``lag``.
    absent : Message
        Label of the villages without a value.
    signs : sequence of Sign
        Empty for most themes.
    signed : str
        Column that says which sign a village bears; other values bear none.
    marked : Message or None
        What points are called that are shown with the theme, where it has any.
    """

    key: str
    title: Message
    note: Message
    group: str
    values: Callable[[pd.DataFrame], pd.Series]
    source: str
    former_note: Message | None = None
    categories: Sequence[Category] = ()
    unit: str = ""
    counts: bool = False
    method: str = "quantile"
    breaks: Sequence[float] = ()
    top: float | None = None
    ramp: str = "blues"
    dark_low: bool = False
    summed: str = ""
    pooled: tuple[str, str, float] | None = None
    absent: Message = field(default_factory=lambda: Message(N_("no data")))
    signs: Sequence[Sign] = ()
    signed: str = ""
    marked: Message | None = None


@dataclass(frozen=True, kw_only=True)
class ChosenTheme:
    """What somebody chose, as it stands in an address; what is left out is the theme's own.

    Attributes
    ----------
    theme : str
        Key of a theme.
    side : str
        One of `SIDES`.
    method : str
        A key of `METHODS`, or empty.
    classes : int
        `FEWEST` to `MOST`.
    breaks : tuple of float
        For fixed breaks; empty for those of the theme.
    middle : float or None
        For classes about a middle; None for the median.
    """

    theme: str
    side: str = "merged"
    method: str = ""
    classes: int = CLASSES
    breaks: tuple[float, ...] = ()
    middle: float | None = None

    @classmethod
    def read(
        cls, asked: Mapping[str, str], *, themes: Collection[str], sides: Collection[str]
    ) -> "ChosenTheme":
        """Read a choice from an address; what cannot be used there is as if it were not there."""
        keys = list(themes)
        theme = asked.get("theme", "")
        side = asked.get("side", "")
        method = asked.get("method", "")
        return cls(
            theme=theme if theme in keys else keys[0],
            side=side if side in sides else SIDES[0],
            method=method if method in METHODS else "",
            classes=_whole(asked.get("classes", ""), CLASSES, FEWEST, MOST),
            breaks=tuple(fixed_breaks(_numbers_in(asked.get("breaks", "")))),
            middle=next(iter(_numbers_in(asked.get("middle", ""))), None),
        )

    def address(self) -> dict[str, str]:
        """Return what has to stand in an address to read the same choice again."""
        found = {"theme": self.theme}
        if self.side != SIDES[0]:
            found["side"] = self.side
        if self.method:
            found["method"] = self.method
        if self.classes != CLASSES:
            found["classes"] = str(self.classes)
        if self.breaks:
            found["breaks"] = ",".join(f"{number:.12g}" for number in self.breaks)
        if self.middle is not None:
            found["middle"] = f"{self.middle:.12g}"
        return found


@dataclass(frozen=True)
class LegendClass:
    """One line of a legend: class number, label, colour, and how many villages it holds."""

    number: int
    label: Message
    color: str
    count: int


@dataclass(frozen=True, kw_only=True)
class ThemeColumn:
    """A theme's classes and the class of each village.

    Attributes
    ----------
    classes : list of LegendClass
        In order of the value, `MISSING` last and only where a village has no value.
    class_of : array of uint8
        Class number of each village, in the order of the values.
    values : Series
        The values that were classed.
    method : str
        How they were classed; empty for categories.
    breaks : list of float
        Between the classes of a number.
    middle : float or None
        The middle, where classes lie about one.
    signs : list of LegendSign
        In the order of the theme's.
    sign_of : array of uint8
        Number of each village's sign, 0 for none; empty for themes without signs.
    """

    classes: list[LegendClass]
    class_of: npt.NDArray[np.uint8]
    values: pd.Series
    method: str = ""
    breaks: Sequence[float] = ()
    middle: float | None = None
    signs: Sequence[LegendSign] = ()
    sign_of: npt.NDArray[np.uint8] = field(default_factory=lambda: UNSIGNED)


def classed(theme: Theme, units: pd.DataFrame, chosen: ChosenTheme) -> ThemeColumn:
    """Put the villages of a side into the classes of a theme.

    Parameters
    ----------
    theme : Theme
        The theme.
    units : DataFrame
        The villages, as `Theme.values` takes them.
    chosen : ChosenTheme
        How a number is classed.

    Returns
    -------
    ThemeColumn
        In the order of the villages. A class holds its lower bound and not its upper one.
    """
    values = theme.values(units)
    if theme.categories:
        return _in_categories(theme, values)
    numbers = pd.to_numeric(values).to_numpy(dtype=float, na_value=np.nan)
    known = numbers[~np.isnan(numbers)]
    method = chosen.method or theme.method
    middle = None
    match method:
        case "diverging":
            middle = readable_middle(known) if chosen.middle is None else chosen.middle
            breaks, below = breaks_about(known, middle, classes=chosen.classes)
            colours = diverging(below, len(breaks) + 1 - below)
        case "fixed":
            breaks = list(chosen.breaks or theme.breaks) or class_breaks(
                known, "quantile", classes=chosen.classes
            )
            colours = sequential(theme.ramp, len(breaks) + 1, dark_low=theme.dark_low)
        case "tail":
            breaks = class_breaks(known, method, classes=chosen.classes)
            colours = sequential("ochres", len(breaks) + 1, dark_low=True)
        case _:
            breaks = class_breaks(known, method, classes=chosen.classes)
            colours = sequential(theme.ramp, len(breaks) + 1, dark_low=theme.dark_low)
    class_of = np.where(np.isnan(numbers), MISSING, np.digitize(numbers, breaks))
    labels = _labels(breaks, known, theme)
    sign_of = sign_numbers(theme.signs, units[theme.signed]) if theme.signs else UNSIGNED
    return ThemeColumn(
        classes=_legend(class_of, labels, colours, theme.absent),
        class_of=class_of.astype(np.uint8),
        values=pd.Series(numbers, index=values.index),
        method=method,
        breaks=breaks,
        middle=middle,
        signs=legend_signs(theme.signs, sign_of),
        sign_of=sign_of,
    )


def classes_text(column: ThemeColumn) -> str:
    """Return the class of every village as one character, ``-`` for none: small when packed."""
    characters = np.full(MISSING + 1, ord(_MISSING_CHARACTER), dtype=np.uint8)
    characters[: len(_CLASS_CHARACTERS)] = [ord(character) for character in _CLASS_CHARACTERS]
    return characters[column.class_of].tobytes().decode("ascii")


def id_runs(ids: npt.NDArray[np.int64]) -> list[list[int]]:
    """Return rising ids as runs of neighbours, each its first id and how many there are."""
    if not len(ids):
        return []
    starts = np.flatnonzero(np.diff(ids, prepend=ids[0] - 2) != 1)
    lengths = np.diff(starts, append=len(ids))
    return [[int(ids[start]), int(length)] for start, length in zip(starts, lengths, strict=True)]


def _in_categories(theme: Theme, values: pd.Series) -> ThemeColumn:
    numbers = {category.code: number for number, category in enumerate(theme.categories)}
    class_of = np.array(
        [MISSING if pd.isna(value) else numbers[value] for value in values.tolist()], dtype=np.uint8
    )
    labels = [category.label for category in theme.categories]
    colours = [category.color for category in theme.categories]
    return ThemeColumn(
        classes=_legend(class_of, labels, colours, theme.absent), class_of=class_of, values=values
    )


def _labels(breaks: Sequence[float], known: npt.NDArray[np.float64], theme: Theme) -> list[Message]:
    if not breaks:
        return [_only(known)]
    decimals = decimals_of(breaks)
    texts = [f"{edge:,.{decimals}f}" for edge in breaks]
    if decimals == 0 and theme.counts:
        return _labels_of_whole(breaks)
    labels = [Message(N_("under %(high)s"), {"high": texts[0]})]
    labels += [
        Message(N_("%(low)s to under %(high)s"), {"low": low, "high": high})
        for low, high in pairwise(texts)
    ]
    last = N_("%(low)s and more")
    labels.append(Message("%(low)s" if theme.top == breaks[-1] else last, {"low": texts[-1]}))
    return labels


def _labels_of_whole(breaks: Sequence[float]) -> list[Message]:
    """Return labels of classes of counted things, by the numbers they hold."""
    first = breaks[0] - 1
    under = Message(N_("%(high)s or fewer"), {"high": f"{first:,.0f}"})
    labels = [Message("%(low)s", {"low": "0"}) if first == 0 else under]
    for low, end in pairwise(breaks):
        high = end - 1
        text = f"{low:,.0f}" if low == high else f"{low:,.0f}–{high:,.0f}"
        labels.append(Message("%(low)s", {"low": text}))
    labels.append(Message(N_("%(low)s and more"), {"low": f"{breaks[-1]:,.0f}"}))
    return labels


def _only(known: npt.NDArray[np.float64]) -> Message:
    if not len(known):
        return Message(N_("no value"))
    number = float(known.min())
    return Message("%(low)s", {"low": f"{number:,.{decimals_of([number])}f}"})


def _legend(
    class_of: npt.NDArray[Any],
    labels: Sequence[Message],
    colours: Sequence[str],
    absent: Message,
) -> list[LegendClass]:
    counts = np.bincount(class_of.astype(np.int64), minlength=MISSING + 1)
    classes = [
        LegendClass(number, label, colour, int(counts[number]))
        for number, (label, colour) in enumerate(zip(labels, colours, strict=True))
    ]
    if counts[MISSING]:
        classes.append(LegendClass(MISSING, absent, MISSING_COLOUR, int(counts[MISSING])))
    return classes


def _whole(text: str, default: int, lowest: int, highest: int) -> int:
    number = next(iter(_numbers_in(text)), float(default))
    return int(min(max(number, lowest), highest))


def _numbers_in(text: str) -> list[float]:
    """Return the numbers of a list, whatever stands between them; what is no number is left out."""
    found = []
    # Longer ones are no list that a person typed.
    for part in text[:200].replace("，", ",").replace("；", ",").replace(";", ",").split(","):
        try:
            number = float(part.strip())
        except ValueError:
            continue
        if math.isfinite(number):
            found.append(number)
    return found
