"""The preview of boundaries: chosen by eye, mended as accepted, said afterwards."""

import re
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import pytest
import shapely
from flask import Flask

from geo_tracker.gcj02 import gcj02_offset
from tests import samples
from tests.web.uploads import HOSTILE, import_id_of, uploaded, work_done
from tests.web.visitors import Visitor, visitor

ROWS = [(f"3307841142{i:02d}", f"村{i}村", "花街镇", i, i + 1) for i in range(8)]


@pytest.fixture
def app(empty: Flask) -> Flask:
    return empty


@pytest.fixture
def planner(app: Flask) -> Visitor:
    return visitor(app, "planner")


def gpkg(folder: Path, layer: gpd.GeoDataFrame, name: str = "cun.gpkg") -> Path:
    pyogrio.write_dataframe(layer, folder / name)
    return folder / name


def faulty(folder: Path, *, first_name: str = "村0村") -> Path:
    """Eight squares in a row; the first takes 30 m of the second, the last has a hole."""
    layer = samples.square_villages(ROWS)
    shapes = layer.geometry.to_numpy().copy()
    west, south, east, north = shapely.bounds(shapes[0])
    shapes[0] = shapely.box(west, south, east + 30, north)
    shapes[7] = shapes[7].difference(shapes[7].centroid.buffer(20))
    layer = layer.set_geometry(shapes, crs=4549)
    layer.loc[0, "ZLDWMC"] = first_name
    return gpkg(folder, layer)


