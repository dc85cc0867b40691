"""The ledgers' part of a dossier: votes, checklist, projects, problems, visits, incidents."""

from collections import Counter
from typing import Any

import pandas as pd
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from geo_tracker.db.checklists import fusions_of, items_of
from geo_tracker.db.incidents import incidents_of_units
from geo_tracker.db.problem_lists import OPEN, ProblemFilter, conditions, problem_totals
from geo_tracker.db.problem_lists import problems_of_units as stored_problems
from geo_tracker.db.visits import visits_of_units
from geo_tracker.followup.checklist import DOMAINS
from geo_tracker.reports.document import Block, Heading, Paragraph, Table, TableColumn
from geo_tracker.web.checklists import merged_on
from geo_tracker.web.day import judging_day
from geo_tracker.web.followup_places import units_of_village
from geo_tracker.web.incidents import incident_row
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_rows import problem_rows
from geo_tracker.web.problem_village import units_with_problems
from geo_tracker.web.projects import project_rows, project_totals, projects_of
from geo_tracker.web.register import Register
from geo_tracker.web.texts import day, number, term
from geo_tracker.web.visits import visit_rows
from geo_tracker.web.votes import vote_rows, votes_of
from geo_tracker.workflows.visits import repeat_days

MOST_PROBLEMS, MOST_VISITS, MOST_INCIDENTS = 40, 12, 12
"""Rows of a dossier; the ledger has all of them."""

_LONGEST = 90
"""Of a text in a cell; the ledger has the whole."""


def vote_blocks(held: Register, unit_ids: list[int]) -> list[Block]:
    """Return the votes of some villages, each with both rates."""
    rows = vote_rows(votes_of(held, unit_ids), held.units)
    counts = ("eligible", "present", "agree", "oppose", "abstain", "invalid")
    table = Table(
        name=_("Votes on the merger"),
        columns=[
            TableColumn(header=_("Former village"), width=2),
            TableColumn(header=_("Meeting"), width=1.5),
            TableColumn(header=_("Eligible"), kind="count"),
            TableColumn(header=_("Present"), kind="count"),
            TableColumn(header=_("Agree"), kind="count"),
            TableColumn(header=_("Oppose"), kind="count"),
            TableColumn(header=_("Abstain"), kind="count"),
            TableColumn(header=_("Invalid"), kind="count"),
            TableColumn(header=_("Consent of present"), kind="share", width=1.2),
            TableColumn(header=_("Consent of eligible"), kind="share", width=1.2),
        ],
        rows=[
            [
                row["village"],
                f"{day(row['held_on'])}\n{term(row['form'])}",
                *(row[name] for name in counts),
                row["consent_of_present"],
                row["consent_of_eligible"],
            ]
            for row in rows
        ],
        empty=_("No vote recorded"),
    )
    checks = [
        Paragraph(text=f"{row['village']}: {check}", quiet=True)
        for row in rows
        for check in row["checks"]
    ]
    return [Heading(text=_("Votes on the merger")), table, *checks]


def checklist_blocks(
    session: Session, held: Register, unit_id: int, parts: list[int]
) -> list[Block]:
    """Return a merged village's checklist by domain, and how far its parts' assets are."""
    if unit_id not in merged_on(held):
        return []
    items = [item for item, *_people in items_of(session, unit_id)]
    on = judging_day()
    rows: list[list[Any]] = []
    for code in DOMAINS.values():
        own = [item for item in items if item.domain == code and item.state != "not_applicable"]
        open_ = [item for item in own if item.state == "open"]
        late = [item for item in open_ if item.due_on is not None and item.due_on < on]
        if own:
            named = _("; ").join(_short(item.text) for item in late)
            finished = len(own) - len(open_)
            rows.append([term(code), finished, len(own), finished / len(own), len(late), named])
    done, count, overdue = (sum(row[place] for row in rows) for place in (1, 2, 4))
    stages = {
        fusion.unit_id: term(fusion.stage)
        for fusion, _username in fusions_of(session, parts)
        if fusion.current
    }
    told = [f"{held.units.at[part, 'name']}: {stages.get(part, '—')}" for part in parts]
    return [
        Heading(text=_("Checklist"), note=_("Counted on %(day)s", day=day(on))),
        Table(
            name=_("Checklist"),
            columns=[
                TableColumn(header=_("Domain"), width=1.4),
                TableColumn(header=_("Done"), kind="count"),
                TableColumn(header=_("Applicable"), kind="count"),
                TableColumn(header=_("Completed"), kind="share"),
                TableColumn(header=_("Overdue"), kind="count"),
                TableColumn(header=_("What is overdue"), width=4),
            ],
            rows=rows,
            total=[_("Sum"), done, count, done / count, overdue, ""] if count else None,
            empty=_("No checklist recorded"),
        ),
        Paragraph(text=_("Stage of the assets: %(stages)s", stages=_("; ").join(told))),
    ]


