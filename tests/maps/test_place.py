"""Two small pictures of a place: the same ground before and after, texts as texts."""

import re

import geopandas as gpd
import pandas as pd
import shapely

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.maps.place import COLOURS, PlacePictures, place_extent, place_pictures

HOSTILE = "<img src=x onerror=alert(1)>"


def strips(*names: str, width: float = 1) -> gpd.GeoDataFrame:
    """Villages side by side, each of so many hundredths of a degree."""
    boxes = [
        shapely.box(120 + i * width / 100, 29, 120 + (i + 1) * width / 100, 29.01)
        for i in range(len(names))
    ]
    return gpd.GeoDataFrame(
        {"name": list(names)}, index=range(1, len(names) + 1), geometry=boxes, crs=STORAGE_CRS
    )


BEFORE = strips("甲村", "乙村", "丙村", "丁村")
AFTER = strips("新村", "丙丁村", width=2).set_index(pd.Index([11, 12]))


def pictures(
    before: gpd.GeoDataFrame = BEFORE, after: gpd.GeoDataFrame = AFTER, former_id: int = 1
) -> PlacePictures:
    wide = (119.99, 28.99, 120.05, 29.02)
    return place_pictures(
        before,
        after,
        former_id=former_id,
        numbers={11: 1, 12: 2},
        groups={2: 1, 3: 2, 4: 2},
        extent=wide,
        titles=("before", HOSTILE),
    )


def test_both_pictures_name_the_villages_and_number_the_successors() -> None:
    drawn = pictures()
    assert all(name in drawn.before for name in ("甲村", "乙村", "丙村", "丁村"))
    assert all(name in drawn.after for name in ("新村", "丙丁村"))
    numbers = re.findall(r'text-anchor="middle" fill="#fff">(\d)<', drawn.after)
    assert sorted(numbers) == ["1", "2"]
    assert "<circle" not in drawn.before


def test_the_shared_ground_is_in_full_colour_in_both() -> None:
    drawn = pictures()
    full = f'fill="{COLOURS[0]}" fill-opacity="0.62"'
    assert full in drawn.before
    assert full in drawn.after
    assert f'fill="{COLOURS[1]}" fill-opacity="0.62"' not in drawn.before


def test_names_stay_text() -> None:
    before = BEFORE.assign(name=[HOSTILE[:8], *BEFORE["name"][1:]])
    drawn = pictures(before)
    assert "<img" not in drawn.before + drawn.after
    assert "&lt;img" in drawn.before
    assert "style=" not in drawn.before + drawn.after


def test_a_long_name_is_cut_and_one_without_room_is_left_to_the_table() -> None:
    after = AFTER.assign(name=["一个名字长得图上写不下的示范村", "丙丁村"])
    assert "一个名字长得图…" in pictures(after=after).after
    thin = strips("甲村", "乙村", width=0.01).set_index(pd.Index([11, 12]))
    drawn = pictures(after=thin).after
    assert drawn.count("<circle") == 2
    assert drawn.count("村<") == 1


def test_a_bar_says_how_long_a_round_length_is() -> None:
    assert ">1 km<" in pictures().before


def test_without_the_former_village_there_is_nothing_to_draw() -> None:
    assert pictures(former_id=99) == PlacePictures("", "")


def test_successors_too_far_away_are_left_outside() -> None:
    near, far = shapely.box(120.01, 29, 120.02, 29.01), shapely.box(121, 29, 121.01, 29.01)
    extent, outside = place_extent(BEFORE.geometry.iloc[0], {1: near, 2: far})
    assert outside == [2]
    assert extent[2] < 120.1
