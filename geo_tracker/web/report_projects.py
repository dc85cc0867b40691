"""Projects and funds: counts and money by place, kind, stage, light and channel; those behind."""

from collections.abc import Callable
from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.db.project_frames import all_funds
from geo_tracker.followup.livelihood import LIVELIHOOD_STATES
from geo_tracker.indicators.lights import STAGES
from geo_tracker.indicators.money_totals import (
    AMOUNTS,
    NONE,
    channel_money,
    fund_money,
    project_money,
)
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
from geo_tracker.web.money import share, yuan
from geo_tracker.web.project_list import LIVELIHOOD, MONEY
from geo_tracker.web.project_totals import ordered
from geo_tracker.web.projects import asked_projects, project_rows, project_totals
from geo_tracker.web.register import Register
from geo_tracker.web.report_parts import (
    chosen_words,
    column,
    levels_of,
    origins,
    place_columns,
    place_table,
    report,
    said,
)
from geo_tracker.web.texts import number, percent, term, yuan_wan
from geo_tracker.web.village_links import PLACE

_LIGHTS = ("red", "yellow", "green", "unknown")


def projects_report(held: Register) -> Document:
    """Return projects and funds of the projects that the list is asked for."""
    asked = asked_projects(held)
    found = held.projects.iloc[asked.found].join(held.units[PLACE], on="current_unit_id")
    with read_session() as session:
        funds = all_funds(session)
    funds = funds[funds["project_id"].isin(found["project_id"])]
    sums = _Sums(found, funds)
    whole = project_totals(asked.listed.amounts.iloc[asked.found])
    light = asked.filters["light"]
    blocks: list[Block] = []
    if whole is None:
        text = _("No project matches") if len(held.projects) else _("No projects recorded.")
        blocks.append(Paragraph(text=text))
    else:
        blocks.append(_key_figures(whole, sums))
    blocks.append(
        Heading(
            text=_("Projects and funds by place"),
            note=_(
                "Sums of the known amounts, with of how many projects each is known; rates are "
                "those of the projects of which both amounts are known."
            ),
        )
    )
    for level in levels_of(held, asked.places):
        by = level.codes(found)
        cells, groups = sums.by(by)
        blocks.append(
            place_table(
                level, groups, cells, columns=_columns(), total=sums.whole(), empty=_nothing()
            )
        )
    blocks += [
        Heading(text=_("By kind, stage and light")),
        *(_by_group(sums, found, name) for name in ("kind", "stage", "light")),
        Heading(
            text=_("By channel of funds"),
            note=_(
                "A project may have several channels, and some name a channel without an amount."
            ),
        ),
        _by_channel(funds),
        Heading(
            text=_light_word(light) if light else _("Projects behind plan"),
            note=_(
                "More than %(points)s points behind plan is behind.",
                points=f"{held.rules.project_red_points:g}",
            ),
        ),
        _list(found if light else found[found["light"] == "red"], held),
    ]
    return report(
        _("Projects and funds"),
        asked.places,
        blocks=blocks,
        on=held.data_on,
        narrowed=_narrowed(asked.filters),
        sources=origins(found["import_id"]),
    )


class _Sums:
    """Sums of projects and of their funds by any group, as the page of totals has them."""

    def __init__(self, projects: pd.DataFrame, funds: pd.DataFrame) -> None:
        self._projects, self._funds = projects, funds

    @property
    def behind(self) -> int:
        """How many of them are far behind plan."""
        return int((self._projects["light"] == "red").sum())

    def by(self, groups: pd.Series) -> tuple[Callable[[Any], list[Any]], pd.Index]:
        """Return group → its cells, and the groups."""
        money = project_money(self._projects, groups)
        key = groups.astype(object).where(groups.notna(), NONE)
        group_of = pd.Series(key.to_numpy(), index=self._projects["project_id"])
        funds = fund_money(self._funds, self._funds["project_id"].map(group_of))

        def cells(group: Any) -> list[Any]:
            given = funds.loc[group] if group in funds.index else None
            return _cells(money.loc[group], given)

        return cells, money.index

    def whole(self) -> list[Any] | None:
        """Return the cells of all projects together; None without any."""
        cells, groups = self.by(pd.Series("all", index=self._projects.index))
        return cells("all") if len(groups) else None


def _cells(money: pd.Series, funds: pd.Series | None) -> list[Any]:
    cells: list[Any] = [int(money["projects"])]
    for name in AMOUNTS:
        cells += [yuan(money[name]), int(money[f"{name}_known"])]
    cells.append(share(yuan(money["both_paid_fen"]), yuan(money["both_budget_fen"])))
    if funds is None:
        return [*cells, None, None, None]
    return [*cells, *_fund_cells(funds)]


def _fund_cells(funds: pd.Series) -> list[Any]:
    return [
        yuan(funds["planned_fen"]),
        yuan(funds["received_fen"]),
        share(yuan(funds["both_received_fen"]), yuan(funds["both_planned_fen"])),
    ]


def _columns() -> list[TableColumn]:
    known = _("known")
    amounts = (_("Estimate"), _("Budget"), _("Contract"), _("Paid"))
    pairs = [(column(name, "money", 1.35), column(known, "count", 0.7)) for name in amounts]
    return [
        column(_("Projects"), "count", 0.8),
        *(one for pair in pairs for one in pair),
        column(_("Paid of budget"), "share", 0.95),
        column(_("Funds planned"), "money", 1.35),
        column(_("Funds received"), "money", 1.35),
        column(_("Received of planned"), "share", 1.1),
    ]


def _nothing() -> str:
    return str(_("No projects recorded."))


