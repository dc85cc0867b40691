"""What files that people bring turn out to be, and what is left of them."""

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from random import Random
from typing import Any

import pytest
from PIL import ExifTags, Image

from geo_tracker.errors import InputError, TooHeavyError, UnreadableFileError
from geo_tracker.followup.attachments import (
    ALLOWED_ENDINGS,
    CheckedFile,
    checked_file,
    clean_name,
    may_add,
    may_remove,
)
from geo_tracker.followup.photos import thumbnail_of_file
from geo_tracker.followup.problem_states import Actor
from tests.files import HERE, compound_file, office_file, photo

Check = Callable[..., CheckedFile]


@pytest.fixture
def check(tmp_path: Path) -> Check:
    def checked(content: bytes, name: str = "a.jpg", **wanted: Any) -> CheckedFile:
        path = tmp_path / "upload"
        path.write_bytes(content)
        return checked_file(path, name=name, **{"longest_side": 100, "keep_place": False} | wanted)

    return checked


def opened(found: CheckedFile) -> Image.Image:
    assert found.content is not None
    return Image.open(io.BytesIO(found.content))


# Photos.


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_loses_its_place_and_all_else_its_camera_noted(check: Check, kind: str) -> None:
    content = photo(kind=kind, comment=b"Serial 4711")
    assert b"4711" in content or kind != "JPEG"
    found = check(content)
    picture = opened(found)
    assert dict(picture.getexif()) == {}
    assert not {"exif", "xmp", "comment", "icc_profile"} & picture.info.keys()
    assert found.content is not None
    assert b"4711" not in found.content
    assert not found.has_place
    assert found.taken_at == datetime(2026, 3, 1, 2, 11, 12, tzinfo=UTC)


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_keeps_its_place_alone_where_that_is_wanted(check: Check, kind: str) -> None:
    found = check(photo(kind=kind), keep_place=True)
    exif = opened(found).getexif()
    assert found.has_place
    assert exif.get_ifd(ExifTags.IFD.GPSInfo) == HERE
    assert [tag for tag in exif if tag != ExifTags.IFD.GPSInfo] == []


def test_a_photo_without_a_place_has_none_to_keep(check: Check) -> None:
    assert not check(photo(place=None), keep_place=True).has_place


@pytest.mark.parametrize(
    "place",
    [
        {1: "N", 2: (28.0, 55.0, 12.0)},
        HERE | {1: "<script>"},
        HERE | {2: (0, 0)},
        HERE | {2: (999.0, 0.0, 0.0)},
    ],
)
def test_a_place_that_is_none_is_not_kept(check: Check, place: dict[int, Any]) -> None:
    assert not check(photo(place=place), keep_place=True).has_place


def test_a_photo_stands_upright_and_is_made_smaller(check: Check) -> None:
    # Left half blue, right half red; the camera was held so that blue was above.
    found = check(photo(size=(400, 200), turned=6))
    picture = opened(found)
    assert picture.size == (50, 100)
    red, _green, blue = picture.convert("RGB").getpixel((25, 10))  # type: ignore[misc]
    assert blue > 200
    assert red < 60


def test_a_small_photo_stays_as_large_as_it_is(check: Check) -> None:
    assert opened(check(photo(size=(40, 20)))).size == (40, 20)


def test_a_photo_gets_a_thumbnail_of_white_where_one_sees_through_it(
    check: Check, tmp_path: Path
) -> None:
    content = io.BytesIO()
    Image.new("RGBA", (900, 600), (0, 0, 0, 0)).save(content, "PNG")
    found = check(content.getvalue(), longest_side=1000)
    assert found.thumbnail is not None
    small = Image.open(io.BytesIO(found.thumbnail))
    assert (small.format, small.size, small.getpixel((5, 5))) == ("JPEG", (320, 213), (255,) * 3)
    assert opened(found).mode == "RGBA"
    assert found.content is not None
    (tmp_path / "stored").write_bytes(found.content)
    assert thumbnail_of_file(tmp_path / "stored") == found.thumbnail


