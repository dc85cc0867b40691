"""Which village a row of a table is about: by code, else by town and name, never by name alone."""

import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable
from typing import Any

import pandas as pd

from geo_tracker.language import N_, Message

_COMMITTEE = re.compile(r"(村民委员会|居民委员会|村委会|居委会)$")
_VILLAGE = re.compile(r"(社区|村)$")
_TOWN = re.compile(r"(街道办事处|街道|镇|乡)$")


def base_name(name: str) -> str:
    """Return a village's name without 村民委员会, 村委会, 居委会, 社区, 村 and blanks.

    Full-width letters and digits become half-width; a name that is nothing else stays.
    """
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", name))
    bare = _VILLAGE.sub("", _COMMITTEE.sub("", plain))
    return bare or plain


def base_town(town: str) -> str:
    """Return a town's name without 街道, 镇, 乡 and blanks."""
    plain = re.sub(r"\s", "", unicodedata.normalize("NFKC", town))
    return _TOWN.sub("", plain) or plain


def matched_units(
    rows: pd.DataFrame,
    villages: pd.DataFrame,
    *,
    code: str,
    name: str,
    town: str | None,
    spelled: Callable[[str], str] = str,
) -> pd.DataFrame:
    """Find the village each row is about.

    Parameters
    ----------
    rows : DataFrame
        A sheet's rows.
    villages : DataFrame
        ``unit_id`` (int), ``stat_code``, ``name``, ``town`` (text or missing).
    code, name, town : str
        Columns of ``rows``; those that are not there count as empty. ``town`` may be None.
    spelled : callable
        Brings a name to the usual characters, so that 後宅 is 后宅.

    Returns
    -------
    DataFrame
        Indexed like ``rows``: ``unit_id`` (nullable Int64) and ``reason`` (Message or None). A
        reason beside a unit is a warning: the code's village has another name, or only town
        and name were found. Without a unit it says why none was found.

    Notes
    -----
    Base names repeat across towns, so a name without its town never decides.
    """
    known = _Known(villages, spelled)
    found = [
        known.match(*cells)
        for cells in zip(_column(rows, code), _column(rows, name), _column(rows, town), strict=True)
    ]
    return pd.DataFrame(
        {
            "unit_id": pd.array([unit for unit, _ in found], dtype="Int64"),
            "reason": pd.Series([reason for _, reason in found], index=rows.index, dtype=object),
        },
        index=rows.index,
    )


def _column(rows: pd.DataFrame, column: str | None) -> list[str | None]:
    if column is None or column not in rows:
        return [None] * len(rows)
    return [None if pd.isna(cell) else str(cell) for cell in rows[column]]


_Match = tuple[int | None, Message | None]
_Village = tuple[int, str | None, str | None]


class _Known:
    """The villages by code, by town and name, and by name."""

    def __init__(self, villages: pd.DataFrame, spelled: Callable[[str], str]) -> None:
        self.spelled = spelled
        self.by_code: dict[str, list[_Village]] = defaultdict(list)
        self.by_town: dict[tuple[str, str], list[_Village]] = defaultdict(list)
        self.by_name: dict[str, list[_Village]] = defaultdict(list)
        columns: list[Any] = [villages["unit_id"].tolist()]
        columns += [_column(villages, column) for column in ("stat_code", "name", "town")]
        for unit, code, name, town in zip(*columns, strict=True):
            village = (int(unit), name, town)
            if code:
                self.by_code[code].append(village)
            if name:
                self.by_name[self.base(name)].append(village)
            if name and town:
                self.by_town[base_town(spelled(town)), self.base(name)].append(village)

    def base(self, name: str) -> str:
        """Return a village's bare name in the usual characters."""
        return base_name(self.spelled(name))

    def match(self, code: str | None, name: str | None, town: str | None) -> _Match:
        """Return the unit, and a reason for doubt or for failure."""
        if code and code in self.by_code:
            return self._by_code(code, name)
        if name is None:
            if code:
                return None, Message(N_("No village has the code %(code)s."), {"code": code})
            return None, Message(N_("The row names no village."))
        unit, reason = self._by_name(name, town)
        if code and unit is not None:
            reason = Message(
                N_("No village has the code %(code)s; found as %(name)s in %(town)s."),
                {"code": code, "name": name, "town": town},
            )
        return unit, reason

    def _by_code(self, code: str, name: str | None) -> _Match:
        candidates = self.by_code[code]
        if len(candidates) > 1:
            return None, Message(
                N_("%(count)s villages have the code %(code)s."),
                {"count": len(candidates), "code": code},
            )
        unit, known, _ = candidates[0]
        if name and known and self.base(name) != self.base(known):
            return unit, Message(
                N_("The village with the code %(code)s is called %(known)s, not %(name)s."),
                {"code": code, "known": known, "name": name},
            )
        return unit, None

    def _by_name(self, name: str, town: str | None) -> _Match:
        if town is None:
            count = len(self.by_name.get(self.base(name), []))
            return None, Message(
                N_("A name without town or code does not decide; called %(name)s: %(count)s."),
                {"name": name, "count": count},
            )
        candidates = self.by_town.get((base_town(self.spelled(town)), self.base(name)), [])
        # 城东镇 beside 城东街道, 倪宅村 beside 倪宅社区: the exact spelling decides, if it can.
        for exact in (
            [village for village in candidates if _same(village[2], town)],
            [village for village in candidates if _same(village[1], name)],
            [v for v in candidates if _same(v[1], name) and _same(v[2], town)],
        ):
            if len(candidates) > 1 and len(exact) == 1:
                candidates = exact
        if len(candidates) == 1:
            return candidates[0][0], None
        if candidates:
            return None, Message(
                N_("%(count)s villages are called %(name)s in %(town)s."),
                {"count": len(candidates), "name": name, "town": town},
            )
        return None, Message(
            N_("There is no village %(name)s in %(town)s."), {"name": name, "town": town}
        )


def _same(known: str | None, written: str) -> bool:
    return known is not None and known.strip() == written.strip()
