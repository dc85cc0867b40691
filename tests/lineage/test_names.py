"""Names are compared without their endings, in one way of writing, by sound, by their parts."""

import pytest

from geo_tracker.lineage.names import bare_name, name_likeness


@pytest.mark.parametrize(
    ("name", "bare"),
    [
        ("倪宅村", "倪宅"),
        ("倪宅村民委员会", "倪宅"),
        ("倪宅村委会", "倪宅"),
        ("城东社区", "城东"),
        ("倪宅新村", "倪宅"),
        (" 倪 宅 村 ", "倪宅"),
        ("村", "村"),
        ("Ｎo１村", "no1"),
        ("大樑邨", "大梁"),
    ],
)
def test_endings_and_ways_of_writing_fall_away(name: str, bare: str) -> None:
    assert bare_name(name) == bare


@pytest.mark.parametrize(
    ("old", "new", "likeness"),
    [
        ("倪宅村", "倪宅新村", 1.0),
        ("里仁村", "李仁村", 0.9),
        ("十里村", "十林村", 0.6),
        ("长林村", "十林村", 0.6),
        ("倪宅村", "双溪村", 0.0),
        (None, "双溪村", 0.0),
        ("Sauga vald", "Tori vald", 0.0),
        ("Tori", "Tori vald", 0.7),
        ("Ōtsu", "Otsu", 0.0),
    ],
)
def test_likeness_is_as_strong_as_the_reason_for_it(
    old: str | None, new: str | None, likeness: float
) -> None:
    assert name_likeness(old, new) == likeness