def test_what_a_photo_is_its_bytes_say_and_no_name(check: Check) -> None:
    found = check(photo(kind="PNG"), "minutes.pdf")
    assert (found.media_type, found.file_name) == ("image/png", "minutes.png")


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
@pytest.mark.parametrize("left", [0.1, 0.5, 0.9])
def test_a_photo_that_is_cut_off_is_refused(check: Check, kind: str, left: float) -> None:
    content = photo(kind=kind, size=(300, 300), noisy=True)
    with pytest.raises(UnreadableFileError):
        check(content[: int(len(content) * left)])


def test_a_picture_of_too_many_pixels_is_refused_before_it_is_unpacked(check: Check) -> None:
    def chunk(kind: bytes, body: bytes) -> bytes:
        return (
            struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))
        )

    for side in (9_000, 30_000, 2**31 - 1):
        head = chunk(b"IHDR", struct.pack(">IIBBBBB", side, side, 8, 2, 0, 0, 0))
        bomb = b"\x89PNG\r\n\x1a\n" + head + chunk(b"IDAT", zlib.compress(bytes(1000)))
        with pytest.raises((TooHeavyError, UnreadableFileError)):
            check(bomb + chunk(b"IEND", b""))


def test_what_hides_behind_a_photo_goes(check: Check) -> None:
    found = check(photo() + b"<script>alert(1)</script>PK\x03\x04")
    assert found.content is not None
    assert b"<script" not in found.content
    assert b"PK\x03\x04" not in found.content


def test_several_pictures_in_one_become_the_first(check: Check) -> None:
    content = io.BytesIO()
    first, second = (Image.new("RGB", (20, 20), colour) for colour in ("red", "blue"))
    first.save(content, "WEBP", save_all=True, append_images=[second])
    assert getattr(opened(check(content.getvalue())), "n_frames", 1) == 1


# Documents.


def test_documents_are_known_by_their_bytes_and_stored_as_they_are(check: Check) -> None:
    for content, sent, kept in (
        (b"%PDF-1.7\n%%EOF", "会议纪要.PDF", "会议纪要.pdf"),
        (b"%PDF-1.7\n%%EOF", "photo.jpg", "photo.pdf"),
        (office_file("word/document.xml"), "a.docx", "a.docx"),
        (office_file("xl/workbook.xml"), "a.docx", "a.xlsx"),
        (compound_file("Root Entry", "WordDocument"), "纪要.wps", "纪要.wps"),
        (compound_file("Root Entry", "WordDocument"), "纪要.exe", "纪要.exe.doc"),
        (compound_file("Root Entry", "Workbook"), "表.et", "表.et"),
    ):
        found = check(content, sent)
        assert found.file_name == kept
        assert found.content is None
        assert found.thumbnail is None


@pytest.mark.parametrize(
    "content",
    [
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"<!doctype html><script>alert(1)</script>",
        b"<script>1</script>%PDF-1.7",
        b"MZ\x90\x00",
        b"GIF89a",
        b"#!/bin/sh\n",
        b"x",
        b"RIFF\x00\x00\x00\x00AVI ",
        compound_file("Root Entry", "MsiDatabase"),
        # It names a stream, but outside of its directory.
        compound_file("Root Entry") + "WordDocument".encode("utf-16-le"),
    ],
)
@pytest.mark.parametrize("name", ["a.jpg", "a.pdf", "a.docx", "a.doc"])
def test_anything_else_is_refused_whatever_its_name(
    check: Check, content: bytes, name: str
) -> None:
    with pytest.raises(InputError):
        check(content, name)


def test_a_zip_that_is_no_office_file_is_refused(check: Check) -> None:
    plain = io.BytesIO()
    with zipfile.ZipFile(plain, "w") as archive:
        archive.writestr("word/document.xml", "")
    for content in (plain.getvalue(), office_file("ppt/presentation.xml"), b"PK\x03\x04 broken"):
        with pytest.raises(InputError):
            check(content, "a.docx")


def test_documents_with_macros_are_refused(check: Check) -> None:
    for content in (
        office_file("word/document.xml", "word/vbaProject.bin"),
        compound_file("Root Entry", "WordDocument", "Macros"),
        compound_file("Root Entry", "Workbook", "_VBA_PROJECT_CUR"),
    ):
        with pytest.raises(InputError, match="macros"):
            check(content, "a.docx")


