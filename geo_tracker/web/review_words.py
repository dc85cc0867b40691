"""Decisions about lineage in words."""

from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.language import N_
from geo_tracker.web.money import or_none

_WORDS = {
    "accept": N_("Accepted: %(former)s → %(later)s"),
    "choose": N_("Chosen: %(former)s → %(later)s"),
    "split": N_("Divided: %(former)s → %(later)s"),
    "reject": N_("Rejected: %(former)s went into none of the villages named"),
    "reopen": N_("Taken back: the decision about %(former)s"),
    "note": N_("Note on %(former)s"),
}


def decision_text(decision: dict[str, Any], units: pd.DataFrame) -> str:
    """Return what was decided, with the names of the villages."""
    names = units["name"]
    words = str(
        _(
            _WORDS[decision["kind"]],
            former=names.get(decision["from_unit_id"], "—"),
            later="、".join(str(names.get(unit, "—")) for unit in decision["to_ids"]),
        )
    )
    above = or_none(decision["bulk_above"])
    if above is None:
        return words
    share = f"{above * 100:g} %"
    return str(_("%(decision)s (with others, from %(share)s on)", decision=words, share=share))


def decision_values(decision: dict[str, Any], units: pd.DataFrame) -> dict[str, Any]:
    """Return a row of `decision_frame` as templates show it."""
    return {
        "decision_id": int(decision["decision_id"]),
        "unit_id": int(decision["from_unit_id"]),
        "kind": decision["kind"],
        "text": decision_text(decision, units),
        "note": or_none(decision["note"]),
        "username": decision["decided_by"],
        "at": pd.Timestamp(decision["decided_at"]).to_pydatetime(),
        "superseded": or_none(decision["superseded_at"]) is not None,
    }
