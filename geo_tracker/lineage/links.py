"""Which overlaps are real: the ground says so, measured against the layers' own noise."""

from dataclasses import dataclass
from statistics import NormalDist

import numpy as np
import pandas as pd

from geo_tracker.lineage.noise import BorderNoise, border_noise, local_noise

_NORMAL = NormalDist()

WHOLE_SHARE = 0.5
"""Whoever holds more than half of a village is its successor, however thin the village is."""

THIN = 0.2
"""An overlap less thick than this, measured in the thinner village, may be noise; where few
overlaps are there to measure the noise by, a thicker one must not be taken for it."""


@dataclass(frozen=True)
class RealLinks:
    """Links between old and new villages, and the noise they were told from.

    Attributes
    ----------
    links : DataFrame
        The rows of `overlap_shares` that count, with ``is_main`` (the largest of the old or of
        the new village), ``local_noise_m``, ``confidence`` (0–1).
    noise : BorderNoise
        Noise of the pair of layers.
    """

    links: pd.DataFrame
    noise: BorderNoise


def real_links(shares: pd.DataFrame) -> RealLinks:
    """Tell links from digitising noise.

    Parameters
    ----------
    shares : DataFrame
        As `overlap_shares` returns.

    Returns
    -------
    RealLinks
        Every old and every new village keeps its largest overlap, unless it is noise itself: a
        new village on ground that no old one covers has no link. Of the lesser overlaps those
        count that chance explains worse than a real transfer does: the expected number of false
        alarms at least as thick, divided by the number found at least as thick (the tail-area
        false discovery rate of Efron 2010), is under one half; their confidence is what is left.

    Notes
    -----
    No share decides: a strip of 1.6 % of a village can be true where borders agree to a metre,
    and one of 5 % be noise where they lie 500 m apart.
    """
    # By place and not by row: what lies in the file first must not decide.
    ground = shares[shares["shared_m2"] > 0].sort_values(["place", "from_id", "to_id"])
    largest = pd.Series(False, index=ground.index)
    for side in ("from_id", "to_id"):
        largest[ground.groupby(side)["shared_m2"].idxmax()] = True
    thin = ~largest & (ground["thickness_m"] < THIN * ground["thinner_m"])
    noise = border_noise(ground.loc[thin, "thickness_m"], touching=len(shares) - len(ground))
    local_m = local_noise(ground["thickness_m"].where(thin), noise)
    alarms = pd.Series(noise.false_alarms(ground["thickness_m"], local_m), index=ground.index)
    # So many lesser overlaps stand out at least as much as this one.
    found = alarms[~largest].rank(method="max").reindex(ground.index).fillna(1)
    chance = (alarms / found).clip(upper=1)
    whole = ground[["share_of_from", "share_of_to"]].max(axis=1) > WHOLE_SHARE
    kept = np.where(largest, whole | (chance < 0.5), chance < 0.5)
    links = ground[kept].assign(is_main=largest[kept], local_noise_m=local_m[kept])
    confidence = 1 - chance[kept]
    main = links["is_main"]
    confidence[main] = _main_confidence(ground, links[main])
    links = links.assign(confidence=confidence)
    return RealLinks(links.loc[shares.index[shares.index.isin(links.index)]], noise)


def _main_confidence(ground: pd.DataFrame, main: pd.DataFrame) -> pd.Series:
    """Return how surely the largest overlap of a village is its largest, given the noise.

    Borders that lie apart by the noise move so much ground between the largest overlap and the
    second as the noise is thick along the border between them; the border is at most about as
    long as a square of the village's area is round.
    """
    of_old = _lead(ground, "from_id").reindex(main.index)
    of_new = _lead(ground, "to_id").reindex(main.index)
    # Of the old or of the new village the largest: the surer of the two counts.
    lead = np.fmax(of_old, of_new)
    area = (main["shared_m2"] / main[["share_of_from", "share_of_to"]].max(axis=1)).clip(lower=1e-9)
    moved = main["local_noise_m"] * 2 * np.sqrt(area)
    return pd.Series([_NORMAL.cdf(z) for z in lead / moved], index=main.index)


def _lead(ground: pd.DataFrame, side: str) -> pd.Series:
    """Return by how many m² the largest overlap of each village leads; others are missing."""
    ordered = ground.sort_values(["shared_m2"], ascending=False)
    first = ordered.drop_duplicates(side)
    rest = ordered.drop(first.index).drop_duplicates(side).set_index(side)["shared_m2"]
    return first["shared_m2"] - first[side].map(rest).fillna(0)
