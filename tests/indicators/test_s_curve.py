"""The S-curve of a project, point by point."""

from datetime import date

import pytest

from geo_tracker.indicators.s_curve import s_curve

START, MIDDLE, FINISH = date(2020, 1, 1), date(2020, 6, 30), date(2020, 12, 31)


def test_plan_is_a_line_and_payments_are_steps_of_the_budget() -> None:
    curve = s_curve(
        planned=(START, FINISH),
        reports=[(MIDDLE, 0.4), (START, 0.0)],
        payments=[(MIDDLE, 30), (date(2020, 3, 1), 20)],
        budget_fen=100,
        until=date(2020, 9, 1),
    )
    assert curve is not None
    assert (curve.first_on, curve.last_on) == (START, FINISH)
    assert curve.planned == ((START, 0.0), (FINISH, 1.0))
    assert curve.reported == ((START, 0.0), (MIDDLE, 0.4))
    march = date(2020, 3, 1)
    assert curve.paid == (
        (march, 0.0),
        (march, 0.2),
        (MIDDLE, 0.2),
        (MIDDLE, 0.5),
        (date(2020, 9, 1), 0.5),
    )


def test_without_a_budget_nobody_can_say_what_share_was_paid() -> None:
    curve = s_curve(
        planned=(START, FINISH), reports=[], payments=[(MIDDLE, 5)], budget_fen=None, until=FINISH
    )
    assert curve is not None
    assert curve.paid == ()


@pytest.mark.parametrize("planned", [(None, FINISH), (START, None), (FINISH, START)])
def test_where_nothing_is_known_there_is_no_curve(planned: tuple[date | None, date | None]) -> None:
    assert s_curve(planned=planned, reports=[], payments=[], budget_fen=5, until=FINISH) is None


def test_a_single_day_has_some_width() -> None:
    curve = s_curve(
        planned=(None, None), reports=[(MIDDLE, 0.5)], payments=[], budget_fen=None, until=FINISH
    )
    assert curve is not None
    assert curve.first_on < MIDDLE < curve.last_on
