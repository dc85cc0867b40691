"""The map of a printed sheet, drawn as SVG in hundredths of a millimetre."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import pandas as pd
import shapely

from geo_tracker.maps.generalise import dissolved, is_coverage, simplified
from geo_tracker.maps.lettering import Name, names_with_room, text_width, xml_text
from geo_tracker.maps.paper import Paper
from geo_tracker.maps.preview import ring_paths
from geo_tracker.maps.themes import MISSING

STEP_MM = 0.01
_TOLERANCE_MM = 0.08
"""Half of what a printer of 300 dots an inch can show."""

FONTS = "Noto Sans SC"
INK, OUTSIDE = "#1f2933", "#f4f5f6"
LIGHTS = {"unknown": "#8592a0", "green": "#2e7d32", "yellow": "#e0a100", "red": "#c62828"}
"""Colours of lights, the most urgent last, so that it lies on top."""

# Width in millimetres and colour, the finest first.
LINES = {
    "village": (0.1, "#8b97a3"),
    "town": (0.3, "#4a5866"),
    "county": (0.7, "#1f2933"),
}
OUTLINED = (0.55, INK)
MARK, MARK_MM = "#ffc93c", 1.5
"""Colour of diamonds, and from their middle to a corner."""
FORMER_LINE = (0.18, "#a34a12")
_RADIUS_MM = {"unknown": 0.7, "green": 0.7, "yellow": 0.8, "red": 1.05}

_LETTERS_MM = (1.5, 2.9)
"""Height of village names: the least that can be read in the hand, the largest that is not loud."""

_OVER_THE_EDGE = 1.35
"""A name may be so many times as wide as its village before nobody can tell whose it is."""

_Shapes = npt.NDArray[np.object_]


class _Place(NamedTuple):
    """A county or town: kind of its name (``outside``: not of the place shown), name, ground."""

    kind: str
    name: str
    ground: shapely.Geometry


@dataclass(frozen=True)
class SheetMap:
    """A drawn map.

    Attributes
    ----------
    svg : str
        One ``<svg>`` element of the paper's size; texts are text.
    named, unnamed : int
        Villages that bear their name, and those whose name found no room.
    lines : list of str
        Which of `LINES` are drawn.
    """

    svg: str
    named: int
    unnamed: int
    lines: list[str]


def drawn_sheet(
    paper: Paper,
    villages: gpd.GeoDataFrame,
    *,
    colours: Mapping[int, str],
    formers: gpd.GeoSeries | None = None,
    projects: pd.DataFrame | None = None,
    problems: pd.DataFrame | None = None,
    marks: pd.DataFrame | None = None,
    with_names: bool = True,
) -> SheetMap:
    """Draw villages, filled by class, with lines and names.

    Parameters
    ----------
    paper : Paper
        Frame and projection.
    villages : GeoDataFrame
        Polygons in STORAGE_CRS with ``name``, ``town``, ``town_code``, ``county``,
        ``county_code`` (missing where unknown), ``class_number`` (`MISSING` is hatched) and
        ``inside``: whether a village belongs to the place that is shown; others are drawn pale;
        optionally ``look``: ``hatched`` or ``outlined`` over the colour, or empty.
    colours : mapping of int to str
        Colour of each class.
    formers : GeoSeries, optional
        Polygons of former villages in STORAGE_CRS, drawn as dashed lines.
    projects, problems : DataFrame, optional
        ``lon``, ``lat`` in STORAGE_CRS and ``light``; projects are drawn as points, problems as
        rings.
    marks : DataFrame, optional
        ``lon``, ``lat`` in STORAGE_CRS: diamonds over all else.
    with_names : bool
        Whether names are written; those of counties and towns where there are several.

    Returns
    -------
    SheetMap
        Shared borders stay shared where the layer is a coverage.
    """
    shapes = np.asarray(paper.placed(villages.geometry.to_numpy()), dtype=object)
    coverage = is_coverage(shapes)
    plain = simplified(shapes, tolerance=_TOLERANCE_MM, coverage=coverage)
    inside = villages["inside"].to_numpy(dtype=bool)
    outlines = np.array(_paths(plain), dtype=object)
    parts = [_areas(outlines, villages["class_number"].to_numpy(), inside, colours)]
    looks = villages["look"].to_numpy() if "look" in villages else np.full(len(villages), "")
    hatched = "".join(outlines[inside & (looks == "hatched")])
    if hatched:
        parts.append(f'<path d="{hatched}" fill="url(#sign)" fill-rule="evenodd"/>')
    if formers is not None and len(formers):
        parts.append(_dashed(np.asarray(paper.placed(formers.to_numpy()), dtype=object)))
    parts.append(_stroke("".join(outlines), LINES["village"]))
    outlined = "".join(outlines[inside & (looks == "outlined")])
    if outlined:
        parts.append(_stroke(outlined, OUTLINED))
    lines, places = ["village"], []
    for level in ("town", "county"):
        codes = villages[f"{level}_code"]
        # Counties all around tell where the place lies; towns would only crowd it.
        keys = pd.factorize(codes.where(inside) if level == "town" else codes)[0] + 1
        if keys.max(initial=0) == 0:
            continue
        found, joined = dissolved(plain, keys.astype(np.int64), coverage=coverage)
        parts.append(_stroke("".join(_paths(joined)), LINES[level]))
        lines.append(level)
        for key, ground in zip(found, joined, strict=True):
            members = np.flatnonzero(keys == key)
            name = villages[level].iloc[members[0]]
            if isinstance(name, str):
                kind = level if inside[members].any() else "outside"
                places.append(_Place(kind, name, ground))
    if projects is not None:
        parts.append(_points(paper, projects))
    if problems is not None:
        parts.append(_points(paper, problems, as_rings=True))
    if marks is not None and len(marks):
        parts.append(_diamonds(paper, marks))
    named = unnamed = 0
    if with_names:
        wanted = _wanted(paper, places, villages["name"].to_numpy()[inside], plain[inside])
        kept = names_with_room(wanted, width=paper.width_mm, height=paper.height_mm)
        parts.append("".join(_text(name) for name in kept))
        named = sum(name.kind == "village" for name in kept)
        unnamed = int(inside.sum()) - named
    return SheetMap(_svg(paper, "".join(parts)), named, unnamed, lines)


def on_paper(things: pd.DataFrame, paper: Paper) -> pd.DataFrame:
    """Return what lies on a paper, with a light that `drawn_sheet` knows.

    Parameters
    ----------
    things : DataFrame
        ``lon``, ``lat`` (degrees in STORAGE_CRS, missing where unknown) and ``light``.
    paper : Paper
        The frame.
    """
    rows = things.dropna(subset=["lon", "lat"])
    rows = rows[shapely.contains_xy(paper.footprint, rows["lon"], rows["lat"])]
    return rows.assign(light=rows["light"].where(rows["light"].isin(LIGHTS), "unknown"))


def _svg(paper: Paper, content: str) -> str:
    wide, high = (round(side / STEP_MM) for side in (paper.width_mm, paper.height_mm))
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {wide} {high}"'
        f' width="{paper.width_mm}mm" height="{paper.height_mm}mm">'
        '<defs><pattern id="missing" width="160" height="160" patternUnits="userSpaceOnUse">'
        '<rect width="160" height="160" fill="#f7f8f9"/>'
        '<path d="M-20 180L180-20M-100 100L100-100M60 260L260 60" stroke="#bcc5cd"'
        ' stroke-width="14"/></pattern>'
        # Dark lines, each with a light one beside it: seen on any colour.
        '<pattern id="sign" width="140" height="140" patternUnits="userSpaceOnUse">'
        '<path d="M-20 160L160-20M-90 90L90-90M50 230L230 50" stroke="#fff" stroke-width="52"'
        f' stroke-opacity="0.85"/><path d="M-20 160L160-20M-90 90L90-90M50 230L230 50"'
        f' stroke="{INK}" stroke-width="22"/></pattern></defs>'
        f'<g fill="none" stroke-linejoin="round">{content}</g></svg>'
    )


def _paths(shapes: _Shapes) -> list[str]:
    paths = [""] * len(shapes)
    filled = np.flatnonzero(~shapely.is_empty(shapes))
    if len(filled):
        # Rows of the paper run downwards, as in the picture.
        upright = shapely.transform(shapes[filled], lambda xy: xy * [1, -1])
        found = ring_paths(upright, west=0, north=0, unit=STEP_MM)
        for place, path in zip(filled.tolist(), found, strict=True):
            paths[place] = path
    return paths


def _areas(
    paths: npt.NDArray[np.object_],
    numbers: npt.NDArray[np.int64],
    inside: npt.NDArray[np.bool_],
    colours: Mapping[int, str],
) -> str:
    drawn = [f'<path d="{"".join(paths[~inside])}" fill="{OUTSIDE}"/>']
    for number in sorted(set(numbers[inside].tolist())):
        path = "".join(paths[inside & (numbers == number)])
        fill = "url(#missing)" if number == MISSING else colours[number]
        drawn.append(f'<path d="{path}" fill="{fill}" fill-rule="evenodd"/>')
    return "".join(drawn)


def _stroke(path: str, line: tuple[float, str], *, dashes: str = "") -> str:
    width, colour = line
    dashed = f' stroke-dasharray="{dashes}"' if dashes else ""
    return f'<path d="{path}" stroke="{colour}" stroke-width="{width / STEP_MM:.0f}"{dashed}/>'


def _dashed(shapes: _Shapes) -> str:
    """Draw every border once: dashed from both sides it would look solid."""
    # Borders that do not fit are simplified each for itself, which lines can bear.
    plain = simplified(shapes, tolerance=_TOLERANCE_MM, coverage=True)
    path = "".join(
        "M" + "L".join(f"{x} {y}" for x, y in line.tolist()) for line in _borders_once(plain)
    )
    # Light beneath, so that the dashes can be seen on dark ground, too.
    light = _stroke(path, (FORMER_LINE[0] * 2, "#ffffff"))
    return light + _stroke(path, FORMER_LINE, dashes="60 40")


def _borders_once(shapes: _Shapes) -> list[npt.NDArray[np.int64]]:
    """Return the rings of shapes in steps of the picture, without what a ring before has."""
    xy, ring = shapely.get_coordinates(
        shapely.get_rings(shapely.get_parts(shapes)), return_index=True
    )
    steps: npt.NDArray[np.int64] = np.rint(xy / STEP_MM).astype(np.int64)
    corners, corner = np.unique(steps, axis=0, return_inverse=True)
    ends = np.sort(np.column_stack([corner[:-1], corner[1:]]), axis=1)
    # From one ring to the next there is no side, and none within a step.
    sides = np.flatnonzero((ring[:-1] == ring[1:]) & (ends[:, 0] != ends[:, 1]))
    _side, firsts = np.unique(ends[sides] @ [len(corners), 1], return_index=True)
    is_new = np.zeros(len(ends), dtype=bool)
    is_new[sides[firsts]] = True
    # A line goes on from one new side to the next.
    turns = np.diff(is_new.astype(np.int8), prepend=0, append=0)
    begins, stops = np.flatnonzero(turns == 1), np.flatnonzero(turns == -1)
    return [steps[begin : stop + 1] for begin, stop in zip(begins, stops, strict=True)]


def _points(paper: Paper, things: pd.DataFrame, *, as_rings: bool = False) -> str:
    xy = shapely.get_coordinates(
        paper.placed(shapely.points(things["lon"].to_numpy(), things["lat"].to_numpy()))
    )
    drawn = []
    for light, colour in LIGHTS.items():
        radius = _RADIUS_MM[light] / STEP_MM
        fill, line, width = ("#fff", colour, 40) if as_rings else (colour, "#fff", 18)
        drawn += [
            f'<circle cx="{x:.0f}" cy="{y:.0f}" r="{radius:.0f}" fill="{fill}"'
            f' stroke="{line}" stroke-width="{width}"/>'
            for x, y in (xy[(things["light"] == light).to_numpy()] / STEP_MM).tolist()
        ]
    return "".join(drawn)


def _diamonds(paper: Paper, marks: pd.DataFrame) -> str:
    xy = shapely.get_coordinates(
        paper.placed(shapely.points(marks["lon"].to_numpy(), marks["lat"].to_numpy()))
    )
    half = round(MARK_MM / STEP_MM)
    return "".join(
        f'<path d="M{x:.0f} {y - half:.0f}l{half} {half}l-{half} {half}l-{half}-{half}z"'
        f' fill="{MARK}" stroke="{INK}" stroke-width="20"/>'
        for x, y in (xy / STEP_MM).tolist()
    )


def _wanted(
    paper: Paper,
    places: Sequence[_Place],
    names: npt.NDArray[np.object_],
    shapes: _Shapes,
) -> Iterable[Name]:
    """Return the names to be written: of counties, towns, villages, the larger ones first."""
    frame = shapely.box(0, 0, paper.width_mm, paper.height_mm)
    shapes = shapely.clip_by_rect(shapely.make_valid(shapes), *frame.bounds)
    areas = shapely.area(shapes)
    seen = areas > 0
    middle = float(np.median(np.sqrt(areas[seen]))) if seen.any() else 0.0
    letters = float(np.clip(middle / 4.2, *_LETTERS_MM))
    large = max(4.6, letters * 1.9)
    sizes = {"county": large, "town": max(2.6, letters * 1.35), "outside": large}
    for kind, size in sizes.items():
        found = [place for place in places if place.kind == kind]
        if len(found) == 1 and kind != "outside":
            # The one that there is stands in the title.
            continue
        ground = np.array([place.ground for place in found], dtype=object)
        ground = shapely.clip_by_rect(shapely.make_valid(ground), *frame.bounds)
        for number in np.argsort(-shapely.area(ground)).tolist():
            if not ground[number].is_empty:
                yield _name(found[number].name, ground[number], size, kind)
    for place in np.argsort(-areas).tolist():
        if not seen[place]:
            continue
        west, _north, east, _south = shapes[place].bounds
        text = str(names[place])
        if text_width(text, letters) <= (east - west) * _OVER_THE_EDGE:
            yield _name(text, shapes[place], letters, "village")


def _name(text: str, ground: shapely.Geometry, size: float, kind: str) -> Name:
    point = ground.centroid
    if not ground.contains(point):
        point = ground.point_on_surface()
    return Name(text, point.x, point.y, size, kind)


def _text(name: Name) -> str:
    style = {
        "county": f'fill="{INK}" font-weight="700" fill-opacity="0.9"',
        "town": f'fill="{INK}" font-weight="700"',
        "village": f'fill="{INK}"',
        "outside": 'fill="#7b8793"',
    }[name.kind]
    return (
        f'<text x="{name.x / STEP_MM:.0f}" y="{(name.y + name.size * 0.36) / STEP_MM:.0f}"'
        f' font-family="{FONTS}" font-size="{name.size / STEP_MM:.0f}" text-anchor="middle"'
        f' {style} stroke="#fff" stroke-width="{name.size / STEP_MM * 0.24:.0f}"'
        f' paint-order="stroke">{xml_text(name.text)}</text>'
    )
