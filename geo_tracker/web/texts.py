"""Words, numbers and dates as pages show them, in the user's language."""

from datetime import datetime
from typing import Any

from flask import Flask
from flask_babel import get_locale
from flask_babel import gettext as _

from geo_tracker.formats import MISSING, day, is_missing, number, percent, yuan_wan
from geo_tracker.language import Message, translate
from geo_tracker.web.terms import TERMS

__all__ = [
    "MISSING",
    "day",
    "is_missing",
    "moment",
    "number",
    "offer_filters",
    "percent",
    "shown",
    "term",
    "yuan_wan",
]


def shown(message: Message | dict[str, Any] | None) -> str:
    """Return a message, or one kept as plain data, in the language of the request."""
    if message is None:
        return ""
    if isinstance(message, dict):
        message = Message.from_json(message)
    return translate(message, str(get_locale()))


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
