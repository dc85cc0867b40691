"""Themes of the map: the class of every village of a side, with all that a legend says of it.

`theme_column` is the one way from a choice to its classes: for the map, its table, and paper.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

import numpy as np
import pandas as pd
from flask import Blueprint, Response, jsonify, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.maps.class_breaks import decimals_of
from geo_tracker.maps.signs import signs_text
from geo_tracker.maps.theme_list import THEMES, UNITS
from geo_tracker.maps.themes import (
    MISSING,
    ChosenTheme,
    Theme,
    ThemeColumn,
    classed,
    classes_text,
    id_runs,
)
from geo_tracker.web.answers import FOR_EVER
from geo_tracker.web.day import judging_day
from geo_tracker.web.followup_sides import (
    FOLLOWUP_SOURCES,
    followup_sides,
    offered_themes,
    theme_sides,
)
from geo_tracker.web.lag_sides import LAG_SOURCE, Mark, hidden_marks
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Register, register
from geo_tracker.web.register_sides import Side, days_of, imports_of, pooled
from geo_tracker.web.texts import shown

bp = Blueprint("map_themes", __name__, url_prefix="/map")

_SHEETS = {
    **{source: source for source in ("votes", "projects", *FOLLOWUP_SOURCES)},
    **{"figures": "villages", "layers": None, LAG_SOURCE: None},
}
_NAMED_SOURCES = 2


@dataclass(frozen=True, kw_only=True)
class ShownTheme:
    """A theme as somebody chose it: its classes, and what a legend says beside them.

    Attributes
    ----------
    chosen : ChosenTheme
        What was chosen.
    theme : Theme
        The theme.
    side : Side
        The villages shown; `column` is in their order.
    column : ThemeColumn
        Classes, class and value of every village.
    title, note, unit : str
        In the reader's language; the unit is empty for words.
    summary : list of str
        Lines below the classes: total, pooled rate, middle.
    days : sequence of date
        First and last date the values hold at; none where nothing is known.
    sources : list of dict
        Source chips of the newest imports, as `provenance`.
    marks : list of Mark
        Points that are shown with the theme.
    """

    chosen: ChosenTheme
    theme: Theme
    side: Side
    column: ThemeColumn
    title: str
    note: str
    unit: str
    summary: list[str]
    days: Sequence[date]
    sources: list[dict[str, Any]]
    marks: Sequence[Mark] = ()

    def heading(self) -> str:
        """Return the title with the unit."""
        return f"{self.title} ({self.unit})" if self.unit else self.title

    def origin(self) -> str:
        """Return date and source in one line."""
        texts = [" – ".join(str(day) for day in self.days)] if self.days else []
        texts += [source["title"] for source in self.sources]
        return " · ".join(texts)


def class_numbers(found: ShownTheme, units: pd.Index) -> pd.Series:
    """Return the class of some villages by ``unit_id``; `MISSING` where the side has none."""
    classes = pd.Series(found.column.class_of, index=found.side.units.index)
    return classes.reindex(units, fill_value=MISSING).astype(int)


def looks_of(found: ShownTheme) -> pd.Series:
    """Return the look of each village over its colour, by ``unit_id``; empty where it has none."""
    looks = np.array(["", *(sign.look for sign in found.column.signs)], dtype=object)
    index = found.side.units.index
    return pd.Series(looks[found.column.sign_of] if len(looks) > 1 else "", index=index)


def mark_rows(found: ShownTheme) -> pd.DataFrame:
    """Return ``name``, ``about``, ``lon``, ``lat``, ``current_unit_id``, ``light`` of the marks."""
    rows = [
        (mark.name, mark.about, mark.lon, mark.lat, mark.present_unit_id, None)
        for mark in found.marks
    ]
    columns = ["name", "about", "lon", "lat", "current_unit_id", "light"]
    return pd.DataFrame(rows, columns=columns)


def theme_url(endpoint: str, chosen: ChosenTheme, **others: Any) -> str:
    """Return the address of a page about a theme as it was chosen."""
    values: dict[str, Any] = chosen.address() | others
    return url_for(endpoint, **values)


def chosen_theme(held: Register) -> ChosenTheme:
    """Return the theme that the request's address asks for."""
    return ChosenTheme.read(request.args, themes=offered_themes(held), sides=held.sides)


def present_theme(held: Register) -> ShownTheme:
    """Return what the address asks for of present villages, as a file to take along shows it."""
    asked = request.args.to_dict() | {"side": "merged"}
    return theme_column(
        held, ChosenTheme.read(asked, themes=offered_themes(held), sides=held.sides)
    )


def theme_column(held: Register, chosen: ChosenTheme) -> ShownTheme:
    """Put the villages of a side into the classes of a theme.

    Parameters
    ----------
    held : Register
        The register; it has at least one layer.
    chosen : ChosenTheme
        The choice, as `chosen_theme` reads it from an address.
    """
    theme = THEMES[chosen.theme]
    side = theme_sides(held, theme)[chosen.side]
    column = classed(theme, side.units, chosen)
    note = theme.former_note if chosen.side == "former" and theme.former_note else theme.note
    named = [
        provenance(number, sheet=_SHEETS[theme.source])
        for number in _imports(held, theme, side)[:_NAMED_SOURCES]
    ]
    return ShownTheme(
        chosen=chosen,
        theme=theme,
        side=side,
        column=column,
        title=shown(theme.title),
        note=shown(note),
        unit=shown(UNITS[theme.unit]) if theme.unit else "",
        summary=_summary(held, theme, side, column, chosen),
        days=_days(held, theme, side),
        sources=[source for source in named if source],
        marks=hidden_marks(held) if theme.marked else (),
    )


