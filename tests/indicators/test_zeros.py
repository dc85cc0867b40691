"""Zeros are said only where somebody reports."""

import pandas as pd
import pytest

from geo_tracker.indicators.zeros import zero_table

GROUPS = pd.Index(["east", "west", "north"])
COUNTS = pd.DataFrame(
    [
        ("east", "petition", True, True, 2),
        ("east", "petition", None, False, 1),
        ("east", "case", False, False, 4),
        ("elsewhere", "case", True, True, 9),
    ],
    columns=["place", "kind", "about_merger", "is_open", "count"],
)


def table(counts: pd.DataFrame, reporting: list[str]) -> pd.DataFrame:
    return zero_table(counts, counts["place"], groups=GROUPS, reporting=reporting)


def test_incidents_are_counted_by_kind_and_by_what_they_are_about() -> None:
    east = table(COUNTS, [])
    assert east.loc["east"].to_dict() == {
        "records": 7,
        "open": 2,
        "about": 2,
        "unknown": 1,
        "public_opinion": 0,
        "public_opinion_about": 0,
        "petition": 3,
        "petition_about": 2,
        "case": 4,
        "case_about": 0,
    }


def test_who_reports_has_zeros_and_who_never_did_has_nothing() -> None:
    found = table(COUNTS, ["west"])
    assert (found.loc["west"] == 0).all()
    assert found.loc["north"].isna().all()


@pytest.mark.parametrize("reporting", [[], ["east"]])
def test_without_any_record_only_who_reports_has_zeros(reporting: list[str]) -> None:
    found = table(COUNTS.iloc[:0], reporting)
    assert list(found.index) == list(GROUPS)
    assert found["records"].notna().sum() == len(reporting)
    assert found["records"].sum() == 0


def test_nothing_is_lost_when_groups_cover_all_rows() -> None:
    groups = pd.Index(["east", "elsewhere"])
    found = zero_table(COUNTS, COUNTS["place"], groups=groups, reporting=[])
    assert found["records"].sum() == COUNTS["count"].sum()
    kinds = found[["public_opinion", "petition", "case"]].sum(axis=1)
    assert kinds.tolist() == found["records"].tolist()
