"""Tables before and after their import: what columns mean, layouts, errors, templates."""

from urllib.parse import quote

from flask import Blueprint, Response, flash, redirect, render_template, request
from flask import url_for as address_of
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_login import current_user

from geo_tracker.db.imports import existing_import
from geo_tracker.errors import ConflictError, InputError
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.web.context import read_session, services
from geo_tracker.web.import_mapping import (
    chosen_sheets,
    chosen_villages,
    column_word,
    kind_word,
)
from geo_tracker.web.imports import IMPORTING_ROLES, once_looked_at, preview_refusing
from geo_tracker.web.session import role_needed
from geo_tracker.web.texts import shown
from geo_tracker.workflows.error_workbook import error_workbook
from geo_tracker.workflows.layout_files import (
    LayoutFile,
    forget_layout,
    layout_files,
    layouts_folder,
    remember_layout,
)
from geo_tracker.workflows.mapping import choose_villages, decide_sheets
from geo_tracker.workflows.table_templates import table_template

bp = Blueprint("import_tables", __name__, url_prefix="/imports")

_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@bp.post("/<int:import_id>/read-sheets")
@role_needed(*IMPORTING_ROLES)
def read_sheets_again(import_id: int) -> ResponseReturnValue:
    """Have a workbook looked at again, with what the planner says its sheets and columns are."""
    try:
        with read_session() as session:
            sheets = chosen_sheets(request.form, existing_import(session, import_id))
    except InputError as refused:
        return preview_refusing(import_id, refused)
    job_id = decide_sheets(services().engine, import_id, sheets=sheets, user_id=current_user.id)
    return once_looked_at(import_id, job_id)


@bp.post("/<int:import_id>/villages")
@role_needed(*IMPORTING_ROLES)
def use_villages(import_id: int) -> ResponseReturnValue:
    """Have a workbook looked at again, with the villages a planner says are meant."""
    job_id = choose_villages(
        services().engine,
        import_id,
        chosen=chosen_villages(request.form),
        username=current_user.username,
        user_id=current_user.id,
    )
    return once_looked_at(import_id, job_id)


@bp.post("/<int:import_id>/remember")
@role_needed(*IMPORTING_ROLES)
def remember(import_id: int) -> ResponseReturnValue:
    """Remember how the sheets of a workbook are read, for its supplier's next file."""
    supplier = request.form.get("supplier", "")
    try:
        remember_layout(
            services().engine,
            services().settings,
            import_id,
            supplier=supplier,
            username=current_user.username,
        )
    except (ConflictError, InputError) as refused:
        return preview_refusing(import_id, refused)
    flash(_("The layout of %(supplier)s is remembered.", supplier=supplier.strip()), "success")
    return redirect(address_of("imports.preview", import_id=import_id), code=303)


@bp.get("/layouts")
def layouts() -> ResponseReturnValue:
    """List the remembered layouts, and the files that cannot be used."""
    settings = services().settings
    return render_template(
        "imports/layouts.html",
        can_import=current_user.role in IMPORTING_ROLES,
        folder=layouts_folder(settings).name,
        layouts=[_layout_row(file) for file in layout_files(settings)],
    )


def _layout_row(file: LayoutFile) -> dict[str, object]:
    layout = file.layout
    return {
        "file": file.name,
        "fault": shown(file.fault) if file.fault else None,
        "supplier": layout.supplier if layout else None,
        "remembered_by": layout.remembered_by if layout else None,
        "remembered_at": layout.remembered_at[:16].replace("T", " ") if layout else None,
        "sheets": [
            {
                "title": sheet.title,
                "kind": kind_word(sheet.kind),
                "columns": [
                    {
                        "header": header,
                        "target": column_word(sheet.kind, target),
                        "unit": sheet.units.get(header),
                    }
                    for header, target in sheet.columns.items()
                ],
            }
            for sheet in (layout.sheets if layout else ())
        ],
    }


@bp.post("/layouts/forget")
@role_needed(*IMPORTING_ROLES)
def forget() -> ResponseReturnValue:
    """Delete a remembered layout."""
    forget_layout(services().settings, request.form.get("file", ""))
    flash(_("The layout is forgotten."), "success")
    return redirect(address_of(".layouts"), code=303)


@bp.get("/<int:import_id>/errors.xlsx")
@role_needed(*IMPORTING_ROLES)
def errors(import_id: int) -> ResponseReturnValue:
    """Hand out the planner's own file with its bad cells coloured and the reasons beside."""
    book = error_workbook(
        services().engine, services().settings, import_id, locale=str(get_locale())
    )
    return _xlsx(book.content, book.file_name)


@bp.get("/templates/<kind>.xlsx")
@role_needed(*IMPORTING_ROLES)
def template(kind: str) -> ResponseReturnValue:
    """Hand out an empty table of a kind, with the villages of a county filled in."""
    content = table_template(
        services().engine, kind, county=request.args.get("county"), locale=str(get_locale())
    )
    title = LAYOUTS[kind].titles[0]  # type: ignore[index]
    return _xlsx(content, f"{title}.xlsx")


def _xlsx(content: bytes, name: str) -> Response:
    answer = Response(content, mimetype=_XLSX)
    # Only the second form of the name may hold Chinese.
    answer.headers["Content-Disposition"] = (
        f"attachment; filename=\"table.xlsx\"; filename*=UTF-8''{quote(name, safe='')}"
    )
    answer.headers["Cache-Control"] = "no-store"
    return answer
