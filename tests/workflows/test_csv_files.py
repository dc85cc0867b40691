"""CSV files that go out are safe in a spreadsheet and say what they are."""

import hashlib
import io
import json
from datetime import date
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from geo_tracker.errors import UnusableTableError
from geo_tracker.workflows import csv_files
from geo_tracker.workflows.csv_files import (
    METADATA_SUFFIX,
    Origin,
    content_sha256,
    csv_for_spreadsheets,
    csv_text,
    is_as_written,
    original_text,
    read_table,
    safe_text,
    write_csv,
)

FORMULAS = ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1", "\r=1", "＝1", "-"]


@pytest.mark.parametrize("text", FORMULAS)
def test_no_text_begins_a_formula(text: str) -> None:
    assert safe_text(text) == f"'{text}"
    assert original_text(safe_text(text)) == text


@pytest.mark.parametrize("value", ["倪宅村", "-12", "+1.5e3", "", "'tis", None, -3.5, 7])
def test_other_cells_stay_as_they_are(value: object) -> None:
    assert safe_text(value) is value
    assert not isinstance(value, str) or original_text(value) == value


def test_names_of_columns_are_texts_too() -> None:
    assert csv_text(pd.DataFrame({"=A1": ["=B1"], "n": [-1.5]})) == "'=A1,n\n'=B1,-1.5\n"


def test_floats_come_back_as_they_were_and_missing_is_empty() -> None:
    table = pd.DataFrame({"share": [1 / 3, None], "count": pd.array([None, 2], "Int64")})
    text = csv_text(table)
    assert text.endswith(",2\n")
    assert pd.read_csv(io.StringIO(text))["share"].iloc[0] == 1 / 3


def test_whole_numbers_beside_missing_ones_stay_whole() -> None:
    table = pd.DataFrame({"n": pd.Series([900, None, "=x"], dtype=object)})
    assert csv_text(table).split("\n")[1] == "900"
    assert csv_text(table[:2]).split("\n")[1] == "900"


def test_excel_knows_the_file_as_utf8() -> None:
    content = csv_for_spreadsheets(pd.DataFrame({"名": ["倪宅村"]}))
    assert content.startswith(b"\xef\xbb\xbf")
    assert pd.read_csv(io.BytesIO(content)).columns.tolist() == ["名"]


ORIGIN = Origin(
    "Shares", "area", {"a.zip": "0" * 64, "b.zip": "1" * 64}, {"id": "the id"}, {"x": 1}
)


def test_beside_a_file_stands_what_it_is(tmp_path: Path) -> None:
    path = tmp_path / "shares.csv"
    write_csv(pd.DataFrame({"id": [1, 2]}), path, ORIGIN)
    told = json.loads((tmp_path / f"shares.csv{METADATA_SUFFIX}").read_text(encoding="utf-8"))
    assert told["@context"] == "http://www.w3.org/ns/csvw"
    assert told["url"] == "shares.csv"
    assert told["tableSchema"]["columns"][0]["dc:description"] == "the id"
    (note,) = told["notes"]
    assert note["sha256"] == hashlib.sha256(path.read_bytes()).hexdigest()
    assert (note["rows"], note["method"], note["x"]) == (2, "area", 1)
    assert [given["name"] for given in note["inputs"]] == ["a.zip", "b.zip"]
    assert note["made_at"].startswith(str(ORIGIN.made_at.date()))


@pytest.mark.parametrize("for_spreadsheets", [False, True])
@pytest.mark.parametrize("rows", [0, 1, 4, 5])
def test_a_table_written_in_pieces_is_the_table(
    rows: int, *, for_spreadsheets: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(csv_files, "_ROWS_AT_ONCE", 2)
    mixed = pd.Series([900, None, "=x", "村", 2.5], dtype=object)
    whole = pd.array([None, 2, 3, None, 5], "Int64")
    table = pd.DataFrame({"n": mixed, "whole": whole, "share": np.arange(5) / 3})[:rows]
    path = tmp_path / "table.csv"
    write_csv(table, path, ORIGIN, for_spreadsheets=for_spreadsheets)
    expected = csv_for_spreadsheets(table) if for_spreadsheets else csv_text(table).encode()
    assert path.read_bytes() == expected
    assert is_as_written(path) is True


def test_a_change_of_the_file_is_noticed(tmp_path: Path) -> None:
    path = tmp_path / "shares.csv"
    assert is_as_written(path) is None
    write_csv(pd.DataFrame({"id": [1, 2]}), path, ORIGIN)
    assert is_as_written(path) is True
    path.write_text("id\n3\n")
    assert is_as_written(path) is False
    path.with_name(f"shares.csv{METADATA_SUFFIX}").write_text("[]")
    assert is_as_written(path) is None


def test_a_stamp_says_method_day_and_hash_on_each_row() -> None:
    table = ORIGIN.stamped(pd.DataFrame({"id": [1, 2]}), method="area")
    assert list(table) == ["id", "method", "made_on", "inputs_sha256"]
    assert isinstance(table["made_on"].iloc[0], date)
    assert table["inputs_sha256"].str.len().tolist() == [64, 64]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030"])
def test_tables_are_read_in_the_encodings_people_have(tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "figures.csv"
    path.write_bytes("代码,户数\n007, 12\n'=x,\n".encode(encoding))
    table = read_table(path)
    assert table["代码"].tolist() == ["007", "=x"]
    assert table["户数"].tolist()[0] == "12"
    assert table["户数"].isna().tolist() == [False, True]


@pytest.mark.parametrize("content", [b"", b"a,b\n1\n2,3,4\n", b"\xff\xff\xff"])
def test_what_is_no_table_is_refused(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "bad.csv"
    path.write_bytes(content)
    with pytest.raises(UnusableTableError):
        read_table(path)


def test_a_folder_and_a_shapefile_have_one_hash_for_all_parts(tmp_path: Path) -> None:
    for name in ("a.shp", "a.dbf"):
        (tmp_path / name).write_text(name)
    whole, one = content_sha256(tmp_path / "a.shp"), content_sha256(tmp_path)
    (tmp_path / "a.dbf").write_text("changed")
    assert content_sha256(tmp_path / "a.shp") != whole
    assert content_sha256(tmp_path) != one
