"""Names on drawn maps."""

from itertools import combinations

from hypothesis import given
from hypothesis import strategies as st

from geo_tracker.maps.lettering import Name, names_with_room, text_width, xml_text

names = st.builds(
    Name,
    text=st.sampled_from(("倪宅村", "新川村", "大坟山沿村", "West hill")),
    x=st.floats(-5, 105),
    y=st.floats(-5, 65),
    size=st.floats(1.5, 5),
    kind=st.just("village"),
)


def box(name: Name) -> tuple[float, float, float, float]:
    half = name.width / 2, name.size / 2
    return name.x - half[0], name.y - half[1], name.x + half[0], name.y + half[1]


@given(st.lists(names, max_size=40))
def test_no_kept_name_lies_on_another_or_over_the_edge(wanted: list[Name]) -> None:
    kept = names_with_room(wanted, width=100, height=60)
    for west, north, east, south in map(box, kept):
        assert west >= 0
        assert north >= 0
        assert east <= 100
        assert south <= 60
    for one, other in combinations(map(box, kept), 2):
        apart = one[2] <= other[0] or other[2] <= one[0] or one[3] <= other[1] or other[3] <= one[1]
        assert apart


def test_the_first_of_two_names_on_one_place_is_kept() -> None:
    first, second = (Name(text, 50, 30, 2, "village") for text in ("倪宅村", "新川村"))
    far = Name("石柱村", 50, 50, 2, "village")
    assert names_with_room([first, second, far], width=100, height=60) == [first, far]


def test_a_chinese_character_is_as_wide_as_it_is_high() -> None:
    assert text_width("倪宅村", 2) == 6
    assert text_width("abc", 2) < 6


def test_what_xml_forbids_is_left_out_and_the_rest_escaped() -> None:
    assert xml_text("倪\x00宅\x0b<b>&\ufffe𡉼") == "倪宅&lt;b&gt;&amp;𡉼"
