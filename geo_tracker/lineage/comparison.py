"""Two layers of any country compared: who became whom, from the ground alone."""

from dataclasses import dataclass

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.crs import area_crs, in_crs
from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_, Message
from geo_tracker.lineage.agreement import compared_with_table
from geo_tracker.lineage.coarse import FEWEST_UNITS, coarse_overlap_shares
from geo_tracker.lineage.displacement import Displacement, agreeing_votes, displacement
from geo_tracker.lineage.events import REVIEW_BELOW, classified_changes
from geo_tracker.lineage.names import known_name, name_evidence
from geo_tracker.lineage.overlaps import overlap_shares
from geo_tracker.lineage.placement import Misplacement, misplacement

_CODES_IN_COMMON = 0.2
"""Where fewer ids of the later layer stand in the earlier one too, ids mean nothing."""


@dataclass(frozen=True)
class Comparison:
    """What two layers say about who became whom.

    Attributes
    ----------
    edges : DataFrame
        One row per real link: ``from_id``, ``to_id``, ``from_name``, ``to_name``, ``event``,
        ``event_type``, ``shared_m2``, ``share_of_from``, ``share_of_to``, ``thickness_m``,
        ``confidence`` (0–1), ``needs_review``, ``evidence`` (Message).
    events : DataFrame
        As `classified_changes` returns.
    shares : DataFrame
        Every overlap above zero, as `overlap_shares` returns.
    displacement : Displacement or None
        How the later layer lies against the earlier one, if it does not fit.
    misplacement : Message or None
        What is wrong with the coordinates of one layer as a whole.
    codes_mean_the_same : bool
        Whether ids name the same unit in both layers.
    """

    edges: pd.DataFrame
    events: pd.DataFrame
    shares: pd.DataFrame
    displacement: Displacement | None
    misplacement: Message | None
    codes_mean_the_same: bool


def compared_layers(
    before: gpd.GeoDataFrame,
    after: gpd.GeoDataFrame,
    *,
    ignore_names: bool = False,
    correct_shift: bool = False,
    exact: bool = False,
) -> Comparison:
    """Infer who became whom between two layers.

    Parameters
    ----------
    before, after : GeoDataFrame
        Valid polygons in any CRS, indexed by unique ``unit_id``, with ``name`` and ``stat_code``
        (missing where unknown).
    ignore_names : bool
        Take no notice of names.
    correct_shift : bool
        Move the later layer by the shift that was found, for matching only.
    exact : bool
        Intersect every pair, in large layers too.

    Returns
    -------
    Comparison
        Inputs stay unchanged.

    Raises
    ------
    UnusableLayerError
        If a layer has no CRS, or the two lie in different places.
    """
    if before.crs is None or after.crs is None:
        raise UnusableLayerError(N_("The layer has no coordinate system."))
    crs = area_crs(before)
    old_as_stated, new_as_stated = _known_facts(before), _known_facts(after)
    old, new = in_crs(old_as_stated, crs), in_crs(new_as_stated, crs)
    votes = agreeing_votes(old, new)
    misplaced = None if len(votes) else misplacement(old_as_stated, new_as_stated, crs)
    if misplaced is not None and correct_shift:
        old, new = misplaced.before, misplaced.after
        votes = agreeing_votes(old, new)
    if not _meet(old, new):
        raise _apart(misplaced)
    same_codes = bool(new["stat_code"].isin(old["stat_code"].dropna()).mean() >= _CODES_IN_COMMON)
    for layer in (old, new):
        if ignore_names:
            layer["name"] = None
        if not same_codes:
            layer["stat_code"] = None
    shift = displacement(old, votes)
    if shift is not None and correct_shift:
        new = new.set_geometry(new.translate(-shift.east_m, -shift.north_m), crs=crs)
    shares, agreeing = _overlaps(old, new, exact=exact)
    if not (shares["shared_m2"] > 0).any():
        raise _apart(misplaced)
    events, links = classified_changes(shares, old, new, agreeing=agreeing)
    facts = events.set_index("event")
    edges = links.assign(
        from_name=links["from_id"].map(before["name"]),
        to_name=links["to_id"].map(after["name"]),
        evidence=_with_names(links, old["name"], new["name"]),
        event_type=links["event"].map(facts["event_type"]),
        needs_review=(links["confidence"] < REVIEW_BELOW)
        | links["event"].map(facts["event_type"]).eq("reallocation"),
    )
    return Comparison(
        edges=edges,
        events=events,
        shares=shares[shares["shared_m2"] > 0],
        displacement=shift,
        misplacement=misplaced.cause if misplaced is not None else None,
        codes_mean_the_same=same_codes,
    )


