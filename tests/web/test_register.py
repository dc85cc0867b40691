"""What pages hold in memory: right sums through several mergers, and few questions asked."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from pathlib import Path

import pandas as pd
import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.web import register
from geo_tracker.web.context import Services
from geo_tracker.web.register import last_successors, present_unit
from tests import samples
from tests.web.conftest import bring_layer, strict
from tests.web.reading import plain, rows, rows_behind
from tests.web.test_villages import names, unit_id
from tests.web.visitors import visitor

SECOND_MERGER_ON = date(2020, 5, 31)
SECOND_MERGER = [
    ("330784114200", "大花村", "花街镇", 0, 4),
    ("330784115200", "石柱村", "石柱镇", 4, 5),
    ("330784115201", "前郎村", "石柱镇", 5, 6),
]


def ids(values: dict[int, int | None]) -> pd.Series:
    return pd.Series(list(values.values()), index=list(values), dtype="Int64")


def test_a_former_village_belongs_to_the_last_of_its_successors() -> None:
    last = last_successors(ids({1: 3, 2: 3, 3: 5, 4: None}), mergers=2)
    assert last.dropna().to_dict() == {1: 5, 2: 5, 3: 5}


def test_a_village_that_never_ended_is_part_of_itself() -> None:
    units = ids({0: 1, 1: 4, 2: 9})
    assert present_unit(units, ids({1: 5, 4: None})).tolist() == [5, 4, 9]


@pytest.fixture
def twice_merged(county: Flask, tmp_path: Path) -> Flask:
    """Merge 倪宅新村 and 双溪村 once more, into 大花村."""
    bring_layer(county, tmp_path, SECOND_MERGER, SECOND_MERGER_ON)
    return county


def test_projects_and_votes_follow_through_a_second_merger(twice_merged: Flask) -> None:
    viewer = visitor(twice_merged, "viewer")
    projects = rows(viewer.page("/projects/"))
    assert len(projects) == 2
    assert all("大花村" in project for project in projects)
    assert rows_behind(viewer, "/projects/?county=330784") == 2
    merged = unit_id(twice_merged, "大花村")
    panel = plain(f"<main{viewer.page(f'/map/villages/{merged}/panel')}")
    # 400 + 100 of budget; 590 of 609 present agreed.
    assert "500.00" in panel
    assert "96.9 %" in panel


def test_a_village_between_two_mergers_keeps_its_page(twice_merged: Flask) -> None:
    viewer = visitor(twice_merged, "viewer")
    page = plain(viewer.page(f"/villages/{unit_id(twice_merged, '倪宅新村')}"))
    assert "← 倪宅村" in page
    assert "← 新川村" in page
    assert "大花村 →" in page
    assert "2019-10-31 – 2020-05-31" in page


def test_the_overview_counts_from_the_first_layer_to_the_last(twice_merged: Flask) -> None:
    viewer = visitor(twice_merged, "viewer")
    assert "6 → 3" in plain(viewer.page("/"))
    assert set(names(viewer.page("/villages/?kind=merged"))) == {"大花村"}
    assert set(names(viewer.page("/villages/?kind=former"))) == {
        *("倪宅村", "新川村", "双溪村", "上溪村", "倪宅新村"),
    }


def row_of_villages(count: int) -> list[tuple[str, str, str, float, float]]:
    return [(f"330784114{i:03}", f"第{i}村", "花街镇", i, i + 1) for i in range(count)]


@contextmanager
def statements(app: Flask) -> Iterator[list[str]]:
    """Note down what is asked of the database."""
    services: Services = app.extensions["geo_tracker"]
    asked: list[str] = []

    def note(connection: object, cursor: object, statement: str, *rest: object) -> None:
        asked.append(statement)

    sa.event.listen(services.engine, "before_cursor_execute", note)
    yield asked
    sa.event.remove(services.engine, "before_cursor_execute", note)


def questions(folder: Path, count: int) -> dict[str, int]:
    """Return how many statements each page asks, the first one reading the whole register."""
    settings = Settings(data_dir=folder / str(count), secret_key="test")
    engine = make_engine(settings.url)
    app = strict(create_app(settings, engine))
    (folder / f"{count}_files").mkdir()
    bring_layer(app, folder / f"{count}_files", row_of_villages(count), samples.BEFORE_ON)
    viewer = visitor(app, "viewer")
    found = {}
    for path in ("/", "/villages/", "/lagging/", "/votes/", "/projects/", "/review/"):
        with statements(app) as asked:
            viewer.page(path)
        found[path] = len(asked)
    engine.dispose()
    return found


def test_pages_ask_as_often_of_forty_villages_as_of_four(tmp_path: Path) -> None:
    of_four = questions(tmp_path, 4)
    assert questions(tmp_path, 40) == of_four
    # The overview reads the register and then sums up six ledgers, duplicates and silence apart.
    assert of_four.pop("/") < 48
    assert of_four.pop("/lagging/") < 30  # which asks all ledgers what the score counts
    assert max(of_four.values()) < 25


def test_villages_without_a_county_have_a_row_and_a_filter_of_their_own(
    county: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    services: Services = county.extensions["geo_tracker"]
    with services.engine.begin() as connection:
        connection.execute(
            sa.text("UPDATE drawn_village SET town_id = NULL WHERE stat_code LIKE '330784115%'")
        )
    monkeypatch.delitem(register._kept, str(services.engine.url))  # changed past the program
    viewer = visitor(county, "viewer")
    assert "county not known 2 2 0.0 % 0" in plain(viewer.page("/"))
    assert set(names(viewer.page("/villages/?county=none"))) == {"石柱村", "前郎村"}
    assert rows_behind(viewer, "/villages/?county=330784&kind=merged") == 2
