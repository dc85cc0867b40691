"""Checklists of merged villages are opened and worked off; assets are brought in step by step."""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.models import AssetFusion, ChecklistItem, Unit
from geo_tracker.errors import InputError, NotFoundError
from geo_tracker.followup.checklist import (
    DOMAINS,
    FUSION_STAGES,
    ItemSituation,
    after_item_action,
    template_item,
)
from geo_tracker.followup.problem_states import FOLLOWERS, Actor
from geo_tracker.language import N_
from geo_tracker.workflows.followup_records import (
    LONGEST_NOTE,
    changed_fields,
    happened_by,
    only,
    step_about,
    tidy,
    unchanged_since,
)
from geo_tracker.workflows.rules import rules_of

TABLE = ChecklistItem.__tablename__
LONGEST_TEXT = 200
LONGEST_OWNER = 60


def situation_of(item: ChecklistItem) -> ItemSituation:
    """Return where an item stands."""
    return ItemSituation(item.state, item.owner_unit, item.done_by_id)


def open_checklists(
    engine: sa.Engine, merged: Mapping[int, date], *, actor: Actor, today: date
) -> int:
    """Give merged villages that have no checklist one from the template; return how many.

    Parameters
    ----------
    engine : Engine
        The database.
    merged : mapping
        Merged village → day of its merger, from which days are counted.
    actor : Actor
        Who opens them.
    today : date
        The day; the template is that of its year.

    Raises
    ------
    NotAllowedError
        If this person only looks.
    """
    only(actor, *FOLLOWERS)
    with writing(engine) as session:
        template = [template_item(line) for line in rules_of(session, today.year).checklist_items]
        # On PostgreSQL two people may press the button at once.
        session.execute(
            sa.select(Unit.id)
            .where(Unit.id.in_(sorted(merged)))
            .order_by(Unit.id)
            .with_for_update(key_share=True)
        )
        have = set(session.scalars(sa.select(ChecklistItem.unit_id).distinct()))
        new = {unit_id: day for unit_id, day in merged.items() if unit_id not in have}
        items = [
            ChecklistItem(
                unit_id=unit_id, domain=one.domain, text=one.text, due_on=one.due_after(merged_on)
            )
            for unit_id, merged_on in new.items()
            for one in template
        ]
        session.add_all(items)
        session.flush()
        session.add_all(
            step_about(item, "open", actor=actor, on=today, states=(None, "open")) for item in items
        )
    return len(new)


def add_item(
    engine: sa.Engine, unit_id: int, given: Mapping[str, Any], *, actor: Actor, today: date
) -> int:
    """Add an item of a village's own to its checklist and return its id.

    Raises
    ------
    NotAllowedError
        If this person only looks.
    InputError
        If domain, text or village is missing or none.
    """
    only(actor, *FOLLOWERS)
    text = tidy(given.get("text"), LONGEST_TEXT)
    if given.get("domain") not in DOMAINS.values() or text is None:
        raise InputError(N_("Say what is to be done, and in which domain."))
    with writing(engine) as session:
        if session.get(Unit, unit_id) is None:
            raise InputError(N_("Say in which village it is."))
        item = ChecklistItem(unit_id=unit_id, domain=given["domain"], text=text, **_plan(given))
        session.add(item)
        session.flush()
        session.add(step_about(item, "open", actor=actor, on=today, states=(None, "open")))
        return item.id


def act_on_item(
    engine: sa.Engine,
    item_id: int,
    action: str,
    given: Mapping[str, Any],
    *,
    actor: Actor,
    version: int,
    today: date,
) -> None:
    """Take an action about an item.

    Parameters
    ----------
    engine : Engine
        The database.
    item_id : int
        The item.
    action : str
        One of `ACTIONS`.
    given : mapping
        ``note``: evidence or reason; with ``plan`` ``owner_unit``, ``owner_person``, ``due_on``;
        ``happened_on`` where it was not today.
    actor : Actor
        Who acts.
    version : int
        The item's when it was shown.
    today : date
        The day.

    Raises
    ------
    NotFoundError
        If there is no such item.
    ChangedMeanwhileError
        If somebody changed it since it was shown.
    ConflictError, NotAllowedError, InputError
        As `after_item_action`; also if a day does not fit.
    """
    day = given.get("happened_on") or today
    happened_by(day, today)
    with writing(engine) as session:
        item = session.get(ChecklistItem, item_id, with_for_update=True)
        if item is None:
            raise NotFoundError(N_("There is no item %(id)s."), id=item_id)
        unchanged_since(item, version)
        before = situation_of(item)
        after = after_item_action(before, action, actor, given)
        note = tidy(given.get("note"), LONGEST_NOTE)
        by_action: dict[str, dict[str, Any]] = {
            "finish": {"done_on": day, "evidence": note},
            "verify": {"verified_on": day, "verified_by_id": actor.user_id},
            "send_back": {"done_on": None, "verified_on": None, "verified_by_id": None},
            # Why it does not apply stands where what shows it would.
            "leave_out": {"evidence": note},
            "take_in": {"evidence": None},
            "plan": _plan(given),
        }
        changes = by_action.get(action, {})
        fields = changed_fields(item, changes)
        if action == "plan" and not fields:
            raise InputError(N_("Nothing was changed."))
        for name, new in changes.items():
            setattr(item, name, new)
        item.state, item.done_by_id = after.state, after.done_by_id
        item.version += 1
        states = (before.state, after.state)
        session.add(
            step_about(item, action, actor=actor, on=day, states=states, note=note, fields=fields)
        )


def _plan(given: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "owner_unit": tidy(given.get("owner_unit"), LONGEST_OWNER),
        "owner_person": tidy(given.get("owner_person"), LONGEST_OWNER),
        "due_on": given.get("due_on"),
    }


def record_fusion(
    engine: sa.Engine,
    unit_id: int,
    *,
    stage: str,
    since_on: date,
    stays: Decimal | None,
    note: str | None,
    actor: Actor,
    today: date,
) -> None:
    """Record how far a former village's assets are in the merged one's accounts.

    Parameters
    ----------
    engine : Engine
        The database.
    unit_id : int
        The former village.
    stage : str
        A code of `FUSION_STAGES`.
    since_on : date
        Since when.
    stays : Decimal or None
        Yuan that stay on the former village's own account; None: not known.
    note : str or None
        What was agreed.
    actor : Actor
        Who records it.
    today : date
        The day.

    Raises
    ------
    NotAllowedError
        If this person only looks.
    InputError
        If there is no such stage or village, the day is in the future or the amount negative.
    """
    only(actor, *FOLLOWERS)
    if stage not in FUSION_STAGES:
        raise InputError(N_("There is no such stage of bringing assets together."))
    happened_by(since_on, today)
    if stays is not None and stays < 0:
        raise InputError(N_("An amount cannot be negative."))
    with writing(engine) as session:
        if session.get(Unit, unit_id, with_for_update={"key_share": True}) is None:
            raise InputError(N_("Say in which village it is."))
        # What was recorded before stays to be looked at.
        session.execute(
            sa.update(AssetFusion)
            .where(AssetFusion.unit_id == unit_id, AssetFusion.current.is_(True))
            .values(current=False)
        )
        fusion = AssetFusion(
            unit_id=unit_id,
            stage=stage,
            since_on=since_on,
            stays=stays,
            note=tidy(note, LONGEST_NOTE),
            recorded_by_id=actor.user_id,
        )
        session.add(fusion)
        session.flush()
        session.add(
            step_about(
                fusion,
                "record",
                actor=actor,
                on=since_on,
                states=(None, stage),
                note=fusion.note,
            )
        )
