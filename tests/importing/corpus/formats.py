"""Layers in other formats, with damaged names and wrong places."""

import warnings
import zipfile
from pathlib import Path

import geopandas as gpd
import pyogrio
import shapely
import xlsxwriter

from tests.importing.corpus import case
from tests.importing.corpus.layers import TWO, packed, shape_parts
from tests.importing.shapes import villages
from tests.importing.xls import xls

DRIVERS = {".fgb": "FlatGeobuf", ".gdb": "OpenFileGDB"}


def written(layer: gpd.GeoDataFrame, path: Path) -> Path:
    """Write a layer in the format its name tells."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        if path.suffix == ".parquet":
            layer.to_parquet(path)
        else:
            pyogrio.write_dataframe(layer, path, driver=DRIVERS[path.suffix], layer="cun")
    return path


@case("flatgeobuf.fgb", names=("新川村", "倪宅村"))
@case("geoparquet.parquet", names=TWO)
def _bare(path: Path, passing: Path) -> None:
    written(villages(), path)


@case("file-geodatabase.zip", names=TWO)
@case("file-geodatabase-without-its-folder.zip", names=TWO)
def _geodatabase(path: Path, passing: Path) -> None:
    source = written(villages(), passing / "cun.gdb")
    inside = "" if "without" in path.stem else "cun.gdb/"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(source.iterdir()):
            archive.write(part, inside + part.name)


def kml(head: str = "", *, names: tuple[str, ...] = TWO) -> str:
    """Return a KML text of squares."""
    marks = ""
    for number, name in enumerate(names):
        west = 120 + number / 100
        places = " ".join(
            f"{x:.2f},{y:.2f},0"
            for x, y in shapely.box(west, 29, west + 0.01, 29.01).exterior.coords
        )
        ring = f"<LinearRing><coordinates>{places}</coordinates></LinearRing>"
        outer = f"<Polygon><outerBoundaryIs>{ring}</outerBoundaryIs></Polygon>"
        marks += f"<Placemark><name>{name}</name>{outer}</Placemark>"
    return f'{head}<kml xmlns="http://www.opengis.net/kml/2.2"><Document>{marks}</Document></kml>'


@case("google-earth.kml", names=TWO)
@case("google-earth-gbk.kml", names=TWO)
@case("kml-with-entities.kml", refused="")
@case("gpx-called.kml", refused="")
def _kml(path: Path, passing: Path) -> None:
    codec = "gbk" if path.stem.endswith("gbk") else "utf-8"
    head = f'<?xml version="1.0" encoding="{codec}"?>'
    if "entities" in path.stem:
        head += '<!DOCTYPE kml [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;&a;">]>'
    text = (
        kml(head) if "gpx" not in path.stem else '<gpx version="1.1"><wpt lat="1" lon="2"/></gpx>'
    )
    path.write_bytes(text.encode(codec))


@case("google-earth.kmz", names=TWO)
def _kmz(path: Path, passing: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("doc.kml", kml())


def named(name: str, names: tuple[str, str], *, says: str) -> None:
    """Take a layer whose names were damaged before."""

    @case(name, names=names, says=(says,))
    def build(path: Path, passing: Path) -> None:
        packed(path, shape_parts(villages(names), passing, encoding="UTF-8"))


named("names-of-question-marks.zip", ("????", "新川村"), says="damaged")
named("names-of-replacements.zip", ("锟斤拷锟斤拷", "新川村"), says="damaged")

READ_WRONGLY = "石柱下村".encode().decode("gbk")


@case("names-of-utf8-read-as-gbk.zip", names=(READ_WRONGLY, "新川村"), says=("wrong encoding",))
def _read_wrongly(path: Path, passing: Path) -> None:
    source = passing / "cun.gpkg"
    pyogrio.write_dataframe(villages((READ_WRONGLY, "新川村")), source)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(source, source.name)


@case("northing-first.zip", refused="")
def _northing_first(path: Path, passing: Path) -> None:
    layer = villages()
    turned = shapely.transform(layer.geometry.to_numpy(), lambda xy: xy[:, ::-1])
    packed(path, shape_parts(layer.set_geometry(turned, crs=layer.crs), passing))


@case("村庄.xls", names=TWO)
def _xls(path: Path, passing: Path) -> None:
    rows = [["统计代码", "村名", "乡镇"], ["330784114200", "倪宅村", "花街镇"]]
    xls(path, 村庄=[*rows, ["330784114222", "新川村", "花街镇"]])


@case("formulas-with-errors.xlsx", names=("新川村",), says=("#REF!",))
def _errors(path: Path, passing: Path) -> None:
    with xlsxwriter.Workbook(path) as workbook:
        page = workbook.add_worksheet("村庄")
        page.write_row(0, 0, ["统计代码", "村名", "户籍人口"])
        page.write_row(1, 0, ["330784114200", "倪宅村"])
        page.write_row(2, 0, ["330784114222", "新川村", 820])
        page.write_formula("C2", "=Sheet9!A1", None, "#REF!")