def test_problems_of_the_ground_are_counted_listed_and_shown(
    planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", faulty(tmp_path)))
    page = planner.page(f"/imports/{import_id}/preview")
    for text in ("Two villages overlap", "Hole in a village with nothing in it", "村0村、村1村"):
        assert text in page
    assert page.count('class="gt-mark"') == 2
    assert page.count("<tr data-place=") == 2
    # Whoever does not see the marks hears the numbers by which the list names the places.
    assert re.findall(r'role="button" aria-label="(\d)"', page) == ["1", "2"]
    answer = planner.get(f"/imports/{import_id}/pictures/place-0.svg")
    assert answer.status_code == 200
    assert answer.mimetype == "image/svg+xml"
    assert answer.text.startswith("<svg")


def test_pictures_that_are_not_there_are_not_found(planner: Visitor, tmp_path: Path) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", faulty(tmp_path)))
    for name in ("place-9", "place-99999", "..%2Fsecret", "Outline", "place-"):
        answer = planner.get(f"/imports/{import_id}/pictures/{name}.svg")
        assert answer.status_code == 404, name


def test_pictures_are_for_those_who_import(app: Flask, planner: Visitor, tmp_path: Path) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", faulty(tmp_path)))
    viewer = visitor(app, "viewer")
    assert viewer.get(f"/imports/{import_id}/pictures/place-0.svg").status_code == 403


@pytest.mark.parametrize(("how", "left"), [("all", 0), ("some", 1), ("", 2)])
def test_mending_is_accepted_whole_or_village_by_village_and_said_in_the_result(
    app: Flask, planner: Visitor, tmp_path: Path, how: str, left: int
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", faulty(tmp_path)))
    form = {"repairs": how, "repair_row": "1"}
    answer = planner.post(f"/imports/{import_id}/read-again", form)
    assert answer.status_code == 303
    page = planner.page(f"/imports/{import_id}/preview")
    chips = page.count('gt-chip-accent">mended')
    assert chips == 2 - left
    checked = re.search(r'name="repairs" value="(\w*)" checked', page)
    assert checked is not None
    assert checked[1] == how
    planner.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    result = planner.page(f"/imports/{import_id}")
    assert ("whose ground was mended" in result) == (left < 2)


def test_hostile_names_stay_text_in_lists_and_pictures(planner: Visitor, tmp_path: Path) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", faulty(tmp_path, first_name=HOSTILE)))
    assert HOSTILE not in planner.page(f"/imports/{import_id}/preview")
    assert HOSTILE not in planner.get(f"/imports/{import_id}/pictures/place-0.svg").text


def test_the_way_to_read_a_layer_is_chosen_by_eye(planner: Visitor, tmp_path: Path) -> None:
    bare = samples.square_villages(ROWS).set_crs(4326, allow_override=True)
    path = tmp_path / "bare.geojson"
    bare.to_file(path)
    import_id = import_id_of(uploaded(planner, "boundary", path))
    page = planner.page(f"/imports/{import_id}/preview")
    first = re.search(r'name="proposal" value="([^"]+)"( checked)?', page)
    assert first is not None
    # The province of the codes leaves two zones, so that nothing is ticked for the planner.
    assert first[1] == "EPSG:4549|"
    assert page.count('class="gt-proposal') >= 6
    assert "where the codes belong" in page
    planner.post(f"/imports/{import_id}/read-again", {"proposal": first[1]})
    assert "CGCS2000, 3-degree zones, central meridian 120°E" in planner.page(
        f"/imports/{import_id}/preview"
    )


def test_a_system_from_the_list_is_the_later_word_than_a_proposal(
    planner: Visitor, tmp_path: Path
) -> None:
    bare = samples.square_villages(ROWS).set_crs(4326, allow_override=True)
    path = tmp_path / "bare.geojson"
    bare.to_file(path)
    import_id = import_id_of(uploaded(planner, "boundary", path))
    form = {"proposal": "EPSG:4549|", "crs": "EPSG:2385", "reading": ""}
    planner.post(f"/imports/{import_id}/read-again", form)
    page = planner.page(f"/imports/{import_id}/preview")
    assert "EPSG:2385 · Xian 1980" in page
    assert "only roughly" in page


def test_swapped_axes_are_undone_with_one_choice(planner: Visitor, tmp_path: Path) -> None:
    layer = samples.square_villages(ROWS).to_crs(4490)
    turned = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    path = gpkg(tmp_path, layer.set_geometry(turned, crs=4490))
    import_id = import_id_of(uploaded(planner, "boundary", path))
    page = planner.page(f"/imports/{import_id}/preview")
    assert "The coordinates are swapped" in page
    proposal = "EPSG:4490|swapped"
    assert f'value="{proposal}"' in page
    planner.post(f"/imports/{import_id}/read-again", {"proposal": proposal})
    page = planner.page(f"/imports/{import_id}/preview")
    assert "The axes were exchanged" in page
    assert "村0村" in page


def test_gcj02_is_converted_only_by_choice_and_said_in_the_result(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    layer = samples.square_villages(ROWS)
    first = import_id_of(uploaded(planner, "boundary", gpkg(tmp_path, layer, "first.gpkg")))
    planner.post(f"/imports/{first}/confirm", {})
    work_done(app)
    moved = shapely.transform(
        layer.to_crs(4490).geometry.to_numpy(),
        lambda xy: xy + np.column_stack(gcj02_offset(xy[:, 0], xy[:, 1])),
    )
    shifted = gpkg(tmp_path, layer.set_geometry(moved, crs=4490), "second.gpkg")
    import_id = import_id_of(uploaded(planner, "boundary", shifted, "2019-10-31"))
    page = planner.page(f"/imports/{import_id}/preview")
    assert "looks like GCJ-02" in page
    assert 'name="gcj02" value="yes">Convert' in page.replace("\n", "")
    planner.post(f"/imports/{import_id}/read-again", {"gcj02": "yes"})
    assert "looks like GCJ-02" not in planner.page(f"/imports/{import_id}/preview")
    planner.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    assert "Converted from GCJ-02; good to about 1 m." in planner.page(f"/imports/{import_id}")


def test_damaged_names_are_shown_with_examples_and_mended_by_choice(
    planner: Visitor, tmp_path: Path
) -> None:
    layer = samples.square_villages(ROWS)
    wrong = "新川村".encode().decode("gb18030", "replace").replace("\ufffd", "?")
    layer.loc[[0, 1], "ZLDWMC"] = [wrong, "???村"]
    import_id = import_id_of(uploaded(planner, "boundary", gpkg(tmp_path, layer)))
    page = planner.page(f"/imports/{import_id}/preview")
    assert "stored in a wrong encoding and can be mended: 1." in page
    assert "lost characters before the file was made: 1." in page
    assert wrong in page
    planner.post(f"/imports/{import_id}/read-again", {"mend_text": "yes"})
    page = planner.page(f"/imports/{import_id}/preview")
    assert "are mended: 1." in page
    assert "<td>新川村</td>" in page
