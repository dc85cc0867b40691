"""Printing: the map as an A3 sheet."""

from datetime import date
from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from flask import Blueprint, Response, request
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.imports import any_synthetic
from geo_tracker.db.layers import unit_polygons, villages_in_box
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.language import N_
from geo_tracker.maps.page_texts import MAP_TEXTS
from geo_tracker.maps.paper import Bounds, Paper, paper_for, scale_bar
from geo_tracker.maps.sheet import (
    FORMER_LINE,
    LIGHTS,
    LINES,
    MARK,
    SheetMap,
    drawn_sheet,
    on_paper,
)
from geo_tracker.maps.themes import MISSING
from geo_tracker.reports.map_sheet import (
    LONGEST_BAR_MM,
    MAP_HEIGHT_MM,
    MAP_WIDTH_MM,
    LegendEntry,
    LegendGroup,
    Sheet,
    sheet_pdf,
)
from geo_tracker.web.context import read_session, services
from geo_tracker.web.documents import sent, synthetic_notice
from geo_tracker.web.map_places import ChosenPlace, chosen_place, sheet_title, typed_author
from geo_tracker.web.map_themes import (
    ShownTheme,
    chosen_theme,
    class_numbers,
    looks_of,
    mark_rows,
    theme_column,
)
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_points import open_problem_points
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Layer, Register, register
from geo_tracker.web.register_sides import Side
from geo_tracker.web.texts import day, number, shown

bp = Blueprint("map_sheets", __name__, url_prefix="/map")

MOST_VILLAGES = 6_000
"""More are hardly two millimetres wide on A3, and would keep their planner waiting."""

_MARGIN_MM = 6
_ROOM_DEG = 0.05
"""About the points of villages, for what of them lies further out."""

_SOURCES = 4
"""Files that are named as sources; of more, only how many there are."""


@bp.get("/sheet.pdf")
def sheet() -> Response:
    """Send the map as an A3 sheet: of a view, a county, a town or the whole area."""
    held = register()
    if not held.layers:
        raise ConflictError(N_("There are no boundaries yet"))
    found = theme_column(held, chosen_theme(held))
    column = found.column
    place = chosen_place(held)
    layer = found.side.layer
    paper = _paper(held, held.layers[-1], place)
    villages = _villages(held, found.side, paper, place)
    villages["class_number"] = class_numbers(found, villages.index)
    villages["look"] = looks_of(found).reindex(villages.index, fill_value="")
    marks = _inside(mark_rows(found), paper, place) if found.theme.marked else None
    projects = _inside(held.projects, paper, place) if _asked("projects") else None
    problems = _problems(held, paper, place) if _asked("problems") else None
    drawn = drawn_sheet(
        paper,
        villages,
        colours={entry.number: entry.color for entry in column.classes},
        formers=_formers(held, paper, place) if _asked("formers") else None,
        projects=projects,
        problems=problems,
        marks=marks,
        with_names=_asked("names"),
    )
    title = sheet_title(place, found.title, held)
    bar = scale_bar(paper, longest_mm=LONGEST_BAR_MM)
    with read_session() as session:
        synthetic = any_synthetic(session)
    made = sheet_pdf(
        Sheet(
            locale=str(get_locale()),
            title=title,
            subtitle=_(
                "Villages of %(day)s · records as of %(data_day)s",
                day=day(layer.as_of_on),
                data_day=day(held.data_on),
            ),
            mark=_("Internal use"),
            notice=synthetic_notice() if synthetic else "",
            svg=drawn.svg,
            legend=[
                *_legend(found, villages, drawn, marks),
                *_lights(projects, _("Projects"), "light", sign="point"),
                *_lights(problems, _("Open problems"), "problem_light", sign="ring"),
            ],
            scale=paper.scale,
            bar_mm=bar.length_mm,
            bar_label=bar.label,
            north_deg=paper.north_deg,
            facts=_facts(held, layer, paper, villages, drawn, problems),
        )
    )
    return sent(made, "application/pdf", name=f"{title}.pdf", disposition="inline")


