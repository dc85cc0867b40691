"""项目汇总: money of projects by kind, channel, year, stage, former and merged village."""

from typing import Any

import pandas as pd
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.project_frames import all_funds
from geo_tracker.indicators.lights import STAGES
from geo_tracker.indicators.money_totals import AMOUNTS, NONE, channel_money, project_money
from geo_tracker.language import N_
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import chosen_code, place_filter
from geo_tracker.web.money import or_none, share, total_yuan, yuan
from geo_tracker.web.page import paged
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import term
from geo_tracker.web.village_links import PLACE

bp = Blueprint("project_totals", __name__, url_prefix="/projects/totals")

_BY: dict[str, str] = {
    "kind": N_("Kind"),
    "channel": N_("Channel of funds"),
    "year": N_("Year of planned start"),
    "stage": N_("Stage"),
    "county": N_("County"),
    "village": N_("Village of today"),
    "former": N_("Former village"),
}
_CHANNEL_SUMS = ("planned_fen", "received_fen")


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show totals of projects by what is asked for."""
    held = register()
    places = place_filter(held.versions)
    by = chosen_code("by", _BY, default="kind")
    found = places.applied(held.projects.join(held.units[PLACE], on="current_unit_id"))
    if by == "channel":
        with read_session() as session:
            funds = all_funds(session)
        table = channel_money(funds[funds["project_id"].isin(found["project_id"])])
        sums: tuple[str, ...] = _CHANNEL_SUMS
    else:
        table = project_money(found, _groups(found, by))
        sums = AMOUNTS
    page = paged(ordered(table, by, sums[0]))
    place = {"county": places.county or None, "town": places.town or None}
    return render_template(
        "projects/totals.html",
        filters={"county": places.county, "town": places.town, "by": by},
        counties=places.counties,
        towns=places.towns,
        choices=[(code, _(text)) for code, text in _BY.items()],
        heading=_(_BY[by]),
        columns=[_COLUMN_TEXTS[name] for name in sums],
        rows=[_row(row, by, sums, held, place) for row in _records(page.rows)],
        whole=_whole(table, sums, len(found)),
        page=page,
        is_channel=by == "channel",
    )


_COLUMN_TEXTS = {
    "estimate_fen": N_("Estimate"),
    "budget_fen": N_("Budget"),
    "contract_fen": N_("Contract"),
    "paid_fen": N_("Paid"),
    "planned_fen": N_("Planned"),
    "received_fen": N_("Received"),
}


def _groups(projects: pd.DataFrame, by: str) -> pd.Series:
    if by == "year":
        return pd.to_datetime(projects["planned_start_on"]).dt.year.astype("Int64")
    column = {"village": "current_unit_id", "former": "former_unit_id", "county": "county_code"}
    return projects[column.get(by, by)]


def ordered(table: pd.DataFrame, by: str, largest: str) -> pd.DataFrame:
    """Return sums of groups as the page shows them: ``group`` as a column, in its order."""
    table = table.rename_axis("group").reset_index()
    if by == "stage":
        order = {stage: place for place, stage in enumerate(STAGES)}
        return table.sort_values("group", key=lambda codes: codes.map(order).fillna(len(order)))
    if by == "year":
        return table.sort_values("group", key=lambda years: pd.to_numeric(years, errors="coerce"))
    amount = "budget_fen" if by != "channel" else largest
    return table.sort_values(amount, ascending=False, kind="stable", na_position="last")


def _records(rows: pd.DataFrame) -> list[dict[str, Any]]:
    return [
        {str(name): or_none(value) for name, value in row.items()}
        for row in rows.to_dict("records")
    ]


def _row(
    row: dict[str, Any],
    by: str,
    sums: tuple[str, ...],
    held: Register,
    place: dict[str, Any],
) -> dict[str, Any]:
    group = row["group"]
    name, url = _named(group, by, held, place)
    first, second = ("budget", "paid") if by != "channel" else ("planned", "received")
    return {
        "name": name,
        "url": url,
        "projects": row["projects"],
        "amounts": [(yuan(row[sum_]), row[f"{sum_}_known"]) for sum_ in sums],
        "share": share(yuan(row[f"both_{second}_fen"]), yuan(row[f"both_{first}_fen"])),
    }


def _named(group: Any, by: str, held: Register, place: dict[str, Any]) -> tuple[str, str | None]:
    """Return what a group is called, and the address of its rows."""
    if group == NONE:
        return _("not known"), None
    if by in ("village", "former"):
        name = held.units["name"].get(group)
        return str(name), url_for("villages.show", unit_id=int(group))
    if by == "county":
        name = dict(place_filter(held.versions).counties).get(str(group), str(group))
        return name, url_for("projects.index", county=group)
    if by == "stage":
        return term(group), url_for("projects.index", stage=group, **place)
    if by == "year":
        return str(int(group)), None
    return str(group), url_for("projects.index", **{by: group}, **place)


def _whole(table: pd.DataFrame, sums: tuple[str, ...], count: int) -> dict[str, Any]:
    return {
        "projects": count,
        "amounts": [(total_yuan(table[sum_]), int(table[f"{sum_}_known"].sum())) for sum_ in sums],
    }
