"""Names are compared without their endings, in one way of writing, by sound, by their parts."""

import time

import pytest

from geo_tracker.language import translate
from geo_tracker.lineage.names import (
    bare_name,
    composed_of,
    group_evidence,
    group_likeness,
    name_evidence,
    name_likeness,
)


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("倪宅村", "倪宅"),
        ("倪宅村民委员会", "倪宅"),
        ("倪宅村村民委员会", "倪宅"),
        ("倪宅村委会", "倪宅"),
        ("倪宅村村委会", "倪宅"),
        ("城东社区", "城东"),
        ("城东社区居民委员会", "城东"),
        ("倪宅村经济合作社", "倪宅"),
        ("倪宅村股份经济合作社", "倪宅"),
        ("倪宅新村", "倪宅"),
        ("花街镇", "花街"),
        ("东城街道办事处", "东城"),
        (" 倪 宅 村 ", "倪宅"),
        ("村", "村"),
        ("新村", "新村"),
        ("Ｎo１村", "no1"),
        ("大樑邨", "大梁"),
        ("裡塢村", "里坞"),
        ("溪東頭村", "溪东头"),
        ("Tori vald", "tori"),
        ("Commune de Saint-Denis", "st denis"),
        ("Město Žďár", "zdar"),
        ("Kommune", "kommune"),
        ("大津市", "大津"),
        ("さいたま市", "さいたま"),
    ],
)
def test_endings_and_ways_of_writing_fall_away(name: str, bare: str) -> None:
    assert bare_name(name) == bare


@pytest.mark.parametrize(
    ("old", "new", "likeness"),
    [
        ("倪宅村", "倪宅新村", 1.0),
        ("倪宅村", "倪宅", 1.0),
        ("城东村", "城东社区居委会", 1.0),
        ("溪東頭村", "溪东头村", 1.0),
        ("里仁村", "李仁村", 0.9),
        ("十里村", "十林村", 0.6),
        ("长林村", "十林村", 0.6),
        ("花街村", "花街镇", 0.7),
        ("倪宅村", "双溪村", 0.0),
        ("里仁市", "李仁县", 0.6),
        (None, "双溪村", 0.0),
        ("双溪村", None, 0.0),
        ("", "", 0.0),
        ("Sauga vald", "Tori vald", 0.0),
        ("Tori", "Tori vald", 0.7),
        ("Tori vald", "Tori vald", 1.0),
        ("Türi linn", "Türi vald", 0.7),
        ("Gmina Krosno", "Krosno municipality", 0.95),
        ("Ōtsu", "Otsu", 0.95),
        ("Bodø", "BODO", 0.95),
        ("Bodø", "bodø", 1.0),
        ("Saint-Étienne", "St. Etienne", 0.95),
        ("Saint-Étienne", "Saint Étienne", 1.0),
        ("Porsanger/Porsángu", "Porsanger", 0.95),
        ("Porsángu", "Porsanger/Porsángu", 0.95),
        ("Os", "Oslo", 0.0),
        ("Vestre Toten", "Toten", 0.7),
        ("Li", "Lee", 0.0),
        ("大津町", "太津町", 0.6),
        ("-", "/", 0.0),
    ],
)
def test_likeness_is_as_strong_as_the_reason_for_it(
    old: str | None, new: str | None, likeness: float
) -> None:
    assert name_likeness(old, new) == likeness
    assert name_likeness(new, old) == likeness or "character" in str(name_evidence(old, new))
    assert (name_evidence(old, new) is None) == (likeness == 0)


@pytest.mark.parametrize(
    ("olds", "new", "parts"),
    [
        (["十里村", "长林村"], "十林村", {0: "十", 1: "林"}),
        (["长林村", "十里村"], "十林村", {1: "十", 0: "林"}),
        (["倪宅村", "新川村"], "倪宅新村", {0: "倪宅", 1: "新"}),
        (["倪宅村", "里仁村"], "倪宅新村", {}),
        (["上金村", "三石村", "下徐村"], "金石徐村", {0: "金", 1: "石", 2: "徐"}),
        (["東嶺村", "西溪村"], "岭溪村", {0: "岭", 1: "溪"}),
        (["双溪村", "上溪村"], "双溪村", {}),
        (["大皿一村", "大皿二村"], "大皿村", {}),
        (["十里村", None, "长林村"], "十林社区", {0: "十", 2: "林"}),
        (["十里村"], "十里村", {}),
        (["十里村", "长林村"], "和平村", {}),
        (["Tori vald", "Are vald"], "Tore vald", {}),
        (["十里村", "长林村"], None, {}),
        ([], "十林村", {}),
    ],
)
def test_a_name_is_put_together_of_those_of_all_former_villages(
    olds: list[str | None], new: str | None, parts: dict[int, str]
) -> None:
    assert composed_of(olds, new) == parts
    assert list(composed_of(olds, new)) == list(parts)


def test_those_whose_characters_make_up_the_name_are_likelier_than_by_one_alone() -> None:
    olds = ["十里村", "长林村", "双溪村"]
    assert group_likeness(olds, "十林村") == [0.8, 0.8, 0.0]
    assert [name_likeness(old, "十林村") for old in olds] == [0.6, 0.6, 0.0]
    assert group_likeness(["倪宅村", "新川村"], "倪宅新村") == [1.0, 0.8]
    assert group_likeness([], "十林村") == []


@pytest.mark.parametrize(
    ("olds", "new", "said"),
    [
        (["十里村", "长林村"], "十林村", "the new name is put together: 十 (十里村) + 林 (长林村)"),
        (["双溪村", "上溪村"], "双溪村", "the new village keeps the name of 双溪村"),
        (["Tori vald", "Sauga vald"], "Tori vald", "the new village keeps the name of Tori vald"),
        (["双溪村", "上溪村"], "和平村", None),
        (["双溪村", "双溪村"], "双溪村", None),
        ([None], None, None),
    ],
)
def test_what_a_group_of_names_says_is_told(
    olds: list[str | None], new: str | None, said: str | None
) -> None:
    evidence = group_evidence(olds, new)
    assert (translate(evidence, "en") if evidence else None) == said


def test_thousands_of_names_are_compared_at_once() -> None:
    pairs = [(f"上{chr(0x4E00 + i)}村", f"下{chr(0x5E00 + i)}村") for i in range(3000)]
    name_likeness("甲村", "乙村")
    start = time.perf_counter()
    for old, new in pairs:
        name_likeness(old, new)
    # Far above what it takes, so that a busy machine does not matter.
    assert time.perf_counter() - start < 3
