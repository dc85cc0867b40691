"""Which village a row means: found, or offered to a person whose word is kept."""

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import VillageVersion, Vote
from tests import samples
from tests.web.tables.sheets import book, run_of, sent, stored, votes
from tests.web.visitors import Visitor


def unit_of(engine: sa.Engine, name: str) -> int:
    with reading(engine) as session:
        return session.scalars(
            sa.select(VillageVersion.unit_id).where(
                VillageVersion.name == name, VillageVersion.valid_from == samples.BEFORE_ON
            )
        ).one()


def test_a_village_that_was_not_found_is_offered_and_a_persons_word_is_kept(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    import_id = sent(planner, book({"表决": votes(("新川村", "石柱镇"), ("前廊村", None))}))
    page = planner.page(f"/imports/{import_id}/preview")
    assert "新川村 · 花街镇 · 永康市 · 330784114222 (same name)" in page
    # 廊 sounds like 郎; nothing is chosen for the planner.
    assert "前郎村 · 石柱镇 · 永康市 · 330784115201 (sounds alike)" in page
    assert run_of(engine, import_id).preview["sheets"][0]["unmatched_count"] == 2
    chosen = unit_of(engine, "新川村")
    form = {"village-0-former_name-2": str(chosen), "village-0-former_name-3": ""}
    assert planner.post(f"/imports/{import_id}/villages", form).status_code == 303
    assert run_of(engine, import_id).preview["sheets"][0]["unmatched_count"] == 1
    assert "chosen by a person: 1" in planner.page(f"/imports/{import_id}/preview")
    stored(app, planner, import_id)
    with reading(engine) as session:
        assert session.scalars(sa.select(Vote.unit_id)).all() == [chosen]
    (word,) = run_of(engine, import_id).result["sheets"][0]["chosen"]
    assert (word["row"], word["written"], word["name"]) == (2, "新川村", "新川村")
    assert (word["unit_id"], word["by"]) == (chosen, "planner")
    assert "Votes: villages chosen by a person" in planner.page(f"/imports/{import_id}")


def test_a_choice_of_villages_can_be_taken_back(planner: Visitor, engine: sa.Engine) -> None:
    import_id = sent(planner, book({"表决": votes(("新川村", "石柱镇"))}))
    field = "village-0-former_name-2"
    unit_id = str(unit_of(engine, "新川村"))
    planner.post(f"/imports/{import_id}/villages", {field: unit_id})
    planner.post(f"/imports/{import_id}/villages", {field: ""})
    assert run_of(engine, import_id).preview["sheets"][0]["unmatched_count"] == 1


@pytest.mark.parametrize("unit_id", ["999999", "0"])
def test_a_village_that_cannot_be_meant_is_refused(planner: Visitor, unit_id: str) -> None:
    import_id = sent(planner, book({"表决": votes(("新川村", "石柱镇"))}))
    form = {"village-0-former_name-2": unit_id}
    planner.post(f"/imports/{import_id}/villages", form)
    page = planner.page(f"/imports/{import_id}/preview")
    assert "Row 2 cannot mean this village." in page


def test_variant_characters_in_the_same_town_are_the_same_village(
    app: Flask, planner: Visitor, engine: sa.Engine
) -> None:
    import_id = sent(planner, book({"表决": votes(("雙溪村", "花街鎮"), ("双溪村委会", "花街"))}))
    assert run_of(engine, import_id).preview["sheets"][0]["unmatched_count"] == 0
