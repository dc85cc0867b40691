"""Equal ground is recognised however it is drawn, and other ground is not."""

import geopandas as gpd
import pandas as pd
import pytest
import shapely

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.lineage.continuing import continuing_units, ground_digests

SQUARE = [(110, 30), (110.01, 30), (110.01, 30.01), (110, 30.01)]
HOLE = [(110.002, 30.002), (110.004, 30.002), (110.004, 30.004), (110.002, 30.004)]
FAR = shapely.box(110.05, 30, 110.06, 30.01)
WHOLE = shapely.Polygon(SQUARE)
HOLED = shapely.Polygon(SQUARE, [HOLE])


def digests(*shapes: shapely.Geometry) -> list[str]:
    """Return the digests of a layer of these shapes."""
    return ground_digests(gpd.GeoDataFrame(geometry=list(shapes), crs=STORAGE_CRS))


@pytest.mark.parametrize(
    ("one", "same"),
    [
        (WHOLE, shapely.Polygon(SQUARE[2:] + SQUARE[:2])),
        (WHOLE, shapely.Polygon(SQUARE[::-1])),
        (WHOLE, shapely.MultiPolygon([WHOLE])),
        (WHOLE, shapely.Polygon([(x + 1e-10, y - 1e-10) for x, y in SQUARE])),
        (WHOLE, shapely.Polygon([SQUARE[0], *SQUARE])),
        (HOLED, shapely.Polygon(SQUARE[1:] + SQUARE[:1], [HOLE[::-1]])),
        (shapely.MultiPolygon([HOLED, FAR]), shapely.MultiPolygon([FAR, HOLED])),
    ],
    ids=["start", "turn", "kind", "rounding", "vertex said twice", "hole", "parts"],
)
def test_the_same_ground_drawn_otherwise_has_the_same_digest(
    one: shapely.Geometry, same: shapely.Geometry
) -> None:
    assert digests(one) == digests(same)


def test_different_grounds_have_different_digests() -> None:
    grounds = [
        WHOLE,
        HOLED,
        FAR,
        shapely.MultiPolygon([WHOLE, FAR]),
        shapely.MultiPolygon([HOLED, FAR]),
        shapely.Polygon(HOLE),
        # The same vertices in another order bound other ground.
        shapely.Polygon([SQUARE[0], SQUARE[2], SQUARE[1], SQUARE[3]]),
        # A centimetre at one corner.
        shapely.Polygon([(110, 30 + 1e-7), *SQUARE[1:]]),
        # Longitude and latitude are not exchanged.
        shapely.Polygon([(y, x) for x, y in SQUARE]),
    ]
    found = digests(*grounds)
    assert len(set(found)) == len(grounds)
    assert all(len(digest) == 32 for digest in found)


def test_a_digest_does_not_depend_on_the_neighbours_in_the_layer() -> None:
    several = shapely.MultiPolygon([HOLED, FAR])
    alone = [*digests(FAR), *digests(several), *digests(WHOLE)]
    assert digests(FAR, several, WHOLE) == alone


def test_an_empty_layer_has_no_digests() -> None:
    assert digests() == []


def test_a_village_continues_when_its_ground_and_its_name_or_code_do() -> None:
    before = pd.DataFrame(
        {
            "unit_id": [1, 2, 3, 4],
            "ground": ["a", "b", "c", "d"],
            "name": ["东村", "西村", "南村", "北村"],
            "stat_code": ["01", "02", "03", "04"],
        }
    )
    after = pd.DataFrame(
        {
            "ground": ["a", "b", "c", "e"],
            "name": ["东村", "新村", "新南", "北村"],
            "stat_code": ["91", "02", "93", "04"],
        },
        index=[10, 11, 12, 13],
    )
    assert continuing_units(before, after).to_dict() == {10: 1, 11: 2}


def test_two_villages_on_one_ground_continue_none() -> None:
    before = pd.DataFrame({"unit_id": [1], "ground": ["a"], "name": ["东村"], "stat_code": ["01"]})
    after = pd.concat([before, before], ignore_index=True)
    assert continuing_units(before, after).empty
