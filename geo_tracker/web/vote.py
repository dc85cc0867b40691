"""One vote: all its counts, what its record lacks, and its minutes."""

from typing import Any

from flask import Blueprint, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.history import changes_of_record
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.web.attachments import file_log, merged_log
from geo_tracker.web.context import read_session
from geo_tracker.web.money import or_none
from geo_tracker.web.record_words import field_word, value_text
from geo_tracker.web.register import register
from geo_tracker.web.village_links import map_url
from geo_tracker.web.votes import vote_rows
from geo_tracker.workflows.undo_records import UNDONE

bp = Blueprint("vote", __name__, url_prefix="/votes")

_MORE = ("notice_on", "issued", "returned")


@bp.get("/<int:vote_id>")
def show(vote_id: int) -> ResponseReturnValue:
    """Show a vote."""
    held = register()
    found = held.votes[held.votes["vote_id"] == vote_id]
    if found.empty:
        raise NotFoundError(N_("There is no vote %(id)s."), id=vote_id)
    (row,) = vote_rows(found, held.units)
    more = {name: or_none(found.iloc[0][name]) for name in _MORE}
    notice_days = (row["held_on"] - more["notice_on"]).days if more["notice_on"] else None
    with read_session() as session:
        changes = changes_of_record(session, "vote", vote_id, unit_id=row["unit_id"])
        steps = merged_log(
            [_step(change) for change in reversed(changes)], file_log(session, "vote", [vote_id])
        )
    return render_template(
        "votes/show.html",
        vote=row | more | {"notice_days": notice_days, "map_url": map_url(row["unit_id"])},
        steps=steps,
    )


def _step(change: Any) -> dict[str, Any]:
    """Return a change that a file made as `ledger.log` shows it."""
    text = _(
        "%(field)s was %(old)s, is %(new)s",
        field=field_word(change.field),
        old=value_text(change.field, change.old),
        new=value_text(change.field, change.new),
    )
    undone = change.reason == UNDONE
    note = str(_("The import was undone.")) if undone else change.reason
    return {"at": change.at, "username": change.username, "text": str(text), "note": note}
