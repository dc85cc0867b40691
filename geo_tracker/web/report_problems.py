"""Problems: counts and rates by place, second handovers, and the problems that are overdue."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import Any

import pandas as pd
from flask import request
from flask_babel import gettext as _

from geo_tracker.db.models import Problem
from geo_tracker.db.problem_lists import (
    NO_UNIT,
    OPEN,
    ProblemFilter,
    conditions,
    count_of_problems,
    page_of_problems,
    totals_by_village,
)
from geo_tracker.followup.problem_lights import OWED_STATES
from geo_tracker.indicators.problems import RATES, problem_rates
from geo_tracker.reports.document import (
    Block,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Table,
    TableColumn,
)
from geo_tracker.web.context import read_session
from geo_tracker.web.problem_day import LedgerDay, ledger_day
from geo_tracker.web.problem_figures import rate_values
from geo_tracker.web.problem_filters import Asked, asked_problems, choices, past_day
from geo_tracker.web.problem_past import counts_on, ids_on
from geo_tracker.web.problem_rows import problem_rows
from geo_tracker.web.problems import ranks_of
from geo_tracker.web.register import Register
from geo_tracker.web.report_parts import (
    Level,
    chosen_words,
    column,
    levels_of,
    place_columns,
    place_table,
    report,
    said,
)
from geo_tracker.web.texts import day as day_text
from geo_tracker.web.texts import number, percent, term
from geo_tracker.web.village_links import village_link

_COUNTS = ("registered", OPEN, "overdue", "duplicates", "again")
_SHOWN_RATES = ("resolution", "on_time", "satisfaction", "rectification")
_AT_ONCE = 5_000


def problems_report(held: Register) -> Document:
    """Return the report of the problems that the list is asked for, or the page of rates."""
    day = ledger_day(held)
    asked = asked_problems(held, day)
    # The page of rates is asked for a day, and for nothing else.
    past = None if "counted" in request.args else past_day(request.args.get("on", ""))
    counts = _counts(held, asked, day, past)
    whole = counts.sum()
    places = held.places.reindex(counts.index)
    blocks: list[Block] = []
    if counts.empty:
        blocks.append(Paragraph(text=_("No problems recorded.")))
    else:
        blocks += [_key_figures(whole), _rates(whole)]
    blocks.append(
        Heading(
            text=_("Problems by place"),
            note=_(
                "Duplicates count nowhere but in their own column; rates of places are those of "
                "their summed counts."
            ),
        )
    )
    blocks += [_of_level(level, places, counts, whole) for level in levels_of(held, asked.places)]
    heading, note, table = _listed(held, asked, day, past)
    blocks += [Heading(text=heading, note=note), table]
    return report(
        _("Problems and handovers"),
        asked.places,
        blocks=blocks,
        on=past or day.on.today,
        narrowed=_narrowed(held, asked, day),
        sources=_(
            "Counted from the ledger of problems and its log; contents as on the pages, without "
            "who reported them."
        ),
    )


def _counts(held: Register, asked: Asked, day: LedgerDay, past: date | None) -> pd.DataFrame:
    """Return by village what is counted of the place and unit chosen, as the pages do."""
    if past is not None:
        counts = counts_on(past, due_before=past)
        if asked.base.units is not None:
            counts = counts.loc[counts.index.isin(list(asked.base.units))]
        return counts.rename(columns={"open": OPEN}).assign(again=counts["handed_again"])
    with read_session() as session:
        found = totals_by_village(session, conditions(asked.base, day.on), day.on)
    names = [*dict.fromkeys(name for pair in RATES.values() for name in pair)]
    counts = pd.DataFrame.from_dict(found, orient="index").rename(columns={"red": "overdue"})
    return counts.reindex(columns=[*names, *_COUNTS[1:]]).fillna(0).astype(int)


def _key_figures(whole: "pd.Series[int]") -> KeyFigures:
    rates = problem_rates({name: int(value) for name, value in whole.items()})

    def rate(name: str) -> KeyFigure:
        part, of = (int(whole[one]) for one in RATES[name])
        note = _("%(part)s of %(whole)s", part=number(part), whole=number(of))
        return KeyFigure(name=term(f"rate_{name}"), value=percent(rates[name]), note=note)

    return KeyFigures(
        figures=[
            KeyFigure(
                name=_("Registered"),
                value=number(int(whole["registered"])),
                note=said(term("measure_duplicates"), number(int(whole["duplicates"]))),
            ),
            KeyFigure(
                name=_("Open"),
                value=number(int(whole[OPEN])),
                note=said(_("Overdue"), number(int(whole["overdue"]))),
            ),
            rate("resolution"),
            rate("rectification"),
        ]
    )


def _rates(whole: "pd.Series[int]") -> Table:
    counts: Mapping[str, int] = {str(name): int(value) for name, value in whole.items()}
    return Table(
        name=_("Rates"),
        columns=[
            column(_("Rate"), width=2),
            column(_("Share"), "share"),
            column(_("What is counted"), width=2.6),
            column(_("Count"), "count"),
            column(_("Of what"), width=2.6),
            column(_("Count"), "count", unit=_("whole")),
        ],
        rows=[
            [
                one["title"],
                one["rate"],
                one["part"]["text"],
                one["part"]["count"],
                one["whole"]["text"],
                one["whole"]["count"],
            ]
            for one in rate_values(counts, lambda _measure: None)
        ],
        note=_(
            "Three rates side by side: the unit says fixed, the resident confirms, still fixed "
            "when looked at again."
        ),
    )


def _of_level(
    level: Level, places: pd.DataFrame, counts: pd.DataFrame, whole: "pd.Series[int]"
) -> Table:
    sums = counts.groupby(level.codes(places).to_numpy()).sum()

    def cells(row: "pd.Series[int]") -> list[Any]:
        found = {str(name): int(value) for name, value in row.items()}
        rates = problem_rates(found)
        made: list[Any] = [found[name] for name in ("registered", OPEN, "overdue", "duplicates")]
        for rate in _SHOWN_RATES:
            part, of = RATES[rate]
            made += [found[part], *([found[of]] if rate != "resolution" else []), rates[rate]]
        return made

    return place_table(
        level,
        sums.index,
        lambda code: cells(sums.loc[code]),
        columns=_columns(),
        total=cells(whole) if len(counts) else None,
        empty=_("No problems recorded."),
    )


def _columns() -> list[TableColumn]:
    return [
        column(_("Registered"), "count", 1.15),
        column(_("Open"), "count", 0.8),
        column(_("Overdue"), "count", 1),
        column(_("Duplicates"), "count", 1.2),
        column(term("measure_resolved").capitalize(), "count", 1.05),
        column(term("rate_resolution"), "share", 1.15),
        column(_("In time"), "count", 0.85),
        column(term("measure_due").capitalize(), "count", 1),
        column(term("rate_on_time"), "share", 1),
        column(_("Satisfied"), "count", 1.05),
        column(_("Revisited"), "count", 1.05),
        column(term("rate_satisfaction"), "share", 1.3),
        column(_("Put right"), "count", 0.85),
        column(_("Handed over again"), "count", 1.05),
        column(term("rate_rectification"), "share", 1.4),
    ]


def _listed(
    held: Register, asked: Asked, day: LedgerDay, past: date | None
) -> tuple[str, str, Table]:
    """Return the rows: the list as it is narrowed, else what is overdue."""
    if asked.chosen != asked.base:
        found = _found(held, asked.chosen, day, order=asked.order)
        return _("Problems found"), "", problem_table(_("Problems found"), found, held)
    if past is not None:
        found = _found(held, replace(asked.base, ids=ids_on("overdue", past)), day, order="due")
        note = _("As of %(day)s; each as it stands today.", day=day_text(past))
        return _("Overdue problems"), note, problem_table(_("Overdue problems"), found, held)
    found = _found(held, replace(asked.base, light="red"), day, order="due")
    return _("Overdue problems"), "", problem_table(_("Overdue problems"), found, held)


def _found(held: Register, chosen: ProblemFilter, day: LedgerDay, *, order: str) -> list[Problem]:
    where = conditions(chosen, day.on)
    found: list[Problem] = []
    with read_session() as session:
        total = count_of_problems(session, where)
        # Some thousand at once: a statement holds not many more ids.
        for first in range(0, total, _AT_ONCE):
            found += page_of_problems(
                session,
                where,
                order=order,
                is_owed=chosen.state in ("", OPEN, *OWED_STATES),
                first=first,
                count=_AT_ONCE,
                total=total,
                places=ranks_of(held, chosen.units) if order == "place" else {},
            )
    return found


def problem_table(name: str, problems: list[Problem], held: Register) -> Table:
    """Return problems as the list shows them, without who reported them."""
    return Table(
        name=name,
        columns=[
            column(_("Number"), width=2.1),
            column(_("Problem"), width=3.4),
            column(_("Kind"), width=1.2),
            column(_("Village"), width=1.4),
            column(_("Former village"), width=1.4),
            *place_columns(),
            column(_("State"), width=1.5),
            column(_("Times handed over"), "count", 0.95),
            column(_("Lead unit"), width=2.1),
            column(_("Registered"), "day", 1.4),
            column(_("Due"), "day", 1.4),
            column(_("Time left"), width=2.2),
        ],
        rows=[
            [
                row["number"],
                row["content"],
                row["category"],
                row["village"]["name"] if row["village"] else None,
                row["former"]["name"] if row["former"] else None,
                row["county"],
                row["town"],
                row["state_text"],
                row["round"],
                row["lead_unit"],
                row["registered_on"],
                row["due_on"],
                row["left_text"],
            ]
            for row in problem_rows(problems, held)
        ],
        empty=_("No problem matches."),
    )


def _village_name(held: Register, unit_id: Any) -> str:
    link = village_link(held.units, unit_id or None)
    return link["name"] if link else ""


def _narrowed(held: Register, asked: Asked, day: LedgerDay) -> list[str]:
    values, offered = asked.values, choices(day)
    village = [(str(values["unit"]), _village_name(held, values["unit"]))]
    measure = values["counted"]
    again, yes = _("twice or more"), _("yes")
    of_figures = chosen_words(
        [
            (_("Village or number"), values["q"], ()),
            (_("Village"), str(values["unit"]), village),
            (_("Lead unit"), values["lead"], [(NO_UNIT, _("Not handed over yet"))]),
            (_("Reported by"), values["source"], offered["sources"]),
            (_("Kind"), values["category"], ()),
            (_("My unit's"), values["mine"], [("1", yes)]),
        ]
    )
    of_list = chosen_words(
        [
            (_("State"), values["state"], offered["states"]),
            (_("Light"), values["light"], offered["lights"]),
            (_("Handovers"), values["rounds"], [("2", again)]),
            (_("Second look due"), values["again"], offered["again"]),
            (_("Suspended"), values["suspended"], [("1", yes)]),
            (_("Counted as"), term(f"measure_{measure}") if measure else "", ()),
            (_("As of"), values["on"], ()),
        ]
    )
    # These narrow the list alone: figures above it speak of all problems of the place.
    return [*of_figures, *([said(_("Problems listed"), _("; ").join(of_list))] if of_list else [])]
