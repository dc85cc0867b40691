"""The small map of a dossier: the former villages of a village by their lag, and what is done."""

from typing import Any

import geopandas as gpd
import pandas as pd
import shapely
from flask_babel import gettext as _

from geo_tracker.db.layers import unit_polygons, villages_in_box
from geo_tracker.indicators.lag_robustness import BORDERLINE, FIRM
from geo_tracker.maps.lag_theme import LAG_THEME
from geo_tracker.maps.paper import Paper, paper_for
from geo_tracker.maps.sheet import drawn_sheet, on_paper
from geo_tracker.maps.small_map import SmallEntry, with_legend
from geo_tracker.maps.theme_list import THEMES
from geo_tracker.maps.themes import MISSING, ChosenTheme
from geo_tracker.reports.document import Picture
from geo_tracker.web.context import read_session
from geo_tracker.web.lag import STANDINGS
from geo_tracker.web.map_themes import ShownTheme, class_numbers, looks_of, theme_column
from geo_tracker.web.register import Register
from geo_tracker.web.texts import day, shown

WIDTH_MM, MAP_WIDTH_MM, HEIGHT_MM = 178.0, 122.0, 84.0
_MARGIN_MM = 7.0


def lag_of_parts(held: Register) -> ShownTheme:
    """Return the lag theme of the villages before the merger, or of today's where none was."""
    side = "former" if "former" in held.sides else "merged"
    asked = {"theme": LAG_THEME.key, "side": side}
    return theme_column(held, ChosenTheme.read(asked, themes=THEMES, sides=held.sides))


def dossier_map(
    held: Register, found: ShownTheme, open_problems: pd.DataFrame, whole_id: int
) -> Picture | None:
    """Draw a village of today with its former ones.

    Parameters
    ----------
    held : Register
        The register.
    found : ShownTheme
        As `lag_of_parts`.
    open_problems : DataFrame
        As `open_problem_points`.
    whole_id : int
        A village of today.

    Returns
    -------
    Picture or None
        None where nobody drew the village. Former villages are coloured by their lag, those
        around are pale; points are projects, rings open problems.
    """
    newest = held.layers[-1]
    with read_session() as session:
        ground = unit_polygons(session, [whole_id], layer_id=newest.id).get(whole_id)
        if ground is None or ground.is_empty:
            return None
        paper = paper_for(
            ground.bounds, width_mm=MAP_WIDTH_MM, height_mm=HEIGHT_MM, margin_mm=_MARGIN_MM
        )
        villages = villages_in_box(session, found.side.layer.id, paper.bounds)
    villages = villages[shapely.intersects(villages.geometry.to_numpy(), paper.footprint)]
    if villages.empty:
        return None
    parts = _told_apart(held, found, villages, whole_id)
    projects = _inside(held.projects, paper, whole_id)
    problems = _inside(
        open_problems.rename(columns={"present_unit_id": "current_unit_id"}), paper, whole_id
    )
    drawn = drawn_sheet(
        paper,
        parts,
        colours={entry.number: entry.color for entry in found.column.classes},
        projects=projects,
        problems=problems,
    )
    entries = _legend(found, parts, projects=len(projects), problems=len(problems))
    return Picture(
        svg=with_legend(drawn.svg, paper, entries, width_mm=WIDTH_MM),
        width_mm=WIDTH_MM,
        height_mm=HEIGHT_MM,
        caption=_(
            "Boundaries as of %(day)s. Pale: other villages around.",
            day=day(found.side.layer.as_of_on),
        ),
    )


def _told_apart(
    held: Register, found: ShownTheme, villages: gpd.GeoDataFrame, whole_id: int
) -> gpd.GeoDataFrame:
    """Return villages as `drawn_sheet` takes them; the thick line runs around the whole village."""
    units = pd.Series(villages.index, index=villages.index)
    became = units.map(held.present_units).fillna(units)
    return villages.assign(
        inside=(became == whole_id).to_numpy(),
        town_code=became.astype(str).to_numpy(),
        town=became.map(held.units["name"]).to_numpy(),
        county_code=None,
        county=None,
        class_number=class_numbers(found, villages.index),
        look=looks_of(found).reindex(villages.index, fill_value=""),
    )


def _inside(things: pd.DataFrame, paper: Paper, whole_id: int) -> pd.DataFrame:
    return on_paper(things[things["current_unit_id"] == whole_id], paper)


def _legend(
    found: ShownTheme, parts: gpd.GeoDataFrame, *, projects: int, problems: int
) -> list[SmallEntry]:
    inside = parts[parts["inside"]]
    numbers, looks = set(inside["class_number"]), set(inside["look"])
    entries = [SmallEntry(found.heading(), "text")]
    entries += [
        SmallEntry(
            shown(entry.label), "missing" if entry.number == MISSING else "area", entry.color
        )
        for entry in found.column.classes
        if entry.number in numbers
    ]
    middle: Any = found.column.classes[len(found.column.classes) // 2].color
    entries += [
        SmallEntry(shown(STANDINGS[code]), look, middle)
        for code, look in ((FIRM, "outlined"), (BORDERLINE, "hatched"))
        if look in looks
    ]
    entries.append(SmallEntry(_("Border of the village of today"), "line", "#4a5866"))
    if projects:
        entries.append(SmallEntry(_("Project, in the colour of its light"), "point", "#5b6875"))
    if problems:
        entries.append(SmallEntry(_("Open problem"), "ring", "#5b6875"))
    return entries
