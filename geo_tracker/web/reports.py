"""报表: each report of a list, with the list's own filters, as PDF, Word or Excel."""

from collections.abc import Callable
from typing import Any, Final

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.language import N_
from geo_tracker.reports.document import Document
from geo_tracker.reports.shortened import shortened
from geo_tracker.web.documents import DocumentKind, sent_document
from geo_tracker.web.filters import place_filter
from geo_tracker.web.register import Register, register
from geo_tracker.web.report_bulletin import bulletin_report
from geo_tracker.web.report_checklists import checklists_report
from geo_tracker.web.report_lagging import lagging_report
from geo_tracker.web.report_month import asked_month, latest_month, month_name
from geo_tracker.web.report_problems import problems_report
from geo_tracker.web.report_projects import projects_report
from geo_tracker.web.report_votes import votes_report

bp = Blueprint("reports", __name__, url_prefix="/reports")

REPORTS: Final[dict[str, Callable[[Register], Document]]] = {
    "bulletin": bulletin_report,
    "votes": votes_report,
    "projects": projects_report,
    "problems": problems_report,
    "checklists": checklists_report,
    "lagging": lagging_report,
}

_TOLD: Final[dict[str, tuple[str, str, str]]] = {
    "bulletin": (
        N_("Monthly bulletin"),
        N_(
            "What was registered, resolved and handed over in the month, the state at its end, "
            "best and weakest places, what is overdue, hidden laggards."
        ),
        "cockpit.show",
    ),
    "votes": (
        N_("Summary of votes"),
        N_("Turnout and consent by county and town in each way, the worst tail, the votes."),
        "votes.index",
    ),
    "projects": (
        N_("Projects and funds"),
        N_("Counts and money by place, kind, stage, light and channel; projects behind plan."),
        "projects.index",
    ),
    "problems": (
        N_("Problems and handovers"),
        N_("Counts and rates by place, second handovers, overdue problems."),
        "problems.index",
    ),
    "checklists": (
        N_("Integration checklists"),
        N_("Items by domain and place, what is overdue, assets of former villages."),
        "checklists.index",
    ),
    "lagging": (
        N_("Lagging villages"),
        N_("Rank with its range, score and reasons; hidden laggards; those not ranked."),
        "lagging.index",
    ),
}
"""What each report is called, what it tells, and the page it takes its figures from."""


@bp.get("/")
def index() -> ResponseReturnValue:
    """Offer the reports for a place, the bulletin for a month."""
    held = register()
    places = place_filter(held.versions)
    month = asked_month(held)
    place = {"county": places.county or None, "town": places.town or None}
    return render_template(
        "reports/index.html",
        filters={
            "county": places.county,
            "town": places.town,
            "month": month.first.strftime("%Y-%m"),
        },
        latest=latest_month().first.strftime("%Y-%m"),
        counties=places.counties,
        towns=places.towns,
        reports=[_offered(noun, place, month.first.strftime("%Y-%m")) for noun in REPORTS],
        month_name=month_name(month),
    )


def _offered(noun: str, place: dict[str, Any], month: str) -> dict[str, Any]:
    name, told, page = _TOLD[noun]
    is_monthly = noun == "bulletin"
    return {
        "noun": noun,
        "name": _(name),
        "told": _(told),
        "page": page,
        "filters": place | {"month": month} if is_monthly else place,
        "place": place,
        "is_monthly": is_monthly,
    }


# Not `kind`, which lists of projects are narrowed by.
@bp.get(f"/<any({', '.join(REPORTS)}):noun>.<any(pdf, docx, xlsx):form>")
def give(noun: str, form: DocumentKind) -> ResponseReturnValue:
    """Send a report with the filters that the address holds, as its page reads them."""
    made = REPORTS[noun](register())
    if form != "xlsx":
        words = _("The first {shown} of {count} rows; the Excel file has all.")
        made = shortened(made, words=words)
    return sent_document(made, form)
