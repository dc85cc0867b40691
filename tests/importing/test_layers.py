from pathlib import Path

import geopandas as gpd
import numpy as np
import pandas as pd
import pyogrio
import pytest
import shapely

from geo_tracker.crs import STORAGE_CRS
from geo_tracker.errors import InputError, UnusableArchiveError, UnusableLayerError
from geo_tracker.importing.crs_guess import MissingCrsError
from geo_tracker.importing.layers import FACTS, LayerChoices, read_boundaries
from geo_tracker.importing.report import ImportReport
from tests.importing.shapes import shapefile, square, villages, zip_of, zipped


def read(folder: Path, layer: gpd.GeoDataFrame, **kwargs: str):  # type: ignore[no-untyped-def]
    return read_boundaries(zipped(shapefile(folder, layer, **kwargs)))


def texts(report: ImportReport, severity: str) -> list[str]:
    return [p.message.text % p.message.values for p in report.problems if p.severity == severity]


def test_a_zipped_gbk_shapefile_is_understood(tmp_path: Path) -> None:
    layer = read(
        tmp_path,
        villages(XJQYMC=["花街镇"] * 2, QXMC=["永康市"] * 2, DCMJ=[1e6, 1e6], SJXZ=["合成"] * 2),
    )
    assert (layer.layer, layer.layer_names, layer.encoding) == ("cun", ["cun"], "GB18030")
    assert layer.crs == "EPSG:4549"
    assert layer.synthetic
    assert layer.report.problems == []
    features = layer.features
    assert features.columns.to_list() == [*FACTS, "geometry"]
    assert features.crs == STORAGE_CRS
    assert isinstance(features.index, pd.RangeIndex)
    assert features.iloc[0][FACTS[:7]].to_list() == [
        *("330784114200", None, "倪宅村", "花街镇", "永康市", "330784114", "330784"),
    ]
    assert features["area_m2"].to_list() == pytest.approx([1e6, 1e6], rel=1e-3)
    assert features["stated_area_m2"].to_list() == [1e6, 1e6]
    assert features.total_bounds[0] == pytest.approx(120, abs=1e-6)


def test_the_reader_gives_what_plain_pyogrio_and_reprojection_give(tmp_path: Path) -> None:
    shp = shapefile(tmp_path, villages(), encoding="UTF-8")
    plain = pyogrio.read_dataframe(shp).to_crs(4490)
    assert shapely.equals(
        read_boundaries(zipped(shp)).features.geometry.to_numpy(), plain.geometry.to_numpy()
    ).all()


@pytest.mark.parametrize("driver", ["GPKG", "GeoJSON"])
def test_geopackage_and_geojson_are_read_too(tmp_path: Path, driver: str) -> None:
    path = tmp_path / f"cun.{driver.lower()}"
    pyogrio.write_dataframe(villages().to_crs(4326), path, driver=driver)
    layer = read_boundaries(path)
    assert layer.crs == "EPSG:4326"
    assert layer.features["name"].to_list() == ["倪宅村", "新川村"]
    assert layer.features["stat_code"].to_list() == ["330784114200", "330784114222"]


def test_text_stays_none_where_a_column_is_missing(tmp_path: Path) -> None:
    features = read(tmp_path, villages()).features
    assert features["town"].to_list() == [None, None]
    assert features["stated_area_m2"].isna().all()


def test_a_wrong_cpg_is_a_warning_and_names_stay_right(tmp_path: Path) -> None:
    shp = shapefile(tmp_path, villages(), encoding="GBK")
    shp.with_suffix(".cpg").write_text("UTF-8")
    layer = read_boundaries(zipped(shp))
    assert layer.features["name"].to_list() == ["倪宅村", "新川村"]
    assert texts(layer.report, "warning") == [
        "The .cpg file says UTF-8, but the text is GB18030; it was read as GB18030."
    ]


def test_a_field_name_cut_inside_a_character_still_opens(tmp_path: Path) -> None:
    layer = villages().rename(columns={"ZLDWDM": "统计代码"})
    assert read(tmp_path, layer, encoding="UTF-8").fields["code"].startswith("统计代")


def test_deleted_records_do_not_shift_the_names(tmp_path: Path) -> None:
    shp = shapefile(tmp_path, villages(["甲村", "乙村", "丙村"], ["1", "2", "3"]))
    dbf = shp.with_suffix(".dbf")
    content = bytearray(dbf.read_bytes())
    content[int.from_bytes(content[8:10], "little")] = ord("*")
    dbf.write_bytes(content)
    features = read_boundaries(zipped(shp)).features
    assert features["name"].to_list() == ["乙村", "丙村"]
    assert features.total_bounds[0] > 120.005


