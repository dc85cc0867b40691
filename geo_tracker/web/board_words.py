"""What boards say in words: quarters, components, verdicts, steps of to-dos."""

from typing import Any

from flask_babel import gettext as _

from geo_tracker.db.models import FollowupStep
from geo_tracker.followup.board_lines import read_quarter
from geo_tracker.followup.board_todos import STATES
from geo_tracker.indicators.boards import FEW, UNJUDGED
from geo_tracker.language import N_
from geo_tracker.web.money import yuan
from geo_tracker.web.texts import MISSING, number, percent, shown, term, yuan_wan

STANDINGS = {
    "far_above": N_("far above the others"),
    "above": N_("above the others"),
    "within": N_("no different by more than chance"),
    "below": N_("below the others"),
    "far_below": N_("far below the others"),
    "few": N_("too few to tell"),
    "unjudged": N_("not judged"),
}


def quarter_text(text: str) -> str:
    """Return a quarter in words."""
    quarter = read_quarter(text)
    return str(_("Quarter %(number)s of %(year)s", number=quarter.number, year=quarter.year))


def board_title(quarter: str, area: str | None) -> str:
    """Return what a board is called."""
    where = _("towns of %(county)s", county=area) if area else _("all counties")
    return f"{quarter_text(quarter)} · {where}"


def component_text(code: str) -> str:
    """Return the name of a component."""
    return term(f"rate_{code}")


def amount_text(value: int | None, *, is_money: bool) -> str:
    """Return a count, or money of fen in 万元."""
    if value is None or not is_money:
        return number(value)
    return yuan_wan(yuan(value))


def verdict(unit: dict[str, Any]) -> dict[str, Any]:
    """Return how a unit stands to its peers: ``colour`` of a chip and ``text``.

    Named are those alone that chance does not explain, with what they are ahead or behind in.
    """
    parts = []
    for codes, text in (
        (unit["ahead"], N_("ahead: %(names)s")),
        (unit["behind"], N_("behind: %(names)s")),
    ):
        if codes:
            names = _(", ").join(component_text(code) for code in codes)
            parts.append(_(text, names=names))
    if parts:
        colour = "plain" if len(parts) > 1 else ("green" if unit["ahead"] else "red")
        return {"colour": colour, "text": _("; ").join(parts), "is_named": True}
    judged = [c for c in unit["cells"].values() if c["standing"] not in {FEW, UNJUDGED}]
    text = (
        _("no different from the others by more than chance") if judged else _("too little to tell")
    )
    return {"colour": "plain", "text": text, "is_named": False}


def change_text(points: float | None) -> str | None:
    """Return a change in points with its sign; None where it is not known."""
    if points is None:
        return None
    return f"{points:+.1f}".replace("-", "−") if round(points, 1) else "±0.0"


def proposal_text(unit: dict[str, Any], component: dict[str, Any]) -> str:
    """Return what a to-do about a component is proposed to say."""
    code = component["code"]
    cell = unit["cells"][code]
    pooled = (
        component["pooled_part"] / component["pooled_whole"] if component["pooled_whole"] else None
    )
    is_money = not component["by_chance"]
    return str(
        _(
            "%(component)s %(rate)s (%(part)s of %(whole)s), all together %(pooled)s:"
            " find out why and put it right.",
            component=component_text(code),
            rate=percent(cell["rate"]),
            part=amount_text(cell["part"], is_money=is_money),
            whole=amount_text(cell["whole"], is_money=is_money),
            pooled=percent(pooled),
        )
    )


def board_step_text(step: FollowupStep) -> str:
    """Return what a step about a board, a score, a mark or a to-do did."""
    score = step.fields.get("score", [None, None])
    texts = {
        "draft": _("Board drafted"),
        "publish": _("Board published"),
        "discard": _("Draft of a board discarded"),
        "score": _("Peer scored: %(score)s", score=score[1] if score[1] is not None else MISSING),
        "mark": _("Marked as excellent"),
        "unmark": _("Mark of excellence taken back"),
        "set": _("To-do set"),
        "answer": _("To-do answered"),
        "return": _("Answer returned"),
        "close": _("To-do closed off"),
    }
    return str(texts.get(step.action, step.action))


def todo_state(state: str) -> dict[str, str]:
    """Return the state of a to-do as a chip shows it."""
    colours = {"open": "yellow", "answered": "accent", "closed": "green"}
    return {"colour": colours[state], "text": shown(STATES[state])}
