import zipfile
from datetime import datetime
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest

from geo_tracker.demo import DemoSummary, write_demo
from geo_tracker.demo.city import DemoCity, demo_city
from geo_tracker.demo.reference import Reference


@pytest.fixture(scope="module")
def written(reference_dir: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("written") / "demo"
    summary = write_demo(reference_dir, folder, seed=7)
    assert isinstance(summary, DemoSummary)
    assert (summary.former_villages, summary.later_villages, summary.towns) == (18, 12, 4)
    return folder


@pytest.mark.parametrize(("name", "count"), [("before.zip", 18), ("after.zip", 12)])
def test_a_layer_is_a_gbk_shapefile_in_the_zone_of_jinhua(
    written: Path, name: str, count: int
) -> None:
    with zipfile.ZipFile(written / name) as archive:
        members = {Path(member).suffix: archive.read(member) for member in archive.namelist()}
    assert members[".cpg"] == b"GBK"
    assert "花街镇".encode("gbk") in members[".dbf"]
    layer = gpd.read_file(written / name)
    assert layer.crs.to_epsg() == 4549
    assert len(layer) == count
    assert list(layer.columns) == [
        "ZLDWDM",
        "ZLDWMC",
        "XJQYMC",
        "XIANMC",
        "JSMJ",
        "SJXZ",
        "geometry",
    ]
    assert (layer["ZLDWDM"].str.len() == 19).all()
    assert (layer["SJXZ"] == "合成").all()
    expected = "倪宅村" if name == "before.zip" else "倪宅新村"
    assert layer.set_index("ZLDWDM").at["3307841142000000000", "ZLDWMC"] == expected


def test_the_workbook_has_titled_sheets_with_text_codes_and_real_dates(written: Path) -> None:
    book = openpyxl.load_workbook(written / "records.xlsx")
    assert book.sheetnames == ["说明", "村庄", "合并对照", "表决", "项目", "公布数"]
    villages = book["村庄"]
    assert villages["A1"].value == "金华市行政村规模调整 — 村庄（合成数据）"
    assert [cell.value for cell in villages[2]][:3] == ["统计代码", "村名", "县(市、区)"]
    assert villages["A3"].value == "330701101300"
    assert villages["E3"].value == datetime(2018, 10, 31)  # noqa: DTZ001 - as in the file
    assert villages.freeze_panes == "A3"


def test_the_same_seed_gives_the_same_files(
    written: Path, reference_dir: Path, tmp_path: Path
) -> None:
    write_demo(reference_dir, tmp_path, seed=7)
    for path in written.iterdir():
        assert path.read_bytes() == (tmp_path / path.name).read_bytes(), path.name


def test_another_seed_gives_another_city(city: DemoCity, reference: Reference) -> None:
    other = demo_city(reference, seed=8)
    assert not other.before.geometry.geom_equals(city.before.geometry).any()
    with pytest.raises(AssertionError):
        pd.testing.assert_frame_equal(other.sheets["表决"], city.sheets["表决"])


def test_the_notes_name_the_seed_and_what_is_cited(city: DemoCity) -> None:
    notes = city.sheets["说明"].set_index("事项")["说明"]
    assert notes["随机种子"] == 7
    assert "倪宅村委会" in notes["真实：倪宅村 + 新川村"]
