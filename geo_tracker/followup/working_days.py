"""Working days: Monday to Friday but for days off, and the weekends that are worked."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

_DAY = timedelta(days=1)
_SATURDAY = 5


@dataclass(frozen=True)
class WorkCalendar:
    """Which days are working days.

    Attributes
    ----------
    days_off : collection of date
        Holidays on weekdays.
    days_worked : collection of date
        Working days on weekends; they go before ``days_off``.
    """

    days_off: Collection[date] = frozenset()
    days_worked: Collection[date] = frozenset()

    def is_worked(self, day: date) -> bool:
        """Say whether a day is a working day."""
        return day in self.days_worked or (day.weekday() < _SATURDAY and day not in self.days_off)

    def after(self, day: date, count: int) -> date:
        """Return the working day that is ``count`` (0 or more) of them after a day.

        With 0 the day itself, be it a working day or not.
        """
        while count > 0:
            day += _DAY
            count -= self.is_worked(day)
        return day

    def between(self, day: date, later: date) -> int:
        """Return how many working days come after a day, up to and with a later one.

        Negative where the second day is the earlier one: so many working days ago.
        """
        if later < day:
            return -self.between(later, day)
        days = (later - day).days
        weeks, rest = divmod(days, 7)
        weekdays = weeks * 5 + sum(
            (day + timedelta(days=step)).weekday() < _SATURDAY for step in range(1, rest + 1)
        )
        off = sum(
            day < other <= later and other.weekday() < _SATURDAY and other not in self.days_worked
            for other in self.days_off
        )
        extra = sum(
            day < other <= later and other.weekday() >= _SATURDAY for other in self.days_worked
        )
        return weekdays - off + extra
