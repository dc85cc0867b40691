"""What imports draw is seen by nobody until it is shown, and then whole."""

from datetime import date
from typing import Any

import pandas as pd
import pyogrio
import pytest
import shapely
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.bulk import Encoded
from geo_tracker.db.drawings import (
    Bounds,
    Drawings,
    added_drawings,
    carried_drawings,
    discarded_drawings,
    drawn_bounds,
    drawn_frame,
    facts_stored,
    show_drawing,
)
from geo_tracker.db.geometry import within_box
from geo_tracker.db.models import BoundaryLayer, DrawnVillage, StoredLayer, Unit, VillageVersion
from tests.db.test_geometry import stored_import

FIRST, LATER = date(2018, 10, 31), date(2019, 10, 31)


def squares(*wests: float) -> Any:
    return shapely.multipolygons([[shapely.box(west, 29, west + 1, 30)] for west in wests])


def facts(count: int, **columns: list[Any]) -> pd.DataFrame:
    same = {"pinyin": "p", "initials": "p", "ground": "0" * 32, "area_m2": 1.0, "name": "甲村"}
    same |= {"stat_code": None, "land_code": None, "stated_area_m2": None}
    same |= {"seat_lon": None, "seat_lat": None}
    frame = pd.DataFrame({name: [value] * count for name, value in same.items()}, dtype=object)
    frame["unit_id"] = pd.array([None] * count, dtype="Int64")
    frame["town_id"] = pd.array([None] * count, dtype="Int64")
    return frame.assign(**columns)


def drawn(engine: sa.Engine, *wests: float, **columns: list[Any]) -> int:
    """Lay down squares for an import of their own; return it."""
    drawn = squares(*wests)
    shapes = Encoded.of(shapely.to_wkb(drawn), shapely.bounds(drawn), engine)
    points = shapely.get_coordinates(shapely.centroid(drawn))
    with writing(engine) as session:
        import_id = stored_import(session)
        villages = facts_stored(facts(len(wests), **columns))
        added_drawings(
            session,
            Drawings.of(villages, points, shapes, import_id=import_id, geometry_source="surveyed"),
        )
    return import_id


def shown(engine: sa.Engine, import_id: int | None, as_of_on: date = FIRST) -> int:
    with writing(engine) as session:
        bounds: Bounds = (None, None, None, None)
        if import_id is not None:
            bounds = drawn_bounds(session, import_id)
        return show_drawing(session, as_of_on=as_of_on, import_id=import_id, bounds=bounds).id


def names_in(engine: sa.Engine, *box: float) -> list[str]:
    v = VillageVersion
    with reading(engine) as session:
        inside = within_box(v.geom, v.id, *box)
        return list(session.scalars(sa.select(v.name).where(inside).order_by(v.id)))


def test_nobody_sees_what_is_not_shown(engine: sa.Engine) -> None:
    import_id = drawn(engine, 120, 121)
    everywhere = (100.0, 0.0, 130.0, 50.0)
    with reading(engine) as session:
        assert session.scalars(sa.select(VillageVersion.id)).all() == []
        assert session.scalars(sa.select(BoundaryLayer.id)).all() == []
    assert names_in(engine, *everywhere) == []
    shown(engine, import_id)
    assert names_in(engine, *everywhere) == ["甲村", "甲村"]
    assert names_in(engine, 121.5, 29, 122.5, 30) == ["甲村"]
    assert names_in(engine, 125, 29, 126, 30) == []
    shown(engine, None)
    assert names_in(engine, *everywhere) == []


def test_versions_hold_until_the_next_layer_that_is_shown(engine: sa.Engine) -> None:
    first, later = drawn(engine, 120), drawn(engine, 120)
    shown(engine, later, LATER)
    shown(engine, first, FIRST)

    def times() -> list[tuple[date, date | None]]:
        v = VillageVersion
        with reading(engine) as session:
            rows = session.execute(sa.select(v.valid_from, v.valid_to).order_by(v.valid_from))
            return [(row.valid_from, row.valid_to) for row in rows]

    assert times() == [(FIRST, LATER), (LATER, None)]
    shown(engine, None, LATER)
    assert times() == [(FIRST, None)]


def test_a_layer_taken_away_and_shown_again_is_the_same_layer(engine: sa.Engine) -> None:
    import_id = drawn(engine, 120)
    layer = shown(engine, import_id)
    assert shown(engine, None) == layer
    assert shown(engine, drawn(engine, 120)) == layer


def test_villages_carried_over_are_the_same_to_the_byte(engine: sa.Engine) -> None:
    first = drawn(engine, 120, 121)
    second = drawn(engine, 122)
    with writing(engine) as session:
        units = drawn_frame(session, first)["unit_id"].tolist()
        carried_drawings(session, units[:1], from_import=first, to_import=second)
    shown(engine, second)
    assert names_in(engine, 120.2, 29.2, 120.8, 29.8) == ["甲村"]
    spelled = "hex(geom)" if engine.dialect.name == "sqlite" else "geom::text"
    with reading(engine) as session:
        one, other = session.scalars(
            sa.text(f"SELECT {spelled} FROM drawn_village WHERE unit_id = {units[0]}")
        ).all()
    assert one == other


def test_what_is_cleared_away_leaves_nothing_but_what_others_drew(engine: sa.Engine) -> None:
    kept = drawn(engine, 120)
    with reading(engine) as session:
        unit = int(drawn_frame(session, kept)["unit_id"].iloc[0])
    dead = drawn(engine, 120, 121, 122, unit_id=pd.array([unit, None, None], dtype="Int64"))
    with writing(engine) as session:
        counts = [discarded_drawings(session, dead, at_most=2) for _ in range(3)]
    assert counts == [2, 1, 0]
    with reading(engine) as session:
        assert session.scalars(sa.select(Unit.id)).all() == [unit]
        assert session.scalars(sa.select(DrawnVillage.import_id)).all() == [kept]
    shown(engine, kept)
    assert names_in(engine, 119, 28, 130, 40) == ["甲村"]


@pytest.mark.parametrize("settings", ["geopackage"], indirect=True)
def test_qgis_is_offered_what_is_shown_with_its_extent_and_index(
    engine: sa.Engine, settings: Settings
) -> None:
    path = settings.data_dir / "tracker.gpkg"
    shown(engine, drawn(engine, 120, 123))
    drawn(engine, 110)
    layers = dict(pyogrio.list_layers(path))
    assert layers["village_version"] == "MultiPolygon"
    assert not {"drawn_village", "stored_layer"} & set(layers)
    assert list(pyogrio.read_info(path, layer="village_version")["total_bounds"]) == [
        *(120, 29, 124, 30)
    ]
    found = pyogrio.read_dataframe(path, layer="village_version", bbox=(122.5, 29, 125, 30))
    assert found.geometry.iloc[0].equals(shapely.box(123, 29, 124, 30))
    assert len(found) == 1
    assert str(found["valid_from"].dtype).startswith("datetime64")
    with reading(engine) as session:
        assert session.execute(sa.text("PRAGMA integrity_check")).scalar() == "ok"
        assert session.execute(sa.select(StoredLayer.west, StoredLayer.north)).one() == (120, 30)
        assert (
            session.execute(sa.text("SELECT count(*) FROM rtree_drawn_village_geom")).scalar() == 3
        )
