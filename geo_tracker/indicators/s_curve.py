"""The S-curve of a project: what was planned, reported and paid by which day, as shares."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

Point = tuple[date, float]


@dataclass(frozen=True)
class SCurve:
    """Three lines over the same days; shares in 0–1, of the payments of the budget (may exceed 1).

    Attributes
    ----------
    first_on, last_on : date
        The days that all lines lie between.
    planned, reported, paid : tuple of (date, float)
        In order of days; empty where nothing is known. Payments make steps: each day with the
        share before it and the share from it on.
    """

    first_on: date
    last_on: date
    planned: tuple[Point, ...]
    reported: tuple[Point, ...]
    paid: tuple[Point, ...]


def s_curve(
    *,
    planned: tuple[date | None, date | None],
    reports: Sequence[Point],
    payments: Sequence[tuple[date, int]],
    budget_fen: int | None,
    until: date,
) -> SCurve | None:
    """Return the S-curve of a project, or None where there is nothing to draw.

    Parameters
    ----------
    planned : (date, date)
        Planned start and finish; the plan is the straight line between them, as lights judge it.
    reports : sequence of (date, float)
        Reported progress (0–1) by day.
    payments : sequence of (date, int)
        Amounts in fen by day.
    budget_fen : int or None
        What payments are a share of; without it they are not drawn.
    until : date
        The last day that anything is known of.
    """
    start, finish = planned
    plan: tuple[Point, ...] = ()
    if start is not None and finish is not None and start < finish:
        plan = ((start, 0.0), (finish, 1.0))
    told = tuple(sorted(dict(reports).items()))
    steps: list[Point] = []
    if budget_fen:
        total = 0
        for day, fen in sorted(payments):
            steps.append((day, total / budget_fen))
            total += fen
            steps.append((day, total / budget_fen))
        if steps and steps[-1][0] < until:
            steps.append((until, total / budget_fen))
    days = [day for line in (plan, told, steps) for day, _share in line]
    if not days:
        return None
    first, last = min(days), max(days)
    if first == last:
        # A single day has no width.
        first, last = first - timedelta(days=15), last + timedelta(days=15)
    return SCurve(first, last, plan, told, tuple(steps))
