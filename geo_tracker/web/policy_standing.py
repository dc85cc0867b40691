"""Which villages support policies hold for, and which have used them: all policies at once."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

import pandas as pd
from sqlalchemy.orm import Session

from geo_tracker.db.models import Policy
from geo_tracker.db.policies import all_policies, funds_received, standing_uses
from geo_tracker.followup.policy_conditions import (
    NO,
    UNKNOWN,
    YES,
    Condition,
    kept_conditions,
    of_level,
    qualified,
)
from geo_tracker.indicators.lag_robustness import BORDERLINE, FIRM
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.lag import ShownLag, shown_lag
from geo_tracker.web.register import Register, register
from geo_tracker.web.register_projects import recorded_on
from geo_tracker.workflows.policy_facts import policy_facts

LAGGING = (FIRM, BORDERLINE)
"""Standings that count as lagging."""

IN_FORCE, LATER, EXPIRED, WITHDRAWN = "in_force", "later", "expired", "withdrawn"
"""How policies stand on a day."""

OPEN, USED = "open", "used"
"""How a village stands to a policy: it holds and was not used; it was used. Else it is unknown
whether it holds, or it does not."""

STATES = {OPEN: 0, "unknown": 1, USED: 2, "no": 3}
"""In the order in which lists show them."""


@dataclass(frozen=True)
class Used:
    """That a village used a policy: recorded by hand, or told by the funds of a project.

    Attributes
    ----------
    unit_id : int
        The village it is recorded on, perhaps a former one of the village that is looked at.
    use_id, version : int or None
        Of a use recorded by hand.
    project_id : int or None
        Of a project that received its funds.
    on : date or None
        The day; that of funds is not known.
    """

    unit_id: int
    use_id: int | None
    version: int | None
    project_id: int | None
    on: date | None
    amount: Decimal | None
    document: str | None
    note: str | None
    username: str | None
    synthetic: bool


@dataclass(frozen=True)
class Standing:
    """All policies and how villages stand to them.

    Attributes
    ----------
    policies : dict
        By id, the newest first.
    facts : DataFrame
        As `policy_facts`.
    used : dict
        By policy and village: the uses that count for it, the latest first; a use of a former
        village counts for that of today, too.
    on : date
        The day on which policies are in force or not.
    """

    policies: dict[int, Policy]
    facts: pd.DataFrame
    used: dict[int, dict[int, list[Used]]]
    on: date

    @cached_property
    def conditions(self) -> dict[int, tuple[Condition, ...]]:
        """The conditions of each policy."""
        return {key: kept_conditions(policy.conditions) for key, policy in self.policies.items()}

    @cached_property
    def outcomes(self) -> pd.DataFrame:
        """As `qualified`, of policies in force and of those that will be."""
        live = {
            key: self.conditions[key]
            for key, policy in self.policies.items()
            if state_of(policy, self.on) in (IN_FORCE, LATER)
        }
        return qualified(self.facts, live)

    @cached_property
    def open_units(self) -> dict[int, frozenset[int]]:
        """The villages that qualify for a policy in force and have not used it, by policy."""
        found = {}
        for key, policy in self.policies.items():
            if state_of(policy, self.on) == IN_FORCE:
                states = self.villages(key)["state"]
                found[key] = frozenset(states.index[states == OPEN])
        return found

    def villages(self, policy_id: int) -> pd.DataFrame:
        """Return the villages a policy counts for, by ``unit_id``.

        ``outcome`` (`YES`, `NO`, `UNKNOWN`; of a policy that is over all `NO`), ``state`` (a key
        of `STATES`), ``is_lagging`` (bool), ``standing``, ``score``, ``rank``, ``is_former``.
        """
        level = of_level(self.policies[policy_id].level, self.facts["is_former"])
        rows = self.facts.loc[level, ["standing", "score", "rank", "is_former"]]
        is_live = policy_id in self.outcomes.columns
        outcome = self.outcomes.loc[rows.index, policy_id] if is_live else NO
        is_used = rows.index.isin(list(self.used.get(policy_id, {})))
        rows = rows.assign(outcome=outcome, is_lagging=rows["standing"].isin(LAGGING))
        state = rows["outcome"].map({YES: OPEN, NO: "no", UNKNOWN: "unknown"})
        return rows.assign(state=state.mask(is_used, USED))


def state_of(policy: Policy, on: date) -> str:
    """Say how a policy stands on a day."""
    if policy.withdrawn_on is not None:
        return WITHDRAWN
    if policy.in_force_until is not None and policy.in_force_until < on:
        return EXPIRED
    if policy.in_force_from is not None and policy.in_force_from > on:
        return LATER
    return IN_FORCE


_kept: dict[str, tuple[ShownLag, Register, pd.DataFrame]] = {}
_lock = threading.Lock()


def _facts(held: Register) -> pd.DataFrame:
    """Return the facts of all villages; gathered anew when score or register changed."""
    found = shown_lag()
    key = str(services().engine.url)
    with _lock:
        kept = _kept.get(key)
        if kept is None or kept[0] is not found or kept[1] is not held:
            facts = policy_facts(
                found.lag,
                formers=held.formers,
                villages=held.villages,
                latest=held.latest_figures,
            )
            kept = _kept[key] = found, held, facts
    return kept[2]


def policies_now() -> Standing:
    """Return all policies as they stand, with a handful of queries whatever there is."""
    held = register()
    facts, on = _facts(held), judging_day()
    with read_session() as session:
        policies = {policy.id: policy for policy in all_policies(session)}
        used = _uses(session, held)
        for policy_id, some in _funded(session, held, policies).items():
            for unit_id, uses in some.items():
                used.setdefault(policy_id, {}).setdefault(unit_id, []).extend(uses)
        session.expunge_all()
    return Standing(policies, facts, used, on)


def _uses(session: Session, held: Register) -> dict[int, dict[int, list[Used]]]:
    found: dict[int, dict[int, list[Used]]] = {}
    present = held.present_units.to_dict()
    for row in standing_uses(session):
        use = row.PolicyUse
        used = Used(
            unit_id=use.unit_id,
            use_id=use.id,
            version=use.version,
            project_id=None,
            on=use.used_on,
            amount=use.amount,
            document=use.document,
            note=use.note,
            username=row.username,
            synthetic=use.synthetic,
        )
        _count(found.setdefault(use.policy_id, {}), used, present)
    return found


def _funded(
    session: Session, held: Register, policies: Mapping[int, Policy]
) -> dict[int, dict[int, list[Used]]]:
    """Return the uses that funds of projects tell, by policy and village."""
    by_channel: dict[str, list[int]] = {}
    for policy_id, policy in policies.items():
        if policy.channel:
            by_channel.setdefault(policy.channel, []).append(policy_id)
    funds = funds_received(session, by_channel)
    if not funds:
        return {}
    projects = held.projects.set_index("project_id")
    own = recorded_on(projects).dropna().astype(int).to_dict()
    made_up = projects["synthetic"].to_dict()
    present = held.present_units.to_dict()
    found: dict[int, dict[int, list[Used]]] = {}
    for fund in funds:
        unit_id = own.get(fund.project_id)
        if unit_id is None:
            continue
        used = Used(
            unit_id=unit_id,
            use_id=None,
            version=None,
            project_id=fund.project_id,
            on=None,
            amount=fund.received,
            document=None,
            note=None,
            username=None,
            synthetic=bool(made_up[fund.project_id]),
        )
        for policy_id in by_channel[fund.channel]:
            _count(found.setdefault(policy_id, {}), used, present)
    return found


def _count(by_unit: dict[int, list[Used]], used: Used, present: Mapping[Any, Any]) -> None:
    by_unit.setdefault(used.unit_id, []).append(used)
    later = present.get(used.unit_id)
    if later is not None and later != used.unit_id:
        by_unit.setdefault(int(later), []).append(used)
