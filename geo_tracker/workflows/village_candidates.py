"""Villages that a row may mean when neither its code nor its town and name decide."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from difflib import SequenceMatcher
from functools import cache
from typing import Any

import pandas as pd

from geo_tracker.importing.match import base_town
from geo_tracker.lineage.name_forms import name_forms

MOST_CANDIDATES = 8
"""How many villages a row is offered."""

_LIKE = 0.5
_WHYS = ("same_code", "same_name", "same_sound", "like_name")


@dataclass(frozen=True)
class Candidate:
    """A village that may be meant, and why.

    ``why`` is ``same_code``, ``same_name`` (but for endings such as 新村), ``same_sound`` or
    ``like_name`` (a character differs).
    """

    unit_id: int
    name: str
    town: str | None
    county: str | None
    code: str | None
    why: str


@cache
def _sound(character: str) -> str:
    # Its dictionaries are large, and whoever brings boundaries needs none of them here.
    from pypinyin import lazy_pinyin  # noqa: PLC0415

    return str(lazy_pinyin(character)[0])


@cache
def _bare(name: str) -> str:
    return name_forms(name).forms[0].bare


def _sounds(bare: str) -> str:
    return " ".join(map(_sound, bare))


class VillageCandidates:
    """An index of villages, made once for all rows of a sheet.

    Parameters
    ----------
    villages : DataFrame
        ``unit_id``, ``stat_code``, ``name``, ``town``, ``county``, as of `known_villages`.
    """

    def __init__(self, villages: pd.DataFrame) -> None:
        self._by: dict[tuple[str, str], list[int]] = defaultdict(list)
        columns = [villages[c].tolist() for c in ("unit_id", "name", "town", "county", "stat_code")]
        self._villages: dict[int, tuple[Any, Any, Any, Any]] = {}
        for unit_id, name, *rest in zip(*columns, strict=True):
            town, county, code = (None if pd.isna(part) else part for part in rest)
            self._villages[unit_id] = (name, town, county, code)
            for key in self._keys(name, code):
                self._by[key].append(unit_id)
            if town:
                self._by["town", base_town(town)].append(unit_id)

    @staticmethod
    def _keys(name: str | None, code: str | None) -> Iterator[tuple[str, str]]:
        if code:
            yield "same_code", code
        if not name:
            return
        bare = _bare(name)
        yield "same_name", bare
        yield "same_sound", _sounds(bare)
        if len(bare) > 2:
            for place in range(len(bare)):
                # Names that differ in one character have one of these in common.
                yield "like_name", f"{bare[:place]}?{bare[place + 1 :]}"

    def of(self, code: str | None, name: str | None, town: str | None) -> list[Candidate]:
        """Return the villages that what is written may mean, the likeliest first."""
        whys: dict[int, str] = {}
        for why, key in self._keys(name, code):
            for unit_id in self._by.get((why, key), []):
                whys.setdefault(unit_id, why)
        plain_town = base_town(name_forms(town).exact) if town else None
        if name and plain_town:
            bare = _bare(name)
            for unit_id in self._by.get(("town", plain_town), []):
                other = _bare(self._villages[unit_id][0])
                if SequenceMatcher(None, bare, other).ratio() >= _LIKE:
                    whys.setdefault(unit_id, "like_name")

        def rank(unit_id: int) -> tuple[bool, int, float, int]:
            known, known_town, *_ = self._villages[unit_id]
            elsewhere = not (plain_town and known_town and base_town(known_town) == plain_town)
            likeness = SequenceMatcher(None, name or "", known or "").ratio()
            return elsewhere, _WHYS.index(whys[unit_id]), -likeness, unit_id

        candidates = []
        for unit_id in sorted(whys, key=rank)[:MOST_CANDIDATES]:
            known, known_town, county, known_code = self._villages[unit_id]
            candidates.append(
                Candidate(unit_id, known, known_town, county, known_code, whys[unit_id])
            )
        return candidates
