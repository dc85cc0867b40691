"""Which column of a boundary layer holds what: the names planners' files use, as data."""

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Final

from geo_tracker.errors import InputError
from geo_tracker.language import N_

FIELD_ALIASES: Final[dict[str, tuple[str, ...]]] = {
    "code": (
        # Land survey: the unit a parcel lies in, then administrative and survey districts.
        *("ZLDWDM", "XZQDM", "CJQYDM", "CJDCQDM", "XZQHDM", "CUNDM"),
        *("统计代码", "统计用区划代码", "村代码", "区划代码", "行政区划代码", "STAT_CODE"),
        *("VILLAGE_CODE", "VILLAGECODE", "DM", "CODE"),
    ),
    "name": (
        *("ZLDWMC", "XZQMC", "CJQYMC", "CJDCQMC", "CUNMC", "CUN"),
        *("村名", "行政村", "行政村名称", "村名称", "村庄名称", "名称"),
        *("VILLAGE_NAME", "VILLAGENAME", "VILLAGE", "MC", "NAME"),
    ),
    "town": (
        *("XJQYMC", "XIANGMC", "XZMC", "XIANG", "ZHEN", "TOWN"),
        *("乡镇", "镇街", "乡镇名称", "乡镇街道", "镇", "街道"),
        *("TOWN_NAME", "TOWNNAME", "TOWNSHIP", "XJQYDM"),
    ),
    "county": (
        *("XIANMC", "XIAN", "QXMC", "QX", "COUNTY"),
        *("县", "区县", "县区", "县(市、区)", "县市区"),
        *("COUNTY_NAME", "COUNTYNAME", "DISTRICT"),
    ),
    "area": ("DCMJ", "JSMJ", "MJ", "面积", "AREA_M2", "SHAPE_AREA", "AREA"),
    "synthetic": ("SJXZ",),
}
"""Aliases of each target, the likelier ones first. ``area`` is in square metres."""

SYNTHETIC_MARK = "合成"
"""What the ``synthetic`` column says in every row of a made-up layer."""

_FIELD_BYTES = 10


def fields_of(columns: Sequence[str], chosen: Mapping[str, str] | None = None) -> dict[str, str]:
    """Find which column holds which target.

    Parameters
    ----------
    columns : sequence of str
        The columns of the layer, without the geometry.
    chosen : mapping, optional
        Target → column as a person set it; an empty column says that there is none.

    Returns
    -------
    dict
        Target → column, for the targets that were found.

    Raises
    ------
    InputError
        If a chosen target or column does not exist.
    """
    known = {}
    for target, aliases in FIELD_ALIASES.items():
        column = first_match(columns, aliases)
        if column is not None:
            known[target] = column
    for target, column in (chosen or {}).items():
        if target not in FIELD_ALIASES:
            raise InputError(N_("%(target)s is not something a layer tells."), target=target)
        if column:
            refuse_unknown(column, columns)
        known[target] = column
    return {target: column for target, column in known.items() if column}


def refuse_unknown(column: str, columns: Sequence[str]) -> None:
    """Raise InputError if a layer has no such column."""
    if column not in columns:
        raise InputError(
            N_("The layer has no column %(column)s. It has: %(columns)s."),
            column=column,
            columns=", ".join(columns) or "–",
        )


def first_match(columns: Sequence[str], aliases: Sequence[str]) -> str | None:
    """Return the column that goes by one of some names, the likelier names first."""
    by_name: dict[str, str] = {}
    for column in columns:
        by_name.setdefault(_plain(column), column)
    for alias in aliases:
        for form in _forms(alias):
            if form in by_name:
                return by_name[form]
    return None


def _plain(column: str) -> str:
    return unicodedata.normalize("NFKC", column).strip("\ufffd \0").casefold()


def _forms(alias: str) -> list[str]:
    """Return an alias in full and as a shapefile cuts it, in UTF-8 and in GBK bytes."""
    cut = [alias.encode(codec)[:_FIELD_BYTES].decode(codec, "ignore") for codec in ("utf-8", "gbk")]
    # Two letters left of a long alias would match anything.
    return [_plain(form) for form in (alias, *cut) if len(form) > 1 or form == alias]
