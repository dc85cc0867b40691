"""What a review freezes for its whole year: the rules of lagging, and rates of towns."""

import re

from flask import Flask

from tests.web.ledger import Ledger
from tests.web.reading import plain, rows
from tests.web.test_lag_reviews import on_both, opened
from tests.web.test_lagging import count_only
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

__all__ = ["on_both"]


def score_of(who: Visitor, village: int) -> str:
    found = re.search(r"([\d.]+) points of 100", plain(who.page(f"/lagging/{village}")))
    assert found is not None
    return found[1]


def test_once_a_review_was_opened_no_village_moves_anothers_score(on_both: Flask) -> None:
    admin = visitor(on_both, "admin")
    count_only(on_both, "每百户未办结问题|1|0|2")
    ledger = Ledger(on_both)
    ledger.problem("新川村")
    own, other = (unit_id(on_both, name) for name in ("新川村", "倪宅村"))
    first = score_of(admin, own)
    ledger.problem("倪宅村")
    moved = score_of(admin, own)
    assert moved != first, "small villages are drawn to the rate of their town"
    review = opened(admin)
    before = score_of(admin, other)
    ledger.problem("倪宅村")
    assert score_of(admin, own) == moved
    assert score_of(admin, other) != before
    admin.post(f"{review}/close", {})
    ledger.problem("倪宅村")
    assert score_of(admin, own) == moved


def test_the_rules_of_the_year_are_frozen_once_its_review_is_opened(on_both: Flask) -> None:
    admin = visitor(on_both, "admin")
    review = opened(admin, "上半年")
    admin.post(f"{review}/close", {})
    page = admin.page("/settings/rules/?year=2020")
    assert "are frozen since the review “上半年” was opened" in plain(page)
    assert 'action="/settings/rules/lag_indicators"' not in page
    assert 'action="/settings/rules/problem_days"' in page
    before = rows(admin.page("/lagging/"))
    for year, status in ((2019, 409), (2020, 409), (2021, 303)):
        form = {"text": "每百户未办结问题|1|0|2", "year": year}
        answer = admin.post("/settings/rules/lag_indicators", form)
        assert answer.status_code == status, year
        assert rows(admin.page("/lagging/")) == before
    refused = admin.post("/settings/rules/lag_indicators", {"text": "x|1|0|2", "year": 2020})
    assert refused.status_code == 422
    again = admin.post("/settings/rules/operating_income_floor", {"text": "1", "year": 2020})
    assert "Set it from 2021 on." in plain(again.text)
    assert (
        admin.post("/settings/rules/problem_days", {"text": "9", "year": 2020}).status_code == 303
    )
