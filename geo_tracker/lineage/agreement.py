"""The planners' table beside the ground: where they agree, and every place they do not."""

import pandas as pd

from geo_tracker.language import N_, Message


def compared_with_table(links: pd.DataFrame, table: pd.DataFrame) -> pd.DataFrame:
    """Join what the ground and the table say about who became whom.

    Parameters
    ----------
    links : DataFrame
        Links of geometry: ``from_id``, ``to_id``, ``confidence`` (0–1).
    table : DataFrame
        Rows of 合并对照 with ``from_id`` and ``to_id``.

    Returns
    -------
    DataFrame
        One row per pair that either names, links first and in their order: ``from_id``,
        ``to_id``, ``said_by_geometry``, ``said_by_table``, ``conflict``, ``reason`` (Message or
        None), ``confidence``, ``needs_review``. The two conflict where the table names a former
        village and sends it elsewhere than the ground does; a village the table does not name is
        no conflict. Agreement raises the confidence as two independent witnesses would
        (noisy-or), a conflict halves it.
    """
    ground = links[["from_id", "to_id", "confidence"]].assign(said_by_geometry=True)
    claims = table[["from_id", "to_id"]].drop_duplicates().assign(said_by_table=True)
    both = ground.merge(claims, how="outer", on=["from_id", "to_id"], sort=False)
    for said in ("said_by_geometry", "said_by_table"):
        both[said] = both[said].eq(True)
    named = both["from_id"].isin(claims["from_id"])
    on_ground = both["from_id"].isin(ground["from_id"])
    only_ground = both["said_by_geometry"] & ~both["said_by_table"] & named
    only_table = both["said_by_table"] & ~both["said_by_geometry"] & on_ground
    both["conflict"] = only_ground | only_table
    both["reason"] = [
        Message(N_("The boundaries say so, the merger table names another village."))
        if by_ground
        else Message(N_("The merger table says so, the boundaries show another village."))
        if by_table
        else None
        for by_ground, by_table in zip(only_ground, only_table, strict=True)
    ]
    witness = 0.9
    confidence = both["confidence"].fillna(witness)
    agreed = both["said_by_geometry"] & both["said_by_table"]
    confidence = confidence.where(~agreed, 1 - (1 - confidence) * (1 - witness))
    both["confidence"] = confidence.where(~both["conflict"], confidence / 2)
    both["needs_review"] = both["conflict"] | (both["confidence"] < witness)
    return both
