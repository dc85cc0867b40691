"""Former villages that lag behind the village they were merged into, and what is done for them."""

from dataclasses import dataclass

import pandas as pd

from geo_tracker.indicators.lag_robustness import FIRM, worst_tenth


def hidden_laggards(
    formers: pd.DataFrame, merged_score: pd.Series, *, merged: pd.Series
) -> pd.DataFrame:
    """Find the former villages whose need the average of the merged village hides.

    Parameters
    ----------
    formers : DataFrame
        By former village: ``score`` (0–100, missing where unranked), ``rank`` (1 for the furthest
        behind, missing where unranked).
    merged_score : Series
        Score of each merged village, by its id; missing where unranked.
    merged : Series
        The merged village of each former one, same index as ``formers``; missing where none.

    Returns
    -------
    DataFrame
        Same index: ``merged_score``, ``siblings`` (ranked former villages of the same merged one,
        itself left out), ``best_sibling`` (id of the one that lags least, missing where there is
        no other), ``gap`` (points of score to that one, 0 or more), ``hidden`` (in the worst tenth
        of all ranked former villages, within a merged village that does not lag more than the
        median of all merged ones; False where either is unranked).
    """
    score = formers["score"].astype(float)
    of_merged = score[score.notna()].groupby(merged)
    best = of_merged.idxmin().reindex(merged).set_axis(formers.index)
    least = of_merged.min().reindex(merged).set_axis(formers.index)
    count = of_merged.size().reindex(merged).set_axis(formers.index).fillna(0)
    siblings = (count - score.notna()).clip(lower=0).astype(int)
    alone = (siblings == 0) | score.isna()
    whole = merged_score.astype(float).reindex(merged).set_axis(formers.index)
    ranked = int(formers["rank"].notna().sum())
    in_worst = formers["rank"].le(worst_tenth(ranked)).fillna(False).astype(bool)
    return pd.DataFrame(
        {
            "merged_score": whole,
            "siblings": siblings,
            "best_sibling": best.mask(alone | best.eq(formers.index)).astype("Int64"),
            "gap": (score - least).mask(alone),
            "hidden": in_worst & whole.le(merged_score.astype(float).median()),
        }
    )


@dataclass(frozen=True)
class SpendingOnNeed:
    """What of all spending went to former villages that firmly lag, in fen."""

    firm_fen: int
    all_fen: int

    @property
    def share(self) -> float | None:
        """The share, 0–1; None where nothing was spent."""
        return self.firm_fen / self.all_fen if self.all_fen else None


def spending_on_need(paid_fen: pd.Series, standing: pd.Series) -> SpendingOnNeed:
    """Sum up what was paid by former village.

    Parameters
    ----------
    paid_fen : Series
        Paid by former village, fen; missing where nothing is recorded.
    standing : Series
        `FIRM` and the like, by the same index; missing where unranked.
    """
    paid = paid_fen.fillna(0)
    return SpendingOnNeed(int(paid[standing.eq(FIRM)].sum()), int(paid.sum()))


def need_and_attention(
    score: pd.Series, paid_fen: pd.Series, people: pd.Series, days_since_visit: pd.Series
) -> pd.DataFrame:
    """Set need against what is done for it.

    Parameters
    ----------
    score : Series
        0–100 by former village; missing where unranked.
    paid_fen, people, days_since_visit : Series
        Same index: paid on its projects (fen), registered people, days since the last visit
        (missing where it was never visited).

    Returns
    -------
    DataFrame
        Same index: ``paid_per_head_fen`` (missing where people are unknown), ``overlooked``
        (ranked, needs more than the median of the ranked, got less money a head than the median
        of all whose figure is known, and was visited longer ago than the median, or never).
    """
    per_head = (paid_fen.astype(float) / people.where(people > 0).astype(float)).astype(float)
    needy = score > score.median()
    poorly_paid = per_head < per_head.median()
    never = days_since_visit.isna()
    unseen = never | (days_since_visit.astype(float) > days_since_visit.astype(float).median())
    return pd.DataFrame({"paid_per_head_fen": per_head, "overlooked": needy & poorly_paid & unseen})
