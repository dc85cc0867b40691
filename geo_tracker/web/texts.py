"""Words, numbers and dates as pages show them, in the user's language."""

from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pandas as pd
from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from geo_tracker.language import Message, translate
from geo_tracker.web.terms import TERMS

MISSING = "—"


def shown(message: Message | dict[str, Any] | None) -> str:
    """Return a message, or one kept as plain data, in the language of the request."""
    if message is None:
        return ""
    if isinstance(message, dict):
        message = Message.from_json(message)
    return translate(message, str(get_locale()))


def is_missing(value: Any) -> bool:
    """Say whether a value is unknown; zero is not."""
    return value is None or bool(pd.isna(value))


def yuan_wan(value: Decimal | None, digits: int = 2) -> str:
    """Return yuan in 万元: 4000000 → 400.00."""
    return MISSING if is_missing(value) else f"{Decimal(value or 0) / 10_000:,.{digits}f}"


def percent(share: float | None, digits: int = 1) -> str:
    """Return a share as per cent: 0.997 → 99.7 %."""
    # Rounding must not turn "nearly all" into "all".
    if is_missing(share) or share is None:
        return MISSING
    text = f"{share * 100:.{digits}f}"
    if float(text) == 100 and share < 1:
        text = f"{100 - 10**-digits:.{digits}f}"
    return f"{text} %"


def number(value: float | None, digits: int = 0) -> str:
    """Return a number with thousands separators."""
    return MISSING if is_missing(value) else f"{value:,.{digits}f}"


def day(value: date | datetime | None) -> str:
    """Return a date as 2019-10-31."""
    if is_missing(value) or value is None:
        return MISSING
    return value.strftime("%Y-%m-%d")


def moment(value: datetime | None) -> str:
    """Return a moment in the server's own time zone as 2019-10-31 09:30."""
    return MISSING if value is None else value.astimezone().strftime("%Y-%m-%d %H:%M")


def term(code: str | None) -> str:
    """Return the word for a code of the domain; text that is no code comes back unchanged."""
    if is_missing(code) or code is None:
        return MISSING
    return _(TERMS[code]) if code in TERMS else code


def offer_filters(app: Flask) -> None:
    """Make the filters known to all templates."""
    app.jinja_env.filters.update(
        yuan_wan=yuan_wan,
        percent=percent,
        number=number,
        day=day,
        moment=moment,
        term=term,
        shown=shown,
    )
    app.jinja_env.policies["ext.i18n.trimmed"] = True
