"""Zip files as received: unpacked with safe, readable names and within bounds."""

import hashlib
import re
import shutil
import zipfile
from collections import Counter
from pathlib import Path, PurePosixPath

from geo_tracker.errors import UnusableArchiveError
from geo_tracker.importing.kml import make_harmless
from geo_tracker.importing.zip_bounds import DAMAGE, opened_zip, too_large
from geo_tracker.language import N_

MAX_UNPACKED_BYTES = 4 * 1024**3
"""Most that one archive may unpack to; parts of a shapefile end at 2 GB each."""

LAYER_FILES = (".shp", ".gpkg", ".geojson", ".kml", ".fgb", ".parquet")
"""Files that hold a layer, as they are called once they are unpacked."""

LAYER_SUFFIXES = (*LAYER_FILES, ".gdb")
"""What holds a layer: these files, and the folder that is a file geodatabase."""

_COMPANIONS = (".shx", ".dbf", ".prj", ".cpg")
_OTHER_SPELLINGS = {".json": ".geojson", ".geoparquet": ".parquet", ".parq": ".parquet"}
_GEODATABASE_TABLE = ".gdbtable"
_GEODATABASE_PARTS = (
    *(_GEODATABASE_TABLE, ".gdbtablx", ".gdbindexes", ".atx", ".spx", ".freelist", ".horizon"),
    "",  # gdb, timestamps
)
_CHUNK_BYTES = 1024 * 1024
_FOREIGN = {b"Rar!": "RAR", b"7z\xbc\xaf": "7z"}
_UTF8_FLAG = 0x800
_PASSWORD_FLAG = 0x1


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file's content as 64 hexadecimal digits."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def vector_files(path: Path, into: Path, *, max_bytes: int = MAX_UNPACKED_BYTES) -> list[Path]:
    """Bring the layers of a received file into a folder of our own.

    Parameters
    ----------
    path : Path
        A zip (or KMZ) in which layers lie at any depth, or a bare file of `LAYER_FILES`.
    into : Path
        An existing folder; nothing is ever written outside of it.
    max_bytes : int
        Most that may be unpacked.

    Returns
    -------
    list of Path
        What of `LAYER_SUFFIXES` is inside ``into``, sorted; suffixes in lower case. KML files
        are harmless by then.

    Raises
    ------
    UnusableArchiveError
        If the file is no zip, is damaged, has a password, is too large or has no layer inside.
    UnusableLayerError
        If a KML file inside is refused.
    """
    with path.open("rb") as file:
        head = file.read(16)
    if head.startswith(b"PK"):
        _unpack(path, into, max_bytes)
    else:
        _take(path, head, into)
    files = sorted(found for found in into.rglob("*") if found.suffix in LAYER_SUFFIXES)
    for layer in files:
        if layer.suffix == ".kml":
            make_harmless(layer)
    return files


def member_name(member: zipfile.ZipInfo) -> str:
    """Return the name of a member as its maker saw it.

    Without the UTF-8 flag the bytes are tried as UTF-8, then as GB18030 (what Chinese Windows
    writes), and stay CP437, the standard's own, when neither gives readable text.
    """
    if member.flag_bits & _UTF8_FLAG:
        return member.filename
    stored = member.orig_filename.encode("cp437")
    try:
        return stored.decode("utf-8")
    except UnicodeDecodeError:
        pass
    try:
        chinese = stored.decode("gb18030")
    except UnicodeDecodeError:
        return member.orig_filename
    # CP437 letters pair up to rare characters; real Chinese names are mostly common ones.
    wide = [character for character in chinese if ord(character) > 127]
    common = sum(_is_common(character) for character in wide)
    return chinese if 2 * common >= len(wide) else member.orig_filename


def _is_common(character: str) -> bool:
    try:
        character.encode("gb2312")
    except UnicodeEncodeError:
        return False
    return True


def _take(path: Path, head: bytes, into: Path) -> None:
    suffix = path.suffix.lower()
    if suffix == ".shp":
        for part in path.parent.iterdir():
            if part.stem == path.stem and part.suffix.lower() in (".shp", *_COMPANIONS):
                shutil.copyfile(part, into / f"{path.stem}{part.suffix.lower()}")
    elif head.startswith(b"SQLite format 3") or suffix == ".gpkg":
        shutil.copyfile(path, into / f"{path.stem}.gpkg")
    elif suffix == ".fgb" or head.startswith(b"fgb\x03"):
        shutil.copyfile(path, into / f"{path.stem}.fgb")
    elif head.startswith(b"PAR1"):
        shutil.copyfile(path, into / f"{path.stem}.parquet")
    elif suffix in {".geojson", ".json"}:
        shutil.copyfile(path, into / f"{path.stem}.geojson")
    elif suffix == ".kml":
        shutil.copyfile(path, into / f"{path.stem}.kml")
    elif head[:4] in _FOREIGN:
        raise UnusableArchiveError(
            N_("%(file)s is a %(kind)s archive. Please pack the layer as zip."),
            file=path.name,
            kind=_FOREIGN[head[:4]],
        )
    else:
        raise UnusableArchiveError(
            N_("%(file)s is not a zip file or a layer of a kind that can be read."), file=path.name
        )


