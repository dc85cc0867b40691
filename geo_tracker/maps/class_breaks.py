"""Where the classes of a number begin and end: by count, by nature, by round steps, about a middle.

A class holds its lower bound and not its upper one. Breaks lie between classes; they are rounded as
far as the distance to their neighbours allows, so that a legend can be read.
"""

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geo_tracker.language import N_, Message

Numbers = npt.NDArray[np.float64]

METHODS: dict[str, Message] = {
    "quantile": Message(N_("Equal counts")),
    "natural": Message(N_("Natural breaks")),
    "equal": Message(N_("Equal steps")),
    "fixed": Message(N_("Fixed breaks")),
    "diverging": Message(N_("About a middle")),
    "tail": Message(N_("Lowest tail")),
}
"""Ways to class a number, in the order they are offered."""

FEWEST, MOST = 3, 7
"""How many classes can be told apart on a map."""

TAIL = (0.01, 0.05, 0.10, 0.25)
"""Shares of the villages, from the lowest, that the classes of a tail hold together."""

_APART = 1000
"""Natural breaks are exact up to so many different values; of more, as many groups stay whole: half
of equal counts, half of equal width, so that neither the many nor the extreme are lost."""

_SPREAD = 0.9
"""Classes about a middle reach so far that this share of the villages lies within them."""


def class_breaks(values: Numbers, method: str, *, classes: int) -> list[float]:
    """Return the breaks between classes.

    Parameters
    ----------
    values : array of float
        Without missing ones, in any order.
    method : str
        ``quantile``, ``natural`` (Fisher–Jenks), ``equal`` or ``tail``, which holds the lowest
        1 %, 5 %, 10 % and 25 % apart whatever ``classes`` says.
    classes : int
        How many classes at most; fewer where values repeat.

    Returns
    -------
    list of float
        Rising, every one above the smallest value and none above the largest.
    """
    if not len(values):
        return []
    low, high = float(values.min()), float(values.max())
    match method:
        case "quantile":
            inner = np.quantile(values, np.linspace(0, 1, classes + 1)[1:-1])
        case "natural":
            inner = np.array(natural_breaks(values, classes=classes))
        case "tail":
            inner = np.quantile(values, TAIL)
        case _:
            inner = np.linspace(low, high, classes + 1)[1:-1]
    whole = bool((values == np.round(values)).all())
    return _readable(inner, low=low, high=high, whole=whole)


def natural_breaks(values: Numbers, *, classes: int) -> list[float]:
    """Return the breaks with the least squared distance to the means of the classes.

    Parameters
    ----------
    values : array of float
        Without missing ones.
    classes : int
        How many classes; fewer where there are fewer different values.

    Returns
    -------
    list of float
        The smallest value of each class but the first.

    Notes
    -----
    Fisher's exact optimum (1958) by dynamic programming over the different values.
    """
    ordered = np.sort(values)
    starts = _group_starts(ordered)
    count = len(starts)
    classes = min(classes, count)
    # About their mean, so that squares of large numbers do not swallow small differences.
    centred = ordered - ordered.mean()
    weight, total, square = (
        np.concatenate([[0.0], np.cumsum(np.add.reduceat(part, starts))])
        for part in (np.ones_like(centred), centred, centred**2)
    )
    first, end = np.arange(count)[:, None], np.arange(1, count + 1)[None, :]
    inside = end > first
    size = np.where(inside, weight[end] - weight[first], 1.0)
    spread = square[end] - square[first] - (total[end] - total[first]) ** 2 / size
    # Row: first value of the last class; column: values up to which the classes reach.
    cost = np.where(inside, spread, np.inf)
    best = cost[0]
    begins: list[npt.NDArray[np.intp]] = []
    for _class in range(1, classes):
        with_class = np.concatenate([[np.inf], best[:-1]])[:, None] + cost
        begins.append(with_class.argmin(axis=0))
        best = with_class.min(axis=0)
    breaks = []
    last = count - 1
    for begin in reversed(begins):
        start = int(begin[last])
        breaks.append(float(ordered[starts[start]]))
        last = start - 1
    return breaks[::-1]


def _group_starts(ordered: Numbers) -> npt.NDArray[np.intp]:
    """Return where the groups begin that stay whole: the different values, or fewer."""
    different = np.flatnonzero(np.diff(ordered, prepend=-np.inf))
    if len(different) <= _APART:
        return different
    half = _APART // 2
    by_rank = ordered[np.linspace(0, len(ordered) - 1, half).astype(int)]
    by_width = np.linspace(ordered[0], ordered[-1], half)
    return np.unique(np.searchsorted(ordered, np.concatenate([by_rank, by_width])))


def breaks_about(values: Numbers, middle: float, *, classes: int) -> tuple[list[float], int]:
    """Return breaks in equal steps on both sides of a middle.

    Parameters
    ----------
    values : array of float
        Without missing ones.
    middle : float
        The break that divides the two sides.
    classes : int
        How many classes at most; an odd number counts as one less, so that both sides are alike.

    Returns
    -------
    breaks : list of float
        Rising, the middle among them. Breaks that no value lies below, or above, are left out.
    below : int
        How many classes lie below the middle.
    """
    each = classes // 2
    distances = np.abs(values - middle)
    reach = float(np.quantile(distances, _SPREAD)) if len(values) else 0.0
    if reach == 0:
        return [middle], 1
    step = _two_digits(reach / each)
    breaks = [round(middle + step * number, 12) for number in range(1 - each, each)]
    low, high = float(values.min()), float(values.max())
    kept = [edge for edge in breaks if edge == middle or low < edge <= high]
    return kept, kept.index(middle) + 1


def readable_middle(values: Numbers) -> float:
    """Return the median in three digits; 0 without values."""
    if not len(values):
        return 0.0
    median = float(np.median(values))
    return _digits(median, 3)


def fixed_breaks(numbers: Sequence[float]) -> list[float]:
    """Return typed breaks as they can be used: finite, rising, each once, no more than there is."""
    finite = {float(number) for number in numbers if np.isfinite(number)}
    return sorted(finite)[: MOST - 1]


def decimals_of(numbers: Sequence[float]) -> int:
    """Return how many decimals it takes to write some numbers as they are, six at most."""
    for decimals in range(6):
        if all(abs(round(number, decimals) - number) < 1e-9 for number in numbers):
            return decimals
    return 6


def _readable(inner: Numbers, *, low: float, high: float, whole: bool) -> list[float]:
    edges = np.unique(inner[(inner > low) & (inner <= high)])
    if not len(edges):
        return []
    around = np.concatenate([[low], edges, [high]])
    gaps = np.diff(around)
    # The last break may be the largest value itself; then only the gap before it counts.
    nearest = np.minimum(gaps[:-1], np.where(gaps[1:] > 0, gaps[1:], np.inf))
    steps = 10.0 ** np.floor(np.log10(nearest / 4))
    rounded = [_to_step(edge, step) for edge, step in zip(edges, steps, strict=True)]
    if whole:
        rounded = [float(np.ceil(edge)) for edge in rounded]
    return sorted({edge for edge in rounded if low < edge <= high})


def _to_step(number: float, step: float) -> float:
    decimals = max(0, -int(np.floor(np.log10(step))))
    return round(round(number / step) * step, decimals)


def _two_digits(number: float) -> float:
    return _digits(number, 2)


def _digits(number: float, digits: int) -> float:
    if number == 0:
        return 0.0
    return _to_step(number, 10.0 ** (int(np.floor(np.log10(abs(number)))) - digits + 1))
