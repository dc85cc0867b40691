"""What a support policy asks of a village, as data, and which villages it holds for.

A condition that hangs on an unknown value is unknown, never "no": see `qualified`.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from geo_tracker.followup.policy_fields import FIELDS, PolicyField

NO, UNKNOWN, YES = 0, 1, 2
"""In this order: of several conditions that all have to hold the least one counts."""

LEVELS: Final = ("former", "today", "both")
"""Which villages a policy counts for: former ones, those of today, or each of both by itself."""

COMPARED: Final = ("at_least", "at_most", "above", "below")
"""Operators of numbers."""

NAMED: Final = ("is", "is_not")
"""Operators of all other fields."""

OPERATORS: Final = (*COMPARED, *NAMED)

MOST_CONDITIONS: Final = 20

Value = str | bool | tuple[str, ...]


@dataclass(frozen=True)
class Condition:
    """One thing that a policy asks.

    Attributes
    ----------
    field : str
        A code of `FIELDS`.
    operator : str
        One of `OPERATORS` that fits the field.
    value : str, bool or tuple of str
        Of a number its decimal digits, in the unit of the field; of a flag whether it is raised;
        else the codes or names of which one has to hold, or none.
    """

    field: str
    operator: str
    value: Value

    def plain(self) -> dict[str, Any]:
        """Return the condition as JSON keeps it."""
        value = list(self.value) if isinstance(self.value, tuple) else self.value
        return {"field": self.field, "operator": self.operator, "value": value}


def kept_conditions(stored: Iterable[Mapping[str, Any]]) -> tuple[Condition, ...]:
    """Return the conditions that `Condition.plain` wrote."""
    return tuple(
        Condition(
            one["field"],
            one["operator"],
            tuple(one["value"]) if isinstance(one["value"], list) else one["value"],
        )
        for one in stored
    )


def of_level(level: str, is_former: pd.Series) -> pd.Series:
    """Say which villages a policy counts for: ``is_former`` by village, booleans."""
    if level == "both":
        return pd.Series(True, index=is_former.index)
    return is_former if level == "former" else ~is_former


def qualified(facts: pd.DataFrame, policies: Mapping[int, Sequence[Condition]]) -> pd.DataFrame:
    """Say which villages policies hold for, all at once.

    Parameters
    ----------
    facts : DataFrame
        By village, a column for every code of `FIELDS`, in its unit: numbers, booleans or texts;
        missing where unknown.
    policies : mapping
        Conditions by policy; all of a policy have to hold.

    Returns
    -------
    DataFrame
        Same index, a column for each policy: `YES`, `NO` where one condition fails whatever the
        others, `UNKNOWN` where none fails but one cannot be told.
    """
    asked = {one for conditions in policies.values() for one in conditions}
    answers = {one: _holds(facts[one.field], one) for one in asked}
    found = {}
    for policy, conditions in policies.items():
        outcome = np.full(len(facts), YES, dtype=np.int8)
        for one in conditions:
            np.minimum(outcome, answers[one], out=outcome)
        found[policy] = outcome
    return pd.DataFrame(found, index=facts.index)


def unknown_fields(
    facts: pd.DataFrame, conditions: Sequence[Condition], units: Collection[int]
) -> dict[int, list[str]]:
    """Return the fields that conditions ask for and that are unknown, by village."""
    fields = list(dict.fromkeys(one.field for one in conditions))
    missing = facts.loc[list(units), fields].isna()
    return {
        int(unit): [name for name, gone in zip(fields, row, strict=True) if gone]
        for unit, row in zip(missing.index, missing.to_numpy(), strict=True)
    }


def _holds(values: pd.Series, asked: Condition) -> NDArray[np.int8]:
    known = values.notna().to_numpy(dtype=bool)
    field = FIELDS[asked.field]
    if field.kind == "number":
        answer = _compared(values, asked)
    elif field.kind == "flag":
        answer = values.astype("boolean").fillna(False).to_numpy(dtype=bool) == asked.value
    else:
        words = asked.value if isinstance(asked.value, tuple) else ()
        answer = values.isin(words).to_numpy(dtype=bool)
    if asked.operator == "is_not":
        answer = ~answer
    return np.where(known, np.where(answer, YES, NO), UNKNOWN).astype(np.int8)


def _compared(values: pd.Series, asked: Condition) -> NDArray[np.bool_]:
    # Shares are computed: 7 % must not fail for being 7.000000000000001.
    numbers = values.astype("Float64").astype(float).round(6).to_numpy(dtype=float)
    limit = round(float(str(asked.value)), 6)
    match asked.operator:
        case "at_least":
            answer = numbers >= limit
        case "at_most":
            answer = numbers <= limit
        case "above":
            answer = numbers > limit
        case _:
            answer = numbers < limit
    return np.asarray(answer, dtype=bool)


def operators_of(field: PolicyField) -> tuple[str, ...]:
    """Return the operators that fit a field."""
    return COMPARED if field.kind == "number" else NAMED
