"""What files are, by their first bytes: GDAL goes by content and would follow where it leads.

A text called ``.geojson`` may be a virtual layer that opens other files of this machine or an
address of the network, and a GeoJSON file may ask for its coordinate system to be fetched.
"""

import mmap
import os
import re
from pathlib import Path

import pyogrio

from geo_tracker.errors import InputError, UnusableLayerError
from geo_tracker.language import N_

_HEADS = {
    ".gpkg": b"SQLite format 3\0",
    ".shp": b"\0\0\x27\x0a",
    ".fgb": b"fgb",
    ".parquet": b"PAR1",
}
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"
_BLANK = rb"(?:\s|/\*.*?\*/|//[^\n]*\n)*"
_FETCHED_CRS = re.compile(
    rb"\"type\"" + _BLANK + rb":" + _BLANK + rb"\"(?:link|url)\"", re.IGNORECASE | re.DOTALL
)
# Nobody writes plain letters this way, unless to hide them.
_HIDDEN_LETTER = re.compile(rb"\\u00(?:4[1-9a-f]|5[0-9a]|6[1-9a-f]|7[0-9a])", re.IGNORECASE)

# What is overlooked in a file fails at once, and on this machine.
pyogrio.set_gdal_config_options(
    {
        "GDAL_HTTP_PROXY": "127.0.0.1:9",
        "GDAL_HTTPS_PROXY": "127.0.0.1:9",
        "GDAL_HTTP_CONNECTTIMEOUT": "1",
        "GDAL_HTTP_TIMEOUT": "1",
        "GDAL_HTTP_MAX_RETRY": "0",
    }
)
os.environ["NO_PROXY"] = os.environ["no_proxy"] = ""


def check_signature(path: Path) -> None:
    """Refuse a layer's file that is not what its name says.

    Raises
    ------
    UnusableLayerError
        If its first bytes are those of something else, or it asks for the network.
    """
    if path.is_dir():
        return
    suffix = path.suffix.lower()
    with path.open("rb") as file:
        head = file.read(4096)
    known = _HEADS.get(suffix)
    if known is not None and not head.startswith(known):
        raise _not_what_it_says(path)
    if suffix in {".geojson", ".json"}:
        if not head.removeprefix(_BYTE_ORDER_MARK).lstrip().startswith((b"{", b"[")):
            raise _not_what_it_says(path)
        _refuse_fetched_crs(path)


def check_xml(content: bytes, *, file: str) -> None:
    """Refuse XML that defines entities, with which a kilobyte can become a gigabyte.

    Raises
    ------
    InputError
        If there is a document type, or the text is in an encoding that could hide one.
    """
    if content.startswith((b"\xff\xfe", b"\xfe\xff")) or b"\0" in content[:64]:
        raise InputError(N_("%(file)s holds XML that is not in UTF-8."), file=file)
    if b"<!DOCTYPE" in content or b"<!ENTITY" in content:
        raise InputError(
            N_("%(file)s defines entities, as only hostile files do; it was refused."), file=file
        )


def _refuse_fetched_crs(path: Path) -> None:
    with path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as content:
        fetched = _FETCHED_CRS.search(content) or _HIDDEN_LETTER.search(content)
    if fetched:
        raise UnusableLayerError(
            N_("%(file)s asks for its coordinate system to be fetched from an address."),
            file=path.name,
        )


def _not_what_it_says(path: Path) -> UnusableLayerError:
    return UnusableLayerError(
        N_("%(file)s is not what its name says; its content is something else."), file=path.name
    )
