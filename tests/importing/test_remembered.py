from typing import Any

import pytest

from geo_tracker.errors import InputError
from geo_tracker.importing.choices import SheetChoice
from geo_tracker.importing.grids import Grid
from geo_tracker.importing.remembered import SupplierLayout, fitting_choices, title_pattern


def layout(supplier: str = "甲站", *, at: str = "2020-01-01", **changed: Any) -> SupplierLayout:
    sheet = {
        "kind": "villages",
        "title": "*村情",
        "columns": {"村子": "name", "家庭数": "households"},
    } | changed
    return SupplierLayout.from_json(
        {"supplier": supplier, "remembered_by": "x", "remembered_at": at, "sheets": [sheet]}
    )


def grid(*rows: list[Any], title: str = "2019年村情") -> Grid:
    return Grid(title, list(rows), [])


def test_a_layout_survives_its_file() -> None:
    kept = layout(units={}, not_used=["备注"], header_rows=[3, 4])
    assert SupplierLayout.from_json(kept.to_json()) == kept


def test_columns_are_found_in_any_order_and_below_any_title() -> None:
    found = fitting_choices(
        [layout(header_rows=[1, 1])], grid(["某镇情况"], [""], ["家庭数", "序号", "村 子"])
    )
    choice = found["甲站"]
    assert choice.header_rows == (3, 3)
    assert choice.columns == {2: "name", 0: "households"}
    assert choice.layout == "甲站"


@pytest.mark.parametrize(
    "other",
    [
        grid(["村子", "户数"]),
        grid(["村子", "家庭数"], title="党员"),
        grid(),
        grid(["村子家庭数"]),
    ],
)
def test_a_sheet_of_another_name_or_without_all_columns_does_not_fit(other: Grid) -> None:
    assert fitting_choices([layout()], other) == {}


def test_the_layout_with_most_columns_comes_first_and_of_equals_the_newest() -> None:
    rows = ["村子", "家庭数", "人口"]
    more = layout("丙站", columns={"村子": "name", "家庭数": "households", "人口": "groups"})
    layouts = [layout("甲站"), layout("乙站", at="2021-01-01"), more]
    assert list(fitting_choices(layouts, grid(rows))) == ["丙站", "乙站", "甲站"]


def test_known_columns_that_the_layout_does_not_speak_of_are_read_and_those_not_used_are_not() -> (
    None
):
    found = fitting_choices(
        [layout(not_used=["户籍人口"])], grid(["村子", "家庭数", "乡镇", "户籍人口"])
    )
    assert found["甲站"].columns == {0: "name", 1: "households", 2: "town"}


def test_a_header_of_two_rows_is_one_header() -> None:
    two = layout(columns={"村子": "name", "人口户籍": "registered_population"})
    found = fitting_choices([two], grid(["村子", "人口"], ["", "户籍"]))
    assert found["甲站"].header_rows == (1, 2)


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"kind": "roads"}, "roads is no kind of sheet"),
        ({"title": ""}, "title"),
        ({"title": 7}, "title"),
        ({"columns": {}}, "columns"),
        ({"columns": {"村子": "nonsense"}}, "nonsense is not something"),
        ({"columns": {"村子": "name", "村": "name"}}, "same meaning"),
        ({"columns": {"村子": 1}}, "columns"),
        ({"units": {"收入": "万元"}}, "收入, which is no column"),
        ({"units": {"家庭数": "角"}}, "角 is no unit of money"),
        ({"header_rows": "3"}, "header_rows"),
        ({"header_rows": [True, 1]}, "header_rows"),
        ({"not_used": [1]}, "not_used"),
    ],
)
def test_what_is_wrong_with_a_layout_is_said(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(InputError, match=said):
        layout(**changed)


def test_next_years_sheet_fits_and_signs_of_patterns_are_signs() -> None:
    assert title_pattern("2019年村情[1]") == "*年村情[[]*]"
    kept = layout(title=title_pattern("2019年村情[1]"))
    assert fitting_choices([kept], grid(["村子", "家庭数"], title="2020年村情[2]"))
    assert not fitting_choices([kept], grid(["村子", "家庭数"], title="2020年村情2"))


def test_a_choice_survives_its_import() -> None:
    choice = SheetChoice("villages", (2, 3), {4: "name"}, {5: "万元"}, "甲站")
    assert SheetChoice.from_json(choice.to_json()) == choice
    assert SheetChoice.from_json(SheetChoice().to_json()) == SheetChoice()
