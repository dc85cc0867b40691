"""A first list of former villages that may need help: facts in an order, not an index.

What themes of the map colour by; the score with its domains and anchors is `lag_score`.
"""

import pandas as pd

from geo_tracker.indicators.lag_flags import AS_PROPOSED, LagThresholds
from geo_tracker.language import N_, Message

REASONS = ("operating_income", "total_income", "behind_plan")
"""The flags of `FLAGS` that this list knows, in the order they are named."""


def lagging_list(
    formers: pd.DataFrame,
    projects: pd.DataFrame,
    *,
    thresholds: LagThresholds = AS_PROPOSED,
) -> pd.DataFrame:
    """Put former villages in an order of need.

    Parameters
    ----------
    formers : DataFrame
        By ``unit_id``: ``operating_income_fen``, ``total_income_fen``,
        ``registered_population`` (whole numbers, missing where unknown).
    projects : DataFrame
        ``former_unit_id``, ``is_open``, ``light``, ``behind_points``.
    thresholds : LagThresholds
        Floors of income.

    Returns
    -------
    DataFrame
        Former villages by ``unit_id``, in order: ``income_per_head_fen`` (operating income by
        registered population, fen), ``open_projects``, ``red_projects``, ``behind_points`` (of
        the worst project), ``reasons`` (codes of `REASONS`), ``missing`` (list of Message),
        ``rank``. More reasons come first, then the lower income per head; villages whose income
        per head is unknown have no rank and come last.
    """
    population = formers["registered_population"].astype("Float64")
    income = formers["operating_income_fen"].astype("Float64")
    listed = pd.DataFrame(index=formers.index)
    listed["income_per_head_fen"] = (income / population.where(population > 0)).astype(float)
    grouped = projects.groupby("former_unit_id")
    red = (projects["light"] == "red").groupby(projects["former_unit_id"]).sum()
    # An empty frame would take on the rows of what is put into it.
    listed["open_projects"] = grouped["is_open"].sum().reindex(listed.index)
    listed["red_projects"] = red.reindex(listed.index)
    counts = ["open_projects", "red_projects"]
    listed[counts] = listed[counts].astype("Float64").fillna(0).astype(int)
    listed["behind_points"] = grouped["behind_points"].max().reindex(listed.index)
    total = formers["total_income_fen"].astype("Float64")
    flags = pd.DataFrame(
        {
            "operating_income": income < float(thresholds.operating_income_yuan * 100),
            "total_income": total < float(thresholds.total_income_yuan * 100),
            "behind_plan": listed["red_projects"] > 0,
        }
    )
    flags = flags.astype("boolean").fillna(False).astype(bool)
    listed["reasons"] = [
        [code for code, raised in zip(REASONS, row, strict=True) if raised]
        for row in flags[list(REASONS)].itertuples(index=False)
    ]
    listed["missing"] = [
        ([Message(N_("operating income"))] if no_income else [])
        + ([Message(N_("registered population"))] if no_people else [])
        for no_income, no_people in zip(income.isna(), ~population.gt(0).fillna(False), strict=True)
    ]
    listed["raised"] = flags.sum(axis=1)
    listed["unknown"] = listed["income_per_head_fen"].isna()
    listed = listed.sort_values(
        ["unknown", "raised", "income_per_head_fen"], ascending=[True, False, True], kind="stable"
    )
    ranks = pd.Series(range(1, len(listed) + 1), index=listed.index, dtype="Int64")
    listed["rank"] = ranks.mask(listed["unknown"])
    return listed.drop(columns=["raised", "unknown"])
