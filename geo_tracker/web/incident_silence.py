"""Where no incident recorded means none, and where it is not known: one rule for all pages."""

from datetime import date
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geo_tracker.db.incidents import units_with_incidents
from geo_tracker.web.filters import NOWHERE
from geo_tracker.web.register import Register


def reporting_counties(session: Session, held: Register, until: date | None = None) -> set[Any]:
    """Return the counties of which a zero may be said; none where nothing was ever recorded.

    Whoever recorded one incident of a county records what comes up there from then on: ``until``
    leaves out what came after that day. What lies in no known county counts as one, `NOWHERE`.
    """
    found = held.places["county_code"].reindex(units_with_incidents(session, until))
    return set(found.fillna(NOWHERE))


def with_zeros(
    session: Session, held: Register, counts: pd.DataFrame, *, until: date
) -> pd.DataFrame:
    """Return counts of incidents by ``unit_id`` with zeros for all villages that report."""
    counties = held.places["county_code"].fillna(NOWHERE)
    units = counties.index[counties.isin(reporting_counties(session, held, until))]
    return counts.reindex(counts.index.union(units), fill_value=0)
