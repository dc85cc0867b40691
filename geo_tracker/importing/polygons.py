"""Polygons of a layer: made two-dimensional and valid, and those of one code joined."""

from dataclasses import replace
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.crs import areas_m2
from geo_tracker.importing.crossings import Crossing, crossings_of
from geo_tracker.importing.report import ImportReport
from geo_tracker.language import N_, Message
from geo_tracker.packed import PackedLayer
from geo_tracker.parallel import in_threads

POLYGONAL = (shapely.GeometryType.POLYGON, shapely.GeometryType.MULTIPOLYGON)
"""What areas are."""

MOST_VERTICES = 5_000_000
"""A single outline with more is no village but a mistake, and would take all memory to mend."""

_ONE_VALUE = ("land_code", "name", "town", "county")


def with_polygons_only(layer: gpd.GeoDataFrame, report: ImportReport) -> gpd.GeoDataFrame:
    """Leave out rows without a polygon and note each in the report.

    Parameters
    ----------
    layer : GeoDataFrame
        Any geometry kind and CRS, indexed by the row in the file.
    report : ImportReport
        Where the rows are noted as errors.

    Returns
    -------
    GeoDataFrame
        The (Multi)Polygon rows in two dimensions, index kept.
    """
    shapes = layer.geometry.to_numpy()
    empty = shapely.is_missing(shapes) | shapely.is_empty(shapes)
    other = ~empty & ~np.isin(shapely.get_type_id(shapes), POLYGONAL)
    report.add_rows("error", Message(N_("The row has no shape.")), layer.index[empty])
    report.add_rows("error", Message(N_("The shape is not an area.")), layer.index[other])
    endless = shapely.get_num_coordinates(shapes) > MOST_VERTICES
    report.add_rows(
        "error",
        Message(
            N_("The outline has more than %(count)s vertices, as no village has."),
            {"count": MOST_VERTICES},
        ),
        layer.index[endless],
    )
    kept = layer[~(empty | other | endless)]
    if shapely.has_z(kept.geometry.to_numpy()).any():
        kept = kept.set_geometry(shapely.force_2d(kept.geometry.to_numpy()), crs=layer.crs)
    return kept


def repaired(
    layer: gpd.GeoDataFrame, report: ImportReport, *, crossings: list[Crossing] | None = None
) -> gpd.GeoDataFrame:
    """Make invalid polygons valid and note each in the report.

    Parameters
    ----------
    layer : GeoDataFrame
        (Multi)Polygons in any CRS, indexed by the row in the file.
    report : ImportReport
        Where the repairs are noted, as warnings with GEOS's reason and the place.
    crossings : list of Crossing, optional
        Where it is kept what mending did to each; in `STORAGE_CRS` only.

    Returns
    -------
    GeoDataFrame
        Valid (Multi)Polygons, index kept. A polygon that collapses to no area is left out as an
        error.

    Notes
    -----
    GEOS's structural repair keeps what is inside of the rings and drops what has no area. It is
    made in any case: no database holds an outline that crosses itself.
    """
    shapes = layer.geometry.to_numpy().copy()
    bad = ~in_threads(shapely.is_valid, shapes)
    if not bad.any():
        return layer
    reasons = shapely.is_valid_reason(shapes[bad])
    shapes[bad] = shapely.make_valid(shapes[bad], method="structure", keep_collapsed=False)
    # Now and then GEOS's own result crosses itself; the second time it does not.
    again = np.flatnonzero(bad)[~shapely.is_valid(shapes[bad])]
    shapes[again] = shapely.make_valid(shapes[again], method="structure", keep_collapsed=False)
    gone = shapely.is_empty(shapes) | ~np.isin(shapely.get_type_id(shapes), POLYGONAL)
    whole = bad & ~gone
    report.add_rows(
        "warning",
        Message(N_("The outline crossed or touched itself and was repaired.")),
        layer.index[whole],
        values=[reason for reason, kept in zip(reasons, whole[bad], strict=True) if kept],
    )
    report.add_rows("error", Message(N_("The shape has no area.")), layer.index[gone])
    mended = layer.set_geometry(shapes, crs=layer.crs)
    if crossings is not None:
        crossings += crossings_of(layer[whole], mended[whole])
    return mended[~gone]


