"""Colours of classes, told apart with any colour vision and in grey print.

Sequential ramps in the manner of ColorBrewer: lightness falls evenly from the first colour to the
last. The diverging ramp is light in the middle and dark at both ends, orange below, blue above.
"""

from collections.abc import Sequence

SEQUENTIAL: dict[str, tuple[str, ...]] = {
    "blues": ("#e3edf5", "#b9d3e6", "#84b1d1", "#4a88b5", "#1f5f8b"),
    "greens": ("#f3f4dc", "#cfe3bb", "#9ccb9f", "#5fa883", "#2f7f68", "#14524a"),
    "ochres": ("#fbf0d6", "#f6d08f", "#e9a04a", "#c96a1f", "#8a3b12"),
    "teals": ("#f0ede4", "#dbe6d6", "#b5d4cb", "#7fb9b8", "#4791a0", "#1f6684"),
    "purples": ("#f2eef5", "#d9d0e6", "#b5a7d0", "#8a78b3", "#5d4a8c"),
}
"""Ramps by name, from light to dark."""

_BELOW, _ABOVE = ("#f6e3cd", "#e3a45c", "#9c4a12"), ("#dce8f1", "#74a7cc", "#1f5f8b")

MERGED, UNTOUCHED = "#74a7cc", "#e4eaef"
LIGHTS = {
    "red": "#a3271f",
    "yellow": "#eaa83c",
    "green": "#8fc1b5",
    "unknown": "#bcc4cc",
    "finished": "#e6eeea",
}
"""Colours of project lights on areas, darkest where it is urgent."""


def sequential(name: str, count: int, *, dark_low: bool = False) -> list[str]:
    """Return so many colours of a ramp, from light to dark, or from dark to light."""
    colours = _between(SEQUENTIAL[name], count)
    return colours[::-1] if dark_low else colours


def diverging(below: int, above: int) -> list[str]:
    """Return the colours of so many classes below and above a middle.

    Equal distances from the middle have equally strong colours on both sides.
    """
    most = max(below, above)
    return _between(_BELOW, most)[:below][::-1] + _between(_ABOVE, most)[:above]


def _between(stops: Sequence[str], count: int) -> list[str]:
    if count == 1:
        return [stops[len(stops) // 2]]
    found = []
    for number in range(count):
        place = number * (len(stops) - 1) / (count - 1)
        index = min(int(place), len(stops) - 2)
        first, second = (_channels(stop) for stop in stops[index : index + 2])
        mixed = (round(a + (b - a) * (place - index)) for a, b in zip(first, second, strict=True))
        found.append("#" + "".join(f"{channel:02x}" for channel in mixed))
    return found


def _channels(colour: str) -> tuple[int, ...]:
    return tuple(int(colour[at : at + 2], 16) for at in (1, 3, 5))
