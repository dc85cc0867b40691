"""Lagging villages: rank with its range, score and reasons; hidden laggards; those not ranked."""

from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.indicators.lag_flags import FLAGS
from geo_tracker.reports.document import (
    Block,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Table,
)
from geo_tracker.web.day import judging_day
from geo_tracker.web.lag import UNRANKED, ShownLag, shown_lag, standing_choices
from geo_tracker.web.lagging import (
    FORMERS,
    HIDDEN,
    LISTS,
    VILLAGES,
    asked_lagging,
    lag_rows,
    lag_summary,
)
from geo_tracker.web.register import Register
from geo_tracker.web.report_parts import chosen_words, column, place_columns, report, said
from geo_tracker.web.texts import number, percent, shown, yuan_wan

_Rows = list[dict[str, Any]]


def lagging_report(held: Register) -> Document:
    """Return the list of lagging villages that the page is asked for."""
    found = shown_lag()
    asked = asked_lagging(held, found)
    filters, which = asked.filters, asked.which
    rows = lag_rows(asked.rows, held, found, which)
    ranked = [row for row in rows if row["score"] is not None]
    blocks: list[Block] = []
    if asked.formers.empty:
        blocks.append(Paragraph(text=_("No former villages recorded.")))
    else:
        blocks.append(_key_figures(lag_summary(asked.formers, found, asked.places)))
    heading = _(LISTS[which])
    if which == FORMERS:
        # Before the list, which may go on for pages.
        blocks += [
            Heading(text=_(LISTS[HIDDEN]), note=_what_is_hidden()),
            hidden_table(hidden_rows(asked.formers, held, found)),
        ]
    blocks.append(Heading(text=heading, note=_method(held)))
    if filters["standing"] != UNRANKED:
        blocks.append(_ranked(heading, ranked, of_formers=which != VILLAGES))
    unranked = [row for row in rows if row["score"] is None]
    blocks += [
        Heading(
            text=_("Not ranked"),
            note=_("Too few indicators are known; what is missing is not counted as 0."),
        ),
        _unranked(unranked),
    ]
    return report(
        _("Lagging villages"),
        asked.places,
        blocks=blocks,
        on=judging_day(),
        narrowed=_narrowed(filters, which, heading),
        sources=_(
            "Scored by the rules of %(year)s from the register, votes, checklists, problems, "
            "projects and incidents recorded until the day.",
            year=held.data_on.year,
        ),
    )


def _narrowed(filters: dict[str, str], which: str, heading: str) -> list[str]:
    """Return what narrows the list; the figures above it speak of all former villages there."""
    words = chosen_words(
        [
            (_("List"), "" if which == FORMERS else which, [(which, heading)]),
            (_("How sure"), filters["standing"], standing_choices()),
            (_("Flag"), filters["reason"], [(code, shown(t)) for code, t in FLAGS.items()]),
        ]
    )
    return [said(_("Villages listed"), _("; ").join(words))] if words else []


def hidden_rows(formers: pd.DataFrame, held: Register, found: ShownLag) -> _Rows:
    """Return the hidden laggards among former villages, the widest gap first."""
    hidden = formers[formers["hidden"].eq(True)]
    ordered = hidden.sort_values("gap", ascending=False, kind="stable", na_position="last")
    return lag_rows(ordered, held, found, HIDDEN)


def _what_is_hidden() -> str:
    return str(_("among the worst tenth, in a merged village no worse than the middle one"))


def _method(held: Register) -> str:
    return str(
        _(
            "By the rules of %(year)s. The range holds nine of ten ways to weigh, join and scale "
            "the indicators. Money and visits do not count for the score; consent does not either.",
            year=held.data_on.year,
        )
    )


