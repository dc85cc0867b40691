"""The problems of one village and of its former ones, for its page."""

from collections.abc import Collection
from typing import Any

from flask import url_for
from sqlalchemy.orm import Session

from geo_tracker.db.problem_lists import (
    OPEN,
    ProblemFilter,
    conditions,
    problem_totals,
    problems_of_units,
)
from geo_tracker.web.actor import may_register
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_rows import problem_rows
from geo_tracker.web.register import Register

MOST_SHOWN = 10


def units_with_problems(held: Register, unit_ids: Collection[int], unit_id: int) -> list[int]:
    """Return a village, its former ones and all that belong to it today."""
    places = held.places
    mine = places.index[places.index.isin(unit_ids) | (places["present_unit_id"] == unit_id)]
    return [int(one) for one in mine]


def village_problems(
    session: Session, held: Register, unit_ids: Collection[int], unit_id: int
) -> dict[str, Any]:
    """Return the problems recorded on a village and on its former ones.

    Parameters
    ----------
    session : Session
        Any session.
    held : Register
        The register.
    unit_ids : collection of int
        The village and its former ones.
    unit_id : int
        The village whose page it is.

    Returns
    -------
    dict
        ``rows`` (`MOST_SHOWN` of `problem_rows`, the open ones first), ``total`` (of rows),
        ``open``, ``duplicates`` (int), ``url``, ``open_url``, ``new_url`` (None for those who only
        look).
    """
    on = ledger_day(held).on
    units = units_with_problems(held, unit_ids, unit_id)
    totals = problem_totals(session, conditions(ProblemFilter(units=units), on), on)
    found = problems_of_units(session, units, most=MOST_SHOWN) if totals["total"] else []
    return {
        "rows": problem_rows(found, held),
        "total": totals["total"],
        "open": totals[OPEN],
        "duplicates": totals["duplicates"],
        "url": url_for("problems.index", unit=unit_id),
        "open_url": url_for("problems.index", unit=unit_id, state=OPEN),
        "new_url": url_for("problem_new.show", unit=unit_id) if may_register() else None,
    }
