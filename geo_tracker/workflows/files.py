"""Files as received, kept beside the database under the hash of their content."""

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path, PurePath
from typing import Any, TypeVar

import sqlalchemy as sa

from geo_tracker.bounded import bounded
from geo_tracker.config import Settings
from geo_tracker.db import writing
from geo_tracker.db.imports import existing_import, is_wanted
from geo_tracker.db.models import Source
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

_Read = TypeVar("_Read")
_LONGEST_STEM = 70


def keep_file(settings: Settings, path: Path, *, sha256: str, suffix: str) -> Path:
    """Copy a file into the uploads folder, unless it is there, and return its place."""
    kept = settings.uploads_dir / f"{sha256}{suffix.lower()}"
    if not kept.exists():
        settings.uploads_dir.mkdir(parents=True, exist_ok=True)
        # A name of its own: the same file may be sent twice at once.
        with (
            tempfile.NamedTemporaryFile(
                dir=settings.uploads_dir, suffix=".partial", delete=False
            ) as partial,
            path.open("rb") as received,
        ):
            shutil.copyfileobj(received, partial)
        Path(partial.name).replace(kept)
    return kept


def discard_refused(engine: sa.Engine, settings: Settings, import_id: int) -> None:
    """Delete the file of an import that was refused, unless another import came from it."""
    with writing(engine) as session:
        run = existing_import(session, import_id)
        sha256 = run.source.sha256
        if run.state == "refused" and sha256 and not is_wanted(session, sha256):
            for kept in settings.uploads_dir.glob(f"{sha256}*"):
                kept.unlink(missing_ok=True)


def stored_file(settings: Settings, source: Source) -> Path:
    """Return where a source's file lies.

    Raises
    ------
    NotFoundError
        If the file is gone.
    """
    suffix = Path(source.file_name or "").suffix.lower()
    path = settings.uploads_dir / f"{source.sha256}{suffix}"
    if not path.exists():
        raise NotFoundError(N_("The file of %(name)s is no longer there."), name=source.title)
    return path


@contextmanager
def under_its_name(settings: Settings, source: Source) -> Iterator[Path]:
    """Give a source's file under the name its owner knows it by: readers name files and layers.

    Raises
    ------
    NotFoundError
        If the file is gone.
    """
    kept = stored_file(settings, source)
    name = PurePath((source.file_name or kept.name).replace("\0", "")).name
    # File systems end names at 255 bytes, and a Chinese character takes three.
    stem = Path(name).stem[:_LONGEST_STEM] or kept.stem
    with tempfile.TemporaryDirectory(prefix="named-") as folder:
        named = Path(folder) / f"{stem}{kept.suffix}"
        try:
            named.symlink_to(kept.resolve())
        except OSError:
            # Windows lets only some users make links.
            shutil.copyfile(kept, named)
        yield named


def preview_picture(settings: Settings, import_id: int, name: str = "outline") -> Path:
    """Return where a picture of the preview of an import lies, whether it is there or not."""
    return settings.uploads_dir / f"preview-{import_id}-{name}.svg"


def keep_pictures(settings: Settings, import_id: int, pictures: dict[str, str]) -> None:
    """Keep the pictures of a preview, by name, in place of those of an earlier one."""
    for earlier in settings.uploads_dir.glob(f"preview-{import_id}-*.svg"):
        earlier.unlink()
    for name, svg in pictures.items():
        preview_picture(settings, import_id, name).write_text(svg, encoding="utf-8")


def read_apart(
    settings: Settings,
    read: Callable[..., _Read],
    path: Path,
    *,
    seconds: int | None = None,
    memory_mb: int | None = None,
    file: str | None = None,
    **options: Any,
) -> _Read:
    """Read a file that nobody has looked at yet, as `bounded`, within the settings' bounds.

    ``seconds`` and ``memory_mb`` are narrower bounds; ``file`` is its name, where the path is not.
    """
    return bounded(
        read,
        path,
        seconds=min(settings.read_seconds, seconds or settings.read_seconds),
        memory_mb=min(settings.read_memory_mb, memory_mb or settings.read_memory_mb),
        file=file or path.name,
        **options,
    )
