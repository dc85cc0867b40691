"""Rules of the follow-up as administrators set them."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import RuleValue, UserAccount


@dataclass(frozen=True)
class StoredRule:
    """A rule as it holds in a year: since which one, and who set it when."""

    name: str
    value: Any
    from_year: int
    set_at: datetime
    username: str | None


def rules_in_force(session: Session, year: int) -> dict[str, StoredRule]:
    """Return the rules that were set for a year or one before it, by name.

    A rule that was led back to its default is not among them.
    """
    rows = session.execute(
        sa.select(RuleValue, UserAccount.username)
        .outerjoin(UserAccount, UserAccount.id == RuleValue.set_by_id)
        .where(RuleValue.from_year <= year)
        .order_by(RuleValue.from_year, RuleValue.id)
    )
    found = {
        rule.name: StoredRule(rule.name, rule.value, rule.from_year, rule.set_at, username)
        for rule, username in rows
    }
    return {name: rule for name, rule in found.items() if rule.value is not None}


def values_of_all_years(session: Session, name: str) -> list[Any]:
    """Return the values of a rule that hold for any year, defaults left out."""
    rows = session.execute(
        sa.select(RuleValue.from_year, RuleValue.value)
        .where(RuleValue.name == name)
        .order_by(RuleValue.id)
    )
    latest = {row.from_year: row.value for row in rows}
    return [value for value in latest.values() if value is not None]


def years_of_rule(session: Session, name: str) -> list[int]:
    """Return the years from which a rule was set, in order."""
    found = sa.select(RuleValue.from_year).where(RuleValue.name == name).distinct()
    return sorted(session.scalars(found))


def rules_stamp(session: Session) -> int:
    """Return a number that grows with every rule that is set."""
    return session.scalar(sa.select(sa.func.max(RuleValue.id))) or 0
