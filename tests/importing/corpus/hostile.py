"""Files made to harm."""

import json
import struct
import zipfile
from pathlib import Path

import openpyxl

from tests.importing.corpus import case
from tests.importing.corpus.layers import TWO, packed, shape_parts
from tests.importing.shapes import villages, zip_of


@case("a-bomb.zip", refused="zip bombs")
@case("a-bomb.xlsx", refused="zip bombs")
def _bomb(path: Path, passing: Path) -> None:
    member = "cun.shp" if path.suffix == ".zip" else "xl/worksheets/sheet1.xml"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=9) as archive:
        archive.writestr(member, bytes(70_000_000))


@case("a-path-that-climbs.zip", refused="outside of it")
def _climbs(path: Path, passing: Path) -> None:
    zip_of(path, {"../../cun.shp": b"x"})


@case("a-link.zip", refused="holds a link")
def _link(path: Path, passing: Path) -> None:
    link = zipfile.ZipInfo("cun.shp")
    link.external_attr = 0o120777 << 16
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr(link, "/etc/passwd")


@case("a-password.zip", refused="protected by a password")
def _password(path: Path, passing: Path) -> None:
    content = bytearray(zip_of(path, {"cun.shp": b"x"}).read_bytes())
    for head, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.find(head) + flags_at, 1)
    path.write_bytes(content)


@case("a-lie-about-members.zip", refused="10000 files")
def _many(path: Path, passing: Path) -> None:
    content = bytearray(zip_of(path, {"cun.shp": b"x"}).read_bytes())
    struct.pack_into("<HH", content, content.rfind(b"PK\x05\x06") + 8, 60_000, 60_000)
    path.write_bytes(content)


@case("a-virtual-layer.geojson", refused="not what its name says")
@case("a-virtual-layer.gpkg", refused="not what its name says")
def _virtual(path: Path, passing: Path) -> None:
    layer = '<OGRVRTLayer name="a"><SrcDataSource>/etc/passwd</SrcDataSource></OGRVRTLayer>'
    path.write_text(f"<OGRVRTDataSource>{layer}</OGRVRTDataSource>")


@case("a-system-to-be-fetched.geojson", refused="fetched from an address")
def _fetched(path: Path, passing: Path) -> None:
    crs = {"type": "link", "properties": {"href": "http://127.0.0.1:9/crs", "type": "proj4"}}
    path.write_text(json.dumps({"type": "FeatureCollection", "crs": crs, "features": []}))


@case("dbf-states-two-billion-rows.zip", refused="cut off")
def _billions(path: Path, passing: Path) -> None:
    parts = shape_parts(villages(), passing)
    dbf = bytearray(parts[".dbf"])
    dbf[4:8] = (2_000_000_000).to_bytes(4, "little")
    packed(path, parts | {".dbf": bytes(dbf)})


@case("dbf-of-no-width.zip", refused="damaged")
def _no_width(path: Path, passing: Path) -> None:
    parts = shape_parts(villages(), passing)
    dbf = bytearray(parts[".dbf"])
    dbf[10:12] = b"\0\0"
    packed(path, parts | {".dbf": bytes(dbf)})


HOSTILE_NAMES = ("<img src=x onerror=alert(1)>", "=HYPERLINK(1)</script>${x}`")


@case("names-that-are-programs.zip", names=HOSTILE_NAMES)
def _programs(path: Path, passing: Path) -> None:
    assert len(TWO) == len(HOSTILE_NAMES)
    packed(path, shape_parts(villages(HOSTILE_NAMES), passing))


def with_sheet(path: Path, passing: Path, change: bytes) -> None:
    """Write a workbook with something before its first sheet's text."""
    book = openpyxl.Workbook()
    book.save(passing / "good.xlsx")
    with (
        zipfile.ZipFile(passing / "good.xlsx") as good,
        zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bad,
    ):
        for member in good.infolist():
            content = good.read(member)
            if member.filename.endswith("sheet1.xml"):
                content = content.replace(b"<worksheet", change + b"<worksheet", 1)
            bad.writestr(member.filename, content)


@case("a-billion-laughs.xlsx", refused="defines entities")
def _laughs(path: Path, passing: Path) -> None:
    with_sheet(path, passing, b'<!DOCTYPE l [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;">]>')


@case("a-cell-in-the-far-corner.xlsx", refused="XFD1048576")
def _corner(path: Path, passing: Path) -> None:
    book = openpyxl.Workbook()
    book["Sheet"]["A1"], book["Sheet"]["XFD1048576"] = "村名", "x"
    book.save(path)