def beside_table(found: Comparison, table: pd.DataFrame) -> pd.DataFrame:
    """Return the links of a comparison beside the pairs of a planners' table.

    Parameters
    ----------
    found : Comparison
        What the ground says.
    table : DataFrame
        ``from_id`` and ``to_id``, one row per pair that somebody wrote down.

    Returns
    -------
    DataFrame
        The columns of `Comparison.edges` and ``said_by_geometry``, ``said_by_table``,
        ``conflict``; pairs that the table alone names follow, with the ground they share.
    """
    pairs = ["from_id", "to_id"]
    both = compared_with_table(found.edges, table)
    measured = found.shares.set_index(pairs)
    edges = both.merge(
        found.edges.drop(columns=["confidence", "needs_review"]), how="left", on=pairs
    )
    alone = ~edges["said_by_geometry"]
    keys = pd.MultiIndex.from_frame(edges.loc[alone, pairs])
    for column in ("shared_m2", "share_of_from", "share_of_to", "thickness_m"):
        edges.loc[alone, column] = measured[column].reindex(keys).fillna(0).to_numpy()
    edges["evidence"] = [
        _joined_evidence(ground, reason)
        for ground, reason in zip(edges["evidence"], edges["reason"], strict=True)
    ]
    return edges


def _joined_evidence(ground: Message | float, reason: Message | None) -> Message:
    if not isinstance(ground, Message):
        return reason or Message(N_("Only the table says so."))
    if reason is None:
        return ground
    return Message(N_("%(ground)s. %(reason)s"), {"ground": ground, "reason": reason})


def _overlaps(
    old: gpd.GeoDataFrame, new: gpd.GeoDataFrame, *, exact: bool
) -> tuple[pd.DataFrame, int]:
    if exact or min(len(old), len(new)) < FEWEST_UNITS:
        return overlap_shares(old, new).assign(exact=True), 0
    return coarse_overlap_shares(old, new)


def _with_names(links: pd.DataFrame, old: pd.Series, new: pd.Series) -> list[Message]:
    """Return the evidence of the ground with that of the names beside it."""
    spoken = zip(links["evidence"], links["from_id"], links["to_id"], strict=True)
    told = []
    for ground, from_id, to_id in spoken:
        names = name_evidence(known_name(old[from_id]), known_name(new[to_id]))
        both = {"ground": ground, "names": names}
        told.append(ground if names is None else Message(N_("%(ground)s; %(names)s"), both))
    return told


def _known_facts(layer: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    return layer[["name", "stat_code", layer.geometry.name]].copy()


def _apart(misplaced: Misplacement | None) -> UnusableLayerError:
    if misplaced is None:
        return UnusableLayerError(N_("These layers do not overlap."))
    return UnusableLayerError(
        N_("These layers do not overlap: %(cause)s. --correct-shift undoes it."),
        cause=misplaced.cause,
    )


def _meet(old: gpd.GeoDataFrame, new: gpd.GeoDataFrame) -> bool:
    bounds = [layer.total_bounds for layer in (old, new)]
    if not np.isfinite(bounds).all():
        return False
    one, other = (shapely.box(*edges) for edges in bounds)
    return bool(shapely.intersects(one, other))
