"""Layers with the quirks that surveyors, old programs and zips give them."""

import json
import shutil
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import pandas as pd
import pyogrio
import shapely

from tests.importing.corpus import case
from tests.importing.shapes import shapefile, square, villages, zip_of, zipped

TWO = ("倪宅村", "新川村")


def shape_parts(layer: gpd.GeoDataFrame, into: Path, *, encoding: str = "GBK") -> dict[str, bytes]:
    """Return the parts of a shapefile by suffix."""
    shp = shapefile(into, layer, encoding=encoding)
    return {part.suffix: part.read_bytes() for part in sorted(shp.parent.glob("cun.*"))}


def packed(path: Path, parts: dict[str, bytes], *, inside: str = "cun") -> None:
    """Write the parts of a shapefile as a zip, compressed."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for suffix, content in parts.items():
            archive.writestr(f"{inside}{suffix}", content)


def encoded(
    name: str, encoding: str, *, cpg: str | None, ldid: int | None, **expected: Any
) -> None:
    """Take a shapefile with text in an encoding and marks that may contradict it."""

    @case(name, names=TWO, **expected)
    def build(path: Path, passing: Path) -> None:
        parts = shape_parts(villages(), passing, encoding=encoding)
        parts.pop(".cpg", None)
        if cpg is not None:
            parts[".cpg"] = cpg.encode()
        if ldid is not None:
            dbf = bytearray(parts[".dbf"])
            dbf[29] = ldid
            parts[".dbf"] = bytes(dbf)
        packed(path, parts)


encoded("gbk-without-cpg.zip", "GBK", cpg=None, ldid=0)
encoded("gbk-with-cpg.zip", "GBK", cpg="936", ldid=0)
encoded("gbk-cpg-says-utf8.zip", "GBK", cpg="UTF-8", ldid=0, says=("The .cpg file says UTF-8",))
encoded("gbk-cpg-says-oem.zip", "GBK", cpg="OEM", ldid=0, says=("The .cpg file says OEM",))
encoded("gbk-ldid-4d.zip", "GBK", cpg=None, ldid=0x4D)
encoded("utf8-without-cpg.zip", "UTF-8", cpg=None, ldid=0)
encoded("utf8-under-ldid-4d.zip", "UTF-8", cpg=None, ldid=0x4D)
encoded("utf8-cpg-with-line-end.zip", "UTF-8", cpg="UTF-8\r\n", ldid=0)


@case("big5-names.zip", names=("後壟村", "蘆竹村"))
def _big5(path: Path, passing: Path) -> None:
    layer = villages(["後壟村", "蘆竹村"])
    parts = shape_parts(layer, passing, encoding="BIG5")
    parts[".cpg"] = b"BIG5"
    packed(path, parts)


@case("field-cut-inside-a-character.zip", names=TWO)
def _cut_field(path: Path, passing: Path) -> None:
    layer = villages().rename(columns={"ZLDWMC": "村名"}).assign(权属单位名=["甲", "乙"])
    packed(path, shape_parts(layer, passing, encoding="UTF-8"))


@case("member-names-in-gbk.zip", names=TWO)
def _gbk_members(path: Path, passing: Path) -> None:
    packed(path, shape_parts(villages(), passing), inside="xxxx")
    path.write_bytes(path.read_bytes().replace(b"xxxx", "村界".encode("gbk")))


@case("member-names-in-utf8-without-flag.zip", names=TWO)
def _utf8_members(path: Path, passing: Path) -> None:
    packed(path, shape_parts(villages(), passing), inside="xxxxxx")
    path.write_bytes(path.read_bytes().replace(b"xxxxxx", "村界".encode()))


@case("four-folders-deep.zip", names=TWO)
def _deep(path: Path, passing: Path) -> None:
    packed(path, shape_parts(villages(), passing), inside="成果/2019/永康市/矢量/村界")


@case("backslashes-in-paths.zip", names=TWO)
def _backslashes(path: Path, passing: Path) -> None:
    packed(path, shape_parts(villages(), passing), inside="data/shp/cun")
    path.write_bytes(path.read_bytes().replace(b"data/shp/", b"data\\shp\\"))


@case("suffixes-in-capitals.zip", names=TWO)
def _capitals(path: Path, passing: Path) -> None:
    parts = {suffix.upper(): part for suffix, part in shape_parts(villages(), passing).items()}
    packed(path, parts, inside="CUN")


@case("parts-spelled-differently.zip", names=TWO)
def _spelled(path: Path, passing: Path) -> None:
    parts = shape_parts(villages(), passing)
    named = {
        ("Cun" if suffix == ".dbf" else "cun") + suffix: part for suffix, part in parts.items()
    }
    zip_of(path, named)


@case("mac-extras.zip", names=TWO)
def _mac(path: Path, passing: Path) -> None:
    parts = shape_parts(villages(), passing)
    named = {f"cun{suffix}": part for suffix, part in parts.items()}
    extras = {f"__MACOSX/._cun{suffix}": b"\0\5\x16\7" for suffix in parts}
    zip_of(path, named | extras)


@case("two-layers-points-first.zip", names=TWO, says=("The file has 2 layers",))
def _two_layers(path: Path, passing: Path) -> None:
    layer = villages()
    points = shape_parts(layer.set_geometry(layer.centroid), passing / "points")
    parts = shape_parts(layer, passing / "areas")
    zip_of(
        path,
        {f"a{suffix}": part for suffix, part in points.items()}
        | {f"b{suffix}": part for suffix, part in parts.items()},
    )


@case("prj-missing-degrees.zip", refused="does not state its coordinate system")
@case("prj-missing-zone-40.zip", refused="does not state its coordinate system")
@case("prj-missing-no-zone.zip", refused="does not state its coordinate system")
def _no_prj(path: Path, passing: Path) -> None:
    crs = {"degrees": 4490, "zone-40": 4528, "no-zone": 4549}[
        path.stem.removeprefix("prj-missing-")
    ]
    parts = shape_parts(villages().to_crs(crs), passing)
    packed(path, {suffix: part for suffix, part in parts.items() if suffix != ".prj"})


@case("prj-of-another-zone.zip", refused="")
def _wrong_prj(path: Path, passing: Path) -> None:
    parts = shape_parts(villages(), passing)
    other = shape_parts(villages(crs=None).set_crs(4528), passing / "other")
    packed(path, parts | {".prj": other[".prj"]})


@case("xian-1980.zip", names=TWO, says=("only roughly",))
@case("beijing-1954.zip", names=TWO, says=("only roughly",))
def _old_datum(path: Path, passing: Path) -> None:
    epsg = 2385 if path.stem == "xian-1980" else 2437
    packed(path, shape_parts(villages(crs=epsg), passing))


@case("web-mercator.zip", names=TWO)
def _mercator(path: Path, passing: Path) -> None:
    packed(path, shape_parts(villages().to_crs(3857), passing))


def part_lacking(name: str, suffix: str, cut: int | None = None, **expected: Any) -> None:
    """Take a shapefile of which a part is missing or cut off."""

    @case(name, **expected)
    def build(path: Path, passing: Path) -> None:
        parts = shape_parts(villages(), passing)
        if cut is None:
            del parts[suffix]
        else:
            parts[suffix] = parts[suffix][:-cut]
        packed(path, parts)


part_lacking("dbf-missing.zip", ".dbf", refused="cun.dbf is missing")
part_lacking("shx-missing.zip", ".shx", names=TWO)
part_lacking("shp-missing.zip", ".shp", refused="There is no layer")
part_lacking("shp-cut-off.zip", ".shp", 40, refused="cun.shp is cut off")
part_lacking("dbf-cut-off.zip", ".dbf", 60, refused="cut off")


def shaped(name: str, shapes: Sequence[Any], **expected: Any) -> None:
    """Take a layer of given shapes, the first two with names."""

    @case(name, **expected)
    def build(path: Path, passing: Path) -> None:
        many = [*TWO, *(f"第{number}村" for number in range(3, len(shapes) + 1))][: len(shapes)]
        codes = [f"3307841142{number:02d}" for number in range(len(shapes))]
        layer = villages(many, codes, shapes)
        pyogrio.write_dataframe(layer, passing / "cun.gpkg", layer_options={"RTREE": "NO"})
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
            archive.write(passing / "cun.gpkg", "cun.gpkg")


_WEST, _SOUTH, _EAST, _NORTH = square(0).bounds
_BOW_TIE = shapely.Polygon([(_WEST, _SOUTH), (_EAST, _NORTH), (_EAST, _SOUTH), (_WEST, _NORTH)])
_FLAT = shapely.Polygon([(_WEST, _SOUTH), (_EAST, _SOUTH), (_WEST, _SOUTH)])
_NOWHERE = shapely.Polygon([(1, 1), (float("nan"), 2), (3, 1), (1, 1)])
_FAR = shapely.Polygon([(1, 1), (1e300, 2), (3, 1), (1, 1)])

shaped("bow-tie.zip", [_BOW_TIE, square(1)], names=TWO, says=("crossed or touched itself",))
shaped("shape-missing.zip", [None, square(1)], names=("新川村",), says=("The row has no shape",))
shaped("shape-empty.zip", [shapely.Polygon(), square(1)], names=("新川村",), says=("no shape",))
shaped("shape-without-area.zip", [_FLAT, square(1)], names=("新川村",), says=("has no area",))
shaped("points-only.zip", [square(0).centroid], refused="no areas, only points or lines")
shaped("lines-only.zip", [square(0).boundary], refused="no areas, only points or lines")
shaped(
    "a-line-among-areas.zip",
    [square(0), square(1).boundary],
    names=("倪宅村",),
    says=("The shape is not an area",),
)
shaped("heights.zip", [shapely.force_3d(square(0), 55.0), square(1)], names=TWO)
shaped("coordinates-not-a-number.zip", [_NOWHERE, square(1)], names=("新川村",), says=("no area",))
shaped("coordinates-of-1e300.zip", [_FAR, square(1)], refused="")
shaped("a-collection.zip", [shapely.GeometryCollection([square(0)]), square(1)], names=("新川村",))


def coded(
    name: str, codes: Sequence[Any], names: tuple[str | None, ...] = TWO, **expected: Any
) -> None:
    """Take a layer with codes as some program wrote them."""

    @case(name, names=names, **expected)
    def build(path: Path, passing: Path) -> None:
        packed(path, shape_parts(villages(codes=codes), passing))


coded("codes-as-numbers.zip", [330784114200, 330784114222])
coded("codes-as-decimals.zip", [330784114200.0, 330784114222.0])
coded("codes-with-blanks.zip", [" 330784114200 ", "3307 8411 4222"])
coded("codes-of-19-digits.zip", ["3307841142000000000", "3307841142220000000"], says=("first 12",))
coded("codes-of-11-digits.zip", ["33078411420", "33078411422"], says=("Not a village code",))
coded("codes-missing.zip", [None, None], says=("The village code is missing",))
coded(
    "one-village-in-two-rows.zip",
    ["330784114200", "330784114200"],
    names=("倪宅村",),
    says=("2 rows have the same code", "several names"),
)


@case("fields-in-english.zip", names=TWO)
def _english(path: Path, passing: Path) -> None:
    layer = villages().rename(columns={"ZLDWDM": "CODE", "ZLDWMC": "NAME"})
    packed(path, shape_parts(layer, passing))


@case("fields-in-chinese.zip", names=TWO)
def _chinese(path: Path, passing: Path) -> None:
    layer = villages().rename(columns={"ZLDWDM": "村代码", "ZLDWMC": "村名"})
    packed(path, shape_parts(layer, passing))


@case("no-known-field.zip", names=(None, None), says=("No column with village names",))
def _unknown_fields(path: Path, passing: Path) -> None:
    layer = villages().rename(columns={"ZLDWDM": "F1", "ZLDWMC": "F2"})
    packed(path, shape_parts(layer, passing))


@case("a-name-missing.zip", names=(None, "新川村"), says=("The village name is missing",))
def _nameless(path: Path, passing: Path) -> None:
    packed(path, shape_parts(villages([None, "新川村"]), passing))


@case("deleted-record.zip", names=("新川村",))
def _deleted(path: Path, passing: Path) -> None:
    parts = shape_parts(villages(), passing)
    dbf = bytearray(parts[".dbf"])
    dbf[int.from_bytes(dbf[8:10], "little")] = ord("*")
    packed(path, parts | {".dbf": bytes(dbf)})


@case("no-rows.zip", refused="no areas")
def _empty(path: Path, passing: Path) -> None:
    packed(path, shape_parts(villages().iloc[:0], passing))


@case("byte-order-mark.geojson", names=TWO)
@case("polygons.geojson", names=TWO)
@case("features-none.geojson", refused="")
def _geojson(path: Path, passing: Path) -> None:
    layer = villages().to_crs(4326)
    text = json.dumps(json.loads(layer.to_json(drop_id=True)), ensure_ascii=False)
    if path.stem == "features-none":
        text = '{"type":"FeatureCollection","features":[]}'
    path.write_bytes((b"\xef\xbb\xbf" if "mark" in path.stem else b"") + text.encode())


@case("geopackage-of-two-layers.zip", names=TWO, says=("The file has 2 layers",))
@case("geopackage-of-a-table.zip", refused="no geometry column")
def _geopackage(path: Path, passing: Path) -> None:
    layer = villages()
    file = passing / "cun.gpkg"
    if "table" in path.stem:
        pyogrio.write_dataframe(pd.DataFrame({"name": TWO}), file)
    else:
        pyogrio.write_dataframe(layer.set_geometry(layer.centroid), file, layer="驻地")
        pyogrio.write_dataframe(layer, file, layer="村界", append=True)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(file, file.name)


@case("text-called.zip", refused="is not a zip file")
@case("rar-called.zip", refused="RAR")
@case("half-a.zip", refused="damaged or incomplete")
@case("documents-only.zip", refused="There is no layer")
def _no_layer(path: Path, passing: Path) -> None:
    if path.stem == "text-called":
        path.write_text("村界见附件", encoding="utf-8")
    elif path.stem == "rar-called":
        path.write_bytes(b"Rar!\x1a\x07\x01\x00" + bytes(40))
    elif path.stem == "documents-only":
        zip_of(path, {"说明.docx": b"x", "名单.xlsx": b"x"})
    else:
        whole = zipped(shapefile(passing, villages()))
        shutil.copy(whole, path)
        path.write_bytes(path.read_bytes()[:700])
