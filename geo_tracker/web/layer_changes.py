"""What a corrected layer would change, as its preview shows it."""

from typing import Any

from flask_babel import gettext as _

from geo_tracker.db.models import ImportRun
from geo_tracker.language import N_
from geo_tracker.web.texts import number

_FIELDS = {
    "name": N_("Name of the village"),
    "stat_code": N_("Code of the village"),
    "land_code": N_("Land survey code"),
    "town": N_("Town"),
    "stated_area_m2": N_("Stated area"),
}


def change_values(run: ImportRun) -> dict[str, Any] | None:
    """Return the values that ``templates/imports/_layer_changes.html`` names at its head."""
    changes = run.preview.get("changes")
    if not changes:
        return None
    return {
        **changes["counts"],
        "held": changes["held"],
        "lists": [
            {
                "kind": kind,
                "count": changes["counts"][kind],
                "rows": [_row(row) for row in changes[kind]],
                "more": changes["counts"][kind] - len(changes[kind]),
            }
            for kind in ("changed", "added", "missing")
            if changes["counts"][kind]
        ],
    }


def _row(row: dict[str, Any]) -> dict[str, Any]:
    area, before = row["area_m2"], row.get("area_before_m2")
    is_redrawn = bool(row.get("redrawn"))
    return {
        "name": row["name"],
        "code": row["stat_code"],
        "town": row["town"],
        "area_ha": _hectares(area),
        "area_before_ha": _hectares(before) if is_redrawn else None,
        "difference_ha": _hectares(area - before) if is_redrawn and before is not None else None,
        "fields": [
            {"label": _(_FIELDS[name]), "old": _shown(old), "new": _shown(new)}
            for name, (old, new) in row.get("fields", {}).items()
        ],
    }


def _hectares(area_m2: float | None) -> float | None:
    return None if area_m2 is None else area_m2 / 10_000


def _shown(value: str | float | None) -> str:
    if value is None:
        return "—"
    return f"{number(value / 10_000, 2)} {_('ha')}" if isinstance(value, float) else value
