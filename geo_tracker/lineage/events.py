"""Which overlaps are real links, and what kind of change each connected group of them is.

First form: fixed floors beside the layers' own noise. The engine that decides from the noise
alone, with calibrated confidence, comes into this room.
"""

from collections.abc import Hashable
from dataclasses import dataclass
from typing import Any

import geopandas as gpd
import pandas as pd

from geo_tracker.language import N_, Message


@dataclass(frozen=True)
class LinkFloors:
    """What an overlap needs, at least, to be a link and not digitising noise."""

    share: float = 0.02
    """Share of the old or of the new village."""
    times_noise: float = 3.0
    """Thickness in multiples of the layers' noise: the median of the overlaps under that share."""


def real_links(shares: pd.DataFrame, *, floors: LinkFloors = LinkFloors()) -> pd.DataFrame:
    """Keep the overlaps that are links between villages.

    Parameters
    ----------
    shares : DataFrame
        As `overlap_shares` returns.
    floors : LinkFloors
        What an overlap needs at least.

    Returns
    -------
    DataFrame
        The rows that count, with ``confidence`` in 0–1: the larger of the two shares. Every old
        and every new village keeps its largest overlap.
    """
    confidence = shares[["share_of_from", "share_of_to"]].max(axis=1)
    largest = pd.Series(False, index=shares.index)
    for side in ("from_id", "to_id"):
        largest[shares.groupby(side)["shared_m2"].idxmax()] = True
    slivers = shares.loc[~largest & (confidence < floors.share), "thickness_m"]
    noise_m = slivers.median() if len(slivers) else 0.0
    clear = (confidence >= floors.share) & (shares["thickness_m"] > floors.times_noise * noise_m)
    kept = largest | clear
    return shares[kept].assign(confidence=confidence[kept])


def classified_changes(
    shares: pd.DataFrame, before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Group links into change events and name each event's type.

    Parameters
    ----------
    shares : DataFrame
        As `overlap_shares` returns for the two layers.
    before, after : GeoDataFrame
        The layers, indexed by ``unit_id``, with ``name`` and ``stat_code``.

    Returns
    -------
    events : DataFrame
        ``event`` (number), ``event_type`` (domain reference §3), ``from_ids``, ``to_ids``,
        ``survivor_id`` (of an integration, else missing), ``residual_m2`` (ground the old ones
        had and the new ones lack), ``confidence`` (its least certain link), ``needs_review``.
    edges : DataFrame
        The links, with ``event``, ``method`` (``geometry``) and ``evidence`` (Message).
    """
    links = real_links(shares)
    groups = _groups(links)
    links = links.assign(event=[groups["from", row] for row in links["from_id"]])
    links["method"] = "geometry"
    links["evidence"] = [
        Message(
            N_("%(of_from)s %% of the former village's ground, %(of_to)s %% of the new one's"),
            {"of_from": f"{row.share_of_from * 100:.1f}", "of_to": f"{row.share_of_to * 100:.1f}"},
        )
        for row in links.itertuples()
    ]
    old = before[["name", "stat_code"]].to_dict("index")
    new = after[["name", "stat_code"]].to_dict("index")
    old_m2 = _whole_areas(links, "from_id", "share_of_from")
    new_m2 = _whole_areas(links, "to_id", "share_of_to")
    events = []
    for event, group in links.groupby("event"):
        from_ids = sorted(set(group["from_id"]))
        to_ids = sorted(set(group["to_id"]))
        event_type, survivor = _kind(from_ids, to_ids, group, old, new)
        confidence = float(group["confidence"].min())
        events.append(
            {
                "event": event,
                "event_type": event_type,
                "from_ids": from_ids,
                "to_ids": to_ids,
                "survivor_id": survivor,
                "residual_m2": sum(old_m2[unit] for unit in from_ids)
                - sum(new_m2[unit] for unit in to_ids),
                "confidence": confidence,
                "needs_review": confidence < 0.9 or event_type == "reallocation",
            }
        )
    columns = ["event", "event_type", "from_ids", "to_ids", "survivor_id", "residual_m2"]
    frame = pd.DataFrame(events, columns=[*columns, "confidence", "needs_review"])
    frame["survivor_id"] = frame["survivor_id"].astype("Int64")
    return frame, links


def _whole_areas(links: pd.DataFrame, side: str, share: str) -> dict[Any, float]:
    return dict(zip(links[side], links["shared_m2"] / links[share], strict=True))


def _groups(links: pd.DataFrame) -> dict[tuple[str, Hashable], int]:
    """Number the connected groups of old and new villages (union-find)."""
    parent: dict[tuple[str, Hashable], tuple[str, Hashable]] = {}

    def root(node: tuple[str, Hashable]) -> tuple[str, Hashable]:
        parent.setdefault(node, node)
        while parent[node] != node:
            parent[node] = parent[parent[node]]
            node = parent[node]
        return node

    for old, new in zip(links["from_id"], links["to_id"], strict=True):
        parent[root(("from", old))] = root(("to", new))
    numbers: dict[tuple[str, Hashable], int] = {}
    return {node: numbers.setdefault(root(node), len(numbers)) for node in list(parent)}


def _kind(
    from_ids: list[Any],
    to_ids: list[Any],
    links: pd.DataFrame,
    old: dict[Any, dict[str, Any]],
    new: dict[Any, dict[str, Any]],
) -> tuple[str, Any]:
    if len(from_ids) == 1 and len(to_ids) == 1:
        return _kind_of_one(old[from_ids[0]], new[to_ids[0]], links.iloc[0]), None
    if len(to_ids) == 1:
        result = new[to_ids[0]]
        same = [
            unit
            for unit in from_ids
            if old[unit]["name"] == result["name"] and old[unit]["stat_code"] == result["stat_code"]
        ]
        return ("integration", same[0]) if len(same) == 1 else ("fusion", None)
    if len(from_ids) == 1:
        source = old[from_ids[0]]
        stays = any(new[unit]["stat_code"] == source["stat_code"] for unit in to_ids)
        return ("extraction" if stays else "scission"), None
    # Each old village keeps most of its ground in a new one of its own: only a part moved.
    main = links[links["share_of_from"] > 0.5]
    one_to_one = main["from_id"].is_unique and main["to_id"].is_unique
    if one_to_one and len(main) == len(from_ids) == len(to_ids):
        return "rectification", None
    return "reallocation", None


def _kind_of_one(old: dict[str, Any], new: dict[str, Any], link: pd.Series) -> str:
    if old["name"] != new["name"]:
        return "name_change"
    if old["stat_code"] != new["stat_code"]:
        return "identifier_change"
    same_ground = min(link["share_of_from"], link["share_of_to"]) > 0.995
    return "unchanged" if same_ground else "rectification"
