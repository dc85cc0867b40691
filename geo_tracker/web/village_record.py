"""The sources and the history of a village's records, in words."""

from decimal import Decimal
from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.db.history import Rows, VillageHistory
from geo_tracker.language import N_
from geo_tracker.web.money import or_none
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import Register
from geo_tracker.web.review_words import decision_text
from geo_tracker.web.texts import MISSING, day, number, percent, term, yuan_wan

_NO_NUMBERS = {"income_year", "stat_code", "land_code", "name", "town", "village"}
_RECORDS = {
    "village_figures": N_("Figures"),
    "vote": N_("Vote"),
    "project": N_("Project"),
    "fund": N_("Fund"),
    "merger_claim": N_("Merger table"),
    "village_version": N_("Boundaries"),
}
_FIELDS = {
    "outline": N_("outline"),
    "village": N_("village"),
    "name": N_("name"),
    "town": N_("town"),
    "stat_code": N_("code"),
    "land_code": N_("land survey code"),
    "stated_area_m2": N_("stated area"),
    "households": N_("households"),
    "registered_population": N_("registered population"),
    "resident_population": N_("resident population"),
    "groups": N_("groups"),
    "party_members": N_("party members"),
    "total_income": N_("total income"),
    "operating_income": N_("operating income"),
    "income_year": N_("income year"),
    "form": N_("form of meeting"),
    "notice_on": N_("notice on"),
    "held_on": N_("held on"),
    "eligible": N_("eligible"),
    "present": N_("present"),
    "issued": N_("ballots issued"),
    "returned": N_("ballots returned"),
    "agree": N_("agree"),
    "oppose": N_("oppose"),
    "abstain": N_("abstain"),
    "invalid": N_("invalid"),
    "kind": N_("kind"),
    "stage": N_("stage"),
    "planned_start_on": N_("planned start"),
    "planned_finish_on": N_("planned finish"),
    "actual_start_on": N_("actual start"),
    "actual_finish_on": N_("actual finish"),
    "progress": N_("progress"),
    "reported_on": N_("reported on"),
    "planned": N_("planned amount"),
    "received": N_("received amount"),
    "basis": N_("basis"),
    "synthetic": N_("synthetic"),
    "geom": N_("place"),
    "document_no": N_("approval document"),
    "document_on": N_("approval date"),
}
_AMOUNTS = {
    "estimate": N_("estimate"),
    "budget": N_("budget"),
    "contract": N_("contract price"),
}
_MONEY = {"total_income", "operating_income", "planned", "received"}
_CODES = {"form", "kind", "stage"}


def source_rows(history: VillageHistory) -> list[dict[str, Any]]:
    """Return the imports a village's records come from, one row per kind of record."""
    return [
        {
            "source": provenance(row.import_id),
            "what": term(row.what),
            "as_of_on": row.as_of_on,
            "received_at": row.at,
            "username": row.username,
        }
        for row in history.imports
    ]


def history_rows(
    history: VillageHistory, held: Register, units: pd.DataFrame, *, here: int
) -> list[dict[str, Any]]:
    """Return what happened to a village's records, the newest first.

    Parameters
    ----------
    history : VillageHistory
        Of the village and its former ones.
    held : Register
        The register.
    units : DataFrame
        As `Register.units`.
    here : int
        The village whose page it is; changes of others are named.
    """
    rows = [
        *_import_rows(history.imports),
        *(_change_row(change, held, units, here) for change in history.changes),
        *_amount_rows(history.amounts),
        *(_event_row(event) for event in history.events),
    ]
    return sorted(rows, key=lambda row: row["at"], reverse=True)


def _row(
    at: Any, username: Any, text: str, import_id: Any = None, reason: Any = None
) -> dict[str, Any]:
    return {
        "at": at,
        "username": username,
        "text": text,
        "import_id": import_id,
        "reason": reason,
    }


def _import_rows(imports: Rows) -> list[dict[str, Any]]:
    brought: dict[int, list[Any]] = {}
    for row in imports:
        brought.setdefault(row.import_id, []).append(row)
    return [
        _row(
            rows[0].at,
            rows[0].username,
            _("Brought in: %(what)s", what=_(", ").join(term(row.what) for row in rows)),
            import_id,
        )
        for import_id, rows in brought.items()
    ]


def _event_row(event: Any) -> dict[str, Any]:
    text = _(
        "Change found: %(kind)s, from %(day)s (%(status)s)",
        kind=term(event.event_type),
        day=day(event.effective_on),
        status=term(event.status),
    )
    return _row(event.at, None, text)


def _change_row(change: Any, held: Register, units: pd.DataFrame, here: int) -> dict[str, Any]:
    if change.table_name == "lineage_decision":
        text = _decided_text(change, held, units)
    elif change.table_name == "lineage_edge":
        # As decisions were noted before they had a table of their own.
        text = _decision_text(change, held, units)
    else:
        record, field = _RECORDS.get(change.table_name), _FIELDS.get(change.field)
        text = _(
            "%(record)s: %(field)s was %(old)s, is %(new)s",
            record=_(record) if record else change.table_name,
            field=_(field) if field else change.field,
            old=_value(change.field, change.old),
            new=_value(change.field, change.new),
        )
        if or_none(change.unit_id) not in (None, here) and change.unit_id in units.index:
            text = f"{units.at[change.unit_id, 'name']} · {text}"
    is_code = change.table_name == "village_version" and change.reason
    reason = term(change.reason) if is_code else change.reason
    return _row(change.at, change.username, text, change.import_id, reason)


def _decided_text(change: Any, held: Register, units: pd.DataFrame) -> str:
    decided = held.decisions[held.decisions["decision_id"] == change.record_id]
    return decision_text(decided.to_dict("records")[0], units) if len(decided) else MISSING


def _decision_text(change: Any, held: Register, units: pd.DataFrame) -> str:
    edge = held.edges[held.edges["edge_id"] == change.record_id]
    former = units["name"].get(change.unit_id, MISSING)
    later = MISSING if edge.empty else units["name"].get(edge["to_unit_id"].iloc[0], MISSING)
    decided = (
        _("Decided: %(former)s became %(later)s", former=former, later=later)
        if change.new == "True"
        else _("Decided: %(former)s did not become %(later)s", former=former, later=later)
    )
    return str(decided)


def _value(field: str, text: str | None) -> str:
    if text is None:
        return MISSING
    if field in _MONEY:
        return f"{yuan_wan(Decimal(text))} {_('10,000 yuan')}"
    if field in {"outline", "stated_area_m2"}:
        return f"{number(float(text) / 10_000, 2)} {_('ha')}"
    if field == "progress":
        return percent(float(text))
    if field == "synthetic":
        return str(_("yes") if text == "True" else _("no"))
    if field in _CODES:
        return term(text)
    return number(int(text)) if text.isdecimal() and field not in _NO_NUMBERS else text


def _amount_rows(amounts: Rows) -> list[dict[str, Any]]:
    known: dict[tuple[int, str], Decimal] = {}
    rows = []
    for row in amounts:
        before = known.get((row.project_id, row.kind))
        known[row.project_id, row.kind] = row.amount
        if before is None:
            continue
        kind = _AMOUNTS.get(row.kind)
        text = _(
            "%(project)s: %(field)s was %(old)s, is %(new)s",
            project=row.project,
            field=_(kind) if kind else row.kind,
            old=_value("planned", str(before)),
            new=_value("planned", str(row.amount)),
        )
        rows.append(_row(row.at, row.username, text, row.import_id))
    return rows
