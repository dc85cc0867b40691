"""Every fault that is put into good lineage is found, and good lineage has none."""

from collections.abc import Callable
from datetime import date

import pandas as pd
import pytest

from geo_tracker.lineage.linter import lineage_faults

START, MERGED, LATER = date(2018, 10, 31), date(2019, 10, 31), date(2021, 10, 31)
MU_M2 = 2000 / 3
Lineage = tuple[pd.DataFrame, pd.DataFrame]


def good() -> Lineage:
    """Two pairs of villages merge into 11 and 12; 5 stays; later 11 and 12 become 21."""
    rows = [
        (1, "甲", "01", START, MERGED, 3e6),
        (2, "乙", "02", START, MERGED, 1e6),
        (3, "丙", "03", START, MERGED, 2e6),
        (4, "丁", "04", START, MERGED, 2e6),
        (5, "戊", "05", START, MERGED, 4e6),
        (5, "戊", "05", MERGED, LATER, 4e6),
        (5, "戊", "05", LATER, None, 4e6),
        (11, "新甲", "01", MERGED, LATER, 4e6),
        (12, "新丙", "12", MERGED, LATER, 4e6),
        (21, "大村", "21", LATER, None, 8e6),
    ]
    columns = ["unit_id", "name", "stat_code", "valid_from", "valid_to", "area_m2"]
    links = [
        (1, 11, MERGED, 3e6, 1.0, 0.75),
        (2, 11, MERGED, 1e6, 1.0, 0.25),
        (3, 12, MERGED, 2e6, 1.0, 0.5),
        (4, 12, MERGED, 2e6, 1.0, 0.5),
        (11, 21, LATER, 4e6, 1.0, 0.5),
        (12, 21, LATER, 4e6, 1.0, 0.5),
    ]
    named = ["from_unit_id", "to_unit_id", "effective_on", "shared_m2"]
    edges = pd.DataFrame(links, columns=[*named, "share_of_from", "share_of_to"])
    return pd.DataFrame(rows, columns=columns), edges.assign(accepted=True)


def kinds(lineage: Lineage) -> list[str]:
    return [fault.kind for fault in lineage_faults(*lineage)]


def test_good_lineage_has_no_fault() -> None:
    assert kinds(good()) == []


def edges_without(lineage: Lineage, *pair: int) -> Lineage:
    versions, edges = lineage
    gone = (edges["from_unit_id"] == pair[0]) & (edges["to_unit_id"] == pair[1])
    return versions, edges[~gone]


def with_edge(lineage: Lineage, old: int, new: int, of_from: float, of_to: float) -> Lineage:
    versions, edges = lineage
    added = edges.iloc[[0]].assign(
        from_unit_id=old, to_unit_id=new, share_of_from=of_from, share_of_to=of_to
    )
    return versions, pd.concat([edges, added], ignore_index=True)


def with_version(lineage: Lineage, unit: int, start: date, **changed: object) -> Lineage:
    versions, edges = lineage
    at = (versions["unit_id"] == unit) & (versions["valid_from"] == start)
    versions = versions.copy()
    for name, value in changed.items():
        versions.loc[at, name] = value
    return versions, edges


def with_share(lineage: Lineage, old: int, new: int, **changed: float | None) -> Lineage:
    versions, edges = lineage
    at = (edges["from_unit_id"] == old) & (edges["to_unit_id"] == new)
    edges = edges.copy()
    for name, value in changed.items():
        edges.loc[at, name] = value
    return versions, edges


@pytest.mark.parametrize(
    ("damage", "kind", "unit"),
    [
        (lambda good: with_edge(good, 21, 1, 0.0, 0.0), "cycle", 1),
        (lambda good: edges_without(good, 2, 11), "no_successor", 2),
        (lambda good: edges_without(edges_without(good, 3, 12), 4, 12), "no_predecessor", 12),
        (
            lambda good: with_share(good, 1, 11, share_of_from=0.9, share_of_to=0.675),
            "lost_ground",
            1,
        ),
        (
            lambda good: with_share(good, 1, 11, share_of_from=0.9, share_of_to=0.675),
            "gained_ground",
            11,
        ),
        (lambda good: with_share(good, 1, 11, share_of_from=1.2), "given_twice", 1),
        (
            lambda good: with_share(good, 1, 11, share_of_from=0.995, share_of_to=0.746),
            "ground_noise",
            1,
        ),
        (lambda good: with_share(good, 3, 12, share_of_to=None), "mirror", 3),
        (lambda good: with_share(good, 3, 12, share_of_to=0.4), "mirror", 3),
        (lambda good: with_edge(good, 5, 99, 0.0, 0.0), "mirror", 99),
        (lambda good: with_version(good, 5, MERGED, valid_to=date(2020, 5, 1)), "gap", 5),
        (
            lambda good: with_version(good, 5, MERGED, valid_to=date(2022, 5, 1)),
            "overlap_in_time",
            5,
        ),
        (lambda good: with_version(good, 12, MERGED, stat_code="01"), "code_twice", 12),
    ],
)
def test_a_fault_put_in_is_found(
    damage: Callable[[Lineage], Lineage], kind: str, unit: int
) -> None:
    faults = lineage_faults(*damage(good()))
    assert any(fault.kind == kind and unit in fault.unit_ids for fault in faults)


