"""The score of lagging as pages show it: computed when something changed, worded for readers."""

import threading
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.db.followup_counts import followup_stamp
from geo_tracker.db.lag_periods import existing_lag_period, first_lag_period_id
from geo_tracker.db.visits import visits_by_unit
from geo_tracker.followup.lag_lines import BY_CODE, DOMAINS
from geo_tracker.indicators.hidden_laggards import (
    SpendingOnNeed,
    need_and_attention,
    spending_on_need,
)
from geo_tracker.indicators.lag_flags import FLAGS
from geo_tracker.indicators.lag_robustness import BORDERLINE, FIRM, NOT
from geo_tracker.language import N_, Message
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register, register
from geo_tracker.web.register_projects import recorded_on
from geo_tracker.web.texts import shown
from geo_tracker.workflows.lag import Lag, lag_of
from geo_tracker.workflows.lag_snapshot import rates_held_fast

STANDINGS = {
    FIRM: Message(N_("firmly among the worst tenth")),
    BORDERLINE: Message(N_("may be among the worst tenth")),
    NOT: Message(N_("not among the worst tenth")),
}

UNRANKED = "unranked"


@dataclass(frozen=True)
class ShownLag:
    """The score with what pages set beside it.

    Attributes
    ----------
    lag : Lag
        The score.
    attention : DataFrame
        As `need_and_attention`, by former village; with ``last_visit_on`` (date or missing).
    spending : SpendingOnNeed
        What of all that was paid for former villages went to those that firmly lag.
    """

    lag: Lag
    attention: pd.DataFrame
    spending: SpendingOnNeed


_kept: dict[str, tuple[Any, ShownLag]] = {}
_lock = threading.Lock()


def shown_lag() -> ShownLag:
    """Return the score as it stands; computed anew when something changed."""
    held, on = register(), judging_day()
    key = str(services().engine.url)
    with read_session() as session:
        frozen_by = first_lag_period_id(session, held.data_on.year)
        stamp = held.stamp, held.edited, followup_stamp(session), on, frozen_by
    with _lock:
        found = _kept.get(key)
        if found is None or found[0] != stamp:
            found = _kept[key] = stamp, _computed(held, on, frozen_by)
    return found[1]


def _computed(held: Register, on: date, frozen_by: int | None) -> ShownLag:
    projects = held.projects
    own = recorded_on(projects)
    red = (projects["light"] == "red").groupby(own).sum()
    with read_session() as session:
        held_fast = None
        if frozen_by is not None:
            held_fast = rates_held_fast(existing_lag_period(session, frozen_by).reference)
        lag = lag_of(
            session,
            formers=held.formers,
            villages=held.villages,
            latest=held.latest_figures,
            merged=held.present_units,
            red_projects=red,
            rules=held.rules,
            on=on,
            held_fast=held_fast,
        )
        visits = {row.unit_id: row.last_on for row in visits_by_unit(session, until=on)}
    last = pd.Series(visits, dtype=object).reindex(held.formers.index)
    days = (pd.Timestamp(on) - pd.to_datetime(last)).dt.days
    table = lag.formers.table
    attention = need_and_attention(
        table["score"], held.formers["paid_fen"], held.formers["registered_population"], days
    )
    return ShownLag(
        lag,
        attention.assign(last_visit_on=last),
        spending_on_need(held.formers["paid_fen"], table["standing"]),
    )


def names_of(codes: Collection[str]) -> list[str]:
    """Return what indicators are called, in the reader's language."""
    return [_(BY_CODE[code].name) for code in codes]


def standing_word(standing: Any) -> str | None:
    """Say how sure it is that a village is among the worst; None where it is not ranked."""
    return shown(STANDINGS[standing]) if standing in STANDINGS else None


def score_values(row: Mapping[Any, Any]) -> dict[str, Any]:
    """Return what pages say of a scored village: score, rank and its range, standing, flags."""
    names = ("score", "rank", "rank_low", "rank_high", "standing")
    return {name: or_none(row[name]) for name in names} | {
        "standing_text": standing_word(row["standing"]),
        "reasons": [shown(FLAGS[code]) for code in row["reasons"]],
    }


def standing_choices() -> list[tuple[str, str]]:
    """Return how sure it may be that a village is among the worst, as a filter offers it."""
    choices = [(code, shown(text)) for code, text in STANDINGS.items()]
    return [*choices, (UNRANKED, _("not ranked: figures are missing"))]


def narrowed(rows: pd.DataFrame, *, standing: str, reason: str) -> pd.DataFrame:
    """Return the rows of a standing, or `UNRANKED`, and with a flag; all where these are empty."""
    if reason:
        rows = rows[[reason in codes for codes in rows["reasons"]]]
    if standing == UNRANKED:
        return rows[rows["score"].isna()]
    return rows[rows["standing"] == standing] if standing else rows


def domain_parts(points_of: Mapping[str, float]) -> list[dict[str, Any]]:
    """Return what each domain brings to a village's score, for a bar from 0 to 100 points.

    Parameters
    ----------
    points_of : mapping
        Domain → the points that it brings.

    Returns
    -------
    list of dict
        ``code``, ``name`` and ``points`` of each domain that brings any, ``start`` and ``share``
        (0–1) of its part of the bar.
    """
    parts: list[dict[str, Any]] = []
    start = 0.0
    for code, name in DOMAINS.items():
        points = points_of.get(code, 0.0)
        if points > 0:
            share = points / 100
            parts.append(
                {
                    "code": code,
                    "name": shown(name),
                    "points": points,
                    "start": start,
                    "share": share,
                }
            )
            start += share
    return parts
