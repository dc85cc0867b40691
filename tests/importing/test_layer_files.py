"""Layers come in many kinds of file, bare or zipped; each is read like the others."""

import io
import warnings
import zipfile
from collections.abc import Callable
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest

from geo_tracker.errors import InputError, UnusableArchiveError, UnusableLayerError
from geo_tracker.importing.layers import LayerChoices, read_boundaries
from geo_tracker.importing.units import read_units
from tests.importing.shapes import villages, zip_of

POLYGON = (
    "<Polygon><outerBoundaryIs><LinearRing><coordinates>{0},29,0 {1},29,0 {1},29.01,0 {0},29.01,0"
    " {0},29,0</coordinates></LinearRing></outerBoundaryIs></Polygon>"
)


def placemark(name: str, code: str, west: float) -> str:
    return (
        f"<Placemark><name>{name}</name><description>说明</description><ExtendedData>"
        f'<Data name="ZLDWDM"><value>{code}</value></Data></ExtendedData>'
        f"{POLYGON.format(west, west + 0.01)}</Placemark>"
    )


def kml(*folders: str, head: str = '<?xml version="1.0" encoding="UTF-8"?>') -> str:
    inside = "".join(folders) or (
        placemark("倪宅村", "330784114200", 120) + placemark("新川村", "330784114222", 120.01)
    )
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{inside}</Document></kml>'


def packed(path: Path, source: Path, *, inside: str = "") -> Path:
    """Pack a file, or a folder with what is in it, into a zip."""
    with zipfile.ZipFile(path, "w") as archive:
        for part in sorted(source.rglob("*")) if source.is_dir() else [source]:
            archive.write(part, inside + str(part.relative_to(source.parent)))
    return path


def written(folder: Path, kind: str, layer: gpd.GeoDataFrame | None = None) -> Path:
    made = villages() if layer is None else layer
    path = folder / f"cun.{kind}"
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if kind == "parquet":
            made.to_parquet(path)
        else:
            drivers = {"fgb": "FlatGeobuf", "gdb": "OpenFileGDB", "gpkg": "GPKG"}
            pyogrio.write_dataframe(made, path, driver=drivers[kind], layer="cun")
    return path


@pytest.mark.parametrize("kind", ["fgb", "parquet", "gpkg"])
@pytest.mark.parametrize("pack", [False, True])
def test_one_file_is_read_bare_or_zipped_at_any_depth(
    tmp_path: Path, kind: str, pack: bool
) -> None:
    path = written(tmp_path, kind)
    if pack:
        path = packed(tmp_path / "a.zip", path, inside="资料/2018/")
    layer = read_boundaries(path)
    assert layer.crs == "EPSG:4549"
    # A FlatGeobuf file orders its rows by place.
    names = layer.features.set_index("stat_code")["name"].to_dict()
    assert names == {"330784114200": "倪宅村", "330784114222": "新川村"}
    assert layer.features["area_m2"].to_list() == pytest.approx([1e6, 1e6], rel=1e-3)


@pytest.mark.parametrize(
    "rename",
    [
        lambda name: name,
        lambda name: "资料/" + name,
        lambda name: name.replace("cun.gdb", "CUN.GDB").replace(".gdbtable", ".GDBTABLE"),
        lambda name: name.replace("cun.gdb/", "数据库/"),
        lambda name: name.replace("cun.gdb/", ""),
    ],
    ids=["as made", "in a folder", "in capitals", "folder renamed", "without its folder"],
)
def test_a_zipped_geodatabase_is_known_by_what_is_in_it(
    tmp_path: Path, rename: Callable[[str], str]
) -> None:
    source = written(tmp_path, "gdb")
    members = {
        rename(str(part.relative_to(tmp_path))): part.read_bytes() for part in source.iterdir()
    }
    # What is no part of a geodatabase is left behind.
    members[rename("cun.gdb/other.vrt")] = b"<OGRVRTDataSource/>"
    layer = read_boundaries(zip_of(tmp_path / "a.zip", members))
    assert (layer.layer, layer.crs) == ("cun", "EPSG:4549")
    assert layer.features["name"].to_list() == ["倪宅村", "新川村"]


def test_of_a_geodatabase_the_layer_is_chosen(tmp_path: Path) -> None:
    source = written(tmp_path, "gdb")
    later = villages(["倪宅新村"], ["330784114200"])
    pyogrio.write_dataframe(later, source, layer="调整后", driver="OpenFileGDB", append=True)
    zipped = packed(tmp_path / "a.zip", source)
    assert read_boundaries(zipped).layer_names == ["cun", "调整后"]
    chosen = read_boundaries(zipped, choices=LayerChoices(layer="调整后"))
    assert chosen.features["name"].to_list() == ["倪宅新村"]
    assert read_units(source).units["name"].to_list() == ["倪宅村", "新川村"]