def _key_figures(whole: dict[str, Any], sums: _Sums) -> KeyFigures:
    known = whole["known"]
    planned, received, rate = (sums.whole() or [None] * 3)[-3:]
    amounts = {"part": yuan_wan(received), "whole": yuan_wan(planned)}

    def money(name: str, amount: str) -> KeyFigure:
        return KeyFigure(
            name=name,
            value=yuan_wan(whole[amount]),
            unit=_("10,000 yuan"),
            note=_(
                "known of %(known)s of %(count)s",
                known=number(known[amount]),
                count=number(whole["count"]),
            ),
        )

    return KeyFigures(
        figures=[
            KeyFigure(
                name=_("Projects"),
                value=number(whole["count"]),
                note=said(_light_word("red"), number(sums.behind)),
            ),
            money(_("Budget"), "budget"),
            KeyFigure(
                name=_("Paid of budget"),
                value=percent(whole["paid_share"]),
                note=_(
                    "paid %(amount)s (10,000 yuan), both known of %(known)s",
                    amount=yuan_wan(whole["paid"]),
                    known=number(known["paid_share"]),
                ),
            ),
            KeyFigure(
                name=_("Funds received of planned"),
                value=percent(rate),
                note=_("%(part)s of %(whole)s (10,000 yuan)", **amounts)
                if received is not None
                else _("planned %(whole)s (10,000 yuan), received not recorded", **amounts),
            ),
        ]
    )


def _by_group(sums: _Sums, found: pd.DataFrame, name: str) -> Table:
    groups = found["light"].fillna("unknown") if name == "light" else found[name]
    cells, codes = sums.by(groups)
    if name == "light":
        order: list[Any] = [light for light in _LIGHTS if light in codes]
    else:
        order = ordered(project_money(found, groups), name, "")["group"].tolist()
    titles = {"kind": _("By kind"), "stage": _("By stage"), "light": _("By light")}
    headers = {"kind": _("Kind"), "stage": _("Stage"), "light": _("Light")}

    def named(code: Any) -> str:
        if code == NONE:
            return str(_("not known"))
        return {"stage": term, "light": _light_word}.get(name, str)(code)

    return Table(
        name=titles[name],
        columns=[column(headers[name], width=2.4), *_columns()],
        rows=[[named(code), *cells(code)] for code in order],
        total=[_("Sum"), *total] if (total := sums.whole()) else None,
        empty=_nothing(),
    )


def _by_channel(funds: pd.DataFrame) -> Table:
    table = ordered(channel_money(funds), "channel", "planned_fen")
    return Table(
        name=_("By channel of funds"),
        columns=[
            column(_("Channel of funds"), width=3),
            column(_("Projects"), "count"),
            column(_("Planned"), "money", 1.4),
            column(_("known"), "count", 0.7),
            column(_("Received"), "money", 1.4),
            column(_("known"), "count", 0.7),
            column(_("Received of planned"), "share"),
        ],
        rows=[
            [
                row["group"],
                int(row["projects"]),
                yuan(row["planned_fen"]),
                int(row["planned_fen_known"]),
                yuan(row["received_fen"]),
                int(row["received_fen_known"]),
                _fund_cells(pd.Series(row))[-1],
            ]
            for row in table.to_dict("records")
        ],
        empty=_("No funds recorded."),
    )


def _list(projects: pd.DataFrame, held: Register) -> Table:
    rows = project_rows(projects[held.projects.columns], held.units)
    return Table(
        name=_("Projects"),
        columns=[
            column(_("Project"), width=3),
            column(_("Village"), width=1.6),
            column(_("Former village"), width=1.6),
            *place_columns(),
            column(_("Stage"), width=1.3),
            column(_("Light"), width=0.9),
            column(_("Progress"), "share", 1, _("actual")),
            column(_("Progress"), "share", 1, _("planned")),
            column(_("Behind plan"), "count", 0.9, _("points")),
            column(_("Planned finish"), "day", 1.3),
            column(_("Budget"), "money", 1.3),
            column(_("Paid"), "money", 1.3),
            column(_("Paid of budget"), "share"),
        ],
        rows=[
            [
                row["name"],
                row["merged"]["name"] if row["merged"] else None,
                row["former"]["name"] if row["former"] else None,
                row["county"],
                row["town"],
                term(row["stage"]),
                _light_word(row["light"]),
                row["progress"],
                row["planned_progress"],
                row["behind_points"],
                row["planned_finish_on"],
                row["budget"],
                row["paid"],
                row["paid_share"],
            ]
            for row in rows
        ],
        empty=_("No project is behind plan."),
    )


def _light_word(light: str) -> str:
    words = {"red": _("Behind"), "yellow": _("Watch"), "green": _("On plan")}
    return str(words.get(light, _("Not known")))


def _narrowed(filters: dict[str, str]) -> list[str]:
    livelihood = [(state, term(f"livelihood_{state}")) for state in LIVELIHOOD_STATES]
    return chosen_words(
        [
            (_("Project or village"), filters["q"], ()),
            (_("Light"), filters["light"], [(one, _light_word(one)) for one in _LIGHTS]),
            (_("Stage"), filters["stage"], [(stage, term(stage)) for stage in STAGES]),
            (_("Kind"), filters["kind"], ()),
            (_("Channel of funds"), filters["channel"], ()),
            (
                _("Livelihood projects"),
                filters["livelihood"],
                [*livelihood, (LIVELIHOOD, _("All livelihood projects"))],
            ),
            (_("Money"), filters["money"], [(code, _(text)) for code, text in MONEY.items()]),
        ]
    )
