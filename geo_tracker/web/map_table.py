"""The table behind the map: every village with its value and class under the theme shown."""

from typing import Any
from urllib.parse import urlencode

import pandas as pd
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.maps.class_breaks import FEWEST, METHODS, MOST
from geo_tracker.maps.theme_list import GROUPS, THEMES
from geo_tracker.maps.themes import MISSING
from geo_tracker.web.filters import chosen_code, place_filter
from geo_tracker.web.followup_sides import offered_themes, theme_sides
from geo_tracker.web.map_themes import ShownTheme, amount, chosen_theme, theme_column, theme_url
from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import shown
from geo_tracker.workflows.csv_files import csv_for_spreadsheets

bp = Blueprint("map_table", __name__, url_prefix="/map")

_SORTS: dict[str, tuple[str, list[str], bool]] = {
    "lowest": (N_("Lowest first"), ["order"], True),
    "highest": (N_("Highest first"), ["order"], False),
    "place": (N_("By county and town"), ["county_code", "town_code", "stat_code"], True),
}


@bp.get("/table")
def show() -> ResponseReturnValue:
    """Show the villages with value and class."""
    held = register()
    if not held.sides:
        return render_template("map/table.html", shown_theme=None)
    found = theme_column(held, chosen_theme(held))
    places = place_filter(held.versions)
    rows = places.applied(_rows(found))
    number, sign, rows = _narrowed(found, rows)
    sort = chosen_code("sort", _SORTS, default="lowest")
    _text, columns, ascending = _SORTS[sort]
    page = paged(rows.sort_values(columns, ascending=ascending, kind="stable"))
    return render_template(
        "map/table.html",
        shown_theme=found,
        filters={
            **{"county": places.county, "town": places.town, "class": number, "sort": sort},
            "sign": sign,
            **_choice(found),
        },
        groups=_groups(held),
        sides=[("merged", _("Present villages")), ("former", _("Former villages"))]
        if len(held.sides) > 1
        else [],
        methods=[(key, shown(text)) for key, text in METHODS.items()],
        counts=[(str(count), str(count)) for count in range(FEWEST, MOST + 1)],
        counties=places.counties,
        towns=places.towns,
        classes=[(str(entry.number), shown(entry.label)) for entry in found.column.classes],
        signs=[(str(sign.number), shown(sign.label)) for sign in found.column.signs],
        sorts=[(code, _(text)) for code, (text, _columns, _up) in _SORTS.items()],
        rows=[_row(found, row) for row in page.rows.reset_index().to_dict("records")],
        decimals=0 if found.theme.counts else 2,
        page=page,
        accounts=_accounts(held, found),
        map_url=theme_url("map.show", found.chosen),
        csv_url=url_for(".csv") + "?" + urlencode(request.args),
    )


@bp.get("/table.csv")
def csv() -> Response:
    """Send the villages with value and class as a table for spreadsheets."""
    held = register()
    if not held.sides:
        raise NotFoundError(N_("There are no boundaries yet"))
    found = theme_column(held, chosen_theme(held))
    _number, _sign, rows = _narrowed(found, place_filter(held.versions).applied(_rows(found)))
    labels = {entry.number: shown(entry.label) for entry in found.column.classes}
    table = pd.DataFrame(
        {
            _("Code"): rows["stat_code"],
            _("Village"): rows["name"],
            _("County"): rows["county"],
            _("Town"): rows["town"],
            found.heading(): rows["value"] if found.unit else rows["class"].map(labels),
            _("Class"): rows["class"].map(labels),
            _("Source"): found.origin(),
        }
    )
    if found.column.signs:
        said = {sign.number: shown(sign.label) for sign in found.column.signs}
        table.insert(len(table.columns) - 1, _("How sure"), rows["sign"].map(said))
    answer = Response(csv_for_spreadsheets(table), mimetype="text/csv")
    name = f"{found.chosen.theme}-{found.chosen.side}.csv"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    return answer


def _narrowed(found: ShownTheme, rows: pd.DataFrame) -> tuple[str, str, pd.DataFrame]:
    """Return the class and the sign that the address asks for, empty for all, and their rows."""
    number = chosen_code("class", [str(entry.number) for entry in found.column.classes])
    sign = chosen_code("sign", [str(sign.number) for sign in found.column.signs])
    if number:
        rows = rows[rows["class"] == int(number)]
    if sign:
        rows = rows[rows["sign"] == int(sign)]
    return number, sign, rows


def _rows(found: ShownTheme) -> pd.DataFrame:
    rows = found.side.units[["name", "stat_code", "county_code", "county", "town_code", "town"]]
    numbers = found.column.class_of.astype(int)
    is_number = bool(found.unit)
    return rows.assign(
        value=found.column.values,
        order=found.column.values if is_number else pd.Series(numbers, rows.index),
        sign=found.column.sign_of if found.column.signs else 0,
        **{"class": numbers},
    ).assign(order=lambda table: table["order"].mask(table["class"] == MISSING))


def _row(found: ShownTheme, row: dict[str, Any]) -> dict[str, Any]:
    entry = next(entry for entry in found.column.classes if entry.number == row["class"])
    is_known = entry.number != MISSING
    return {
        "unit_id": row["unit_id"],
        "name": row["name"],
        "code": or_none(row["stat_code"]),
        "county": or_none(row["county"]),
        "town": or_none(row["town"]),
        "value": or_none(row["value"]) if found.unit else None,
        "label": shown(entry.label),
        "sign": next(
            (shown(sign.label) for sign in found.column.signs if sign.number == row["sign"]), None
        ),
        "color": entry.color if is_known else None,
        "map_url": theme_url("map.show", found.chosen, village=row["unit_id"]),
    }


def _choice(found: ShownTheme) -> dict[str, Any]:
    """Return the choice as the form shows it: what the theme says where nobody chose."""
    chosen, column = found.chosen, found.column
    return {
        "theme": chosen.theme,
        "side": chosen.side,
        "method": column.method,
        "classes": str(chosen.classes),
        "breaks": ", ".join(f"{edge:.12g}" for edge in column.breaks)
        if column.method == "fixed"
        else "",
        "middle": "" if chosen.middle is None else f"{chosen.middle:.12g}",
    }


def _groups(held: Register) -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the themes that have something to show, as (group, [(key, title)])."""
    offered = offered_themes(held)
    return [
        (shown(title), in_group)
        for key, title in GROUPS.items()
        if (
            in_group := [
                (name, shown(THEMES[name].title)) for name in offered if THEMES[name].group == key
            ]
        )
    ]


def _accounts(held: Register, found: ShownTheme) -> list[dict[str, str]]:
    """Return both sides of a sum: what their villages have, what no village of the side has."""
    name = found.theme.summed
    if not name or len(held.sides) < 2:
        return []
    words = {"merged": _("Present villages"), "former": _("Former villages")}
    return [
        {
            "side": words[key],
            "sum": amount(name, side.sums[name]),
            "elsewhere": amount(name, side.elsewhere[name]),
            "total": amount(name, side.sums[name] + side.elsewhere[name]),
        }
        for key, side in theme_sides(held, found.theme).items()
    ]