# Files named for their defect.


@pytest.mark.parametrize("lost_bytes", [1, 60, 200])
def test_shp_cut_off(tmp_path: Path, lost_bytes: int) -> None:
    shp = shapefile(tmp_path, villages())
    shp.write_bytes(shp.read_bytes()[:-lost_bytes])
    missing = 2 if lost_bytes > 136 else 1
    with pytest.raises(UnusableLayerError, match=f"{missing} of 2 features are missing"):
        read_boundaries(zipped(shp))


def test_shp_and_shx_cut_off_alike(tmp_path: Path) -> None:
    shp = shapefile(tmp_path, villages())
    shp.write_bytes(shp.read_bytes()[:100])
    shx = shp.with_suffix(".shx")
    shx.write_bytes(shx.read_bytes()[:100])
    with pytest.raises(UnusableLayerError, match="2 of 2 features are missing"):
        read_boundaries(zipped(shp))


def test_dbf_cut_off(tmp_path: Path) -> None:
    shp = shapefile(tmp_path, villages())
    dbf = shp.with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes()[:-100])
    with pytest.raises(UnusableLayerError, match="1 of 2 rows missing"):
        read_boundaries(zipped(shp))


def test_dbf_missing(tmp_path: Path) -> None:
    packed = zipped(shapefile(tmp_path, villages()), without=[".dbf"])
    with pytest.raises(UnusableLayerError, match=r"cun\.dbf is missing"):
        read_boundaries(packed)


def test_shx_missing_is_mended(tmp_path: Path) -> None:
    packed = zipped(shapefile(tmp_path, villages()), without=[".shx"], inside="资料/")
    assert read_boundaries(packed).features["name"].to_list() == ["倪宅村", "新川村"]


def test_dbf_alone_is_no_layer(tmp_path: Path) -> None:
    packed = zipped(shapefile(tmp_path, villages()), without=[".shp", ".shx", ".prj", ".cpg"])
    with pytest.raises(UnusableArchiveError, match=r"Inside: 1 × \.dbf"):
        read_boundaries(packed)


def test_table_without_geometry(tmp_path: Path) -> None:
    pyogrio.write_dataframe(pd.DataFrame({"NAME": ["a"]}), tmp_path / "t.gpkg")
    with pytest.raises(UnusableLayerError, match="t has no geometry column"):
        read_boundaries(tmp_path / "t.gpkg")


def test_empty_layer(tmp_path: Path) -> None:
    path = tmp_path / "e.gpkg"
    pyogrio.write_dataframe(villages().iloc[:0], path, geometry_type="Polygon")
    with pytest.raises(UnusableLayerError, match="The layer e is empty"):
        read_boundaries(path)


def test_points_only(tmp_path: Path) -> None:
    points = villages().set_geometry([shapely.Point(5e5, 3.2e6)] * 2, crs=4549)
    with pytest.raises(UnusableLayerError, match="no areas, only points or lines"):
        read(tmp_path, points)


def test_null_shapes_only(tmp_path: Path) -> None:
    path = tmp_path / "n.geojson"
    path.write_text(
        '{"type":"FeatureCollection","features":'
        '[{"type":"Feature","properties":{"NAME":"a"},"geometry":null}]}'
    )
    with pytest.raises(UnusableLayerError, match="no areas"):
        read_boundaries(path)


def test_geojson_that_is_no_json(tmp_path: Path) -> None:
    packed = zip_of(tmp_path / "a.zip", {"a.geojson": b"{nothing"})
    with pytest.raises(UnusableLayerError, match=r"a\.geojson cannot be read"):
        read_boundaries(packed)


def test_prj_missing_with_zone_prefix_proposes_one_system(tmp_path: Path) -> None:
    prefixed = villages(shapes=[square(0, west_m=40_500_000), square(1, west_m=40_500_000)])
    packed = zipped(shapefile(tmp_path, prefixed), without=[".prj"])
    with pytest.raises(MissingCrsError) as caught:
        read_boundaries(packed)
    assert [proposal.crs for proposal in caught.value.proposals] == ["EPSG:4528"]
    layer = read_boundaries(packed, choices=LayerChoices(crs="EPSG:4528"))
    assert layer.crs == "EPSG:4528"
    assert layer.features.total_bounds[0] == pytest.approx(120, abs=1e-6)


def test_prj_that_cannot_be_right_is_refused_with_proposals(tmp_path: Path) -> None:
    metres_in_degrees = villages().set_crs(4490, allow_override=True)
    with pytest.raises(MissingCrsError, match="cannot be in") as caught:
        read(tmp_path, metres_in_degrees)
    assert "EPSG:4549" in [proposal.crs for proposal in caught.value.proposals]