def _days(held: Register, theme: Theme, side: Side) -> Sequence[date]:
    if theme.source == LAG_SOURCE:
        return [judging_day()]
    is_followup = theme.source in FOLLOWUP_SOURCES
    return [judging_day()] if is_followup else days_of(held, theme.source, side)


def _imports(held: Register, theme: Theme, side: Side) -> Sequence[int]:
    if theme.source == LAG_SOURCE:
        # Drawn from all there is; whoever asks finds it in the village's profile.
        return []
    if theme.source in FOLLOWUP_SOURCES:
        return followup_sides(held).imports[theme.source]
    return imports_of(held, theme.source, side)


def _summary(
    held: Register, theme: Theme, side: Side, column: ThemeColumn, chosen: ChosenTheme
) -> list[str]:
    unit = shown(UNITS[theme.unit]) if theme.unit else ""
    lines = []
    if column.middle is not None:
        middle = f"{column.middle:,.{decimals_of([column.middle])}f}"
        if chosen.middle is None:
            lines.append(_("Middle: %(middle)s, about the median", middle=middle))
        else:
            lines.append(_("Middle: %(middle)s", middle=middle))
    if theme.summed:
        name = theme.summed
        lines.append(
            _("Total %(amount)s %(unit)s", amount=amount(name, side.sums[name]), unit=unit)
        )
        if side.elsewhere[name]:
            rest = amount(name, side.elsewhere[name])
            lines.append(_("and %(amount)s that no village of this side has", amount=rest))
        totals = [
            other.sums[name] + other.elsewhere[name] for other in theme_sides(held, theme).values()
        ]
        if len(totals) > 1 and len(set(totals)) == 1:
            lines.append(_("the same for former and present villages"))
    if theme.pooled:
        upper, lower, factor = theme.pooled
        rate = pooled(side.units, upper, lower)
        if rate is not None:
            text = f"{rate * factor:,.{2 if theme.unit == 'percent' else 0}f}"
            lines.append(_("All together: %(rate)s %(unit)s", rate=text, unit=unit))
    return lines


def amount(column: str, total: int) -> str:
    """Return a total as it is shown, money (fen) in 10,000 yuan without losing a fen."""
    if not column.endswith("_fen"):
        return f"{total:,}"
    text = f"{Decimal(total) / 1_000_000:,.6f}".rstrip("0")
    whole, _point, decimals = text.partition(".")
    return f"{whole}.{decimals:0<2}"


@bp.get("/themes/<theme>.json")
def theme(theme: str) -> ResponseReturnValue:
    """Send a theme's legend and the class of every village, in the order of the ids."""
    held = register()
    if theme not in offered_themes(held):
        raise NotFoundError(N_("There is no theme %(name)s."), name=theme)
    asked = request.args.to_dict() | {"theme": theme}
    chosen = ChosenTheme.read(asked, themes=offered_themes(held), sides=held.sides)
    found = theme_column(held, chosen)
    column = found.column
    return jsonify(
        {
            "ids": url_for(".ids", key=found.side.layer.tiles_key or "none"),
            "classes": classes_text(column),
            "legend": [
                {
                    "class": entry.number,
                    "label": shown(entry.label),
                    "color": entry.color,
                    "count": entry.count,
                    "url": theme_url("map_table.show", chosen, **{"class": entry.number}),
                }
                for entry in column.classes
            ],
            "absent": shown(found.theme.absent),
            "side": chosen.side,
            "method": column.method,
            "breaks": list(column.breaks),
            "middle": column.middle,
            "note": found.note,
            "unit": found.unit,
            "summary": found.summary,
            "origin": found.origin(),
            "attribution": _("Boundaries as of %(day)s", day=str(found.side.layer.as_of_on)),
            "table": theme_url("map_table.show", chosen),
        }
        | _signs_and_marks(found)
    )


def _signs_and_marks(found: ShownTheme) -> dict[str, Any]:
    """Return what lies over the colours; nothing for most themes."""
    told: dict[str, Any] = {}
    if found.theme.signs:
        told["signs"] = {
            "of": signs_text(found.column.sign_of),
            "legend": [
                {
                    "number": sign.number,
                    "look": sign.look,
                    "label": shown(sign.label),
                    "count": sign.count,
                    "url": theme_url("map_table.show", found.chosen, sign=sign.number),
                }
                for sign in found.column.signs
            ],
        }
    if found.theme.marked:
        told["marks"] = {
            "label": shown(found.theme.marked),
            "url": url_for("lagging.index", list="hidden"),
            "points": [
                {
                    "id": mark.unit_id,
                    "name": mark.name,
                    "about": mark.about,
                    "point": [round(mark.lat, 6), round(mark.lon, 6)],
                }
                for mark in found.marks
            ],
        }
    return told


@bp.get("/ids/<key>.json")
def ids(key: str) -> ResponseReturnValue:
    """Send the ids of a layer's villages, rising, as runs: asked once, kept for ever."""
    for side in register().sides.values():
        if side.layer.tiles_key == key:
            answer: Response = jsonify(id_runs(side.units.index.to_numpy()))
            answer.headers["Cache-Control"] = FOR_EVER
            return answer
    raise NotFoundError(N_("The map has not been drawn yet."))
