"""月度通报: what happened in a month, how things stood at its end, who stands best and weakest."""

from datetime import date
from typing import Any

from flask_babel import gettext as _

from geo_tracker.db.periods import closings
from geo_tracker.indicators.cockpit import LEAST_WHOLE, RATES, ranking
from geo_tracker.reports.document import (
    Block,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Table,
)
from geo_tracker.web.cockpit import RATE_TEXTS
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import PlaceFilter, place_filter
from geo_tracker.web.lag import shown_lag
from geo_tracker.web.lagging import former_rows
from geo_tracker.web.money import yuan
from geo_tracker.web.periods import KEPT
from geo_tracker.web.register import Register
from geo_tracker.web.report_lagging import hidden_rows, hidden_table
from geo_tracker.web.report_month import (
    Month,
    MonthFigures,
    asked_month,
    month_figures,
    month_name,
)
from geo_tracker.web.report_parts import Level, column, levels_of, place_table, report, said
from geo_tracker.web.report_todo import overdue_items, overdue_problems
from geo_tracker.web.texts import day, number, percent, term, yuan_wan

MOST_BEST = 2
MOST_HIDDEN = 5

_COUNTS = (
    *("registered", "handed", "handed_again", "resolved", "open", "overdue"),
    *("applicable", "done", "items_overdue", "projects", "red"),
    *("visits", "people", "incidents"),
)
_RANKED = ("resolution", "on_time", "satisfaction", "checklist", "paid")


def bulletin_report(held: Register) -> Document:
    """Return the bulletin of the month and place that are asked for."""
    places = place_filter(held.versions)
    month = asked_month(held)
    of_all = month_figures(held, places, month, None)
    blocks: list[Block] = [
        *_key_figures(of_all),
        Heading(text=_("In the month and at its end"), note=_how_counted()),
        _counts(of_all),
        _rates(of_all),
        _money(of_all),
        # Of a town there is nothing to set side by side.
        *([] if places.town else _side_by_side(held, places, month, of_all)),
        *overdue_problems(held, places, month),
        *overdue_items(held, places, month),
        *_hidden(held, places),
        *_closed(month),
    ]
    return report(
        _("Monthly bulletin %(month)s", month=month_name(month)),
        places,
        blocks=blocks,
        on=month.last,
        sources=_(
            "Counted from the ledgers as the cockpit of %(day)s and of %(before)s counts them.",
            day=day(month.last),
            before=day(month.before),
        ),
        is_wide=False,
    )


def _side_by_side(
    held: Register, places: PlaceFilter, month: Month, of_all: MonthFigures
) -> list[Block]:
    level = levels_of(held, places)[0]
    found = month_figures(held, places, month, level)
    return [
        Heading(
            text=level.title,
            note=_("In the month: registered, resolved, handed over again, visits; else its end."),
        ),
        _by_place(level, found, of_all),
        Heading(text=_("Best and weakest"), note=_who_is_ranked()),
        _best_and_weakest(level, found),
    ]


def _how_counted() -> str:
    return str(
        _(
            "What happened in the month is the difference between its end and the end of the "
            "month before; what was put right or left out since counts against it. Projects, and "
            "items of checklists without a day, count from the date of the first file that tells "
            "of them: more of them need not mean that they began in the month."
        )
    )


def _who_is_ranked() -> str:
    least = max(LEAST_WHOLE.values())
    return str(
        _(
            "By rates at the end of the month, with what they are made of. Places with fewer than "
            "%(least)s cases are not ranked: one case more would turn the order about.",
            least=least,
        )
    )


