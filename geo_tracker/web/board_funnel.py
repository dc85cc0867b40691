"""A funnel as a picture: peers' rates by how much stands behind them, and the limits of chance."""

from itertools import pairwise
from typing import Any

from flask import url_for
from flask_babel import gettext as _

from geo_tracker.web.board_words import STANDINGS, component_text
from geo_tracker.web.texts import number, percent

WIDTH, HEIGHT = 280.0, 170.0
_LEFT, _RIGHT, _TOP, _BOTTOM = 6.0, 6.0, 18.0, 18.0
_LETTER = 10.0
_OUTSIDE = ("far_above", "above", "below", "far_below")


def funnels(content: dict[str, Any], board_id: int) -> list[dict[str, Any]]:
    """Return a funnel for each component that chance has limits for.

    Returns
    -------
    list of dict
        ``title``, ``pooled`` (text), ``middle`` (height of the pooled rate), ``lines``: list of
        {``kind``, ``points``}, ``dots``: list of {``x``, ``y``, ``standing``, ``label`` (of those
        outside, else None), ``anchor``, ``label_x``, ``label_y``, ``title``, ``url``}, ``low``,
        ``high``, ``most`` (texts at the ends of the axes), ``width``, ``height``; numbers are
        those of an SVG's box.
    """
    found = [_funnel(content, one, board_id) for one in content["components"] if one["curve"]]
    return [one for one in found if one]


def _funnel(
    content: dict[str, Any], component: dict[str, Any], board_id: int
) -> dict[str, Any] | None:
    code = component["code"]
    units = [(unit, unit["cells"][code]) for unit in content["units"]]
    units = [(unit, cell) for unit, cell in units if cell["rate"] is not None]
    if not units:
        return None
    pooled = component["pooled_part"] / component["pooled_whole"]
    wholes = [cell["whole"] for _unit, cell in units]
    most: int = max(wholes)
    drawn = [one for one in component["curve"] if one[0] >= min(*wholes, most / 20) / 2]
    rates = [pooled, *(cell["rate"] for _unit, cell in units)]
    near = [limits for whole, limits in drawn if whole >= min(wholes)] or [drawn[-1][1]]
    low: float = max(0.0, min(*rates, *(limits[0] for limits in near)) - 0.03)
    high: float = min(1.0, max(*rates, *(limits[3] for limits in near)) + 0.03)

    def x(whole: float) -> float:
        return round(_LEFT + (WIDTH - _LEFT - _RIGHT) * whole / most, 2)

    def y(rate: float) -> float:
        inside = min(max(rate, low), high)
        return round(_TOP + (HEIGHT - _TOP - _BOTTOM) * (high - inside) / (high - low), 2)

    kinds = ("outer", "inner", "inner", "outer")
    lines = [
        {"kind": kind, "points": " ".join(f"{x(whole)},{y(limits[at])}" for whole, limits in drawn)}
        for at, kind in enumerate(kinds)
    ]
    dots = [_dot(unit, cell, x(cell["whole"]), y(cell["rate"]), board_id) for unit, cell in units]
    _spread(dots)
    return {
        "title": component_text(code),
        "pooled": percent(pooled),
        "middle": y(pooled),
        "lines": lines,
        "dots": dots,
        "low": percent(low, 0),
        "high": percent(high, 0),
        "most": number(most),
        "width": WIDTH,
        "height": HEIGHT,
    }


def _dot(
    unit: dict[str, Any], cell: dict[str, Any], x: float, y: float, board_id: int
) -> dict[str, Any]:
    is_left = x < WIDTH / 2
    standing = cell["standing"]
    said = _(
        "%(name)s: %(rate)s, %(part)s of %(whole)s, %(standing)s",
        name=unit["name"],
        rate=percent(cell["rate"]),
        part=number(cell["part"]),
        whole=number(cell["whole"]),
        standing=_(STANDINGS[standing]),
    )
    return {
        "x": x,
        "y": y,
        "standing": standing,
        "label": unit["name"] if standing in _OUTSIDE else None,
        "anchor": "start" if is_left else "end",
        "label_x": x + 6 if is_left else x - 6,
        "label_y": y + 3.5,
        "title": said,
        "url": url_for("board_unit.show", board_id=board_id, place=unit["place"]),
    }


def _spread(dots: list[dict[str, Any]]) -> None:
    """Move labels apart that would lie on each other."""
    labelled = sorted((dot for dot in dots if dot["label"]), key=lambda dot: float(dot["label_y"]))
    for above, below in pairwise(labelled):
        if below["label_y"] - above["label_y"] < _LETTER:
            below["label_y"] = min(above["label_y"] + _LETTER, HEIGHT - 1)
