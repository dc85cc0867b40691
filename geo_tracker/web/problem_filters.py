"""Which problems a list is asked for, and where each number of it has its rows."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.problem_lists import NO_UNIT, OPEN, ORDERS, ProblemFilter
from geo_tracker.db.problem_rates import AS_OF, MEASURES
from geo_tracker.db.quarter_counts import BETWEEN
from geo_tracker.followup.problem_lights import LIGHTS
from geo_tracker.followup.problem_states import STATES
from geo_tracker.language import N_
from geo_tracker.web.actor import today
from geo_tracker.web.filters import PlaceFilter, chosen_code, matching_names, place_filter
from geo_tracker.web.problem_day import LedgerDay
from geo_tracker.web.problem_past import ids_on
from geo_tracker.web.register import Register
from geo_tracker.web.texts import term
from geo_tracker.workflows.problems import PROBLEM_SOURCES

PLACE_FILTERS = ("q", "county", "town", "unit", "lead", "source", "category")
"""What the numbers at the head of the list keep; they set the others themselves."""

_SORTS = {
    "due": N_("Due soonest first"),
    "newest": N_("Newest first"),
    "rounds": N_("Most often handed over first"),
    "place": N_("By county and town"),
}
_ANY_LENGTH = 60


@dataclass(frozen=True)
class Asked:
    """What the request asks for.

    Attributes
    ----------
    base : ProblemFilter
        By place, unit, source and kind only: what the numbers at the head speak of.
    chosen : ProblemFilter
        All of it: the rows.
    values : dict
        The filters as the form shows them.
    places : PlaceFilter
        Counties and towns to choose from.
    order : str
        One of `ORDERS`.
    """

    base: ProblemFilter
    chosen: ProblemFilter
    values: dict[str, Any]
    places: PlaceFilter
    order: str

    def count_in(self, totals: Mapping[str, int]) -> int | None:
        """Return how many rows there are where the numbers at the head say it, else None."""
        chosen, base = self.chosen, self.base
        said = {
            "total": base,
            OPEN: replace(base, state=OPEN),
            "red": replace(base, light="red"),
            "yellow": replace(base, light="yellow"),
            "again": replace(base, rounds=2),
        }
        if chosen.counted:
            said[chosen.counted] = replace(base, counted=chosen.counted)
        return next((totals[name] for name, narrowed in said.items() if narrowed == chosen), None)


def asked_problems(held: Register, day: LedgerDay) -> Asked:
    """Read what the request asks for; values that nothing offers are dropped.

    Parameters
    ----------
    held : Register
        The register.
    day : LedgerDay
        The day, with the units and kinds that can be chosen.
    """
    places = place_filter(held.versions)
    query = request.args.get("q", "").strip()[:_ANY_LENGTH]
    unit_id = _village(held)
    lead = chosen_code("lead", [NO_UNIT, *day.units])
    look_again = request.args.get("again") == "due"
    base = ProblemFilter(
        units=units_of(held, places, unit_id),
        lead_unit=lead,
        source=chosen_code("source", PROBLEM_SOURCES),
        category=chosen_code("category", day.rules.problem_categories),
        **_named(held, query),
    )
    # Who works for a unit may ask for what is his alone.
    mine = request.args.get("mine") == "1" and bool(current_user.office)
    if mine:
        base = replace(base, lead_unit=current_user.office)
    past = past_day(request.args.get("on", "")) if "counted" in request.args else None
    measure = chosen_code("counted", AS_OF if past else MEASURES)
    past = past if measure else None
    since = _since(measure, past)
    chosen = replace(
        base,
        state=chosen_code("state", (OPEN, *STATES)),
        light=chosen_code("light", LIGHTS),
        rounds=2 if request.args.get("rounds") == "2" else 0,
        suspended=request.args.get("suspended") == "1",
        counted="" if past else measure,
        ids=ids_on(measure, past, since=since) if past else None,
    )
    order = chosen_code("sort", ORDERS, default="newest")
    if look_again:
        chosen = replace(chosen, confirmed_by=day.confirmed_by)
    values = {
        "q": query,
        "county": places.county,
        "town": places.town,
        "unit": unit_id or "",
        "lead": lead,
        "source": base.source,
        "category": base.category,
        "mine": "1" if mine else "",
        "state": chosen.state,
        "light": chosen.light,
        "rounds": "2" if chosen.rounds else "",
        "suspended": "1" if chosen.suspended else "",
        "again": "due" if look_again else "",
        "counted": measure,
        "on": past.isoformat() if past else "",
        "since": since.isoformat() if since else "",
        "sort": order,
    }
    return Asked(base, chosen, values, places, order)


def _since(measure: str, past: date | None) -> date | None:
    """Return the day after which the time of a measure begins; None for all time."""
    since = past_day(request.args.get("since", ""))
    if past is None or since is None or since >= past or measure not in BETWEEN:
        return None
    return since


def _village(held: Register) -> int | None:
    unit_id = request.args.get("unit", type=int)
    return unit_id if unit_id in held.places.index else None


def _named(held: Register, query: str) -> dict[str, Any]:
    """Return what a query means: villages, with what became of them, and numbers."""
    if not query:
        return {}
    places = held.places
    units = places.index[places.index.isin(matching_names(held.versions, query)["unit_id"])]
    meant = places.index[places.index.isin(units) | places["present_unit_id"].isin(units)]
    if len(places) and len(meant) == len(places):
        # A word that every village's name has narrows nothing.
        return {}
    return {"query": query, "named_units": meant.tolist()}


def units_of(held: Register, chosen: PlaceFilter, unit_id: int | None) -> list[int] | None:
    """Return the villages of a place, former and present; None for any place."""
    places = held.places
    if unit_id is not None:
        mine = (places.index == unit_id) | (places["present_unit_id"] == unit_id)
        return [int(one) for one in places.index[mine]]
    if not chosen.county:
        return None
    return [int(one) for one in chosen.applied(places).index]


def past_day(text: str) -> date | None:
    """Return a day as typed that lies before today; None for any other text."""
    try:
        day = date.fromisoformat(text)
    except ValueError:
        return None
    return day if date(2000, 1, 1) <= day < today() else None


def choices(day: LedgerDay) -> dict[str, list[tuple[str, str]]]:
    """Return what each list of the filter offers, as (code, text) pairs."""
    return {
        "states": [(state, term(f"problem_{state}")) for state in (OPEN, *STATES)],
        "lights": [("red", _("Overdue")), ("yellow", _("Due soon")), ("green", _("In time"))],
        "units": [(NO_UNIT, _("Not handed over yet")), *((unit, unit) for unit in day.units)],
        "sources": [(source, term(source)) for source in PROBLEM_SOURCES],
        "categories": [(category, category) for category in day.rules.problem_categories],
        "again": [("due", _("confirmed %(days)s days ago or more", days=day.rules.recheck_days))],
        "sorts": [(code, _(text)) for code, text in _SORTS.items()],
    }


def rows_url(values: dict[str, Any], **narrowed: Any) -> str:
    """Return where the rows of a number are: within the same place, narrowed as said."""
    kept = {name: values.get(name) for name in (*PLACE_FILTERS, "mine", "sort")}
    return url_for("problems.index", **{k: v for k, v in (kept | narrowed).items() if v})
