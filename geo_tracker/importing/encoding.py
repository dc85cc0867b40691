"""Which encoding the text of a shapefile or a CSV file is in, and how that is known."""

import codecs
from dataclasses import dataclass

import numpy as np

from geo_tracker.errors import InputError, UnusableTableError
from geo_tracker.importing.dbf import DbfTable, text_of
from geo_tracker.language import N_, Message

_LDID = {0x4D: "gb18030", 0x4F: "big5", 0x03: "cp1252", 0x57: "cp1252"}
_BY_NUMBER = {
    "65001": "utf-8",
    "936": "gb18030",
    "54936": "gb18030",
    "950": "big5",
    "1252": "cp1252",
    "88591": "latin-1",
}
_SHOWN = {"utf-8": "UTF-8", "gb18030": "GB18030", "big5": "Big5"}
_MULTIBYTE = ("utf-8", "gb18030", "big5")
_SAMPLE_RECORDS = 400
_SURE = 0.75
_PLAUSIBLE = 0.5
_LDID_BONUS = 0.1
_PUNCTUATION = "（）、，。—·《》〇"


@dataclass(frozen=True)
class TextEncoding:
    """A Python codec, how to name it to people, how it is known, and whether .cpg is wrong."""

    codec: str
    evidence: Message
    contradiction: Message | None = None

    @property
    def name(self) -> str:
        """The encoding's name as people write it."""
        return _SHOWN.get(self.codec, self.codec.upper())


def codec_of(name: str) -> str:
    """Return the codec a person or a .cpg means: ``936``, ``GBK``, ``UTF8``, ``ANSI 1252`` ….

    Raises
    ------
    InputError
        If there is no such text encoding.
    """
    plain = name.strip().lower().removeprefix("ansi").removeprefix("cp").strip(" -_")
    if plain in _BY_NUMBER:
        return _BY_NUMBER[plain]
    try:
        codec = codecs.lookup(name.strip())
        "村".encode(codec.name, "replace")
    except (LookupError, ValueError) as error:
        raise InputError(N_("There is no encoding called %(encoding)s."), encoding=name) from error
    # GB18030 contains GBK and GB2312, and files that claim those use its rarer characters.
    return "gb18030" if codec.name in {"gbk", "gb2312"} else codec.name


def chosen_encoding(name: str) -> TextEncoding:
    """Return the encoding a person chose.

    Raises
    ------
    InputError
        If there is no such encoding.
    """
    return TextEncoding(codec_of(name), Message(N_("Chosen by a person.")))


def dbf_encoding(table: DbfTable, cpg: str | None) -> TextEncoding:
    """Find the encoding of a shapefile's text.

    The .cpg file is believed first, then the DBF's language byte, then the bytes themselves as
    strict UTF-8, then as GB18030 or Big5. Each is held against the bytes, and what the bytes
    say clearly wins: a wrong .cpg is common, and then reported.

    Parameters
    ----------
    table : DbfTable
        The attribute table.
    cpg : str or None
        Content of the .cpg file.
    """
    parts = _wide_values(table)
    stated = _codec_or_none(cpg)
    hinted = _LDID.get(table.language_id)
    if not parts:
        codec = stated or hinted or "utf-8"
        return TextEncoding(codec, Message(N_("The text has Latin letters and digits only.")))
    scores = {codec: share_of_common_characters(parts, codec) for codec in _MULTIBYTE}
    best = _best(scores, hinted)
    if stated is not None:
        declared = scores.get(stated, share_of_common_characters(parts, stated))
        fits = declared >= 0 and not (scores[best] >= _SURE and declared < scores[best] - 0.1)
        if fits:
            return TextEncoding(
                stated, Message(N_("Stated in the .cpg file; the text agrees with it."))
            )
    if hinted is not None and hinted == best:
        evidence = Message(N_("Stated in the .dbf file; the text agrees with it."))
    elif scores[best] < _PLAUSIBLE:
        # Neither Chinese nor UTF-8: Western text, which any single-byte code reads.
        fallback = hinted or "latin-1"
        codec = fallback if share_of_common_characters(parts, fallback) >= 0 else "latin-1"
        return TextEncoding(
            codec,
            Message(N_("Guessed: the text is neither Chinese nor UTF-8.")),
            _wrong(cpg, codec),
        )
    else:
        evidence = Message(
            N_("Found from the text: %(share)s %% of its characters are common ones."),
            {"share": round(100 * scores[best])},
        )
    return TextEncoding(best, evidence, _wrong(cpg, best))


