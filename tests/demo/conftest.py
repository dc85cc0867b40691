"""A made-up reference: two square counties side by side, four towns, eighteen villages."""

import json
from pathlib import Path

import pytest

from geo_tracker.demo.city import DemoCity, demo_city
from geo_tracker.demo.reference import Reference, read_reference

REAL = Path(__file__).parents[2] / "data" / "demo" / "reference"

HEADER = "code,name,kind,town_code,town,county_code,county"

# Town → its villages in the first list, and in the second. A later name after ">".
TOWNS = {
    ("330701", "方县", "330701101", "东镇"): ("甲 乙 丙 丁 戊 己", "甲 丙 新"),
    ("330701", "方县", "330701102", "西镇"): ("子 丑 寅 卯", "子 丑 寅 卯"),
    ("330784", "永康市", "330784114", "花街镇"): ("倪宅 新川 下王 杨坑 柄坑", "倪宅 杨坑 下王"),
    ("330784", "永康市", "330784115", "北镇"): ("天 地 人", "天 地>土"),
}
CODES = {"倪宅": "330784114200", "新川": "330784114222"}


def _rows(later: bool) -> str:
    lines = [HEADER]
    for (county_code, county, town_code, town), lists in TOWNS.items():
        for place, entry in enumerate(lists[later].split()):
            before, _, after = entry.partition(">")
            first = lists[0].split()
            number = first.index(before) if before in first else 90 + place
            code = CODES.get(before, f"{town_code}{number + 300}")
            name = f"{after if later and after else before}村委会"
            lines.append(f"{code},{name},village,{town_code},{town},{county_code},{county}")
        lines.append(
            f"{town_code}001,街上居委会,residents,{town_code},{town},{county_code},{county}"
        )
    return "\n".join(lines) + "\n"


def _square(code: str, west: float) -> dict[str, object]:
    east = west + 0.1
    ring = [[west, 29.0], [east, 29.0], [east, 29.1], [west, 29.1], [west, 29.0]]
    return {
        "type": "Feature",
        "properties": {"district_adcode": code},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }


@pytest.fixture(scope="session")
def reference_dir(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("reference")
    (folder / "villages_2018-10-31.csv").write_text(_rows(later=False), encoding="utf-8")
    (folder / "villages_2019-10-31.csv").write_text(_rows(later=True), encoding="utf-8")
    counties = {
        "type": "FeatureCollection",
        "features": [_square("330701", 119.9), _square("330784", 120.0)],
    }
    (folder / "counties.geojson").write_text(json.dumps(counties), encoding="utf-8")
    return folder


@pytest.fixture(scope="session")
def reference(reference_dir: Path) -> Reference:
    return read_reference(reference_dir)


@pytest.fixture(scope="session")
def city(reference: Reference) -> DemoCity:
    return demo_city(reference, seed=7)


@pytest.fixture(scope="session")
def real_reference() -> Reference:
    return read_reference(REAL)
