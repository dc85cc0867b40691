"""Figures carried along links keep their totals to the last unit, whatever the links are."""

import math
import random
from collections.abc import Iterator
from typing import Any

import pandas as pd
import pytest

from geo_tracker.errors import InputError
from geo_tracker.lineage.crosswalk import (
    apportioned,
    carried,
    crosswalk_weights,
    people_of_parts,
)

ROUNDS = 40


def links(*rows: tuple[Any, Any, float | None, float | None]) -> pd.DataFrame:
    columns = ["from_id", "to_id", "share_of_from", "share_of_to"]
    return pd.DataFrame(list(rows), columns=columns).astype(
        {"share_of_from": float, "share_of_to": float}
    )


def weights_of(frame: pd.DataFrame) -> dict[tuple[Any, Any], tuple[Any, str]]:
    return {
        (row.source_id, row.target_id): (pytest.approx(row.weight), row.weight_by)
        for row in frame.itertuples()
    }


MERGER = links(("a", "N", 1.0, 0.25), ("b", "N", 1.0, 0.75))
SPLIT = links(("a", "N", 0.6, 1.0), ("a", "M", 0.4, 1.0))


def test_a_village_that_goes_whole_takes_all_its_figures_along() -> None:
    assert weights_of(crosswalk_weights(MERGER)) == {
        ("a", "N"): (1.0, "whole"),
        ("b", "N"): (1.0, "whole"),
    }


def test_a_split_village_gives_by_ground() -> None:
    assert weights_of(crosswalk_weights(SPLIT)) == {
        ("a", "M"): (0.4, "area"),
        ("a", "N"): (0.6, "area"),
    }


def test_on_the_way_back_people_weigh_where_they_are_known_of_all_parts() -> None:
    people = pd.Series({"a": 300, "b": 100})
    known = MERGER.assign(people=people_of_parts(MERGER, people))
    assert weights_of(crosswalk_weights(known, back=True)) == {
        ("N", "a"): (0.75, "people"),
        ("N", "b"): (0.25, "people"),
    }
    partly = MERGER.assign(people=people_of_parts(MERGER, people.drop("b")))
    assert weights_of(crosswalk_weights(partly, back=True)) == {
        ("N", "a"): (0.25, "area"),
        ("N", "b"): (0.75, "area"),
    }


def test_the_people_of_a_part_are_known_of_whole_villages_only() -> None:
    people = people_of_parts(pd.concat([SPLIT, links(("b", "N", 1, 0.2))]), pd.Series({"b": 7}))
    assert people.isna().tolist() == [True, True, False]


def test_ground_that_nobody_takes_stays_with_the_one_that_takes_most() -> None:
    found = crosswalk_weights(links(("a", "N", 0.6, 1.0), ("a", "M", 0.3, 1.0)))
    assert weights_of(found) == {("a", "M"): (0.3, "area"), ("a", "N"): (0.7, "area")}


@pytest.mark.parametrize(
    ("rows", "expected"),
    [
        (
            [("a", "N", 0.3, 1.0), ("a", "M", 0.1, 1.0)],
            {("a", "M"): (0.1, "area"), ("a", "N"): (0.3, "area"), ("a", None): (0.6, "nobody")},
        ),
        ([("a", "N", 0.4, 1.0)], {("a", "N"): (0.4, "area"), ("a", None): (0.6, "nobody")}),
        ([("a", "N", None, None), ("a", "M", None, None)], {("a", None): (1.0, "nobody")}),
    ],
)
def test_where_half_or_less_is_taken_the_rest_goes_to_nobody(
    rows: list[Any], expected: dict[Any, Any]
) -> None:
    assert weights_of(crosswalk_weights(links(*rows))) == expected


def test_a_link_of_the_table_alone_carries_a_village_that_has_no_other() -> None:
    found = crosswalk_weights(links(("a", "N", None, None)))
    assert weights_of(found) == {("a", "N"): (1.0, "whole")}


def test_ground_given_twice_is_given_once() -> None:
    found = crosswalk_weights(links(("a", "N", 0.9, 1.0), ("a", "M", 0.9, 1.0)))
    assert weights_of(found) == {("a", "M"): (0.5, "area"), ("a", "N"): (0.5, "area")}


@pytest.mark.parametrize(
    ("total", "weights", "parts"),
    [
        (10, [1 / 3, 1 / 3, 1 / 3], [4, 3, 3]),
        (1, [0.5, 0.5], [1, 0]),
        (-7, [0.5, 0.5], [-4, -3]),
        (0, [0.2, 0.8], [0, 0]),
        (10**18 + 1, [0.5, 0.5], [5 * 10**17 + 1, 5 * 10**17]),
    ],
)
def test_whole_numbers_are_shared_out_by_largest_remainders(
    total: int, weights: list[float], parts: list[int]
) -> None:
    assert apportioned(total, weights) == parts