def _key_figures(summary: dict[str, Any]) -> KeyFigures:
    firm, unsure = summary["standings"]
    return KeyFigures(
        figures=[
            KeyFigure(
                name=firm["text"],
                value=number(firm["count"]),
                unit=_("of the former villages"),
                note=_("of %(count)s ranked", count=number(summary["ranked"])),
            ),
            KeyFigure(
                name=unsure["text"],
                value=number(unsure["count"]),
                note=_("not ranked: %(count)s", count=number(summary["unranked"])),
            ),
            KeyFigure(
                name=_("Hidden laggards"), value=number(summary["hidden"]), note=_what_is_hidden()
            ),
            KeyFigure(
                name=_("Spending that reaches firm need"),
                value=percent(summary["spent_share"]),
                note=_(
                    "%(part)s of %(whole)s (10,000 yuan) paid, everywhere",
                    part=yuan_wan(summary["spent"]),
                    whole=yuan_wan(summary["spent_of"]),
                ),
            ),
        ]
    )


def _ranked(name: str, rows: _Rows, *, of_formers: bool) -> Table:
    columns = [
        column(_("Rank"), "count", 0.7),
        column(_("Range of rank"), width=1.45),
        column(_("Former village") if of_formers else _("Village"), width=1.4),
        *([column(_("Merged into"), width=1.4)] if of_formers else []),
        *place_columns(),
        column(_("Lag"), "decimal", 0.7, _("points of lag")),
        column(_("How sure"), width=1.7),
        column(_("Known"), "share", 0.9, _("of indicators")),
    ]
    if of_formers:
        columns += [
            column(_("Behind the best sibling"), "decimal", 1, _("points of lag")),
            column(_("Paid per head"), "count", 0.9, _("yuan")),
            column(_("Last visit"), "day", 1.2),
        ]
    columns.append(column(_("What stands out"), width=3.4))
    return Table(
        name=name,
        columns=columns,
        rows=[_ranked_cells(row, of_formers=of_formers) for row in rows],
        empty=_("No village matches"),
    )


def _ranked_cells(row: dict[str, Any], *, of_formers: bool) -> list[Any]:
    low, high = number(row["rank_low"]), number(row["rank_high"])
    cells = [row["rank"], f"{low}–{high}", row["name"]]
    if of_formers:
        cells.append(row["merged"]["name"] if row["merged"] else None)
    cells += [row["county"], row["town"], row["score"], row["standing_text"], row["known"]]
    if of_formers:
        paid = row["paid_per_head"]
        cells += [row["gap"], None if paid is None else float(paid), row["last_visit_on"]]
    return [*cells, _("; ").join(row["reasons"])]


def hidden_table(rows: _Rows) -> Table:
    """Return hidden laggards against the merged village and its best other part."""
    return Table(
        name=_(LISTS[HIDDEN]),
        columns=[
            column(_("Former village"), width=1.3),
            column(_("Merged into"), width=1.3),
            *place_columns(),
            column(_("Rank"), "count", 0.7),
            column(_("Lag"), "decimal", 0.8, _("points of lag")),
            column(_("Lag of the merged village"), "decimal", 1.1, _("points of lag")),
            column(_("Best sibling"), width=1.3),
            column(_("Behind the best sibling"), "decimal", 1.1, _("points of lag")),
            column(_("What stands out"), width=3.6),
        ],
        rows=[
            [
                row["name"],
                row["merged"]["name"] if row["merged"] else None,
                row["county"],
                row["town"],
                row["rank"],
                row["score"],
                row["merged_score"],
                row["sibling"]["name"] if row["sibling"] else None,
                row["gap"],
                _("; ").join(row["reasons"]),
            ]
            for row in rows
        ],
        empty=_("No hidden laggards."),
    )


def _unranked(rows: _Rows) -> Table:
    return Table(
        name=_("Not ranked"),
        columns=[
            column(_("Village"), width=1.5),
            *place_columns(),
            column(_("Known"), "share", 0.9, _("of indicators")),
            column(_("What is missing"), width=6),
            column(_("What stands out"), width=3),
        ],
        rows=[
            [
                row["name"],
                row["county"],
                row["town"],
                row["known"],
                _(", ").join(row["missing"]),
                _("; ").join(row["reasons"]),
            ]
            for row in rows
        ],
        empty=_("All are ranked."),
    )
