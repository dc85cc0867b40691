"""KML as received: refused where it could do harm, brought to plain UTF-8 before it is parsed."""

import codecs
import re
from pathlib import Path
from xml.parsers import expat

from geo_tracker.errors import UnusableLayerError
from geo_tracker.language import N_

MAX_KML_BYTES = 512 * 1024**2
"""Most that one KML file may have; it is held in memory as a whole."""

_DEEPEST = 60
_DECLARED = re.compile(rb"""<\?xml[^>]{0,200}?encoding\s*=\s*["']([A-Za-z0-9._-]+)["']""")
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")
_FORBIDDEN = re.compile(r"<!\s*(DOCTYPE|ENTITY|ELEMENT|ATTLIST|NOTATION)", re.IGNORECASE)
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)

FURNITURE = frozenset(
    {
        *("id", "timestamp", "begin", "end", "altitudemode", "tessellate", "extrude"),
        *("visibility", "draworder", "icon"),
    }
)
"""Columns GDAL adds to every KML layer, in lower case: how a globe shows it, nothing of a place."""


def make_harmless(path: Path) -> None:
    """Check a KML file of our own and write it anew as plain UTF-8.

    Parameters
    ----------
    path : Path
        The file, in a folder of our own; it is replaced. What is checked is what GDAL reads.

    Raises
    ------
    UnusableLayerError
        If it declares a document type or entities (which can blow up to any size or reach for
        other files), is nested too deeply, too large, or no KML.
    """
    if path.stat().st_size > MAX_KML_BYTES:
        raise UnusableLayerError(
            N_("%(file)s is too large: a KML file may have %(limit)s MB."),
            file=path.name,
            limit=MAX_KML_BYTES // 1024**2,
        )
    text = _decoded(path)
    if _FORBIDDEN.search(text):
        raise UnusableLayerError(
            N_("%(file)s declares a document type or entities, which KML never needs; refused."),
            file=path.name,
        )
    plain = _DECLARATION.sub("", text, count=1).encode("utf-8")
    _check_nesting(path, plain)
    path.write_bytes(b'<?xml version="1.0" encoding="UTF-8"?>' + plain)


def _decoded(path: Path) -> str:
    content = path.read_bytes()
    codec = next((codec for mark, codec in _MARKS if content.startswith(mark)), None)
    if codec is None:
        stated = _DECLARED.search(content[:400])
        codec = stated[1].decode("ascii") if stated else "utf-8"
    # Chinese programs write GBK, which XML parsers do not know.
    for attempt in dict.fromkeys((codec, "utf-8", "gb18030")):
        try:
            return content.decode(attempt)
        except (UnicodeDecodeError, LookupError):
            continue
    raise _no_kml(path, "?")


def _check_nesting(path: Path, content: bytes) -> None:
    """Go through the elements: one nested in another a million times would end the program."""
    parser = expat.ParserCreate("UTF-8")
    depth = 0

    def begin(name: str, _attributes: object) -> None:
        nonlocal depth
        # GDAL goes by content: under another root it would be another kind of file.
        if depth == 0 and name.rpartition(":")[2].lower() != "kml":
            raise _no_kml(path, name)
        depth += 1
        if depth > _DEEPEST:
            raise UnusableLayerError(
                N_("%(file)s is nested too deeply for a KML file."), file=path.name
            )

    def end(_name: str) -> None:
        nonlocal depth
        depth -= 1

    parser.StartElementHandler, parser.EndElementHandler = begin, end
    try:
        parser.Parse(content, True)
    except expat.ExpatError as error:
        raise _no_kml(path, str(error)) from error


def _no_kml(path: Path, reason: str) -> UnusableLayerError:
    return UnusableLayerError(
        N_("%(file)s cannot be read: %(reason)s"), file=path.name, reason=reason
    )
