"""Lights say how much time is left; the days they change at say the same to a database."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from geo_tracker.followup.masking import masked
from geo_tracker.followup.problem_lights import OWED_STATES, deadlines
from geo_tracker.followup.problem_states import STATES, Situation
from geo_tracker.followup.working_days import WorkCalendar

THURSDAY = date(2026, 11, 26)
OPEN = Situation(state="assigned", round=1)
some_days = st.dates(date(2026, 10, 1), date(2026, 12, 31))


@given(
    today=some_days, due_on=some_days, off=st.sets(some_days, max_size=8), yellow=st.integers(0, 9)
)
def test_lights_are_what_the_working_days_left_say(
    today: date, due_on: date, off: set[date], yellow: int
) -> None:
    calendar = WorkCalendar(frozenset(off))
    left = calendar.between(today, due_on)
    expected = "red" if due_on < today else "yellow" if left <= yellow else "green"
    assert deadlines(calendar, today, yellow_days=yellow).light(OPEN, due_on) == expected


def test_three_working_days_over_a_weekend_are_yellow_until_the_day_before_the_fourth() -> None:
    on = deadlines(WorkCalendar(), THURSDAY, yellow_days=3)
    # Friday, Monday, Tuesday are left.
    assert on.yellow_until == date(2026, 12, 1)


def test_a_light_burns_only_while_time_runs() -> None:
    on = deadlines(WorkCalendar(), THURSDAY, yellow_days=3)
    late = THURSDAY - timedelta(days=1)
    for state in STATES:
        assert (on.light(Situation(state=state), late) == "red") == (state in OWED_STATES)
    assert on.light(Situation(state="assigned", suspended=True), late) is None
    assert on.light(OPEN, None) is None


def test_names_are_masked_to_their_first_sign() -> None:
    assert masked("王小明") == masked("王") == "王**"
    assert masked("  ") is masked(None) is None