def _key_figures(found: MonthFigures) -> list[KeyFigures]:
    def in_month(name: str, measure: str) -> KeyFigure:
        value = found.change("all", measure)
        note = _("in all %(count)s", count=number(found.now_of("all", measure)))
        return KeyFigure(name=name, value=number(value), note=note)

    def at_end(name: str, measure: str, note: str = "") -> KeyFigure:
        before = _("%(count)s a month before", count=number(found.before_of("all", measure)))
        value = number(found.now_of("all", measure))
        return KeyFigure(name=name, value=value, note=note or before)

    def rate(name: str, measure: str) -> KeyFigure:
        part, whole = (found.now_of("all", one) for one in RATES[measure])
        note = _("%(part)s of %(whole)s", part=number(part), whole=number(whole))
        return KeyFigure(name=name, value=percent(found.rate_of("all", measure)), note=note)

    return [
        KeyFigures(
            figures=[
                in_month(_("Problems registered in the month"), "registered"),
                in_month(_("Problems resolved in the month"), "resolved"),
                in_month(_("Handed over again in the month"), "handed_again"),
                in_month(_("Visits in the month"), "visits"),
            ]
        ),
        KeyFigures(
            figures=[
                rate(_("Problems resolved of registered"), "resolution"),
                at_end(_("Overdue problems"), "overdue"),
                rate(_("Checklist items done of applicable"), "checklist"),
                at_end(
                    _("Projects far behind plan"),
                    "red",
                    _("of %(count)s", count=number(found.now_of("all", "projects"))),
                ),
            ]
        ),
    ]


def _counts(found: MonthFigures) -> Table:
    names = {name: _(text) for name, text in KEPT.items()} | {
        "handed": _("Problems handed over"),
        "items_overdue": _("Items of checklists overdue"),
        "red": _("Projects far behind plan"),
    }
    return Table(
        name=_("Counts of the month"),
        columns=[
            column(_("Count"), width=3),
            column(_("End of the month before"), "count", unit=day(found.month.before)),
            column(_("End of the month"), "count", unit=day(found.month.last)),
            column(_("Change in the month"), "count"),
        ],
        rows=[
            [
                names[measure],
                found.before_of("all", measure),
                found.now_of("all", measure),
                found.change("all", measure),
            ]
            for measure in _COUNTS
        ],
        note=_("A dash: nothing was recorded, so that it is not known."),
    )


def _rates(found: MonthFigures) -> Table:
    rows = [
        [
            _(RATE_TEXTS[rate]),
            found.rate_before("all", rate),
            found.rate_of("all", rate),
            _made_of(found, "all", rate),
        ]
        for rate in RATES
        if rate != "full_consent"
    ]
    return Table(
        name=_("Rates"),
        columns=[
            column(_("Rate"), width=3),
            column(_("End of the month before"), "share", unit=day(found.month.before)),
            column(_("End of the month"), "share", unit=day(found.month.last)),
            column(_("Made of"), width=1.6, unit=_("at the end; money in 10,000 yuan")),
        ],
        rows=rows,
        note=_(
            "Consent of those present, mean of rates: %(rate)s of %(count)s votes at the end; at "
            "full consent %(full)s.",
            rate=percent(found.consent, 2),
            count=number(found.now_of("all", "votes")),
            full=number(found.now_of("all", "full")),
        ),
    )


def _money(found: MonthFigures) -> Table:
    texts = {"budget_fen": _("Budget of projects"), "paid_fen": _("Paid for projects")}
    rows = []
    for measure, text in texts.items():
        values = (found.before_of, found.now_of, found.change)
        rows.append([text, *(yuan(value("all", measure)) for value in values)])
    return Table(
        name=_("Money"),
        columns=[
            column(_("Amount"), width=3),
            column(_("End of the month before"), "money"),
            column(_("End of the month"), "money"),
            column(_("Change in the month"), "money"),
        ],
        rows=rows,
    )