def test_missing_stays_missing_and_says_of_how_many_it_is_known() -> None:
    figures = pd.DataFrame({"people": pd.array([120, None], "Int64")}, index=["a", "b"])
    found = carried(figures, crosswalk_weights(MERGER))
    assert found.figures.loc["N"].to_dict() == {"people": 120, "people_known": 1, "sources": 2}
    nothing = carried(figures.assign(people=pd.NA).astype("Int64"), crosswalk_weights(MERGER))
    assert pd.isna(nothing.figures.at["N", "people"])
    assert nothing.figures.at["N", "people_known"] == 0
    assert found.totals.loc["people"].to_dict() == {
        "source_total": 120,
        "carried_total": 120,
        "nobody_total": 0,
        "sources": 2,
        "known": 1,
        "kept": True,
    }


def test_figures_of_units_without_links_go_to_nobody_and_are_counted() -> None:
    figures = pd.DataFrame({"people": [5, 6, 7]}, index=["a", "b", "elsewhere"])
    found = carried(figures, crosswalk_weights(MERGER))
    assert found.figures.at["N", "people"] == 11
    assert found.totals.at["people", "nobody_total"] == 7
    assert found.totals.at["people", "kept"]
    assert found.parts[found.parts["target_id"].isna()]["source_id"].tolist() == ["elsewhere"]


RATE = {"rate": ("in_work", "people")}


def test_rates_are_carried_as_their_counts_and_divided_afterwards() -> None:
    figures = pd.DataFrame(
        {"people": [100, 900], "in_work": [90, 90], "rate": [0.9, 0.1]}, index=["a", "b"]
    )
    found = carried(figures, crosswalk_weights(MERGER), rates=RATE)
    assert found.figures.at["N", "rate"] == pytest.approx(0.18)
    assert list(found.totals.index) == ["people", "in_work"]


def test_a_rate_is_taken_from_those_who_know_both_its_counts() -> None:
    figures = pd.DataFrame(
        {"people": [100, 900], "in_work": pd.array([90, None], "Int64")}, index=["a", "b"]
    )
    found = carried(figures, crosswalk_weights(MERGER), rates=RATE).figures.loc["N"]
    assert (found["rate"], found["rate_known"], found["people"]) == (0.9, 1, 1000)


def test_nothing_divided_by_nothing_is_missing() -> None:
    figures = pd.DataFrame({"people": [0, 0], "in_work": [0, 0]}, index=["a", "b"])
    assert pd.isna(carried(figures, crosswalk_weights(MERGER), rates=RATE).figures.at["N", "rate"])


@pytest.mark.parametrize(
    ("rates", "said"),
    [
        ({"rate": None}, "never averaged"),
        ({"rate": ("in_work", "nowhere")}, "never averaged"),
        ({}, "holds no numbers"),
    ],
)
def test_a_rate_without_its_counts_is_refused(rates: dict[str, Any], said: str) -> None:
    figures = pd.DataFrame({"in_work": [1], "rate": ["90 %"]}, index=["a"])
    with pytest.raises(InputError, match=said):
        carried(figures, crosswalk_weights(MERGER), rates=rates)


def test_a_unit_that_stands_there_twice_is_refused() -> None:
    figures = pd.DataFrame({"people": [1, 2]}, index=["a", "a"])
    with pytest.raises(InputError, match="twice"):
        carried(figures, crosswalk_weights(MERGER))


# What always holds, over links made by chance.


def random_links(chance: random.Random) -> pd.DataFrame:
    """Return overlaps of every kind: whole, split, thin, uncovered, given twice, unmeasured."""
    rows = []
    for unit in range(chance.randint(1, 12)):
        targets = chance.sample(range(8), chance.randint(1, 5))
        cuts = [chance.random() ** chance.choice([1, 9]) for _target in targets]
        taken = chance.choice([1.0, 1.0, 0.97, 0.3, 1.2])
        rows += [
            (
                f"f{unit}",
                f"t{target}",
                None if chance.random() < 0.05 else taken * cut / sum(cuts),
                chance.random(),
            )
            for target, cut in zip(targets, cuts, strict=True)
        ]
    return links(*rows)


