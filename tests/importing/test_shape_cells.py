import pytest
import shapely

from geo_tracker.importing.shape_cells import MOST_VERTICES, shape
from geo_tracker.importing.values import CellError


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("POINT (120.03 28.9)", "Point"),
        ("LINESTRING(120.03 28.9, 120.04 28.91)", "LineString"),
        ("SRID=4490;POLYGON((120 28,121 28,121 29,120 28))", "Polygon"),
        ("POINT Z (120.03 28.9 55)", "Point"),
    ],
)
def test_shapes_are_read_flat_in_degrees(text: str, kind: str) -> None:
    read = shape(text)
    assert read is not None
    assert read.geom_type == kind
    assert not read.has_z


@pytest.mark.parametrize("empty", [None, "", "-", "  "])
def test_an_empty_cell_is_no_shape(empty: object) -> None:
    assert shape(empty) is None


def test_an_area_that_crosses_itself_is_mended() -> None:
    read = shape("POLYGON((120 28,121 29,121 28,120 29,120 28))")
    assert read is not None
    assert read.is_valid
    assert read.area == pytest.approx(0.5)


@pytest.mark.parametrize(
    "text",
    [
        "倪宅村东",
        "POINT EMPTY",
        "GEOMETRYCOLLECTION(POINT(120 28))",
        "POINT (500000 3200000)",
        "POINT (28.9 120.03)",
        "POLYGON((120 28,121 28,120 28))",
        "POLYGON((120 28,121 28,120 28,120 28))",
        "POINT (nan nan)",
        "=cmd|' /C calc'!A0",
    ],
)
def test_what_is_no_shape_in_china_is_refused(text: str) -> None:
    with pytest.raises(CellError):
        shape(text)


def test_a_shape_of_too_many_vertices_is_refused() -> None:
    line = shapely.LineString([(120 + n * 1e-6, 28) for n in range(MOST_VERTICES + 1)])
    with pytest.raises(CellError):
        shape(line.wkt)
