"""The ground about one former village, drawn before and after: two small pictures to compare."""

from dataclasses import dataclass
from html import escape
from math import cos, radians
from typing import Any, NamedTuple

import geopandas as gpd
import numpy as np
import numpy.typing as npt
import shapely

from geo_tracker.crs import STORAGE_CRS, TILE_CRS, transformer
from geo_tracker.maps.generalise import is_coverage, simplified
from geo_tracker.maps.lettering import text_width
from geo_tracker.maps.preview import ring_paths

COLOURS = ("#2f6f9f", "#c07a2c", "#4f8f63", "#8a67a8", "#b0556a", "#7b7a4d")
"""Of successors by number; more of them begin anew."""

_GRID_PX = 0.5
_TOLERANCE_PX = 0.6
_PLAIN, _LINE, _INK = "#eef1f4", "#9aa6b1", "#1f2933"
_MARGIN = 0.18
"""Room about what is compared, as share of its size."""

_FARTHEST = 5.0
"""A successor is left outside when it would make the picture so many times as wide as without."""

_TALLEST = 0.86
_LABEL_PX = 12.5
_WIDEST_NAME_PX = 110

Bounds = tuple[float, float, float, float]
_Array = npt.NDArray[np.object_]


@dataclass(frozen=True)
class PlacePictures:
    """One ``<svg>`` element each, without scripts or style attributes; empty without ground."""

    before: str
    after: str


class _Label(NamedTuple):
    x: float
    y: float
    text: str
    number: int | None
    is_former: bool


def place_extent(former: Any, successors: dict[int, Any]) -> tuple[Bounds, list[int]]:
    """Return what the pictures of a place show.

    Parameters
    ----------
    former : Polygon or MultiPolygon
        The former village, in STORAGE_CRS.
    successors : dict of int to Polygon or MultiPolygon
        Villages to show with it, those that matter most first.

    Returns
    -------
    tuple of float
        West, south, east, north in STORAGE_CRS, in the shape of the pictures.
    list of int
        Successors that lie too far away to be shown.
    """
    shown, outside = shapely.box(*former.bounds), []
    for number, successor in successors.items():
        wider = shapely.box(*shapely.total_bounds([shown, successor]))
        if _width(wider) > _FARTHEST * _width(shapely.box(*former.bounds)):
            outside.append(number)
        else:
            shown = wider
    west, south, east, north = shown.bounds
    middle = (west + east) / 2, (south + north) / 2
    # A degree of longitude is as much shorter as the cosine of the latitude says.
    shrunk = cos(radians(middle[1]))
    width = max(east - west, (north - south) / shrunk / _TALLEST) * (1 + 2 * _MARGIN)
    height = width * shrunk * _TALLEST
    return (
        middle[0] - width / 2,
        middle[1] - height / 2,
        middle[0] + width / 2,
        middle[1] + height / 2,
    ), outside


def _width(box: Any) -> float:
    west, south, east, north = box.bounds
    return float(max(east - west, north - south))


def place_pictures(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    former_id: int,
    numbers: dict[int, int],
    groups: dict[int, int],
    extent: Bounds,
    titles: tuple[str, str],
    width_px: int = 380,
) -> PlacePictures:
    """Draw a former village among its neighbours, before and after.

    Parameters
    ----------
    before, after : GeoDataFrame
        Villages about the place in STORAGE_CRS, indexed by ``unit_id``, with ``name``.
    former_id : int
        The village whose case it is, in ``before``.
    numbers : dict of int to int
        Number (from 1) of each possible successor in ``after``; its colour goes by it.
    groups : dict of int to int
        Of other villages in ``before`` that went into one of those: its number.
    extent : tuple of float
        West, south, east, north in STORAGE_CRS; both pictures show the same.
    titles : tuple of str
        What the pictures are called to those who cannot see them.
    width_px : int
        Width of each picture.

    Returns
    -------
    PlacePictures
        Names are escaped. Ground that the former village shares with a successor is drawn in that
        one's full colour in both.
    """
    if former_id not in before.index:
        return PlacePictures("", "")
    sheet = _Sheet.of(extent, width_px)
    old, new = sheet.shapes(before), sheet.shapes(after)
    former = old[before.index.get_loc(former_id)]
    shared = [
        (numbers[unit], part)
        for unit, shape in zip(after.index, new, strict=True)
        if unit in numbers
        and not (part := shapely.intersection(former, shape, grid_size=sheet.unit)).is_empty
    ]
    pictures = []
    for villages, shapes, numbered, title in (
        (before, old, groups, titles[0]),
        (after, new, numbers, titles[1]),
    ):
        tints = [numbered.get(unit) for unit in villages.index]
        labels = sheet.labels(villages, shapes, tints, former_id)
        ground = (
            _areas(sheet, shapes, tints)
            + "".join(
                f'<path d="{path}" fill="{_colour(number)}" fill-opacity="0.62"/>'
                for number, path in _paths_with(sheet, shared)
            )
            + _outlines(sheet, shapes, former)
        )
        names = "".join(_text(label) for label in labels)
        pictures.append(sheet.svg(ground, names + sheet.scale_bar(), title))
    return PlacePictures(*pictures)


