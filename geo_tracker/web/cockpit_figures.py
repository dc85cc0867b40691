"""What the ledgers amounted to on a day, village by village: computed once, kept while it holds."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

import pandas as pd
import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.past_counts import (
    checklist_counts_as_of,
    incident_counts_as_of,
    project_money_as_of,
    project_progress_as_of,
    visit_counts_as_of,
)
from geo_tracker.indicators.cockpit import COUNTS
from geo_tracker.indicators.lights import project_lights
from geo_tracker.web.context import services
from geo_tracker.web.incident_silence import with_zeros
from geo_tracker.web.problem_past import counts_on, last_step
from geo_tracker.web.register import Register

_PROBLEMS = (
    *("registered", "resolved", "open", "overdue", "due", "in_time", "revisited", "satisfied"),
    *("handed_again", "rectified", "duplicates"),
)


@dataclass(frozen=True)
class DayFigures:
    """The figures of a day.

    Attributes
    ----------
    on : date
        The day.
    units : DataFrame
        By ``unit_id``: `COUNTS`, missing where nothing was counted.
    votes : DataFrame
        Rows of `Register.votes` of meetings until then.
    projects : DataFrame
        Rows of `Register.projects` that were known by then, with ``budget_fen``, ``paid_fen``,
        ``progress``, ``reported_on`` and their lights as they were.
    """

    on: date
    units: pd.DataFrame
    votes: pd.DataFrame
    projects: pd.DataFrame


def figures_on(held: Register, on: date, *, due_before: date) -> DayFigures:
    """Return the figures of a day; what was due was due before another day, or the same."""
    return _figures(services().engine, _Held(held), on, due_before, last_step())


@dataclass(frozen=True)
class _Held:
    """The register, known again by its stamp."""

    register: Register

    def __hash__(self) -> int:
        return hash(self.register.stamp)

    def __eq__(self, other: object) -> bool:
        return isinstance(other, _Held) and other.register.stamp == self.register.stamp


@lru_cache(maxsize=12)
def _figures(
    engine: sa.Engine, held: _Held, on: date, due_before: date, _last_step_id: int
) -> DayFigures:
    register = held.register
    problems = counts_on(on, due_before=due_before)
    projects = _projects_on(engine, held, on, last_step("project"))
    with reading(engine) as session:
        items = checklist_counts_as_of(session, on, due_before=due_before)
        visits = visit_counts_as_of(session, on)
        incidents = with_zeros(session, register, incident_counts_as_of(session, on), until=on)
    votes = register.votes[_until(register.votes["held_on"], on)]
    parts = [
        problems[list(_PROBLEMS)],
        items.rename(columns={"overdue": "items_overdue"})[["applicable", "done", "items_overdue"]],
        visits,
        incidents,
        _vote_counts(votes),
        _project_sums(projects),
    ]
    units = pd.concat(parts, axis=1).reindex(columns=list(COUNTS))
    return DayFigures(
        on=on,
        units=units.reindex(register.places.index.union(units.index)),
        votes=votes,
        projects=projects,
    )


@lru_cache(maxsize=12)
def _projects_on(engine: sa.Engine, held: _Held, on: date, _last_step_id: int) -> pd.DataFrame:
    """Return the projects of a day: kept while others only work on other ledgers."""
    with reading(engine) as session:
        money = project_money_as_of(session, on)
        told = project_progress_as_of(session, on)
    return _projects(held.register, money, told, on)


def _until(days: pd.Series, on: date) -> pd.Series:
    return pd.to_datetime(days) <= pd.Timestamp(on)


def _projects(
    register: Register, money: pd.DataFrame, told: pd.DataFrame, on: date
) -> pd.DataFrame:
    """Return the projects that were known on a day, with what was known of them."""
    rows = register.projects[register.projects["project_id"].isin(money.index)].copy()
    for name in ("budget_fen", "paid_fen"):
        rows[name] = rows["project_id"].map(money[name]).astype("Int64")
    later = ~_until(rows["reported_on"], on)
    for name in ("stage", "progress", "reported_on"):
        rows[name] = rows[name].mask(later, None)
    own = told.reindex(rows["project_id"]).set_axis(rows.index)
    by_people = own["reported_on"].notna()
    for name in ("progress", "reported_on"):
        rows[name] = rows[name].mask(by_people, own[name])
    rows["stage"] = rows["stage"].mask(own["has_stages"].eq(True), own["stage"])
    for name in ("actual_start_on", "actual_finish_on"):
        rows[name] = rows[name].where(_until(rows[name], on), None)
    rules = register.rules
    judged = project_lights(
        rows,
        on=on,
        yellow_points=rules.project_yellow_points,
        red_points=rules.project_red_points,
        late_months=rules.project_late_months,
    )
    return rows.drop(columns=list(judged)).join(judged)


def _vote_counts(votes: pd.DataFrame) -> pd.DataFrame:
    rated = votes[votes["consent_of_present"].notna()]
    grouped = rated.groupby("unit_id")["unanimous"]
    return pd.DataFrame({"votes": grouped.size(), "full": grouped.sum()})


def _project_sums(projects: pd.DataFrame) -> pd.DataFrame:
    unit = projects["current_unit_id"]
    known = {name: projects[f"{name}_fen"].astype("Int64") for name in ("budget", "paid")}
    both = known["budget"].notna() & known["paid"].notna()
    sums = pd.DataFrame(
        {
            "projects": projects.groupby(unit).size(),
            "red": (projects["light"] == "red").groupby(unit).sum(),
            "budget_fen": known["budget"].groupby(unit).sum(min_count=1),
            "paid_fen": known["paid"].groupby(unit).sum(min_count=1),
            "both_budget_fen": known["budget"].where(both).groupby(unit).sum(min_count=1),
            "both_paid_fen": known["paid"].where(both).groupby(unit).sum(min_count=1),
        }
    )
    sums.index = sums.index.astype("int64")
    return sums