@pytest.mark.parametrize("at", [30, 48, 76])
def test_a_damaged_directory_of_an_old_document_ends_nowhere(check: Check, at: int) -> None:
    content = bytearray(compound_file("Root Entry", "WordDocument"))
    for value in (0, 5, 2**16 - 1):
        struct.pack_into("<I", content, at, value)
        try:
            check(bytes(content), "a.doc")
        except InputError:
            continue
    with pytest.raises(UnreadableFileError):
        check(bytes(content[:60]), "a.doc")


# Names.

HOSTILE = (
    "../../../etc/passwd",
    "..\\..\\boot.ini",
    "C:\\Users\\li\\纪要.pdf",
    'x";\r\nSet-Cookie: a=b.pdf',
    "a\u202egpj.pdf",
    "a\x00.pdf",
    "<img src=x onerror=alert(1)>.pdf",
    "CON",
    "com1.pdf",
    ".htaccess",
    "..",
    "",
    "a" * 500,
    "纪" * 500 + ".pdf",
    "a.pdf.exe",
    "100%25.pdf",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_no_name_leads_out_of_its_folder_or_line(name: str) -> None:
    for endings in ((".pdf",), (".doc", ".wps")):
        cleaned = clean_name(name, endings)
        assert cleaned.endswith(endings)
        assert 5 <= len(cleaned) <= 100
        assert not set(cleaned) & set('/\\<>:"|?*%;\r\n\0\u202e')
        assert cleaned[0] != "."
        assert cleaned.partition(".")[0].lower() not in {"con", "com1"}


def test_an_ordinary_name_stays_as_it_is() -> None:
    assert clean_name("倪宅村 村民会议纪要（2019.10.31）.pdf", (".pdf",)) == (
        "倪宅村 村民会议纪要（2019.10.31）.pdf"
    )
    assert clean_name("IMG_2031.JPEG", (".jpg",)) == "IMG_2031.jpeg"
    assert len(ALLOWED_ENDINGS) == len(set(ALLOWED_ENDINGS))


# Who may.


@pytest.mark.parametrize("table", ["vote", "project", "problem", "visit", "checklist_item"])
def test_who_follows_up_brings_files_to_anything_and_who_looks_to_nothing(table: str) -> None:
    for role in ("admin", "planner"):
        assert may_add(table, Actor(1, role))
        assert may_remove(table, Actor(1, role), user_id=2, lead_unit=None)
    assert not may_add(table, Actor(1, "viewer", "交通局"), lead_unit="交通局")


def test_a_handler_brings_files_to_problems_of_his_unit_and_removes_his_own() -> None:
    handler = Actor(1, "handler", "交通局")
    assert may_add("problem", handler, lead_unit="交通局")
    assert not may_add("problem", handler, lead_unit="水务局")
    assert not may_add("problem", handler, lead_unit=None)
    assert not may_add("problem", Actor(1, "handler", None), lead_unit=None)
    assert not may_add("visit", handler, lead_unit="交通局")
    assert may_remove("problem", handler, user_id=1, lead_unit="交通局")
    assert not may_remove("problem", handler, user_id=2, lead_unit="交通局")


@pytest.mark.filterwarnings("ignore::UserWarning")
def test_no_damage_leads_to_anything_but_a_file_or_a_refusal(check: Check) -> None:
    chance = Random(1)
    seeds = [photo(kind=kind, size=(40, 30), noisy=True) for kind in ("JPEG", "PNG", "WEBP")]
    seeds += [office_file("word/document.xml"), compound_file("Root Entry", "WordDocument")]
    refused = 0
    for _again in range(600):
        content = bytearray(chance.choice(seeds))
        for _change in range(chance.randint(1, 5)):
            at = chance.randrange(min(len(content), chance.choice((64, 400, 4000))))
            if chance.random() < 0.7:
                content[at] = chance.choice((0, 255, 127, chance.randrange(256)))
            else:
                del content[at : at + chance.randint(1, 20)]
        try:
            check(bytes(content), keep_place=True)
        except InputError:
            refused += 1
    assert 100 < refused < 600
