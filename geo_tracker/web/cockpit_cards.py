"""What the cards and the table of the cockpit say, and where the rows of each number are."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import pandas as pd
from flask import url_for
from flask_babel import gettext as _

from geo_tracker.db.problem_lists import OPEN
from geo_tracker.db.problem_tally import DUPLICATE
from geo_tracker.indicators.consent import TAIL, consent_table
from geo_tracker.web.cockpit_figures import DayFigures
from geo_tracker.web.money import or_none, share, yuan
from geo_tracker.web.register import Register
from geo_tracker.web.texts import number, percent, term, yuan_wan


@dataclass(frozen=True)
class Place:
    """A place on a day: where the rows of its numbers are.

    Attributes
    ----------
    on : date
        The day.
    is_past : bool
        Whether it lies before the day of the present figures: rows are as they were then.
    county, town : str
        Codes; empty for all.
    """

    on: date
    is_past: bool
    county: str = ""
    town: str = ""

    def at(self, code: str) -> "Place":
        """Return one of the places in it: a county, or of a county a town."""
        return replace(self, town=code) if self.county else replace(self, county=code)

    @property
    def within(self) -> dict[str, Any]:
        """The place as addresses have it."""
        return {"county": self.county or None, "town": self.town or None}

    @property
    def asked(self) -> str | None:
        """The day as addresses have it; None for the present one."""
        return self.on.isoformat() if self.is_past else None

    def rows(self, measure: str) -> str:
        """Return where the rows are that a measure of `COUNTS` counts."""
        if measure in _VISITS:
            return url_for("visits.index", to=self.on.isoformat(), **self.within)
        if measure == "incidents":
            return url_for("incidents.index", to=self.on.isoformat(), **self.within)
        if measure in _VOTES:
            return url_for("votes.index", check=_VOTES[measure], to=self.asked, **self.within)
        if measure in _ITEMS:
            shown = _ITEMS[measure]
            if self.is_past:
                return url_for("cockpit_rows.checklists", on=self.asked, show=shown, **self.within)
            return url_for("checklists.index", show=shown, **self.within)
        if measure in _PROJECTS:
            light = "red" if measure == "red" else None
            if self.is_past:
                return url_for("cockpit_rows.projects", on=self.asked, light=light, **self.within)
            return url_for("projects.index", light=light, **self.within)
        if self.is_past or measure not in _OWED:
            return url_for("problems.index", counted=measure, on=self.asked, **self.within)
        state, light = _OWED[measure]
        return url_for("problems.index", state=state, light=light, **self.within)

    def pair(self, text: str, value: str, measure: str) -> tuple[str, str, str]:
        """Return a line of a card: text, value, and where its rows are."""
        return text, value, self.rows(measure)


_VISITS = ("visits", "people")
_VOTES = {"votes": None, "full": "full", "not_in_order": "problem"}
_ITEMS = {"applicable": "opened", "done": "opened", "items_overdue": "overdue"}
_PROJECTS = (*("projects", "red", "budget_fen", "paid_fen", "both_budget_fen", "both_paid_fen"),)
_OWED = {"open": (OPEN, None), "overdue": (None, "red"), "duplicates": (DUPLICATE, None)}
"""Measures that the list of today knows as a state or a light."""


def cards_of(
    held: Register,
    chosen: pd.DataFrame,
    now: DayFigures,
    before: DayFigures,
    where: Place,
    sums: "pd.Series[Any]",
    earlier: "pd.Series[Any]",
) -> list[dict[str, Any]]:
    """Return the cards.

    Parameters
    ----------
    held : Register
        The register.
    chosen : DataFrame
        Rows of `Register.places`: the villages of the place.
    now, before : DayFigures
        Of the day, and of a week before.
    where : Place
        The place and the day.
    sums, earlier : Series
        `COUNTS` and `RATES` of the place on both days.
    """

    def changed(measure: str) -> str:
        was, is_now = or_none(earlier[measure]), or_none(sums[measure])
        if is_now is None:
            return str(_("none recorded: not known"))
        if is_now == (was or 0):
            return str(_("no change in 7 days"))
        return str(_("%(change)s in 7 days", change=f"{int(is_now) - int(was or 0):+,}"))

    def amount(measure: str) -> str:
        return yuan_wan(yuan(sums[measure]))

    def rate(name: str) -> str:
        return percent(or_none(sums[name]))

    return [
        _villages(held, chosen, where),
        _consent(now, chosen, where),
        {
            "title": _("Checklist items done"),
            "value": rate("checklist"),
            "url": where.rows("done"),
            "note": changed("done"),
            "pairs": [
                where.pair(_("done"), number(sums["done"]), "done"),
                where.pair(_("applicable"), number(sums["applicable"]), "applicable"),
                where.pair(_("overdue"), number(sums["items_overdue"]), "items_overdue"),
            ],
        },
        {
            "title": _("Projects"),
            "value": number(None if now.projects.empty else sums["projects"]),
            "url": where.rows("projects"),
            "note": _("no file told of any by then: not known")
            if now.projects.empty
            else changed("projects"),
            "pairs": [
                where.pair(_("budget, 10,000 yuan"), amount("budget_fen"), "budget_fen"),
                where.pair(_("paid, 10,000 yuan"), amount("paid_fen"), "paid_fen"),
                where.pair(_("paid of budget"), rate("paid"), "both_paid_fen"),
                where.pair(_("far behind plan"), number(sums["red"]), "red"),
            ],
        },
        {
            "title": _("Problems registered"),
            "value": number(sums["registered"]),
            "url": where.rows("registered"),
            "note": changed("registered"),
            "pairs": [
                where.pair(_("resolved"), number(sums["resolved"]), "resolved"),
                where.pair(_("open"), number(sums["open"]), "open"),
                where.pair(_("overdue"), number(sums["overdue"]), "overdue"),
                *(
                    [
                        where.pair(
                            term("measure_duplicates"), number(sums["duplicates"]), "duplicates"
                        )
                    ]
                    if sums["duplicates"]
                    else []
                ),
            ],
        },
        {
            "title": _("Problems resolved of registered"),
            "value": rate("resolution"),
            "url": where.rows("resolved"),
            "note": _("resolved: %(change)s", change=changed("resolved")),
            "pairs": [
                where.pair(_("fixed in time of due"), rate("on_time"), "in_time"),
                where.pair(_("satisfied of revisited"), rate("satisfaction"), "satisfied"),
                where.pair(_("put right of handed over again"), rate("rectification"), "rectified"),
            ],
        },
        {
            "title": _("Visits"),
            "value": number(sums["visits"]),
            "url": where.rows("visits"),
            "note": changed("visits"),
            "pairs": [where.pair(_("people served"), number(or_none(sums["people"])), "people")],
        },
        {
            "title": _("Incidents recorded"),
            "value": number(or_none(sums["incidents"])),
            "url": where.rows("incidents"),
            "note": changed("incidents"),
            "pairs": [
                (
                    _("by kind, with those published"),
                    _("three zeros"),
                    url_for("incident_totals.show", to=where.on.isoformat(), **where.within),
                )
            ],
        },
    ]


def _villages(held: Register, chosen: pd.DataFrame, where: Place) -> dict[str, Any]:
    spans = held.spans[held.spans["unit_id"].isin(chosen.index)]
    standing = int(((spans["begins_on"] <= where.on) & (spans["ends_on"] > where.on)).sum())
    first = held.layers[0]
    members = held.versions.loc[held.versions["layer_id"] == first.id, "unit_id"]
    at_first = int(members.isin(chosen.index).sum())
    day = str(first.as_of_on)
    return {
        "title": _("Administrative villages"),
        "value": number(standing),
        "url": url_for("map.show", date=where.on.isoformat(), **where.within),
        "note": _("on the map of the day"),
        "pairs": [
            (
                _("on %(day)s", day=day),
                number(at_first),
                url_for("villages.index", layer=day, **where.within),
            ),
            (_("reduction"), percent(share(at_first - standing, at_first)), None),
            (
                _("former villages that merged"),
                number(int((spans["ends_on"] <= where.on).sum())),
                url_for("villages.index", kind="involved", **where.within),
            ),
        ],
    }


def _consent(now: DayFigures, chosen: pd.DataFrame, where: Place) -> dict[str, Any]:
    votes = now.votes[now.votes["unit_id"].isin(chosen.index)]
    table = consent_table(votes, pd.Series("all", index=votes.index))
    found = table.iloc[0].map(or_none) if len(table) else pd.Series(dtype=object)

    return {
        "title": _("Consent of those present, mean of rates"),
        "value": percent(found.get("mean_of_rates")),
        "url": where.rows("votes"),
        "note": _("votes: %(count)s", count=number(int(found.get("votes") or 0))),
        "pairs": [
            where.pair(_("all votes pooled"), percent(found.get("pooled")), "votes"),
            where.pair(
                _("villages at full consent"),
                number(int(found.get("at_100") or 0)),
                "full",
            ),
            where.pair(
                _("mean of the worst %(share)s", share=percent(TAIL, 0)),
                percent(found.get("tail")),
                "votes",
            ),
            where.pair(
                _("record not in order"),
                number(int(found.get("not_in_order") or 0)),
                "not_in_order",
            ),
        ],
    }


def row_cells(
    sums: "pd.Series[Any]", consent: float | None, there: Place
) -> list[tuple[str, str | None]]:
    """Return the cells of a place's row, in the order of the table: text, and where its rows are.

    ``consent``: mean of rates of its votes.
    """

    def count(measure: str) -> tuple[str, str | None]:
        value = or_none(sums[measure])
        return number(value), there.rows(measure) if value else None

    def amount(measure: str) -> tuple[str, str | None]:
        value = yuan(sums[measure])
        return yuan_wan(value), there.rows(measure) if value is not None else None

    def rate(name: str, measure: str) -> tuple[str, str | None]:
        value = or_none(sums[name])
        return percent(value), there.rows(measure) if value is not None else None

    return [
        (percent(consent), there.rows("votes") if consent is not None else None),
        rate("checklist", "done"),
        count("items_overdue"),
        count("projects"),
        amount("budget_fen"),
        rate("paid", "both_paid_fen"),
        count("red"),
        count("registered"),
        count("open"),
        count("overdue"),
        rate("resolution", "resolved"),
        count("visits"),
        count("incidents"),
    ]
