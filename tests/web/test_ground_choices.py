"""The preview of boundaries: large gaps, equal and crossing outlines, settled by choice."""

import re
from pathlib import Path

import pytest
import shapely
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import writing
from geo_tracker.db.models import ImportRun, VillageVersion
from tests import samples
from tests.importing.shapes import square, villages
from tests.web.test_layer_preview import gpkg
from tests.web.uploads import import_id_of, uploaded, work_done
from tests.web.visitors import Visitor, visitor


@pytest.fixture
def app(empty: Flask) -> Flask:
    return empty


@pytest.fixture
def planner(app: Flask) -> Visitor:
    return visitor(app, "planner")


def left_open(folder: Path) -> Path:
    """A lake of 6 ha in 甲村; 丙村 has the outline of 乙村; 丁村 is a figure of eight."""
    west, south, *_ = square(4).bounds
    corners = [(0, 0), (0, 900), (1200, 0), (1200, 300)]
    eight = shapely.Polygon([(west + x, south + y) for x, y in corners])
    shapes = [square(0).difference(square(0).centroid.buffer(140)), square(1), square(1), eight]
    codes = [f"3307841142{place:02d}" for place in range(4)]
    return gpkg(folder, villages(["甲村", "乙村", "丙村", "丁村"], codes, shapes))


def row_of(page: str, text: str) -> str:
    """Return the row of the list of places that says something."""
    row: str
    (row,) = [row for row in re.findall(r"<tr data-place.*?</tr>", page, re.S) if text in row]
    return row


def spot_in(page: str) -> str:
    found = re.search(r'name="fill" value="([^"]+)"', page)
    assert found is not None
    return found[1]


def areas(app: Flask) -> dict[str, float]:
    with app.extensions["geo_tracker"].engine.connect() as connection:
        asked = sa.select(VillageVersion.name, VillageVersion.area_m2)
        return {row.name: row.area_m2 for row in connection.execute(asked)}


