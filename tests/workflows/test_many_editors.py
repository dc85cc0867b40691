"""Twenty people at once on one ledger, on both databases."""

from decimal import Decimal

import pytest
import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.models import Payment
from tests.workflows import project_editors
from tests.workflows.many_editors import PROBLEMS, edited, faults


@pytest.mark.slow
def test_twenty_editors_at_once_lose_nothing(engine: sa.Engine) -> None:
    done = edited(engine, seconds=6)
    assert faults(engine, done) == []
    # Else the test would show nothing: they did get in each other's way, and got on.
    assert done.refused["ChangedMeanwhileError"] > 0
    assert sum(done.steps.values()) > 2 * PROBLEMS


@pytest.mark.slow
def test_twenty_editors_at_once_lose_no_money_of_projects(engine: sa.Engine) -> None:
    told = project_editors.edited(engine, seconds=6)
    assert project_editors.faults(engine, told) == []
    assert told.refused["ChangedMeanwhileError"] > 0
    assert len(told.said) > 2 * project_editors.PROJECTS


def test_a_payment_that_nobody_was_told_of_is_found(engine: sa.Engine) -> None:
    told = project_editors.edited(engine, seconds=0.5)
    with writing(engine) as session:
        session.add(Payment(project_id=1, kind="other", amount=Decimal("0.01")))
    assert any("yuan paid in all" in one for one in project_editors.faults(engine, told))
