"""The policies that a village qualifies for and has not used, for its own pages."""

from typing import Any

from flask import url_for

from geo_tracker.db.policies import all_policies
from geo_tracker.web.actor import may_follow
from geo_tracker.web.context import read_session
from geo_tracker.web.policy_standing import (
    Standing,
    policies_now,
)
from geo_tracker.web.register import Register
from geo_tracker.web.village_links import village_link


def village_policies(
    held: Register, units: list[int], here: int, *, found: Standing | None = None
) -> list[dict[str, Any]]:
    """Return the policies in force that some villages qualify for and have not used.

    Parameters
    ----------
    held : Register
        The register.
    units : list of int
        A village, and perhaps its former ones.
    here : int
        The village whose page it is; others are named.
    found : Standing, optional
        How all stand, where it is known already.

    Returns
    -------
    list of dict
        ``title``, ``gives``, ``amount`` (Decimal yuan or None), ``until`` (date or None), ``url``,
        ``use_url`` (None where this user may not record), ``by`` (the village, where it is
        another), ``synthetic``.
    """
    found = found or policies_if_any()
    if found is None:
        return []
    rows = []
    for policy_id, open_units in found.open_units.items():
        policy = found.policies[policy_id]
        for unit_id in (one for one in units if one in open_units):
            record = url_for("policies.show", policy_id=policy.id, unit=unit_id, _anchor="use")
            rows.append(
                {
                    **{"title": policy.title, "gives": policy.gives, "amount": policy.amount},
                    **{"until": policy.in_force_until, "synthetic": policy.synthetic},
                    "url": url_for("policies.show", policy_id=policy.id),
                    "use_url": record if may_follow() else None,
                    "by": village_link(held.units, unit_id) if unit_id != here else None,
                }
            )
    return rows


def policies_if_any() -> Standing | None:
    """Return how all stand; without any policy the score is not computed for nothing."""
    with read_session() as session:
        if not all_policies(session):
            return None
    return policies_now()
