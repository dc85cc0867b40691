"""后半篇: the ledgers of what follows a merger, each with what it amounts to."""

from typing import Any

from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from geo_tracker.db.checklists import checklist_counts
from geo_tracker.db.incidents import incident_counts
from geo_tracker.db.problem_lists import OPEN, problem_totals
from geo_tracker.db.problem_tally import DUPLICATE
from geo_tracker.db.visits import second_visits, visit_totals
from geo_tracker.indicators.consent import consent_summary
from geo_tracker.indicators.zeros import INCIDENT_KINDS
from geo_tracker.web.checklists import merged_on
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.incident_silence import reporting_counties
from geo_tracker.web.money import share
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.projects import project_totals
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import number, percent, term, yuan_wan
from geo_tracker.workflows.visits import repeat_days

bp = Blueprint("followup", __name__, url_prefix="/followup")

Card = dict[str, Any]


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show the ledgers."""
    held = register()
    with read_session() as session:
        cards = [_votes(held), _projects(held), *worked_on(held, session)]
    return render_template("followup/show.html", cards=cards, today=held.data_on)


def worked_on(held: Register, session: Session) -> list[Card]:
    """Return the ledgers that people work on all day, as the overview shows them, too."""
    return [
        _problems(held, session),
        _checklists(held, session),
        _visits(session),
        _incidents(held, session),
    ]


def _votes(held: Register) -> Card:
    summary = consent_summary(held.votes)
    return {
        "title": _("Votes"),
        "url": url_for("votes.index"),
        "count": len(held.votes),
        "pairs": [
            (
                _("consent of present, mean of rates"),
                percent(summary.mean_of_rates),
                url_for("vote_totals.show"),
            ),
            (
                _("at full consent"),
                number(summary.at_100_count),
                url_for("votes.index", check="full"),
            ),
            (
                _("not in order"),
                number(int((~held.votes["in_order"]).sum())),
                url_for("votes.index", check="problem"),
            ),
        ],
    }


def _problems(held: Register, session: Session) -> Card:
    totals = problem_totals(session, [], ledger_day(held).on)
    resolved, registered = totals["resolved"], totals["registered"]
    repeated = totals["duplicates"]
    left_out = (
        term("measure_duplicates"),
        number(repeated),
        url_for("problems.index", state=DUPLICATE),
    )
    return {
        "title": _("Problems"),
        "url": url_for("problems.index", counted="registered" if repeated else None),
        "count": registered,
        "pairs": [
            (_("open"), number(totals[OPEN]), url_for("problems.index", state=OPEN)),
            (_("overdue"), number(totals["red"]), url_for("problems.index", light="red")),
            (
                _("resolved"),
                percent(resolved / registered if registered else None),
                url_for("problem_rates.show"),
            ),
            *([left_out] if repeated else []),
        ],
    }


def _checklists(held: Register, session: Session) -> Card:
    days = merged_on(held)
    of_villages = checklist_counts(session, on=judging_day())
    counts = [row for unit_id, row in of_villages.items() if unit_id in days]
    sums = {name: sum(row[name] for row in counts) for name in ("applicable", "done", "overdue")}
    return {
        "title": _("Integration checklists"),
        "url": url_for("checklists.index", show="opened"),
        "count": len(counts),
        "pairs": [
            (
                _("done of applicable items"),
                percent(share(sums["done"], sums["applicable"])),
                url_for("checklists.index", show="unfinished"),
            ),
            (
                _("overdue items"),
                number(sums["overdue"]),
                url_for("checklists.index", show="overdue"),
            ),
            (
                _("merged villages without one"),
                number(len(days) - len(counts)),
                url_for("checklists.index", show="unopened"),
            ),
        ],
    }


def _projects(held: Register) -> Card:
    totals = project_totals(held.projects) or {}
    return {
        "title": _("Projects"),
        "url": url_for("projects.index"),
        "count": len(held.projects),
        "pairs": [
            (
                _("budget, 10,000 yuan"),
                yuan_wan(totals.get("budget")),
                url_for("projects.index", sort="budget"),
            ),
            (
                _("paid of budget"),
                percent(totals.get("paid_share")),
                url_for("project_totals.show"),
            ),
            (
                _("behind plan"),
                number(int((held.projects["light"] == "red").sum())),
                url_for("projects.index", light="red"),
            ),
        ],
    }


def _visits(session: Session) -> Card:
    totals = visit_totals(session, ())
    repeats = len(second_visits(session, repeat_days(session)))
    return {
        "title": _("Visits"),
        "url": url_for("visits.index"),
        "count": totals.visits,
        "pairs": [
            (_("villages visited"), number(totals.villages), url_for("visits.index")),
            (_("people served"), number(totals.people), url_for("visits.index", sort="people")),
            (_("second visits"), number(repeats), url_for("visits.index", repeats="yes")),
        ],
    }


def _incidents(held: Register, session: Session) -> Card:
    rows = incident_counts(session)
    known = bool(reporting_counties(session, held))

    def said(count: int) -> int | None:
        return count if known else None

    return {
        "title": _("Incidents recorded"),
        "url": url_for("incidents.index"),
        "count": said(sum(row.count_ for row in rows)),
        "pairs": [
            (
                term(kind),
                number(said(sum(row.count_ for row in rows if row.kind == kind))),
                url_for("incidents.index", kind=kind),
            )
            for kind in INCIDENT_KINDS
        ],
    }
