"""舆情、信访、案件: the list of incidents, and the page of one."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.incidents import (
    ABOUT,
    ORDERS,
    IncidentFilter,
    conditions,
    existing_incident,
    incident_counts,
    page_of_incidents,
)
from geo_tracker.db.models import Incident
from geo_tracker.db.problems import steps_of
from geo_tracker.indicators.zeros import INCIDENT_KINDS
from geo_tracker.language import N_
from geo_tracker.web.actor import may_follow, today
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import chosen_code
from geo_tracker.web.followup_forms import asked_day, day_text, days_until_judged
from geo_tracker.web.followup_places import AskedPlace, asked_place, place_values
from geo_tracker.web.followup_words import step_rows
from geo_tracker.web.page import PAGE_ROWS, page_number, paged_of
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import term

bp = Blueprint("incidents", __name__, url_prefix="/incidents")

_SORTS = {
    "latest": N_("Latest first"),
    "earliest": N_("Earliest first"),
    "open": N_("Longest open first"),
}
assert _SORTS.keys() == ORDERS.keys()  # noqa: S101

ABOUT_WORDS = {"yes": N_("yes"), "no": N_("no"), "unknown": N_("not known")}
_STATES = ("open", "closed")


def asked_incidents(place: AskedPlace) -> IncidentFilter:
    """Return which incidents the request asks for."""
    return IncidentFilter(
        units=place.units,
        kind=chosen_code("kind", INCIDENT_KINDS),
        about=chosen_code("about", ABOUT),
        state=chosen_code("state", _STATES),
        begin=asked_day("from"),
        end=asked_day("to"),
        query=place.query,
        named_units=place.named_units,
    )


@bp.get("/")
def index() -> ResponseReturnValue:
    """List incidents."""
    held = register()
    place = asked_place(held)
    chosen = asked_incidents(place)
    sort = chosen_code("sort", _SORTS, default="latest")
    with read_session() as session:
        counts = incident_counts(session, conditions(chosen))
        total = sum(row.count_ for row in counts)
        number = page_number(total)
        found = page_of_incidents(
            session,
            conditions(chosen),
            order=sort,
            first=(number - 1) * PAGE_ROWS,
            count=PAGE_ROWS,
        )
        stored = bool(total) or bool(incident_counts(session))
    return render_template(
        "incidents/index.html",
        filters={
            "q": place.query,
            "county": place.places.county,
            "town": place.places.town,
            "kind": chosen.kind,
            "about": chosen.about,
            "state": chosen.state,
            "from": day_text(chosen.begin),
            "to": day_text(chosen.end),
            "sort": sort,
        },
        counties=place.places.counties,
        towns=place.places.towns,
        kinds=[(kind, term(kind)) for kind in INCIDENT_KINDS],
        abouts=[(code, _(word)) for code, word in ABOUT_WORDS.items()],
        sorts=[(code, _(text)) for code, text in _SORTS.items()],
        village=place.village,
        rows=[incident_row(incident, held) for incident in found],
        totals=[
            (term(kind), sum(row.count_ for row in counts if row.kind == kind))
            for kind in INCIDENT_KINDS
        ],
        open_count=sum(row.count_ for row in counts if row.is_open),
        page=paged_of(total, number, len(found)),
        stored=stored,
        may_record=may_follow(),
    )


def incident_row(incident: Incident, held: Register) -> dict[str, Any]:
    """Return an incident as templates show it.

    Returns
    -------
    dict
        ``incident_id``, ``url``, ``kind``, ``happened_on``, ``summary``, ``about`` (a key of
        `ABOUT`), ``about_text``, ``closed_on``, ``days_open`` (None where closed), ``source``, and
        the values of `place_values`.
    """
    about = next(code for code, value in ABOUT.items() if value == incident.about_merger)
    is_open = incident.closed_on is None
    return {
        "incident_id": incident.id,
        "url": url_for("incidents.show", incident_id=incident.id),
        "kind": incident.kind,
        "happened_on": incident.happened_on,
        "summary": incident.summary,
        "about": about,
        "about_text": _(ABOUT_WORDS[about]),
        "closed_on": incident.closed_on,
        "days_open": days_until_judged(incident.happened_on) if is_open else None,
        "source": provenance(
            incident.import_id, sheet="incidents", row=incident.row, synthetic=incident.synthetic
        ),
        **place_values(held, incident.unit_id),
    }


@bp.get("/<int:incident_id>")
def show(incident_id: int) -> ResponseReturnValue:
    """Show an incident with its log."""
    return incident_page(incident_id)


def incident_page(
    incident_id: int,
    *,
    error: str | None = None,
    changed: list[dict[str, Any]] | None = None,
    typed: dict[str, str] | None = None,
) -> str:
    """Return the page of an incident.

    Parameters
    ----------
    incident_id : int
        The incident.
    error : str, optional
        Why it was not closed, translated.
    changed : list of dict, optional
        Steps that others took meanwhile, as `step_rows`.
    typed : dict, optional
        ``closed_on`` and ``note`` as typed.

    Raises
    ------
    NotFoundError
        If there is no such incident.
    """
    with read_session() as session:
        incident = existing_incident(session, incident_id)
        steps = step_rows(steps_of(session, Incident.__tablename__, incident_id))
    return render_template(
        "incidents/show.html",
        incident=incident_row(incident, register()),
        record_version=incident.version,
        synthetic=incident.synthetic,
        steps=steps,
        error=error,
        changed=changed or [],
        typed=typed or {"closed_on": day_text(today()), "note": ""},
        today=today(),
        may_change=may_follow(),
    )
