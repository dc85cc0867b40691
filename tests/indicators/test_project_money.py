"""What stands out in a project's money."""

from decimal import Decimal

import pytest

from geo_tracker.indicators.project_money import money_checks


def amounts(**given: str) -> dict[str, Decimal]:
    return {kind: Decimal(amount) for kind, amount in given.items()}


def test_paid_beyond_what_came_in_and_beyond_the_contract_with_its_changes() -> None:
    checks = money_checks(
        amounts(contract="90", change="5"), received=Decimal(50), paid=Decimal("95.01")
    )
    assert (checks.over_received, checks.over_contract) == (Decimal("45.01"), Decimal("0.01"))
    assert checks.any


def test_what_is_not_known_is_not_exceeded() -> None:
    assert not money_checks({}, received=None, paid=Decimal(5)).any
    assert not money_checks(amounts(contract="5"), received=Decimal(5), paid=None).any


@pytest.mark.parametrize(
    ("settlement", "stands_out"), [("110", False), ("110.01", True), ("90", False)]
)
def test_a_settlement_a_tenth_above_the_estimate_is_still_allowed(
    settlement: str, *, stands_out: bool
) -> None:
    checks = money_checks(amounts(estimate="100", settlement=settlement), received=None, paid=None)
    assert checks.is_overrun == stands_out


def test_an_estimate_of_zero_has_no_overrun() -> None:
    checks = money_checks(amounts(estimate="0", settlement="5"), received=None, paid=None)
    assert (checks.overrun, checks.is_overrun) == (None, False)
