"""Villages as matching needs them: unit, code, name, town at a date."""

from datetime import date

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

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
        ``unit_id``, ``stat_code``, ``name``, ``town``; one row per unit.
    """
    layers = session.execute(
        sa.select(BoundaryLayer.id, BoundaryLayer.as_of_on).order_by(BoundaryLayer.as_of_on)
    ).all()
    if on is not None:
        begun = [layer.id for layer in layers if layer.as_of_on <= on]
        chosen = begun[-1:] or [layer.id for layer in layers[:1]]
    elif former:
        chosen = [layer.id for layer in layers[:-1]] or [layer.id for layer in layers]
    else:
        chosen = [layer.id for layer in layers[-1:]]
    rows = session.execute(
        sa.select(VillageVersion.unit_id, VillageVersion.stat_code, VillageVersion.name, Place.name)
        .outerjoin(Place, Place.id == VillageVersion.town_id)
        .where(VillageVersion.layer_id.in_(chosen))
        .order_by(VillageVersion.valid_from)
    ).all()
    villages = pd.DataFrame(
        [tuple(row) for row in rows], columns=["unit_id", "stat_code", "name", "town"]
    )
    return villages.drop_duplicates("unit_id", keep="last", ignore_index=True)
