import numpy as np
import pytest
import shapely
from shapely.geometry import box

from geo_tracker.crs import AREA_CRS
from geo_tracker.demo.arcs import arcs_of, assembled, neighbours
from geo_tracker.demo.city import DemoCity
from geo_tracker.demo.parts import connected_parts, tightened
from geo_tracker.demo.reference import Reference

SQUARES = np.array([box(0, 0, 1, 1), box(1, 0, 2, 1), box(0, 1, 2, 2)])


def _hangs_together(part: set[int], near: list[set[int]]) -> bool:
    seen = {min(part)}
    while fresh := {other for cell in seen for other in near[cell] & part} - seen:
        seen |= fresh
    return seen == part


def test_two_squares_under_a_slab_share_three_borders() -> None:
    arcs = arcs_of(np.array([box(0, 0, 1, 1), box(1, 0, 2, 1)]))
    assert sorted(len(users) for users in arcs.users) == [1, 1, 2]


def test_a_coverage_put_together_again_is_the_same() -> None:
    cells = shapely.node(shapely.union_all(shapely.boundary(SQUARES)))
    faces = np.array(shapely.get_parts(shapely.polygonize([cells])))
    arcs = arcs_of(faces)
    again = assembled(arcs, [arcs.vertices[list(path)] for path in arcs.paths])
    assert shapely.equals(faces, again).all()


def test_cells_that_meet_in_a_point_are_no_neighbours() -> None:
    corners = np.array([box(0, 0, 1, 1), box(1, 0, 2, 1), box(1, 1, 2, 2)])
    assert neighbours(corners, least_edge_m=0.5) == [{1}, {0, 2}, {1}]


def test_parts_of_a_board_hang_together_and_have_their_sizes() -> None:
    cells = np.array([box(x, y, x + 1, y + 1) for x in range(5) for y in range(4)])
    near = neighbours(cells, least_edge_m=0.5)
    points = shapely.get_coordinates(shapely.centroid(cells))
    sizes = [7, 1, 2, 5, 3, 2]
    parts = connected_parts(
        set(range(20)), sizes, near=near, points=points, rng=np.random.default_rng(2)
    )
    assert parts is not None
    for found in (parts, tightened(parts, near=near, points=points)):
        assert [len(part) for part in found] == sizes
        assert sorted(cell for part in found for cell in part) == list(range(20))
        assert all(_hangs_together(part, near) for part in found)


def test_a_star_cannot_be_cut_into_two_pairs() -> None:
    near = [{1, 2, 3}, {0}, {0}, {0}]
    points = np.array([[0, 0], [0, 1], [1, -1], [-1, -1]], dtype=float)
    rng = np.random.default_rng(1)
    assert connected_parts({0, 1, 2, 3}, [2, 2], near=near, points=points, rng=rng) is None


def test_both_layers_are_valid_coverages(city: DemoCity) -> None:
    for layer in (city.before, city.after):
        assert layer.is_valid.all()
        assert set(layer.geom_type) == {"Polygon"}
        assert shapely.coverage_is_valid(layer.geometry.to_numpy())


def test_the_layers_fill_the_real_outlines_and_nothing_else(
    city: DemoCity, reference: Reference
) -> None:
    for county, code in (("方县", "330701"), ("永康市", "330784")):
        outline = reference.outlines.geometry[code]
        for layer in (city.before, city.after):
            filled = shapely.coverage_union_all(
                layer.geometry[layer["XIANMC"] == county].to_numpy()
            )
            # A grid of 1/64 m moves a corner by at most 1/90 m.
            assert shapely.hausdorff_distance(filled.boundary, outline.boundary) < 0.012


def test_every_town_and_every_merged_village_is_one_piece(city: DemoCity) -> None:
    for _, shapes in city.before.groupby("XJQYMC").geometry:
        assert shapely.coverage_union_all(shapes.to_numpy()).geom_type == "Polygon"
    assert city.before.groupby("XJQYMC").size().to_dict() == {
        "东镇": 6,
        "西镇": 4,
        "花街镇": 5,
        "北镇": 3,
    }


def test_a_merged_village_is_the_sum_of_its_former_ones(city: DemoCity) -> None:
    parts = city.before["JSMJ"].groupby(city.lineage["later_code"]).sum()
    assert parts.to_dict() == pytest.approx(city.after["JSMJ"].to_dict(), abs=0.1)
    assert city.before["JSMJ"].sum() == pytest.approx(city.before.to_crs(AREA_CRS).area.sum())


def test_an_untouched_village_keeps_its_very_polygon(city: DemoCity) -> None:
    alone = city.lineage.index[city.lineage["constituents"] == 1]
    assert len(alone) > 4
    same = city.lineage.loc[alone, "later_code"]
    before = city.before.geometry.loc[alone].to_wkb().to_list()
    assert before == city.after.geometry.loc[same].to_wkb().to_list()


def test_borders_inside_a_county_wind_and_no_village_is_a_needle(city: DemoCity) -> None:
    assert city.before.count_coordinates().mean() > 20
    radius_m = shapely.length(shapely.maximum_inscribed_circle(city.before.geometry.to_numpy()))
    usual_m = np.sqrt(city.before.area.mean() / np.pi)
    assert radius_m.min() > usual_m / 5
