"""Which overlaps are real: the ground says so, measured against the layers' own noise."""

import numpy as np
import pandas as pd

from geo_tracker.lineage.names import group_likeness, known_name
from geo_tracker.lineage.noise import border_noise, normal_tail, rougher_places

WHOLE_SHARE = 0.5
"""Whoever holds more than half of a village is its successor, however thin the village is."""

_ROWS_AT_ONCE = 200_000


def real_links(
    shares: pd.DataFrame,
    *,
    names: tuple[pd.Series, pd.Series] | None = None,
    agreeing: int = 0,
) -> pd.DataFrame:
    """Tell links from digitising noise.

    Parameters
    ----------
    shares : DataFrame
        As `overlap_shares` returns.
    names : tuple of Series, optional
        Names of the old and of the new villages by id, missing where unknown. A like name weighs
        as much ground as the noise may have moved and no more: it decides a near-tie and never
        overrules clear ground.
    agreeing : int
        Borders that agree, beyond the pairs that only touch among the shares.

    Returns
    -------
    DataFrame
        The rows that count, with ``is_main`` (the largest of the old or of the new village),
        ``local_noise_m``, ``confidence`` (0–1). Every old and every new village keeps its largest
        overlap, unless it is noise itself: a new village on ground that no old one covers has no
        link. Of the lesser overlaps those count that are rather a real transfer than noise
        (`BorderNoise.real_chance`), and this chance is their confidence.

    Notes
    -----
    No share decides: a strip of 1.6 % of a village can be true where borders agree to a metre,
    and one of 5 % be noise where they lie 500 m apart.
    """
    # By place and not by row: what lies in the file first must not decide.
    ground = shares[shares["shared_m2"] > 0].sort_values(["place", "from_id", "to_id"])
    sliver = ["thickest_m", "compactness", "thinner_m"]
    lesser = ground.loc[~_largest(ground, ground["shared_m2"]), sliver]
    rougher = rougher_places(lesser).reindex(ground.index).ffill().bfill().fillna(1.0)
    touching = len(shares) - len(ground) + agreeing
    noise = border_noise(lesser, agreeing=touching, rougher=rougher[lesser.index])
    local_m = noise.scale_m * rougher
    weight = ground["shared_m2"] + _named_m2(ground, local_m, names)
    largest = _largest(ground, weight)
    ground = ground.assign(weight_m2=weight, local_noise_m=local_m)
    known = [*(ground[name].to_numpy() for name in sliver), rougher.to_numpy()]
    chances = [np.zeros(0)]
    for at in range(0, len(ground), _ROWS_AT_ONCE):
        *overlaps, rough = (column[at : at + _ROWS_AT_ONCE] for column in known)
        chances.append(noise.real_chance(*overlaps, rougher=rough))
    chance = pd.Series(np.concatenate(chances), index=ground.index)
    whole = ground[["share_of_from", "share_of_to"]].max(axis=1) > WHOLE_SHARE
    kept = (largest & whole) | (chance > 0.5)
    links = ground[kept].assign(is_main=largest[kept])
    confidence = chance[kept]
    main = links["is_main"]
    confidence[main] = _main_confidence(ground, links[main])
    links = links.assign(confidence=confidence)
    return links.loc[shares.index[shares.index.isin(links.index)]]


def _largest(ground: pd.DataFrame, weight_m2: pd.Series) -> pd.Series:
    """Mark the overlaps that weigh most in their old or in their new village."""
    largest = pd.Series(False, index=ground.index)
    for side in ("from_id", "to_id"):
        largest[weight_m2.groupby(ground[side]).idxmax()] = True
    return largest


def _moved_m2(ground: pd.DataFrame, local_m: pd.Series) -> pd.Series:
    """Return how much of each old village's ground the noise may have moved to a neighbour.

    As much as the noise is thick along half of a square of the village's area.
    """
    area = (ground["shared_m2"] / ground["share_of_from"]).clip(lower=1e-9)
    return local_m * 2 * np.sqrt(area)


def _named_m2(
    ground: pd.DataFrame, local_m: pd.Series, names: tuple[pd.Series, pd.Series] | None
) -> pd.Series:
    """Return what names weigh, in m²; asked only where the ground is a near-tie."""
    weight = pd.Series(0.0, index=ground.index)
    if names is None:
        return weight
    moved = _moved_m2(ground, local_m)
    best = ground.groupby("from_id")["shared_m2"].transform("max")
    near = (best - ground["shared_m2"]) < moved
    contested = near & (near.groupby(ground["from_id"]).transform("sum") > 1)
    asked = ground.loc[contested, ["from_id", "to_id"]]
    sure = ground[(ground["shared_m2"] == best) & ground["to_id"].isin(asked["to_id"])]
    sure = sure[~sure["from_id"].isin(asked["from_id"])]
    joined = sure.groupby("to_id")["from_id"].agg(list).to_dict()
    old, new = names
    for row, from_id, to_id in asked.itertuples(name=None):
        # With the others it is joined to: a new name may be put together of all of theirs.
        olds = [known_name(old.get(unit)) for unit in (from_id, *joined.get(to_id, []))]
        weight[row] = group_likeness(olds, known_name(new.get(to_id)))[0] * moved[row]
    return weight


def _main_confidence(ground: pd.DataFrame, main: pd.DataFrame) -> pd.Series:
    """Return how surely the largest overlap of a village is its largest, given the noise.

    The largest has to lead by more than the noise may have moved.
    """
    of_old = _lead(ground, "from_id").reindex(main.index)
    of_new = _lead(ground, "to_id").reindex(main.index)
    # Of the old or of the new village the largest: the surer of the two counts.
    lead = np.fmax(of_old, of_new)
    deviations = lead / _moved_m2(main, main["local_noise_m"])
    return pd.Series(normal_tail(-deviations), index=main.index)


def _lead(ground: pd.DataFrame, side: str) -> pd.Series:
    """Return by how many m² the weightiest overlap of each village leads; others are missing."""
    weights = ground[[side, "weight_m2"]]
    ordered = weights.sort_values("weight_m2", ascending=False, kind="stable")
    first = ordered.drop_duplicates(side)
    rest = ordered.drop(first.index).drop_duplicates(side).set_index(side)["weight_m2"]
    return first["weight_m2"] - first[side].map(rest).fillna(0)
