"""A small map for a page of text: the drawing, its legend and its scale bar in one picture."""

from collections.abc import Sequence
from dataclasses import dataclass

from geo_tracker.maps.lettering import xml_text
from geo_tracker.maps.paper import Paper, scale_bar
from geo_tracker.maps.sheet import FONTS, INK

MUTED = "#5b6875"

_TEXT_MM, _LINE_MM, _SWATCH_MM = 2.7, 4.6, 6.0
_BAR_MM = 24.0


@dataclass(frozen=True)
class SmallEntry:
    """A line of the legend.

    ``look``: ``area``, ``missing``, ``hatched``, ``outlined``, ``dashes``, ``line``, ``point``,
    ``ring``; or ``text``, which stands for itself.
    """

    label: str
    look: str
    colour: str = INK


def with_legend(
    drawing: str, paper: Paper, entries: Sequence[SmallEntry], *, width_mm: float
) -> str:
    """Return a map with its legend to the right of it.

    Parameters
    ----------
    drawing : str
        One ``<svg>`` element of the paper's size, as `drawn_sheet` makes it.
    paper : Paper
        The frame.
    entries : sequence of SmallEntry
        The legend, from above.
    width_mm : float
        Of the whole picture; what the map leaves of it is the legend's.

    Returns
    -------
    str
        One ``<svg>`` element, ``width_mm`` by the paper's height; its unit is a millimetre.
    """
    left, high = paper.width_mm + 4, paper.height_mm
    bar = scale_bar(paper, longest_mm=_BAR_MM)
    lines = [
        _entry(entry, left, 3 + number * _LINE_MM, width_mm - left)
        for number, entry in enumerate(entries)
    ]
    foot = high - 2
    scale = f"1 : {paper.scale:,}".replace(",", " ")
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width_mm} {high}"'
        f' width="{width_mm}mm" height="{high}mm" font-family="{FONTS}">'
        + drawing.replace("<svg ", '<svg x="0" y="0" ', 1).replace(
            f'width="{paper.width_mm}mm" height="{paper.height_mm}mm"',
            f'width="{paper.width_mm}" height="{paper.height_mm}"',
        )
        + f'<rect x="0.1" y="0.1" width="{paper.width_mm - 0.2}" height="{high - 0.2}"'
        f' fill="none" stroke="{INK}" stroke-width="0.2"/>'
        + "".join(lines)
        + _words(scale, left, foot - 5.4, colour=INK)
        + f'<path d="M{left} {foot - 2.2}v2.2h{bar.length_mm:.2f}v-2.2" fill="none"'
        f' stroke="{INK}" stroke-width="0.3"/>'
        + _words(bar.label, left + bar.length_mm + 2, foot, colour=MUTED)
        + _north(width_mm - 5, foot, paper.north_deg)
        + "</svg>"
    )


def _entry(entry: SmallEntry, left: float, top: float, width: float) -> str:
    if entry.look == "text":
        return _words(entry.label, left, top + 1, colour=MUTED)
    room = width - _SWATCH_MM - 2
    # Narrower letters would be another type size; what has no room ends with an ellipsis.
    label = entry.label
    while len(label) > 1 and _width(label) > room:
        label = label.removesuffix("…")[:-1] + "…"
    return _swatch(entry, left, top - 1.6) + _words(
        label, left + _SWATCH_MM + 2, top + 1, colour=INK
    )


def _width(text: str) -> float:
    return sum(_TEXT_MM if ord(sign) > 0x2E7F else _TEXT_MM * 0.58 for sign in text)


def _words(text: str, x: float, y: float, *, colour: str) -> str:
    return (
        f'<text x="{x:.2f}" y="{y:.2f}" font-size="{_TEXT_MM}" fill="{colour}">'
        f"{xml_text(text)}</text>"
    )


def _swatch(entry: SmallEntry, x: float, y: float) -> str:
    middle = y + 1.6
    box = f'x="{x}" y="{y:.2f}" width="{_SWATCH_MM}" height="3.2"'
    colour = entry.colour
    if entry.look in {"point", "ring"}:
        fill, line = ("#fff", colour) if entry.look == "ring" else (colour, "#fff")
        return (
            f'<circle cx="{x + _SWATCH_MM / 2}" cy="{middle:.2f}" r="1.1" fill="{fill}"'
            f' stroke="{line}" stroke-width="0.45"/>'
        )
    if entry.look in {"line", "dashes"}:
        dashes = ' stroke-dasharray="1.2 0.8"' if entry.look == "dashes" else ""
        line = f'd="M{x} {middle:.2f}h{_SWATCH_MM}" stroke="{colour}" stroke-width="0.4"'
        return f"<path {line}{dashes}/>"
    if entry.look == "missing":
        return f'<rect {box} fill="#f7f8f9" stroke="#bcc5cd" stroke-width="0.2"/>'
    plain = f'<rect {box} fill="{colour}" stroke="#8b97a3" stroke-width="0.1"/>'
    if entry.look == "outlined":
        return f'<rect {box} fill="{colour}" stroke="{INK}" stroke-width="0.5"/>'
    if entry.look == "hatched":
        strokes = "".join(f"M{x + shift} {y + 3.2:.2f}l2-3.2" for shift in (0, 1.3, 2.6, 3.9))
        return f'{plain}<path d="{strokes}" stroke="{INK}" stroke-width="0.22"/>'
    return plain


def _north(x: float, y: float, degrees: float) -> str:
    return (
        f'<g transform="rotate({degrees:.2f} {x} {y - 4})"><path d="M{x} {y - 7}l1.6 7l-1.6-1.2'
        f'l-1.6 1.2z" fill="{INK}"/></g><text x="{x}" y="{y - 7.8}" font-size="2.6"'
        f' text-anchor="middle" font-weight="700" fill="{INK}">N</text>'
    )