def test_northing_first_is_said(tmp_path: Path) -> None:
    swapped = villages(
        shapes=[shapely.transform(square(i), lambda xy: xy[:, ::-1]) for i in range(2)], crs=None
    )
    with pytest.raises(MissingCrsError, match="swapped"):
        read(tmp_path, swapped)


def test_villages_outside_of_china_are_a_warning(tmp_path: Path) -> None:
    layer = read(tmp_path, villages(crs=3301, shapes=[square(0), square(1)]))
    assert any("outside of China" in text for text in texts(layer.report, "warning"))


@pytest.mark.parametrize(("epsg", "name"), [(2385, "Xian 1980"), (2437, "Beijing 1954")])
def test_old_datums_are_a_warning(tmp_path: Path, epsg: int, name: str) -> None:
    layer = read(tmp_path, villages(crs=epsg))
    assert any(name in text and "roughly" in text for text in texts(layer.report, "warning"))


def test_parts_of_one_village_are_joined_and_said(tmp_path: Path) -> None:
    layer = read(
        tmp_path,
        villages(["甲村", "乙村", "甲村"], ["330784114200", "330784114201", "330784114200"],
                 DCMJ=[1e6, 1e6, 1e6]),
    )  # fmt: skip
    assert layer.features["parts"].to_list() == [2, 1]
    assert layer.features["name"].to_list() == ["甲村", "乙村"]
    assert layer.features["stated_area_m2"].to_list() == [2e6, 1e6]
    assert layer.features["area_m2"].to_list() == pytest.approx([2e6, 1e6], rel=1e-3)
    assert texts(layer.report, "info") == ["2 rows have the same code and were joined."]


def test_one_code_with_two_names_is_a_warning(tmp_path: Path) -> None:
    big = shapely.box(510_000, 3_200_000, 512_000, 3_202_000)
    layer = read(
        tmp_path, villages(["甲村", "乙村"], ["330784114200"] * 2, shapes=[square(0), big])
    )
    assert layer.features["name"].to_list() == ["乙村"]
    assert texts(layer.report, "warning") == [
        "One code has several names: 甲村、乙村. 乙村 was kept."
    ]


def test_bow_ties_are_repaired_and_counted(tmp_path: Path) -> None:
    west, south = 500_000, 3_200_000
    bow_tie = shapely.Polygon(
        [(west, south), (west + 1000, south + 1000), (west + 1000, south), (west, south + 1000)]
    )
    layer = read(tmp_path, villages(shapes=[bow_tie, square(3)]))
    problem = layer.report.problems[0]
    assert (problem.severity, problem.row) == ("warning", 1)
    assert "Self-intersection" in str(problem.value)
    assert layer.features.is_valid.all()
    assert layer.features["area_m2"][0] == pytest.approx(5e5, rel=1e-3)


def test_codes_as_numbers_and_of_19_digits_are_normalised(tmp_path: Path) -> None:
    numbers = read(tmp_path / "a", villages(codes=[330784114200.0, 330784114222.0]))
    assert numbers.features["stat_code"].to_list() == ["330784114200", "330784114222"]
    land = ["3307841142000000000", "3307841142220000000"]
    long = read(tmp_path / "b", villages(codes=land)).features
    assert long["land_code"].to_list() == land
    assert long["stat_code"].to_list() == ["330784114200", "330784114222"]


def test_what_is_no_code_is_kept_out_with_a_warning(tmp_path: Path) -> None:
    layer = read(tmp_path, villages(["甲村", "乙村", None], ["330784", None, "330784114200"]))
    assert layer.features["stat_code"].to_list() == [None, None, "330784114200"]
    assert [(p.row, p.column, p.value) for p in layer.report.problems] == [
        (1, "ZLDWDM", "330784"),
        (2, "ZLDWDM", None),
        (3, "ZLDWMC", None),
    ]


def test_names_lose_blanks_and_full_width_digits_only(tmp_path: Path) -> None:
    layer = read(tmp_path, villages(["　倪宅（１）村 ", "新川 村"]))
    assert layer.features["name"].to_list() == ["倪宅（1）村", "新川 村"]


def test_town_codes_are_not_taken_for_names(tmp_path: Path) -> None:
    layer = read(tmp_path, villages(XJQYDM=["330784114"] * 2))
    assert layer.features["town"].to_list() == [None, None]
    assert layer.features["town_code"].to_list() == ["330784114"] * 2


