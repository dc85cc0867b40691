"""The commands: the main job without a browser, and errors of one line."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from geo_tracker.cli import main
from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.frames import edge_frame, version_frame
from geo_tracker.db.models import LineageEdge
from geo_tracker.db.project_frames import project_frame
from geo_tracker.db.users import user_named
from geo_tracker.workflows.users import authenticated
from tests import samples

Run = Callable[..., Result]


@pytest.fixture
def run(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Run:
    """Run a command on the settings' database; in English unless told otherwise."""
    monkeypatch.setenv("GEO_TRACKER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)

    def invoke(*arguments: Any, language: str = "en_GB.UTF-8", **more: Any) -> Result:
        monkeypatch.setenv("LC_ALL", language)
        return CliRunner().invoke(main, [str(argument) for argument in arguments], **more)

    return invoke


def test_the_main_job_by_commands(run: Run, engine: sa.Engine, tmp_path: Path) -> None:
    for file, day in (
        (samples.before_zip(tmp_path), "2018-10-31"),
        (samples.after_zip(tmp_path), "2019-10-31"),
    ):
        stored = run("import", "boundaries", file, "--as-of", day)
        assert (stored.exit_code, "Stored as import" in stored.output) == (0, True), stored.output
    stored = run("import", "table", samples.workbook(tmp_path), "--as-of", "2020-06-30")
    assert stored.exit_code == 0, stored.output
    inferred = run("infer")
    assert inferred.exit_code == 0, inferred.output
    assert inferred.output.startswith("2 events, 4 links, 0 conflicts")
    with reading(engine) as session:
        names = version_frame(session).drop_duplicates("unit_id").set_index("unit_id")["name"]
        edges = edge_frame(session)
        projects = project_frame(session)
    moved = edges[edges["accepted"]]
    pairs = set(zip(moved["from_unit_id"].map(names), moved["to_unit_id"].map(names), strict=True))
    assert {("倪宅村", "倪宅新村"), ("新川村", "倪宅新村")} <= pairs
    assert 400 * 10_000 * 100 in projects["budget_fen"].tolist()


@pytest.mark.parametrize(
    ("write", "said"),
    [
        (lambda path: path.write_bytes(b"PK\x03\x04 not really"), "zip"),
        (lambda path: path.write_bytes(b""), "zip"),
    ],
    ids=["damaged", "empty"],
)
def test_a_file_that_cannot_be_used_is_one_line_and_no_traceback(
    run: Run, tmp_path: Path, write: Callable[[Path], Any], said: str
) -> None:
    path = tmp_path / "bad.zip"
    write(path)
    refused = run("import", "boundaries", path, "--as-of", "2018-10-31")
    assert refused.exit_code == 1
    assert len(refused.output.strip().splitlines()) == 1
    assert said in refused.output.lower()
    assert refused.exception is None or isinstance(refused.exception, SystemExit)


def test_the_same_file_twice_is_told(run: Run, tmp_path: Path) -> None:
    file = samples.before_zip(tmp_path)
    assert run("import", "boundaries", file, "--as-of", "2018-10-31").exit_code == 0
    again = run("import", "boundaries", file, "--as-of", "2018-10-31")
    assert again.exit_code == 1
    assert len(again.output.strip().splitlines()) == 1


def test_errors_come_in_the_language_of_the_terminal(run: Run, tmp_path: Path) -> None:
    path = tmp_path / "bad.zip"
    path.write_bytes(b"nothing")
    chinese = run("import", "boundaries", path, "--as-of", "2018-10-31", language="zh_CN.UTF-8")
    english = run("import", "boundaries", path, "--as-of", "2018-10-31")
    assert any("\u4e00" <= character <= "\u9fff" for character in chinese.output)
    assert not any("\u4e00" <= character <= "\u9fff" for character in english.output)


def test_a_day_that_is_none_is_refused_before_anything_happens(run: Run, tmp_path: Path) -> None:
    refused = run("import", "boundaries", samples.before_zip(tmp_path), "--as-of", "31.10.2018")
    assert refused.exit_code == 2
    assert "no date like 2019-10-31" in refused.output


def test_accounts_can_be_added_and_helped(run: Run, engine: sa.Engine) -> None:
    added = run("user", "add", "wang", "--role", "viewer", input="planner-2026\nplanner-2026\n")
    assert added.exit_code == 0, added.output
    assert authenticated(engine, username="wang", password="planner-2026") is not None
    reset = run("user", "reset", "wang")
    assert reset.exit_code == 0
    password = reset.output.split()[-1]
    assert authenticated(engine, username="wang", password=password) is not None
    assert authenticated(engine, username="wang", password="planner-2026") is None
    with reading(engine) as session:
        account = user_named(session, "wang")
        assert account is not None
        assert account.must_change_password


@pytest.mark.parametrize(
    "arguments",
    [("user", "add", "wang", "--password", "short"), ("user", "reset", "nobody")],
    ids=["short password", "no such account"],
)
def test_accounts_that_cannot_be_are_one_line(run: Run, arguments: tuple[str, ...]) -> None:
    refused = run(*arguments)
    assert refused.exit_code == 1
    assert len(refused.output.strip().splitlines()) == 1


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("GEO_TRACKER_PORT", "eight", "GEO_TRACKER_PORT cannot be"),
        ("DATABASE_URL", "nonsense", "does not answer"),
        ("DATABASE_URL", "postgresql://nobody@127.0.0.1:1/none", "does not answer"),
    ],
)
def test_a_wrong_setting_is_one_line(
    run: Run, monkeypatch: pytest.MonkeyPatch, name: str, value: str, said: str
) -> None:
    monkeypatch.setenv(name, value)
    refused = run("infer")
    assert refused.exit_code == 1
    assert said in refused.output
    assert len(refused.output.strip().splitlines()) == 1


