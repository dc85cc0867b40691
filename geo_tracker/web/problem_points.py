"""Open problems as points: where each is, how urgent it is, how far."""

import pandas as pd

from geo_tracker.db.followup_counts import problems_in
from geo_tracker.followup.problem_lights import deadlines
from geo_tracker.followup.problem_states import OPEN_STATES, Situation
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register
from geo_tracker.workflows.rules import rules_of, work_calendar

_COLUMNS = (
    *("id", "number", "category", "state", "due_on", "suspended_on"),
    *("unit_id", "lon", "lat", "import_id"),
)


def open_problem_points(held: Register) -> pd.DataFrame:
    """Return all open problems that have a place: their own, else that of their village.

    Returns
    -------
    DataFrame
        Columns ``id``, ``number``, ``category``, ``state``, ``due_on``, ``lon`` and ``lat``
        (degrees), ``at_village`` (whether the place is only that of the village), ``village``
        (name), ``present_unit_id`` (the village of today), ``light`` (green, yellow, red; unknown
        where no time runs), ``import_id`` (missing where a person registered it).
    """
    today = judging_day()
    with read_session() as session:
        found = problems_in(session, OPEN_STATES)
        yellow_days = rules_of(session, today.year).problem_yellow_days
        on = deadlines(work_calendar(session), today, yellow_days=yellow_days)
    rows = pd.DataFrame([tuple(row) for row in found], columns=list(_COLUMNS))
    has_place = rows["lon"].notna() & rows["lat"].notna()
    village = held.units.reindex(rows["unit_id"])
    for own, of_village in (("lon", "point_lon"), ("lat", "point_lat")):
        known = village[of_village].set_axis(rows.index).astype(float)
        rows[own] = rows[own].astype(float).where(has_place, known)
    rows["at_village"] = ~has_place
    rows["village"] = village["name"].set_axis(rows.index)
    rows["present_unit_id"] = rows["unit_id"].map(held.places["present_unit_id"])
    rows = rows.dropna(subset=["lon", "lat"])
    lights = [
        on.light(Situation(state=row.state, suspended=or_none(row.suspended_on) is not None), due)
        for row in rows.itertuples(index=False)
        for due in [or_none(row.due_on)]
    ]
    rows["light"] = pd.Series([light or "unknown" for light in lights], rows.index, dtype=object)
    return rows.drop(columns=["suspended_on", "unit_id"])
