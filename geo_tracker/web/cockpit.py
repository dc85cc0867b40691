"""驾驶舱: where everything stood on a day, at a glance, each number with its rows."""

from datetime import date, timedelta
from typing import Any

import pandas as pd
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.periods import closings
from geo_tracker.indicators.cockpit import LEAST_WHOLE, RATES, place_sums, ranking
from geo_tracker.indicators.consent import consent_table
from geo_tracker.language import N_
from geo_tracker.web.actor import today
from geo_tracker.web.cockpit_cards import Place, cards_of, row_cells
from geo_tracker.web.cockpit_charts import charts_of
from geo_tracker.web.cockpit_figures import DayFigures, figures_on
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import NOWHERE, PlaceFilter, chosen_code, place_filter
from geo_tracker.web.money import or_none
from geo_tracker.web.problem_filters import past_day
from geo_tracker.web.problem_past import present_day
from geo_tracker.web.register import register

bp = Blueprint("cockpit", __name__, url_prefix="/cockpit")

WEEK = timedelta(days=7)
MOST_RANKED = 5

RATE_TEXTS: dict[str, str] = {
    "resolution": N_("Problems resolved of registered"),
    "on_time": N_("Problems fixed in time of due"),
    "satisfaction": N_("Residents satisfied of revisited"),
    "rectification": N_("Put right of handed over again"),
    "checklist": N_("Checklist items done of applicable"),
    "paid": N_("Paid of budget"),
    "full_consent": N_("Votes at full consent"),
}


def asked_on() -> date:
    """Return the day that is asked for; where none is, that of the present figures."""
    return past_day(request.args.get("on", "")) or present_day()


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show where everything stood on a day."""
    held = register()
    if held.versions.empty:
        return render_template("cockpit/empty.html")
    places = place_filter(held.versions)
    on = asked_on()
    now, before = (
        figures_on(held, day, due_before=min(day, judging_day())) for day in (on, on - WEEK)
    )
    chosen = places.applied(held.places)
    where = Place(on=on, is_past=on < present_day(), county=places.county)
    level, options = _level(places)
    codes = chosen[f"{level}_code"].fillna(NOWHERE if level == "county" else "")
    sums = place_sums(now.units, codes)
    rate = chosen_code("rank", RATES, default="resolution")
    return render_template(
        "cockpit/show.html",
        on=on,
        today=today(),
        filters={"county": places.county, "on": on.isoformat(), "rank": rate},
        counties=places.counties,
        by_town=level == "town",
        cards=cards_of(
            held, chosen, now, before, where, _whole(now, chosen), _whole(before, chosen)
        ),
        charts=charts_of(chosen, now),
        rows=_rows(now, sums, codes, options, where),
        rates=[(name, _(text)) for name, text in RATE_TEXTS.items()],
        ranked=_ranked(sums, dict(options), rate, where),
        least=LEAST_WHOLE[rate],
        closed=_closed(on),
    )


def _closed(on: date) -> dict[str, Any] | None:
    """Return the earliest standing closing that a day lies in: its id and last day."""
    with read_session() as session:
        found = [one for one, *_who in closings(session) if one.withdrawn_at is None]
    covering = [one for one in found if one.until_on >= on]
    if not covering:
        return None
    first = min(covering, key=lambda one: one.until_on)
    return {"id": first.id, "until_on": first.until_on, "is_its_day": first.until_on == on}


def _level(places: PlaceFilter) -> tuple[str, list[tuple[str, str]]]:
    """Return what rows stand for: counties, or the towns of the one chosen."""
    if places.county:
        return "town", [*places.towns]
    return "county", [*places.counties]


def _whole(figures: DayFigures, chosen: pd.DataFrame) -> "pd.Series[Any]":
    """Return the sums over all villages of a place, with their rates."""
    return place_sums(figures.units, pd.Series("all", index=chosen.index)).iloc[0]


def _rows(
    now: DayFigures,
    sums: pd.DataFrame,
    codes: pd.Series,
    options: list[tuple[str, str]],
    where: Place,
) -> list[dict[str, Any]]:
    votes = now.votes[now.votes["unit_id"].isin(codes.index)]
    consent = consent_table(votes, votes["unit_id"].map(codes))
    rows = []
    for code, name in options:
        if code not in sums.index:
            continue
        there = where.at(code)
        mean = or_none(consent["mean_of_rates"].get(code))
        rows.append(
            {
                "name": name,
                "url": url_for(".show", **there.within, on=where.asked)
                if not where.county
                else None,
                "map_url": url_for("map.show", **there.within),
                "cells": row_cells(sums.loc[code], mean, there),
            }
        )
    return rows


def _ranked(sums: pd.DataFrame, names: dict[str, str], rate: str, where: Place) -> dict[str, Any]:
    found = ranking(sums[sums.index.isin(names)], rate, most=MOST_RANKED)
    part, whole = RATES[rate]

    def entries(codes: list[str]) -> list[dict[str, Any]]:
        return [
            {
                "name": names[code],
                "share": float(sums.at[code, rate]),
                "part": int(sums.at[code, part]),
                "whole": int(sums.at[code, whole]),
                "is_money": rate == "paid",
                "url": where.at(code).rows(part),
            }
            for code in codes
        ]

    return {
        "best": entries(found.best),
        "worst": entries(found.worst),
        "unranked": found.unranked,
    }
