"""Summary of votes: consent by county and town in each way, the worst tail, and the votes."""

from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.indicators.consent import TAIL, consent_table
from geo_tracker.reports.document import (
    Block,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Paragraph,
    Table,
)
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register
from geo_tracker.web.report_parts import (
    Level,
    chosen_words,
    column,
    levels_of,
    origins,
    place_columns,
    place_table,
    report,
)
from geo_tracker.web.texts import number, percent, term
from geo_tracker.web.votes import asked_votes, vote_rows

_FIGURES = (
    *("votes", "turnout", "mean_of_rates", "pooled", "mean_of_eligible", "pooled_of_eligible"),
    *("at_100", "share_at_100", "lowest", "tail", "tail_count", "not_in_order"),
)


def votes_report(held: Register) -> Document:
    """Return the summary of the votes that the list is asked for."""
    asked = asked_votes(held)
    votes = asked.of_place
    whole = consent_table(votes, pd.Series("all", index=votes.index))
    blocks: list[Block] = []
    if len(whole):
        blocks.append(_key_figures(whole.iloc[0].map(or_none).to_dict()))
    else:
        blocks.append(Paragraph(text=_("No votes recorded.")))
    formers = asked.places.applied(held.formers)
    blocks += [Heading(text=_("Consent"), note=_ways())]
    blocks += [_of_level(level, votes, formers, whole) for level in levels_of(held, asked.places)]
    blocks += [
        Heading(
            text=_("The worst tail"),
            note=_(
                "The lowest %(share)s of the votes by consent of those present.",
                share=percent(TAIL, 0),
            ),
        ),
        _list(_("Worst tail"), _worst(votes, whole), held),
        Heading(text=_("Votes"), note=_checked(asked.filters["check"])),
        _list(_("Votes"), asked.rows, held),
    ]
    return report(
        _("Summary of votes"),
        asked.places,
        blocks=blocks,
        on=held.data_on,
        narrowed=chosen_words(
            [
                (_("Until day"), asked.filters["to"], ()),
                (_("Votes listed"), _checked(asked.filters["check"]), ()),
            ]
        ),
        sources=origins(votes["import_id"]),
    )


def _ways() -> str:
    return str(
        _(
            "The mean of rates counts every village alike, the pooled rate every voter. The worst "
            "tail is the mean of the lowest %(share)s of villages.",
            share=percent(TAIL, 0),
        )
    )


def _checked(check: str) -> str:
    words = {
        "problem": _("Not in order"),
        "full": _("At full consent"),
        "below": _("Below full consent"),
    }
    return str(words.get(check, ""))


def _key_figures(whole: dict[str, Any]) -> KeyFigures:
    return KeyFigures(
        figures=[
            KeyFigure(
                name=_("Votes with a rate"),
                value=number(whole["votes"]),
                note=_("turnout %(rate)s", rate=percent(whole["turnout"])),
            ),
            KeyFigure(
                name=_("Consent of those present, mean of rates"),
                value=percent(whole["mean_of_rates"], 2),
                note=_("all votes pooled: %(rate)s", rate=percent(whole["pooled"], 2)),
            ),
            KeyFigure(
                name=_("Consent of those eligible, mean of rates"),
                value=percent(whole["mean_of_eligible"]),
                note=_("all votes pooled: %(rate)s", rate=percent(whole["pooled_of_eligible"])),
            ),
            KeyFigure(
                name=_("At full consent"),
                value=percent(whole["share_at_100"]),
                note=_(
                    "%(part)s of %(whole)s",
                    part=number(whole["at_100"]),
                    whole=number(whole["votes"]),
                ),
            ),
        ]
    )


def _of_level(
    level: Level, votes: pd.DataFrame, formers: pd.DataFrame, whole: pd.DataFrame
) -> Table:
    table = consent_table(votes, level.codes(votes))
    villages = level.codes(formers).value_counts()

    def cells(figures: pd.Series, count: int) -> list[Any]:
        return [count, *(or_none(figures[name]) for name in _FIGURES)]

    present, eligible = _("Consent of present"), _("Consent of eligible")
    mean, pooled = _("mean of rates"), _("pooled")
    return place_table(
        level,
        table.index,
        lambda code: cells(table.loc[code], int(villages.get(code, 0))),
        columns=[
            column(_("Former villages"), "count"),
            column(_("Votes"), "count", 0.9),
            column(_("Turnout"), "share", unit=pooled),
            column(present, "share", 1.1, mean),
            column(present, "share", 1.1, pooled),
            column(eligible, "share", 1.1, mean),
            column(eligible, "share", 1.1, pooled),
            column(_("At full consent"), "count", unit=_("votes")),
            column(_("At full consent"), "share", unit=_("of votes")),
            column(_("Lowest"), "share"),
            column(_("Worst tail"), "share", unit=_("mean")),
            column(_("Worst tail"), "count", unit=_("votes")),
            column(_("Not in order"), "count", unit=_("votes")),
        ],
        total=cells(whole.iloc[0], len(formers)) if len(whole) else None,
        empty=_("No votes recorded."),
    )


def _worst(votes: pd.DataFrame, whole: pd.DataFrame) -> pd.DataFrame:
    if whole.empty:
        return votes
    known = votes[votes["consent_of_present"].notna()]
    ordered = known.sort_values("consent_of_present", kind="stable")
    return ordered.head(int(whole.iloc[0]["tail_count"]))


def _list(name: str, votes: pd.DataFrame, held: Register) -> Table:
    rows = vote_rows(votes, held.units)
    return Table(
        name=name,
        columns=[
            column(_("Former village"), width=1.6),
            column(_("Merged into"), width=1.6),
            *place_columns(town_width=1.4),
            column(_("Meeting"), "day", 1.3),
            column(_("Form"), width=2.3),
            *(
                column(header, "count", 0.95)
                for header in (_("Eligible"), _("Present"), _("Agree"), _("Oppose"), _("Abstain"))
            ),
            column(_("Turnout"), "share", 1),
            column(_("Consent of present"), "share", 1.15),
            column(_("Consent of eligible"), "share", 1.15),
            column(_("Check"), width=2.8),
        ],
        rows=[
            [
                row["village"],
                row["merged"]["name"] if row["merged"] else None,
                row["county"],
                row["town"],
                row["held_on"],
                term(row["form"]),
                *(row[count] for count in ("eligible", "present", "agree", "oppose", "abstain")),
                *(row[rate] for rate in ("turnout", "consent_of_present", "consent_of_eligible")),
                _("; ").join(row["checks"]) or _("in order"),
            ]
            for row in rows
        ],
        empty=_("No vote matches"),
    )
