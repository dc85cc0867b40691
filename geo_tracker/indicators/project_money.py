"""What is to be looked at in the money of a project: more paid than there was, and overruns."""

from dataclasses import dataclass
from decimal import Decimal

import pandas as pd

OVERRUN_PERCENT = 10.0


@dataclass(frozen=True)
class MoneyChecks:
    """What stands out; amounts are decimal yuan.

    Attributes
    ----------
    over_received : Decimal or None
        Paid beyond what came in, None where it is not beyond or not known.
    over_contract : Decimal or None
        Paid beyond the contract price with its changes.
    overrun : float or None
        (settlement − estimate) / estimate; None without either or of an estimate of zero.
    is_overrun : bool
        Whether that is more than allowed.
    """

    over_received: Decimal | None
    over_contract: Decimal | None
    overrun: float | None
    is_overrun: bool

    @property
    def any(self) -> bool:
        """Whether anything stands out."""
        return self.over_received is not None or self.over_contract is not None or self.is_overrun


def money_checks(
    amounts: dict[str, Decimal],
    *,
    received: Decimal | None,
    paid: Decimal | None,
    overrun_percent: float = OVERRUN_PERCENT,
) -> MoneyChecks:
    """Check the money of one project.

    Parameters
    ----------
    amounts : dict
        Current amounts by kind, of those that are known: ``estimate``, ``contract``, ``change``,
        ``settlement``.
    received, paid : Decimal or None
        What came in and what was paid in all; None where nothing is recorded.
    overrun_percent : float
        Above it an overrun stands out.
    """
    limit = None
    if "contract" in amounts:
        limit = amounts["contract"] + amounts.get("change", Decimal(0))
    estimate, settlement = amounts.get("estimate"), amounts.get("settlement")
    overrun, too_much = None, False
    if estimate and settlement is not None:
        overrun = float((settlement - estimate) / estimate)
        # Compared as money: a tenth of a float is none.
        too_much = (settlement - estimate) * 100 > estimate * Decimal(str(overrun_percent))
    return MoneyChecks(
        over_received=_beyond(paid, received),
        over_contract=_beyond(paid, limit),
        overrun=overrun,
        is_overrun=too_much,
    )


def money_flags(
    projects: pd.DataFrame, *, overrun_percent: float = OVERRUN_PERCENT
) -> pd.DataFrame:
    """Say the same of many projects: in which of them what stands out.

    Parameters
    ----------
    projects : DataFrame
        ``estimate_fen``, ``contract_fen``, ``change_fen``, ``settlement_fen``, ``received_fen``,
        ``paid_fen`` (whole fen, missing where not known).
    overrun_percent : float
        Above it an overrun stands out.

    Returns
    -------
    DataFrame
        Same index: ``over_received``, ``over_contract``, ``overrun`` (bool).
    """
    fen = {
        name: projects[f"{name}_fen"].astype("Int64")
        for name in ("estimate", "contract", "change", "settlement", "received", "paid")
    }
    limit = fen["contract"] + fen["change"].fillna(0)
    above = (fen["settlement"] - fen["estimate"]) * 100 > fen["estimate"] * overrun_percent
    flags = {
        "over_received": fen["paid"] > fen["received"],
        "over_contract": fen["paid"] > limit,
        "overrun": above & (fen["estimate"] != 0),
    }
    return pd.DataFrame({name: flag.fillna(False).astype(bool) for name, flag in flags.items()})


def _beyond(paid: Decimal | None, limit: Decimal | None) -> Decimal | None:
    if paid is None or limit is None or paid <= limit:
        return None
    return paid - limit