def file_titles(import_ids: Any) -> str:
    """Return the titles of the files that some imports brought."""
    found = (provenance(import_id) for import_id in dict.fromkeys(map(or_none, import_ids)))
    titles = list(dict.fromkeys(source["title"] for source in found if source is not None))
    if len(titles) > _SOURCES:
        titles = [*titles[:_SOURCES], _("and %(count)s more", count=len(titles) - _SOURCES)]
    return str(_(", ")).join(titles)


def _asked(name: str) -> bool:
    return request.args.get(name) == "1"


def _paper(held: Register, layer: Layer, place: ChosenPlace | None) -> Paper:
    if place is None:
        bounds, margin = _view(held), 0
    else:
        bounds, margin = _bounds(layer, place.villages.index.tolist()), _MARGIN_MM
    paper = paper_for(bounds, width_mm=MAP_WIDTH_MM, height_mm=MAP_HEIGHT_MM, margin_mm=margin)
    west, south, east, north = paper.bounds
    lon, lat = held.villages["point_lon"], held.villages["point_lat"]
    count = int((lon.between(west, east) & lat.between(south, north)).sum())
    if count > MOST_VILLAGES:
        raise InputError(
            N_(
                "%(count)s villages lie in this part; more than %(most)s cannot be told apart on "
                "a sheet. Choose a smaller part."
            ),
            count=number(count),
            most=number(MOST_VILLAGES),
        )
    return paper


def _view(held: Register) -> Bounds:
    """Return the view that the request asks for, cut to where villages are."""
    try:
        west, south, east, north = map(float, request.args.get("view", "").split(","))
    except ValueError:
        raise InputError(N_("It is not said which part of the map to print.")) from None
    lon, lat = held.villages["point_lon"], held.villages["point_lat"]
    room = _ROOM_DEG + max(lon.max() - lon.min(), lat.max() - lat.min()) / 10
    west, south = max(west, lon.min() - room), max(south, lat.min() - room)
    east, north = min(east, lon.max() + room), min(north, lat.max() + room)
    # Not so for numbers that are none, either.
    if not (west < east and south < north):
        raise InputError(N_("No village lies in this part of the map."))
    return west, south, east, north


def _bounds(layer: Layer, unit_ids: list[int]) -> Bounds:
    with read_session() as session:
        polygons = unit_polygons(session, unit_ids, layer_id=layer.id)
    found: Bounds = tuple(shapely.total_bounds(list(polygons.values())).tolist())
    return found


def _villages(
    held: Register, side: Side, paper: Paper, place: ChosenPlace | None
) -> gpd.GeoDataFrame:
    with read_session() as session:
        villages = villages_in_box(session, side.layer.id, paper.bounds)
    villages = villages[shapely.intersects(villages.geometry.to_numpy(), paper.footprint)]
    if villages.empty:
        raise InputError(N_("No village lies in this part of the map."))
    villages = villages.join(side.units[["town", "town_code", "county", "county_code"]])
    units = pd.Series(villages.index, index=villages.index)
    became = units.map(held.present_units).fillna(units)
    villages["inside"] = True if place is None else became.isin(place.villages.index)
    return villages


def _formers(held: Register, paper: Paper, place: ChosenPlace | None) -> gpd.GeoSeries | None:
    if len(held.layers) < 2:
        return None
    with read_session() as session:
        formers = villages_in_box(session, held.layers[-2].id, paper.bounds)
    # The others are there still, with a border of their own.
    became = held.formers["to_unit_id"].reindex(formers.index)
    shown = held.villages if place is None else place.villages
    return formers.geometry[became.isin(shown.index)]


def _problems(held: Register, paper: Paper, place: ChosenPlace | None) -> pd.DataFrame:
    points = open_problem_points(held)
    return _inside(points.rename(columns={"present_unit_id": "current_unit_id"}), paper, place)


