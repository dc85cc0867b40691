"""Files as received, kept beside the database under the hash of their content."""

import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

from geo_tracker.bounded import bounded
from geo_tracker.config import Settings
from geo_tracker.db.models import Source
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_

_Read = TypeVar("_Read")


def keep_file(settings: Settings, path: Path, *, sha256: str, suffix: str) -> Path:
    """Copy a file into the uploads folder, unless it is there, and return its place."""
    kept = settings.uploads_dir / f"{sha256}{suffix.lower()}"
    if not kept.exists():
        settings.uploads_dir.mkdir(parents=True, exist_ok=True)
        partial = kept.with_suffix(".partial")
        shutil.copyfile(path, partial)
        partial.replace(kept)
    return kept


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


def preview_picture(settings: Settings, import_id: int, name: str = "outline") -> Path:
    """Return where a picture of the preview of an import lies, whether it is there or not."""
    return settings.uploads_dir / f"preview-{import_id}-{name}.svg"


def keep_pictures(settings: Settings, import_id: int, pictures: dict[str, str]) -> None:
    """Keep the pictures of a preview, by name, in place of those of an earlier one."""
    for earlier in settings.uploads_dir.glob(f"preview-{import_id}-*.svg"):
        earlier.unlink()
    for name, svg in pictures.items():
        preview_picture(settings, import_id, name).write_text(svg, encoding="utf-8")


def read_apart(settings: Settings, read: Callable[..., _Read], path: Path, **options: Any) -> _Read:
    """Read a file that nobody has looked at yet, as `bounded`, within the settings' bounds."""
    return bounded(
        read,
        path,
        seconds=settings.read_seconds,
        memory_mb=settings.read_memory_mb,
        file=path.name,
        **options,
    )
