"""Rates of problems by county and town as of any day, and what each unit owes."""

from datetime import date
from typing import Any

import pandas as pd
from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.problem_lists import (
    NO_UNIT,
    OPEN,
    ProblemFilter,
    conditions,
    count_of_problems,
    owed_by_unit,
)
from geo_tracker.db.problem_tally import DUPLICATE
from geo_tracker.indicators.problems import COUNTS, RATES
from geo_tracker.web.actor import today
from geo_tracker.web.context import read_session
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import NOWHERE, PlaceFilter, place_filter
from geo_tracker.web.problem_day import ledger_day
from geo_tracker.web.problem_figures import rate_values
from geo_tracker.web.problem_filters import past_day, units_of
from geo_tracker.web.problem_past import counts_on
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import term

bp = Blueprint("problem_rates", __name__, url_prefix="/problems")


@bp.get("/rates")
def show() -> ResponseReturnValue:
    """Show the rates by county, or by town of a county, as of a day."""
    held = register()
    chosen = place_filter(held.versions)
    past = past_day(request.args.get("on", ""))
    on = past or today()
    counts = counts_on(on, due_before=past or judging_day())
    places = held.places.reindex(counts.index)
    level = "town" if chosen.county else "county"
    if chosen.county:
        here = chosen.applied(places).index
        counts, places = counts.loc[here], places.loc[here]
    repeated = int(counts["duplicates"].sum())
    codes = places[f"{level}_code"].fillna(NOWHERE if level == "county" else "")
    summed = counts.groupby(codes.to_numpy())[list(COUNTS)].sum()
    offered = dict(chosen.towns if level == "town" else chosen.counties)
    names = dict(zip(codes, places[level].fillna(_("not known")), strict=True))
    return render_template(
        "problems/rates.html",
        on=on,
        today=today(),
        is_past=past is not None,
        filters={"county": chosen.county, "on": on.isoformat()},
        counties=chosen.counties,
        by_town=level == "town",
        rows=[
            _row(str(code), names[code], one, level, chosen.county, past, known=code in offered)
            for code, one in summed.iterrows()
        ],
        total=_row("", "", summed.sum(), level, chosen.county, past) if len(summed) else None,
        duplicates={
            "count": repeated,
            "text": term("measure_duplicates"),
            "url": _repeated_url(chosen.county, past),
        },
        look_again=None if past else _look_again(held, chosen),
        heads=[{"name": name, "title": value["title"]} for name, value in _heads()],
    )


def _repeated_url(county: str, past: date | None) -> str:
    """Return where the duplicates of a place are, as of a day."""
    if past is None:
        return url_for("problems.index", state=DUPLICATE, county=county or None)
    return url_for(
        "problems.index", counted="duplicates", on=past.isoformat(), county=county or None
    )


def _look_again(held: Register, chosen: PlaceFilter) -> dict[str, Any]:
    """Return how many problems of the place are due for a second look, and where they are."""
    day = ledger_day(held)
    asked = ProblemFilter(units=units_of(held, chosen, None), confirmed_by=day.confirmed_by)
    with read_session() as session:
        count = count_of_problems(session, conditions(asked, day.on))
    return {
        "count": count,
        "days": day.rules.recheck_days,
        "url": url_for("problems.index", again="due", county=chosen.county or None),
    }


def _heads() -> list[tuple[str, dict[str, Any]]]:
    none = dict.fromkeys(COUNTS, 0)
    return [(value["name"], value) for value in rate_values(none, str)]


def _row(
    code: str,
    name: str,
    counts: pd.Series,
    level: str,
    county: str,
    past: date | None,
    *,
    known: bool = True,
) -> dict[str, Any]:
    """Return a place's rates, each count with the way to its rows as they stood on the day.

    ``known``: whether the list can be narrowed to the place; else nothing leads there.
    """
    place = {"county": county, "town": code} if level == "town" else {"county": code}
    if not code:
        # The sum of a county's towns; what lies in no known town is in it as well.
        place = {"county": county}
    place = {key: value for key, value in place.items() if value}
    day = past.isoformat() if past else None

    def url(measure: str) -> str | None:
        if not known:
            return None
        values: dict[str, Any] = {**place, "counted": measure, "on": day}
        return url_for("problems.index", **values)

    is_county = known and level == "county" and code
    inner = url_for(".show", county=code, on=day) if is_county else None
    return {
        "name": name,
        "url": inner,
        "rates": rate_values({name: int(counts[name]) for name in COUNTS}, url, tuple(RATES)),
    }


@bp.get("/owed")
def owed() -> ResponseReturnValue:
    """Show what each unit owes: open, due soon, overdue, handed over again, the oldest."""
    with read_session() as session:
        rows = owed_by_unit(session, ledger_day().on)
    names = (OPEN, "yellow", "red", "again", "claimed", "suspended")
    narrowed: dict[str, dict[str, Any]] = {
        OPEN: {"state": OPEN},
        "yellow": {"light": "yellow"},
        "red": {"light": "red"},
        "again": {"state": OPEN, "rounds": 2},
        "claimed": {"state": "claimed_fixed"},
        "suspended": {"suspended": 1},
    }

    def cells(counts: dict[str, Any], **lead: Any) -> list[dict[str, Any]]:
        return [
            {
                "name": name,
                "count": int(counts[name]),
                "url": url_for("problems.index", **lead, **narrowed[name], sort="due")
                if counts[name]
                else None,
            }
            for name in names
        ]

    total = {name: sum(row[name] for row in rows) for name in names}
    return render_template(
        "problems/owed.html",
        rows=[
            {
                "unit": row["lead_unit"],
                "url": url_for("problems.index", lead=row["lead_unit"] or NO_UNIT, state=OPEN),
                "cells": cells(row, lead=row["lead_unit"] or NO_UNIT),
                "oldest_on": row["oldest_on"],
            }
            for row in rows
        ],
        total=cells(total) if rows else None,
        today=ledger_day().on.today,
    )
