"""The demo as a planner would bring it: zipped GBK shapefiles and a workbook."""

import tempfile
import zipfile
from datetime import date, datetime
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyogrio
import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

WRITTEN_AT = datetime(2020, 7, 1, 9, 0)  # noqa: DTZ001 - files carry no zone, and never the clock
ENCODING = "GBK"
MEMBERS = (".shp", ".shx", ".dbf", ".prj", ".cpg")


def write_shapefile_zip(layer: gpd.GeoDataFrame, path: Path, *, name: str) -> None:
    """Write a layer as a zipped shapefile with GBK attributes, .cpg and .prj.

    Parameters
    ----------
    layer : GeoDataFrame
        Polygons with a CRS; field names of at most ten bytes.
    path : Path
        The zip to write.
    name : str
        Name of the files inside, without ending.
    """
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / f"{name}.shp"
        pyogrio.write_dataframe(
            layer,
            target,
            driver="ESRI Shapefile",
            encoding=ENCODING,
            layer_options={"RESIZE": "YES", "DBF_DATE_LAST_UPDATE": f"{WRITTEN_AT:%Y-%m-%d}"},
        )
        target.with_suffix(".cpg").write_text(ENCODING, encoding="ascii")
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
            for ending in MEMBERS:
                member = zipfile.ZipInfo(f"{name}{ending}", WRITTEN_AT.timetuple()[:6])
                member.compress_type = zipfile.ZIP_DEFLATED
                member.external_attr = 0o644 << 16
                archive.writestr(member, target.with_suffix(ending).read_bytes())


def _width(column: pd.Series, heading: str) -> float:
    """Return a width that shows heading and values, a Chinese character counting as two."""

    def cells(value: object) -> int:
        return sum(2 if ord(character) > 0x2E7F else 1 for character in str(value))

    longest = max((cells(value) for value in column.dropna().head(400)), default=0)
    return float(min(max(longest, cells(heading)) + 2, 60))


def _write_sheet(
    sheet: Worksheet, title: str, table: pd.DataFrame, formats: dict[str, Format]
) -> None:
    sheet.write_string(0, 0, title, formats["title"])
    sheet.set_row(0, 24)
    for place, heading in enumerate(table.columns):
        is_prose = heading == "说明"
        sheet.write_string(1, place, heading, formats["heading"])
        width = 100 if is_prose else _width(table[heading], heading)
        sheet.set_column(place, place, width, formats["prose"] if is_prose else None)
        for row, value in enumerate(table[heading].tolist(), start=2):
            if value is None or value != value:  # noqa: PLR0124 - only NaN differs from itself
                continue
            if isinstance(value, date):
                sheet.write_datetime(row, place, value, formats["date"])
            elif isinstance(value, str):
                sheet.write_string(row, place, value)
            else:
                sheet.write_number(row, place, value)
    sheet.freeze_panes(2, 0)


def write_workbook(sheets: dict[str, pd.DataFrame], path: Path) -> None:
    """Write tables as one workbook: a title row, the header below it, frozen.

    Parameters
    ----------
    sheets : dict of str to DataFrame
        By sheet name, in order. Text stays text (codes too), dates become dates, None stays empty.
    path : Path
        The xlsx to write.
    """
    with xlsxwriter.Workbook(path) as book:
        book.set_properties({"created": WRITTEN_AT, "title": "金华市行政村规模调整（合成数据）"})
        formats = {
            "title": book.add_format({"bold": True, "font_size": 14}),
            "heading": book.add_format({"bold": True, "bg_color": "#E8EEF4", "bottom": 1}),
            "date": book.add_format({"num_format": "yyyy-mm-dd"}),
            "prose": book.add_format({"text_wrap": True, "valign": "top"}),
        }
        for name, table in sheets.items():
            kind = "（公开发布）" if name == "公布数" else "（合成数据）"
            title = f"金华市行政村规模调整 — {name}{kind}"
            _write_sheet(book.add_worksheet(name), title, table, formats)
    _pack_tightly(path)


def _pack_tightly(path: Path) -> None:
    """Compress a workbook as far as it goes: the demo's files are kept with the code."""
    with zipfile.ZipFile(path) as archive:
        members = [(member, archive.read(member)) for member in archive.infolist()]
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        for member, content in members:
            archive.writestr(member, content, zipfile.ZIP_DEFLATED, compresslevel=9)
