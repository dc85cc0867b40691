"""Map tiles of every layer, rebuilt when its content changed."""

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.layers import layer_villages
from geo_tracker.db.models import StoredLayer
from geo_tracker.language import N_
from geo_tracker.maps.pyramid import build_pyramid, pyramid_key
from geo_tracker.workflows.progress import Progress


def build_tiles(engine: sa.Engine, settings: Settings, progress: Progress) -> None:
    """Draw the tiles of each layer whose content they do not show yet; drop those of none."""
    _drop_tiles_of_none(engine, settings)
    with reading(engine) as session:
        layers = [(layer.id, layer.tiles_key) for layer in layers_in_order(session)]
    for layer_id, shown_key in layers:
        with reading(engine) as session:
            villages = layer_villages(session, layer_id)
        villages[["town_id", "county_id"]] = (
            villages[["town_id", "county_id"]].fillna(0).astype(int)
        )
        key = pyramid_key(villages)
        path = settings.tiles_dir / f"{key}.mbtiles"
        if key == shown_key and path.exists():
            continue
        progress.at(N_("Drawing the map of %(count)s villages"), count=len(villages))
        settings.tiles_dir.mkdir(parents=True, exist_ok=True)
        build_pyramid(path, villages, progress=progress.count)
        with writing(engine) as session:
            session.execute(
                sa.update(StoredLayer).where(StoredLayer.id == layer_id).values(tiles_key=key)
            )
        if shown_key and shown_key != key:
            (settings.tiles_dir / f"{shown_key}.mbtiles").unlink(missing_ok=True)


def _drop_tiles_of_none(engine: sa.Engine, settings: Settings) -> None:
    """Delete the tiles of layers that were taken away."""
    with reading(engine) as session:
        kept = {layer.tiles_key for layer in layers_in_order(session)}
        gone = session.execute(
            sa.select(StoredLayer.id, StoredLayer.tiles_key).where(
                StoredLayer.import_id.is_(None), StoredLayer.tiles_key.is_not(None)
            )
        ).all()
    for layer_id, key in gone:
        with writing(engine) as session:
            session.execute(
                sa.update(StoredLayer).where(StoredLayer.id == layer_id).values(tiles_key=None)
            )
        if key not in kept:
            (settings.tiles_dir / f"{key}.mbtiles").unlink(missing_ok=True)