def _colour(number: int) -> str:
    return COLOURS[(number - 1) % len(COLOURS)]


def _paths_with(sheet: "_Sheet", shared: list[tuple[int, Any]]) -> list[tuple[int, str]]:
    paths = sheet.paths(np.array([part for _number, part in shared], dtype=object))
    return [(number, path) for (number, _part), path in zip(shared, paths, strict=True)]


def _areas(sheet: "_Sheet", shapes: _Array, tints: list[int | None]) -> str:
    """Fill all villages, each in the tint of its group."""
    return "".join(
        f'<path d="{path}" fill="{_PLAIN if tint is None else _colour(tint)}"'
        + ("" if tint is None else ' fill-opacity="0.24"')
        + "/>"
        for path, tint in zip(sheet.paths(shapes), tints, strict=True)
        if path
    )


def _outlines(sheet: "_Sheet", shapes: _Array, former: Any) -> str:
    # Widths are in steps of the grid.
    around = "".join(sheet.paths(shapes))
    own = "".join(sheet.paths(np.array([former], dtype=object)))
    return (
        f'<path d="{around}" fill="none" stroke="{_LINE}" stroke-width="2"/>'
        f'<path d="{own}" fill="none" stroke="#fff" stroke-width="10" stroke-opacity="0.8"/>'
        f'<path d="{own}" fill="none" stroke="{_INK}" stroke-width="4.4"/>'
    )


def _text(label: _Label) -> str:
    weight = ' font-weight="600"' if label.is_former or label.number is not None else ""
    fill = _INK if weight else "#5b6875"
    badge = ""
    if label.number is not None:
        badge = (
            f'<circle cx="{label.x:.0f}" cy="{label.y - 16:.0f}" r="9"'
            f' fill="{_colour(label.number)}" stroke="#fff" stroke-width="1.5"/>'
            f'<text x="{label.x:.0f}" y="{label.y - 12:.0f}" font-size="11.5" font-weight="600"'
            f' text-anchor="middle" fill="#fff">{label.number}</text>'
        )
    if not label.text:
        return badge
    return (
        badge
        + f'<text x="{label.x:.0f}" y="{label.y + 4:.0f}" font-size="{_LABEL_PX}"{weight}'
        + f' text-anchor="middle" fill="{fill}" stroke="#fff" stroke-width="3.5"'
        + f' stroke-linejoin="round" paint-order="stroke">{escape(label.text)}</text>'
    )


def _short(name: str) -> str:
    """Return a name, or as much of its beginning as finds room."""
    if text_width(name, _LABEL_PX) <= _WIDEST_NAME_PX:
        return name
    kept = len(name)
    while kept > 1 and text_width(name[:kept], _LABEL_PX) > _WIDEST_NAME_PX - _LABEL_PX:
        kept -= 1
    return f"{name[:kept].rstrip()}…"