def project_blocks(held: Register, unit_id: int) -> list[Block]:
    """Return the projects of a village with their money and lights."""
    projects = projects_of(held, unit_id)
    totals = project_totals(projects)
    names = ("estimate", "budget", "contract", "paid")
    total = None
    if totals:
        total = [_("Sum"), "", "", "", "", *(totals[name] for name in names)]
        total.append(totals["paid_share"])
    return [
        Heading(text=_("Remediation projects")),
        Table(
            name=_("Remediation projects"),
            columns=[
                TableColumn(header=_("Project"), width=3),
                TableColumn(header=_("For former village"), width=1.4),
                TableColumn(header=_("Stage"), width=1.1),
                TableColumn(header=_("Light"), width=1.1),
                TableColumn(header=_("Progress"), kind="share"),
                TableColumn(header=_("Estimate"), kind="money", unit=_("10,000 yuan"), width=1.1),
                TableColumn(header=_("Budget"), kind="money", unit=_("10,000 yuan"), width=1.1),
                TableColumn(header=_("Contract"), kind="money", unit=_("10,000 yuan"), width=1.1),
                TableColumn(header=_("Paid"), kind="money", unit=_("10,000 yuan"), width=1.1),
                TableColumn(header=_("Paid of budget"), kind="share"),
            ],
            rows=[
                [
                    "\n".join(filter(None, (row["name"], row["kind"] and term(row["kind"])))),
                    row["former"]["name"] if row["former"] else None,
                    term(row["stage"]),
                    term(row["light"]),
                    row["progress"],
                    *(row[name] for name in names),
                    row["paid_share"],
                ]
                for row in project_rows(projects, held.units)
            ],
            total=total,
            note=_known(totals, names) if totals else "",
            empty=_("No project recorded"),
        ),
    ]


def _known(totals: dict[str, Any], names: tuple[str, ...]) -> str:
    """Say of how many projects a sum is, where not all have the amount."""
    words = {
        "estimate": _("Estimate"),
        "budget": _("Budget"),
        "contract": _("Contract"),
        "paid": _("Paid"),
    }
    told = [
        _(
            "%(name)s: of %(known)s of %(count)s projects",
            name=words[name],
            known=number(totals["known"][name]),
            count=number(totals["count"]),
        )
        for name in names
        if totals["known"][name] < totals["count"]
    ]
    return str(_("; ").join(told))


def problem_blocks(
    session: Session, held: Register, unit_ids: list[int], unit_id: int
) -> list[Block]:
    """Return the problems of a village and its former ones, what is open first."""
    on = ledger_day(held).on
    units = units_with_problems(held, unit_ids, unit_id)
    totals = problem_totals(session, conditions(ProblemFilter(units=units), on), on)
    rows = problem_rows(stored_problems(session, units, most=MOST_PROBLEMS), held)
    counted = _(
        "Recorded: %(total)s, open: %(open)s, duplicates besides: %(duplicates)s",
        total=number(totals["total"]),
        open=number(totals[OPEN]),
        duplicates=number(totals["duplicates"]),
    )
    cut = totals["total"] + totals["duplicates"] > len(rows)
    return [
        Heading(text=_("Problems"), note=counted),
        Table(
            name=_("Problems"),
            columns=[
                TableColumn(header=_("Problem"), width=1.9),
                TableColumn(header=_("Content"), width=3.1),
                TableColumn(header=_("Recorded on"), width=1.3),
                TableColumn(header=_("State"), width=1.1),
                TableColumn(header=_("Light"), width=0.9),
                TableColumn(header=_("Lead unit"), width=1.5),
                TableColumn(header=_("Due on"), kind="day", width=1.2),
                TableColumn(header=_("Handovers"), kind="count", width=0.8),
            ],
            rows=[
                [
                    f"{row['number']}\n{day(row['registered_on'])}",
                    _short(row["content"]),
                    _place_of(row),
                    row["state_text"],
                    row["light_text"] if row["light"] else None,
                    row["lead_unit"],
                    row["due_on"],
                    row["round"],
                ]
                for row in rows
            ],
            note=_("The first %(count)s; the ledger has all of them.", count=len(rows))
            if cut
            else "",
            empty=_("No problem recorded"),
        ),
    ]


