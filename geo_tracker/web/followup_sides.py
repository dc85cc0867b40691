"""Problems and visits of the villages of both sides, for themes.

They change all day, and the register is not computed anew for them: they are counted apart, joined
to its sides, and kept until a problem, a visit, the register or the day is another.
"""

from dataclasses import dataclass, replace
from typing import Any, Final

import pandas as pd
from flask import g

from geo_tracker.db.followup_counts import (
    FollowupStamp,
    followup_imports,
    followup_stamp,
    problem_counts,
)
from geo_tracker.db.visits import visits_by_unit
from geo_tracker.followup.problem_lights import OWED_STATES
from geo_tracker.followup.problem_states import OPEN_STATES
from geo_tracker.indicators.waiting import days_waiting
from geo_tracker.maps.theme_list import THEMES
from geo_tracker.maps.themes import Theme
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.lag_sides import LAG_SOURCE, lag_sides
from geo_tracker.web.register import Register
from geo_tracker.web.register_sides import Side, standing

FOLLOWUP_SOURCES: Final = ("problems", "visits")
"""Sources of themes whose values this file adds."""

PROBLEM_COLUMNS = ("open_problems", "overdue_problems", "problems_again")
"""Missing where no problem was ever registered; their totals are the same on both sides."""


@dataclass(frozen=True)
class FollowupSides:
    """Both sides with `PROBLEM_COLUMNS` and ``days_since_visit`` (missing where never).

    ``stamp`` says of what; ``imports``: by source, the imports the records came with.
    """

    stamp: tuple[Any, ...]
    sides: dict[str, Side]
    imports: dict[str, list[int]]


_kept: dict[str, FollowupSides] = {}


def offered_themes(held: Register) -> tuple[str, ...]:
    """Return the themes that have something to show, in the order of `THEMES`."""
    _step, problem, visit = _stamp()
    there = {
        "problems": problem is not None,
        "visits": visit is not None,
        # Not looked at closer: the page of the map does not wait for the score.
        LAG_SOURCE: not held.latest_figures.empty,
    }
    shown = set(held.themes)
    return tuple(
        key
        for key, theme in THEMES.items()
        if key in shown or (bool(held.sides) and there.get(theme.source, False))
    )


def theme_sides(held: Register, theme: Theme) -> dict[str, Side]:
    """Return both sides with what a theme needs."""
    if theme.source == LAG_SOURCE:
        return lag_sides(held)
    return followup_sides(held).sides if theme.source in FOLLOWUP_SOURCES else held.sides


def followup_sides(held: Register) -> FollowupSides:
    """Return both sides with problems and visits as they stand."""
    on = judging_day()
    stamp = (held.stamp, held.edited, on, _stamp())
    key = str(services().engine.url)
    found = _kept.get(key)
    if found is not None and found.stamp == stamp:
        return found
    with read_session() as session:
        counted = problem_counts(session, on=on, open_states=OPEN_STATES, owed_states=OWED_STATES)
        visited = visits_by_unit(session, until=on)
        imports = followup_imports(session)
    problems = pd.DataFrame(
        [tuple(row) for row in counted], columns=["unit_id", "problems", *PROBLEM_COLUMNS]
    ).astype("Int64")
    visits = pd.DataFrame(
        [tuple(row) for row in visited], columns=["unit_id", "visits", "last_on"]
    ).astype({"unit_id": "Int64"})
    visits["days"] = days_waiting(visits["last_on"], on=on)
    sides = {
        name: _with_followup(held, side, problems, visits) for name, side in held.sides.items()
    }
    found = _kept[key] = FollowupSides(stamp, sides, imports)
    return found


def _stamp() -> FollowupStamp:
    if "followup_stamp" not in g:
        with read_session() as session:
            g.followup_stamp = followup_stamp(session)
    found: FollowupStamp = g.followup_stamp
    return found


def _with_followup(
    held: Register, side: Side, problems: pd.DataFrame, visits: pd.DataFrame
) -> Side:
    there = side.units.index
    at = standing(held, problems["unit_id"], there)
    counts = problems[list(PROBLEM_COLUMNS)].groupby(at).sum().reindex(there)
    days = visits["days"].groupby(standing(held, visits["unit_id"], there)).min()
    units = side.units.join(counts).assign(days_since_visit=days.reindex(there))
    sums = {name: int(counts[name].sum()) for name in PROBLEM_COLUMNS}
    elsewhere = {name: int(problems[name].sum()) - sums[name] for name in PROBLEM_COLUMNS}
    return replace(side, units=units, sums=side.sums | sums, elsewhere=side.elsewhere | elsewhere)
