"""Checklists and stages of assets brought in by sheets, on both databases."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import reading, writing
from geo_tracker.db.models import AssetFusion, ChecklistItem
from geo_tracker.followup.problem_states import Actor
from geo_tracker.importing.columns import SheetKind
from geo_tracker.workflows.checklists import act_on_item, add_item, record_fusion
from geo_tracker.workflows.undo_records import undo_stored
from geo_tracker.workflows.users import add_user
from tests import samples
from tests.workflows.ledger_books import (
    CHECKLISTS,
    FUSIONS,
    NI_ZHAI,
    SHUANG_XI,
    XIN_CHUAN,
    day,
    exported,
    ledger_sheet,
    plan_of,
    steps,
)
from tests.workflows.sheets import counts, stored

Bring = Callable[..., Any]
UNTOUCHED = "330784115200"
SEALS = {"village_code": NI_ZHAI, "domain": "seals", "text": "启用新公章"}
ASSETS = {"former_code": XIN_CHUAN, "stage": "negotiated", "since_on": day(3)}


def brought(engine: sa.Engine, kind: SheetKind, *rows: dict[str, Any]) -> int:
    return stored(engine, ledger_sheet(kind, rows))


def refused(engine: sa.Engine, kind: SheetKind, *rows: dict[str, Any]) -> list[tuple[int, str]]:
    (plan,) = plan_of(engine, ledger_sheet(kind, rows)).sheets
    return [(p.row or 0, p.message.text.split(";")[0][:40]) for p in plan.problems.errors]


def items(engine: sa.Engine) -> list[ChecklistItem]:
    with reading(engine) as session:
        return list(session.scalars(sa.select(ChecklistItem).order_by(ChecklistItem.id)))


def stages(engine: sa.Engine) -> list[tuple[str, bool, Any]]:
    with reading(engine) as session:
        rows = session.scalars(sa.select(AssetFusion).order_by(AssetFusion.id))
        return [(row.stage, row.current, row.stays) for row in rows]


def test_new_items_get_their_states_and_their_log(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    import_id = brought(engine, "checklists", *CHECKLISTS)
    made = items(engine)
    assert [item.state for item in made] == ["open", "done", "verified", "not_applicable"]
    assert [item.version for item in made] == [1, 2, 3, 2]
    assert [item.synthetic for item in made] == [False, True, False, False]
    log = steps(engine, "checklist_item")
    assert [(action, on) for item, action, on, _to, _by in log if item == made[2].id] == [
        ("open", samples.RECORDS_ON), ("finish", day(3)), ("verify", day(5)),
    ]  # fmt: skip
    assert {step[4] for step in log} == {import_id}


def test_an_item_is_known_by_village_domain_and_words_and_led_on(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(engine, "checklists", SEALS | {"owner_person": "张三", "due_on": day(20)})
    row = SEALS | {"owner_person": "李四", "done_on": day(9), "evidence": "已封存"}
    assert counts(engine, brought(engine, "checklists", row)) == [(0, 1, 0)]
    (item,) = items(engine)
    assert (item.state, item.owner_person, item.due_on) == ("done", "李四", day(20))
    assert (item.evidence, item.version) == ("已封存", 3)
    assert [step[1] for step in steps(engine, "checklist_item")] == ["open", "correct", "finish"]
    assert counts(engine, brought(engine, "checklists", row)) == [(0, 0, 1)]
    # Other words, another domain or village: another item.
    others = [
        SEALS | {"text": "封存旧公章"}, SEALS | {"domain": "debts"},
        SEALS | {"village_code": SHUANG_XI},
    ]  # fmt: skip
    assert counts(engine, brought(engine, "checklists", *others)) == [(3, 0, 0)]


def test_items_that_say_the_same_are_told_apart_by_the_rest(
    engine: sa.Engine, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    brought(engine, "checklists", SEALS)
    (first,) = items(engine)
    twin = {"domain": "seals", "text": " 启用新公章\x07", "owner_unit": "镇政府"}
    actor, today = Actor(None, "planner"), date(2025, 11, 20)
    add_item(engine, first.unit_id, twin, actor=actor, today=today)
    (read,) = exported(engine, "checklists", tmp_path).sheets
    (plan,) = plan_of(engine, read).sheets
    assert (plan.counts.unchanged, plan.counts.changed, plan.counts.added) == (2, 0, 0)
    assert plan.missing == []
    second = SEALS | {"owner_unit": "镇政府", "done_on": day(3)}
    brought(engine, "checklists", second)
    assert [item.state for item in items(engine)] == ["open", "done"]


def test_rows_that_cannot_be_are_left_out_with_their_reason(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(engine, "checklists", SEALS | {"done_on": day(3), "verified_on": day(4)})
    rows = [
        SEALS | {"state": "open"},
        SEALS | {"text": "别的", "state": "done"},
        SEALS | {"text": "另一件", "village_code": UNTOUCHED},
    ]
    assert [row for row, _why in refused(engine, "checklists", *rows)] == [3, 4, 5]
    assert refused(engine, "checklists", SEALS | {"owner_unit": "镇政府"}) == [
        (3, "It is verified"),
    ]  # fmt: skip
    assert len(items(engine)) == 1


def test_who_reported_an_item_as_done_cannot_verify_it_by_a_list(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(engine, "checklists", SEALS)
    li, wang = (
        add_user(engine, username=name, password="a-long-password", role="planner")
        for name in ("li-wei", "wang-fang")
    )
    (item,) = items(engine)
    note = {"note": "纪要", "happened_on": day(6)}
    act_on_item(engine, item.id, "finish", note, actor=Actor(li, "planner"), version=1,
                today=day(20))  # fmt: skip
    row = ledger_sheet("checklists", [SEALS | {"done_on": day(6), "verified_on": day(9)}])
    (own,) = plan_of(engine, row, user_id=li).sheets
    assert "cannot verify it" in own.problems.errors[0].message.text
    (others,) = plan_of(engine, row, user_id=wang).sheets
    assert others.counts.changed == 1


def test_undoing_leads_back_but_for_what_somebody_did_since(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    first = brought(engine, "checklists", SEALS, SEALS | {"text": "另一件"})
    second = brought(engine, "checklists", SEALS | {"done_on": day(3)})
    undo_stored(engine, second, user_id=None)
    assert [(item.state, item.done_on) for item in items(engine)] == [("open", None)] * 2
    assert [step[1] for step in steps(engine, "checklist_item")] == ["open", "open"]
    item = items(engine)[0]
    act_on_item(engine, item.id, "finish", {"note": "纪要"}, actor=Actor(None, "planner"),
                version=item.version, today=day(20))  # fmt: skip
    plan = undo_stored(engine, first, user_id=None)
    assert [stay.by_person for stay in plan.stays] == [True]
    assert [item.text for item in items(engine)] == ["启用新公章"]


def test_another_stage_of_assets_follows_the_one_before_and_undoing_brings_it_back(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    first = brought(engine, "fusions", ASSETS | {"stays_yuan": Decimal("1000.5")})
    again = brought(engine, "fusions", ASSETS)
    assert counts(engine, again) == [(0, 0, 1)]
    second = brought(engine, "fusions", ASSETS | {"stage": "direct", "since_on": day(9)})
    third = brought(engine, "fusions", ASSETS | {"stage": "gradual", "since_on": day(12)})
    was = Decimal("1000.50")
    assert stages(engine) == [
        ("negotiated", False, was), ("direct", False, was), ("gradual", True, was),
    ]  # fmt: skip
    undo_stored(engine, second, user_id=None)
    undo_stored(engine, third, user_id=None)
    assert stages(engine) == [("negotiated", True, was)]
    undo_stored(engine, first, user_id=None)
    # The import that found it as it was still says so.
    assert stages(engine) == [("negotiated", True, was)]
    undo_stored(engine, again, user_id=None)
    assert stages(engine) == []
    assert steps(engine, "asset_fusion") == []


def test_a_stage_does_not_lead_back_and_missing_is_not_zero(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    brought(engine, "fusions", ASSETS | {"stays_yuan": None}, FUSIONS[1])
    assert [row[2] for row in stages(engine)] == [None, None]
    rows = [ASSETS | {"since_on": day(2)}, {"former_code": UNTOUCHED, "stage": "direct",
                                            "since_on": day(2)}]  # fmt: skip
    assert [why for _row, why in refused(engine, "fusions", *rows)] == [
        "A stage since %(day)s is recorded", "This village went into no other one",
    ]  # fmt: skip
    assert refused(engine, "fusions", ASSETS | {"stays_yuan": Decimal(-1)}) != []


def test_what_was_recorded_in_the_browser_since_is_what_holds(
    engine: sa.Engine, bring_boundaries: Bring
) -> None:
    bring_boundaries()
    first = brought(engine, "fusions", ASSETS)
    with writing(engine) as session:
        unit = session.scalars(sa.select(AssetFusion.unit_id)).one()
    record_fusion(engine, unit, stage="direct", since_on=day(9), stays=None, note=None,
                  actor=Actor(None, "planner"), today=day(20))  # fmt: skip
    undo_stored(engine, first, user_id=None)
    assert stages(engine) == [("direct", True, None)]


def test_amounts_go_out_in_the_unit_that_the_header_states(
    engine: sa.Engine, bring_boundaries: Bring, tmp_path: Path
) -> None:
    bring_boundaries()
    brought(engine, "fusions", *FUSIONS)
    (read,) = exported(engine, "fusions", tmp_path).sheets
    assert read.columns["stays_yuan"] == "留存金额(万元)"
    assert read.rows["stays_yuan"].dropna().tolist() == [Decimal("123456.78")]
