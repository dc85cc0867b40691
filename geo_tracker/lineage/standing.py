"""Which villages stand on a date: one definition for every count and every map of a day."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

_SIDES = ["from_unit_id", "to_unit_id"]


def standing_spans(
    versions: pd.DataFrame, links: pd.DataFrame, *, layers: Sequence[tuple[int, date]]
) -> pd.DataFrame:
    """Return from when until when each village stands.

    Parameters
    ----------
    versions : DataFrame
        ``unit_id``, ``layer_id``.
    links : DataFrame
        Standing links: ``from_unit_id``, ``to_unit_id``, ``after_layer_id``, ``accepted``,
        ``said_by_geometry``, ``effective_on``, ``document_on`` (dates; the latter may be missing).
    layers : sequence of (int, date)
        Layers and the dates they hold from, by date.

    Returns
    -------
    DataFrame
        ``unit_id``, ``begins_on``, ``ends_on`` (`date.max` of a village that still stands); a
        village stands on ``begins_on`` ≤ day < ``ends_on``. One row per village, or several of one
        that was gone in between. The villages of the first layer begin on its date.

    Notes
    -----
    A layer says how villages lie on its date, not since when. A village changes on the effective
    date of its event; where that is no more than the date of the later layer, on the date of the
    approval, if that lies between the layers; else with the later layer. Villages that gave one
    another ground change together, on the latest date known of any of them: only then does the
    ground lie as one of the two layers draws it, and on every date it belongs to one village.
    """
    members = [
        set(versions.loc[versions["layer_id"] == layer, "unit_id"].tolist()) for layer, _ in layers
    ]
    # Where a person decided against the ground, the ground still has to go from hand to hand.
    links = links[links["accepted"] | links["said_by_geometry"]]
    links = links[links["from_unit_id"] != links["to_unit_id"]]
    begins: dict[int, date] = dict.fromkeys(members[0], layers[0][1]) if layers else {}
    spans: list[tuple[int, date, date]] = []
    steps = zip(pairwise(layers), pairwise(members), strict=True)
    for ((_, earlier_on), (later, later_on)), (before, after) in steps:
        step = links[links["after_layer_id"] == later]
        changes = _change_days(step, before, after, earlier_on, later_on)
        for unit in before - after:
            spans.append((unit, begins.pop(unit), changes.get(unit, later_on)))
        begins |= {unit: changes.get(unit, later_on) for unit in after - before}
    spans += [(unit, start, date.max) for unit, start in begins.items()]
    frame = pd.DataFrame(sorted(spans), columns=["unit_id", "begins_on", "ends_on"], dtype=object)
    return frame.astype({"unit_id": "int64"})


def _change_days(
    links: pd.DataFrame, before: set[int], after: set[int], earlier_on: date, later_on: date
) -> dict[int, date]:
    """Return the day on which villages that end or begin between two layers do so."""
    links = links[links["from_unit_id"].isin(before) & links["to_unit_id"].isin(after)]
    if links.empty:
        return {}
    group = _connected(links)
    days = pd.Series(
        [
            _known_day(effective, approved, earlier_on, later_on)
            for effective, approved in zip(links["effective_on"], links["document_on"], strict=True)
        ],
        index=links.index,
        dtype=float,
    )
    latest = days.groupby(group).transform("max").fillna(later_on.toordinal())
    # A village that lives on is drawn with what it gained or lost by the later layer only.
    lives_on = links["from_unit_id"].isin(after) | links["to_unit_id"].isin(before)
    latest[lives_on.groupby(group).transform("any")] = later_on.toordinal()
    changed = [date.fromordinal(int(day)) for day in latest]
    return {
        unit: day
        for side in _SIDES
        for unit, day in zip(links[side].tolist(), changed, strict=True)
    }


def _connected(links: pd.DataFrame) -> pd.Series:
    """Number the groups of links that share villages, through however many."""
    group = pd.Series(np.arange(len(links)), index=links.index)
    while True:
        joined = group
        for side in _SIDES:
            joined = joined.groupby(links[side]).transform("min")
        if joined.equals(group):
            return group
        group = joined


def _known_day(effective: Any, approved: Any, earlier_on: date, later_on: date) -> float:
    """Return the number of the day that an event states for itself, missing if it states none."""
    for day in (effective, approved):
        if not pd.isna(day) and earlier_on < day < later_on:
            return float(day.toordinal())
    return float("nan")


def standing_on(spans: pd.DataFrame, day: date) -> pd.Index:
    """Return the ids of the villages that stand on a day; none before the first layer's date."""
    return pd.Index(spans.loc[(spans["begins_on"] <= day) & (day < spans["ends_on"]), "unit_id"])


@dataclass(frozen=True)
class DatedChange:
    """What a date changes.

    Attributes
    ----------
    on : date
    layer : int
        Place of the layer that holds on the date, from 0.
    count : int
        Villages that stand from this date on.
    ends, begins : list of int
        Villages of that layer that end, and of the next one that begin. None where the layer itself
        begins: it draws just the villages that stand.
    gone, come : list of int
        Villages that a layer that begins takes away and brings, rising; none on other dates.
    """

    on: date
    layer: int
    count: int
    ends: list[int]
    begins: list[int]
    gone: list[int]
    come: list[int]


def dated_changes(spans: pd.DataFrame, layer_dates: Sequence[date]) -> list[DatedChange]:
    """Return every date on which the villages change, or a layer begins, in order.

    Parameters
    ----------
    spans : DataFrame
        As `standing_spans`.
    layer_dates : sequence of date
        When each layer begins, in order.
    """
    return list(_dated_changes(spans, layer_dates))


def _dated_changes(spans: pd.DataFrame, layer_dates: Sequence[date]) -> Iterator[DatedChange]:
    begins = spans.groupby("begins_on")["unit_id"].agg(list).to_dict()
    ends = spans.groupby("ends_on")["unit_id"].agg(list).to_dict()
    ends.pop(date.max, None)
    count, layer = 0, -1
    for on in sorted({*begins, *ends, *layer_dates}):
        begun, ended = begins.get(on, []), ends.get(on, [])
        count += len(begun) - len(ended)
        is_new_layer = layer + 1 < len(layer_dates) and on == layer_dates[layer + 1]
        layer += is_new_layer
        if is_new_layer:
            yield DatedChange(on, layer, count, [], [], sorted(ended), sorted(begun))
        else:
            yield DatedChange(on, layer, count, ended, begun, [], [])