def _by_place(level: Level, found: MonthFigures, whole: MonthFigures) -> Table:
    def cells(figures: MonthFigures, code: str) -> list[Any]:
        resolved, registered = (figures.now_of(code, name) for name in RATES["resolution"])
        done, applicable = (figures.now_of(code, name) for name in RATES["checklist"])
        return [
            *(figures.change(code, name) for name in ("registered", "resolved", "handed_again")),
            figures.change(code, "visits"),
            *(resolved, registered, figures.rate_of(code, "resolution")),
            *(figures.now_of(code, name) for name in ("open", "overdue")),
            *(done, applicable, figures.rate_of(code, "checklist")),
        ]

    month, resolved = _("in the month"), term("measure_resolved").capitalize()
    return place_table(
        level,
        found.codes,
        lambda code: cells(found, code),
        columns=[
            column(_("Registered"), "count", 1, month),
            column(resolved, "count", 1, month),
            column(_("Handed over again"), "count", 1.1, month),
            column(_("Visits"), "count", 1, month),
            column(resolved, "count", 0.95),
            column(_("Registered"), "count", 0.95),
            column(_("Resolution rate"), "share", 1.1),
            column(_("Open"), "count", 0.8),
            column(_("Overdue"), "count", 0.85),
            column(_("Items done"), "count", 0.95),
            column(_("Applicable"), "count", 0.95),
            column(_("Checklist rate"), "share", 1.1),
        ],
        total=cells(whole, "all"),
        empty=_("Nothing recorded."),
    )


def _best_and_weakest(level: Level, found: MonthFigures) -> Table:
    rows: list[list[Any]] = []
    left_out: list[str] = []
    for rate in _RANKED:
        sums = found.now[found.now.index.isin(level.names)]
        ranked = ranking(sums, rate, most=MOST_BEST)
        word = _(RATE_TEXTS[rate])
        if ranked.unranked:
            left_out.append(said(word, _("%(count)s places", count=number(ranked.unranked))))
        ends = [found.rate_of(code, rate) for code in (*ranked.best[:1], *ranked.worst[:1])]
        if len(ends) == 2 and ends[0] == ends[1]:
            left_out.append(said(word, _("the same everywhere")))
            continue
        for best, worst in zip(ranked.best, ranked.worst, strict=False):
            cells = [cell for code in (best, worst) for cell in _standing(level, found, rate, code)]
            rows.append([word, *cells])
    made = column(_("Made of"), width=1.8)
    return Table(
        name=_("Best and weakest"),
        columns=[
            column(_("Rate"), width=2),
            *(column(_("Best"), width=1.6), column(_("Share"), "share"), made),
            *(column(_("Worst"), width=1.6), column(_("Share"), "share"), made),
        ],
        rows=rows,
        note=_("Places not ranked: %(names)s.", names=_("; ").join(left_out)) if left_out else "",
        empty=_("Too little is recorded to rank places."),
    )


def _standing(level: Level, found: MonthFigures, rate: str, code: str) -> list[Any]:
    return [level.names[code], found.rate_of(code, rate), _made_of(found, code, rate)]


def _made_of(found: MonthFigures, code: str, rate: str) -> str:
    """Return part and whole of a rate at the end of the month; money in 10,000 yuan."""
    values = [found.now_of(code, measure) for measure in RATES[rate]]
    said_as = [yuan_wan(yuan(one), 0) if rate == "paid" else number(one) for one in values]
    return " / ".join(said_as)


def _hidden(held: Register, places: PlaceFilter) -> list[Block]:
    found = shown_lag()
    rows = hidden_rows(places.applied(former_rows(held, found)), held, found)
    note = _(
        "Among the worst tenth, in a merged village no worse than the middle one; by the score of "
        "today. %(shown)s of %(count)s, the widest gap first.",
        shown=number(min(MOST_HIDDEN, len(rows))),
        count=number(len(rows)),
    )
    table = hidden_table(rows[:MOST_HIDDEN])
    return [Heading(text=_("Hidden laggards"), note=note if rows else ""), table]


def _closed(month: Month) -> list[Block]:
    """Say which closed period the month lies in, and that its page tells what changed since."""
    with read_session() as session:
        standing = [one for one, *_who in closings(session) if one.withdrawn_at is None]
    covering: list[date] = [one.until_on for one in standing if one.until_on >= month.last]
    if not covering:
        return []
    text = _(
        "The month lies in the period that is closed until %(day)s; figures here are counted now. "
        "What was corrected since is listed with the closing.",
        day=day(min(covering)),
    )
    return [Paragraph(text=text, quiet=True)]
