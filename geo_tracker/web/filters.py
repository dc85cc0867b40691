"""Filters that lists share: county and town, and a village's name, code or pinyin."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

import pandas as pd
from flask import request
from flask_babel import gettext as _

Options = list[tuple[str, str]]

NOWHERE = "none"
"""Stands for the county of villages whose county is not known."""


@dataclass(frozen=True)
class PlaceFilter:
    """The chosen county and town (codes, empty for any) and what can be chosen."""

    county: str
    town: str
    counties: Options
    towns: Options

    def applied(self, rows: pd.DataFrame) -> pd.DataFrame:
        """Return the rows of the chosen places."""
        if self.town:
            return rows[rows["town_code"] == self.town]
        if self.county == NOWHERE:
            return rows[rows["county_code"].isna()]
        return rows[rows["county_code"] == self.county] if self.county else rows


def place_filter(versions: pd.DataFrame, *, values: Mapping[str, str] | None = None) -> PlaceFilter:
    """Read the chosen places from the address or other values; a town elsewhere is dropped."""
    chosen = request.args if values is None else values
    county, town = chosen.get("county", ""), chosen.get("town", "")
    known, has_unknown = _counties(versions)
    counties = [*known, (NOWHERE, _("county not known"))] if has_unknown else [*known]
    if county and county not in dict(counties):
        county = ""
    towns = place_options(versions[versions["county_code"] == county], "town") if county else []
    return PlaceFilter(county, town if town in dict(towns) else "", counties, towns)


_last: list[tuple[pd.DataFrame, Options, bool]] = []


def _counties(versions: pd.DataFrame) -> tuple[Options, bool]:
    """Return the counties, and whether that of some village is not known.

    Kept for as long as the register is the same: else it takes a tenth of a short list's time.
    """
    kept = _last[-1] if _last else None
    if kept is None or kept[0] is not versions:
        has_unknown = bool(versions["county_code"].isna().any())
        kept = versions, place_options(versions, "county"), has_unknown
        _last[:] = [kept]
    return kept[1], kept[2]


def place_options(rows: pd.DataFrame, level: str) -> Options:
    """Return code and name of the counties or towns that some villages lie in."""
    pairs = rows[[f"{level}_code", level]].dropna().drop_duplicates(f"{level}_code")
    return sorted(pairs.itertuples(index=False, name=None))


def matching_names(versions: pd.DataFrame, query: str) -> pd.DataFrame:
    """Return versions whose name, code, pinyin or initials hold a query, the best first.

    Parameters
    ----------
    versions : DataFrame
        As `version_frame`.
    query : str
        What somebody typed.
    """
    query = query.strip().lower().replace(" ", "")
    if not query:
        return versions.iloc[:0]
    name = versions["name"].str.lower()
    score = pd.Series(0, index=versions.index)
    for points, hit in (
        (1, versions["pinyin"].str.contains(query, regex=False)),
        (2, name.str.contains(query, regex=False)),
        (3, versions["stat_code"].fillna("").str.startswith(query)),
        (3, versions["initials"].str.startswith(query)),
        (4, versions["pinyin"].str.startswith(query)),
        (5, name.str.startswith(query)),
        (6, name == query),
    ):
        score = score.mask(hit, points)
    found = versions.assign(score=score)
    return found[score > 0].sort_values("score", ascending=False, kind="stable")


def chosen_code(name: str, codes: Collection[str], *, default: str = "") -> str:
    """Return which of a filter's codes the request asks for; the default for anything else."""
    asked = request.args.get(name, "")
    return asked if asked in codes else default
