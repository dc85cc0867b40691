"""What a board says of a unit and of each component, and where the rows of each number are."""

from statistics import fmean
from typing import Any

from flask import url_for
from flask_babel import gettext

from geo_tracker.db.models import Board
from geo_tracker.db.quarter_counts import BETWEEN
from geo_tracker.followup.board_lines import read_quarter
from geo_tracker.indicators.cockpit import RATES
from geo_tracker.web.board_words import (
    STANDINGS,
    amount_text,
    change_text,
    component_text,
    verdict,
)
from geo_tracker.web.cockpit_cards import Place

Content = dict[str, Any]


def unit_values(board: Board, content: Content, unit: dict[str, Any]) -> dict[str, Any]:
    """Return a unit of a board as pages show it."""
    changes = [one["change"] for one in content["units"] if one["change"] is not None]
    moved = unit["change"]
    return {
        "place": unit["place"],
        "name": unit["name"],
        "url": url_for("board_unit.show", board_id=board.id, place=unit["place"]),
        "map_url": url_for("map.show", **_place(board, unit["place"]).within),
        "rank": unit["rank"],
        "score": unit["score"],
        "known": unit["known"],
        "change": change_text(moved),
        "change_rank": None if moved is None else 1 + sum(other > moved for other in changes),
        "verdict": verdict(unit),
    }


def cell_values(
    board: Board, content: Content, unit: dict[str, Any], component: dict[str, Any]
) -> dict[str, Any]:
    """Return a component of a unit: figures, their words, and where their rows are."""
    code = component["code"]
    cell, is_money = unit["cells"][code], not component["by_chance"]
    part, whole = RATES[code]
    there = _place(board, unit["place"])

    def number_of(measure: str, value: int | None) -> dict[str, Any]:
        url = _rows(board, there, measure) if value else None
        return {"text": amount_text(value, is_money=is_money), "url": url}

    return {
        "code": code,
        "title": component_text(code),
        "rate": cell["rate"],
        "part": number_of(part, cell["part"]),
        "whole": number_of(whole, cell["whole"]),
        "standing": cell["standing"],
        "standing_text": gettext(STANDINGS[cell["standing"]]),
        "points": cell["points"],
        "change": change_text(cell["change"]),
        "is_real": cell["is_real"],
        "is_money": is_money,
    }


def _place(board: Board, code: str) -> Place:
    quarter = read_quarter(board.quarter)
    return Place(on=quarter.last_on, is_past=True, county=board.area_code).at(code)


def _rows(board: Board, there: Place, measure: str) -> str:
    """Return where the rows of a number are: as they stood when the quarter ended."""
    if measure not in BETWEEN:
        return there.rows(measure)
    quarter = read_quarter(board.quarter)
    return url_for(
        "problems.index",
        counted=measure,
        on=quarter.last_on.isoformat(),
        since=quarter.before.last_on.isoformat(),
        **there.within,
    )


def peers_by_place(content: Content) -> dict[str, dict[str, Any]]:
    """Return by unit what peers said: ``mean``, ``count``, ``comments``."""
    found: dict[str, list[dict[str, Any]]] = {}
    for one in content["peers"]:
        found.setdefault(one["place"], []).append(one)
    return {
        place: {
            "mean": fmean(one["score"] for one in some),
            "count": len(some),
            "all": some,
            "comments": [one for one in some if one["comment"]],
        }
        for place, some in found.items()
    }
