"""A board as plain data: the same for a draft and for what was published, which stays to the byte.

A published one is read from its text; it never is counted again.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading
from geo_tracker.db.boards import existing_board, marks_of, scores_of
from geo_tracker.errors import DamagedFileError
from geo_tracker.followup.board_lines import WORDS, BoardLine, Quarter
from geo_tracker.indicators.boards import (
    ABOVE,
    BELOW,
    FAR_ABOVE,
    FAR_BELOW,
    FEW,
    UNJUDGED,
    WITHIN,
    BoardTable,
)
from geo_tracker.language import N_
from geo_tracker.workflows.csv_files import csv_text
from geo_tracker.workflows.lag_snapshot import canonical

Content = dict[str, Any]

_DIGITS = 6
"""Of figures so many are kept: what computers differ in stands behind them."""

_STANDINGS: Final = {
    FAR_ABOVE: "领先（超出99.8%界限）",
    ABOVE: "偏高（超出95%界限）",
    WITHIN: "与平均无明显差别",
    BELOW: "偏低（超出95%界限）",
    FAR_BELOW: "落后（超出99.8%界限）",
    FEW: "数量太少，不作判断",
    UNJUDGED: None,
}
"""The table that goes out is in planners' own words, as workbooks are."""


@dataclass(frozen=True)
class FrozenBoard:
    """A board as it is kept: canonical JSON, and the same as a table."""

    snapshot: str
    table_csv: str

    @property
    def sha256(self) -> str:
        """Return the hash of the snapshot."""
        return hashlib.sha256(self.snapshot.encode("utf-8")).hexdigest()


def board_content(
    table: BoardTable,
    names: Mapping[str, str],
    *,
    quarter: Quarter,
    lines: list[BoardLine],
    before_published: bool,
) -> Content:
    """Return the figures of a board as plain data.

    Parameters
    ----------
    table : BoardTable
        What they amount to.
    names : mapping of str to str
        Names of the units by code.
    quarter : Quarter
        Which quarter they are of.
    lines : list of BoardLine
        What counts.
    before_published : bool
        Whether changes are against the published board of the quarter before.
    """
    return {
        "quarter": quarter.text,
        "before": {"quarter": quarter.before.text, "published": before_published},
        "components": [
            vars(line)
            | {
                "pooled_part": table.pools[line.code].part,
                "pooled_whole": table.pools[line.code].whole,
                "curve": _rounded(table.pools[line.code].curve),
            }
            for line in lines
        ],
        "units": [
            _rounded(
                {name: value for name, value in vars(unit).items() if name != "cells"}
                | {
                    "name": names[unit.place],
                    "cells": {code: vars(cell) for code, cell in unit.cells.items()},
                }
            )
            for unit in table.units
        ],
    }


def with_peers(session: Session, board_id: int, content: Content) -> Content:
    """Return a board's figures with what peers said and who is marked, as stored by now."""
    return content | {
        "peers": [
            {
                "place": row.BoardScore.place_code,
                "score": row.BoardScore.score,
                "comment": row.BoardScore.comment,
                "username": row.username,
                "office": row.office,
            }
            for row in scores_of(session, board_id)
        ],
        "marks": [
            {
                "place": row.BoardMark.place_code,
                "reason": row.BoardMark.reason,
                "username": row.username,
            }
            for row in marks_of(session, board_id)
        ],
    }


def frozen_board(content: Content) -> FrozenBoard:
    """Write down a board."""
    return FrozenBoard(canonical(content), csv_text(_table(content)))


def kept_board(engine: sa.Engine, board_id: int) -> Content:
    """Return what was published.

    Raises
    ------
    NotFoundError
        If there is no such board.
    DamagedFileError
        If it is no longer what was published.
    """
    with reading(engine) as session:
        sha256 = existing_board(session, board_id).sha256
    return _read(engine, board_id, sha256 or "")


@lru_cache(maxsize=8)
def _read(engine: sa.Engine, board_id: int, sha256: str) -> Content:
    with reading(engine) as session:
        text = existing_board(session, board_id, whole=True).snapshot or ""
    if hashlib.sha256(text.encode("utf-8")).hexdigest() != sha256:
        raise DamagedFileError(N_("This board is no longer what was published."))
    content: Content = json.loads(text)
    return content


def _rounded(value: Any) -> Any:
    if isinstance(value, dict):
        return {name: _rounded(one) for name, one in value.items()}
    if isinstance(value, list | tuple):
        return [_rounded(one) for one in value]
    return round(value, _DIGITS) + 0.0 if isinstance(value, float) else value


def _table(content: Content) -> pd.DataFrame:
    """Return the board as planners read it, the best first."""
    peers: dict[str, list[dict[str, Any]]] = {}
    for one in content["peers"]:
        peers.setdefault(one["place"], []).append(one)
    marks = {one["place"]: one["reason"] for one in content["marks"]}
    ordered = sorted(content["units"], key=lambda unit: (unit["rank"] is None, unit["rank"] or 0))
    lines = [
        _line(unit, content["components"], peers.get(unit["place"], []), marks.get(unit["place"]))
        for unit in ordered
    ]
    table = pd.DataFrame(lines).convert_dtypes()
    return table


def _line(
    unit: dict[str, Any],
    components: list[dict[str, Any]],
    peers: list[dict[str, Any]],
    reason: str | None,
) -> dict[str, Any]:
    line = {
        "位次": unit["rank"],
        "单位": unit["name"],
        "代码": unit["place"],
        "得分": unit["score"],
        "较上季（分）": unit["change"],
        "领先项": "、".join(WORDS[code] for code in unit["ahead"]) or None,
        "落后项": "、".join(WORDS[code] for code in unit["behind"]) or None,
    }
    for component in components:
        code, word = component["code"], WORDS[component["code"]]
        cell = unit["cells"][code]
        part, whole = (cell["part"], cell["whole"])
        if not component["by_chance"]:
            # Money is kept in fen.
            part, whole = (None if fen is None else fen / 1_000_000 for fen in (part, whole))
        unit_word = "" if component["by_chance"] else "（万元）"
        line |= {
            f"{word}·分子{unit_word}": part,
            f"{word}·分母{unit_word}": whole,
            word: cell["rate"],
            f"{word}·判断": _STANDINGS[cell["standing"]],
            f"{word}·计入得分": cell["points"],
            f"{word}·较上季（百分点）": cell["change"],
        }
    scores = [one["score"] for one in peers]
    return line | {
        "互评人数": len(scores),
        "互评均分": round(sum(scores) / len(scores), 1) if scores else None,
        "互评意见": "；".join(one["comment"] for one in peers if one["comment"]) or None,
        "优秀": "优秀" if reason else None,
        "优秀理由": reason,
    }
