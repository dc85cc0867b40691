"""What imports of boundaries draw: laid down unseen, batch by batch; then shown in one stroke."""

from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session, aliased

from geo_tracker.db.bulk import Encoded, insert_features, inserted_blank_rows
from geo_tracker.db.geometry import set_extent
from geo_tracker.db.models import DrawnVillage, ImportRun, Job, Place, StoredLayer, Unit
from geo_tracker.db.places import values_of

_FACTS = (
    *("unit_id", "name", "pinyin", "initials", "stat_code", "land_code", "ground", "town_id"),
    *("area_m2", "stated_area_m2", "seat_lon", "seat_lat"),
)
_CARRIED = [
    column.name
    for column in DrawnVillage.__table__.columns
    if column.name not in {"id", "import_id"}
]

Bounds = tuple[float | None, float | None, float | None, float | None]
"""West, south, east, north in STORAGE_CRS; None where there is nothing."""


@dataclass(frozen=True)
class Drawings:
    """A batch of villages as the database takes them, made before its transaction begins.

    Attributes
    ----------
    columns : dict of list
        Values by column of `DrawnVillage`; ``unit_id`` is None for a new unit.
    shapes : Encoded
        MultiPolygons, in the order of the values.
    """

    columns: dict[str, list[Any]]
    shapes: Encoded

    @classmethod
    def of(
        cls,
        facts: dict[str, list[Any]],
        points: Any,
        shapes: Encoded,
        *,
        import_id: int,
        geometry_source: str,
    ) -> "Drawings":
        """Return a batch of an import.

        Parameters
        ----------
        facts : dict of list
            As `facts_stored` gives them.
        points : array of float
            A place inside of each village: longitude and latitude.
        shapes : Encoded
            MultiPolygons, in the order of the rows.
        import_id, geometry_source
            Where they came from; ``surveyed`` or ``synthetic``.
        """
        same = {"import_id": import_id, "geometry_source": geometry_source}
        columns: dict[str, list[Any]] = {name: [one] * len(points) for name, one in same.items()}
        lon, lat = points.T.tolist()
        return cls({**columns, **facts, "point_lon": lon, "point_lat": lat}, shapes)


def facts_stored(villages: pd.DataFrame) -> dict[str, list[Any]]:
    """Return villages by column as the database takes them; None is what is not known.

    Parameters
    ----------
    villages : DataFrame
        ``unit_id`` (missing: a new unit), ``name``, ``ground``, ``pinyin``, ``initials``,
        ``stat_code``, ``land_code``, ``town_id``, ``area_m2``, ``stated_area_m2``, ``seat_lon``,
        ``seat_lat``.
    """
    return {name: values_of(villages[name]) for name in _FACTS}


def added_drawings(session: Session, drawings: Drawings) -> None:
    """Lay down a batch of villages; nobody sees them before their import is published.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    drawings : Drawings
        The batch.
    """
    connection = session.connection()
    known = drawings.columns["unit_id"]
    new = iter(inserted_blank_rows(connection, Unit, known.count(None)))
    unit_ids = [next(new) if unit is None else int(unit) for unit in known]
    columns = {**drawings.columns, "unit_id": unit_ids}
    insert_features(connection, DrawnVillage, columns, drawings.shapes)


def carried_drawings(
    session: Session, unit_ids: list[int], *, from_import: int, to_import: int
) -> None:
    """Draw some villages of one import once more for another, to the byte."""
    d = DrawnVillage.__table__
    session.execute(
        sa.insert(DrawnVillage).from_select(
            ["import_id", *_CARRIED],
            sa.select(
                sa.literal(to_import),
                # As it is stored; the type itself would go by way of WKB.
                *(
                    sa.type_coerce(d.c[name], sa.LargeBinary) if name == "geom" else d.c[name]
                    for name in _CARRIED
                ),
            ).where(d.c.import_id == from_import, d.c.unit_id.in_(unit_ids)),
        )
    )


def discarded_drawings(session: Session, import_id: int, *, at_most: int) -> int:
    """Clear away some villages of an import that was never shown; return how many."""
    rows = session.execute(
        sa.select(DrawnVillage.id, DrawnVillage.unit_id)
        .where(DrawnVillage.import_id == import_id)
        .limit(at_most)
    ).all()
    if not rows:
        return 0
    apart = {"synchronize_session": False}
    gone = sa.delete(DrawnVillage).where(DrawnVillage.id.in_([row.id for row in rows]))
    session.execute(gone, execution_options=apart)
    drawn = sa.select(DrawnVillage.id).where(DrawnVillage.unit_id == Unit.id).exists()
    other = aliased(Unit)
    named = sa.select(other.id).where(other.same_as_id == Unit.id).exists()
    unknown = sa.delete(Unit).where(Unit.id.in_([row.unit_id for row in rows]), ~drawn, ~named)
    session.execute(unknown, execution_options=apart)
    return len(rows)


