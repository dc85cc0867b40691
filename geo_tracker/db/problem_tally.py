"""What a database keeps with each problem for counting and ordering, as generated columns."""

from datetime import date

OWED_STATES = ("assigned", "accepted", "in_progress")
"""States in which a unit has to do something."""

OPEN_STATES = ("registered", *OWED_STATES, "claimed_fixed")
"""States in which somebody has to do something."""

DUPLICATE = "duplicate"
"""The state of a problem that tells again of another one, which it names."""

RUNNING = f"state IN {OWED_STATES} AND suspended_on IS NULL"
"""Which problems somebody has to solve by a day."""

NEVER_DUE = date(9999, 12, 31)
"""Stands for the day by which those are due whose time does not run; later than all others."""

TALLY = {
    "open": f"state IN {OPEN_STATES}",
    "running": RUNNING,
    "resolved": "state IN ('confirmed_fixed', 'closed')",
    "handed": "handover_round >= 1",
    "handed_again": "handover_round >= 2",
    "claimed": "handover_round >= 1 AND state IN ('claimed_fixed', 'confirmed_fixed', 'closed')",
    "may_be_due": (
        "handover_round >= 1 AND suspended_on IS NULL"
        " AND state NOT IN ('duplicate', 'not_ours', 'cannot_fix')"
    ),
    "was_in_time": (
        "state IN ('claimed_fixed', 'confirmed_fixed', 'closed') AND claimed_on <= due_on"
    ),
    "revisited": "revisited_on IS NOT NULL",
    "satisfied": "satisfaction IN ('satisfied', 'basically_satisfied')",
    "rechecked": "recheck_answer IS NOT NULL",
    "still_fixed": "recheck_answer = 'fixed'",
}
"""What lists and rates count problems by, one bit each of `Problem.tally`, the first the lowest."""

TALLY_SQL = " + ".join(
    f"CASE WHEN {condition} THEN {1 << bit} ELSE 0 END"
    for bit, condition in enumerate(TALLY.values())
)
RUNS_UNTIL_SQL = f"CASE WHEN {RUNNING} THEN COALESCE(due_on, '{NEVER_DUE}') ELSE '{NEVER_DUE}' END"
