"""The real part of the demo: two yearly code lists and the county outlines."""

from dataclasses import dataclass
from pathlib import Path

import geopandas as gpd
import pandas as pd
from pyproj import CRS

from geo_tracker.demo import published
from geo_tracker.errors import UnusableLayerError, UnusableTableError
from geo_tracker.language import N_

FILES_CRS = CRS.from_epsg(4549)
"""What the demo's shapefiles are in: CGCS2000, 3-degree zone of Jinhua."""

_COLUMNS = {"code", "name", "kind", "town_code", "town", "county_code", "county"}
_SUFFIXES = ("村民委员会", "村委会")


@dataclass(frozen=True)
class Reference:
    """The villages of two years and the outlines they lie in.

    Attributes
    ----------
    former, later : DataFrame
        Villages of the first and the second list, indexed by the 12-digit ``code`` in rising order,
        with ``name`` (without the listing's suffix), ``town_code``, ``town``, ``county_code``,
        ``county``.
    outlines : GeoDataFrame
        One polygon per county in `FILES_CRS`, indexed by ``county_code``.
    """

    former: pd.DataFrame
    later: pd.DataFrame
    outlines: gpd.GeoDataFrame


def village_name(listed: str) -> str:
    """Return a village's everyday name: 倪宅村委会 and 倪宅村村委会 are both 倪宅村."""
    for suffix in _SUFFIXES:
        if listed.endswith(suffix):
            stem = listed.removesuffix(suffix)
            return stem if stem.endswith("村") else f"{stem}村"
    return listed


def _villages(path: Path) -> pd.DataFrame:
    try:
        units = pd.read_csv(path, dtype=str)
    except FileNotFoundError as error:
        raise UnusableTableError(N_("The list %(file)s is missing."), file=path.name) from error
    missing = _COLUMNS - set(units.columns)
    if missing:
        raise UnusableTableError(
            N_("The list %(file)s lacks these columns: %(columns)s."),
            file=path.name,
            columns=", ".join(sorted(missing)),
        )
    villages = units[units["kind"] == "village"].drop(columns="kind")
    villages["name"] = villages["name"].map(village_name)
    return villages.set_index("code").sort_index()


def _check_towns(former: pd.DataFrame, later: pd.DataFrame) -> None:
    vanished = former[~former.index.isin(later.index)].groupby("town_code").size()
    begun = later[~later.index.isin(former.index)].groupby("town_code").size()
    names = pd.concat([former, later]).drop_duplicates("town_code").set_index("town_code")["town"]
    for town_code, count in begun.items():
        if vanished.get(town_code, 0) < count:
            raise UnusableTableError(
                N_("In %(town)s more villages begin than end; mergers cannot explain that."),
                town=names[town_code],
            )
    for town_code, ended in former.groupby("town_code"):
        if not ended.index.isin(later.index).any() and not begun.get(town_code, 0):
            raise UnusableTableError(
                N_("All villages of %(town)s end and none takes their place."),
                town=names[town_code],
            )


def read_reference(folder: Path) -> Reference:
    """Read the two lists and the outlines of a folder.

    Parameters
    ----------
    folder : Path
        Holds ``villages_2018-10-31.csv``, ``villages_2019-10-31.csv`` and ``counties.geojson``
        (polygons with a CRS and ``district_adcode``).

    Returns
    -------
    Reference
        Only units of kind ``village``. The one published merger bears its published name.

    Raises
    ------
    UnusableTableError
        If a list is missing, lacks columns, or shows a change that no merger explains.
    UnusableLayerError
        If the outlines are missing, or a listed county has none.
    """
    former = _villages(folder / "villages_2018-10-31.csv")
    later = _villages(folder / "villages_2019-10-31.csv")
    _check_towns(former, later)
    if published.STRONG_CODE in later.index:
        later.loc[published.STRONG_CODE, "name"] = published.MERGED_NAME
    path = folder / "counties.geojson"
    if not path.is_file():
        raise UnusableLayerError(N_("The county outlines %(file)s are missing."), file=path.name)
    outlines = gpd.read_file(path)
    outlines = outlines.set_index(outlines["district_adcode"].astype(str).rename("county_code"))
    without = sorted(set(former["county_code"]) - set(outlines.index))
    if without:
        raise UnusableLayerError(
            N_("These counties have no outline: %(codes)s."), codes=", ".join(without)
        )
    outlines = outlines.loc[sorted(former["county_code"].unique()), ["geometry"]]
    return Reference(former, later, outlines.to_crs(FILES_CRS))
