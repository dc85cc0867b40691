"""What the comparison of two layers tells about names, beside the ground."""

from geo_tracker.language import translate
from geo_tracker.lineage.comparison import compared_layers
from tests.lineage.squares import layer


def evidence(after_name: str) -> list[str]:
    before = layer({1: ("十里村", "1", (0, 0, 4, 4)), 2: ("长林村", "2", (4, 0, 8, 4))})
    after = layer({9: (after_name, "9", (0, 0, 8, 4))})
    return [translate(told, "en") for told in compared_layers(before, after).edges["evidence"]]


def test_a_name_put_together_is_told_with_both_links() -> None:
    for told in evidence("十林村"):
        assert "the new name is put together: 十 (十里村) + 林 (长林村)" in told
        assert "100.0 % of the former village's ground" in told


def test_a_name_that_is_kept_is_told_with_its_own_link() -> None:
    kept, other = evidence("长林新村")[::-1]
    assert "the names are the same" in kept
    assert "names" not in other