def test_residues_are_stated_in_mu() -> None:
    lineage = with_share(good(), 1, 11, share_of_from=0.9, share_of_to=0.675)
    (lost,) = [fault for fault in lineage_faults(*lineage) if fault.kind == "lost_ground"]
    assert lost.residual_mu == pytest.approx(0.1 * 3e6 / MU_M2)
    assert lost.on == MERGED


def test_a_cycle_names_all_who_are_in_it_once() -> None:
    lineage = with_edge(with_edge(good(), 21, 3, 0.0, 0.0), 21, 1, 0.0, 0.0)
    faults = [fault for fault in lineage_faults(*lineage) if fault.kind == "cycle"]
    assert {unit for fault in faults for unit in fault.unit_ids} >= {1, 11, 21}
    assert len(faults) == 2


def test_what_figures_do_not_follow_is_no_fault() -> None:
    versions, edges = with_edge(good(), 21, 1, 0.0, 0.0)
    edges.loc[edges.index[-1], "accepted"] = False
    assert kinds((versions, edges)) == []


def test_links_that_the_table_alone_knows_have_no_shares_to_sum() -> None:
    lineage = with_share(good(), 1, 11, share_of_from=None, share_of_to=None, shared_m2=None)
    assert kinds(lineage) == []


def test_a_code_may_pass_on_when_the_old_village_ends() -> None:
    versions, _edges = good()
    assert versions.loc[versions["stat_code"] == "01", "unit_id"].tolist() == [1, 11]
    assert "code_twice" not in kinds(good())


def test_a_code_held_for_long_is_compared_with_all_who_come() -> None:
    versions, edges = good()
    others = pd.DataFrame(
        [
            (31, "一", "21", date(2022, 12, 1), date(2023, 1, 1), 1e6),
            (32, "二", "21", date(2023, 2, 1), date(2023, 3, 1), 1e6),
        ],
        columns=versions.columns,
    )
    faults = lineage_faults(pd.concat([versions, others], ignore_index=True), edges)
    twice = {fault.unit_ids for fault in faults if fault.kind == "code_twice"}
    assert twice == {(21, 31), (21, 32)}


def test_where_every_village_lost_half_none_of_it_is_noise() -> None:
    versions, edges = good()
    halved = edges.assign(share_of_from=edges["share_of_from"] / 2)
    found = [fault for fault in lineage_faults(versions, halved) if fault.kind == "lost_ground"]
    assert {unit for fault in found for unit in fault.unit_ids} == {1, 2, 3, 4, 11, 12}
    assert "ground_noise" not in kinds((versions, halved))


def test_ground_that_the_outlines_lost_is_told_of_the_whole_change() -> None:
    lineage = with_version(good(), 12, MERGED, area_m2=3e6)
    found = [fault for fault in lineage_faults(*lineage) if fault.kind == "area_changed"]
    assert [(fault.unit_ids, fault.on) for fault in found] == [
        ((3, 4, 12), MERGED),
        ((11, 12, 21), LATER),
    ]
    assert found[0].residual_mu == pytest.approx(1e6 / MU_M2)


def test_a_part_given_away_earlier_is_no_successor_of_the_rest() -> None:
    versions, edges = good()
    edges = edges[edges["from_unit_id"] != 11]
    moved = edges.iloc[[0]].assign(from_unit_id=5, to_unit_id=12, share_of_from=0.1)
    assert ("no_successor", (11,)) in [
        (fault.kind, fault.unit_ids)
        for fault in lineage_faults(versions, pd.concat([edges, moved], ignore_index=True))
    ]


def test_a_link_stored_twice_by_two_tables_counts_once() -> None:
    versions, edges = good()
    edges = edges.assign(edge_id=range(len(edges)))
    assert kinds((versions, pd.concat([edges, edges.iloc[[0, 3]]], ignore_index=True))) == []


def test_a_village_that_a_person_said_became_nothing_has_a_stated_reason() -> None:
    versions, edges = edges_without(good(), 3, 12)
    found = lineage_faults(versions, edges)
    assert "no_successor" in [fault.kind for fault in found]
    said = lineage_faults(versions, edges, rejected={3})
    assert "no_successor" not in [fault.kind for fault in said]
    assert [f for f in found if f.kind != "no_successor"] == said


def test_noise_of_drawing_is_told_apart_and_last() -> None:
    versions, edges = good()
    # A twentieth of a percent of village 1, a strip of 20 cm, went to nobody.
    edges.loc[edges["from_unit_id"] == 1, ["share_of_from", "shared_m2"]] = [0.9995, 2_998_500.0]
    found = lineage_faults(versions, edges)
    assert [fault.is_noise for fault in found] == sorted(fault.is_noise for fault in found)
    assert any(fault.is_noise and fault.unit_ids == (1,) for fault in found)
