"""What stands out in a project's money."""

from decimal import Decimal

import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo_tracker.indicators.project_money import money_checks, money_flags


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


@given(
    st.lists(
        st.fixed_dictionaries(
            {
                name: st.one_of(st.none(), st.integers(0, 300))
                for name in ("estimate", "contract", "change", "settlement", "received", "paid")
            }
        ),
        min_size=1,
    )
)
def test_many_projects_stand_out_as_each_of_them_does(rows: list[dict[str, int | None]]) -> None:
    frame = pd.DataFrame(rows, dtype="Int64").add_suffix("_fen")
    flags = money_flags(frame).to_dict("records")
    for row, flag in zip(rows, flags, strict=True):
        yuan = {name: None if fen is None else Decimal(fen) / 100 for name, fen in row.items()}
        received, paid = yuan.pop("received"), yuan.pop("paid")
        known = {kind: amount for kind, amount in yuan.items() if amount is not None}
        checks = money_checks(known, received=received, paid=paid)
        assert flag == {
            "over_received": checks.over_received is not None,
            "over_contract": checks.over_contract is not None,
            "overrun": checks.is_overrun,
        }


def test_an_estimate_of_zero_has_no_overrun() -> None:
    checks = money_checks(amounts(estimate="0", settlement="5"), received=None, paid=None)
    assert (checks.overrun, checks.is_overrun) == (None, False)
