"""The score of lagging on the map: of the villages of both sides, and where the hidden ones lie."""

from dataclasses import dataclass, replace

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.web.lag import shown_lag
from geo_tracker.web.register import Register
from geo_tracker.web.register_sides import Side, became_today
from geo_tracker.web.texts import number

LAG_SOURCE = "lag"
"""Source of the themes whose values this file adds."""


@dataclass(frozen=True)
class Mark:
    """A point that is shown with a theme.

    Attributes
    ----------
    unit_id, present_unit_id : int
        The village that is meant, and that of today it belongs to.
    name, about : str
        What it is called and what is said of it, in the reader's language.
    lat, lon : float
        In STORAGE_CRS.
    """

    unit_id: int
    present_unit_id: int
    name: str
    about: str
    lat: float
    lon: float


def lag_sides(held: Register) -> dict[str, Side]:
    """Return both sides with ``lag_score``, ``lag_standing`` and ``lag_reasons``.

    A village that never merged is the same on both sides and has one score. ``lag_reasons`` is how
    many flags are raised; of a merged village, those of the former one that has most. It is
    missing where none is raised and an income is not known.
    """
    lag = shown_lag().lag
    table = pd.concat([_columns(lag.formers.table), _columns(lag.villages.table)])
    table = table[~table.index.duplicated()].rename(columns=lambda name: f"lag_{name}")
    sides = {name: side.units.join(table) for name, side in held.sides.items()}
    if "former" in sides:
        former = sides["former"]
        into = became_today(held, former.index)
        most = former["lag_reasons"].groupby(into).max().reindex(sides["merged"].index)
        sides["merged"]["lag_reasons"] = most.astype("Int64")
    return {name: replace(held.sides[name], units=units) for name, units in sides.items()}


def _columns(table: pd.DataFrame) -> pd.DataFrame:
    raised = table["reasons"].map(len).astype("Int64")
    # Nothing found where something is not known is no clean record.
    unclear = (raised == 0) & table[["operating_income", "total_income"]].isna().any(axis=1)
    return table[["score", "standing"]].assign(reasons=raised.mask(unclear))


def hidden_marks(held: Register) -> list[Mark]:
    """Return the former villages that the average of their merged village hides."""
    lag = shown_lag().lag
    hidden = lag.hidden[lag.hidden["hidden"]]
    rows = held.formers.loc[hidden.index, ["name", "point_lat", "point_lon"]]
    rows = rows.join(hidden["merged_score"]).join(lag.formers.table["score"])
    rows["merged"] = lag.merged.reindex(rows.index)
    return [
        Mark(
            unit_id=int(unit_id),
            present_unit_id=int(row["merged"]),
            name=row["name"],
            about=_(
                "Hidden laggard: %(score)s points of lag; %(village)s as a whole %(whole)s",
                score=number(row["score"], 1),
                village=held.units.at[row["merged"], "name"],
                whole=number(row["merged_score"], 1),
            ),
            lat=row["point_lat"],
            lon=row["point_lon"],
        )
        for unit_id, row in rows.sort_index().iterrows()
    ]
