"""Damaged names are told from sound ones; what can be mended is, and only when asked."""

import re
from pathlib import Path

import pytest

from geo_tracker.config import ROOT
from geo_tracker.importing.damaged_text import is_lost, mended_text
from geo_tracker.importing.layers import LayerChoices, read_boundaries
from tests.importing.shapes import shapefile, villages, zipped


def gbk_eyes(text: str) -> str:
    """Return what Windows shows of UTF-8 that it takes for GBK."""
    return text.encode().decode("gb18030", "replace").replace("\ufffd", "?")


@pytest.mark.parametrize(
    "text", ["倪宅\ufffd", "锟斤拷锟斤拷村", "烫烫烫", "???", "倪?村", "??村", "葺葺葺葺"]
)
def test_texts_that_lost_characters_are_told(text: str) -> None:
    assert is_lost(text)
    assert mended_text(text) is None


@pytest.mark.parametrize(
    "text", ["倪宅村", "浠水村", "泸溪村", "café", "Ås", "屯屯村", "why?", "第1村（新）", "a-b"]
)
def test_sound_texts_are_left_alone(text: str) -> None:
    assert not is_lost(text)
    assert mended_text(text) is None


@pytest.mark.parametrize("text", ["倪宅村", "新川社区", "双溪口村", "石柱镇", "上溪"])
@pytest.mark.parametrize("eyes", [gbk_eyes, lambda text: text.encode().decode("latin-1")])
def test_utf_8_read_wrongly_is_read_once_more(text: str, eyes) -> None:  # type: ignore[no-untyped-def]
    assert mended_text(eyes(text)) == text


def test_gbk_read_as_western_is_read_once_more() -> None:
    assert mended_text("倪宅村".encode("gbk").decode("latin-1")) == "倪宅村"


def test_a_last_character_that_ends_no_name_is_not_made_up() -> None:
    assert gbk_eyes("倪宅村").endswith("?")
    assert mended_text(gbk_eyes("一二三")) is None


def test_none_of_the_names_of_a_city_is_taken_for_damaged() -> None:
    listed = "".join(
        file.read_text(encoding="utf-8")
        for file in sorted((ROOT / "data/demo/reference").glob("*.csv"))
    )
    names = set(re.findall(r"[\u4e00-\u9fff]+", listed))
    assert len(names) > 3000
    assert [name for name in names if is_lost(name) or mended_text(name)] == []


def test_damage_is_counted_shown_and_mended_only_when_asked(tmp_path: Path) -> None:
    names = ["倪宅村", gbk_eyes("新川村"), "????村", "锟斤拷"]
    codes = [f"33078411420{i}" for i in range(4)]
    packed = zipped(shapefile(tmp_path, villages(names, codes), encoding="UTF-8"))
    layer = read_boundaries(packed)
    assert layer.features["name"].to_list() == names
    assert (layer.damaged.lost, layer.damaged.mendable, layer.damaged.mended) == (2, 1, False)
    assert layer.damaged.mended_examples == [("ZLDWMC", gbk_eyes("新川村"), "新川村")]
    warned = [(p.row, p.value) for p in layer.report.problems if p.severity == "warning"]
    assert sorted(warned) == [(2, names[1]), (3, names[2]), (4, names[3])]
    mended = read_boundaries(packed, choices=LayerChoices(mend_text=True))
    assert mended.features["name"].to_list() == ["倪宅村", "新川村", "????村", "锟斤拷"]
    assert mended.damaged.mended
    assert "were mended" in mended.report.problems[-1].message.text
