"""久未走访: the villages that were not visited for longest."""

from datetime import date
from typing import Any

import pandas as pd
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.visits import visits_by_unit
from geo_tracker.indicators.waiting import days_waiting, longest_first
from geo_tracker.web.actor import may_register
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import chosen_code, place_filter
from geo_tracker.web.followup_forms import asked_day, day_text
from geo_tracker.web.followup_places import place_values
from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.register import Register, register

bp = Blueprint("visits_waiting", __name__, url_prefix="/visits/waiting")

_SIDES = ("former", "present")
_STATES = ("never", "visited")
_PLACE_ORDER = ["county_code", "town_code", "rank"]


@bp.get("/")
def show() -> ResponseReturnValue:
    """List villages by how long they were not visited."""
    held = register()
    places = place_filter(held.versions)
    on = asked_day("on") or judging_day()
    side = chosen_code("side", _SIDES, default=_SIDES[0] if len(held.formers) else _SIDES[1])
    state = chosen_code("state", _STATES)
    rows = places.applied(waiting_villages(held, side=side, on=on))
    never = int(rows["days"].isna().sum())
    if state:
        rows = rows[rows["days"].isna() == (state == "never")]
    page = paged(longest_first(rows, then_by=_PLACE_ORDER))
    return render_template(
        "visits/waiting.html",
        filters={
            "county": places.county,
            "town": places.town,
            "side": side,
            "state": state,
            "on": day_text(on),
        },
        counties=places.counties,
        towns=places.towns,
        sides=[("former", _("Former villages")), ("present", _("Villages of today"))],
        rows=[_row(held, int(unit), row, side) for unit, row in page.rows.to_dict("index").items()],
        never=never,
        never_url=url_for(
            ".show",
            county=places.county,
            town=places.town,
            side=side,
            on=day_text(on),
            state="never",
        ),
        page=page,
        on=on,
        stored=bool(len(held.units)),
        may_record=may_register(),
    )


def waiting_villages(held: Register, *, side: str, on: date) -> pd.DataFrame:
    """Return how long the villages of one side were not visited at a day.

    Parameters
    ----------
    held : Register
        The register.
    side : str
        ``former``: only what is recorded on the former village itself counts. ``present``: visits
        to a village of today and to the former ones in it.
    on : date
        The day; later visits do not count.

    Returns
    -------
    DataFrame
        By ``unit_id``: the columns of `Register.places`, ``rank`` (in the order of places),
        ``visits``, ``last_on`` (None where never), ``days``, and ``whole_on`` (last visit anywhere
        in the village of today).
    """
    with read_session() as session:
        found = visits_by_unit(session, until=on)
    own = pd.DataFrame(
        [tuple(row) for row in found], columns=["unit_id", "visits", "last_on"]
    ).set_index("unit_id")
    own["last_on"] = pd.to_datetime(own["last_on"])
    present = held.places["present_unit_id"]
    whole = own.groupby(present.reindex(own.index)).agg({"visits": "sum", "last_on": "max"})
    listed = held.formers if side == "former" else held.villages
    rows = held.places.loc[held.places.index.isin(listed.index)]
    rows = rows.assign(rank=range(len(rows)))
    counted = own if side == "former" else whole
    rows = rows.join(counted.reindex(rows.index))
    rows["visits"] = rows["visits"].fillna(0).astype(int)
    rows["days"] = days_waiting(rows["last_on"], on=on)
    rows["whole_on"] = whole["last_on"].reindex(rows["present_unit_id"]).to_numpy()
    return rows


def _row(held: Register, unit_id: int, row: dict[str, Any], side: str) -> dict[str, Any]:
    last_on, whole_on = or_none(row["last_on"]), or_none(row["whole_on"])
    return {
        **place_values(held, unit_id),
        "visits": int(row["visits"]),
        "last_on": last_on,
        "days": or_none(row["days"]),
        "whole_on": whole_on if side == "former" and whole_on != last_on else None,
        "visits_url": url_for("visits.index", unit=unit_id),
        "record_url": url_for("visit_entry.new", unit=unit_id),
    }
