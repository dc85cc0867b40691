"""The checklist of what two villages have to bring together, and how an item gets done."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, Final

from geo_tracker.errors import ConflictError, InputError, NotAllowedError
from geo_tracker.followup.problem_states import FOLLOWERS, HANDLER, Actor
from geo_tracker.language import N_

DOMAINS: Final[dict[str, str]] = {
    "班子": "leadership",
    "三资财务": "assets",
    "公章档案": "seals",
    "债权债务": "debts",
    "干部安置": "cadres",
    "规划": "planning",
    "产业": "industry",
    "服务": "services",
    "人心": "hearts",
    "风险": "risks",
}
"""Planners' word for a domain → its code, in the order of the domain reference (§4)."""

TEMPLATE: Final = (
    "班子|选举产生新村党组织和村委会班子|60",
    "公章档案|启用新公章，收回并封存原村公章|30",
    "公章档案|原村档案清点移交|60",
    "三资财务|原村账目审计并移交|30",
    "三资财务|清产核资并公示|90",
    "三资财务|资产并账方案经村民会议通过并实施|180",
    "债权债务|债权债务清理并公示|90",
    "干部安置|离任村干部妥善安置|90",
    "规划|编制新村规划|365",
    "产业|制定集体经济发展计划|180",
    "服务|设置便民服务点，公布办事方式|60",
    "人心|走访原村农户，听取意见|90",
    "风险|排查矛盾纠纷并逐件化解|60",
)
"""Items proposed for each merged village: domain, what is to be done, days after the merger."""

STATES: Final = ("open", "done", "verified", "not_applicable")
ACTIONS: Final[dict[str, tuple[tuple[str, ...], str | None]]] = {
    "finish": (("open",), "done"),
    "verify": (("done",), "verified"),
    "send_back": (("done", "verified"), "open"),
    "leave_out": (("open",), "not_applicable"),
    "take_in": (("not_applicable",), "open"),
    "plan": (("open", "done"), None),
}
"""Action → states it may be taken in, and the state it leads to; None leaves it."""

_NEEDED: Final[dict[str, str]] = {
    "finish": N_("Say what shows that it is done."),
    "send_back": N_("Say why it is sent back."),
    "leave_out": N_("Say why it does not apply here."),
}

FUSION_STAGES: Final = ("direct", "negotiated", "gradual", "none")
"""直接并账, 协商并账, 逐步融合, 未融合."""


@dataclass(frozen=True)
class TemplateItem:
    """One item of the template: ``days`` after the merger it is due."""

    domain: str
    text: str
    days: int

    def due_after(self, merged_on: date) -> date:
        """Return the day it is due of a village that was merged on a day."""
        return merged_on + timedelta(days=self.days)


@dataclass(frozen=True)
class ItemSituation:
    """Where an item stands: ``done_by_id`` is who said that it is done."""

    state: str = "open"
    owner_unit: str | None = None
    done_by_id: int | None = None


def template_item(line: str) -> TemplateItem:
    """Read a line of the template: domain|what is to be done|days.

    Raises
    ------
    InputError
        If the line is none.
    """
    parts = [part.strip() for part in line.replace("｜", "|").split("|")]
    if len(parts) != 3 or parts[0] not in DOMAINS or not parts[1] or not parts[2].isdecimal():
        raise InputError(
            N_(
                "“%(given)s” is no item. Write domain|what is to be done|days, with one of the"
                " domains %(domains)s."
            ),
            given=line[:60],
            domains="、".join(DOMAINS),
        )
    if int(parts[2]) > 3650:
        raise InputError(N_("Give a number from %(least)s to %(most)s."), least=0, most=3650)
    return TemplateItem(DOMAINS[parts[0]], parts[1], int(parts[2]))


def possible_item_actions(situation: ItemSituation, actor: Actor) -> tuple[str, ...]:
    """Return what somebody may do about an item now, in the order of `ACTIONS`."""
    return tuple(
        action
        for action, (states, _end) in ACTIONS.items()
        if situation.state in states and _refusal(situation, action, actor) is None
    )


def after_item_action(
    situation: ItemSituation, action: str, actor: Actor, given: Mapping[str, Any]
) -> ItemSituation:
    """Return where an item stands after an action.

    Parameters
    ----------
    situation : ItemSituation
        Where it stands.
    action : str
        One of `ACTIONS`.
    actor : Actor
        Who acts.
    given : mapping
        ``note``: the evidence with ``finish``, the reason with ``send_back`` and ``leave_out``.

    Raises
    ------
    ConflictError
        If the action leads nowhere from here.
    NotAllowedError
        If this person may not take it.
    InputError
        If evidence or reason is missing.
    """
    states, end = ACTIONS.get(action, ((), None))
    if situation.state not in states:
        raise ConflictError(N_("An item in this state does not permit that."))
    refused = _refusal(situation, action, actor)
    if refused is not None:
        raise refused
    if action in _NEEDED and not str(given.get("note") or "").strip():
        raise InputError(_NEEDED[action])
    if end is None:
        return situation
    # Evidence stays of what was done; only who said so counts for what comes next.
    done_by_id = actor.user_id if action == "finish" else situation.done_by_id
    return replace(situation, state=end, done_by_id=None if end == "open" else done_by_id)


def _refusal(situation: ItemSituation, action: str, actor: Actor) -> NotAllowedError | None:
    handles = (
        actor.role == HANDLER
        and actor.office is not None
        and actor.office == situation.owner_unit
        and action == "finish"
    )
    if actor.role not in FOLLOWERS and not handles:
        return NotAllowedError(N_("Your role does not permit this."))
    is_doer = actor.user_id is not None and actor.user_id == situation.done_by_id
    if action == "verify" and is_doer:
        return NotAllowedError(
            N_("Whoever reported an item as done cannot verify it; somebody else looks.")
        )
    return None
