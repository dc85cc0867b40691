"""Coarse to fine: lines settle what is plain, and only what is not is intersected."""

from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.crs import area_crs, in_crs
from geo_tracker.lineage.chords import estimated_overlaps, line_spacing_m
from geo_tracker.lineage.overlaps import measured_pairs, shares_of_pairs, thickness_m

FEWEST_UNITS = 5_000
"""Smaller layers are intersected whole in less time than anybody waits."""

PLAIN_SHARE = 0.03
"""Of a village whose main successor lacks no more than this, lines tell enough."""

_DEVIATIONS = 2.0
_SAMPLE = 500
_BORDERS_PER_UNIT = 3
"""Borders of a map with many units, for each of them (Euler)."""


def coarse_overlap_shares(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame
) -> tuple[pd.DataFrame, int]:
    """Measure the ground villages share, exactly where it decides anything.

    Parameters
    ----------
    before, after : GeoDataFrame
        As for `overlap_shares`.

    Returns
    -------
    DataFrame
        As `overlap_shares` returns, without pairs that only touch, and ``exact`` (bool): where
        not, areas and shares are estimated from lines, mostly to within a few parts in a
        thousand of the village, and thickness from how wide the lines find it.
    int
        How many borders agree so well that no line found ground between them; estimated.

    Notes
    -----
    Exact are all overlaps of villages that lines do not give wholly to one successor, and all
    lesser overlaps that stand out from the others by two standard deviations or more. What is
    left are slivers, and villages that lack slivers.
    """
    crs = area_crs(before)
    old = in_crs(before, crs).geometry.to_numpy()
    new = in_crs(after, crs).geometry.to_numpy()
    old_m2, new_m2 = shapely.area(old), shapely.area(new)
    spacing_m = line_spacing_m(np.concatenate([old_m2, new_m2]))
    pairs = estimated_overlaps(old, new, spacing_m)
    # What no line crosses is small, and measured whole.
    unseen = np.setdiff1d(np.arange(len(old)), pairs["from_at"])
    main = pairs.groupby("from_at")["shared_m2"].transform("max") == pairs["shared_m2"]
    lacking_m2 = pairs["found_m2"] - pairs["shared_m2"]
    torn = pairs.loc[main & (lacking_m2 > PLAIN_SHARE * old_m2[pairs["from_at"]]), "from_at"]
    is_torn = pairs["from_at"].isin(torn)
    lesser = ~main & ~is_torn
    stands_out = lesser & (pairs["chord_m"] > _usual_chord_m(pairs.loc[lesser, "chord_m"]))
    sample = pairs.index[lesser & ~stands_out]
    if len(sample) > _SAMPLE:
        sample = np.random.default_rng(0).choice(sample, _SAMPLE, replace=False)
    exact = stands_out & ~is_torn
    exact[sample] = True
    whole = np.union1d(unseen, torn)
    at, other_at = shapely.STRtree(new).query(old[whole], predicate="intersects")
    first = pairs.loc[exact, ["from_at", "to_at"]].to_numpy().T
    from_at = np.concatenate([first[0], whole[at]])
    to_at = np.concatenate([first[1], other_at])
    measured = measured_pairs(old, new, from_at, to_at).assign(exact=True)
    ratio = _thickness_of_chord(measured.iloc[: exact.sum()], pairs[exact], sample)
    plain = pairs[~exact & ~is_torn]
    is_main = main[plain.index]
    # A main overlap is the village without what it lacks: small errors of small parts.
    lost = np.minimum(lacking_m2[plain.index].clip(lower=0), old_m2[plain["from_at"]])
    shared_m2 = np.where(is_main, old_m2[plain["from_at"]] - lost, plain["shared_m2"])
    estimated = pd.DataFrame(
        {
            "from_at": plain["from_at"].to_numpy(),
            "to_at": plain["to_at"].to_numpy(),
            "shared_m2": np.minimum(shared_m2, new_m2[plain["to_at"]]),
            "thickness_m": np.where(
                is_main, thickness_m(old)[plain["from_at"]], plain["chord_m"] * ratio
            ),
            "thickest_m": plain["chord_m"] * ratio,
            "compactness": np.nan,
            "exact": False,
        }
    )
    both = pd.concat([measured, estimated], ignore_index=True)
    both = both[both["shared_m2"] > 0]
    shares = shares_of_pairs(both, before.index, after.index, old, new)
    agreeing = max(0, _BORDERS_PER_UNIT * len(old) - (len(shares) - len(old)))
    return shares, agreeing


def _usual_chord_m(chord_m: pd.Series) -> float:
    """Return the width beyond which an overlap stands out from the others."""
    if chord_m.empty:
        return 0.0
    middle, upper = np.quantile(chord_m, [0.5, 0.8413])
    return float(middle * (upper / middle) ** _DEVIATIONS)


def _thickness_of_chord(measured: pd.DataFrame, pairs: pd.DataFrame, sample: Any) -> float:
    """Return how thick slivers are for their chords, in the slivers of these very layers."""
    if not len(sample):
        return 1.0
    of_sample = pairs.index.isin(sample)
    thickness = measured["thickness_m"].to_numpy()[of_sample]
    return float(np.median(thickness / pairs["chord_m"].to_numpy()[of_sample]))