def test_what_is_left_to_a_person_has_its_choice_and_nothing_is_chosen(
    planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", left_open(tmp_path)))
    page = planner.page(f"/imports/{import_id}/preview")
    lake = row_of(page, "Hole in a village with nothing in it")
    assert "give it to 甲村" in lake
    # 61,460 m² of 938,540 m²: a circle of 64 corners, a little less than 140 · 140 · 3.1416.
    assert "adds 6.55 % to its size" in lake
    same = row_of(page, "Two villages have the same outline")
    assert re.findall(r'name="leave_out" value="(\d)"', same) == ["2", "3"]
    assert not re.search(r'name="(fill|leave_out)"[^>]* checked', page)
    # Nothing can be mended without a person.
    assert 'name="repairs"' not in page


def test_an_outline_that_crosses_itself_is_listed_with_its_size_before_and_after(
    planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", left_open(tmp_path)))
    page = planner.page(f"/imports/{import_id}/preview")
    crossing = row_of(page, "Mended outline")
    assert "丁村" in crossing
    drawn, mended, change = (
        float(number.replace(",", ""))
        for number in re.findall(r'<td class="gt-num">([-+\d.,]+)</td>', crossing)
    )
    assert drawn == pytest.approx(405_000 - 45_000, rel=2e-3)
    assert mended == pytest.approx(405_000 + 45_000, rel=2e-3)
    assert change == pytest.approx(mended - drawn, abs=0.2)
    (picture,) = re.findall(r"/pictures/(place-\d+).svg", crossing)
    assert planner.get(f"/imports/{import_id}/pictures/{picture}.svg").status_code == 200
    # It comes behind the two places of the ground, and has its mark on the map.
    assert picture == "place-2"
    assert page.count('class="gt-mark"') == 3


def test_a_large_gap_and_a_village_left_out_are_stored_as_chosen_and_said(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", left_open(tmp_path)))
    page = planner.page(f"/imports/{import_id}/preview")
    form = {"fill": spot_in(page), "leave_out": "3"}
    assert planner.post(f"/imports/{import_id}/read-again", form).status_code == 303
    page = planner.page(f"/imports/{import_id}/preview")
    assert re.search(r'name="fill" value="[^"]+" checked', page)
    assert re.search(r'name="leave_out" value="3" checked', page)
    assert "Two villages have the same outline" not in page
    planner.post(f"/imports/{import_id}/confirm", {})
    work_done(app)
    result = planner.page(f"/imports/{import_id}")
    assert "Large gaps given to a village: 1." in result
    assert "Villages left out: 1." in result
    stored = areas(app)
    assert set(stored) == {"甲村", "乙村", "丁村"}
    assert stored["甲村"] == pytest.approx(1_000_000, rel=2e-3)


def test_what_was_chosen_can_be_taken_back(planner: Visitor, tmp_path: Path) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", left_open(tmp_path)))
    spot = spot_in(planner.page(f"/imports/{import_id}/preview"))
    planner.post(f"/imports/{import_id}/read-again", {"fill": spot, "leave_out": "3"})
    planner.post(f"/imports/{import_id}/read-again", {})
    page = planner.page(f"/imports/{import_id}/preview")
    assert "Two villages have the same outline" in page
    assert not re.search(r'name="(fill|leave_out)"[^>]* checked', page)


@pytest.mark.parametrize(
    "form",
    [
        {"fill": "<b>1,2"},
        {"fill": "nan,inf"},
        {"fill": "1e9,1e9"},
        {"fill": "181.5,-91.25"},
        {"leave_out": "-1"},
        {"leave_out": "9" * 30},
        {"repairs": "some", "repair_row": "0"},
    ],
)
def test_choices_that_mean_nothing_change_nothing(
    planner: Visitor, tmp_path: Path, form: dict[str, str]
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", left_open(tmp_path)))
    assert planner.post(f"/imports/{import_id}/read-again", form).status_code == 303
    page = planner.page(f"/imports/{import_id}/preview")
    assert "cannot be read as you asked" not in page
    assert "Left out, as chosen" not in page
    assert "give it to 甲村" in page


def test_a_preview_of_an_earlier_version_opens(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", left_open(tmp_path)))
    known = {"counts", "total", "too_fine", "places", "changes", "changes_total", "made"}
    place = {"kind", "villages", "more", "area_m2", "width_m", "lon", "lat", "row"}
    with writing(app.extensions["geo_tracker"].engine) as session:
        run = session.get_one(ImportRun, import_id)
        ground = {key: value for key, value in run.preview["ground"].items() if key in known}
        ground["places"] = [
            {key: value for key, value in one.items() if key in place} for one in ground["places"]
        ]
        run.preview = run.preview | {"ground": ground | {"crossing": 1}}
    page = planner.page(f"/imports/{import_id}/preview")
    assert "Two villages have the same outline" in page
    assert "Outlines that crossed or touched themselves" in page
    assert 'name="fill"' not in page
    with writing(app.extensions["geo_tracker"].engine) as session:
        run = session.get_one(ImportRun, import_id)
        run.preview = run.preview | {"ground": None}
    assert 'id="ground"' not in planner.page(f"/imports/{import_id}/preview")


def test_where_too_many_borders_are_unshared_the_page_says_so(
    app: Flask, planner: Visitor, tmp_path: Path
) -> None:
    import_id = import_id_of(uploaded(planner, "boundary", samples.before_zip(tmp_path)))
    with writing(app.extensions["geo_tracker"].engine) as session:
        run = session.get_one(ImportRun, import_id)
        run.preview = run.preview | {"ground": run.preview["ground"] | {"too_odd": 51_234}}
    page = planner.page(f"/imports/{import_id}/preview")
    assert "too many villages have borders that no neighbour has (51,234)" in page
    assert "No overlaps and no gaps" not in page
    with writing(app.extensions["geo_tracker"].engine) as session:
        run = session.get_one(ImportRun, import_id)
        run.preview = run.preview | {"ground": run.preview["ground"] | {"looked_at": 30_000}}
    page = planner.page(f"/imports/{import_id}/preview")
    assert "of 51,234 villages with borders that no neighbour has, 30,000 were looked at" in page
