"""Two layers of any country compared: who became whom, from the ground alone."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pandas as pd
import shapely
from pyproj import CRS

from geo_tracker.crs import area_crs, in_crs
from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_, Message
from geo_tracker.lineage.agreement import compared_with_table
from geo_tracker.lineage.coarse import FEWEST_UNITS, Ground, coarse_shares, whole_shares
from geo_tracker.lineage.displacement import Displacement, displacement, votes_of_sizes
from geo_tracker.lineage.events import REVIEW_BELOW, classified_changes
from geo_tracker.lineage.ground import LocalGround
from geo_tracker.lineage.name_evidence import with_names
from geo_tracker.lineage.overlaps import overlap_shares
from geo_tracker.lineage.placement import Misplacement, misplacement
from geo_tracker.lineage.sizes import Sizes, unit_sizes
from geo_tracker.memory import give_back
from geo_tracker.packed import Layer, PackedLayer, unpacked

GroundOf = Callable[[Layer, Layer, Sizes, Sizes, CRS], Ground]

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
        ``confidence`` (0–1), ``needs_review``, ``evidence`` (Message), ``exact`` and
        ``share_error`` (as `coarse_shares`).
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
    before: Layer,
    after: Layer,
    *,
    ignore_names: bool = False,
    correct_shift: bool = False,
    exact: bool = False,
    ground_of: GroundOf = LocalGround,
) -> Comparison:
    """Infer who became whom between two layers.

    Parameters
    ----------
    before, after : GeoDataFrame or PackedLayer
        Valid polygons in any CRS, indexed by unique ``unit_id``, with ``name`` and ``stat_code``
        (missing where unknown).
    ignore_names : bool
        Take no notice of names.
    correct_shift : bool
        Move the later layer by the shift that was found, for matching only.
    exact : bool
        Intersect every pair, in large layers too.
    ground_of : callable
        Where the outlines of large layers are kept and looked at: called with both layers in one
        CRS, their sizes and the CRS in which areas are true.

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
    measured = _measured(
        before, after, correct_shift=correct_shift, exact=exact, ground_of=ground_of
    )
    (old_ids, old), (new_ids, new) = _by_rank(before), _by_rank(after)
    # Whoever gave the layers away has their memory back for what follows.
    del before, after
    if len(old) >= FEWEST_UNITS:
        give_back()
    names = old["name"].to_numpy(), new["name"].to_numpy()
    same_codes = _codes_in_common(old["stat_code"], new["stat_code"]) >= _CODES_IN_COMMON
    for known in (old, new):
        if ignore_names:
            known["name"] = None
        if not same_codes:
            known["stat_code"] = None
    events, links = classified_changes(measured.shares, old, new, agreeing=measured.agreeing)
    event_types = links["event"].map(events.set_index("event")["event_type"])
    edges = _by_id(links, old_ids, new_ids).assign(
        from_name=names[0][links["from_id"]],
        to_name=names[1][links["to_id"]],
        evidence=with_names(links, old["name"].tolist(), new["name"].tolist()),
        event_type=event_types,
        needs_review=(links["confidence"] < REVIEW_BELOW) | event_types.eq("reallocation"),
    )
    return Comparison(
        edges=edges,
        events=_events_by_id(events, old_ids, new_ids),
        shares=_by_id(measured.shares[measured.shares["shared_m2"] > 0], old_ids, new_ids),
        displacement=measured.displacement,
        misplacement=measured.misplacement,
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
    for column in ("shared_m2", "share_of_from", "share_of_to", "thickness_m", "share_error"):
        edges.loc[alone, column] = measured[column].reindex(keys).fillna(0).to_numpy()
    # Of a pair that shares nothing that much is sure.
    edges.loc[alone, "exact"] = measured["exact"].reindex(keys).fillna(True).to_numpy()
    edges["exact"] = edges["exact"].astype(bool)
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


@dataclass(frozen=True)
class _Measured:
    """What the ground says: shares by the ranks of ids, and how the layers lie."""

    shares: pd.DataFrame
    agreeing: int
    displacement: Displacement | None
    misplacement: Message | None


def _measured(
    before: Layer,
    after: Layer,
    *,
    correct_shift: bool,
    exact: bool,
    ground_of: GroundOf,
) -> _Measured:
    """Find out how two layers lie and what ground their units share.

    Ids are replaced by their ranks: numbers in the same order, which are grouped and sorted in a
    fraction of the time.
    """
    crs = area_crs(before)
    old, new = _outlines(before), _outlines(after)
    sizes = unit_sizes(old, crs), unit_sizes(new, crs)
    votes = votes_of_sizes(*sizes)
    misplaced = None if len(votes) else misplacement(unpacked(old), unpacked(new), crs)
    if misplaced is not None and correct_shift:
        old, new = misplaced.before, misplaced.after
        sizes = unit_sizes(old, crs), unit_sizes(new, crs)
        votes = votes_of_sizes(*sizes)
    if not _meet(*sizes):
        raise _apart(misplaced)
    shift = displacement(old, votes, crs=crs)
    if shift is not None and correct_shift:
        new = in_crs(unpacked(new), crs)
        new = new.set_geometry(new.translate(-shift.east_m, -shift.north_m))
        sizes = sizes[0], unit_sizes(new, crs)
    shares, agreeing = _overlaps(old, new, sizes, crs, exact=exact, ground_of=ground_of)
    if not (shares["shared_m2"] > 0).any():
        raise _apart(misplaced)
    cause = misplaced.cause if misplaced is not None else None
    return _Measured(shares, agreeing, shift, cause)


def _overlaps(
    old: Layer,
    new: Layer,
    sizes: tuple[Sizes, Sizes],
    crs: CRS,
    *,
    exact: bool,
    ground_of: GroundOf,
) -> tuple[pd.DataFrame, int]:
    ranks = _ranks(old.index), _ranks(new.index)
    if min(len(old), len(new)) < FEWEST_UNITS:
        shares = overlap_shares(
            *(unpacked(layer).set_axis(of) for layer, of in zip((old, new), ranks, strict=True))
        )
        return shares.assign(exact=True, share_error=0.0), 0
    if new.crs != old.crs:
        new = in_crs(unpacked(new), old.crs)
        sizes = sizes[0], unit_sizes(new, crs)
    ground = ground_of(old, new, *sizes, crs)
    return (whole_shares(ground, *ranks), 0) if exact else coarse_shares(ground, *ranks)


def _codes_in_common(old: pd.Series, new: pd.Series) -> float:
    """Return which share of the new codes stand among the old ones too."""
    # As a set: pandas takes the texts of large layers out of Arrow one by one.
    known = set(old.dropna().tolist())
    return sum(code in known for code in new.tolist()) / max(len(new), 1)


def _ranks(ids: pd.Index) -> pd.Index:
    """Return the place of each id among all in order."""
    ranks = np.empty(len(ids), dtype=np.int64)
    ranks[np.argsort(ids.to_numpy(), kind="stable")] = np.arange(len(ids))
    return pd.Index(ranks)


def _by_rank(layer: Layer) -> tuple[pd.Index, pd.DataFrame]:
    """Return the ids in order, and names and codes by rank."""
    facts = pd.DataFrame({name: layer[name].to_numpy() for name in ("name", "stat_code")})
    order = np.argsort(layer.index.to_numpy(), kind="stable")
    return layer.index.take(order), facts.take(order).reset_index(drop=True)


def _by_id(pairs: pd.DataFrame, old_ids: pd.Index, new_ids: pd.Index) -> pd.DataFrame:
    """Return pairs by ids instead of ranks."""
    from_id, to_id = old_ids.take(pairs["from_id"]), new_ids.take(pairs["to_id"])
    return pairs.assign(from_id=from_id, to_id=to_id)


def _events_by_id(events: pd.DataFrame, old_ids: pd.Index, new_ids: pd.Index) -> pd.DataFrame:
    """Return events by ids instead of ranks."""
    named = {}
    for column, ids in (("from_ids", old_ids.tolist()), ("to_ids", new_ids.tolist())):
        named[column] = [[ids[rank] for rank in ranks] for ranks in events[column]]
    known = events["survivor_id"].notna()
    survivors = pd.Series(None, index=events.index, dtype=object)
    survivors[known] = old_ids.take(events.loc[known, "survivor_id"].astype(int))
    if pd.api.types.is_integer_dtype(old_ids.dtype):
        survivors = survivors.astype("Int64")
    return events.assign(**named, survivor_id=survivors)


def _outlines(layer: Layer) -> Layer:
    return layer if isinstance(layer, PackedLayer) else layer[[layer.geometry.name]]


def _apart(misplaced: Misplacement | None) -> UnusableLayerError:
    if misplaced is None:
        return UnusableLayerError(N_("These layers do not overlap."))
    return UnusableLayerError(
        N_("These layers do not overlap: %(cause)s. --correct-shift undoes it."),
        cause=misplaced.cause,
    )


def _meet(old: Sizes, new: Sizes) -> bool:
    """Say whether the frames around the units of two layers meet."""
    frames = []
    for sizes in (old, new):
        # As far around the middle of a unit as a unit of its size can reach.
        reach = sizes.length_m[:, None] / 2
        frame = [(sizes.centre_m - reach).min(axis=0), (sizes.centre_m + reach).max(axis=0)]
        frames.append(np.concatenate(frame))
    if not np.isfinite(frames).all():
        return False
    one, other = (shapely.box(*frame) for frame in frames)
    return bool(shapely.intersects(one, other))
