"""One frozen settings object; every setting has a name, a default and a help text."""

import os
from collections.abc import Callable
from dataclasses import dataclass, field, fields
from pathlib import Path
from typing import Any

from geo_tracker.errors import InputError
from geo_tracker.language import N_

ROOT = Path(__file__).resolve().parents[1]


def _setting(default: Any, help_text: str) -> Any:
    return field(default=default, metadata={"help": help_text})


@dataclass(frozen=True, kw_only=True)
class Settings:
    """What can be set, by an environment variable named ``GEO_TRACKER_`` + upper-case name.

    ``DATABASE_URL`` alone goes without the prefix, as everywhere else.
    """

    database_url: str = _setting(
        "", N_("Database; empty means the GeoPackage tracker.gpkg in the data folder.")
    )
    data_dir: Path = _setting(ROOT / "data", N_("Folder of the database, uploads and map tiles."))
    host: str = _setting("127.0.0.1", N_("Address the server listens on."))
    port: int = _setting(8000, N_("Port the server listens on."))
    secret_key: str = _setting(
        "", N_("Key that signs sessions; empty means one kept in the data folder.")
    )
    secure_cookies: bool = _setting(False, N_("Send cookies over HTTPS only; set it behind TLS."))
    max_upload_mb: int = _setting(200, N_("Largest file that can be uploaded, in MB."))
    read_seconds: int = _setting(
        300, N_("Longest that looking at an uploaded file may take, in seconds.")
    )
    read_memory_mb: int = _setting(
        4000, N_("Most memory that looking at an uploaded file may take, in MB.")
    )
    max_attachment_mb: int = _setting(
        20, N_("Largest photo or document that can be brought to a record, in MB.")
    )
    photo_side_px: int = _setting(
        2400, N_("Longest side of stored photos, in pixels; larger ones are made smaller.")
    )
    job_stale_seconds: int = _setting(
        20, N_("A background job without a sign of life for so long is run again.")
    )
    basemap_url: str = _setting(
        "",
        N_(
            "Address of a base map's tiles with {z}, {x}, {y} and, where one is needed, {key};"
            " empty means none. The server asks for them, browsers never do."
        ),
    )
    basemap_key: str = _setting("", N_("Key of the base map; it stays on the server."))
    basemap_attribution: str = _setting("", N_("Whose base map it is; stands on the map."))
    basemap_gcj02: bool = _setting(
        False, N_("The base map is in GCJ-02, as commercial web maps are; it is moved back.")
    )
    map_author: str = _setting("", N_("Who made the map; stands in the footer of map pages."))

    @property
    def url(self) -> str:
        """Database URL as SQLAlchemy takes it."""
        url = self.database_url or f"sqlite:///{self.data_dir / 'tracker.gpkg'}"
        # psycopg 3 needs its own driver name; people write the plain one.
        return url.replace("postgresql://", "postgresql+psycopg://", 1).replace(
            "postgres://", "postgresql+psycopg://", 1
        )

    @property
    def uploads_dir(self) -> Path:
        """Folder of files as received, named by their SHA-256."""
        return self.data_dir / "uploads"

    @property
    def attachments_dir(self) -> Path:
        """Folder of photos and documents of records, named by the SHA-256 of what is stored."""
        return self.data_dir / "attachments"

    @property
    def dossiers_dir(self) -> Path:
        """Folder of dossiers that were made at once, a ZIP file each."""
        return self.data_dir / "dossiers"

    @property
    def tiles_dir(self) -> Path:
        """Folder of map tiles, one file per data set."""
        return self.data_dir / "tiles"

    @property
    def basemap_dir(self) -> Path:
        """Folder of the base map's tiles that were asked for before."""
        return self.data_dir / "basemap"

    @property
    def queue_path(self) -> Path:
        """File of the worker's wake-up queue."""
        return self.data_dir / "queue.db"


def environment_name(setting: str) -> str:
    """Return the environment variable of a setting."""
    return "DATABASE_URL" if setting == "database_url" else f"GEO_TRACKER_{setting.upper()}"


_YES_NO = dict.fromkeys(("1", "true", "yes", "on"), True) | dict.fromkeys(
    ("", "0", "false", "no", "off"), False
)
_READERS: dict[type, Callable[[str], Any]] = {
    str: str,
    Path: Path,
    int: int,
    bool: lambda text: _YES_NO[text.lower()],
}


def settings_from_environment() -> Settings:
    """Read the settings once, at start.

    Raises
    ------
    InputError
        If a value is not of its setting's kind.
    """
    values: dict[str, Any] = {}
    for setting in fields(Settings):
        text = os.environ.get(environment_name(setting.name))
        if text is None:
            continue
        read = _READERS[Path if isinstance(setting.default, Path) else type(setting.default)]
        try:
            values[setting.name] = read(text.strip())
        except (KeyError, ValueError):
            name = environment_name(setting.name)
            raise InputError(N_("%(name)s cannot be “%(value)s”."), name=name, value=text) from None
    return Settings(**values)
