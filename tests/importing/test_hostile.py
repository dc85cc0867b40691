"""Files made to harm are refused at once, in a sentence, and nothing of them is left."""

import json
import struct
import threading
import time
import zipfile
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import openpyxl
import pandas as pd
import pyogrio
import pytest
import shapely

from geo_tracker.errors import InputError
from geo_tracker.importing.archives import vector_files
from geo_tracker.importing.grids import read_grids
from geo_tracker.importing.layers import read_boundaries
from tests.importing.shapes import shapefile, villages, zip_of, zipped

SECONDS = 30
"""In which each is made and refused, on a machine that has other things to do."""


@pytest.fixture(autouse=True)
def _in_time() -> Iterator[None]:
    begun = time.monotonic()
    yield
    assert time.monotonic() - begun < SECONDS


@pytest.fixture
def into(tmp_path: Path) -> Path:
    """Give an empty folder to unpack into."""
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


class _Asked(BaseHTTPRequestHandler):
    asked: list[str]

    def do_GET(self) -> None:
        self.asked.append(self.path)
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"EPSG:4549")

    do_HEAD = do_GET  # noqa: N815 - the server's own name

    def log_message(self, *_args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def server() -> Iterator[tuple[str, list[str]]]:
    """Serve anything, and list what was asked for."""
    asked: list[str] = []
    handler = type("Handler", (_Asked,), {"asked": asked})
    http = HTTPServer(("127.0.0.1", 0), handler)
    threading.Thread(target=http.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{http.server_port}", asked
    http.shutdown()
    http.server_close()


def feature_collection(**members: Any) -> dict[str, Any]:
    """Return a layer of one village."""
    ring = [[120, 29], [120.01, 29], [120.01, 29.01], [120, 29]]
    village = {
        "type": "Feature",
        "properties": {"name": "倪宅村"},
        "geometry": {"type": "Polygon", "coordinates": [ring]},
    }
    return {"type": "FeatureCollection", "features": [village], **members}


def with_link(packed: Path) -> Path:
    """Write a zip in which a link takes the place of a file."""
    link = zipfile.ZipInfo("cun.shp")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(packed, "w") as archive:
        archive.writestr(link, "/etc/passwd")
    return packed


def test_a_link_in_a_zip_is_refused(tmp_path: Path, into: Path) -> None:
    with pytest.raises(InputError, match="holds a link"):
        vector_files(with_link(tmp_path / "a.zip"), into)
    assert list(into.iterdir()) == []


@pytest.mark.parametrize("name", ["../../evil.shp", "..\\..\\evil.shp", "a/../../evil.shp"])
def test_a_path_that_climbs_out_is_refused(tmp_path: Path, into: Path, name: str) -> None:
    with pytest.raises(InputError, match="outside of it"):
        vector_files(zip_of(tmp_path / "a.zip", {name: b"x"}), into)
    assert not list(tmp_path.rglob("evil.shp"))


def test_a_million_tiny_members_are_refused_before_they_are_listed(
    tmp_path: Path, into: Path
) -> None:
    # The directory alone, a million times the same entry, as a hostile writer would do it.
    name = b"a.shp"
    entry = b"PK\x01\x02" + struct.pack("<6H3I5H2I", *[0] * 9, len(name), *[0] * 6) + name
    count = 1_000_000
    directory = entry * count
    end64 = b"PK\x06\x06" + struct.pack(
        "<Q2H2I4Q", 44, 45, 45, 0, 0, count, count, len(directory), 0
    )
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, len(directory), 1)
    end = b"PK\x05\x06" + struct.pack("<4H2IH", 0, 0, 0xFFFF, 0xFFFF, 0xFFFFFFFF, 0xFFFFFFFF, 0)
    (tmp_path / "a.zip").write_bytes(directory + end64 + locator + end)
    with pytest.raises(InputError, match="10000 files"):
        vector_files(tmp_path / "a.zip", into)


def test_twenty_thousand_members_are_refused(tmp_path: Path, into: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        for number in range(20_000):
            archive.writestr(f"{number}.shp", b"")
    with pytest.raises(InputError, match="10000 files"):
        vector_files(tmp_path / "a.zip", into)


def bomb(path: Path, member: str) -> Path:
    """Write a zip of 100 MB of zeros."""
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(member, bytes(100_000_000))
    return path


def test_a_bomb_is_known_by_how_much_it_shrinks(tmp_path: Path, into: Path) -> None:
    with pytest.raises(InputError, match="zip bombs"):
        vector_files(bomb(tmp_path / "a.zip", "a.shp"), into)
    with pytest.raises(InputError, match="zip bombs"):
        read_grids(bomb(tmp_path / "a.xlsx", "xl/worksheets/sheet1.xml"))


def test_a_table_that_states_two_gigabytes_is_refused(tmp_path: Path) -> None:
    shp = shapefile(tmp_path, villages())
    dbf = bytearray(shp.with_suffix(".dbf").read_bytes())
    dbf[4:8] = (2_000_000_000).to_bytes(4, "little")
    shp.with_suffix(".dbf").write_bytes(dbf)
    with pytest.raises(InputError, match="cut off"):
        read_boundaries(zipped(shp))


@pytest.mark.parametrize(
    "source",
    ["/etc/passwd", "CSV:/etc/passwd", "/vsicurl/{server}/layer.geojson"],
)
@pytest.mark.parametrize("suffix", [".geojson", ".gpkg", ".json"])
def test_a_virtual_layer_under_another_name_opens_nothing(
    tmp_path: Path, server: tuple[str, list[str]], source: str, suffix: str
) -> None:
    address, asked = server
    layer = f'<OGRVRTLayer name="a"><SrcDataSource>{source}</SrcDataSource></OGRVRTLayer>'
    virtual = f"<OGRVRTDataSource>{layer.format(server=address)}</OGRVRTDataSource>".encode()
    bare = tmp_path / f"a{suffix}"
    bare.write_bytes(virtual)
    for path in (bare, zip_of(tmp_path / "a.zip", {f"a{suffix}": virtual})):
        with pytest.raises(InputError, match="not what its name says"):
            read_boundaries(path)
    assert asked == []


@pytest.mark.parametrize("kind", ["link", "url", "LINK"])
@pytest.mark.parametrize("hidden", [False, True])
def test_a_geojson_that_wants_its_system_fetched_asks_nobody(
    tmp_path: Path, server: tuple[str, list[str]], kind: str, *, hidden: bool
) -> None:
    address, asked = server
    crs = {"type": kind, "properties": {"href": address, "url": address, "type": "proj4"}}
    text = json.dumps(feature_collection(crs=crs))
    if hidden:
        text = text.replace(f'"{kind}"', f'"\\u00{ord(kind[0]):x}{kind[1:]}"')
    path = tmp_path / "a.geojson"
    path.write_text(text)
    with pytest.raises(InputError, match="fetched from an address"):
        read_boundaries(path)
    assert asked == []


def test_what_is_overlooked_asks_nobody_either(
    tmp_path: Path, server: tuple[str, list[str]]
) -> None:
    address, asked = server
    crs = {"type": "link", "properties": {"href": address, "type": "proj4"}}
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(feature_collection(crs=crs)))
    pyogrio.read_info(path)
    assert asked == []


def test_brackets_without_an_end_are_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.geojson"
    path.write_text('{"type":"Polygon","coordinates":' + "[" * 1_000_000 + "]" * 1_000_000 + "}")
    with pytest.raises(InputError, match="cannot be read"):
        read_boundaries(path)


@pytest.mark.parametrize("number", ["1e300", "-1e300", "NaN", "1e999"])
def test_numbers_that_are_no_place_are_refused_with_a_reason(tmp_path: Path, number: str) -> None:
    path = tmp_path / "a.geojson"
    path.write_text(json.dumps(feature_collection()).replace("120.01", number))
    with pytest.raises(InputError):
        read_boundaries(path)


@pytest.mark.slow
def test_a_ring_of_ten_million_vertices_costs_its_row_and_not_the_file(tmp_path: Path) -> None:
    layer = villages()
    angle = np.linspace(0, 2 * np.pi, 10_000_000, endpoint=False)
    ring = np.column_stack([np.cos(angle), np.sin(angle)]) * 500 + (502_500, 3_200_500)
    monster = gpd.GeoDataFrame(
        {"ZLDWDM": ["330784114230"], "ZLDWMC": ["双溪村"]},
        geometry=[shapely.Polygon(ring)],
        crs=layer.crs,
    )
    path = tmp_path / "a.gpkg"
    pyogrio.write_dataframe(pd.concat([layer, monster]), path)
    read = read_boundaries(path)
    assert read.features["name"].to_list() == ["倪宅村", "新川村"]
    assert [problem.row for problem in read.report.errors] == [3]


BILLION_LAUGHS = b"""<?xml version="1.0"?>
<!DOCTYPE lolz [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;&a;&a;">]>
"""


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_entities_in_a_workbook_are_refused(tmp_path: Path, encoding: str) -> None:
    book = openpyxl.Workbook()
    book.save(tmp_path / "a.xlsx")
    with (
        zipfile.ZipFile(tmp_path / "a.xlsx") as good,
        zipfile.ZipFile(tmp_path / "b.xlsx", "w") as bad,
    ):
        for member in good.infolist():
            content = good.read(member)
            if member.filename.endswith("sheet1.xml"):
                content = (BILLION_LAUGHS + content).decode().encode(encoding)
            bad.writestr(member.filename, content)
    with pytest.raises(InputError, match=r"defines entities|not in UTF-8"):
        read_grids(tmp_path / "b.xlsx")


def test_a_cell_in_the_far_corner_is_refused(tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    sheet = book["Sheet"]
    sheet["A1"], sheet["XFD1048576"] = "村名", "x"
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(InputError, match="XFD1048576"):
        read_grids(tmp_path / "a.xlsx")
