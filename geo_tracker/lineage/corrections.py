"""What a corrected layer says otherwise than the layer it corrects."""

from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.lineage.continuing import continuing_units

COMPARED = ("name", "stat_code", "land_code", "town", "stated_area_m2")
"""Attributes whose change is told, besides the ground; towns are the same when their codes are."""


def corrected_units(stored: pd.DataFrame, corrected: pd.DataFrame) -> pd.Series:
    """Find the stored village that each village of a corrected layer is.

    Parameters
    ----------
    stored : DataFrame
        ``unit_id``, ``ground`` (as `ground_digests`), ``name``, ``stat_code``.
    corrected : DataFrame
        Any unique index; ``ground``, ``name``, ``stat_code``.

    Returns
    -------
    Series
        ``unit_id`` (Int64) by ``corrected``'s index, missing where a village is new: the village of
        the same code, else one that nobody's code names whose ground is the same, and whose name or
        code; else one of the same ground whatever it is called now. One to one.
    """
    found = pd.Series(pd.NA, index=corrected.index, dtype="Int64", name="unit_id")
    coded = stored.dropna(subset="stat_code").drop_duplicates("stat_code", keep=False)
    unit_of = coded.set_index("stat_code")["unit_id"]
    once = corrected["stat_code"].notna() & ~corrected["stat_code"].duplicated(keep=False)
    found[once] = corrected.loc[once, "stat_code"].map(unit_of).astype("Int64")
    for by_ground in (continuing_units, _same_ground):
        open_ones = corrected[found.isna()]
        left = stored[~stored["unit_id"].isin(found.dropna())]
        more = by_ground(left, open_ones)
        found[more.index] = more
    return found


def _same_ground(before: pd.DataFrame, after: pd.DataFrame) -> pd.Series:
    old = before.drop_duplicates("ground", keep=False).set_index("ground")["unit_id"]
    new = after.loc[~after["ground"].duplicated(keep=False), "ground"]
    return new.map(old).astype("Int64").dropna()


@dataclass(frozen=True)
class LayerChanges:
    """What a corrected layer changes.

    Attributes
    ----------
    added : DataFrame
        Villages that the stored layer does not have: ``name``, ``stat_code``, ``town``,
        ``area_m2``.
    changed : DataFrame
        Villages that differ: ``unit_id``, ``name``, ``stat_code``, ``town``, ``area_m2`` as they
        are now, ``fields`` (dict: attribute → (old, new), texts, numbers or None), ``redrawn``
        (bool: another ground), ``area_before_m2``.
    unchanged : int
        How many are the same.
    missing : DataFrame
        Villages that the corrected layer does not have: ``unit_id``, ``name``, ``stat_code``,
        ``town``, ``area_m2``.
    """

    added: pd.DataFrame
    changed: pd.DataFrame
    unchanged: int
    missing: pd.DataFrame


def layer_changes(stored: pd.DataFrame, corrected: pd.DataFrame, units: pd.Series) -> LayerChanges:
    """Compare a corrected layer with the stored one, village by village.

    Parameters
    ----------
    stored : DataFrame
        ``unit_id``, ``ground``, ``area_m2``, ``town_code`` and the attributes in `COMPARED`,
        one row per village.
    corrected : DataFrame
        The same without ``unit_id``; any unique index.
    units : Series
        As `corrected_units` found them.
    """
    shown = ["name", "stat_code", "town", "area_m2"]
    added = corrected.loc[units.isna(), shown].reset_index(drop=True)
    missing = stored.loc[~stored["unit_id"].isin(units.dropna()), ["unit_id", *shown]]
    known = units.dropna()
    new = corrected.loc[known.index].assign(unit_id=known.astype("int64")).reset_index(drop=True)
    old = stored.set_index("unit_id").loc[new["unit_id"]].reset_index()
    differs = {name: _differs(old, new, name) for name in COMPARED}
    redrawn = (old["ground"] != new["ground"]).to_numpy()
    any_change = redrawn | np.any(list(differs.values()), axis=0)
    changed = new.loc[any_change, ["unit_id", *shown]].copy()
    changed["redrawn"] = redrawn[any_change]
    changed["area_before_m2"] = old.loc[any_change, "area_m2"]
    changed["fields"] = [
        {
            name: (_plain(old.at[row, name]), _plain(new.at[row, name]))
            for name in COMPARED
            if differs[name][row]
        }
        for row in changed.index
    ]
    return LayerChanges(
        added,
        changed.reset_index(drop=True),
        int((~any_change).sum()),
        missing.reset_index(drop=True),
    )


def _differs(old: pd.DataFrame, new: pd.DataFrame, name: str) -> Any:
    if name == "stated_area_m2":
        before, after = old[name].to_numpy(float), new[name].to_numpy(float)
        return ~np.isclose(before, after, rtol=0, atol=0.005, equal_nan=True)
    column = "town_code" if name == "town" else name
    pairs = zip(old[column].tolist(), new[column].tolist(), strict=True)
    return np.array([_plain(one) != _plain(other) for one, other in pairs], dtype=bool)


def _plain(value: Any) -> str | float | None:
    if value is None or value is pd.NA or (isinstance(value, float) and np.isnan(value)):
        return None
    return float(value) if isinstance(value, float) else str(value)