def _unpack(path: Path, into: Path, max_bytes: int) -> None:
    try:
        with opened_zip(path, max_bytes=max_bytes) as archive:
            members = {member_name(m): m for m in archive.infolist() if not m.is_dir()}
            targets = _targets(path, members, into)
            left = max_bytes
            for name, target in targets.items():
                target.parent.mkdir(parents=True, exist_ok=True)
                left -= _extract(archive, members[name], target, left)
    except DAMAGE as error:
        raise UnusableArchiveError(
            N_("The zip file %(file)s is damaged or incomplete."), file=path.name
        ) from error


def _targets(path: Path, members: dict[str, zipfile.ZipInfo], into: Path) -> dict[str, Path]:
    """Return where each useful member goes, keyed by member name."""
    targets: dict[str, Path] = {}
    stems: dict[tuple[str, ...], str] = {}
    geodatabases = _geodatabases(members)
    for name in sorted(members, key=lambda name: not name.lower().endswith(".shp")):
        *folders, file = _safe_parts(name)
        stem, suffix = PurePosixPath(file).stem, PurePosixPath(file).suffix.lower()
        suffix = _OTHER_SPELLINGS.get(suffix, suffix)
        if "__MACOSX" in folders or file.startswith("._"):
            continue
        if tuple(folders) in geodatabases:
            if suffix not in _GEODATABASE_PARTS:
                continue
            *above, own = folders or [path.stem]
            # GDAL knows a geodatabase by the ending of its folder, which people lose.
            own = PurePosixPath(own).stem if own.lower().endswith(".gdb") else own
            targets[name] = into.joinpath(*above, f"{own}.gdb", file.lower())
            continue
        if suffix in (*LAYER_FILES, *_COMPANIONS):
            # Windows ignores case, so the parts of one shapefile may be spelled differently.
            spelled = stems.setdefault((*folders, stem.casefold()), stem)
            targets[name] = into.joinpath(*folders, spelled + suffix)
    if not any(target.suffix in (*LAYER_FILES, _GEODATABASE_TABLE) for target in targets.values()):
        raise UnusableArchiveError(
            N_("There is no layer (shp, gdb, gpkg, kml …) in %(file)s. Inside: %(inside)s."),
            file=path.name,
            inside=_inside(list(members)),
        )
    return targets


def _geodatabases(members: dict[str, zipfile.ZipInfo]) -> set[tuple[str, ...]]:
    """Return the folders that are file geodatabases, whatever they are called."""
    tables = [name for name in members if name.lower().endswith(_GEODATABASE_TABLE)]
    return {tuple(_safe_parts(name)[:-1]) for name in tables}


def _inside(names: list[str]) -> str:
    if "[Content_Types].xml" in names:
        return "Excel / Word"
    kinds = Counter(PurePosixPath(name).suffix.lower() or "?" for name in names)
    counted = ", ".join(f"{count} × {kind}" for kind, count in kinds.most_common(6))
    shown = ", ".join(sorted(names)[:5])
    return f"{counted} ({shown}{' …' if len(names) > 5 else ''})" if names else "–"


def _safe_parts(name: str) -> list[str]:
    """Return the path of a member without anything that could lead out of the target folder."""
    parts = [
        # Windows forbids these characters, and blanks and dots at the end of a name.
        re.sub(r'[\x00-\x1f<>:"|?*]', "_", part).rstrip(". ")
        for part in name.replace("\\", "/").split("/")
    ]
    kept = [_shortened(part) for part in parts if part.strip(".")]
    return kept or ["_"]


def _shortened(part: str) -> str:
    pure = PurePosixPath(part)
    # File systems end names at 255 bytes, and a Chinese character takes three.
    return pure.stem[:70] + pure.suffix[:10]


def _extract(
    archive: zipfile.ZipFile, member: zipfile.ZipInfo, target: Path, max_bytes: int
) -> int:
    """Write one member and return its size; the sizes an archive states may be lies."""
    if member.flag_bits & _PASSWORD_FLAG:
        raise UnusableArchiveError(
            N_("%(member)s is protected by a password."), member=member_name(member)
        )
    written = 0
    try:
        with archive.open(member) as source, target.open("wb") as file:
            while chunk := source.read(_CHUNK_BYTES):
                written += len(chunk)
                if written > max_bytes:
                    raise too_large(max_bytes)
                file.write(chunk)
    except DAMAGE as error:
        raise UnusableArchiveError(
            N_("%(member)s in the zip file is damaged. Please pack the layer again."),
            member=member_name(member),
        ) from error
    return written
