import hashlib
import struct
import zipfile
from pathlib import Path

import pytest

from geo_tracker.errors import UnusableArchiveError
from geo_tracker.importing.archives import member_name, sha256_of, vector_files
from tests.importing.shapes import zip_of


@pytest.fixture
def into(tmp_path: Path) -> Path:
    folder = tmp_path / "into"
    folder.mkdir()
    return folder


def test_the_hash_is_the_sha_256_of_the_content(tmp_path: Path) -> None:
    (tmp_path / "a").write_bytes(b"abc")
    assert sha256_of(tmp_path / "a") == hashlib.sha256(b"abc").hexdigest()


def test_layers_are_found_at_any_depth_and_macos_shadows_are_not(
    tmp_path: Path, into: Path
) -> None:
    packed = zip_of(
        tmp_path / "a.zip",
        {"x/y/CUN.SHP": b"1", "x/y/cun.dbf": b"2", "__MACOSX/x/y/._CUN.SHP": b"", "top.gpkg": b"3"},
    )
    assert vector_files(packed, into) == [into / "top.gpkg", into / "x/y/CUN.shp"]
    assert (into / "x/y/CUN.dbf").read_bytes() == b"2"


@pytest.mark.parametrize("name", ["/evil.shp", "C:\\evil.shp", "\\\\server\\evil.shp"])
def test_a_member_that_points_outside_lands_inside(tmp_path: Path, into: Path, name: str) -> None:
    vector_files(zip_of(tmp_path / "slip.zip", {name: b"x"}), into)
    written = list(tmp_path.rglob("*.shp"))
    assert len(written) == 1
    assert written[0].is_relative_to(into)


@pytest.mark.parametrize(
    ("stored", "shown"),
    [
        ("村界.shp".encode(), "村界.shp"),
        ("村界.shp".encode("gbk"), "村界.shp"),
        ("café.shp".encode("cp437"), "café.shp"),
    ],
)
def test_member_names_without_a_flag_are_read_as_their_maker_saw_them(
    stored: bytes, shown: str
) -> None:
    member = zipfile.ZipInfo(stored.decode("cp437"))
    assert member_name(member) == shown


def test_a_layer_with_a_gbk_name_is_unpacked_under_its_name(tmp_path: Path, into: Path) -> None:
    packed = zip_of(tmp_path / "a.zip", {"xxxx.shp": b"1"})
    # zipfile cannot write GBK names; four bytes take the place of four letters.
    packed.write_bytes(packed.read_bytes().replace(b"xxxx", "村界".encode("gbk")))
    assert [file.name for file in vector_files(packed, into)] == ["村界.shp"]


def test_text_called_zip_is_no_zip(tmp_path: Path, into: Path) -> None:
    (tmp_path / "a.zip").write_text("no zip at all")
    with pytest.raises(UnusableArchiveError, match=r"a\.zip is not a zip file"):
        vector_files(tmp_path / "a.zip", into)


def test_a_rar_file_is_named_as_such(tmp_path: Path, into: Path) -> None:
    (tmp_path / "a.zip").write_bytes(b"Rar!\x1a\x07\x01\x00")
    with pytest.raises(UnusableArchiveError, match="RAR"):
        vector_files(tmp_path / "a.zip", into)


def test_a_zip_without_a_layer_says_what_is_inside(tmp_path: Path, into: Path) -> None:
    packed = zip_of(tmp_path / "a.zip", {"村.dbf": b"", "说明.docx": b"", "b.docx": b""})
    with pytest.raises(UnusableArchiveError, match=r"2 × \.docx, 1 × \.dbf"):
        vector_files(packed, into)


def test_half_a_zip_is_called_damaged(tmp_path: Path, into: Path) -> None:
    packed = zip_of(tmp_path / "a.zip", {"a.shp": b"x" * 1000})
    packed.write_bytes(packed.read_bytes()[:500])
    with pytest.raises(UnusableArchiveError, match="damaged or incomplete"):
        vector_files(packed, into)


def test_a_member_with_flipped_bytes_is_named(tmp_path: Path, into: Path) -> None:
    packed = zip_of(tmp_path / "a.zip", {"a.shp": b"x" * 1000})
    packed.write_bytes(packed.read_bytes().replace(b"xxxx", b"xyxx", 1))
    with pytest.raises(UnusableArchiveError, match=r"a\.shp in the zip file is damaged"):
        vector_files(packed, into)


def test_a_zip_bomb_is_refused_before_it_unpacks(tmp_path: Path, into: Path) -> None:
    packed = zip_of(tmp_path / "a.zip", {"a.shp": b"0" * 2_000_000})
    with pytest.raises(UnusableArchiveError, match="may have 1 MB"):
        vector_files(packed, into, max_bytes=1024**2)
    assert list(into.iterdir()) == []


def test_a_member_with_a_password_is_named(tmp_path: Path, into: Path) -> None:
    packed = zip_of(tmp_path / "a.zip", {"a.shp": b"x"})
    content = bytearray(packed.read_bytes())
    for head, flags_at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", content, content.find(head) + flags_at, 1)
    packed.write_bytes(content)
    with pytest.raises(UnusableArchiveError, match=r"a\.shp is protected by a password"):
        vector_files(packed, into)
