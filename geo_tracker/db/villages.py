"""Villages as matching needs them: unit, code, name, town at a date."""

from datetime import date

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from geo_tracker.db.models import BoundaryLayer, Place, VillageVersion


def known_villages(
    session: Session, *, on: date | None = None, former: bool = False
) -> pd.DataFrame:
    """Return the villages a table may mean.

    Parameters
    ----------
    session : Session
        Any session.
    on : date, optional
        Villages valid at that date; a date before the first layer means the first layer.
    former : bool
        Villages of every layer but the newest (of the only one, if there is just one), each
        as it was last; otherwise, without ``on``, those of the newest layer.

    Returns
    -------
    DataFrame
        ``unit_id``, ``stat_code``, ``name``, ``town``, ``county``; one row per unit.
    """
    layers = layer_days(session)
    if on is not None:
        chosen = [layer_at(layers, on)] if layers else []
    elif former:
        chosen = [layer for layer, _ in layers[:-1]] or [layer for layer, _ in layers]
    else:
        chosen = [layer for layer, _ in layers[-1:]]
    county = aliased(Place)
    rows = session.execute(
        sa.select(
            VillageVersion.unit_id,
            VillageVersion.stat_code,
            VillageVersion.name,
            Place.name,
            county.name,
        )
        .outerjoin(Place, Place.id == VillageVersion.town_id)
        .outerjoin(county, county.id == Place.parent_id)
        .where(VillageVersion.layer_id.in_(chosen))
        .order_by(VillageVersion.valid_from)
    ).all()
    villages = pd.DataFrame(
        [tuple(row) for row in rows], columns=["unit_id", "stat_code", "name", "town", "county"]
    )
    return villages.drop_duplicates("unit_id", keep="last", ignore_index=True)


def layer_days(session: Session) -> list[tuple[int, date]]:
    """Return the layers' ids with the days they hold from, in order of these."""
    found = session.execute(
        sa.select(BoundaryLayer.id, BoundaryLayer.as_of_on).order_by(BoundaryLayer.as_of_on)
    )
    return [(layer, day) for layer, day in found]


def layer_at(layers: list[tuple[int, date]], on: date) -> int:
    """Return which of some layers holds at a day; before the first one, the first."""
    begun = [layer for layer, day in layers if day <= on]
    return begun[-1] if begun else layers[0][0]
