"""Records, their fields and values in the words of planners."""

from collections.abc import Mapping
from decimal import Decimal

import shapely
from flask_babel import gettext as _

from geo_tracker.followup.checklist import STATES as ITEM_STATES
from geo_tracker.followup.masking import masked
from geo_tracker.language import N_
from geo_tracker.web.texts import MISSING, number, percent, term, yuan_wan

_RECORDS = {
    "village_figures": N_("Figures"),
    "vote": N_("Vote"),
    "project": N_("Project"),
    "fund": N_("Fund"),
    "merger_claim": N_("Merger table"),
    "village_version": N_("Village"),
    "published_figure": N_("Published figure"),
    "project_amount": N_("Project"),
    "payment": N_("Project"),
    "problem": N_("Problem"),
    "visit": N_("Visit"),
    "incident": N_("Incident"),
    "checklist_item": N_("Checklist item"),
    "asset_fusion": N_("Stage of assets"),
}
_FIELDS = {
    "households": N_("households"),
    "registered_population": N_("registered population"),
    "resident_population": N_("resident population"),
    "groups": N_("groups"),
    "party_members": N_("party members"),
    "total_income": N_("total income"),
    "operating_income": N_("operating income"),
    "income_year": N_("income year"),
    "net_assets": N_("net assets"),
    "debt": N_("debt"),
    "secretary_vacant_since": N_("no party secretary since"),
    "sewage_share": N_("households with sewage treated"),
    "toilet_share": N_("households with a sanitary toilet"),
    "tap_water_share": N_("households with tap water"),
    "environment_mark": N_("mark of the environment check"),
    "service_km": N_("way to the service point"),
    "committee_ratio": N_("share of the committee, of the share of people"),
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
    "name": N_("name"),
    "outline": N_("outline"),
    "village": N_("village"),
    "town": N_("town"),
    "stat_code": N_("code"),
    "land_code": N_("land survey code"),
    "stated_area_m2": N_("stated area"),
    "project_no": N_("project number"),
    "unit_id": N_("village"),
    "former_unit_id": N_("former village"),
    "seat_lon": N_("longitude"),
    "seat_lat": N_("latitude"),
    "before": N_("before"),
    "after": N_("after"),
    "value": N_("value"),
    "unit": N_("unit"),
    "as_of_on": N_("as of"),
    "source": N_("source"),
    "paid": N_("paid in all"),
    "estimate": N_("estimate"),
    "budget": N_("budget"),
    "contract": N_("contract price"),
    "change": N_("changes of the contract"),
    "settlement": N_("settlement"),
    "final_account": N_("final account"),
    "contractor": N_("contractor"),
    "is_livelihood": N_("livelihood project"),
    "livelihood_state": N_("state as livelihood project"),
    "state": N_("state"),
    "handover_round": N_("handovers"),
    "category": N_("category"),
    "content": N_("content"),
    "reporter": N_("reporter"),
    "lead_unit": N_("unit in charge"),
    "helper_units": N_("helping units"),
    "lon": N_("longitude"),
    "lat": N_("latitude"),
    "registered_on": N_("registered on"),
    "assigned_on": N_("handed over on"),
    "due_on": N_("due on"),
    "claimed_on": N_("reported as fixed on"),
    "claimed_by_id": N_("reported as fixed by"),
    "revisited_on": N_("revisited on"),
    "answer": N_("answer"),
    "satisfaction": N_("satisfaction"),
    "closed_on": N_("closed on"),
    "outcome": N_("what was done"),
    "suspended_on": N_("suspended on"),
    "duplicate_of_id": N_("duplicate of"),
    "visited_on": N_("day of the visit"),
    "service_group": N_("service group"),
    "leader": N_("leader"),
    "enterprise": N_("enterprise"),
    "people_served": N_("people served"),
    "summary": N_("summary"),
    "happened_on": N_("day it happened"),
    "about_merger": N_("about the merger"),
    "owner_unit": N_("unit in charge"),
    "owner_person": N_("responsible person"),
    "done_on": N_("done on"),
    "evidence": N_("evidence"),
    "verified_on": N_("verified on"),
    "verified_by_id": N_("verified by"),
    "since_on": N_("since"),
    "stays": N_("stays on its own account"),
    "note": N_("what was agreed"),
}
_MONEY = {"total_income", "operating_income", "planned", "received", "paid"}
_MONEY |= {"estimate", "budget", "contract", "change", "settlement", "final_account", "amount"}
_MONEY |= {"stays"}
_CODES = dict.fromkeys(("form", "kind", "stage", "answer", "satisfaction"), "") | {
    "livelihood_state": "livelihood_",
}
"""Fields that hold codes → what stands before a code among the terms."""
_PLAIN = {"income_year", "project_no", "name", "basis", "document_no", "source", "unit"}
_PLAIN |= {"stat_code", "land_code", "town", "village", "category", "content", "lead_unit"}
_PLAIN |= {"helper_units", "outcome", "service_group", "leader", "enterprise", "summary"}
_PLAIN |= {"claimed_by_id", "duplicate_of_id", "owner_unit", "owner_person", "evidence"}
_PLAIN |= {"verified_by_id", "note", "contractor", "document"}
_AREAS = {"outline", "stated_area_m2"}
_VILLAGES = {"unit_id", "former_unit_id"}


def record_word(table: str) -> str:
    """Return what a record of a table is called."""
    return str(_(_RECORDS[table])) if table in _RECORDS else table


def field_word(field: str, table: str | None = None) -> str:
    """Return what a field of a record is called, of one table otherwise than of others."""
    if (table, field) == ("project", "owner_unit"):
        return str(_("Owner unit"))
    return str(_(_FIELDS[field])) if field in _FIELDS else field


def value_text(field: str, value: object, villages: Mapping[int, str] | None = None) -> str:
    """Return a value as pages show it, with its unit.

    Parameters
    ----------
    field : str
        Which field.
    value : object
        As text, as the log keeps it, or as a journal keeps it; None where it is not known.
    villages : mapping of int to str, optional
        Names of villages by unit.
    """
    if value is None:
        return MISSING
    text = str(value)
    if field in _MONEY:
        return f"{yuan_wan(Decimal(text))} {_('10,000 yuan')}"
    if field in _AREAS:
        return f"{number(float(text) / 10_000, 2)} {_('ha')}"
    if field == "progress":
        return percent(float(text))
    if field == "state":
        return term(f"item_{text}" if text in ITEM_STATES else f"problem_{text}")
    if field == "reporter":
        return masked(text) or MISSING
    if field in ("lon", "lat"):
        return f"{float(text):.5f}"
    if field in ("synthetic", "about_merger", "is_livelihood"):
        return str(_("yes") if text == "True" else _("no"))
    if field in _CODES:
        return term(f"{_CODES[field]}{text}")
    if field == "geom":
        return _place(text)
    if field in _VILLAGES:
        return (villages or {}).get(int(text), text)
    if field not in _PLAIN and isinstance(value, float):
        return f"{value:,.6g}" if abs(value) < 1_000_000 else number(value)
    return number(int(text)) if text.isdecimal() and field not in _PLAIN else text


def _place(text: str) -> str:
    shape = shapely.from_wkt(text) if " " in text else shapely.from_wkb(text)
    point = shapely.point_on_surface(shape)
    place = f"{point.x:.5f}, {point.y:.5f}"
    if shape.geom_type.endswith("Polygon"):
        return str(_("area at %(place)s", place=place))
    if shape.geom_type.endswith("LineString"):
        return str(_("line at %(place)s", place=place))
    return place
