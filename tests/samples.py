"""Files as a planner brings them, small enough to check in the head.

Before: four villages of one kilometre square in a row in 花街镇, two more in 石柱镇. After: the
first two (倪宅村 + 新川村) are 倪宅新村, the next two are 双溪村, those in 石柱镇 are untouched.
"""

import zipfile
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Any

import geopandas as gpd
import openpyxl
import pyogrio
import shapely

BEFORE_ON, AFTER_ON, RECORDS_ON = date(2018, 10, 31), date(2019, 10, 31), date(2020, 6, 30)
COUNTY = "永康市"
_EAST, _NORTH = 500_000, 3_200_000  # in EPSG:4549, at longitude 120

_BEFORE = [
    ("330784114200", "倪宅村", "花街镇", 0, 1),
    ("330784114222", "新川村", "花街镇", 1, 2),
    ("330784114230", "双溪村", "花街镇", 2, 3),
    ("330784114231", "上溪村", "花街镇", 3, 4),
    ("330784115200", "石柱村", "石柱镇", 4, 5),
    ("330784115201", "前郎村", "石柱镇", 5, 6),
]
_AFTER = [
    ("330784114200", "倪宅新村", "花街镇", 0, 2),
    ("330784114230", "双溪村", "花街镇", 2, 4),
    ("330784115200", "石柱村", "石柱镇", 4, 5),
    ("330784115201", "前郎村", "石柱镇", 5, 6),
]


def square_villages(rows: Sequence[tuple[str, str, str, float, float]]) -> gpd.GeoDataFrame:
    """Return villages as boxes of one kilometre height, vertices shared with their neighbours."""
    boxes = []
    for _code, _name, _town, west, east in rows:
        steps = [west + i for i in range(int(east - west) + 1)]
        south = [(_EAST + x * 1000, _NORTH) for x in steps]
        north = [(_EAST + x * 1000, _NORTH + 1000) for x in reversed(steps)]
        boxes.append(shapely.Polygon([*south, *north]))
    return gpd.GeoDataFrame(
        {
            "ZLDWDM": [f"{row[0]}0000000" for row in rows],
            "ZLDWMC": [row[1] for row in rows],
            "XJQYMC": [row[2] for row in rows],
            "XIANMC": COUNTY,
        },
        geometry=boxes,
        crs=4549,
    )


def zipped_shapefile(villages: gpd.GeoDataFrame, path: Path, *, encoding: str = "GBK") -> Path:
    """Write a layer as a zipped shapefile and return its path."""
    folder = path.parent / f"{path.stem}_parts"
    folder.mkdir(parents=True, exist_ok=True)
    pyogrio.write_dataframe(villages, folder / f"{path.stem}.shp", encoding=encoding)
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
    return path


def before_zip(folder: Path) -> Path:
    """Write the layer before."""
    return zipped_shapefile(square_villages(_BEFORE), folder / "before.zip")


def after_zip(folder: Path) -> Path:
    """Write the layer after."""
    return zipped_shapefile(square_villages(_AFTER), folder / "after.zip")


SHEETS: dict[str, list[list[Any]]] = {
    "村庄": [
        ["统计代码", "村名", "乡镇", "基准日", "户数", "户籍人口", "总收入(万元)", "经营性收入(万元)", "年份"],
        ["330784114200", "倪宅村", "花街镇", BEFORE_ON, 300, 900, 120, 80, 2018],
        ["330784114222", "新川村", "花街镇", BEFORE_ON, 150, 450, 18, 4.5, 2018],
        ["330784114230", "双溪村", "花街镇", BEFORE_ON, 200, 600, 60, 30, 2018],
        ["330784114231", "上溪村", "花街镇", BEFORE_ON, 100, None, 20, None, 2018],
        ["330784115200", "石柱村", "石柱镇", BEFORE_ON, 400, 1200, 90, 50, 2018],
    ],
    "合并对照": [
        ["新村代码", "新村名", "原村代码", "原村名", "乡镇", "调整方式", "批复文号", "批复日期", "依据"],
        ["330784114200", "倪宅新村", "330784114200", "倪宅村", "花街镇", "新设合并", None, None, "公开报道"],
        ["330784114200", "倪宅新村", "330784114222", "新川村", "花街镇", "新设合并", None, None, "公开报道"],
        ["330784114230", "双溪村", "330784114230", "双溪村", "花街镇", "并入", "示意〔2018〕1号", date(2018, 12, 1), "示意（合成）"],
        ["330784114230", "双溪村", "330784114231", "上溪村", "花街镇", "并入", "示意〔2018〕1号", date(2018, 12, 1), "示意（合成）"],
    ],
    "表决": [
        ["原村代码", "原村", "乡镇", "会议形式", "通知日期", "日期", "应到", "实到", "发出", "收回", "同意", "反对", "弃权", "无效"],
        ["330784114200", "倪宅村", "花街镇", "村民会议", date(2018, 11, 1), date(2018, 11, 20), 500, 400, 400, 400, 400, 0, 0, 0],
        ["330784114222", "新川村", "花街镇", "村民会议", date(2018, 11, 1), date(2018, 11, 20), 260, 190, 190, 190, 171, 10, 9, 0],
        ["330784114231", "上溪村", "花街镇", "村民代表会议", date(2018, 11, 18), date(2018, 11, 20), 26, 19, 19, 19, 19, 0, 0, 0],
    ],
    "项目": [
        ["项目编号", "名称", "类别", "新村", "原村代码", "原村", "乡镇", "概算(万元)", "预算(万元)", "合同价(万元)", "已拨付(万元)", "资金渠道", "阶段", "计划开工", "计划竣工", "实际开工", "实际竣工", "进度(%)", "截至日期"],
        [None, "原新川村整治项目", "和美乡村", "倪宅新村", "330784114222", "新川村", "花街镇", None, 400, None, None, None, None, None, None, None, None, None, RECORDS_ON],
        ["P2", "双溪村道路硬化", "道路", "双溪村", "330784114230", "双溪村", "花街镇", 110, 100, 95, 20, "美丽乡村:60;自筹:40", "开工", date(2020, 1, 1), date(2020, 12, 31), date(2020, 1, 10), None, 15, RECORDS_ON],
    ],
}  # fmt: skip


def workbook(folder: Path, sheets: dict[str, list[list[Any]]] | None = None) -> Path:
    """Write the records as an xlsx file with a title row above each header."""
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in (sheets or SHEETS).items():
        sheet = book.create_sheet(name)
        sheet.append([f"{COUNTY}{name}"])
        for row in rows:
            sheet.append(row)
    path = folder / "records.xlsx"
    book.save(path)
    return path