def dissolved(layer: PackedLayer, report: ImportReport) -> PackedLayer:
    """Join the rows that have the same code to one village each.

    Parameters
    ----------
    layer : PackedLayer
        Valid (Multi)Polygons with ``stat_code``, ``land_code``, ``name``, ``town``, ``county``
        (text or None), ``stated_area_m2`` and ``area_m2``, indexed by the row in the file.
    report : ImportReport
        Where joined villages are noted; different names under one code as a warning.

    Returns
    -------
    PackedLayer
        One row per code, at the place of its first row, and ``parts``, the number of rows joined;
        rows without a code stay alone. Stated areas are added up, unknown if one of them is, but
        of rows with one and the same outline only the first counts;
        ``area_m2`` is measured anew. Where names differ the one of the largest part is kept.
    """
    facts = layer.facts.assign(parts=1)
    repeated = (facts["stat_code"].notna() & facts["stat_code"].duplicated(keep=False)).to_numpy()
    if not repeated.any():
        return replace(layer, facts=facts)
    shapes = layer.outlines.shapes(np.flatnonzero(repeated))
    drawn = gpd.GeoDataFrame(facts[repeated], geometry=shapes, crs=layer.crs)
    joined = gpd.GeoDataFrame(
        [_joined(code, parts, report) for code, parts in drawn.groupby("stat_code", sort=False)],
        crs=layer.crs,
    )
    joined["area_m2"] = areas_m2(joined)
    outlines = layer.outlines.with_more(shapely.to_wkb(joined.geometry.to_numpy()))
    together = pd.concat([facts[~repeated], joined.drop(columns="geometry")])
    place = np.r_[np.flatnonzero(~repeated), len(layer) + np.arange(len(joined))]
    order = np.argsort(together.index.to_numpy(), kind="stable")
    return replace(
        layer,
        facts=pd.DataFrame(together.astype(facts.dtypes.to_dict()).iloc[order]),
        outlines=outlines.taken(place[order]),
    )


def _joined(code: str, parts: gpd.GeoDataFrame, report: ImportReport) -> pd.Series:
    drawn = len(parts)
    parts = parts[~parts.geometry.normalize().to_wkb().duplicated()]
    shapes = parts.geometry.to_numpy()
    row = parts.iloc[int(shapely.area(shapes).argmax())].copy()
    row.name = parts.index[0]
    for column in _ONE_VALUE:
        known = parts[column].dropna().unique()
        row[column] = known[0] if len(known) == 1 else row[column]
    # Parts may be numbered as different groups of one village: then no land code is right.
    row["land_code"] = row["land_code"] if parts["land_code"].nunique() == 1 else None
    row["stated_area_m2"] = parts["stated_area_m2"].sum(skipna=False)
    row["parts"] = drawn
    row[parts.geometry.name] = shapely.union_all(shapes)
    names = list(parts["name"].dropna().unique())
    report.add(
        "info",
        Message(N_("%(count)s rows have the same code and were joined."), {"count": drawn}),
        row=row.name,
        column="code",
        value=code,
    )
    if len(parts) < drawn:
        report.add(
            "warning",
            Message(
                N_("%(count)s of these rows have the outline of another one; it counts once."),
                {"count": drawn - len(parts)},
            ),
            row=row.name,
            column="code",
            value=code,
        )
    if len(names) > 1:
        report.add(
            "warning",
            Message(
                N_("One code has several names: %(names)s. %(kept)s was kept."),
                {"names": "、".join(names[:5]), "kept": row["name"]},
            ),
            row=row.name,
            column="code",
            value=code,
        )
    return row


def stated_against_measured(layer: pd.DataFrame, report: ImportReport) -> None:
    """Warn when the areas a layer states are not the ones measured in square metres."""
    ratios = (layer["stated_area_m2"] / layer["area_m2"]).replace([np.inf, -np.inf], np.nan)
    median: Any = ratios.median()
    if pd.notna(median) and not 0.9 <= median <= 1.1:
        report.add(
            "warning",
            Message(
                N_("Stated areas are %(ratio)s times the measured ones; perhaps another unit."),
                {"ratio": f"{median:.3g}"},
            ),
        )
