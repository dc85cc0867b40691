"""The overview: right numbers, and each leads to its rows."""

import html
import re

import pytest

from tests.web.visitors import Visitor

TOTAL = re.compile(r"[\d,]+–[\d,]+ of ([\d,]+)")


def rows_behind(who: Visitor, address: str) -> int:
    """Return how many rows a list says it has."""
    page = who.page(html.unescape(address))
    found = TOTAL.search(page)
    return (
        int(found[1].replace(",", "")) if found else page.count('class="gt-card gt-conflict-case"')
    )


def links_with_counts(page: str) -> list[tuple[str, int]]:
    """Return the address and number of every link of the page that is a whole number."""
    main = page.partition("<main")[2]
    found = re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(?:<[^>]+>)*\s*([\d,]+)\s*<', main)
    return [(address, int(number.replace(",", ""))) for address, number in found]


def test_the_villages_before_and_after_are_counted_once(planner: Visitor) -> None:
    page = re.sub(r"<[^>]+>", " ", planner.page("/"))
    page = re.sub(r"\s+", " ", page)
    assert "6 → 4" in page
    assert "down 33.3 %" in page
    assert "2018-10-31 → 2019-10-31" in page


def test_rates_say_what_they_are_a_rate_of(planner: Visitor) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", planner.page("/")))
    # 400/400, 171/190 and 19/19 agree: mean of rates 96.7 %, pooled 590/609 = 96.9 %.
    assert "Consent of those present, mean of rates 96.7 %" in text
    assert "all votes pooled 96.9 %" in text
    # Of those eligible: 400/500, 171/260, 19/26.
    assert "of those eligible, mean 72.9 %" in text
    assert "villages at full consent 2 of 3 · 66.7 %" in text


def test_money_is_in_10000_yuan_and_to_the_cent(planner: Visitor) -> None:
    text = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", planner.page("/")))
    assert "Budget of all projects 500.00 10,000 yuan" in text
    assert "paid 20.00" in text
    assert "paid of budget 4.0 %" in text


def test_every_number_leads_to_as_many_rows(planner: Visitor) -> None:
    links = [pair for pair in links_with_counts(planner.page("/")) if "/map/" not in pair[0]]
    assert len(links) >= 15
    wrong = {
        address: (number, behind)
        for address, number in links
        if (behind := rows_behind(planner, address)) != number and number > 0
    }
    assert wrong == {}


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("votes whose record is not in order", 1),
        ("projects far behind plan", 1),
        ("former villages without a successor", 0),
    ],
)
def test_what_needs_attention_is_counted(planner: Visitor, text: str, count: int) -> None:
    page = re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", planner.page("/")))
    assert re.search(rf"\b{count} {text}", page)


def test_the_page_says_that_data_are_made_up_only_when_they_are(planner: Visitor) -> None:
    assert "Synthetic data:" not in planner.page("/")
