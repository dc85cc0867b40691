"""Taking along: the map of a county or town as one HTML file."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely
from flask import Blueprint, Response
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.crs import STORAGE_CRS, TILE_CRS
from geo_tracker.db.imports import any_synthetic
from geo_tracker.db.layers import unit_polygons
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.language import N_
from geo_tracker.maps.exported import EXPORT_TEXTS, ExportedPage, exported_html
from geo_tracker.maps.generalise import Geometries, dissolved
from geo_tracker.maps.shared_borders import simplified_together
from geo_tracker.maps.themes import MISSING
from geo_tracker.web.context import read_session, services
from geo_tracker.web.documents import sent, synthetic_notice
from geo_tracker.web.map_export_figures import FigureTable, budget_text, figure_table
from geo_tracker.web.map_places import ChosenPlace, chosen_place, sheet_title, typed_author
from geo_tracker.web.map_sheets import file_titles
from geo_tracker.web.map_themes import ShownTheme, looks_of, mark_rows, present_theme
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_points import open_problem_points
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import day, number, percent, shown, term

bp = Blueprint("map_exports", __name__, url_prefix="/map")

MOST_VILLAGES = 1_500
"""So many with their former ones make a file of some megabytes, which an old computer opens."""

_TOLERANCE_M = 10.0
"""A pixel where a county fills the window four times."""

_DIGITS = 5
"""Of degrees: a metre."""


@bp.get("/export.html")
def export() -> Response:
    """Send the map of a county or town as one file that needs neither server nor network."""
    held = register()
    if not held.layers:
        raise ConflictError(N_("There are no boundaries yet"))
    place = chosen_place(held)
    if place is None:
        raise InputError(N_("Choose a county or a town."))
    if len(place.villages) > MOST_VILLAGES:
        raise InputError(
            N_("%(count)s villages are too many for one file; at most %(most)s. Choose a part."),
            count=number(len(place.villages)),
            most=number(MOST_VILLAGES),
        )
    found = present_theme(held)
    title = sheet_title(place, found.title, held)
    with read_session() as session:
        synthetic = any_synthetic(session)
    content, bounds = _content(held, place, found)
    layer = held.layers[-1]
    facts = [
        (_("Data as of"), day(held.data_on)),
        (_("Boundaries as of"), day(layer.as_of_on)),
        (_("Made on"), day(date.today())),  # noqa: DTZ011 - the server's own day
        (_("Author"), typed_author(current_user.username)),
        (_("Map by"), services().settings.map_author),
        (_("Boundaries from"), file_titles([layer.import_id])),
    ]
    page = ExportedPage(
        language="zh-Hans" if str(get_locale()).startswith("zh") else "en",
        title=title,
        subtitle=_(
            "Villages of %(day)s · records as of %(data_day)s",
            day=day(layer.as_of_on),
            data_day=day(held.data_on),
        ),
        mark=_("Internal use"),
        notice=synthetic_notice() if synthetic else "",
        facts=[(name, value) for name, value in facts if value],
        bounds=bounds,
        content=content,
        texts={key: shown(text) for key, text in EXPORT_TEXTS.items()},
    )
    return sent(
        exported_html(page).encode(), "text/html", name=f"{title}.html", disposition="attachment"
    )


def _content(
    held: Register, place: ChosenPlace, found: ShownTheme
) -> tuple[dict[str, Any], tuple[float, float, float, float]]:
    """Return what the file draws and within which bounds, as ``static/js/exported.js`` says."""
    column = found.column
    class_of = pd.Series(column.class_of, index=found.side.units.index)
    villages = place.villages.assign(
        class_number=class_of.reindex(place.villages.index),
        look=looks_of(found).reindex(place.villages.index, fill_value=""),
    )
    looks = villages["look"].value_counts()
    marks = mark_rows(found)
    marks = marks[marks["current_unit_id"].isin(villages.index)]
    formers = held.formers[held.formers["to_unit_id"].isin(villages.index)]
    formers = formers.sort_values("area_m2", ascending=False)
    with read_session() as session:
        polygons = unit_polygons(session, [*villages.index.tolist(), *formers.index.tolist()])
    before, after = (
        _plane([polygons[unit] for unit in rows.index]) for rows in (formers, villages)
    )
    before, after = simplified_together(before, after, tolerance=_TOLERANCE_M)
    counts = villages["class_number"].value_counts()
    figures = figure_table(held)
    projects = held.projects[held.projects["current_unit_id"].isin(villages.index)]
    shapes = _degrees(after)
    content = {
        "theme": {"title": found.heading(), "note": found.note},
        "legend": [
            {
                "class": entry.number,
                "label": shown(entry.label),
                "color": entry.color,
                "count": number(counts.get(entry.number, 0)),
            }
            for entry in column.classes
            if entry.number != MISSING or counts.get(MISSING, 0)
        ],
        "signs": [
            {
                "look": sign.look,
                "label": shown(sign.label),
                "count": number(looks.get(sign.look, 0)),
            }
            for sign in column.signs
        ],
        "marks": _marks(found, marks),
        "villages": _features(shapes, _village_properties(villages, shapes, figures)),
        "formers": _features(_degrees(before), _former_properties(formers, villages, figures)),
        "lines": {
            level: json.loads(shapely.to_geojson(_outlines(after, villages[f"{level}_code"])))
            for level in ("town", "county")
        },
        "projects": _project_points(projects),
        "problems": _problem_points(held, villages.index),
        "figures": figures.labels,
        "sources": figures.sources,
    }
    west, south, east, north = shapely.total_bounds(shapes).tolist()
    return content, (west, south, east, north)


def _marks(found: ShownTheme, marks: pd.DataFrame) -> dict[str, Any] | None:
    if not found.theme.marked:
        return None
    return {
        "label": shown(found.theme.marked),
        "count": number(len(marks)),
        "points": [
            {
                "name": row.name,
                "about": row.about,
                "point": [round(row.lat, _DIGITS), round(row.lon, _DIGITS)],
            }
            for row in marks.itertuples(index=False)
        ],
    }


def _plane(polygons: list[shapely.Geometry]) -> Geometries:
    plane = gpd.GeoSeries(polygons, crs=STORAGE_CRS).to_crs(TILE_CRS)
    return np.asarray(plane.to_numpy(), dtype=object)


def _degrees(shapes: Geometries) -> Geometries:
    moved = gpd.GeoSeries(shapes, crs=TILE_CRS).to_crs(STORAGE_CRS).to_numpy()
    return np.asarray(shapely.transform(moved, lambda xy: np.round(xy, _DIGITS)), dtype=object)


def _outlines(shapes: Geometries, codes: pd.Series) -> shapely.Geometry:
    """Return the borders of towns or counties, each once."""
    _keys, joined = dissolved(shapes, pd.factorize(codes)[0] + 1, coverage=True)
    borders = shapely.line_merge(shapely.union_all(shapely.boundary(joined)))
    return _degrees(np.array([borders], dtype=object))[0]


def _features(shapes: Geometries, properties: Iterable[dict[str, Any]]) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": json.loads(text),
                "properties": about,
            }
            for text, shape, about in zip(
                shapely.to_geojson(shapes), shapes, properties, strict=True
            )
            if not shape.is_empty
        ],
    }


def _village_properties(
    villages: pd.DataFrame, shapes: Geometries, figures: FigureTable
) -> Iterable[dict[str, Any]]:
    for shape, (unit_id, row) in zip(shapes, villages.iterrows(), strict=True):
        middle = shapely.point_on_surface(shape) if not shape.centroid.within(shape) else None
        middle = middle or shape.centroid
        seat = [row["seat_lat"], row["seat_lon"]]
        if or_none(row["seat_lon"]) is None:
            seat = [row["point_lat"], row["point_lon"]]
        yield {
            "id": int(unit_id),
            "name": row["name"],
            "place": " · ".join(filter(None, (or_none(row["county"]), or_none(row["town"])))),
            "class": int(row["class_number"]),
            "look": row["look"],
            "seat": [round(degree, _DIGITS) for degree in seat],
            "middle": [] if shape.is_empty else [middle.y, middle.x],
            "figures": figures.of(row),
        }


def _former_properties(
    formers: pd.DataFrame, villages: pd.DataFrame, figures: FigureTable
) -> Iterable[dict[str, Any]]:
    whole = villages["area_m2"]
    for unit_id, row in formers.iterrows():
        yield {
            "id": int(unit_id),
            "name": row["name"],
            "into": int(row["to_unit_id"]),
            "point": [round(row["point_lat"], _DIGITS), round(row["point_lon"], _DIGITS)],
            "share": percent(row["area_m2"] / whole[row["to_unit_id"]]),
            "figures": figures.of(row),
        }


def _project_points(projects: pd.DataFrame) -> list[dict[str, Any]]:
    rows = projects.dropna(subset=["lon", "lat"])
    lights = {"green", "yellow", "red"}
    return [
        {
            "name": row.name,
            "light": row.light if row.light in lights else "unknown",
            "point": [round(row.lat, _DIGITS), round(row.lon, _DIGITS)],
            "about": _about(row),
        }
        for row in rows.itertuples(index=False)
    ]


def _problem_points(held: Register, unit_ids: pd.Index) -> list[dict[str, Any]]:
    rows = open_problem_points(held)
    return [
        {
            "name": row.number,
            "light": row.light,
            "point": [round(row.lat, _DIGITS), round(row.lon, _DIGITS)],
            "about": _about_problem(row),
        }
        for row in rows[rows["present_unit_id"].isin(unit_ids)].itertuples(index=False)
    ]


def _about_problem(problem: Any) -> str:
    """Return what kind of problem it is, how far, by when, and where."""
    due = or_none(problem.due_on)
    said = (
        or_none(problem.category),
        term(f"problem_{problem.state}"),
        _("due %(day)s", day=day(due)) if due else None,
        or_none(problem.village),
        _("at the village's point") if problem.at_village else None,
    )
    return " · ".join(filter(None, said))


def _about(project: Any) -> str:
    """Return a project's budget with its unit, the day it was reported, and its file."""
    reported = or_none(project.reported_on)
    said = (
        budget_text(project.budget_fen),
        day(reported) if reported else None,
        file_titles([project.import_id]),
    )
    return " · ".join(filter(None, said))
