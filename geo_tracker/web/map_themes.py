"""Themes of the map: the class of every village."""

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.maps.themes import THEMES, ThemeColumn, theme_json, themed
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import shown

bp = Blueprint("map_themes", __name__, url_prefix="/map")


@bp.get("/themes/<theme>.json")
def theme(theme: str) -> ResponseReturnValue:
    """Send the class of every village under a theme."""
    held = register()
    column = theme_column(held, theme)
    return jsonify(theme_json(column, ids=held.villages.index.tolist(), text=shown))


def theme_column(held: Register, theme: str) -> ThemeColumn:
    """Return the classes of a theme and the class of every village, in the register's order.

    Raises
    ------
    NotFoundError
        If there is no such theme.
    """
    if theme not in THEMES:
        raise NotFoundError(N_("There is no theme %(name)s."), name=theme)
    villages = held.villages
    match theme:
        case "merged":
            values = villages["kind"] == "merged"
        case "formers":
            values = villages["formers"]
        case "consent":
            values = villages["consent"]
        case "budget_per_head":
            heads = villages["registered_population"].astype("Float64")
            # No project recorded is not a budget of zero.
            budget = villages["budget_fen"].astype("Float64") / 100
            values = (budget / heads.where(heads > 0)).astype("Float64")
        case _:
            values = villages["progress"]
    return themed(values, theme)
