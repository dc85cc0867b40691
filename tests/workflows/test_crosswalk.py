"""Figures of a CSV file are carried by a crosswalk, by the command and without a database."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pandas as pd
import pytest
import sqlalchemy as sa
from click.testing import CliRunner, Result

from geo_tracker.cli import main
from geo_tracker.config import Settings
from geo_tracker.lineage.steps import links_of_step
from tests.workflows.conftest import Bring

SHARES = """from_id,to_id,shared_m2,share_of_from,share_of_to
a,N,1,1.0,0.25
b,N,3,1.0,0.75
c,O,1,0.5,1
c,P,1,0.5,1
"""
FIGURES = """code,name,people,income,in_work,work_rate,hectares
a,甲,100,1.01,60,60%,1.5
b,乙,,2.02,,,2.5
c,=丙,101,0.01,50,49.5%,0.25
d,丁,7,,1,14%,1
"""
RATE = ("--rate", "work_rate=in_work/people")
Carry = Callable[..., Result]


@pytest.fixture
def carry(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Carry:
    """Carry the figures above, or others, by the shares above."""
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")

    def run(*options: str, figures: str = FIGURES, shares: str = SHARES) -> Result:
        (tmp_path / "figures.csv").write_text(figures, encoding="utf-8")
        (tmp_path / "shares.csv").write_text(shares, encoding="utf-8")
        files = [tmp_path / "figures.csv", "--crosswalk", tmp_path / "shares.csv"]
        out = ["--out", tmp_path / "out.csv"]
        return CliRunner().invoke(main, ["carry", *map(str, files + out), *options])

    return run


def written(tmp_path: Path) -> pd.DataFrame:
    return pd.read_csv(tmp_path / "out.csv", dtype=str, index_col=0)


def test_figures_are_carried_from_file_to_file(carry: Carry, tmp_path: Path) -> None:
    done = carry("--money", "income", *RATE)
    assert done.exit_code == 0, done.output
    found = written(tmp_path)
    assert found.index.name == "to_id"
    assert found["people"].to_dict() == {"N": "100", "O": "51", "P": "50"}
    assert found["people_known"].to_dict() == {"N": "1", "O": "1", "P": "1"}
    assert found["sources"].to_dict() == {"N": "2", "O": "1", "P": "1"}
    assert found["income"].to_dict() == {"N": "3.03", "O": "0.01", "P": "0.00"}
    assert found.at["N", "work_rate"] == "0.6"
    assert float(found.at["N", "hectares"]) == 4
    assert "Left out: name." in done.stderr
    assert "1 units are not in the crosswalk" in done.stderr
    assert "people: 208 before, 201 after, 7 to nobody; known of 3 of 4 units." in done.stderr


def test_beside_the_figures_stands_what_they_were_made_from(carry: Carry, tmp_path: Path) -> None:
    carry("--money", "income", *RATE)
    told = json.loads((tmp_path / "out.csv-metadata.json").read_text(encoding="utf-8"))
    (note,) = told["notes"]
    assert [given["name"] for given in note["inputs"]] == ["figures.csv", "shares.csv"]
    assert note["totals"]["income"]["source_total"] == 304
    assert note["totals"]["income"]["kept"] is True


def test_figures_go_back_by_the_other_side_of_the_shares(carry: Carry, tmp_path: Path) -> None:
    done = carry("--back", figures="id,people\nN,101\nO,7\nP,8\n")
    assert done.exit_code == 0, done.output
    assert written(tmp_path)["people"].to_dict() == {"a": "25", "b": "76", "c": "15"}
    with_people = SHARES.replace("share_of_to", "share_of_to,people").replace(",0.25", ",0.25,50")
    with_people = with_people.replace(",0.75", ",0.75,50").replace(",0.5,1", ",0.5,1,")
    carry("--back", figures="id,people\nN,101\nO,7\nP,8\n", shares=with_people)
    assert written(tmp_path)["people"].to_dict() == {"a": "51", "b": "50", "c": "15"}


def test_a_link_that_figures_do_not_follow_carries_nothing(carry: Carry, tmp_path: Path) -> None:
    shares = "from_id,to_id,share_of_from,share_of_to,accepted\na,N,1,1,True\na,M,1,1,False\n"
    carry(figures="id,people\na,5\n", shares=shares)
    assert written(tmp_path)["people"].to_dict() == {"N": "5"}


def test_missing_stays_missing(carry: Carry, tmp_path: Path) -> None:
    carry(figures="id,people\na,\nb,\nc,3\n")
    found = written(tmp_path)
    assert pd.isna(found.at["N", "people"])
    assert found.at["N", "people_known"] == "0"


@pytest.mark.parametrize(
    ("options", "figures", "said"),
    [
        ((), FIGURES, "--rate work_rate="),
        (("--rate", "work_rate"), FIGURES, "never averaged"),
        (("--rate", "work_rate=in_work/nothing"), FIGURES, "never averaged"),
        ((), "id,人均收入\na,5\n", "never averaged"),
        ((), "id,就业\na,50%\n", "never averaged"),
        (("--money", "income"), FIGURES.replace("1.01", "1.001"), "finer than a fen"),
        (("--money", "nothing"), FIGURES, "lacks the column nothing"),
        (("--id-field", "nothing"), FIGURES, "lacks the column nothing"),
        ((), "id,people\na,many\nb,3\n", "row 2: “many” in “people” is no number"),
        ((), "id,people\na,1\na,2\n", "twice"),
        ((), "id,people\nx,1\n", "other direction"),
    ],
)
def test_what_cannot_be_carried_is_said_in_one_line(
    carry: Carry, tmp_path: Path, options: tuple[str, ...], figures: str, said: str
) -> None:
    refused = carry(*options, figures=figures)
    assert refused.exit_code == 2
    assert said in refused.stderr.splitlines()[-1]
    assert not (tmp_path / "out.csv").exists()


@pytest.mark.parametrize(
    ("shares", "said"),
    [
        ("from_id,to_id\na,N\n", "lacks the column share_of_from, share_of_to"),
        (SHARES.replace("0.25", "-0.25"), "must not be below zero"),
        (SHARES.replace("0.25", "much"), "is no number"),
    ],
)
def test_a_crosswalk_that_is_none_is_refused(carry: Carry, shares: str, said: str) -> None:
    refused = carry(*RATE, shares=shares)
    assert refused.exit_code == 2
    assert said in refused.stderr


def test_the_shares_of_two_layers_carry_figures_and_keep_their_totals(
    carry: Carry, tmp_path: Path
) -> None:
    reform = Path(__file__).parents[1] / "lineage" / "reforms" / "no2019_2020"
    layers = [str(reform / "before.zip"), str(reform / "after.zip")]
    files = ["--out", tmp_path / "edges.csv", "--crosswalk", tmp_path / "found.csv"]
    assert CliRunner().invoke(main, ["lineage", *layers, *map(str, files)]).exit_code == 0
    shares = pd.read_csv(tmp_path / "found.csv", dtype=str)
    first = ["from_id", "to_id", "shared_m2", "share_of_from", "share_of_to"]
    assert list(shares) == [*first, "method", "made_on", "inputs_sha256"]
    units = shares["from_id"].unique()
    people = pd.DataFrame({"uid": units, "people": range(1000, 1000 + len(units))})
    for crosswalk in ("found.csv", "edges.csv"):
        text = (tmp_path / crosswalk).read_text(encoding="utf-8")
        done = carry(figures=people.to_csv(index=False), shares=text)
        assert done.exit_code == 0, done.output
        assert pd.read_csv(tmp_path / "out.csv")["people"].sum() == people["people"].sum()


def test_the_stored_links_are_exported_and_carry_figures(
    bring_boundaries: Bring,
    bring_records: Callable[..., int],
    engine: sa.Engine,
    settings: Settings,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    bring_boundaries()
    bring_records()
    monkeypatch.setenv("GEO_TRACKER_DATA_DIR", str(settings.data_dir))
    monkeypatch.setenv("DATABASE_URL", settings.database_url)
    monkeypatch.setenv("LC_ALL", "en_GB.UTF-8")
    out = tmp_path / "links.csv"
    done = CliRunner().invoke(main, ["export", "crosswalk", "--out", str(out)])
    assert (done.exit_code, done.output) == (0, "6 links written to links.csv.\n")
    assert out.read_bytes().startswith(b"\xef\xbb\xbf")
    links = pd.read_csv(out, dtype={"from_code": str}).set_index("from_name")
    assert links.loc["新川村", ["to_name", "people", "people_share_of_from"]].tolist() == [
        "倪宅新村",
        450,
        1,
    ]
    assert links.at["新川村", "people_share_of_to"] == pytest.approx(450 / 1350)
    assert links.at["新川村", "event_type"] == "fusion"
    # Of one of the two villages in 双溪村 nobody knows the people.
    assert pd.isna(links.at["双溪村", "people_share_of_to"])
    assert links.at["石柱村", "method"] == "same_unit"
    assert set(links["inputs_sha256"].str.len()) == {64}
    figures = pd.DataFrame({"id": links["from_id"], "households": [3, 5, 7, 11, 13, 17]})
    figures.to_csv(tmp_path / "figures.csv", index=False)
    there = [tmp_path / "figures.csv", "--crosswalk", out, "--out", tmp_path / "out.csv"]
    assert CliRunner().invoke(main, ["carry", *map(str, there)]).exit_code == 0
    carried = pd.read_csv(tmp_path / "out.csv")["households"]
    assert (carried.sum(), len(carried)) == (56, 4)
    none = CliRunner().invoke(
        main, ["export", "crosswalk", "--out", str(out), "--after", "2001-01-01"]
    )
    assert none.exit_code == 1
    assert "no boundaries" in none.output


def test_a_village_that_gives_a_part_away_keeps_the_rest() -> None:
    versions = pd.DataFrame(
        [
            (1, 1, "甲", "01", 10.0),
            (1, 2, "甲", "01", 8.0),
            (2, 1, "乙", "02", 5.0),
            (2, 2, "乙", "03", 7.0),
        ],
        columns=["unit_id", "layer_id", "name", "stat_code", "area_m2"],
    )
    edge: dict[str, Any] = {
        "event_id": 1,
        "from_unit_id": 1,
        "to_unit_id": 2,
        "after_layer_id": 2,
        "event_type": "rectification",
        "accepted": True,
        "shared_m2": 2.0,
        "share_of_from": 0.2,
        "share_of_to": 2 / 7,
    }
    links = links_of_step(versions, pd.DataFrame([edge]), before=1, after=2)
    shares = links.set_index(["from_id", "to_id"])["share_of_from"].to_dict()
    assert shares == {(1, 2): 0.2, (1, 1): 0.8, (2, 2): 1.0}
    kinds = links.set_index(["from_id", "to_id"])["event_type"].to_dict()
    assert kinds == {(1, 2): "rectification", (1, 1): "unchanged", (2, 2): "identifier_change"}
