"""A layer in the wrong place is noticed, measured, and named where the cause is well known."""

import geopandas as gpd
import numpy as np
import pytest
import shapely

from geo_tracker.crs import AREA_CRS, STORAGE_CRS
from geo_tracker.errors import UnusableLayerError
from geo_tracker.lineage.comparison import compared_layers
from geo_tracker.lineage.displacement import Displacement, agreeing_votes, displacement
from geo_tracker.lineage.placement import misplacement

ZONE_120 = np.array([480_000, 3_200_000])


def mosaic(count: int = 120, *, seed: int = 1) -> gpd.GeoDataFrame:
    """Return cells about one kilometre wide near Jinhua, in the 3-degree zone 120."""
    points = np.random.default_rng(seed).uniform(0, 11_000, (count, 2))
    square = shapely.box(0, 0, 11_000, 11_000)
    cells = shapely.voronoi_polygons(shapely.multipoints(points), extend_to=square)
    shapes = shapely.intersection(shapely.get_parts(cells), square)
    placed = shapely.transform(shapes, lambda xy: xy + ZONE_120)
    names = [f"村{number}" for number in range(count)]
    layer = gpd.GeoDataFrame({"name": names}, geometry=placed, crs=4549, index=names)
    return layer.assign(stat_code=None)


def merged_in_twos(layer: gpd.GeoDataFrame, pairs: int) -> gpd.GeoDataFrame:
    """Dissolve some neighbouring cells, so that not all of them look alike."""
    keys = list(layer.index)
    shapes = layer.geometry.to_numpy()
    for _pair in range(pairs):
        first = keys[0]
        neighbour = next(
            key
            for key in keys[1:]
            if shapely.intersection(shapes[keys.index(first)], shapes[keys.index(key)]).length > 1
        )
        one, other = keys.index(first), keys.index(neighbour)
        joined = shapely.union(shapes[one], shapes[other])
        shapes = np.append(np.delete(shapes, [one, other]), joined)
        keys = [key for key in keys if key not in {first, neighbour}] + [f"{first}+"]
    layer = gpd.GeoDataFrame({"name": keys}, geometry=shapes, crs=layer.crs, index=keys)
    return layer.assign(stat_code=None)


@pytest.fixture(scope="module")
def before() -> gpd.GeoDataFrame:
    return mosaic()


@pytest.fixture(scope="module")
def after(before: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return merged_in_twos(before, 25)


def in_metres(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer.to_crs(AREA_CRS)


def shift_of(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> Displacement | None:
    return displacement(old, agreeing_votes(old, new))


def test_layers_that_fit_have_no_shift(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame) -> None:
    assert shift_of(in_metres(before), in_metres(after)) is None


@pytest.mark.parametrize(("east", "north"), [(0.4, 0.0), (12, -7), (500, 300), (-1400, 900)])
def test_a_shift_is_measured(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, east: float, north: float
) -> None:
    old, new = in_metres(before), in_metres(after)
    moved = new.set_geometry(new.translate(east, north))
    found = shift_of(old, moved)
    assert found is not None
    assert found.east_m == pytest.approx(east, abs=0.05)
    assert found.north_m == pytest.approx(north, abs=0.05)
    assert found.votes >= 50


def gcj02(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    """Move a layer as web maps do; published values for the middle of Jinhua."""
    degrees = layer.to_crs(STORAGE_CRS)
    # 119.65 °E 29.08 °N becomes 119.654634 °E 29.075323 °N (eviltransform's table).
    shape = degrees.translate(0.0046, -0.0026)
    return degrees.set_geometry(shape, crs=STORAGE_CRS)


@pytest.mark.parametrize("later", [True, False])
def test_gcj_02_is_named(before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, later: bool) -> None:
    old, new = (before, gcj02(after)) if later else (gcj02(before), after)
    found = shift_of(in_metres(old), in_metres(new))
    assert found is not None
    assert 300 < found.length_m < 700
    assert found.looks_like is not None
    assert ("later" if later else "earlier") in found.looks_like.text


def test_an_ordinary_shift_has_no_famous_cause(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> None:
    old, new = in_metres(before), in_metres(after)
    found = shift_of(old, new.set_geometry(new.translate(400, 300)))
    assert found is not None
    assert found.looks_like is None


def test_layers_of_which_nothing_looks_alike_tell_no_shift(before: gpd.GeoDataFrame) -> None:
    assert shift_of(in_metres(before), in_metres(mosaic(90, seed=5))) is None


def swapped(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    turned = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    return layer.set_geometry(turned, crs=layer.crs)


@pytest.mark.parametrize("which", ["before", "after"])
@pytest.mark.parametrize("damage", ["axes", "zone"])
def test_wrong_readings_are_found_and_put_right(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, which: str, damage: str
) -> None:
    def damaged(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        return swapped(layer) if damage == "axes" else layer.set_crs(4548, allow_override=True)

    old, new = (damaged(before), after) if which == "before" else (before, damaged(after))
    found = misplacement(old, new, AREA_CRS)
    assert found is not None
    assert damage in found.cause.text
    assert found.votes >= 50
    right = compared_layers(before, after)
    mended = compared_layers(old, new, correct_shift=True)
    assert mended.misplacement == found.cause
    assert set(zip(mended.edges["from_id"], mended.edges["to_id"], strict=True)) == set(
        zip(right.edges["from_id"], right.edges["to_id"], strict=True)
    )


def test_layers_of_different_places_are_refused(before: gpd.GeoDataFrame) -> None:
    far = mosaic(seed=9)
    far = far.set_geometry(far.translate(300_000, 100_000))
    with pytest.raises(UnusableLayerError, match="do not overlap"):
        compared_layers(before, far)


def test_ids_that_differ_throughout_decide_nothing(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> None:
    old = before.assign(stat_code=[f"a{number}" for number in range(len(before))])
    new = after.assign(stat_code=[f"b{number}" for number in range(len(after))])
    found = compared_layers(old, new)
    assert not found.codes_mean_the_same
    assert "identifier_change" not in set(found.events["event_type"])
