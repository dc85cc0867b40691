"""The lag's part of a dossier: the parts side by side, what the score is made of, how it went."""

from typing import Any

from flask_babel import gettext as _

from geo_tracker.reports.document import Block, Heading, Paragraph, Table, TableColumn
from geo_tracker.web.dossier_records import trend_block
from geo_tracker.web.lag import ShownLag
from geo_tracker.web.lag_review import past_decisions
from geo_tracker.web.lag_trend import score_trend
from geo_tracker.web.register import Register
from geo_tracker.web.texts import day


def lag_blocks(
    held: Register,
    found: ShownLag,
    lag: dict[str, Any],
    unit_id: int,
    parts: list[int],
) -> list[Block]:
    """Return what a dossier says of how far a village lags.

    Parameters
    ----------
    held, found : Register, ShownLag
        The register and the score.
    lag : dict
        As `geo_tracker.web.lag_profile.profile`.
    unit_id : int
        The village.
    parts : list of int
        Its former villages.
    """
    blocks: list[Block] = [Heading(text=_("Lag"), note=_by_rules(lag))]
    blocks += [_indicators(lag), *_effects(lag)]
    trend = score_trend(held, found, [unit_id, *parts])
    blocks += [
        Heading(text=_("How it went")),
        _scores(trend),
        *trend_block(held, [unit_id, *parts]),
    ]
    return [*blocks, *_decisions(unit_id)]


def _by_rules(lag: dict[str, Any]) -> str:
    return str(
        _(
            "By the rules of %(year)s. What is unknown is left out, and the others count for so "
            "much more. Rates per household of small villages are drawn to their town's.",
            year=lag["year"],
        )
    )


def siblings_table(lag: dict[str, Any]) -> Table:
    """Return the former villages of the same village, the furthest behind first."""
    return Table(
        name=_("Former villages of the same village"),
        caption=_("Former villages of the same village"),
        columns=[
            TableColumn(header=_("Former village"), width=2),
            TableColumn(header=_("Lag"), kind="decimal", unit=_("points of 100")),
            TableColumn(header=_("Rank"), kind="count"),
            TableColumn(header=_("Most of it from"), width=3),
            TableColumn(header=_("Hidden laggard"), width=1.2),
        ],
        rows=[
            [
                one["unit"]["name"],
                one["score"],
                one["rank"],
                _largest(one["parts"]),
                _("yes") if one["hidden"] else _("no"),
            ]
            for one in lag["siblings"]
        ],
    )


def _largest(parts: list[dict[str, Any]]) -> str:
    """Name the two domains that bring most of a score."""
    first = sorted(parts, key=lambda part: part["points"], reverse=True)[:2]
    return str(_(", ").join(f"{part['name']} {part['points']:.1f}" for part in first))


def _indicators(lag: dict[str, Any]) -> Table:
    rows = [
        [
            domain["name"],
            f"{one['name']} ({one['unit']})" if one["unit"] else one["name"],
            *(one[name] for name in ("value", "best", "worst", "points", "weight", "contribution")),
        ]
        for domain in lag["domains"]
        for one in domain["indicators"]
    ]
    score = lag["score"]
    total = [_("Score"), *[""] * 6, score] if score is not None else None
    return Table(
        name=_("What the score is made of"),
        caption=_("What the score is made of"),
        columns=[
            TableColumn(header=_("Domain"), width=1.5),
            TableColumn(header=_("Indicator"), width=3.4),
            TableColumn(header=_("Value"), kind="decimal"),
            TableColumn(header=_("Nothing lags at"), kind="decimal"),
            TableColumn(header=_("All lags at"), kind="decimal"),
            TableColumn(header=_("Lag"), kind="decimal", unit=_("points of 100")),
            TableColumn(header=_("Weight"), kind="share"),
            TableColumn(
                header=_("Brings to the score"), kind="decimal", unit=_("points of lag"), width=1.2
            ),
        ],
        rows=rows,
        total=total,
    )


def _effects(lag: dict[str, Any]) -> list[Block]:
    if not lag["effects"]:
        return []
    return [
        Table(
            name=_("What open projects could move"),
            caption=_("What open projects could move"),
            columns=[
                TableColumn(header=_("Project"), width=3),
                TableColumn(header=_("Indicators it reaches"), width=2.6),
                TableColumn(header=_("Budget"), kind="money", unit=_("10,000 yuan")),
                TableColumn(header=_("At most"), kind="decimal", unit=_("points of lag")),
                TableColumn(header=_("Range"), width=1.1),
            ],
            rows=[
                [
                    one["name"],
                    _(", ").join(one["indicators"]),
                    one["budget"],
                    one["points"],
                    f"{one['low']:.1f}–{one['high']:.1f}",
                ]
                for one in lag["effects"]
            ],
            note=_(
                "If it brought these indicators to the value at which nothing lags; what it really "
                "brings nobody knows before: from 0 to that. The range holds nine of ten ways to "
                "weigh."
            ),
        )
    ]


def _scores(trend: dict[str, Any]) -> Block:
    if not trend["rows"]:
        return Paragraph(text=_("Nothing is known of the score."), quiet=True)
    if len(trend["columns"]) == 1:
        told = _("There was no review yet; from the first one on scores stand side by side here.")
        return Paragraph(text=told, quiet=True)
    return Table(
        name=_("Score in the reviews and today"),
        caption=_("Score in the reviews and today"),
        columns=[
            TableColumn(header=_("Village"), width=2),
            *(
                TableColumn(header=column["title"], unit=day(column["on"]), kind="decimal")
                for column in trend["columns"]
            ),
            TableColumn(header=_("Moved by"), kind="decimal", unit=_("points of lag")),
        ],
        rows=[[row["name"], *row["scores"], row["moved"]] for row in trend["rows"]],
        note=_(
            "Scores of reviews are those frozen then, by the rules of their time. Less is better."
        ),
    )


def _decisions(unit_id: int) -> list[Block]:
    rows = past_decisions(unit_id)
    if not rows:
        return []
    return [
        Table(
            name=_("Decided in reviews"),
            caption=_("Decided in reviews"),
            columns=[
                TableColumn(header=_("Review period"), width=1.6),
                TableColumn(header=_("What is decided"), width=1.1),
                TableColumn(header=_("Score then"), kind="decimal"),
                TableColumn(header=_("Target"), width=2),
                TableColumn(header=_("Target score"), kind="decimal"),
                TableColumn(header=_("Deadline"), kind="day", width=1.2),
                TableColumn(header=_("Helper unit"), width=1.5),
                TableColumn(header=_("Reason"), width=2),
            ],
            rows=[
                [
                    one["title"],
                    one["decision_text"],
                    one["score"],
                    one["target"],
                    one["target_score"],
                    one["due_on"],
                    one["helper_unit"],
                    one["reason"],
                ]
                for one in rows
            ],
        )
    ]