def cases() -> Iterator[tuple[random.Random, pd.DataFrame, pd.DataFrame]]:
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        made = random_links(chance)
        if seed % 3 == 0:
            made["people"] = [
                None if chance.random() < 0.2 else chance.randint(0, 900) for _row in made.index
            ]
        units = [*dict.fromkeys(made["from_id"]), "elsewhere"]
        figures = pd.DataFrame(
            {
                "people": pd.array(
                    [None if chance.random() < 0.1 else chance.randint(0, 10**6) for _ in units],
                    "Int64",
                ),
                "income_fen": pd.array([chance.randint(-(10**15), 10**17) for _ in units], "Int64"),
                "hectares": [chance.uniform(0, 1e6) for _ in units],
            },
            index=units,
        )
        yield chance, made, figures


@pytest.mark.parametrize("back", [False, True])
def test_weights_of_a_source_always_sum_to_one(back: bool) -> None:
    for _chance, made, _figures in cases():
        weights = crosswalk_weights(made, back=back)
        assert weights["weight"].between(0, 1).all()
        for _source, of_source in weights.groupby("source_id"):
            assert sum(of_source["weight"]) == sum(of_source["weight"][::-1]) == 1
            by = set(of_source["weight_by"])
            assert len(by - {"nobody"}) <= 1


def test_totals_are_always_kept_to_the_last_unit() -> None:
    for _chance, made, figures in cases():
        found = carried(figures, crosswalk_weights(made))
        assert found.totals["kept"].all()
        for name in ("people", "income_fen"):
            arrived = sum(int(value) for value in found.figures[name].dropna())
            lost = found.totals.at[name, "nobody_total"]
            assert arrived + lost == sum(int(value) for value in figures[name].dropna())
            per_source = found.parts.groupby("source_id")[name].sum(min_count=1)
            assert per_source.reindex(figures.index).equals(figures[name])
        slack = len(found.parts) * math.ulp(figures["hectares"].sum())
        arrived_ha = math.fsum(found.figures["hectares"].dropna())
        lost_ha = found.totals.at["hectares", "nobody_total"]
        assert abs(arrived_ha + lost_ha - math.fsum(figures["hectares"])) <= slack


def test_no_part_is_ever_negative_or_more_than_one_away_from_its_exact_share() -> None:
    for _chance, made, figures in cases():
        weights = crosswalk_weights(made)
        parts = carried(figures, weights).parts
        known = parts.dropna(subset="people")
        assert (known["people"] >= 0).all()
        assert (parts["hectares"] >= 0).all()
        exact = weights.set_index(["source_id", "target_id"])["weight"]
        for row in known.dropna(subset="target_id").itertuples():
            share = exact[(row.source_id, row.target_id)] * figures.at[row.source_id, "people"]
            assert abs(row.people - share) <= 1 + 1e-6


def test_the_order_of_rows_changes_nothing() -> None:
    for chance, made, figures in cases():
        shuffled = made.sample(frac=1, random_state=chance.randint(0, 999))
        turned = figures.sample(frac=1, random_state=chance.randint(0, 999))
        one = carried(figures, crosswalk_weights(made))
        other = carried(turned, crosswalk_weights(shuffled))
        pd.testing.assert_frame_equal(one.figures, other.figures)
        pd.testing.assert_frame_equal(one.parts, other.parts)


def test_there_and_back_over_mergers_keeps_the_totals() -> None:
    for seed in range(ROUNDS):
        chance = random.Random(seed)
        formers = chance.randint(2, 30)
        into = [f"t{chance.randint(0, formers // 2)}" for _former in range(formers)]
        grounds = [chance.uniform(1, 9) for _former in into]
        whole = {
            unit: sum(g for g, t in zip(grounds, into, strict=True) if t == unit) for unit in into
        }
        merger = links(
            *(
                (f"f{n}", unit, 1.0, ground / whole[unit])
                for n, (unit, ground) in enumerate(zip(into, grounds, strict=True))
            )
        )
        people = pd.Series(
            [chance.randint(1, 3000) for _ in into], [f"f{n}" for n in range(formers)]
        )
        there = carried(people.to_frame("people"), crosswalk_weights(merger)).figures[["people"]]
        assert there["people"].sum() == people.sum()
        by_ground = carried(there, crosswalk_weights(merger, back=True)).figures["people"]
        assert by_ground.sum() == people.sum()
        # Where the people of the parts weigh, each former village gets its own back.
        known = merger.assign(people=people_of_parts(merger, people))
        by_people = carried(there, crosswalk_weights(known, back=True)).figures["people"]
        assert by_people.to_dict() == people.to_dict()


def test_inputs_stay_as_they_were() -> None:
    _chance, made, figures = next(cases())
    copies = made.copy(), figures.copy()
    carried(figures, crosswalk_weights(made))
    pd.testing.assert_frame_equal(made, copies[0])
    pd.testing.assert_frame_equal(figures, copies[1])
