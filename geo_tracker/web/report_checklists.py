"""Checklists of merged villages: by domain and by place, assets of former villages, the list."""

from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.db.checklists import domain_counts
from geo_tracker.followup.checklist import DOMAINS, FUSION_STAGES
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
from geo_tracker.web.checklists import AskedVillages, asked_villages, checklist_row
from geo_tracker.web.checklists import checklist_totals as totals_of
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.money import share
from geo_tracker.web.register import Register
from geo_tracker.web.report_parts import (
    Level,
    chosen_words,
    column,
    levels_of,
    place_columns,
    place_table,
    report,
)
from geo_tracker.web.texts import number, percent, term

_COUNTS = ("applicable", "done", "verified", "overdue")


def checklists_report(held: Register) -> Document:
    """Return the report of the merged villages that the list is asked for."""
    asked = asked_villages(held)
    rows = asked.of_places
    totals = totals_of(rows)
    blocks: list[Block] = []
    if totals["opened"]:
        blocks.append(_key_figures(totals))
    else:
        blocks.append(Paragraph(text=_("No checklists opened.")))
    blocks += [
        Heading(text=_("Items by domain"), note=_rules()),
        _by_domain(rows, totals),
        Heading(text=_("Items and assets by place")),
        *(_of_level(level, rows, totals) for level in levels_of(held, asked.places)),
        Heading(text=_("Merged villages"), note=_shown(asked)),
        _list(asked.rows),
    ]
    return report(
        _("Integration checklists"),
        asked.places,
        blocks=blocks,
        on=judging_day(),
        narrowed=chosen_words([(_("Villages listed"), _shown(asked), ())]),
        sources=_(
            "Counted from the checklists of merged villages and from what was recorded of the "
            "assets of their former villages."
        ),
    )


def _rules() -> str:
    return str(
        _(
            "Done of applicable items, verified ones included; overdue is what is open and was "
            "due before the day."
        )
    )


def _shown(asked: AskedVillages) -> str:
    words = {
        "opened": _("With a checklist"),
        "overdue": _("With overdue items"),
        "unfinished": _("Not complete"),
        "complete": _("Complete"),
        "unopened": _("Without a checklist"),
    }
    return str(words.get(asked.shown, ""))


def _key_figures(totals: dict[str, Any]) -> KeyFigures:
    formers = sum(count for _stage, count in totals["stages"])
    recorded = formers - dict(totals["stages"]).get("unknown", 0)

    def of(part: int, whole: int) -> str:
        return str(_("%(part)s of %(whole)s", part=number(part), whole=number(whole)))

    return KeyFigures(
        figures=[
            KeyFigure(
                name=_("Merged villages with a checklist"),
                value=number(totals["opened"]),
                note=_("of %(count)s", count=number(totals["villages"])),
            ),
            KeyFigure(
                name=_("Done of applicable items"),
                value=percent(totals["share_done"]),
                note=of(totals["done"], totals["applicable"]),
            ),
            KeyFigure(
                name=_("Overdue items"),
                value=number(totals["overdue"]),
                note=_("of %(count)s", count=number(totals["applicable"])),
            ),
            KeyFigure(
                name=_("Assets of former villages recorded"),
                value=percent(share(recorded, formers)),
                note=of(recorded, formers),
            ),
        ]
    )


def _item_columns() -> list[TableColumn]:
    return [
        column(_("Applicable"), "count"),
        column(_("Done"), "count"),
        column(_("Done of applicable"), "share", 1.1),
        column(_("Verified"), "count"),
        column(_("Overdue"), "count"),
    ]


def _item_cells(counts: Any) -> list[Any]:
    found = {name: int(counts[name]) for name in _COUNTS}
    rate = share(found["done"], found["applicable"])
    return [found["applicable"], found["done"], rate, found["verified"], found["overdue"]]


def _by_domain(rows: pd.DataFrame, totals: dict[str, Any]) -> Table:
    with read_session() as session:
        counts = domain_counts(session, on=judging_day())
    sums: dict[str, dict[str, int]] = {}
    villages = set(rows.index)
    for one in counts:
        if one["unit_id"] in villages:
            mine = sums.setdefault(one["domain"], dict.fromkeys(_COUNTS, 0))
            for name in _COUNTS:
                mine[name] += one[name]
    known = [code for code in DOMAINS.values() if code in sums]
    others = [code for code in sums if code not in known]
    return Table(
        name=_("By domain"),
        columns=[column(_("Domain"), width=2.4), *_item_columns()],
        rows=[[term(code), *_item_cells(sums[code])] for code in (*known, *others)],
        total=[_("Sum"), *_item_cells(totals)] if sums else None,
        empty=_("No checklists opened."),
    )


def _of_level(level: Level, rows: pd.DataFrame, totals: dict[str, Any]) -> Table:
    by_code = dict(tuple(rows.groupby(level.codes(rows))))
    stages = (*FUSION_STAGES, "unknown")

    def cells(found: dict[str, Any]) -> list[Any]:
        counted = dict(found["stages"])
        of_assets = [counted.get(stage, 0) for stage in stages]
        return [found["villages"], found["opened"], *_item_cells(found), *of_assets]

    words = [_("not recorded") if stage == "unknown" else term(stage) for stage in stages]
    return place_table(
        level,
        pd.Index(list(by_code)),
        lambda code: cells(totals_of(by_code[code])),
        columns=[
            column(_("Merged villages"), "count"),
            column(_("With a checklist"), "count", 1.1),
            *_item_columns(),
            *(column(word, "count", 1.1, _("former villages")) for word in words),
        ],
        total=cells(totals),
        empty=_("No merged villages."),
    )


def _list(villages: pd.DataFrame) -> Table:
    rows = villages.rename_axis("unit_id").reset_index().to_dict("records")
    return Table(
        name=_("Merged villages"),
        columns=[
            column(_("Merged village"), width=1.8),
            *place_columns(town_width=1.4),
            column(_("Merged on"), "day", 1.2),
            column(_("Former villages"), "count"),
            *_item_columns(),
            column(_("Next due"), "day", 1.2),
            column(_("Assets of former villages"), width=3),
        ],
        rows=[_village(checklist_row(row)) for row in rows],
        empty=_("No village matches"),
    )


def _village(row: dict[str, Any]) -> list[Any]:
    stages = [
        f"{_('not recorded') if stage == 'unknown' else term(stage)} {number(count)}"
        for stage, count in row["stages"]
    ]
    return [
        row["name"],
        row["county"],
        row["town"],
        row["merged_on"],
        row["formers"],
        row["applicable"],
        row["done"],
        row["share_done"],
        row["verified"],
        row["overdue"],
        row["next_due_on"],
        " · ".join(stages),
    ]
