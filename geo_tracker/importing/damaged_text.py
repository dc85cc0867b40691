"""Names that were damaged before the file was made: lost for good, or to be read once more."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import pandas as pd

from geo_tracker.importing.report import ImportReport
from geo_tracker.language import N_, Message

TEXT_TARGETS = ("name", "town", "county")
"""Columns whose texts are looked at."""

EXAMPLES = 12
"""How many different texts of each kind are kept as examples."""

_LOST = re.compile(
    # The sign for an unknown character, the same read as GBK, memory never written to,
    # and question marks beside or in place of Chinese.
    r"\ufffd|锟斤|斤拷|烫烫|屯屯屯|葺葺葺|\?\?|(?<=[\u4e00-\u9fff])\?|\?(?=[\u4e00-\u9fff])|^\?$"
)
_UTF8_LEADS = range(0xE4, 0xEA)
_UTF8_FOLLOWERS = range(0x80, 0xC0)
_TAIL = re.compile(r"[?\ufffd]+$")
_ENDINGS = {ending.encode()[:2]: ending for ending in "村镇乡道区县市"}
"""What names of villages, towns and counties end with, by what is left when the end is lost."""

_LEVEL_1 = range(0xB0, 0xD8)
_MOSTLY = 0.7


@dataclass
class DamagedText:
    """What of the texts of a layer is damaged.

    Attributes
    ----------
    lost, mendable : int
        Rows of texts that nothing can bring back, and of texts that were read in a wrong
        encoding and can be read once more.
    lost_examples : list of (str, str)
        Column and text.
    mended_examples : list of (str, str, str)
        Column, text, and what it should read.
    mended : bool
        Whether a person had the mendable ones mended.
    """

    lost: int = 0
    mendable: int = 0
    lost_examples: list[tuple[str, str]] = field(default_factory=list)
    mended_examples: list[tuple[str, str, str]] = field(default_factory=list)
    mended: bool = False


def is_lost(text: str) -> bool:
    """Say whether characters of a text are gone: �, 锟斤拷, 烫烫, ?? in place of Chinese."""
    return _LOST.search(text) is not None


def mended_text(text: str) -> str | None:
    """Return a text that was read in a wrong encoding as it should read; None for any other.

    Known are UTF-8 read as GBK (``鍊畢鏉`` for 倪宅村), and UTF-8 or GBK read as Western. Of a
    last character that lost its end only the usual ones (村, 镇, 乡, 街道 …) are made up.
    """
    if _suspect().search(text) is None:
        return None
    bare = _TAIL.sub("", text)
    stored = _gbk_bytes(bare)
    found = _as_utf8(stored) if stored is not None else None
    if found is None:
        western = _western_bytes(bare)
        found = _as_utf8(western) or _as_gbk(western) if western is not None else None
    return found


def look_at_texts(
    raw: pd.DataFrame, fields: Mapping[str, str], report: ImportReport, *, mend: bool
) -> DamagedText:
    """Count damaged texts, note each in the report, and mend in place what can be if asked to.

    Parameters
    ----------
    raw : DataFrame
        A layer as read, one column per target; changed only with ``mend``.
    fields : mapping
        Target → column of the file.
    report : ImportReport
        Where each row is noted as a warning (mended ones as one note).
    mend : bool
        Whether a person accepted that mendable texts are mended.
    """
    damaged = DamagedText(mended=mend)
    for target in TEXT_TARGETS:
        if target in raw:
            _look(raw, target, fields[target], report, damaged)
    if mend and damaged.mendable:
        report.add(
            "info",
            Message(
                N_("Texts stored in a wrong encoding were mended, as chosen: %(count)s."),
                {"count": damaged.mendable},
            ),
        )
    return damaged


def _look(
    raw: pd.DataFrame, target: str, column: str, report: ImportReport, damaged: DamagedText
) -> None:
    values = raw[target].tolist()
    better, lost = _found({value for value in values if isinstance(value, str)})
    if not (better or lost):
        return
    bad = [row for row, value in zip(raw.index, values, strict=True) if value in lost]
    report.add_rows(
        "warning",
        Message(N_("The text is damaged beyond repair; characters are missing.")),
        bad,
        column=column,
        values=[value for value in values if value in lost],
    )
    damaged.lost += len(bad)
    damaged.lost_examples += [(column, text) for text in sorted(lost)[:EXAMPLES]]
    wrong = [row for row, value in zip(raw.index, values, strict=True) if value in better]
    damaged.mendable += len(wrong)
    damaged.mended_examples += [(column, text, better[text]) for text in sorted(better)[:EXAMPLES]]
    if damaged.mended:
        raw[target] = [better.get(value, value) if value in better else value for value in values]
    else:
        report.add_rows(
            "warning",
            Message(N_("The text was stored in a wrong encoding; it can be mended.")),
            wrong,
            column=column,
            values=[value for value in values if value in better],
        )


def _found(texts: Iterable[str]) -> tuple[dict[Any, str], set[Any]]:
    better, lost = {}, set()
    for text in texts:
        mended = mended_text(text)
        if mended is not None:
            better[text] = mended
        elif is_lost(text):
            lost.add(text)
    return better, lost


@cache
def _suspect() -> re.Pattern[str]:
    """Match characters that UTF-8 becomes in GBK (its first two bytes) or in a Western code."""
    pairs = (bytes([a, b]) for a in _UTF8_LEADS for b in _UTF8_FOLLOWERS)
    gbk = "".join(pair.decode("gb18030", "ignore") for pair in pairs)
    return re.compile(f"[{re.escape(gbk)}]|[\u0080-\u00ff]{{2}}|[\u00e4-\u00e9]")


def _gbk_bytes(text: str) -> bytes | None:
    # Windows reads a lone 0x80 as the euro sign.
    parts = [b"\x80" if letter == "€" else letter.encode("gb18030") for letter in text]
    return b"".join(parts) if any(len(part) > 1 for part in parts) else None


def _western_bytes(text: str) -> bytes | None:
    stored = bytearray()
    for letter in text:
        try:
            stored += letter.encode("cp1252")
        except UnicodeEncodeError:
            if ord(letter) > 0xFF:
                return None
            stored.append(ord(letter))
    return bytes(stored)


def _as_utf8(stored: bytes) -> str | None:
    try:
        text = stored.decode("utf-8")
    except UnicodeDecodeError as error:
        ending = _ENDINGS.get(stored[error.start :])
        if error.reason != "unexpected end of data" or ending is None:
            return None
        text = stored[: error.start].decode("utf-8") + ending
    return text if _is_chinese(text) else None


def _as_gbk(stored: bytes) -> str | None:
    try:
        text = stored.decode("gb18030")
    except UnicodeDecodeError:
        return None
    return text if _is_chinese(text) else None


def _is_chinese(text: str) -> bool:
    """Say whether what is not ASCII is mostly common Chinese characters."""
    wide = [letter for letter in text if ord(letter) > 127]
    common = sum(letter.encode("gb2312", "replace")[0] in _LEVEL_1 for letter in wide)
    ideographs = sum("\u4e00" <= letter <= "\u9fff" or letter in "（）" for letter in wide)
    return bool(wide) and ideographs == len(wide) and common >= _MOSTLY * len(wide)
