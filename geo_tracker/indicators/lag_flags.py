"""What stands out about a village whatever its score: flags, never averaged away."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

import pandas as pd

from geo_tracker.language import N_, Message


@dataclass(frozen=True, kw_only=True)
class LagThresholds:
    """From where on something stands out; the defaults are those of the domain reference (§6)."""

    operating_income_yuan: Decimal = Decimal(150_000)
    total_income_yuan: Decimal = Decimal(300_000)
    satisfied_percent: float = 60.0
    vacant_months: float = 3.0
    handover_round: int = 2


AS_PROPOSED: Final = LagThresholds()

FLAGS: Final = {
    "secretary_vacant": Message(N_("no party secretary for long")),
    "dissatisfied": Message(N_("residents are not satisfied")),
    "handed_over_again": Message(N_("an open problem was handed over again")),
    "open_petition": Message(N_("an open petition")),
    "operating_income": Message(N_("operating income under the floor")),
    "total_income": Message(N_("total income under the floor")),
    "behind_plan": Message(N_("a project far behind plan")),
}
"""Flags by code, in the order they are named."""


def lag_flags(facts: pd.DataFrame, *, thresholds: LagThresholds = AS_PROPOSED) -> pd.DataFrame:
    """Say what stands out about each village.

    Parameters
    ----------
    facts : DataFrame
        By village, missing where unknown: ``operating_income_fen`` and ``total_income_fen`` (fen
        a year), ``satisfied`` and ``revisited`` (problems whose residents were asked, counts),
        ``secretary_vacant_months``, ``worst_round`` (highest handover round of open problems),
        ``open_petitions``, ``red_projects`` (counts).
    thresholds : LagThresholds
        From where on something stands out.

    Returns
    -------
    DataFrame
        Same index, a boolean column for each code of `FLAGS`, missing where what is needed is
        unknown; and ``reasons``, the raised codes in order.
    """
    number = {name: facts[name].astype("Float64") for name in facts.columns}
    asked = number["revisited"]
    satisfied = number["satisfied"] / asked.where(asked > 0) * 100
    flags = pd.DataFrame(
        {
            "secretary_vacant": number["secretary_vacant_months"] > thresholds.vacant_months,
            "dissatisfied": satisfied < thresholds.satisfied_percent,
            "handed_over_again": number["worst_round"] >= thresholds.handover_round,
            "open_petition": number["open_petitions"] > 0,
            "operating_income": number["operating_income_fen"]
            < float(thresholds.operating_income_yuan * 100),
            "total_income": number["total_income_fen"] < float(thresholds.total_income_yuan * 100),
            "behind_plan": number["red_projects"] > 0,
        },
        index=facts.index,
        dtype="boolean",
    )[list(FLAGS)]
    raised = flags.fillna(False).to_numpy(dtype=bool)
    flags["reasons"] = pd.Series(
        [[code for code, up in zip(FLAGS, row, strict=True) if up] for row in raised],
        index=facts.index,
        dtype=object,
    )
    return flags
