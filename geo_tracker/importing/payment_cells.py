"""Single payments of a project in one cell: ``2019-05-08 12.5 进度款 美丽乡村;…``."""

import re
from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from geo_tracker.importing import values
from geo_tracker.importing.values import CellError
from geo_tracker.language import N_

PAYMENT_WORDS: Final[dict[str, tuple[str, ...]]] = {
    "advance": ("预付款", "预付"),
    "progress": ("进度款",),
    "settlement": ("结算款", "结算"),
    "retention": ("质保金", "保证金"),
    "other": ("其他",),
}
"""Kind of payment → what planners write for it."""

LONGEST_CHANNEL: Final = 60

_KINDS = {word: code for code, words in PAYMENT_WORDS.items() for word in (code, *words)}
_END = re.compile(r"[;；\n]")


class PaymentCell(NamedTuple):
    """One payment: its day, yuan, kind, and the channel it came from, where that is told."""

    paid_on: date
    amount: Decimal
    kind: str
    channel: str | None


def payments(value: object, *, unit_yuan: Decimal) -> list[PaymentCell] | None:
    """Read single payments, each with day and amount, perhaps kind and channel.

    Returns
    -------
    list of PaymentCell
        None when there is no payment.

    Raises
    ------
    CellError
        If one has no day or no amount.
    """
    text = values.text(value)
    if text is None:
        return None
    return [_payment(part.split(), unit_yuan) for part in _END.split(text) if part.strip()] or None


def _payment(words: list[str], unit_yuan: Decimal) -> PaymentCell:
    day = values.day(words[0])
    amount = values.money_yuan(words[1], unit_yuan=unit_yuan) if len(words) > 1 else None
    if day is None or not amount:
        raise CellError(
            N_("%(value)s is no payment: write day and amount."), value=" ".join(words)[:60]
        )
    kind = _KINDS.get(words[2]) if len(words) > 2 else None
    channel = " ".join(words[2 if kind is None else 3 :]) or None
    if channel is not None and len(channel) > LONGEST_CHANNEL:
        raise CellError(N_("At most %(count)s characters."), count=LONGEST_CHANNEL)
    return PaymentCell(day, amount, kind or "progress", channel)


def payments_text(rows: Sequence[PaymentCell], *, unit_yuan: Decimal) -> str | None:
    """Return payments as `payments` reads them; a channel that it would not read is left out."""
    told = []
    for row in rows:
        words = [row.paid_on.isoformat(), f"{(row.amount / unit_yuan).normalize():f}"]
        words.append(PAYMENT_WORDS[row.kind][0])
        channel = row.channel or ""
        if len(channel) <= LONGEST_CHANNEL and not _END.search(channel):
            words += channel.split()
        told.append(" ".join(words))
    return ";".join(told) or None
