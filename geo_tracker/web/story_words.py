"""Any step of the follow-up's log as one sentence, with the way to its record."""

from collections.abc import Mapping
from typing import Any

from flask import url_for

from geo_tracker.db.models import FollowupStep
from geo_tracker.web.attachments import file_step_text
from geo_tracker.web.board_words import board_step_text
from geo_tracker.web.checklist_words import item_text, stage_text
from geo_tracker.web.followup_words import step_text as visit_or_incident_text
from geo_tracker.web.lag_words import decision_step_text
from geo_tracker.web.policy_words import policy_step_text, use_step_text
from geo_tracker.web.problem_steps import problem_url, story_text
from geo_tracker.web.project_history import step_text as project_step_text


def step_words(row: Any, villages: Mapping[int, str]) -> tuple[str, str | None]:
    """Return what a step did, and where its record is.

    Parameters
    ----------
    row : Row
        As `geo_tracker.db.history.steps_about` selects.
    villages : mapping of int to str
        Names of villages by ``unit_id``.
    """
    step: FollowupStep = row.FollowupStep
    text, address = step.table_name, None
    match step.table_name:
        case "problem" if row.problem_no is not None:
            text, address = story_text(step, row.problem_no), problem_url(step.record_id)
        case "checklist_item" if row.item is not None:
            text = item_text(step, row.item)
            anchor = f"item-{step.record_id}"
            address = url_for("checklist.show", unit_id=step.unit_id, _anchor=anchor)
        case "asset_fusion":
            text = stage_text(step)
        case "project" if row.project is not None:
            text = f"{row.project} · {project_step_text(step, villages)}"
            address = url_for("project.show", project_id=step.record_id)
        case "visit":
            text = visit_or_incident_text(step)
            if row.visit_id is not None:
                address = url_for("visits.show", visit_id=step.record_id)
        case "incident":
            text = visit_or_incident_text(step)
            if row.incident_id is not None:
                address = url_for("incidents.show", incident_id=step.record_id)
        case "lag_review" if row.lag_period_id is not None:
            text = decision_step_text(step)
            address = url_for("lag_review.show", period_id=row.lag_period_id, unit_id=step.unit_id)
        case "attachment":
            text = file_step_text(step)
        case _:
            return _of_no_village(row)
    return text, address


def _of_no_village(row: Any) -> tuple[str, str | None]:
    """Return the same of policies, and of what boards say of counties and towns."""
    step: FollowupStep = row.FollowupStep
    text, address = step.table_name, None
    match step.table_name:
        case "policy" if row.policy is not None:
            text = policy_step_text(step, row.policy)
            address = url_for("policies.show", policy_id=step.record_id)
        case "policy_use" if row.used_policy_id is not None:
            text = use_step_text(step)
            address = url_for("policies.show", policy_id=row.used_policy_id)
        case "board_todo":
            text = board_step_text(step)
            address = url_for("board_todos.show", todo_id=step.record_id)
        case "board" | "board_score" | "board_mark":
            text = board_step_text(step)
    return text, address
