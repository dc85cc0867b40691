"""Visits and incidents on the page of a village, those of its former villages told apart."""

from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from geo_tracker.db.incidents import IncidentFilter, conditions, incident_counts, incidents_of_units
from geo_tracker.db.visits import VisitFilter, visit_totals, visits_of_units
from geo_tracker.db.visits import conditions as visit_conditions
from geo_tracker.indicators.zeros import INCIDENT_KINDS
from geo_tracker.web.actor import may_follow, may_register
from geo_tracker.web.followup_forms import days_until_judged
from geo_tracker.web.followup_places import units_of_village
from geo_tracker.web.incidents import incident_row
from geo_tracker.web.register import Register
from geo_tracker.web.texts import term
from geo_tracker.web.visits import visit_rows
from geo_tracker.workflows.visits import repeat_days

MOST_VISITS, MOST_INCIDENTS = 5, 5


def village_followup(session: Session, held: Register, unit_id: int) -> dict[str, Any]:
    """Return the cards of visits and incidents of a village.

    Parameters
    ----------
    session : Session
        Any session.
    held : Register
        The register.
    unit_id : int
        The village; of one of today its former ones count, too.

    Returns
    -------
    dict
        ``visits`` (the last ones, as `visit_rows`), ``visit_count``, ``days_since`` (the last;
        None where never), ``visits_url``, ``record_visit_url`` (None where this user may not);
        ``incidents`` (open ones first, as `incident_row`), ``incident_counts`` (list of word and
        number by kind), ``incident_count``, ``incidents_url``, ``record_incident_url``. Rows of
        former villages carry ``former``: the name.
    """
    units = units_of_village(held, unit_id)
    found = visits_of_units(session, units, most=MOST_VISITS)
    counts = incident_counts(session, conditions(IncidentFilter(units=units)))
    incidents = incidents_of_units(session, units, most=MOST_INCIDENTS)
    visits = visit_rows(session, found, held, repeat_days(session))
    return {
        "visits": [_told_apart(row, unit_id) for row in visits],
        "visit_count": visit_totals(session, visit_conditions(VisitFilter(units=units))).visits,
        "days_since": days_until_judged(found[0].visited_on) if found else None,
        "visits_url": url_for("visits.index", unit=unit_id),
        "record_visit_url": url_for("visit_entry.new", unit=unit_id) if may_register() else None,
        "incidents": [_told_apart(incident_row(one, held), unit_id) for one in incidents],
        "incident_counts": [
            (term(kind), sum(row.count_ for row in counts if row.kind == kind))
            for kind in INCIDENT_KINDS
        ],
        "incident_count": sum(row.count_ for row in counts),
        "incidents_url": url_for("incidents.index", unit=unit_id),
        "record_incident_url": url_for("incident_entry.new", unit=unit_id)
        if may_follow()
        else None,
    }


def _told_apart(row: dict[str, Any], here: int) -> dict[str, Any]:
    village = row["village"]
    is_other = village is not None and village["unit_id"] != here
    return row | {"former": village["name"] if is_other else None}
