import pandas as pd
import pytest

from geo_tracker.importing.match import base_name, matched_units

VILLAGES = pd.DataFrame(
    [
        (1, "330784114200", "倪宅村", "花街镇"),
        (2, "330784114222", "新川村", "花街镇"),
        (3, "330784115200", "新川村", "芝英镇"),
        (4, "330784116200", "大塘村", "城东镇"),
        (5, "330784117200", "大塘村", "城东街道"),
        (6, "330784114300", "上村", "花街镇"),
        (7, "330784114301", "上社区", "花街镇"),
        (8, None, "无码村", "花街镇"),
    ],
    columns=["unit_id", "stat_code", "name", "town"],
)


def match(code: str | None, name: str | None, town: str | None) -> tuple[int | None, str | None]:
    rows = pd.DataFrame(
        {"code": [code], "name": [name], "town": [town]}, index=pd.Index([7], name="row")
    ).astype(object)
    found = matched_units(rows, VILLAGES, code="code", name="name", town="town")
    assert found.index.equals(rows.index)
    assert str(found["unit_id"].dtype) == "Int64"
    unit, reason = found.loc[7, "unit_id"], found.loc[7, "reason"]
    return (
        None if pd.isna(unit) else int(unit),
        None if reason is None else reason.text % reason.values,
    )


@pytest.mark.parametrize(
    ("code", "name", "town", "unit"),
    [
        ("330784114222", None, None, 2),
        ("330784114222", "新川村民委员会", None, 2),
        (None, "新川", "花街镇", 2),
        (None, "新川村委会", "芝英", 3),
        (None, "大塘村", "城东街道", 5),
        (None, "上社区", "花街镇", 7),
        (None, "无码村", "花街镇", 8),
    ],
)
def test_code_or_town_and_name_find_the_village(
    code: str | None, name: str | None, town: str | None, unit: int
) -> None:
    assert match(code, name, town) == (unit, None)


def test_the_code_counts_where_the_name_differs_and_the_difference_is_said() -> None:
    unit, reason = match("330784114200", "新川村", "花街镇")
    assert unit == 1
    assert reason == "The village with the code 330784114200 is called 倪宅村, not 新川村."


def test_an_unknown_code_falls_back_on_town_and_name_with_a_reason() -> None:
    unit, reason = match("999999999999", "新川村", "花街镇")
    assert unit == 2
    assert reason == "No village has the code 999999999999; found as 新川村 in 花街镇."


@pytest.mark.parametrize(
    ("code", "name", "town", "reason"),
    [
        (
            None,
            "新川村",
            None,
            "A name without town or code does not decide; called 新川村: 2.",
        ),
        (
            None,
            "倪宅村",
            None,
            "A name without town or code does not decide; called 倪宅村: 1.",
        ),
        (None, "大塘村", "城东", "2 villages are called 大塘村 in 城东."),
        (None, "新川村", "城东镇", "There is no village 新川村 in 城东镇."),
        ("999999999999", None, None, "No village has the code 999999999999."),
        (None, None, "花街镇", "The row names no village."),
    ],
)
def test_what_does_not_decide_matches_nothing(
    code: str | None, name: str | None, town: str | None, reason: str
) -> None:
    assert match(code, name, town) == (None, reason)


def test_a_code_two_villages_have_matches_neither() -> None:
    twice = pd.concat([VILLAGES, VILLAGES.assign(unit_id=VILLAGES["unit_id"] + 10)])
    rows = pd.DataFrame({"code": ["330784114200"]})
    found = matched_units(rows, twice, code="code", name="name", town=None)
    assert found["unit_id"].isna().all()


def test_base_names_lose_suffixes_but_never_all() -> None:
    assert base_name("倪宅村村民委员会") == base_name("倪宅村") == base_name(" 倪宅") == "倪宅"
    assert base_name("倪宅新村") == "倪宅新"
    assert base_name("村") == "村"
