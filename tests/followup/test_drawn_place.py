"""Places as they are drawn or typed."""

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo_tracker.errors import InputError
from geo_tracker.followup.drawn_place import MOST_CORNERS, is_simple, shape_of, text_of

SQUARE = "120.00, 29.00\n120.01, 29.00\n120.01, 29.01\n120.00, 29.01"


def test_corners_make_a_point_a_line_or_an_area() -> None:
    assert shape_of("point", "120.05, 28.9") == shapely.Point(120.05, 28.9)
    assert shape_of("line", "120 29\n120.1，29.1") == shapely.LineString([(120, 29), (120.1, 29.1)])
    area = shape_of("area", SQUARE)
    assert area is not None
    assert area.equals(shapely.box(120, 29, 120.01, 29.01))
    assert shape_of("area", " \n ") is None


@pytest.mark.parametrize(
    ("kind", "text", "said"),
    [
        ("point", "29.0, 120.0", "the longitude comes first"),
        ("point", "120, 29\n121, 29", "A point has one corner"),
        ("line", "120, 29\n120, 29", "two corners at least"),
        ("area", "120, 29\n121, 30", "three corners at least"),
        ("area", "120, 29\n121, 30\n121, 29\n120, 30", "crosses itself"),
        ("area", "120, 29\n121, 30\n122, 31", "crosses itself"),
        ("circle", "120, 29", "a point, a line or an area"),
        ("point", "here", "is no corner"),
        ("point", "120, 29, 5", "is no corner"),
        ("point", "nan, nan", "lies outside"),
        ("line", "120, 29\n" * (MOST_CORNERS + 1), "At most 500"),
    ],
)
def test_what_makes_no_place_is_said(kind: str, text: str, said: str) -> None:
    with pytest.raises(InputError, match=said):
        shape_of(kind, text)


corner = st.tuples(st.floats(118, 122), st.floats(27, 31))


@given(st.sampled_from(["point", "line", "area"]), st.lists(corner, min_size=1, max_size=8))
def test_what_is_stored_comes_back_as_it_was_typed(
    kind: str, corners: list[tuple[float, float]]
) -> None:
    text = "\n".join(f"{lon}, {lat}" for lon, lat in corners)
    try:
        shape = shape_of(kind, text)
    except InputError:
        return
    assert is_simple(shape)
    again_kind, again = text_of(shape)
    assert again_kind == kind
    assert shape_of(again_kind, again) == shape


def test_of_several_parts_the_largest_is_shown_and_said() -> None:
    parts = shapely.MultiPolygon([shapely.box(0, 0, 1, 1), shapely.box(2, 0, 4, 2)])
    assert not is_simple(parts)
    assert text_of(parts)[1].startswith("4.")
    holed = shapely.box(0, 0, 4, 4).difference(shapely.box(1, 1, 2, 2))
    assert not is_simple(holed)
