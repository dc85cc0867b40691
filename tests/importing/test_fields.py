import pytest

from geo_tracker.errors import InputError
from geo_tracker.importing.fields import FIELD_ALIASES, fields_of


def test_land_survey_names_are_known_in_any_case() -> None:
    assert fields_of(["BSM", "zldwdm", "ZLDWMC", "XJQYMC", "XIANMC", "DCMJ", "SJXZ"]) == {
        "code": "zldwdm",
        "name": "ZLDWMC",
        "town": "XJQYMC",
        "county": "XIANMC",
        "area": "DCMJ",
        "synthetic": "SJXZ",
    }


@pytest.mark.parametrize(
    ("column", "target"),
    [
        ("统计代", "code"),
        ("区划代", "code"),
        ("统计代码", "code"),
        ("村名", "name"),
        ("乡镇", "town"),
        ("县(市、区)", "county"),
        ("县（市、区）", "county"),
        ("Shape_Area", "area"),
        ("XIAN", "county"),
        ("XIANG", "town"),
        ("VillageCode", "code"),
        ("village_na", "name"),
        ("Township", "town"),
        ("DISTRICT", "county"),
        ("面积", "area"),
    ],
)
def test_full_and_cut_names_are_known(column: str, target: str) -> None:
    assert fields_of([column]) == {target: column}


def test_the_likelier_of_two_names_is_taken() -> None:
    assert fields_of(["NAME", "ZLDWMC"])["name"] == "ZLDWMC"


def test_a_person_can_set_a_column_or_say_that_there_is_none() -> None:
    assert fields_of(["A", "NAME"], {"town": "A", "name": ""}) == {"town": "A"}


def test_choices_that_do_not_exist_are_refused() -> None:
    with pytest.raises(InputError, match="no column B"):
        fields_of(["A"], {"name": "B"})
    with pytest.raises(InputError, match="colour"):
        fields_of(["A"], {"colour": "A"})


@pytest.mark.parametrize("codec", ["utf-8", "gbk"])
@pytest.mark.parametrize("target", ["code", "name", "town", "county", "area"])
def test_every_alias_is_known_as_a_shapefile_cuts_it(target: str, codec: str) -> None:
    for alias in FIELD_ALIASES[target]:
        cut = alias.encode(codec)[:10].decode(codec, "ignore")
        if len(cut) > 1 or cut == alias:
            assert fields_of([cut])[target] == cut
            # What is left of a character cut in two.
            assert fields_of([f"{cut}\ufffd"])[target] == f"{cut}\ufffd"
