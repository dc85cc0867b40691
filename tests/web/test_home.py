"""The overview: right numbers, and each leads to its rows."""

import re

import pytest
from flask import Flask

from tests.web.reading import links_with_counts, plain, wrong_links
from tests.web.visitors import Visitor, visitor


def test_the_villages_before_and_after_are_counted_once(planner: Visitor) -> None:
    page = plain(planner.page("/"))
    assert "6 → 4" in page
    assert "down 33.3 %" in page
    assert "2018-10-31 → 2019-10-31" in page


def test_rates_say_what_they_are_a_rate_of(planner: Visitor) -> None:
    text = plain(planner.page("/"))
    # 400/400, 171/190 and 19/19 agree: mean of rates 96.7 %, pooled 590/609 = 96.9 %.
    assert "Consent of those present, mean of rates 96.7 %" in text
    assert "all votes pooled 96.9 %" in text
    # Of those eligible: 400/500, 171/260, 19/26.
    assert "of those eligible, mean 72.9 %" in text
    assert "villages at full consent 2 of 3 · 66.7 %" in text


def test_money_is_in_10000_yuan_and_to_the_cent(planner: Visitor) -> None:
    text = plain(planner.page("/"))
    assert "Budget of all projects 500.00 10,000 yuan" in text
    assert "contracts 95.00 known of 1 of 2" in text


def test_an_unreported_payment_is_not_a_payment_of_zero(planner: Visitor) -> None:
    text = plain(planner.page("/"))
    # 20 of 100; of the other project, with a budget of 400, nobody said what was paid.
    assert "paid 20.00 known of 1 of 2" in text
    assert "paid of budget 20.0 % known of 1 of 2" in text


def test_every_number_leads_to_as_many_rows(planner: Visitor) -> None:
    assert wrong_links(planner) == {}


def test_numbers_lead_to_their_rows_where_table_and_ground_disagree(
    disputed: Flask,
) -> None:
    who = visitor(disputed, "viewer")
    assert ("/review/", 1) in links_with_counts(who.page("/"))
    assert wrong_links(who) == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("votes whose record is not in order", 1),
        ("projects far behind plan", 1),
        ("former villages without a successor", 0),
    ],
)
def test_what_needs_attention_is_counted(planner: Visitor, text: str, count: int) -> None:
    page = plain(planner.page("/"))
    assert re.search(rf"\b{count} {text}", page)


def test_the_page_says_that_data_are_made_up_only_when_they_are(planner: Visitor) -> None:
    assert "Synthetic data:" not in planner.page("/")
