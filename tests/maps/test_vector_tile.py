from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely

from geo_tracker.maps.vector_tile import (
    POINT,
    POLYGON,
    layer_bytes,
    point_commands,
    polygon_commands,
)

PLATE = shapely.box(0, 0, 100, 100)
RING = PLATE.difference(shapely.box(40, 40, 60, 60))


def decoded(polygons: list[Any], **options: Any) -> list[dict[str, Any]]:
    """What the oracle reads from a tile of 100 m and 1,000 units, y counted from below."""
    commands = polygon_commands(np.array(polygons, dtype=object), west=0, north=100, units_per_m=10)
    tile = layer_bytes(
        "villages",
        kind=POLYGON,
        extent=1000,
        ids=range(1, len(polygons) + 1),
        commands=commands,
        **options,
    )
    features: list[dict[str, Any]] = mapbox_vector_tile.decode(tile)["villages"]["features"]
    return features


def shape_of(feature: dict[str, Any]) -> Any:
    return shapely.geometry.shape(feature["geometry"])


def test_a_square_comes_back_with_its_corners() -> None:
    (feature,) = decoded([shapely.box(10, 20, 30, 40)])
    assert shape_of(feature).equals(shapely.box(100, 200, 300, 400))


def test_a_hole_stays_a_hole() -> None:
    assert shape_of(decoded([RING])[0]).area == pytest.approx(1000**2 - 200**2)


@pytest.mark.parametrize("turned", [PLATE, PLATE.reverse(), RING, RING.reverse()])
def test_winding_is_right_whichever_way_the_outline_was_drawn(turned: Any) -> None:
    (feature,) = decoded([turned])
    assert feature["geometry"]["type"] == "Polygon"
    assert shape_of(feature).area == pytest.approx(turned.area * 100)


def test_islands_of_one_village_stay_one_feature() -> None:
    both = shapely.MultiPolygon([shapely.box(0, 0, 10, 10), shapely.box(50, 50, 70, 70)])
    features = decoded([both, PLATE])
    assert [feature["id"] for feature in features] == [1, 2]
    assert shape_of(features[0]).area == pytest.approx(both.area * 100)


def test_what_is_smaller_than_a_unit_is_left_out_and_its_neighbours_keep_their_ids() -> None:
    features = decoded([PLATE, shapely.box(50, 50, 50.01, 50.01), RING])
    assert [feature["id"] for feature in features] == [1, 3]


def test_a_hole_does_not_outlive_the_island_around_it() -> None:
    thin = shapely.Polygon([(0, 0), (100, 0), (100, 0.01)], [[(90, 0.001), (99, 0.001), (99, 5)]])
    assert [feature["id"] for feature in decoded([thin, PLATE])] == [2]


def test_lines_and_points_that_cutting_leaves_are_ignored() -> None:
    leftover = shapely.GeometryCollection(
        [shapely.Point(1, 1), shapely.LineString([(0, 0), (5, 5)]), shapely.box(0, 0, 10, 10)]
    )
    assert shape_of(decoded([leftover])[0]).area == pytest.approx(100 * 100)


def test_neighbours_share_rounded_corners() -> None:
    left = shapely.Polygon([(0, 0), (33.333, 0), (33.337, 50), (0, 50)])
    right = shapely.Polygon([(33.333, 0), (66, 0), (66, 50), (33.337, 50)])
    one, other = (shape_of(feature) for feature in decoded([left, right]))
    assert one.intersection(other).area == 0
    assert one.union(other).area == pytest.approx(one.area + other.area)
    assert one.union(other).geom_type == "Polygon"


def test_names_come_back_and_equal_names_are_stored_once() -> None:
    features = decoded([PLATE, RING, PLATE], attributes={"name": ["倪宅村", "新川村", "倪宅村"]})
    assert [f["properties"]["name"] for f in features] == ["倪宅村", "新川村", "倪宅村"]
    thrice = layer_bytes(
        "v",
        kind=POLYGON,
        extent=9,
        ids=[1, 2, 3],
        commands=[b"x"] * 3,
        attributes={"name": ["同名"] * 3},
    )
    assert thrice.count("同名".encode()) == 1


def test_an_empty_text_is_left_out() -> None:
    first, second = decoded([PLATE, RING], attributes={"name": ["甲", "乙"], "code": ["", "3307"]})
    assert first["properties"] == {"name": "甲"}
    assert second["properties"] == {"name": "乙", "code": "3307"}


def test_large_ids_come_back() -> None:
    tile = layer_bytes(
        "v",
        kind=POINT,
        extent=9,
        ids=[330784102204],
        commands=point_commands(np.array([[1.0, 2.0]]), west=0, north=4, units_per_m=1),
    )
    (feature,) = mapbox_vector_tile.decode(tile)["v"]["features"]
    assert feature["id"] == 330784102204
    assert feature["geometry"] == {"type": "Point", "coordinates": [1, 7]}


def test_many_tiles_are_written_at_once_each_from_its_own_corner() -> None:
    squares = np.array([shapely.box(0, 90, 10, 100), shapely.box(100, 90, 110, 100)], dtype=object)
    here, there = polygon_commands(squares, west=np.array([0, 100]), north=100, units_per_m=10)
    assert here == there


def test_a_layer_without_features_takes_no_bytes() -> None:
    assert layer_bytes("v", kind=POLYGON, extent=9, ids=[1], commands=[b""]) == b""
    assert polygon_commands(np.empty(0, dtype=object), west=0, north=0, units_per_m=1) == []


def test_random_polygons_keep_their_area_within_the_rounding() -> None:
    seeds = np.random.default_rng(5)
    rounds = [
        shapely.Point(seeds.uniform(20, 80), seeds.uniform(20, 80)).buffer(seeds.uniform(3, 20))
        for _ in range(50)
    ]
    for polygon, feature in zip(rounds, decoded(rounds), strict=True):
        # Each vertex moves by half a unit (0.05 m) at most along the border.
        assert abs(shape_of(feature).area / 100 - polygon.area) < polygon.length * 0.08
