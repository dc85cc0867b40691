"""Coarse to fine: lines settle what is plain, and only what is not is intersected."""

from dataclasses import dataclass
from typing import Any, Protocol

import geopandas as gpd
import numpy as np
import pandas as pd

from geo_tracker.crs import area_crs, in_crs
from geo_tracker.lineage.chords import Lines, line_spacing_m, lines_over
from geo_tracker.lineage.ground import LocalGround
from geo_tracker.lineage.noise import border_noise
from geo_tracker.lineage.overlaps import shares_of_pairs
from geo_tracker.lineage.sizes import Sizes, unit_sizes

FEWEST_UNITS = 5_000
"""Smaller layers are intersected whole in less time than anybody waits."""

PLAIN_SHARE = 0.03
"""Of a village whose main successor lacks no more than this, lines tell enough."""

ERROR_DEVIATIONS = 3.0
"""Standard errors of an estimated area that its stated bound is wide."""

WORTH_MEASURING = 0.02
"""Overlaps less likely than this to be real are left to the lines."""

_SAMPLE = 500
_BORDERS_PER_UNIT = 3
"""Borders of a map with many units, for each of them (Euler)."""


class Ground(Protocol):
    """Two layers, wherever their outlines are kept, and what can be asked about them."""

    old: Sizes
    new: Sizes

    def estimated(self, lines: Lines) -> pd.DataFrame:
        """Return `estimated_overlaps` of all parts, by positions in the layers."""

    def measured(self, from_at: Any, to_at: Any, whole: Any) -> pd.DataFrame:
        """Return `measured_pairs` of some pairs, and of some old units with all they meet."""


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
    DataFrame, int
        As `coarse_shares` returns.
    """
    crs = area_crs(before)
    after = in_crs(after, before.crs)
    ground = LocalGround(before, after, unit_sizes(before, crs), unit_sizes(after, crs), crs)
    return coarse_shares(ground, before.index, after.index)


def coarse_shares(ground: Ground, old_ids: pd.Index, new_ids: pd.Index) -> tuple[pd.DataFrame, int]:
    """Measure the ground villages share, exactly where it decides anything.

    Parameters
    ----------
    ground : Ground
        Both layers in one CRS.
    old_ids, new_ids : Index
        ``unit_id`` by position.

    Returns
    -------
    DataFrame
        As `overlap_shares` returns, without pairs that only touch, and ``exact`` (bool): where
        not, areas and shares are estimated from lines, and thickness from how wide the lines find
        it; ``share_error``: how far ``share_of_from`` may be off, 0 where exact.
    int
        How many borders agree so well that no line found ground between them; estimated.

    Notes
    -----
    Exact are all overlaps of villages that lines do not give wholly to one successor, and all
    lesser overlaps that by their width alone have some chance to be real. What is left are
    slivers, and villages that lack slivers. The bound is three standard errors of
    Cavalieri's estimator (`estimated_overlaps`) and one mesh of the lines.
    """
    old, new = ground.old, ground.new
    spacing_m = line_spacing_m(np.concatenate([old.area_m2, new.area_m2]))
    pairs = _in_metres(ground.estimated(_lines(old, new, spacing_m)), old, spacing_m)
    choice = _chosen(pairs, old)
    none = np.zeros(0, dtype=np.int64)
    sample = choice.sample
    measured = ground.measured(
        pairs.from_at[sample], pairs.to_at[sample], np.union1d(choice.torn, choice.unseen)
    )
    sampled = _of_sample(measured, pairs, sample, len(new.area_m2))
    ratios = {
        name: float(np.median(sampled[name] / pairs.chord_m[sample])) if len(sample) else 1.0
        for name in ("thickness_m", "thickest_m")
    }
    likely = _likely_real(sampled, pairs, choice, ratios["thickest_m"], ground)
    more = ground.measured(pairs.from_at[likely], pairs.to_at[likely], none)
    measured = pd.concat([measured, more], ignore_index=True)
    exact = np.union1d(sample, likely)
    both = _with_estimates(measured, pairs, choice, exact, ratios, ground, spacing_m)
    del pairs, choice, measured
    shares = shares_of_pairs(both, old_ids, new_ids, old, new)
    return shares, _agreeing(len(old_ids), len(shares))


def whole_shares(ground: Ground, old_ids: pd.Index, new_ids: pd.Index) -> pd.DataFrame:
    """Measure every pair part by part, as `overlap_shares` does; everything is ``exact``."""
    none = np.zeros(0, dtype=np.int64)
    measured = ground.measured(none, none, np.arange(len(old_ids)))
    measured = measured.sort_values(["from_at", "to_at"], ignore_index=True)
    measured = measured.assign(exact=True, share_error=0.0)
    return shares_of_pairs(measured, old_ids, new_ids, ground.old, ground.new)


def _lines(old: Sizes, new: Sizes, spacing_m: float) -> Lines:
    """Lay lines so far apart, in units of the layers' CRS."""
    both = np.array([old.total_bounds, new.total_bounds])
    bounds = [*both[:, :2].min(axis=0), *both[:, 2:].max(axis=0)]
    east, north = np.median(np.concatenate([old.metres, new.metres]), axis=0)
    return lines_over(bounds, (spacing_m / float(east), spacing_m / float(north)))


@dataclass(frozen=True)
class _Pairs:
    """Pairs that lines found, in order, in metres."""

    from_at: Any
    to_at: Any
    shared_m2: Any
    lacking_m2: Any
    chord_m: Any
    shared_sd_m2: Any
    lacking_sd_m2: Any


