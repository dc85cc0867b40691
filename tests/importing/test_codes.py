import pytest

from geo_tracker.importing.codes import NO_CODE, Code, code_of, has_lost_digits

STAT = "330784114200"
LAND = "3307841142000000000"


@pytest.mark.parametrize(
    "value",
    [STAT, 330784114200, 330784114200.0, "330784114200.0", " 330784 114200 ",
     "３３０７８４１１４２００",
     "'330784114200", "3.30784114200e+011"],
)  # fmt: skip
def test_every_way_of_writing_twelve_digits_is_the_same_code(value: object) -> None:
    assert code_of(value) == Code(STAT)


def test_a_land_survey_code_begins_with_the_statistical_one() -> None:
    assert code_of(LAND) == Code(STAT, LAND)


@pytest.mark.parametrize("value", ["330784114", "4.45E+11", "33078411420X", float(LAND), 3.3e18])
def test_what_is_no_code_is_never_guessed(value: object) -> None:
    assert code_of(value) is None


@pytest.mark.parametrize("value", [None, "", "  ", float("nan")])
def test_nothing_is_no_code_without_complaint(value: object) -> None:
    assert code_of(value) is NO_CODE


def test_lost_digits_are_recognised() -> None:
    assert has_lost_digits("4.45E+11")
    assert has_lost_digits(float(LAND))
    assert not has_lost_digits(STAT)
    assert not has_lost_digits(330784114200.0)
