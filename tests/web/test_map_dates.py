"""What the map is told of dates: what the register counts, on both kinds of database."""

from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import writing
from geo_tracker.db.models import ChangeEvent
from tests import samples
from tests.prepared import Prepare
from tests.web.conftest import bring_county, bring_layer, strict
from tests.web.test_villages import unit_id
from tests.web.visitors import visitor

LATER_ON, OWN_ON = date(2021, 10, 31), date(2020, 12, 1)
LATER = [
    ("330784114200", "倪宅新村", "花街镇", 0, 2),
    ("330784114230", "双溪村", "花街镇", 2, 4),
    ("330784115200", "石柱新村", "石柱镇", 4, 6),
]


@pytest.fixture
def three_layers(settings: Settings, engine: sa.Engine, tmp_path: Path, prepare: Prepare) -> Flask:
    """Bring in a county of three layers; the second merger took effect on a day of its own."""
    app = strict(create_app(settings, engine))

    def build() -> None:
        bring_county(engine, settings, tmp_path)
        bring_layer(app, tmp_path, LATER, LATER_ON)
        with writing(engine) as session:
            session.execute(
                sa.update(ChangeEvent)
                .where(ChangeEvent.effective_on == LATER_ON)
                .values(effective_on=OWN_ON)
            )

    prepare("three layers", build)
    return app


def test_every_date_on_which_villages_change_comes_with_who_ends_and_begins(
    three_layers: Flask,
) -> None:
    told = visitor(three_layers, "viewer").get("/map/dates.json").get_json()
    assert [(each["on"], each["layer"], each["count"]) for each in told["dates"]] == [
        ("2018-10-31", 0, 6),
        # 双溪村 took 上溪村 in with this approval; for 倪宅新村 no date is known but the layer's.
        ("2018-12-01", 0, 5),
        ("2019-10-31", 1, 4),
        ("2020-12-01", 1, 3),
        ("2021-10-31", 2, 3),
    ]
    approved, own = told["dates"][1], told["dates"][3]
    assert (len(approved["ends"]), len(approved["begins"])) == (2, 1)
    assert unit_id(three_layers, "上溪村") in approved["ends"]
    assert set(own["ends"]) == {unit_id(three_layers, name) for name in ("石柱村", "前郎村")}
    assert own["begins"] == [unit_id(three_layers, "石柱新村")]
    # What a new layer brings comes as runs of a first id and how many follow.
    first, _, second, _, third = told["dates"]
    assert sum(count for _, count in first["come"]) == 6
    assert second["come"] == [[unit_id(three_layers, "倪宅新村"), 1]]
    assert sum(count for _, count in second["gone"]) == 2
    assert (first["gone"], third["gone"], third["come"]) == ([], [], [])


def test_former_villages_are_told_with_the_village_of_today(three_layers: Flask) -> None:
    became = visitor(three_layers, "viewer").get("/map/dates.json").get_json()["became"]
    pairs = dict(zip(became["ids"], became["units"], strict=True))
    assert pairs[unit_id(three_layers, "新川村")] == unit_id(three_layers, "倪宅新村")
    assert pairs[unit_id(three_layers, "前郎村")] == unit_id(three_layers, "石柱新村")
    assert len(pairs) == 6


def test_the_page_knows_all_layers_with_their_dates_and_counts(three_layers: Flask) -> None:
    page = visitor(three_layers, "viewer").page("/map/")
    for on, count in (("2018-10-31", 6), ("2019-10-31", 4), ("2021-10-31", 3)):
        assert f'"on":"{on}","count":{count}' in page


def test_one_layer_alone_is_compared_with_nothing(
    settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    app = strict(create_app(settings, engine))
    bring_layer(app, tmp_path, samples._AFTER, samples.AFTER_ON)
    viewer = visitor(app, "viewer")
    assert '"compare"' not in viewer.page("/map/")
    (only,) = viewer.get("/map/dates.json").get_json()["dates"]
    assert (only["on"], only["count"]) == (str(samples.AFTER_ON), 4)


def test_dates_are_for_those_who_signed_in(county: Flask) -> None:
    assert visitor(county, None).get("/map/dates.json").status_code in {302, 303, 401}