def _place_of(row: dict[str, Any]) -> str | None:
    place = row["former"] or row["village"]
    return place["name"] if place else None


def followup_blocks(session: Session, held: Register, unit_id: int) -> list[Block]:
    """Return the last visits to a village, and its incidents, what is open first."""
    units = units_of_village(held, unit_id)
    visits = visits_of_units(session, units, most=MOST_VISITS)
    incidents = incidents_of_units(session, units, most=MOST_INCIDENTS)
    rows = [incident_row(one, held) for one in incidents]
    return [
        Heading(text=_("Visits"), note=_("The last %(count)s at most", count=MOST_VISITS)),
        Table(
            name=_("Visits"),
            columns=[
                TableColumn(header=_("Date"), kind="day"),
                TableColumn(header=_("Service group"), width=1.8),
                TableColumn(header=_("Village"), width=1.4),
                TableColumn(header=_("People served"), kind="count", width=0.8),
                TableColumn(header=_("Summary"), width=4),
            ],
            rows=[
                [
                    row["visited_on"],
                    row["group"],
                    row["village"]["name"] if row["village"] else None,
                    row["people_served"],
                    _short(row["summary"] or ""),
                ]
                for row in visit_rows(session, visits, held, repeat_days(session))
            ],
            empty=_("No visit recorded"),
        ),
        *_incidents(rows),
    ]


def _incidents(rows: list[dict[str, Any]]) -> list[Block]:
    if not rows:
        return []
    kinds = Counter(term(row["kind"]) for row in rows)
    return [
        Heading(
            text=_("Incidents"),
            note=_(", ").join(f"{kind} {number(count)}" for kind, count in kinds.items()),
        ),
        Table(
            name=_("Incidents"),
            columns=[
                TableColumn(header=_("Kind")),
                TableColumn(header=_("Date"), kind="day"),
                TableColumn(header=_("Village"), width=1.4),
                TableColumn(header=_("Summary"), width=4),
                TableColumn(header=_("Closed on"), kind="day"),
            ],
            rows=[
                [
                    term(row["kind"]),
                    row["happened_on"],
                    row["village"]["name"] if row["village"] else None,
                    _short(row["summary"] or ""),
                    row["closed_on"],
                ]
                for row in rows
            ],
        ),
    ]


def _short(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[:_LONGEST]}…"


def trend_block(held: Register, unit_ids: list[int]) -> list[Block]:
    """Return the figures of some villages over the years; none where there is only one date."""
    own = held.figures[held.figures["unit_id"].isin(unit_ids)]
    if own.empty or own.groupby("unit_id").size().max() < 2:
        return []
    rows = []
    for _unit, dated in own.sort_values("as_of_on").groupby("unit_id", sort=False):
        before: float | None = None
        for row in dated.to_dict("records"):
            income, people = row["operating_income_fen"], row["registered_population"]
            known = not (pd.isna(income) or pd.isna(people)) and people > 0
            each = income / 100 / people if known else None
            change = each / before - 1 if each is not None and before else None
            rows.append(
                [held.units.at[row["unit_id"], "name"], row["as_of_on"], people, each, change]
            )
            before = each
    return [
        Table(
            name=_("Figures over the years"),
            caption=_("Figures over the years"),
            columns=[
                TableColumn(header=_("Village"), width=2),
                TableColumn(header=_("As of"), kind="day"),
                TableColumn(header=_("Registered population"), kind="count"),
                TableColumn(header=_("Operating income per head"), kind="count", unit=_("yuan")),
                TableColumn(header=_("Against the date before"), kind="share"),
            ],
            rows=rows,
        )
    ]