@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "gbk"])
def test_kml_of_any_encoding_gives_names_and_extended_data(tmp_path: Path, codec: str) -> None:
    path = tmp_path / "cun.kml"
    stated = {"gbk": "GBK", "utf-16": "UTF-16"}.get(codec, "UTF-8")
    head = f'<?xml version="1.0" encoding="{stated}"?>'
    path.write_bytes(kml(head=head).encode(codec))
    layer = read_boundaries(path)
    assert layer.columns == ["Name", "description", "ZLDWDM"]
    assert layer.features["name"].to_list() == ["倪宅村", "新川村"]
    assert layer.features["stat_code"].to_list() == ["330784114200", "330784114222"]
    assert not layer.features.has_z.any()


def test_kmz_is_a_zip_and_folders_of_kml_are_layers(tmp_path: Path) -> None:
    folders = [
        f"<Folder><name>{title}</name>{placemark(name, '330784114200', 120)}</Folder>"
        for title, name in (("调整前", "倪宅村"), ("调整后", "倪宅新村"))
    ]
    path = zip_of(tmp_path / "cun.kmz", {"doc.kml": kml(*folders).encode(), "a.png": b"x"})
    assert read_boundaries(path).layer_names == ["调整前", "调整后"]
    chosen = read_boundaries(path, choices=LayerChoices(layer="调整后"))
    assert chosen.features["name"].to_list() == ["倪宅新村"]
    assert read_units(path).units["name"].to_list() == ["倪宅村"]


ENTITIES = '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'


@pytest.mark.parametrize("codec", ["utf-8", "utf-16", "gb18030"])
@pytest.mark.parametrize("doctype", [ENTITIES, "<!doctype kml>", "<! DOCTYPE kml SYSTEM 'f'>"])
def test_kml_with_a_document_type_is_refused_whatever_its_encoding(
    tmp_path: Path, codec: str, doctype: str
) -> None:
    content = kml(head=f'<?xml version="1.0" encoding="{codec}"?>{doctype}').encode(codec)
    with pytest.raises(UnusableLayerError, match="entities"):
        read_boundaries(zip_of(tmp_path / "a.zip", {"x/a.kml": content}))


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (kml("<Folder>" * 100_000 + "</Folder>" * 100_000).encode(), "nested too deeply"),
        (kml()[:-20].encode(), "cannot be read"),
        (b"\xff\xfe\x00", "cannot be read"),
        (b"", "cannot be read"),
        (b"<OGRVRTDataSource><OGRVRTLayer name='a'/></OGRVRTDataSource>", "OGRVRTDataSource"),
    ],
    ids=["deep", "cut off", "half a character", "empty", "another kind of XML"],
)
def test_kml_that_is_none_is_refused_with_its_reason(
    tmp_path: Path, content: bytes, reason: str
) -> None:
    path = tmp_path / "a.kml"
    path.write_bytes(content)
    with pytest.raises(UnusableLayerError, match=reason):
        read_boundaries(path)


@pytest.mark.parametrize("kind", ["fgb", "parquet", "gpkg"])
@pytest.mark.parametrize("keep", [0.3, 0.9])
def test_files_cut_off_are_refused_or_read_and_never_half_a_success(
    tmp_path: Path, kind: str, keep: float
) -> None:
    path = written(tmp_path, kind)
    content = path.read_bytes()
    path.write_bytes(content[: int(len(content) * keep)])
    with pytest.raises(InputError):
        read_boundaries(path)


def test_parquet_without_shapes_has_none(tmp_path: Path) -> None:
    path = tmp_path / "a.parquet"
    villages().drop(columns="geometry").to_parquet(path)
    with pytest.raises(UnusableLayerError, match="no geometry column"):
        read_boundaries(path)


def test_parquet_of_points_has_no_areas_and_wkb_is_not_the_only_way(tmp_path: Path) -> None:
    points = villages()
    written(tmp_path, "parquet", points.set_geometry(points.centroid))
    with pytest.raises(UnusableLayerError, match="no areas"):
        read_boundaries(tmp_path / "cun.parquet")
    villages().to_parquet(tmp_path / "b.parquet", geometry_encoding="geoarrow")
    assert read_boundaries(tmp_path / "b.parquet").features["name"].to_list() == [
        "倪宅村",
        "新川村",
    ]


def test_parquet_without_a_crs_is_in_degrees_and_one_that_is_null_is_asked_for(
    tmp_path: Path,
) -> None:
    unknown = villages(crs=None)
    path = written(tmp_path, "parquet", unknown)
    with pytest.raises(UnusableLayerError, match="does not state"):
        read_boundaries(path)


def test_a_zip_of_pictures_says_what_is_inside(tmp_path: Path) -> None:
    picture = io.BytesIO(b"x").getvalue()
    with pytest.raises(UnusableArchiveError, match=r"Inside: 1 × \.png"):
        read_boundaries(zip_of(tmp_path / "a.zip", {"a.png": picture}))
