"""A corrected file updates and never duplicates; what is planned is what is stored."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.models import (
    DrawnVillage,
    Fund,
    MergerClaim,
    Payment,
    Project,
    ProjectAmount,
    PublishedFigure,
    VillageFigures,
    Vote,
)
from geo_tracker.importing.tables import Sheet
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries
from geo_tracker.workflows.record_comparison import compared_sheets
from geo_tracker.workflows.record_plan import RecordPlan, planned_records
from geo_tracker.workflows.sheet_plan import FileFacts
from tests import samples
from tests.workflows.sheets import cells, counts, sheet, stored, tables

Bring = Callable[..., Any]
WEAKER, STRONGER, UPPER = "330784114222", "330784114200", "330784114231"
FACTS = FileFacts(samples.RECORDS_ON, "records.xlsx", synthetic=False)

FIGURES = [
    {"stat_code": WEAKER, "as_of_on": samples.BEFORE_ON, "households": 150, "groups": 4},
    {"stat_code": STRONGER, "as_of_on": samples.BEFORE_ON, "households": 300, "groups": 9},
]
CLAIMS = [
    {"new_code": STRONGER, "old_code": STRONGER, "kind": "fusion", "basis": "公开报道"},
    {"new_code": STRONGER, "old_code": WEAKER, "kind": "fusion", "basis": "公开报道"},
]
VOTES = [
    {"former_code": code, "held_on": date(2018, 11, 20), "eligible": 99, "present": 90, "agree": n}
    for code, n in ((WEAKER, 80), (STRONGER, 90))
]
PROJECTS: list[dict[str, Any]] = [
    {
        "project_no": "330784-2019-0001",
        "name": "道路硬化",
        "former_code": WEAKER,
        "budget_yuan": Decimal(1_000_000),
        "paid_yuan": Decimal(200_000),
        "channels": [("美丽乡村", Decimal(600_000)), ("自筹", Decimal(400_000))],
        "stage": "开工",
        "lon": 120.01,
        "lat": 28.9,
    },
    {
        "project_no": None,
        "name": "坑塘整治",
        "former_code": STRONGER,
        "budget_yuan": Decimal(500_000),
        "paid_yuan": None,
        "channels": None,
        "stage": "立项",
        "lon": None,
        "lat": None,
    },
]
PUBLISHED = [
    {"indicator": "行政村数", "before": 4457.0, "after": 2865.0, "publisher": "金华市"},
    {"indicator": "同意率", "value": 0.997, "publisher": "金华市"},
]
KINDS: dict[Any, tuple[list[dict[str, Any]], str, Any]] = {
    "villages": (FIGURES, "households", 151),
    "mergers": (CLAIMS, "kind", "integration"),
    "votes": (VOTES, "agree", 79),
    "projects": (PROJECTS, "stage", "验收"),
    "published": (PUBLISHED, "after", 2864.0),
}


def plan(engine: sa.Engine, *sheets: Sheet) -> RecordPlan:
    with reading(engine) as session:
        return planned_records(session, FACTS, list(sheets))


def corrected(kind: Any) -> list[dict[str, Any]]:
    rows, field, new = KINDS[kind]
    return [rows[0] | {field: new}, *rows[1:]]


@pytest.mark.parametrize("kind", KINDS)
def test_the_same_rows_again_change_nothing_in_any_order(
    engine: sa.Engine, bring_boundaries: Bring, kind: Any
) -> None:
    bring_boundaries()
    rows = KINDS[kind][0]
    first = stored(engine, sheet(kind, rows))
    before = tables(engine)
    again = stored(engine, sheet(kind, rows[::-1]))
    assert counts(engine, first) == [(2, 0, 0)]
    assert counts(engine, again) == [(0, 0, 2)]
    assert tables(engine) == before


@pytest.mark.parametrize("kind", KINDS)
def test_a_corrected_row_changes_its_record_and_no_other(
    engine: sa.Engine, bring_boundaries: Bring, kind: Any
) -> None:
    bring_boundaries()
    stored(engine, sheet(kind, KINDS[kind][0]))
    before = {name: len(rows) for name, rows in tables(engine).items()}
    again = stored(engine, sheet(kind, corrected(kind)))
    assert counts(engine, again) == [(0, 1, 1)]
    assert {name: len(rows) for name, rows in tables(engine).items()} == before


@pytest.mark.parametrize("kind", KINDS)
def test_two_rows_about_one_record_are_reported_and_the_first_is_taken(
    engine: sa.Engine, bring_boundaries: Bring, kind: Any
) -> None:
    bring_boundaries()
    rows, field, new = KINDS[kind]
    twice = sheet(kind, [*rows, rows[0] | {field: new}, rows[1]])
    made = plan(engine, twice)
    says_otherwise, repeats = made.sheets[0].problems.problems
    assert (says_otherwise.severity, says_otherwise.row) == ("error", 5)
    assert says_otherwise.message.values == {"first": "3", "row": 5}
    assert (repeats.severity, repeats.row, repeats.message.values) == ("info", 6, {"first": "4"})
    once = stored(engine, sheet(kind, rows))
    alone = tables(engine)
    assert counts(engine, once) == [(2, 0, 0)]
    stored(engine, twice)
    assert tables(engine) == alone


def test_a_record_named_on_two_sheets_is_told_with_the_name_of_the_first(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    one, other = sheet("projects", PROJECTS), sheet("projects", corrected("projects"), title="补")
    made = plan(engine, one, other)
    assert [p.message.values["first"] for p in made.sheets[1].problems.problems] == [
        "项目 · 3",
        "项目 · 4",
    ]


def test_what_a_file_does_not_speak_of_stays(engine: sa.Engine, bring_boundaries: Bring) -> None:
    bring_boundaries()
    stored(engine, sheet("villages", FIGURES))
    stored(engine, sheet("villages", [{"stat_code": WEAKER, "as_of_on": samples.BEFORE_ON,
                                       "party_members": 12}]))  # fmt: skip
    with reading(engine) as session:
        known = session.scalars(
            sa.select(VillageFigures).where(VillageFigures.party_members == 12)
        ).one()
    assert (known.households, known.groups) == (150, 4)


@pytest.mark.parametrize("given", [(None, "P-1"), ("P-1", None), ("7", None), (None, "7")])
def test_a_project_is_known_with_and_without_its_number(
    engine: sa.Engine, bring_boundaries: Bring, given: tuple[str | None, str | None]
) -> None:
    bring_boundaries()
    for number in given:
        stored(engine, sheet("projects", [PROJECTS[0] | {"project_no": number}]))
    with reading(engine) as session:
        project = session.scalars(sa.select(Project)).one()
    assert project.project_no in {"P-1", "7"}


def test_a_project_with_its_number_is_known_under_another_name_and_in_another_village(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    stored(engine, sheet("projects", PROJECTS))
    other = PROJECTS[0] | {"name": "村道硬化", "former_code": UPPER}
    again = stored(engine, sheet("projects", [other]))
    assert counts(engine, again) == [(0, 1, 0)]


def test_a_number_that_only_counts_the_rows_of_a_list_joins_no_villages(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    for code in (WEAKER, UPPER):
        stored(engine, sheet("projects", [PROJECTS[0] | {"project_no": "1", "former_code": code}]))
    with reading(engine) as session:
        assert session.scalar(sa.select(sa.func.count(Project.id))) == 2


def test_the_order_of_rows_does_not_decide_which_project_gets_a_number(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    bare, numbered = PROJECTS[0] | {"project_no": None}, PROJECTS[0]
    for rows in ([bare, numbered], [numbered, bare]):
        made = plan(engine, sheet("projects", rows))
        (taken,) = (one for one in made.planned if one.table == "project")
        assert taken.values["project_no"] == "330784-2019-0001"


def test_two_projects_of_one_name_are_not_mixed_up(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    twins = [PROJECTS[0] | {"project_no": number} for number in ("P-1", "P-2")]
    assert counts(engine, stored(engine, sheet("projects", twins))) == [(2, 0, 0)]
    made = plan(engine, sheet("projects", [PROJECTS[0] | {"project_no": None}]))
    assert not list(made.planned)
    (problem,) = made.sheets[0].problems.errors
    assert problem.message.values == {"count": 2, "name": "道路硬化"}


def test_money_is_shown_as_a_change_of_its_project_and_kept_as_rows(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    stored(engine, sheet("projects", PROJECTS))
    revised = PROJECTS[0] | {
        "budget_yuan": Decimal(1_050_000),
        "paid_yuan": Decimal(350_000),
        "channels": [("美丽乡村", Decimal(650_000)), ("自筹", None)],
    }
    rows = sheet("projects", [revised])
    with reading(engine) as session:
        (shown,) = compared_sheets(session, planned_records(session, FACTS, [rows]))
    assert (shown["added"], shown["changed"], shown["missing"]) == (0, 1, 1)
    (record,) = shown["changed_records"]
    assert (record["village"], record["label"], record["row"]) == ("新川村", "道路硬化", 3)
    assert {f["field"]: (f["old"], f["new"]) for f in record["fields"]} == {
        "budget": ("1000000.00", "1050000"),
        "planned": ("600000.00", "650000"),
        "paid": ("200000.00", "350000"),
    }
    stored(engine, rows)
    with reading(engine) as session:
        amounts = session.execute(
            sa.select(ProjectAmount.amount, ProjectAmount.current)
            .where(ProjectAmount.kind == "budget")
            .order_by(ProjectAmount.id)
        )
        assert [tuple(row) for row in amounts][-1] == (Decimal(1_050_000), True)
        assert session.scalar(sa.select(sa.func.sum(Payment.amount))) == Decimal(350_000)
        assert set(session.scalars(sa.select(Fund.planned))) == {Decimal(650_000), Decimal(400_000)}


def test_records_of_the_area_that_no_row_names_are_listed_and_stay(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    stored(engine, sheet("villages", [*FIGURES, {"stat_code": "330784115200", "households": 400,
                                                 "as_of_on": samples.BEFORE_ON}]))  # fmt: skip
    with reading(engine) as session:
        made = planned_records(session, FACTS, [sheet("villages", FIGURES[:1])])
        (town,) = compared_sheets(session, made)
        both = [FIGURES[0], {"stat_code": "330784115201", "households": 1,
                             "as_of_on": samples.BEFORE_ON}]  # fmt: skip
        made = planned_records(session, FACTS, [sheet("villages", both)])
        (county,) = compared_sheets(session, made)
    # One town's file lacks that town's others; a file of two towns the county's.
    assert (town["area"], [r["village"] for r in town["missing_records"]]) == (
        ["花街镇"],
        ["倪宅村"],
    )
    assert (county["area"], {r["village"] for r in county["missing_records"]}) == (
        [samples.COUNTY],
        {"倪宅村", "石柱村"},
    )
    stored(engine, sheet("villages", FIGURES[:1]))
    assert len(cells(engine, VillageFigures)) == 3


def test_the_preview_says_which_import_gave_the_old_value(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    first = stored(engine, sheet("villages", FIGURES))
    second = stored(engine, sheet("villages", corrected("villages")))
    third = [FIGURES[0] | {"households": 152, "groups": 5}]
    with reading(engine) as session:
        (shown,) = compared_sheets(
            session, planned_records(session, FACTS, [sheet("villages", third)])
        )
    givers = {f["field"]: f["import_id"] for f in shown["changed_records"][0]["fields"]}
    assert givers == {"households": second, "groups": first}


def test_a_renamed_village_is_known_by_its_code_and_nothing_is_doubled(
    engine: sa.Engine, settings: Settings, bring_boundaries: Bring, tmp_path: Any
) -> None:
    bring_boundaries()
    rows = [{"stat_code": "330784115200", "as_of_on": samples.BEFORE_ON, "households": 400}]
    stored(engine, sheet("villages", rows))
    renamed = [
        (code, "石柱新村" if name == "石柱村" else name, town, west, east)
        for code, name, town, west, east in samples._AFTER
    ]
    day = date(2020, 10, 31)
    file = samples.zipped_shapefile(samples.square_villages(renamed), tmp_path / "2020.zip")
    run_import(
        engine,
        settings,
        receive_boundaries(engine, settings, file, file_name=file.name, as_of_on=day),
    )
    again = stored(
        engine,
        sheet(
            "villages",
            [
                {"stat_code": "330784115200", "name": "石柱新村", **rows[0], "households": 401},
                {"name": "石柱新村", "town": "石柱镇", "as_of_on": day, "households": 402},
            ],
        ),
    )
    assert counts(engine, again) == [(1, 1, 0)]
    with reading(engine) as session:
        units = set(session.scalars(sa.select(VillageFigures.unit_id)))
    assert len(units) == 1


def test_looking_writes_nothing_while_somebody_else_writes(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    before = tables(engine)
    with writing(engine) as other:
        other.execute(sa.update(DrawnVillage).values(seat_lon=None))
        made = plan(engine, *(sheet(kind, rows) for kind, (rows, *_) in KINDS.items()))
        other.rollback()
    assert [s.counts.added for s in made.sheets] == [2] * 5
    assert tables(engine) == before


def test_the_row_and_file_of_a_changed_record_are_those_of_the_change(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    stored(engine, sheet("votes", VOTES))
    again = stored(engine, sheet("votes", corrected("votes")[::-1]))
    with reading(engine) as session:
        vote = session.scalars(sa.select(Vote).where(Vote.agree == 79)).one()
        claims = session.scalar(sa.select(sa.func.count(MergerClaim.id)))
        figures = session.scalar(sa.select(sa.func.count(PublishedFigure.id)))
    assert (vote.import_id, vote.row, claims, figures) == (again, 4, 0, 0)
