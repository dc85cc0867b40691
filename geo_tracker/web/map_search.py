"""Search on the map, with suggestions."""

from typing import Any

from flask import Blueprint, Response, jsonify, request
from flask_babel import gettext as _

from geo_tracker.web.filters import matching_names
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register, register

bp = Blueprint("map_search", __name__, url_prefix="/map")

SUGGESTIONS = 12


@bp.get("/search")
def search() -> Response:
    """Suggest villages for what somebody types: old or new name, code, pinyin."""
    held = register()
    found = matching_names(held.versions, request.args.get("q", ""))
    found = found.drop_duplicates("unit_id").head(SUGGESTIONS)
    return jsonify([_suggestion(held, row) for row in found.itertuples(index=False)])


def _suggestion(held: Register, row: Any) -> dict[str, Any]:
    kind, note = "untouched", None
    if row.unit_id in held.formers.index:
        kind = "former"
        became = held.formers.loc[row.unit_id, "to_name"]
        note = _("now %(name)s", name=became) if or_none(became) is not None else None
    elif row.unit_id in held.villages.index:
        kind = held.villages.loc[row.unit_id, "kind"]
    return {
        "unit_id": int(row.unit_id),
        "name": row.name,
        "code": or_none(row.stat_code),
        "town": or_none(row.town),
        "county": or_none(row.county),
        "kind": kind,
        "note": note,
    }
