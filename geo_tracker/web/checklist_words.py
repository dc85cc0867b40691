"""What was done about checklists and former villages' assets, in the words of a village's story."""

from collections import Counter
from collections.abc import Iterable

from flask_babel import gettext as _

from geo_tracker.db.models import ChecklistItem, FollowupStep
from geo_tracker.web.texts import day, term


def action_term(step: FollowupStep) -> str:
    """Return the code of the term for what a step did about an item."""
    return "item_opened" if step.action == "open" else f"item_{step.action}"


def is_one_of_many(step: FollowupStep) -> bool:
    """Say whether a step came with others of its kind: from a list, or from the template."""
    is_item = step.table_name == ChecklistItem.__tablename__
    return is_item and (step.import_id is not None or step.action == "open")


def many_text(steps: Iterable[FollowupStep]) -> str:
    """Return how often what was done about the items of a village at one time."""
    counts = Counter(action_term(step) for step in steps)
    told = [f"{term(code)} {count}" for code, count in counts.items()]
    return str(_("Checklist: %(what)s", what=_(", ").join(told)))


def item_text(step: FollowupStep, item: str) -> str:
    """Return a step about one item as a sentence."""
    return str(
        _(
            "Checklist, “%(item)s”: %(action)s on %(day)s",
            item=item,
            action=term(action_term(step)),
            day=day(step.happened_on),
        )
    )


def stage_text(step: FollowupStep) -> str:
    """Return a step that records how far a former village's assets are as a sentence."""
    return str(
        _(
            "Assets of the former village: %(stage)s since %(day)s",
            stage=term(step.to_state or "unknown"),
            day=day(step.happened_on),
        )
    )
