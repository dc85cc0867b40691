"""The projects of the register: judged, placed on villages, and renewed alone after an edit."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from typing import TYPE_CHECKING, Any

import pandas as pd
from sqlalchemy.orm import Session

from geo_tracker.db.project_frames import project_frame
from geo_tracker.db.projects import last_project_step, projects_edited_since
from geo_tracker.followup.rules import Rules
from geo_tracker.indicators.lights import project_lights

if TYPE_CHECKING:
    from geo_tracker.web.register import Register

SUMS = ("projects", "budget_fen", "paid_fen", "progress")
"""Columns that villages get from their projects."""

_INDEPENDENT = (
    *("followed", "latest_figures", "parts", "disputed", "spans", "present_units", "places"),
    *("place_of", "faults"),
)
"""What the register keeps that no project has a part in."""

_MOST_EDITED = 500
"""More projects than this are not renewed one by one: all are read."""


def recorded_on(projects: pd.DataFrame) -> pd.Series:
    """Return the village that each project is recorded on: the former one where that is known."""
    return projects["former_unit_id"].fillna(projects["unit_id"])


def edits_stamp(session: Session, today: date) -> tuple[Any, ...]:
    """Return something that differs after every edit of a project, and from day to day."""
    return last_project_step(session), today


def judged_projects(
    projects: pd.DataFrame, *, rules: Rules, data_on: date, today: date
) -> pd.DataFrame:
    """Return projects with their lights.

    A project is judged at its report; without one, on the day of the data, and one that somebody
    registered here, today.
    """
    day = pd.Series(pd.Timestamp(data_on), index=projects.index)
    day = day.mask(projects["import_id"].isna(), pd.Timestamp(max(data_on, today)))
    lights = project_lights(
        projects,
        on=day,
        until=max(data_on, today),
        yellow_points=rules.project_yellow_points,
        red_points=rules.project_red_points,
        late_months=rules.project_late_months,
    )
    return projects.join(lights)


def placed_projects(projects: pd.DataFrame, formers: pd.DataFrame, last: pd.Series) -> pd.DataFrame:
    """Return projects with the village of today that each belongs to.

    Parameters
    ----------
    projects : DataFrame
        As `project_frame`.
    formers : DataFrame
        As of the register.
    last : Series
        The village of today of each former one.
    """
    # Recorded on a village that a later layer ended: now that of a former village.
    ended = projects["unit_id"].where(projects["unit_id"].isin(formers.index))
    former = projects["former_unit_id"].fillna(ended)
    own = projects["unit_id"].fillna(former)
    return projects.assign(
        former_unit_id=former, current_unit_id=own.map(last).fillna(own).astype("Int64")
    )


def with_project_sums(
    villages: pd.DataFrame, projects: pd.DataFrame, unit: pd.Series
) -> pd.DataFrame:
    """Return villages with `SUMS` of their projects, old ones replaced."""
    found = villages.drop(columns=list(SUMS), errors="ignore").join(project_sums(projects, unit))
    return found.assign(projects=found["projects"].fillna(0).astype(int))


def project_sums(projects: pd.DataFrame, unit: pd.Series) -> pd.DataFrame:
    """Return projects counted, money summed (fen) and progress weighted by budget, per unit."""
    grouped = projects.groupby(unit)
    sums = pd.DataFrame(
        {
            "projects": grouped.size(),
            "budget_fen": grouped["budget_fen"].sum(min_count=1),
            "paid_fen": grouped["paid_fen"].sum(min_count=1),
        }
    )
    known = projects[projects["progress"].notna() & projects["budget_fen"].notna()]
    weight = known["budget_fen"].astype(float)
    by = unit.loc[known.index]
    total = weight.groupby(by).sum()
    weighted = (known["progress"] * weight).groupby(by).sum()
    sums["progress"] = (weighted / total.where(total > 0)).reindex(sums.index)
    return sums


def renewed(held: "Register", session: Session, today: date) -> "Register":
    """Return the register with the projects that people edited since, all else as it was."""
    edited = edits_stamp(session, today)
    step, day = held.edited
    ids: Sequence[int] | None = projects_edited_since(session, step)
    if day != today:
        # Those that nobody reported on are judged today.
        own = held.projects["project_id"][held.projects["import_id"].isna()]
        ids = sorted({*(ids or ()), *own.tolist()})
    if len(ids or ()) > _MOST_EDITED:
        ids = None
    fresh = judged_projects(
        project_frame(session, ids), rules=held.rules, data_on=held.data_on, today=today
    )
    fresh = placed_projects(fresh, held.formers, held.present_units)
    projects = fresh if ids is None else _joined(held.projects, fresh)
    own = recorded_on(projects)
    found = replace(
        held,
        edited=edited,
        projects=projects,
        villages=with_project_sums(held.villages, projects, projects["current_unit_id"]),
        formers=with_project_sums(held.formers, projects, own),
    )
    for name in _INDEPENDENT:
        if name in vars(held):
            vars(found)[name] = vars(held)[name]
    return found


def _joined(before: pd.DataFrame, fresh: pd.DataFrame) -> pd.DataFrame:
    if before.empty:
        return fresh
    kept = before[~before["project_id"].isin(fresh["project_id"])]
    # Columns of which one of both knows nothing must not change their kind.
    fresh = fresh[before.columns].astype(before.dtypes.to_dict())
    both = pd.concat([kept, fresh], ignore_index=True)
    return both.sort_values("project_id", kind="stable", ignore_index=True)
