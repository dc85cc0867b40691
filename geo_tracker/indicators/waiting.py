"""Which villages were not visited for longest."""

from datetime import date

import pandas as pd


def days_waiting(last_on: pd.Series, *, on: date) -> pd.Series:
    """Return how many days ago each village was visited last, at a day.

    Parameters
    ----------
    last_on : Series
        Date of the last visit of each village, missing where there was none.
    on : date
        The day.

    Returns
    -------
    Series
        Int64, same index; missing for villages that were never visited.
    """
    days = (pd.Timestamp(on) - pd.to_datetime(last_on)).dt.days
    return days.astype("Int64").rename("days")


def longest_first(villages: pd.DataFrame, *, then_by: list[str]) -> pd.DataFrame:
    """Put villages in order: those never visited first, then those that wait for longest.

    Parameters
    ----------
    villages : DataFrame
        ``days`` as `days_waiting`, and the columns of ``then_by``.
    then_by : list of str
        Columns that decide among villages that wait equally long.
    """
    never = villages["days"].isna()
    keys = villages.assign(visited=~never, waiting=-villages["days"].fillna(0))
    order = keys.sort_values(["visited", "waiting", *then_by], kind="stable").index
    return villages.loc[order]