def _inside(things: pd.DataFrame, paper: Paper, place: ChosenPlace | None) -> pd.DataFrame:
    """Return what lies on the paper, of the place if there is one."""
    rows = things
    if place is not None:
        rows = rows[rows["current_unit_id"].isin(place.villages.index)]
    return on_paper(rows, paper)


def _legend(
    found: ShownTheme,
    villages: gpd.GeoDataFrame,
    drawn: SheetMap,
    marks: pd.DataFrame | None,
) -> list[LegendGroup]:
    counts = villages.loc[villages["inside"], "class_number"].value_counts()
    classes = [
        LegendEntry(
            label=shown(entry.label),
            sign="missing" if entry.number == MISSING else "area",
            colour=entry.color,
            count=number(counts.get(entry.number, 0)),
        )
        for entry in found.column.classes
        if entry.number != MISSING or counts.get(MISSING, 0)
    ]
    looks = villages.loc[villages["inside"], "look"].value_counts()
    middle = found.column.classes[len(found.column.classes) // 2].color
    classes += [
        LegendEntry(
            label=shown(sign.label),
            sign=sign.look,
            colour=middle,
            count=number(looks.get(sign.look, 0)),
        )
        for sign in found.column.signs
    ]
    if found.theme.marked and marks is not None:
        label = shown(found.theme.marked)
        classes.append(
            LegendEntry(label=label, sign="diamond", colour=MARK, count=number(len(marks)))
        )
    named = {"village": _("Village"), "town": _("Town"), "county": _("County")}
    lines = [
        LegendEntry(
            label=named[level], sign="line", width_mm=LINES[level][0], colour=LINES[level][1]
        )
        for level in reversed(drawn.lines)
    ]
    if _asked("formers"):
        width, colour = FORMER_LINE
        lines.append(
            LegendEntry(label=_("Former village"), sign="dashes", width_mm=width, colour=colour)
        )
    return [
        LegendGroup(
            title=found.heading(),
            note=found.note,
            unit=_("Villages"),
            entries=classes,
        ),
        LegendGroup(title=_("Boundaries"), entries=lines),
    ]


def _lights(things: pd.DataFrame | None, title: str, texts: str, *, sign: str) -> list[LegendGroup]:
    """Return what signs of lights mean; ``texts``: what the keys of their words begin with."""
    if things is None:
        return []
    counts = things["light"].value_counts()
    entries = [
        LegendEntry(
            label=shown(MAP_TEXTS[f"{texts}_{light}"]),
            sign=sign,
            colour=colour,
            width_mm=2.6,
            count=number(counts.get(light, 0)),
        )
        for light, colour in reversed(LIGHTS.items())
    ]
    return [LegendGroup(title=title, note="", unit=title, entries=entries)]


def _facts(
    held: Register,
    layer: Layer,
    paper: Paper,
    villages: gpd.GeoDataFrame,
    drawn: SheetMap,
    problems: pd.DataFrame | None,
) -> list[tuple[str, str]]:
    count = int(villages["inside"].sum())
    records = [frame["import_id"] for frame in (held.figures, held.votes, held.projects)]
    if problems is not None:
        records.append(problems["import_id"].dropna())
    facts = [
        (_("Data as of"), day(held.data_on)),
        (_("Boundaries as of"), day(layer.as_of_on)),
        (_("Printed on"), day(date.today())),  # noqa: DTZ011 - the server's own day
        (_("Author"), typed_author(current_user.username)),
        (_("Map by"), services().settings.map_author),
        (_("Boundaries from"), file_titles([layer.import_id])),
        (_("Records from"), file_titles(i for brought in records for i in brought)),
        (_("Projection"), shown(paper.projection)),
        (_("Villages"), number(count)),
        (
            _("With name"),
            _("%(named)s; the others have no room", named=number(drawn.named))
            if _asked("names") and drawn.unnamed
            else "",
        ),
    ]
    return [(name, value) for name, value in facts if value]