def csv_text(content: bytes, *, file: str) -> str:
    """Decode a CSV file: by its byte-order mark, else as strict UTF-8, else as GB18030.

    Raises
    ------
    UnusableTableError
        If it is none of these.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        codecs_to_try: tuple[str, ...] = ("utf-16",)
    else:
        codecs_to_try = ("utf-8-sig", "gb18030")
    for codec in codecs_to_try:
        try:
            text = content.decode(codec)
        except UnicodeDecodeError:
            continue
        if "\0" not in text:
            return text
    raise UnusableTableError(
        N_("%(file)s is neither a workbook (xlsx, xls) nor a CSV file."), file=file
    )


def share_of_common_characters(parts: list[bytes], codec: str) -> float:
    """Return how Chinese the text looks in a codec: −1 if it cannot be decoded, else 0–1.

    Level-1 characters of GB 2312 (for Big5: its frequent half) count in full, others by half.
    """
    total = 0
    good = 0.0
    for part in parts:
        text = _tolerant(part, codec)
        if text is None:
            return -1
        for character in text:
            if ord(character) > 127:
                total += 1
                good += _commonness(character, codec)
    return good / total if total else 0


def _commonness(character: str, codec: str) -> float:
    if codec == "big5":
        lead = character.encode("big5", "replace")[0]
        return float("\u4e00" <= character <= "\u9fff" and lead <= 0xC6)
    if codec not in _MULTIBYTE:
        return 0
    if character in _PUNCTUATION:
        return 1
    stored = character.encode("gb2312", "ignore")
    if stored and 0xB0 <= stored[0] <= 0xD7:
        return 1
    # In strict UTF-8 any ideograph, and any foreign letter, is a sign of UTF-8 itself.
    return 0.5 if codec == "utf-8" or "\u4e00" <= character <= "\u9fff" else 0


def _tolerant(part: bytes, codec: str) -> str | None:
    """Decode strictly, but let a character be cut at the end of the field."""
    text = text_of(part, codec)
    return None if "\ufffd" in text else text


def _best(scores: dict[str, float], hinted: str | None) -> str:
    if scores["utf-8"] >= _PLAUSIBLE:
        return "utf-8"
    return max(
        ("gb18030", "big5", "utf-8"),
        key=lambda codec: scores[codec] + (_LDID_BONUS if codec == hinted else 0),
    )


def _wrong(cpg: str | None, codec: str) -> Message | None:
    if not cpg or not cpg.strip() or _codec_or_none(cpg) == codec:
        return None
    return Message(
        N_("The .cpg file says %(stated)s, but the text is %(found)s; it was read as %(found)s."),
        {"stated": cpg.strip()[:40], "found": _SHOWN.get(codec, codec.upper())},
    )


def _codec_or_none(cpg: str | None) -> str | None:
    try:
        return codec_of(cpg) if cpg and cpg.strip() else None
    except InputError:
        return None


def _wide_values(table: DbfTable) -> list[bytes]:
    """Return distinct field names and texts with bytes beyond ASCII, from all over the table."""
    step = max(1, len(table.records) // _SAMPLE_RECORDS)
    rows = np.arange(0, len(table.records), step)
    values = {field.name for field in table.fields}
    for field in table.fields:
        if field.kind == "C":
            values.update(table.stored(field, rows))
    return sorted(value for value in values if not value.isascii())
