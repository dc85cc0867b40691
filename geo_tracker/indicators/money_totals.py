"""What projects and their channels amount to, group by group, to the cent."""

import pandas as pd

AMOUNTS = ("estimate_fen", "budget_fen", "contract_fen", "paid_fen")
NONE = ""
"""Group of the projects of which it is not known."""


def project_money(projects: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Sum up projects group by group.

    Parameters
    ----------
    projects : DataFrame
        `AMOUNTS` (whole fen, missing where not known).
    by : Series
        The group of each project, same index; missing ones make the group `NONE`.

    Returns
    -------
    DataFrame
        By group: ``projects`` (count), `AMOUNTS` (sums of the known ones, missing where none is),
        ``<amount>_known`` (of how many projects each is known), ``both_budget_fen`` and
        ``both_paid_fen`` (of projects that have both). Sums over groups are the sums over all.
    """
    key = by.astype(object).where(by.notna(), NONE)
    grouped = projects.groupby(key)
    table = pd.DataFrame({"projects": grouped.size()})
    for name in AMOUNTS:
        # Whole numbers all the way: floats would lose cents of large sums.
        amounts = projects[name].astype("Int64")
        table[name] = amounts.groupby(key).sum(min_count=1).reindex(table.index)
        table[f"{name}_known"] = amounts.notna().groupby(key).sum().reindex(table.index)
    both = projects[projects["budget_fen"].notna() & projects["paid_fen"].notna()]
    for name in ("budget", "paid"):
        sums = both[f"{name}_fen"].astype("Int64").groupby(key[both.index]).sum(min_count=1)
        table[f"both_{name}_fen"] = sums.reindex(table.index).astype("Int64")
    return table


def channel_money(funds: pd.DataFrame) -> pd.DataFrame:
    """Sum up what channels give, as `fund_money` by channel."""
    return fund_money(funds, funds["channel"])


def fund_money(funds: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Sum up funds group by group.

    Parameters
    ----------
    funds : DataFrame
        ``project_id``, ``planned_fen``, ``received_fen`` (whole fen or missing).
    by : Series
        The group of each fund, same index; funds without one are left out.

    Returns
    -------
    DataFrame
        By group: ``projects`` (count), ``planned_fen``, ``received_fen`` (sums of the known
        ones, missing where none is), ``planned_fen_known``, ``received_fen_known``,
        ``both_planned_fen`` and ``both_received_fen`` (of funds that have both).
    """
    grouped = funds.groupby(by)
    table = pd.DataFrame({"projects": grouped["project_id"].nunique()})
    both = funds["planned_fen"].notna() & funds["received_fen"].notna()
    for name in ("planned_fen", "received_fen"):
        amounts = funds[name].astype("Int64")
        table[name] = amounts.groupby(by).sum(min_count=1)
        table[f"{name}_known"] = amounts.notna().groupby(by).sum()
        of_both = amounts[both].groupby(by[both]).sum(min_count=1)
        table[f"both_{name}"] = of_both.reindex(table.index).astype("Int64")
    return table
