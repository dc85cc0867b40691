"""How a sheet is read, as a form: its kind, header, the meaning of its columns, its villages."""

import re
from collections.abc import Mapping
from typing import Any

from flask_babel import get_locale
from flask_babel import gettext as _

from geo_tracker.db.models import ImportRun
from geo_tracker.importing.choices import LEFT_OUT, SheetChoice
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.importing.values import MONEY_UNITS
from geo_tracker.language import N_
from geo_tracker.web.texts import shown, term

_WHYS = {
    "same_code": N_("same code"),
    "same_name": N_("same name"),
    "same_sound": N_("sounds alike"),
    "like_name": N_("similar name"),
}
_VILLAGE_FIELD = re.compile(r"village-(\d+)-(\w+)-(\d+)")


def kind_word(kind: str) -> str:
    """Return the word for a kind of sheet."""
    return term("published_figures" if kind == "published" else kind)


def column_word(kind: str, target: str) -> str:
    """Return what a column of a sheet is called: planners' commonest header, or its English."""
    column = LAYOUTS[kind].columns.get(target)  # type: ignore[index]
    if column is None or not str(get_locale()).startswith("zh"):
        return target.removesuffix("_yuan").replace("_", " ")
    return column.aliases[0]


def mapping_values(sheet: dict[str, Any]) -> dict[str, Any] | None:
    """Return what a planner may change of how a sheet is read; None for previews kept before."""
    if "file_columns" not in sheet:
        return None
    kind = sheet["kind"]
    columns = LAYOUTS[kind].columns if kind else {}
    return {
        "number": sheet["number"],
        "kind": kind or LEFT_OUT,
        "kinds": [(name, kind_word(name)) for name in LAYOUTS],
        "header": _rows_value(*sheet["header_rows"]),
        "headers": [
            (_rows_value(h["first"], h["last"]), _rows_text(h)) for h in sheet["possible_headers"]
        ],
        "layout": sheet["layout"] or "",
        "layouts": [(name, name) for name in sheet.get("fitting_layouts", [])],
        "targets": [(target, column_word(kind, target)) for target in columns],
        "units": [(unit, unit) for unit in MONEY_UNITS],
        "columns": [
            column
            | {
                "target": column["target"] or "",
                "is_money": bool(column["target"]) and columns[column["target"]].reading == "money",
            }
            for column in sheet["file_columns"]
        ],
    }


def _rows_value(first: int, last: int) -> str:
    return f"{first}-{last}"


def _rows_text(header: dict[str, Any]) -> str:
    if header["first"] == header["last"]:
        return str(_("Row %(row)s: %(text)s", row=header["last"], text=header["text"]))
    return str(
        _(
            "Rows %(first)s and %(last)s: %(text)s",
            first=header["first"],
            last=header["last"],
            text=header["text"],
        )
    )


def open_village_values(sheet: dict[str, Any]) -> list[dict[str, Any]]:
    """Return the rows for which a planner may choose a village."""
    several = len({entry["column"] for entry in sheet.get("open_rows", [])}) > 1
    return [
        {
            "field": f"village-{sheet['number']}-{entry['column']}-{entry['row']}",
            "row": entry["row"],
            "column": column_word(sheet["kind"], entry["column"]) if several else None,
            "written": " · ".join(
                entry["written"][part]
                for part in ("name", "town", "code")
                if entry["written"][part]
            ),
            "reason": shown(entry["reason"]) if entry["reason"] else None,
            "chosen": entry["chosen"],
            "options": [
                (candidate["unit_id"], _candidate_text(candidate))
                for candidate in entry["candidates"]
            ],
        }
        for entry in sheet.get("open_rows", [])
    ]


def _candidate_text(candidate: dict[str, Any]) -> str:
    parts = [candidate[name] for name in ("name", "town", "county", "code") if candidate[name]]
    why = _WHYS[candidate["why"]]
    return str(_("%(village)s (%(why)s)", village=" · ".join(parts), why=_(why)))


def chosen_villages(form: Mapping[str, str]) -> dict[tuple[int, str, int], int | None]:
    """Return the villages a form names: (sheet, column, row) → unit, None to leave the row out."""
    chosen = {}
    for name, value in form.items():
        field = _VILLAGE_FIELD.fullmatch(name)
        if field is not None:
            unit_id = int(value) if value.isdecimal() and len(value) < 15 else None
            chosen[int(field[1]), field[2], int(field[3])] = unit_id
    return chosen


def chosen_sheets(form: Mapping[str, str], run: ImportRun) -> dict[int, SheetChoice]:
    """Return how a form wants the sheets of an import read.

    Raises
    ------
    InputError
        If it wants something that does not exist.
    """
    kept = run.choices.get("sheets", {})
    wanted = {}
    for sheet in [*run.preview.get("sheets", []), *run.preview.get("unread", [])]:
        number = sheet["number"]
        if f"kind-{number}" not in form:
            continue
        choice = _changed(form, sheet)
        if choice is not None:
            wanted[number] = choice
        elif str(number) in kept:
            wanted[number] = SheetChoice.from_json(kept[str(number)])
    return wanted


def _changed(form: Mapping[str, str], sheet: dict[str, Any]) -> SheetChoice | None:
    """Return what a form changes of a sheet; None when it changes nothing."""
    number, kind = sheet["number"], form[f"kind-{sheet['number']}"]
    layout = form.get(f"layout-{number}", sheet["layout"] or "")
    if layout != (sheet["layout"] or ""):
        return SheetChoice(layout=layout)
    if kind == LEFT_OUT:
        return SheetChoice(kind=LEFT_OUT, layout="") if sheet["kind"] else None
    shown_rows = _rows_value(*sheet["header_rows"])
    rows = form.get(f"header-{number}", shown_rows)
    first, _dash, last = rows.partition("-")
    if not (first.isdecimal() and last.isdecimal()) or len(rows) > 9:
        first, last = map(str, sheet["header_rows"])
    header_rows = (int(first), int(last))
    if kind != sheet["kind"] or rows != shown_rows:
        # Another kind or header has other columns: what was shown of the first means nothing.
        return SheetChoice(
            kind=kind, header_rows=header_rows if rows != shown_rows else None, layout=""
        )
    columns, units, changed = {}, {}, False
    for column in sheet["file_columns"]:
        place = column["number"]
        target = form.get(f"column-{number}-{place}", column["target"] or "")
        known_unit = column["unit"] if column["unit_from"] == "person" else ""
        unit = form.get(f"unit-{number}-{place}", known_unit)
        changed |= target != (column["target"] or "") or unit != known_unit
        if target:
            columns[place] = target
            if unit and LAYOUTS[sheet["kind"]].columns[target].reading == "money":
                units[place] = unit
    if not changed:
        return None
    return SheetChoice(kind=kind, header_rows=header_rows, columns=columns, units=units, layout="")
