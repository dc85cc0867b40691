"""三个零: how many incidents were recorded, by county, town and merger."""

from datetime import date
from typing import Any

import pandas as pd
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.incidents import IncidentFilter, conditions, incident_counts
from geo_tracker.indicators.zeros import INCIDENT_KINDS, zero_table
from geo_tracker.web.actor import may_follow
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import NOWHERE, PlaceFilter, chosen_code, place_filter
from geo_tracker.web.followup_forms import asked_day, day_text
from geo_tracker.web.incident_silence import reporting_counties
from geo_tracker.web.money import or_none
from geo_tracker.web.page import paged
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import term
from geo_tracker.web.village_links import village_link

bp = Blueprint("incident_totals", __name__, url_prefix="/incidents/zeros")

_COLUMNS = ["unit_id", "kind", "about_merger", "is_open", "count"]
_LEVELS = ("county", "town", "merger")
PUBLISHED = {"public_opinion": "舆情", "petition": "信访", "case": "案件"}
"""Indicators of published figures that these counts stand beside."""


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show counts of incidents."""
    held = register()
    places = place_filter(held.versions)
    begin, end = asked_day("from"), asked_day("to")
    default = "merger" if places.town else "town" if places.county else "county"
    level = chosen_code("level", _LEVELS, default=default)
    with read_session() as session:
        counts = _frame(session, begin, end)
        reporting = reporting_counties(session, held, end)
    counts = counts.join(held.places, on="unit_id")
    in_place = places.applied(counts)
    period: dict[str, Any] = {"from": day_text(begin) or None, "to": day_text(end) or None}
    names, groups, county_of = _groups(held, places, level)
    reported = [group for group in groups if county_of[group] in reporting]
    table = zero_table(in_place, _group_of(in_place, level), groups=groups, reporting=reported)
    if level == "merger":
        table = table.sort_values("records", ascending=False, na_position="last", kind="stable")
    page = paged(table)
    # Villages that were never merged are in no row of mergers, and not in their sum.
    summed = in_place[_group_of(in_place, level).isin(groups)]
    whole = zero_table(
        summed,
        pd.Series("all", index=summed.index),
        groups=pd.Index(["all"]),
        reporting=["all"] if reported else [],
    )
    return render_template(
        "incidents/totals.html",
        filters={"county": places.county, "town": places.town, "level": level} | period,
        counties=places.counties,
        towns=places.towns,
        levels=[("county", _("Counties")), ("town", _("Towns")), ("merger", _("Mergers"))],
        kinds=[(kind, term(kind)) for kind in INCIDENT_KINDS],
        rows=[
            _row(
                figures,
                names[group],
                None if (place := _place(held, level, group)) is None else place | period,
                formers=_formers(held, int(group), in_place) if level == "merger" else [],
                towns_url=_down(held, level, group, period),
            )
            for group, figures in page.rows.to_dict("index").items()
        ],
        whole=_row(
            whole.to_dict("index")["all"],
            _("All"),
            None
            if level == "merger"
            else {"county": places.county or None, "town": places.town or None} | period,
        ),
        records=int(in_place["count"].sum()),
        page=page,
        level=level,
        published=_published(held) if not places.county else [],
        may_record=may_follow(),
        silent=len(groups) - len(reported),
    )


def _frame(session: Any, begin: date | None, end: date | None) -> pd.DataFrame:
    found = incident_counts(session, conditions(IncidentFilter(begin=begin, end=end)))
    frame = pd.DataFrame([tuple(row) for row in found], columns=_COLUMNS)
    return frame.astype({"unit_id": "int64", "about_merger": "object", "count": "int64"})


def _groups(
    held: Register, places: PlaceFilter, level: str
) -> tuple[dict[Any, str], pd.Index, dict[Any, str]]:
    """Return the groups of a level in the chosen place: their names, order and counties."""
    within = places.applied(held.places)
    if level == "merger":
        merged = held.villages.index[held.villages["kind"] == "merged"]
        rows = within[within.index.isin(merged)]
        names = rows["present_name"].to_dict()
        return names, rows.index, rows["county_code"].fillna(NOWHERE).to_dict()
    code = within[f"{level}_code"].fillna(NOWHERE)
    text = within[level].fillna(_("not known"))
    rows = pd.DataFrame({"code": code, "name": text, "county": within["county_code"]})
    rows["county"] = rows["county"].fillna(NOWHERE)
    rows = rows.drop_duplicates("code").set_index("code")
    return rows["name"].to_dict(), rows.index, rows["county"].to_dict()


def _group_of(counts: pd.DataFrame, level: str) -> pd.Series:
    if level == "merger":
        return counts["present_unit_id"]
    return counts[f"{level}_code"].fillna(NOWHERE)


def _place(held: Register, level: str, group: Any) -> dict[str, Any] | None:
    """Return the filters of the list that give a group's incidents; None where none do."""
    if level == "merger":
        return {"unit": int(group)}
    if level == "county":
        return {"county": group}
    return None if group == NOWHERE else {"county": _county_of_town(held, group), "town": group}


def _county_of_town(held: Register, town: Any) -> str:
    codes = held.places.loc[held.places["town_code"] == town, "county_code"]
    return str(or_none(codes.iloc[0]) or NOWHERE) if len(codes) else NOWHERE


def _down(held: Register, level: str, group: Any, period: dict[str, Any]) -> str | None:
    """Return where a group is divided further; a merger leads to its village."""
    if level == "merger":
        return url_for("villages.show", unit_id=int(group))
    place = _place(held, level, group)
    if place is None or group == NOWHERE:
        return None
    return url_for(".show", **(place | period))


def _formers(held: Register, unit_id: int, counts: pd.DataFrame) -> list[dict[str, Any]]:
    """Return the former villages of a merger, each with what is recorded on itself."""
    belongs = held.present_units
    own = counts.groupby("unit_id")["count"].sum()
    return [
        {
            **(village_link(held.units, former) or {}),
            "records": int(own.get(former, 0)),
            "url": url_for("incidents.index", unit=int(former)),
        }
        for former in belongs.index[belongs == unit_id]
    ]


def _row(
    figures: dict[str, Any],
    name: str,
    place: dict[str, Any] | None,
    *,
    formers: list[dict[str, Any]] | None = None,
    towns_url: str | None = None,
) -> dict[str, Any]:
    def figure(column: str, **narrowed: str) -> dict[str, Any]:
        return {
            "count": or_none(figures[column]),
            "url": None if place is None else url_for("incidents.index", **(place | narrowed)),
        }

    return {
        "name": name,
        "url": towns_url,
        "formers": formers or [],
        "records": figure("records"),
        "kinds": [
            {
                "all": figure(kind, kind=kind),
                "about": figure(f"{kind}_about", kind=kind, about="yes"),
            }
            for kind in INCIDENT_KINDS
        ],
        "about": figure("about", about="yes"),
        "unknown": figure("unknown", about="unknown"),
        "open": figure("open", state="open"),
    }


def _published(held: Register) -> list[dict[str, Any]]:
    rows = held.published[held.published["indicator"].isin(PUBLISHED.values())]
    return [
        {
            "indicator": row["indicator"],
            "value": or_none(row["value"]),
            "unit": or_none(row["unit"]),
            "as_of_on": or_none(row["as_of_on"]),
            "publisher": row["publisher"],
            "source": or_none(row["source"]),
        }
        for row in rows.to_dict("records")
    ]
