"""The links of one step, from one layer to the next, those of villages that live on included."""

import numpy as np
import pandas as pd

_SHARES = ("share_of_from", "share_of_to")


def links_of_step(
    versions: pd.DataFrame, edges: pd.DataFrame, *, before: int, after: int
) -> pd.DataFrame:
    """Return who became whom between two neighbouring layers, for every village of them.

    Parameters
    ----------
    versions : DataFrame
        ``unit_id``, ``layer_id``, ``name``, ``stat_code``, ``area_m2``.
    edges : DataFrame
        Standing links, one row each: ``from_unit_id``, ``to_unit_id``, ``after_layer_id``,
        ``event_type``, ``accepted``, ``shared_m2``, ``share_of_from``, ``share_of_to``.
    before, after : int
        The layers.

    Returns
    -------
    DataFrame
        The columns of ``edges`` with ``from_id`` and ``to_id``, and for each village that lives on
        a link to itself: it keeps what it gave to nobody (``event_type`` ``unchanged``,
        ``name_change`` or ``identifier_change``, ``accepted``).
    """
    stored = edges[
        (edges["after_layer_id"] == after) & (edges["from_unit_id"] != edges["to_unit_id"])
    ]
    stored = stored.drop_duplicates(["from_unit_id", "to_unit_id", "event_id"], keep="last")
    stored = stored.rename(columns={"from_unit_id": "from_id", "to_unit_id": "to_id"})
    old, new = (
        versions[versions["layer_id"] == layer].drop_duplicates("unit_id").set_index("unit_id")
        for layer in (before, after)
    )
    staying = old.index.intersection(new.index)
    old, new = old.loc[staying], new.loc[staying]
    followed = stored[stored["accepted"]]
    given, taken = (
        followed.groupby(side)[share].sum().reindex(staying).fillna(0)
        for side, share in zip(("from_id", "to_id"), _SHARES, strict=True)
    )
    kept = (1 - given).clip(lower=0)
    kinds = np.select(
        [old["name"] != new["name"], old["stat_code"].fillna("") != new["stat_code"].fillna("")],
        ["name_change", "identifier_change"],
        "unchanged",
    )
    themselves = pd.DataFrame(
        {
            "from_id": staying,
            "to_id": staying,
            "event_type": kinds,
            "accepted": True,
            "shared_m2": kept.to_numpy() * old["area_m2"].to_numpy(),
            "share_of_from": kept.to_numpy(),
            "share_of_to": (1 - taken).clip(lower=0).to_numpy(),
        }
    )
    links = pd.concat([stored, themselves], ignore_index=True) if len(themselves) else stored
    return links.astype({"accepted": bool}).reset_index(drop=True)
