"""Twenty people at once on one ledger, on both databases."""

import pytest
import sqlalchemy as sa

from tests.workflows.many_editors import PROBLEMS, edited, faults


@pytest.mark.slow
def test_twenty_editors_at_once_lose_nothing(engine: sa.Engine) -> None:
    done = edited(engine, seconds=6)
    assert faults(engine, done) == []
    # Else the test would show nothing: they did get in each other's way, and got on.
    assert done.refused["ChangedMeanwhileError"] > 0
    assert sum(done.steps.values()) > 2 * PROBLEMS
