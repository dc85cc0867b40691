"""Cells of attribute tables become text, together where they can be."""

from pathlib import Path

import pytest

from geo_tracker.importing.dbf import read_dbf
from tests.importing.shapes import shapefile, villages


@pytest.mark.parametrize(
    ("stored", "text"),
    [
        ("倪宅村".encode("gb18030"), "倪宅村"),
        ("倪宅村".encode("gb18030")[:-1], "倪宅"),  # cut inside a character
        ("两\n行".encode("gb18030"), "两\n行"),
        (b"\xff\xffab", "��ab"),
        (b"", None),
    ],
)
def test_one_odd_cell_leaves_the_others_as_they_are(
    tmp_path: Path, stored: bytes, text: str | None
) -> None:
    dbf = shapefile(tmp_path, villages(["甲村", "乙村", "丙村"], ["1", "2", "3"]), encoding="GBK")
    table = read_dbf(dbf.with_suffix(".dbf"))
    (field,) = (field for field in table.fields if field.name == b"ZLDWMC")
    cell = table.records[1, field.start : field.start + field.width]
    cell[:] = list(stored.ljust(field.width))
    assert table.texts(field, "gb18030") == ["甲村", text, "丙村"]
