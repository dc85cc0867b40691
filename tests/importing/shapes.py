"""Small layers and workbooks that tests write and then break."""

import warnings
import zipfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pyogrio
import shapely

WEST_M, SOUTH_M = 500_000.0, 3_200_000.0
"""South-west corner of the first square in EPSG:4549: on 120°E, in Yongkang."""


def square(column: int, row: int = 0, *, west_m: float = WEST_M) -> shapely.Polygon:
    """A square of 1 km, `column` and `row` km from the corner."""
    west, south = west_m + 1000 * column, SOUTH_M + 1000 * row
    return shapely.box(west, south, west + 1000, south + 1000)


def villages(
    names: Sequence[str | None] = ("倪宅村", "新川村"),
    codes: Sequence[Any] = ("330784114200", "330784114222"),
    shapes: Sequence[Any] | None = None,
    crs: int | None = 4549,
    **columns: Sequence[Any],
) -> gpd.GeoDataFrame:
    """Squares beside each other, with the land survey's field names."""
    shapes = [square(i) for i in range(len(names))] if shapes is None else shapes
    data = {
        "ZLDWDM": list(codes),
        "ZLDWMC": list(names),
        **{k: list(v) for k, v in columns.items()},
    }
    return gpd.GeoDataFrame(data, geometry=list(shapes), crs=crs)


def shapefile(
    folder: Path, layer: gpd.GeoDataFrame, *, stem: str = "cun", encoding: str = "GBK"
) -> Path:
    """Write a shapefile and return its .shp."""
    folder.mkdir(parents=True, exist_ok=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        pyogrio.write_dataframe(layer, folder / f"{stem}.shp", encoding=encoding)
    return folder / f"{stem}.shp"


def zipped(shp: Path, *, without: Sequence[str] = (), inside: str = "") -> Path:
    """Pack the parts of a shapefile into a zip beside it."""
    path = shp.with_suffix(".zip")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(shp.parent.glob(f"{shp.stem}.*")):
            if part.suffix != ".zip" and part.suffix not in without:
                archive.write(part, inside + part.name)
    return path


def zip_of(path: Path, members: dict[str, bytes]) -> Path:
    """Write a zip of the given members."""
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return path


def workbook(path: Path, **sheets: Sequence[Sequence[Any]]) -> Path:
    """Write an xlsx of sheets given as rows of cells."""
    book = openpyxl.Workbook()
    del book["Sheet"]
    for title, rows in sheets.items():
        sheet = book.create_sheet(title)
        for row in rows:
            sheet.append(list(row))
    book.save(path)
    return path
