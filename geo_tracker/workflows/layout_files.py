"""Remembered layouts of suppliers' tables: one JSON file each, to be read and edited by hand."""

import hashlib
import json
import re
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.columns import now
from geo_tracker.db.imports import existing_import
from geo_tracker.errors import InputError, NotFoundError
from geo_tracker.importing.choices import sheet_choices
from geo_tracker.importing.remembered import (
    LONGEST_NAME,
    SheetLayout,
    SupplierLayout,
    title_pattern,
)
from geo_tracker.importing.sheets import Sheet
from geo_tracker.importing.tables import understood_workbook
from geo_tracker.language import N_, Message
from geo_tracker.workflows.files import stored_file

_MOST_FILES = 500
_MOST_BYTES = 256 * 1024


@dataclass(frozen=True)
class LayoutFile:
    """A file in the folder of layouts: what it says, or why it cannot be used."""

    name: str
    layout: SupplierLayout | None
    fault: Message | None


def layouts_folder(settings: Settings) -> Path:
    """Return the folder of remembered layouts; it may not be there yet."""
    return settings.data_dir / "layouts"


def layout_files(settings: Settings) -> list[LayoutFile]:
    """Read all remembered layouts; files that cannot be used are listed with the reason."""
    paths = sorted(layouts_folder(settings).glob("*.json"))[:_MOST_FILES]
    return [_layout_file(path) for path in paths]


def remembered_layouts(settings: Settings) -> list[SupplierLayout]:
    """Return the layouts that can be used."""
    return [file.layout for file in layout_files(settings) if file.layout is not None]


def _layout_file(path: Path) -> LayoutFile:
    try:
        if path.stat().st_size > _MOST_BYTES:
            raise InputError(N_("The file is too large for a layout."))
        layout = SupplierLayout.from_json(json.loads(path.read_text(encoding="utf-8-sig")))
    except InputError as wrong:
        return LayoutFile(path.name, None, wrong.message)
    except (OSError, ValueError, RecursionError) as wrong:
        # Neither text nor JSON; a decoding error is a ValueError, too.
        fault = Message(N_("The file is no JSON: %(reason)s"), {"reason": str(wrong)[:200]})
        return LayoutFile(path.name, None, fault)
    return LayoutFile(path.name, layout, None)


def remember_layout(
    engine: sa.Engine, settings: Settings, import_id: int, *, supplier: str, username: str
) -> Path:
    """Keep how the sheets of a previewed import are read, under the name of their supplier.

    What was remembered of the supplier's other sheets stays.

    Returns
    -------
    Path
        The file.

    Raises
    ------
    InputError
        If the supplier has no name, or no sheet is read.
    """
    supplier = supplier.strip()
    if not supplier or len(supplier) > LONGEST_NAME:
        raise InputError(
            N_("Give the supplier a name of at most %(length)s characters."), length=LONGEST_NAME
        )
    with reading(engine) as session:
        run = existing_import(session, import_id)
        path, name = stored_file(settings, run.source), run.source.file_name
        choices = sheet_choices(run.choices)
    workbook = understood_workbook(path, file_name=name, choices=choices)
    sheets = {(sheet.kind, sheet.title): sheet for sheet in map(_sheet_layout, workbook.sheets)}
    if not sheets:
        raise InputError(N_("No sheet of this file is read, so there is nothing to remember."))
    file = layouts_folder(settings) / _file_name(supplier)
    known = _layout_file(file).layout if file.exists() else None
    kept = {(sheet.kind, sheet.title): sheet for sheet in known.sheets} if known else {}
    layout = SupplierLayout(
        supplier=supplier,
        remembered_by=username,
        remembered_at=_moment(now()),
        sheets=tuple((kept | sheets).values()),
    )
    file.parent.mkdir(parents=True, exist_ok=True)
    partial = file.with_suffix(".partial")
    text = json.dumps(layout.to_json(), ensure_ascii=False, indent=2)
    partial.write_text(text + "\n", encoding="utf-8")
    partial.replace(file)
    return file


def _sheet_layout(sheet: Sheet) -> SheetLayout:
    columns = {c.text: c.target for c in sheet.file_columns if c.target and c.text}
    return SheetLayout(
        kind=sheet.kind,
        title=title_pattern(sheet.title),
        header_rows=sheet.header_rows,
        columns=columns,
        # Units that the file itself states are read from the file the next time, too.
        units={c.text: c.unit for c in sheet.file_columns if c.unit and c.unit_from == "person"},
        not_used=tuple(c.text for c in sheet.file_columns if c.text and not c.target),
    )


def _moment(moment: datetime) -> str:
    return moment.astimezone().isoformat(timespec="seconds")


def _file_name(supplier: str) -> str:
    """Return a name that any disk takes, and that no other supplier has."""
    plain = re.sub(r"[^\w-]+", "_", supplier)[:40].strip("_")
    return f"{plain}-{hashlib.sha256(supplier.encode()).hexdigest()[:6]}.json"


def forget_layout(settings: Settings, name: str) -> None:
    """Delete the file of a remembered layout.

    Raises
    ------
    NotFoundError
        If there is no such file.
    """
    # Only what the folder lists: a name may come from anywhere.
    for path in layouts_folder(settings).glob("*.json"):
        if path.name == name:
            path.unlink(missing_ok=True)
            return
    raise NotFoundError(N_("There is no remembered layout %(name)s."), name=name)
