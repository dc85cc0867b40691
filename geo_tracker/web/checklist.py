"""One merged village's checklist, and the assets of its former villages."""

from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.db.checklists import fusions_of, items_of, steps_of_village
from geo_tracker.db.models import ChecklistItem, FollowupStep
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError, NotFoundError
from geo_tracker.followup.checklist import DOMAINS, FUSION_STAGES, possible_item_actions
from geo_tracker.followup.typed_values import typed_day, typed_yuan
from geo_tracker.language import N_
from geo_tracker.web.actor import actor, may_follow, today
from geo_tracker.web.attachments import file_log, files_by_record, merged_log
from geo_tracker.web.checklist_words import action_term, item_text
from geo_tracker.web.checklists import merged_on
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.followup_forms import number_in, typed
from geo_tracker.web.followup_words import step_note
from geo_tracker.web.money import or_none
from geo_tracker.web.register import register
from geo_tracker.web.texts import shown, term
from geo_tracker.workflows.checklists import (
    TABLE,
    act_on_item,
    add_item,
    record_fusion,
    situation_of,
)

bp = Blueprint("checklist", __name__, url_prefix="/checklists")


@bp.get("/<int:unit_id>")
def show(unit_id: int) -> ResponseReturnValue:
    """Show a merged village's checklist."""
    return _page(unit_id)


def _page(unit_id: int, *, wrong: dict[str, Any] | None = None) -> str:
    """Return the page.

    ``wrong``: which form was refused (``form``), why, and what was typed; where somebody else was
    faster also ``item_id`` and ``version``, the item's when it was shown.
    """
    held = register()
    days = merged_on(held)
    if unit_id not in days:
        raise NotFoundError(N_("Village %(id)s did not arise from a merger."), id=unit_id)
    formers = held.followed[held.followed["to_unit_id"] == unit_id]["from_unit_id"].unique()
    with read_session() as session:
        items = items_of(session, unit_id)
        fusions = fusions_of(session, [int(former) for former in formers])
        steps = steps_of_village(session, unit_id, TABLE)
        item_ids = [item.id for item, *_people in items]
        files = files_by_record(session, TABLE, item_ids)
        of_files = file_log(session, TABLE, item_ids)
    texts = {item.id: item.text for item, *_people in items}
    versions = {item.id: item.version for item, *_people in items}
    village = held.villages.loc[unit_id]
    return render_template(
        "checklists/show.html",
        village={
            "unit_id": unit_id,
            "name": village["name"],
            "county": or_none(village["county"]),
            "town": or_none(village["town"]),
            "merged_on": days[unit_id],
        },
        groups=[
            {
                "title": term(code),
                "items": [
                    _item(*row) | {"files": files[row[0].id]}
                    for row in items
                    if row[0].domain == code
                ],
            }
            for code in DOMAINS.values()
        ],
        count=len(items),
        domains=[(code, term(code)) for code in DOMAINS.values()],
        fusion_stages=[(stage, term(stage)) for stage in FUSION_STAGES],
        formers=[
            {
                "unit_id": int(former),
                "name": held.units.at[former, "name"],
                "rows": [
                    _fusion(fusion, username)
                    for fusion, username in reversed(fusions)
                    if fusion.unit_id == former
                ],
            }
            for former in formers
        ],
        steps=merged_log(
            [
                {
                    "at": step.at,
                    "username": username,
                    "on": step.happened_on,
                    "item": texts.get(step.record_id),
                    "text": term(action_term(step)),
                    "note": step_note(step),
                }
                for step, username in steps
            ],
            [step | {"item": texts.get(step["record_id"])} for step in of_files],
        ),
        wrong=wrong,
        changed=_changed(wrong, steps, texts, versions) if wrong else [],
        may_follow=may_follow(),
        today=today(),
    )