@dataclass(frozen=True)
class _Sheet:
    """The paper of both pictures: an extent in TILE_CRS and how it maps to the picture."""

    west: float
    south: float
    east: float
    north: float
    width: float
    height: float
    metres_per_px: float

    @classmethod
    def of(cls, extent: Bounds, width_px: int) -> "_Sheet":
        to_plane = transformer(STORAGE_CRS, TILE_CRS)
        west, south = to_plane.transform(extent[0], extent[1])
        east, north = to_plane.transform(extent[2], extent[3])
        height_px = width_px * _TALLEST
        per_px = max((east - west) / width_px, (north - south) / height_px)
        # What is too narrow for the paper stands in its middle.
        middle = (west + east) / 2, (south + north) / 2
        half = width_px * per_px / 2, height_px * per_px / 2
        return cls(
            middle[0] - half[0],
            middle[1] - half[1],
            middle[0] + half[0],
            middle[1] + half[1],
            width_px,
            height_px,
            # Web Mercator stretches by the secant of the latitude.
            per_px * cos(radians((extent[1] + extent[3]) / 2)),
        )

    @property
    def per_px(self) -> float:
        return (self.east - self.west) / self.width

    @property
    def unit(self) -> float:
        return self.per_px * _GRID_PX

    def shapes(self, villages: gpd.GeoDataFrame) -> _Array:
        """Return what of each village lies on the paper, without detail that does not show."""
        plane = villages.to_crs(TILE_CRS).geometry.to_numpy()
        plain = simplified(
            plane, tolerance=self.per_px * _TOLERANCE_PX, coverage=is_coverage(plane)
        )
        # A little beyond the edge, so that no border runs along it.
        room = 4 * self.per_px
        cut = shapely.clip_by_rect(
            shapely.make_valid(plain),
            *(self.west - room, self.south - room, self.east + room, self.north + room),
        )
        return np.asarray(cut, dtype=object)

    def paths(self, shapes: _Array) -> list[str]:
        filled = np.flatnonzero(~shapely.is_empty(shapes))
        paths = [""] * len(shapes)
        if len(filled):
            found = ring_paths(shapes[filled], west=self.west, north=self.north, unit=self.unit)
            for place, path in zip(filled.tolist(), found, strict=True):
                paths[place] = path
        return paths

    def labels(
        self,
        villages: gpd.GeoDataFrame,
        shapes: _Array,
        tints: list[int | None],
        former_id: int,
    ) -> list[_Label]:
        """Return the names that find room, those that matter first."""
        is_after = former_id not in villages.index
        paper = shapely.box(self.west, self.south, self.east, self.north)
        wanted = []
        for unit, name, shape, tint in zip(
            villages.index, villages["name"], shapes, tints, strict=True
        ):
            seen = shapely.intersection(shape, paper)
            if seen.is_empty:
                continue
            point = shapely.point_on_surface(seen)
            is_former = unit == former_id
            number = tint if is_after and tint is not None else None
            rank = 0 if is_former else 1 if number else 2 if tint else 3
            label = _Label(
                (point.x - self.west) / self.per_px,
                (self.north - point.y) / self.per_px,
                _short(str(name)),
                number,
                is_former,
            )
            wanted.append((rank, -seen.area, label))
        kept: list[_Label] = []
        # The scale bar's own place is taken.
        taken = [(0.0, self.height - 34, self.width / 5 + 24, self.height)]
        for rank, _size, label in sorted(wanted, key=lambda row: row[:2]):
            half = text_width(label.text, _LABEL_PX) / 2 + 3
            above = 27 if label.number is not None else 9
            x = min(max(label.x, half), self.width - half)
            box = (x - half, label.y - above, x + half, label.y + 9)
            crowded = any(
                box[0] < other[2] and other[0] < box[2] and box[1] < other[3] and other[1] < box[3]
                for other in taken
            )
            inside = box[1] >= 0 and box[3] <= self.height - 4
            if rank == 1 and crowded:
                # The number is enough: the table beside the pictures has the name.
                label = label._replace(text="")  # noqa: PLW2901
            elif rank > 1 and (crowded or not inside):
                continue
            taken.append(box)
            kept.append(label._replace(x=x, y=min(max(label.y, above), self.height - 12)))
        return kept

    def scale_bar(self) -> str:
        """Draw a bar of a round length, about a fifth of the picture."""
        aim = self.metres_per_px * self.width / 5
        power = 10 ** int(np.floor(np.log10(aim)))
        metres = max(step * power for step in (1, 2, 5) if step * power <= aim)
        length = metres / self.metres_per_px
        text = f"{metres / 1000:g} km" if metres >= 1000 else f"{metres:g} m"
        y = self.height - 10
        return (
            f'<path d="M10 {y - 4:.0f}v4h{length:.1f}v-4" fill="none" stroke="#fff"'
            ' stroke-width="4" stroke-opacity="0.85"/>'
            f'<path d="M10 {y - 4:.0f}v4h{length:.1f}v-4" fill="none" stroke="{_INK}"/>'
            f'<text x="{10 + length / 2:.0f}" y="{y - 4:.0f}" font-size="10.5"'
            f' text-anchor="middle" fill="{_INK}" stroke="#fff" stroke-width="3"'
            f' paint-order="stroke">{text}</text>'
        )

    def svg(self, ground: str, writing: str, title: str) -> str:
        """Return the picture: ground in steps of the grid, writing in pixels."""
        return (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {self.width} {self.height:.0f}"'
            f' role="img" aria-label="{escape(title)}" stroke-linejoin="round">'
            f'<g transform="scale({_GRID_PX})">{ground}</g>{writing}</svg>'
        )
