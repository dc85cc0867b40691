"""Which villages are offered for what was written."""

import time

import pandas as pd
import pytest

from geo_tracker.workflows.village_candidates import MOST_CANDIDATES, VillageCandidates

VILLAGES = pd.DataFrame(
    [
        (1, "330784114200", "倪宅村", "花街镇", "永康市"),
        (2, "330784114222", "新川村", "花街镇", "永康市"),
        (3, "330784115200", "新川村", "芝英镇", "永康市"),
        (4, "330782116200", "后宅村", "后宅街道", "义乌市"),
        (5, "330782116201", "前郎村", "后宅街道", "义乌市"),
        (6, None, "大溪滩村", "石柱镇", "永康市"),
        (7, "330784114201", "倪宅新村", "花街镇", "永康市"),
    ],
    columns=["unit_id", "stat_code", "name", "town", "county"],
)
CANDIDATES = VillageCandidates(VILLAGES)


def offered(code: str | None, name: str | None, town: str | None) -> list[tuple[int, str]]:
    return [(found.unit_id, found.why) for found in CANDIDATES.of(code, name, town)]


@pytest.mark.parametrize(
    ("name", "town", "first"),
    [
        ("新川村", "石柱镇", (2, "same_name")),
        ("新川", "芝英", (3, "same_name")),
        ("後宅村", None, (4, "same_name")),
        ("厚宅村", None, (4, "same_sound")),
        ("前廊村委会", None, (5, "same_sound")),
        ("大西滩村", "花街镇", (6, "same_sound")),
        ("大山滩村", None, (6, "like_name")),
        ("倪家宅村", "花街镇", (1, "like_name")),
    ],
)
def test_like_names_are_offered_with_their_reason(
    name: str, town: str | None, first: tuple[int, str]
) -> None:
    assert offered(None, name, town)[0] == first


def test_those_of_the_same_town_come_first() -> None:
    assert [unit for unit, _ in offered(None, "新川村", "芝英镇")] == [3, 2]


def test_a_name_with_its_ending_comes_before_the_same_name_with_another() -> None:
    assert [unit for unit, _ in offered(None, "倪宅新村", None)] == [7, 1]


def test_what_is_like_nothing_is_offered_nothing() -> None:
    assert offered(None, "马头山村", "别镇") == []
    assert offered(None, None, None) == []
    assert offered("999999999999", None, None) == []


def test_a_common_name_offers_only_so_many() -> None:
    many = pd.DataFrame(
        [(n, None, "新村", f"镇{n}", "县") for n in range(100)], columns=VILLAGES.columns
    )
    assert len(VillageCandidates(many).of(None, "新村", None)) == MOST_CANDIDATES


def test_the_index_is_made_and_asked_in_no_time() -> None:
    signs = [chr(0x4E00 + n) for n in range(60)]
    many = pd.DataFrame(
        [
            (n, str(10**11 + n), f"{signs[n % 60]}{signs[n // 60 % 60]}村", f"镇{n // 30}", "县")
            for n in range(7000)
        ],
        columns=VILLAGES.columns,
    )
    begun = time.perf_counter()
    candidates = VillageCandidates(many)
    for n in range(500):
        candidates.of(None, f"{signs[n % 60]}{signs[n % 7]}村", f"镇{n}")
    # About 0.3 s; a query or a scan of all villages per row would take a minute.
    assert time.perf_counter() - begun < 5
