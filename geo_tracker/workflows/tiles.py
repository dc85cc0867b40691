"""Map tiles of every layer, cut anew where its content changed."""

import time
from contextlib import suppress
from pathlib import Path

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.layers import layer_facts, layer_outlines, outlines_of
from geo_tracker.db.models import StoredLayer
from geo_tracker.language import N_
from geo_tracker.maps.pyramid import EDITION, build_pyramid, pyramid_key
from geo_tracker.maps.tile_edits import edit_pyramid
from geo_tracker.maps.tile_file import edition_of
from geo_tracker.maps.tile_villages import TileVillages, facts_key
from geo_tracker.workflows.progress import Progress

KEPT_SECONDS = 3600
"""Tiles stay for so long after others took their place: for maps that are open meanwhile."""


def build_tiles(engine: sa.Engine, settings: Settings, progress: Progress) -> None:
    """Draw the tiles of each layer whose content they do not show yet; drop those of none.

    Where few villages changed only their own tiles are cut anew. What an earlier program drew of
    the same villages is left to `renew_tiles`: nobody is to wait for it.
    """
    _forget_tiles_of_none(engine)
    for layer_id, shown_key in _layers(engine):
        _build(engine, settings, progress, layer_id=layer_id, shown_key=shown_key)
    _drop_unused(engine, settings)


def renew_tiles(engine: sa.Engine, settings: Settings) -> bool:
    """Draw anew a layer that an earlier program drew in another way, or that is not there any more.

    Returns
    -------
    bool
        Whether there are more such layers.
    """
    outdated = [
        (layer_id, key)
        for layer_id, key in _layers(engine)
        if key and not _is_current(settings.tiles_dir / f"{key}.mbtiles")
    ]
    # The newest first: it is what a map opens with.
    for layer_id, key in outdated[-1:]:
        _build(engine, settings, Progress(), layer_id=layer_id, shown_key=key, renewed=True)
        _drop_unused(engine, settings)
    return len(outdated) > 1


def _layers(engine: sa.Engine) -> list[tuple[int, str | None]]:
    with reading(engine) as session:
        return [(layer.id, layer.tiles_key) for layer in layers_in_order(session)]


def _is_current(path: Path) -> bool:
    return path.exists() and edition_of(path) == EDITION


def _build(
    engine: sa.Engine,
    settings: Settings,
    progress: Progress,
    *,
    layer_id: int,
    shown_key: str | None,
    renewed: bool = False,
) -> None:
    with reading(engine) as session:
        facts = layer_facts(session, layer_id)
        key = pyramid_key(facts)
        path, shown = (settings.tiles_dir / f"{one}.mbtiles" for one in (key, shown_key))
        if not renewed and key != shown_key and shown.exists():
            edition = edition_of(shown)
            if edition != EDITION and facts_key(facts, edition=edition) == shown_key:
                return
        if not _is_current(path):
            progress.at(N_("Drawing the map of %(count)s villages"), count=len(facts))
            settings.tiles_dir.mkdir(parents=True, exist_ok=True)
            done = shown_key is not None and edit_pyramid(
                path,
                shown_in=shown,
                facts=facts,
                outlines_of=lambda ids: outlines_of(session, layer_id, ids),
            )
            if not done:
                # Packed, as they stay in memory until all is cut.
                texts = dict.fromkeys(("name", "code", "town", "county", "ground"), "str")
                villages = TileVillages.of(facts.astype(texts), layer_outlines(session, layer_id))
                build_pyramid(path, villages, progress=progress.count)
    if key == shown_key:
        return
    with writing(engine) as session:
        session.execute(
            sa.update(StoredLayer).where(StoredLayer.id == layer_id).values(tiles_key=key)
        )
    if shown.exists():
        shown.touch()


def _forget_tiles_of_none(engine: sa.Engine) -> None:
    """Let layers that were taken away have no tiles."""
    with writing(engine) as session:
        session.execute(
            sa.update(StoredLayer)
            .where(StoredLayer.import_id.is_(None), StoredLayer.tiles_key.is_not(None))
            .values(tiles_key=None)
        )


def _drop_unused(engine: sa.Engine, settings: Settings) -> None:
    """Delete files that no layer shows any more, and what a killed job left unfinished."""
    with reading(engine) as session:
        kept = {f"{layer.tiles_key}.mbtiles" for layer in layers_in_order(session)}
    for file in settings.tiles_dir.glob("*.mbtiles*"):
        if file.name not in kept and file.stat().st_mtime < time.time() - KEPT_SECONDS:
            # On Windows a file that is open stays; the next build tries again.
            with suppress(PermissionError):
                file.unlink()
