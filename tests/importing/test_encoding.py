from pathlib import Path

import pytest

from geo_tracker.errors import InputError, UnusableTableError
from geo_tracker.importing.dbf import read_dbf
from geo_tracker.importing.encoding import codec_of, csv_text, dbf_encoding
from tests.importing.shapes import shapefile, villages

_LDID_AT = 29


def table_of(tmp_path: Path, encoding: str, *, ldid: int = 0, name: str = "倪宅村"):  # type: ignore[no-untyped-def]
    dbf = shapefile(tmp_path, villages([name], ["1"]), encoding=encoding).with_suffix(".dbf")
    content = bytearray(dbf.read_bytes())
    content[_LDID_AT] = ldid
    dbf.write_bytes(content)
    return read_dbf(dbf)


@pytest.mark.parametrize(
    ("written", "cpg", "ldid", "found"),
    [
        ("GBK", "GBK", 0, "GB18030"),
        ("GBK", None, 0x4D, "GB18030"),
        ("GBK", None, 0, "GB18030"),
        ("UTF-8", "UTF-8", 0, "UTF-8"),
        ("UTF-8", None, 0, "UTF-8"),
        ("UTF-8", None, 0x4D, "UTF-8"),
        ("BIG5", "950", 0, "Big5"),
    ],
)
def test_one_record_is_enough_to_find_the_encoding(
    tmp_path: Path, written: str, cpg: str | None, ldid: int, found: str
) -> None:
    name = "東陽市" if written == "BIG5" else "倪宅村"
    encoding = dbf_encoding(table_of(tmp_path, written, ldid=ldid, name=name), cpg)
    assert encoding.name == found
    assert encoding.contradiction is None


@pytest.mark.parametrize(
    ("written", "cpg", "found"),
    [
        ("GBK", "UTF-8", "GB18030"),
        ("UTF-8", "GBK", "UTF-8"),
        ("GBK", "OEM", "GB18030"),
        ("GBK", "ISO-8859-1", "GB18030"),
    ],
)
def test_the_bytes_win_over_a_wrong_cpg_and_say_so(
    tmp_path: Path, written: str, cpg: str, found: str
) -> None:
    encoding = dbf_encoding(table_of(tmp_path, written), cpg)
    assert encoding.name == found
    assert encoding.contradiction is not None
    assert encoding.contradiction.values == {"stated": cpg, "found": found}


def test_western_text_stays_western(tmp_path: Path) -> None:
    table = table_of(tmp_path, "ISO-8859-1", name="Võru vald")
    encoding = dbf_encoding(table, "ISO-8859-1")
    assert table.texts(table.fields[1], encoding.codec) == ["Võru vald"]


def test_a_character_cut_at_the_end_of_a_field_is_dropped(tmp_path: Path) -> None:
    dbf = shapefile(tmp_path, villages(["倪宅村"], ["1"]), encoding="UTF-8").with_suffix(".dbf")
    dbf.write_bytes(dbf.read_bytes().replace("村".encode(), "村".encode()[:2] + b" "))
    table = read_dbf(dbf)
    encoding = dbf_encoding(table, None)
    assert encoding.name == "UTF-8"
    assert table.texts(table.fields[1], encoding.codec) == ["倪宅"]


def test_encodings_are_understood_by_number_and_unknown_ones_refused() -> None:
    assert [codec_of(name) for name in ("936", "ANSI 936", "cp936", "65001", "utf8")] == [
        *["gb18030"] * 3,
        *["utf-8"] * 2,
    ]
    with pytest.raises(InputError, match="klingon"):
        codec_of("klingon")
    with pytest.raises(InputError, match="base64"):
        codec_of("base64")


@pytest.mark.parametrize("codec", ["utf-8-sig", "utf-8", "gb18030", "utf-16"])
def test_csv_text_comes_back_from_the_encodings_excel_and_wps_write(codec: str) -> None:
    assert csv_text("村名,户数".encode(codec), file="a.csv") == "村名,户数"


def test_bytes_that_are_no_text_are_no_csv() -> None:
    with pytest.raises(UnusableTableError, match=r"a\.csv"):
        csv_text(b"\x00\x01\xff\xfe\xff", file="a.csv")