def dead_imports(session: Session) -> list[int]:
    """Return imports that laid villages down, were never published, and have no job to go on."""
    alive = sa.select(Job.id).where(
        Job.import_id == ImportRun.id, Job.state.in_(["queued", "running"])
    )
    laid = sa.select(DrawnVillage.id).where(DrawnVillage.import_id == ImportRun.id)
    return list(
        session.scalars(
            sa.select(ImportRun.id).where(
                ImportRun.kind == "boundaries",
                ImportRun.state.not_in(["published", "undone"]),
                laid.exists(),
                ~alive.exists(),
            )
        )
    )


def shown_import(session: Session, as_of_on: date) -> int | None:
    """Return the import whose drawing is shown for a date, if any."""
    return session.scalar(sa.select(StoredLayer.import_id).where(StoredLayer.as_of_on == as_of_on))


def undone_import(session: Session, as_of_on: date) -> int | None:
    """Return the newest import of a date's boundaries that was undone, if any."""
    return session.scalar(
        sa.select(sa.func.max(ImportRun.id)).where(
            ImportRun.kind == "boundaries",
            ImportRun.as_of_on == as_of_on,
            ImportRun.state == "undone",
        )
    )


def drawn_frame(session: Session, import_id: int) -> pd.DataFrame:
    """Return the villages of an import without their outlines.

    Returns
    -------
    DataFrame
        ``drawn_id``, ``unit_id``, ``name``, ``stat_code``, ``land_code``, ``town``, ``town_code``
        (text or None), ``ground``, ``area_m2``, ``stated_area_m2``, ``seat_lon``, ``seat_lat``
        (NaN where unknown), in the order they were drawn.
    """
    d = DrawnVillage
    result = session.execute(
        sa.select(
            d.id.label("drawn_id"),
            d.unit_id,
            d.name,
            d.stat_code,
            d.land_code,
            Place.name.label("town"),
            Place.code.label("town_code"),
            d.ground,
            d.area_m2,
            d.stated_area_m2,
            d.seat_lon,
            d.seat_lat,
        )
        .outerjoin(Place, Place.id == d.town_id)
        .where(d.import_id == import_id)
        .order_by(d.id)
    )
    numbers = ("area_m2", "stated_area_m2", "seat_lon", "seat_lat")
    frame = pd.DataFrame(result.all(), columns=list(result.keys()))
    return frame.astype(dict.fromkeys(numbers, "float64"))


def place_seats(session: Session, seats: list[dict[str, Any]]) -> None:
    """Put committees' seats on drawn villages: ``id``, ``seat_lon``, ``seat_lat`` each."""
    if seats:
        session.execute(sa.update(DrawnVillage), seats)


def drawn_bounds(session: Session, import_id: int) -> Bounds:
    """Return how far the villages of an import reach."""
    if session.get_bind().dialect.name == "sqlite":
        query = (
            "SELECT min(minx), min(miny), max(maxx), max(maxy) FROM rtree_drawn_village_geom AS b"
            " JOIN drawn_village AS d ON d.id = b.id WHERE d.import_id = :import_id"
        )
    else:
        query = (
            "SELECT min(ST_XMin(geom)), min(ST_YMin(geom)), max(ST_XMax(geom)),"
            " max(ST_YMax(geom)) FROM drawn_village WHERE import_id = :import_id"
        )
    west, south, east, north = session.execute(sa.text(query), {"import_id": import_id}).one()
    return west, south, east, north


def show_drawing(
    session: Session, *, as_of_on: date, import_id: int | None, bounds: Bounds
) -> StoredLayer:
    """Let a date's layer be what an import drew, or nothing; a few rows are touched, no more.

    Parameters
    ----------
    session : Session
        A writing session; the caller commits.
    as_of_on : date
        Which layer.
    import_id : int or None
        The import; None takes the layer away.
    bounds : tuple of float or None
        As `drawn_bounds` says.
    """
    layers = {layer.as_of_on: layer for layer in session.scalars(sa.select(StoredLayer))}
    layer = layers.get(as_of_on)
    if layer is None:
        layer = layers[as_of_on] = StoredLayer(as_of_on=as_of_on)
        session.add(layer)
    layer.import_id = import_id
    layer.west, layer.south, layer.east, layer.north = bounds
    shown = [layers[day] for day in sorted(layers) if layers[day].import_id is not None]
    for number, one in enumerate(shown):
        one.until_on = shown[number + 1].as_of_on if number + 1 < len(shown) else None
    session.flush()
    edges: list[Any] = []
    for side, outermost in (("west", min), ("south", min), ("east", max), ("north", max)):
        known = [getattr(one, side) for one in shown if getattr(one, side) is not None]
        edges.append(outermost(known) if known else None)
    set_extent(session.connection(), "village_version", edges)
    return layer