def _in_metres(found: pd.DataFrame, old: Sizes, spacing_m: float) -> _Pairs:
    table = {name: found[name].to_numpy() for name in found}
    order = np.lexsort((table["to_at"], table["from_at"]))
    table = {name: column[order] for name, column in table.items()}
    from_at = table["from_at"]
    scale_m2, metres = old.scale_m2[from_at], old.metres[from_at]
    chords = np.column_stack([table["wide"], table["high"]]) * metres
    return _Pairs(
        from_at,
        table["to_at"],
        table["shared"] * scale_m2,
        (table["found"] - table["shared"]) * scale_m2,
        # Where the lines of one direction miss a pair, it is no wider than they are apart.
        np.nan_to_num(chords, nan=spacing_m).min(axis=1),
        table["shared_sd"] * scale_m2,
        table["lacking_sd"] * scale_m2,
    )


@dataclass(frozen=True)
class _Choice:
    """What pairs are, and by position whole units to be measured: torn up or met by no line.

    ``main`` marks the largest pair of each old unit, ``lesser`` the others of units that are not
    torn; ``sample`` lists some of these, measured to learn what slivers look like.
    """

    main: Any
    lesser: Any
    sample: Any
    torn: Any
    unseen: Any


def _chosen(pairs: _Pairs, old: Sizes) -> _Choice:
    count = len(old.area_m2)
    best = np.zeros(count)
    np.maximum.at(best, pairs.from_at, pairs.shared_m2)
    main = pairs.shared_m2 == best[pairs.from_at]
    plain_m2 = PLAIN_SHARE * old.area_m2[pairs.from_at]
    torn = np.unique(pairs.from_at[main & (pairs.lacking_m2 > plain_m2)])
    lesser = ~main & ~np.isin(pairs.from_at, torn)
    sample = np.flatnonzero(lesser)
    if len(sample) > _SAMPLE:
        sample = np.sort(np.random.default_rng(0).choice(sample, _SAMPLE, replace=False))
    # What no line crosses is small, and measured whole.
    return _Choice(main, lesser, sample, torn, np.setdiff1d(np.arange(count), pairs.from_at))


def _likely_real(
    sampled: pd.DataFrame, pairs: _Pairs, choice: _Choice, ratio: float, ground: Ground
) -> Any:
    """Return which lesser overlaps, by their width and not measured yet, may well be real."""
    old, new = ground.old, ground.new
    thickest_m = pairs.chord_m * ratio
    compactness = np.full(len(thickest_m), np.nan)
    thickest_m[choice.sample] = sampled["thickest_m"]
    compactness[choice.sample] = sampled["compactness"]
    thinner_m = np.minimum(old.thickness_m[pairs.from_at], new.thickness_m[pairs.to_at])
    widths = pd.DataFrame(
        {"thickest_m": thickest_m, "compactness": compactness, "thinner_m": thinner_m}
    )[choice.lesser]
    noise = border_noise(widths, agreeing=_agreeing(len(old.area_m2), len(pairs.from_at)))
    chance = noise.real_chance(*(widths[name].to_numpy() for name in widths))
    return np.setdiff1d(widths.index[chance > WORTH_MEASURING], choice.sample)


def _agreeing(units: int, pairs: int) -> int:
    """Return how many borders no line found ground between, units being so many."""
    return max(0, _BORDERS_PER_UNIT * units - (pairs - units))


def _of_sample(measured: pd.DataFrame, pairs: _Pairs, sample: Any, count: int) -> pd.DataFrame:
    """Return the measured rows of the sample, in its order."""
    keys = measured["from_at"].to_numpy().astype(np.int64) * count + measured["to_at"].to_numpy()
    order = np.argsort(keys)
    wanted = pairs.from_at[sample].astype(np.int64) * count + pairs.to_at[sample]
    return measured.iloc[order[np.searchsorted(keys, wanted, sorter=order)]].reset_index(drop=True)


def _with_estimates(
    measured: pd.DataFrame,
    pairs: _Pairs,
    choice: _Choice,
    exact: Any,
    ratios: dict[str, float],
    ground: Ground,
    spacing_m: float,
) -> pd.DataFrame:
    """Return what was measured and, of what was not, the estimate, in the order of the layers."""
    old, new = ground.old, ground.new
    left = ~np.isin(pairs.from_at, choice.torn)
    left[exact] = False
    from_at, to_at, main = pairs.from_at[left], pairs.to_at[left], choice.main[left]
    old_m2 = old.area_m2[from_at]
    # A main overlap is the village without what it lacks: small errors of small parts.
    lost = np.clip(pairs.lacking_m2[left], 0, old_m2)
    shared_m2 = np.where(main, old_m2 - lost, pairs.shared_m2[left])
    deviation_m2 = np.where(choice.main, pairs.lacking_sd_m2, pairs.shared_sd_m2)[left]
    # What no line meets lies within a mesh of them.
    error_m2 = ERROR_DEVIATIONS * deviation_m2 + spacing_m**2
    estimated = {
        "from_at": from_at,
        "to_at": to_at,
        "shared_m2": np.minimum(shared_m2, new.area_m2[to_at]),
        **{
            name: np.where(main, old.thickness_m[from_at], pairs.chord_m[left] * ratio)
            for name, ratio in ratios.items()
        },
        "compactness": np.full(len(from_at), np.nan),
        "exact": np.zeros(len(from_at), dtype=bool),
        "share_error": np.minimum(error_m2 / old_m2, 1.0),
    }
    known = measured.assign(exact=True, share_error=0.0)
    both = {
        name: np.concatenate([known[name].to_numpy(), column]) for name, column in estimated.items()
    }
    order = np.lexsort((both["to_at"], both["from_at"]))
    order = order[both["shared_m2"][order] > 0]
    return pd.DataFrame({name: column[order] for name, column in both.items()}, copy=False)