REFORM = Path(__file__).parent / "lineage" / "reforms" / "no2019_2020"


def test_two_layers_of_any_country_are_compared(run: Run, tmp_path: Path) -> None:
    edges, events, shares = (tmp_path / f"{name}.csv" for name in ("edges", "events", "shares"))
    layers = (REFORM / "before.zip", REFORM / "after.zip")
    compared = run("lineage", *layers, "--out", edges, "--events", events, "--crosswalk", shares)
    assert compared.exit_code == 0, compared.output
    assert "422 units; id from uid, name from name" in compared.stderr
    assert compared.stdout == ""
    links = pd.read_csv(edges)
    assert list(links) == [
        "from_id",
        "to_id",
        "from_name",
        "to_name",
        "event_type",
        "shared_m2",
        "share_of_from",
        "share_of_to",
        "thickness_m",
        "confidence",
        "needs_review",
        "evidence",
        "share_is",
        "share_error",
    ]
    assert (links["share_is"] == "exact").all()
    assert (links["share_error"] == 0).all()
    assert links["from_id"].nunique() == 422
    assert links["confidence"].between(0, 1).all()
    found = pd.read_csv(events)
    assert list(found) == [
        "event_id",
        "event_type",
        "from_ids",
        "to_ids",
        "confidence",
        "needs_review",
        "residual_m2",
    ]
    merged = found[found["from_ids"].str.count(";") > 0]
    assert set(merged["event_type"]) <= {"fusion", "integration", "rectification", "reallocation"}
    overlaps = pd.read_csv(shares)
    assert (overlaps["shared_m2"] > 0).all()
    assert len(overlaps) > len(links)


def test_a_table_is_compared_link_by_link(run: Run, tmp_path: Path) -> None:
    truth = pd.read_csv(REFORM / "truth.csv", dtype=str)
    table = truth.rename(columns={"old_uid": "from_id", "new_uid": "to_id"})[["from_id", "to_id"]]
    wrong = table["from_id"] == "B000001"
    right = table.loc[wrong, "to_id"].iloc[0]
    table.loc[wrong, "to_id"] = "A000001" if right != "A000001" else "A000002"
    pairs, edges = tmp_path / "pairs.csv", tmp_path / "edges.csv"
    table.to_csv(pairs, index=False)
    layers = (REFORM / "before.zip", REFORM / "after.zip")
    compared = run("lineage", *layers, "--out", edges, "--table", pairs)
    assert compared.exit_code == 0, compared.output
    links = pd.read_csv(edges)
    mine = links[links["from_id"] == "B000001"].set_index("to_id")
    assert mine["conflict"].all()
    assert mine.loc[right, "said_by_geometry"]
    assert not mine.loc[right, "said_by_table"]
    assert mine["said_by_table"].sum() == 1
    agreed = links[links["said_by_geometry"] & links["said_by_table"]]
    assert len(agreed) >= 400
    assert not agreed["conflict"].any()
    lacking = tmp_path / "lacking.csv"
    lacking.write_text("a,b\n1,2\n")
    refused = run("lineage", *layers, "--out", edges, "--table", lacking)
    assert refused.exit_code == 2
    assert "from_id, to_id" in refused.stderr


def test_layers_of_different_places_end_with_code_2(run: Run, tmp_path: Path) -> None:
    refused = run(
        "lineage", REFORM / "before.zip", samples.after_zip(tmp_path), "--out", tmp_path / "e.csv"
    )
    assert refused.exit_code == 2
    assert "These layers do not overlap." in refused.stderr
    assert not (tmp_path / "e.csv").exists()


def test_the_stored_lineage_can_be_checked(run: Run, engine: sa.Engine, tmp_path: Path) -> None:
    run("import", "boundaries", samples.before_zip(tmp_path), "--as-of", "2018-10-31")
    run("import", "boundaries", samples.after_zip(tmp_path), "--as-of", "2019-10-31")
    assert run("infer").exit_code == 0
    good = run("lint")
    assert (good.exit_code, good.output.strip()) == (0, "0 faults in the stored lineage.")
    with writing(engine) as session:
        session.execute(sa.update(LineageEdge).values(share_of_from=0.5))
    bad = run("lint")
    assert bad.exit_code == 1
    assert "lost_ground: 50.0 % of 倪宅村" in bad.output