def test_areas_stated_in_mu_are_noticed(tmp_path: Path) -> None:
    layer = read(tmp_path, villages(MJ=[1500.0, 1500.0]))
    assert texts(layer.report, "warning") == [
        "Stated areas are 0.0015 times the measured ones; perhaps another unit."
    ]


def test_heights_are_dropped(tmp_path: Path) -> None:
    high = [shapely.force_3d(square(i), 5.0) for i in range(2)]
    assert not read(tmp_path, villages(shapes=high)).features.has_z.any()


def test_of_several_layers_the_first_with_areas_is_read_unless_chosen(tmp_path: Path) -> None:
    path = tmp_path / "two.gpkg"
    points = villages().set_geometry([shapely.Point(5e5, 3.2e6)] * 2, crs=4549)
    pyogrio.write_dataframe(points, path, layer="驻地")
    pyogrio.write_dataframe(villages(), path, layer="调整前")
    pyogrio.write_dataframe(villages(["倪宅新村"], ["330784114200"]), path, layer="调整后")
    layer = read_boundaries(path)
    assert (layer.layer, layer.layer_names) == ("调整前", ["驻地", "调整前", "调整后"])
    assert texts(layer.report, "info") == ["The file has 3 layers; 调整前 was read."]
    chosen = read_boundaries(path, choices=LayerChoices(layer="调整后"))
    assert chosen.features["name"].to_list() == ["倪宅新村"]


@pytest.mark.parametrize(
    "choices",
    [
        LayerChoices(layer="x"),
        LayerChoices(encoding="x"),
        LayerChoices(crs="x"),
        LayerChoices(crs="999999"),
        LayerChoices(fields={"name": "x"}),
    ],
)
def test_choices_that_do_not_exist_are_refused(tmp_path: Path, choices: LayerChoices) -> None:
    with pytest.raises(InputError):
        read_boundaries(zipped(shapefile(tmp_path, villages())), choices=choices)


def test_choices_overrule_what_was_found(tmp_path: Path) -> None:
    packed = zipped(shapefile(tmp_path, villages(OTHER=["甲", "乙"])))
    layer = read_boundaries(packed, choices=LayerChoices(crs="4548", fields={"name": "OTHER"}))
    assert layer.features["name"].to_list() == ["甲", "乙"]
    assert layer.features.total_bounds[0] == pytest.approx(117, abs=1e-6)


def test_every_square_keeps_its_area_whatever_the_row_order(tmp_path: Path) -> None:
    order = np.random.default_rng(0).permutation(9)
    codes = [f"3307841142{i:02d}" for i in order]
    layer = read(tmp_path, villages([f"{i}村" for i in order], codes, [square(i) for i in order]))
    by_code = layer.features.set_index("stat_code").sort_index()
    assert by_code["name"].to_list() == [f"{i}村" for i in range(9)]
    west = by_code.geometry.bounds["minx"].to_list()
    assert west == sorted(west)


@pytest.mark.parametrize(
    "codes",
    [
        [" 330784 114200", "330784114222 "],
        ["330784114200.0", "330784114222.00"],
        ["'330784114200", "３３０７８４１１４２２２"],
        ["3307841142000000000", "3307841142220000000"],
    ],
    ids=["blanks", "floats", "quotes and wide digits", "19 digits"],
)
def test_codes_are_the_same_however_they_are_written(tmp_path: Path, codes: list[str]) -> None:
    features = read(tmp_path, villages(codes=codes), encoding="UTF-8").features
    assert features["stat_code"].to_list() == ["330784114200", "330784114222"]


@pytest.mark.parametrize("encoding", ["GBK", "UTF-8"])
def test_a_long_chinese_field_name_cut_by_its_writer_is_known(
    tmp_path: Path, encoding: str
) -> None:
    layer = villages().rename(columns={"ZLDWDM": "统计用区划代码", "ZLDWMC": "行政村名称"})
    fields = read(tmp_path, layer, encoding=encoding).fields
    assert set(fields) == {"code", "name"}


def test_rows_of_one_village_by_its_19_digit_groups_are_joined(tmp_path: Path) -> None:
    layer = read(
        tmp_path,
        villages(["甲村", "甲村", "乙村"],
                 ["3307841142000010000", "3307841142000020000", "3307841142010000000"]),
    )  # fmt: skip
    assert layer.features["stat_code"].to_list() == ["330784114200", "330784114201"]
    assert layer.features["land_code"].to_list() == [None, "3307841142010000000"]
    assert layer.features[["parts", "row"]].to_numpy().tolist() == [[2, 1], [1, 3]]
