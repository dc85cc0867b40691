"""A file of boundaries becomes a layer of the register."""

from functools import cache

import geopandas as gpd
import pandas as pd
import shapely
import sqlalchemy as sa
from pypinyin import lazy_pinyin

from geo_tracker.config import Settings
from geo_tracker.crs import STORAGE_CRS
from geo_tracker.db import reading, writing
from geo_tracker.db.columns import now
from geo_tracker.db.imports import existing_import, layers_in_order
from geo_tracker.db.layers import added_layer, layer_grounds
from geo_tracker.errors import ConflictError
from geo_tracker.importing.layers import LayerChoices, read_boundaries
from geo_tracker.language import N_
from geo_tracker.lineage.continuing import continuing_units, ground_digests
from geo_tracker.workflows.files import stored_file
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.tiles import build_tiles


def publish_boundaries(
    engine: sa.Engine, settings: Settings, import_id: int, progress: Progress
) -> None:
    """Read an accepted file again, store it as a layer, relate it to its neighbours, draw it.

    The layer is stored in one transaction; running this again after an interruption continues
    behind the last step that was finished.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
        published = run.state == "published"
    if not published:
        store_layer(engine, settings, import_id, progress)
    infer_lineage(engine, progress)
    build_tiles(engine, settings, progress)


def store_layer(engine: sa.Engine, settings: Settings, import_id: int, progress: Progress) -> int:
    """Store the layer of an import and publish it; return the layer's id.

    Raises
    ------
    ConflictError
        If a layer of the same date is there already.
    InputError
        If the file cannot be used.
    """
    with reading(engine) as session:
        run = existing_import(session, import_id)
        neighbours = layers_in_order(session)
        if any(layer.as_of_on == run.as_of_on for layer in neighbours):
            raise ConflictError(
                N_("There is already a layer that holds from %(date)s."), date=str(run.as_of_on)
            )
        progress.at(N_("Reading and checking the file"))
        layer = read_boundaries(
            stored_file(settings, run.source), choices=LayerChoices(**run.choices)
        )
        nearest = min(neighbours, key=lambda x: abs(x.as_of_on - run.as_of_on), default=None)
        other = layer_grounds(session, nearest.id) if nearest else None
    progress.at(N_("Preparing %(count)s villages"), count=len(layer.features))
    villages = _with_names_and_points(layer.features)
    villages["unit_id"] = _continuing(other, villages)
    progress.at(N_("Storing %(count)s villages"), count=len(villages))
    with writing(engine) as session:
        run = existing_import(session, import_id)
        stored = added_layer(
            session,
            villages,
            import_id=import_id,
            as_of_on=run.as_of_on,
            geometry_source="synthetic" if run.source.synthetic else "surveyed",
        )
        run.state = "published"
        run.published_at = now()
        run.result = {
            "villages": len(villages),
            "continuing": int(villages["unit_id"].notna().sum()),
            "layer_id": stored.id,
        }
    return stored.id


def _continuing(other: pd.DataFrame | None, villages: gpd.GeoDataFrame) -> pd.Series:
    if other is None:
        return pd.Series(pd.NA, index=villages.index, dtype="Int64")
    return continuing_units(other, villages).reindex(villages.index).astype("Int64")


@cache
def _spelling(character: str) -> str:
    # Character by character: place names are hardly ever words of a dictionary.
    return lazy_pinyin(character)[0].lower()


def _with_names_and_points(features: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
    villages = features.copy()
    villages["ground"] = ground_digests(features)
    code = villages["stat_code"].fillna(villages["land_code"])
    villages["name"] = villages["name"].fillna(code).fillna("?")
    spelled = [[_spelling(character) for character in name] for name in villages["name"]]
    villages["pinyin"] = ["".join(syllables)[:200] for syllables in spelled]
    villages["initials"] = ["".join(s[:1] for s in syllables)[:50] for syllables in spelled]
    points = shapely.get_coordinates(shapely.point_on_surface(villages.geometry.to_numpy()))
    villages["point_lon"], villages["point_lat"] = points[:, 0], points[:, 1]
    return villages.set_crs(STORAGE_CRS, allow_override=True)
