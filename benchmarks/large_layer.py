"""One large made-up layer as a planner would bring it: zipped, names in GBK, CGCS2000 at 120°E."""

import zipfile
from collections.abc import Callable
from datetime import date
from pathlib import Path

import geopandas as gpd
import numpy as np
import pyogrio
import shapely

from benchmarks.layers import winding
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, writing
from geo_tracker.db.imports import added_import
from geo_tracker.importing.archives import sha256_of
from geo_tracker.workflows.boundaries import store_layer
from geo_tracker.workflows.files import keep_file
from geo_tracker.workflows.progress import Progress

_ACROSS = 400
_WEST_M, _SOUTH_M = 300_000, 3_000_000
_BENT = 0.5
_BROKEN_EVERY = 1000
_TOWN, _COUNTY = 16, 5
"""Villages to a town's side, towns to a county's."""


def zipped_layer(path: Path, count: int, *, vertices: int = 100, width_m: float = 1000) -> Path:
    """Write villages with winding borders that neighbours share; one in a thousand is invalid.

    Parameters
    ----------
    path : Path
        The zip to write.
    count : int
        How many villages.
    vertices : int
        Of each, a multiple of 4; with 4 they are plain squares.
    width_m : float
        Of each; small ones share few map tiles.
    """
    number = np.arange(count)
    west, south = _WEST_M + number % _ACROSS * width_m, _SOUTH_M + number // _ACROSS * width_m
    shapes = shapely.box(west, south, west + width_m, south + width_m)
    if vertices > 4:
        shapes = shapely.segmentize(shapes, width_m / (vertices / 4) + 0.001)
        shapes = shapely.transform(shapes, lambda xy: xy + (winding(xy) - xy) * _BENT)
    for at in range(0, count, _BROKEN_EVERY):
        ring = shapely.get_coordinates(shapes[at])
        ring[[1, 2]] = ring[[2, 1]]
        shapes[at] = shapely.Polygon(ring)
    across, down = (number % _ACROSS) // _TOWN, number // _ACROSS // _TOWN
    county = across // _COUNTY + down // _COUNTY * (_ACROSS // _TOWN // _COUNTY)
    town = across % _COUNTY + down % _COUNTY * _COUNTY
    village = number % _ACROSS % _TOWN + number // _ACROSS % _TOWN * _TOWN
    layer = gpd.GeoDataFrame(
        {
            "ZLDWDM": [
                f"33{7 + c // 80:02d}{c % 80 + 10}{t + 1:03d}{v:03d}0000000"
                for c, t, v in zip(county, town, village, strict=True)
            ],
            "ZLDWMC": [f"第{n}村" for n in number],
            "XJQYMC": [f"第{t}镇" for t in town],
            "XIANMC": [f"第{c}县" for c in county],
            "DCMJ": shapely.area(shapes).round(2),
        },
        geometry=shapes,
        crs=4549,
    )
    folder = path.with_suffix("")
    folder.mkdir(parents=True, exist_ok=True)
    pyogrio.write_dataframe(layer, folder / "cun.shp", encoding="GBK")
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED, compresslevel=1) as archive:
        for part in sorted(folder.iterdir()):
            archive.write(part, part.name)
    return path


def stored(settings: Settings, file: Path) -> Callable[[], None]:
    """Return what stores a file, as the job of an accepted import does."""
    engine = make_engine(settings.url)
    sha256 = sha256_of(file)
    kept = keep_file(settings, file, sha256=sha256, suffix=file.suffix)
    with writing(engine) as session:
        run = added_import(
            session,
            kind="boundaries",
            file_name=file.name,
            sha256=sha256,
            path=kept,
            as_of_on=date(2020, 1, 1),
            user_id=None,
        )

    def store() -> None:
        store_layer(engine, settings, run.id, Progress())
        engine.dispose()

    return store
