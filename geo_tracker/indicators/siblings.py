"""The stronger and the weaker of the villages that were merged into one."""

import pandas as pd

WEAKER, STRONGER = "weaker", "stronger"


def sibling_standing(income_per_head: pd.Series, group: pd.Series) -> pd.DataFrame:
    """Say which part of each merged village has the least and the most income per head.

    Parameters
    ----------
    income_per_head : Series
        Operating income per head of each part, in any unit of money; missing where unknown.
    group : Series
        The merged village that each part belongs to, of the same index.

    Returns
    -------
    DataFrame
        Of the same index: ``standing`` (`WEAKER`, `STRONGER` or missing) and ``share_of_best``
        (0–1 of the best sibling's income per head; below 0 for a loss). Both are missing where
        fewer than two parts are known, where the best has no income, and ``standing`` where all
        are alike.
    """
    known = income_per_head.astype(float)
    of_group = known.groupby(group)
    best, worst = of_group.transform("max"), of_group.transform("min")
    comparable = (of_group.transform("count") >= 2) & (best > 0)
    differing = comparable & (best > worst)
    standing = pd.Series(None, index=known.index, dtype=object)
    standing[differing & known.eq(worst)] = WEAKER
    standing[differing & known.eq(best)] = STRONGER
    return pd.DataFrame({"standing": standing, "share_of_best": (known / best).where(comparable)})
