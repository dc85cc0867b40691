"""The "three zeros": how many incidents were recorded, and where a zero may be said at all."""

from collections.abc import Collection

import pandas as pd

INCIDENT_KINDS = ("public_opinion", "petition", "case")
"""舆情, 信访, 案件."""


def zero_table(
    counts: pd.DataFrame, by: pd.Series, *, groups: pd.Index, reporting: Collection[str]
) -> pd.DataFrame:
    """Sum up incidents by group.

    Where nobody ever recorded an incident, none recorded does not mean that none happened:
    such a group has no figures, while one that reports has zeros.

    Parameters
    ----------
    counts : DataFrame
        ``kind``, ``about_merger`` (True, False, None: not known), ``is_open`` (bool), ``count``;
        one row or several for each combination.
    by : Series
        The group of each row, same index; rows of other groups are left out.
    groups : Index
        The groups, in order.
    reporting : collection
        Groups in which incidents are recorded at all, besides those that have some.

    Returns
    -------
    DataFrame
        By group, Int64, missing where a group neither reports nor has a record: ``records``,
        ``open``, ``about`` (about the merger), ``unknown`` (not known whether), and each kind of
        `INCIDENT_KINDS` with ``<kind>_about``.
    """
    size = counts["count"].astype("Int64")
    about = counts["about_merger"].eq(True).fillna(False).astype(bool)
    parts = {
        "records": pd.Series(True, index=counts.index),
        "open": counts["is_open"].astype(bool),
        "about": about,
        "unknown": counts["about_merger"].isna(),
    }
    for kind in INCIDENT_KINDS:
        of_kind = counts["kind"] == kind
        parts |= {kind: of_kind, f"{kind}_about": of_kind & about}
    table = pd.DataFrame(
        {
            name: size.where(part, 0).groupby(by).sum().reindex(groups).fillna(0)
            for name, part in parts.items()
        },
        index=groups,
        dtype="Int64",
    )
    known = table.index.isin(list(reporting)) | (table["records"] > 0).to_numpy(dtype=bool)
    return table.where(pd.Series(known, index=table.index), pd.NA)