def _changed(
    wrong: dict[str, Any],
    steps: list[tuple[FollowupStep, str | None]],
    texts: dict[int, str],
    versions: dict[int, int],
) -> list[dict[str, Any]]:
    """Return what others did about an item since the page was shown, the newest first."""
    item_id = wrong.get("item_id")
    if item_id not in versions:
        return []
    own = [(step, username) for step, username in steps if step.record_id == item_id]
    return [
        {
            "at": step.at,
            "username": username,
            "text": item_text(step, texts[item_id]),
            "note": step.note,
        }
        for step, username in own[: max(0, versions[item_id] - wrong["version"])]
    ]


def _item(item: ChecklistItem, done_by: str | None, verified_by: str | None) -> dict[str, Any]:
    return {
        "item_id": item.id,
        "text": item.text,
        "state": item.state,
        "overdue": item.state == "open" and item.due_on is not None and item.due_on < judging_day(),
        **{
            name: getattr(item, name)
            for name in ("owner_unit", "owner_person", "due_on", "done_on", "evidence")
        },
        "verified_on": item.verified_on,
        "done_by": done_by,
        "verified_by": verified_by,
        "version": item.version,
        "synthetic": item.synthetic,
        "actions": possible_item_actions(situation_of(item), actor()),
    }


def _fusion(fusion: Any, username: str | None) -> dict[str, Any]:
    names = ("stage", "since_on", "stays", "note", "current", "synthetic", "recorded_at")
    return {name: getattr(fusion, name) for name in names} | {"username": username}


@bp.post("/<int:unit_id>/items/<int:item_id>/<action>")
def act(unit_id: int, item_id: int, action: str) -> ResponseReturnValue:
    """Take an action about an item."""
    form = request.form
    try:
        given: dict[str, Any] = {
            "note": form.get("note"),
            "owner_unit": form.get("owner_unit"),
            "owner_person": form.get("owner_person"),
            "due_on": typed_day(typed("due_on")),
        }
        act_on_item(
            services().engine,
            item_id,
            action,
            given,
            actor=actor(),
            version=number_in(form, "version"),
            today=today(),
        )
    except (InputError, ConflictError) as refused:
        status = 409 if isinstance(refused, ChangedMeanwhileError) else 422
        wrong: dict[str, Any] = {
            "form": f"{action}-{item_id}",
            "why": shown(refused.message),
            "typed": form,
        }
        if status == 409:
            wrong |= {"item_id": item_id, "version": number_in(form, "version")}
        return make_response(_page(unit_id, wrong=wrong), status)
    return redirect(url_for(".show", unit_id=unit_id, _anchor=f"item-{item_id}"), code=303)


@bp.post("/<int:unit_id>/items")
def add(unit_id: int) -> ResponseReturnValue:
    """Add an item of the village's own."""
    form = request.form
    try:
        given: dict[str, Any] = form.to_dict() | {"due_on": typed_day(typed("due_on"))}
        item_id = add_item(services().engine, unit_id, given, actor=actor(), today=today())
    except InputError as refused:
        wrong = {"form": "add", "why": shown(refused.message), "typed": form}
        return make_response(_page(unit_id, wrong=wrong), 422)
    return redirect(url_for(".show", unit_id=unit_id, _anchor=f"item-{item_id}"), code=303)


@bp.post("/<int:unit_id>/assets/<int:former_id>")
def assets(unit_id: int, former_id: int) -> ResponseReturnValue:
    """Record how far a former village's assets are."""
    form = request.form
    try:
        record_fusion(
            services().engine,
            former_id,
            stage=form.get("stage", ""),
            since_on=typed_day(typed("since_on")) or today(),
            stays=typed_yuan(form.get("stays_wan", "")),
            note=form.get("note"),
            actor=actor(),
            today=today(),
        )
    except InputError as refused:
        wrong = {"form": f"assets-{former_id}", "why": shown(refused.message), "typed": form}
        return make_response(_page(unit_id, wrong=wrong), 422)
    flash(_("Recorded."), "success")
    return redirect(url_for(".show", unit_id=unit_id, _anchor="assets"), code=303)
