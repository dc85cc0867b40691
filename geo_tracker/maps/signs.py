"""Signs over the colours of a theme: hatching and outlines that some villages bear."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pandas as pd

from geo_tracker.language import Message

Numbers = npt.NDArray[np.uint8]

UNSIGNED: Numbers = np.empty(0, dtype=np.uint8)
"""Of themes without signs."""


@dataclass(frozen=True)
class Sign:
    """What is drawn over the colour of some villages, whatever their class.

    Attributes
    ----------
    code : str
        What `Theme.signed` says of these villages.
    label : Message
        What it means.
    look : str
        ``hatched`` or ``outlined``.
    """

    code: str
    label: Message
    look: str


@dataclass(frozen=True)
class LegendSign:
    """One sign of a legend: its number (1 for the first), what it means, how many bear it."""

    number: int
    label: Message
    look: str
    count: int


def sign_numbers(signs: Sequence[Sign], codes: pd.Series) -> Numbers:
    """Return the number of each village's sign, 1 for the first, 0 where its code has none."""
    found = np.zeros(len(codes), dtype=np.uint8)
    for number, sign in enumerate(signs, start=1):
        found[codes.eq(sign.code).fillna(False).to_numpy(dtype=bool)] = number
    return found


def legend_signs(signs: Sequence[Sign], sign_of: Numbers) -> list[LegendSign]:
    """Return what a legend says of signs, in their order."""
    return [
        LegendSign(number, sign.label, sign.look, int((sign_of == number).sum()))
        for number, sign in enumerate(signs, start=1)
    ]


def signs_text(sign_of: Numbers) -> str:
    """Return the number of every village's sign as one character."""
    return (sign_of + ord("0")).astype(np.uint8).tobytes().decode("ascii")
