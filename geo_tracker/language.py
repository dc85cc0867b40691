"""Translatable messages for rooms that know no web framework, and the catalogues behind them."""

import locale as system_locale
import os
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from babel.support import NullTranslations, Translations

LOCALES = ("zh_Hans_CN", "en")
"""Offered languages, the default first."""

CATALOGUES = Path(__file__).parent / "translations"


def terminal_locale() -> str:
    """Return the language for a terminal: Chinese unless its locale says another."""
    name = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    name = name or system_locale.getlocale()[0] or ""
    return LOCALES[0] if not name or name.startswith(("zh", "C", "POSIX")) else "en"


def N_(text: str) -> str:  # noqa: N802 - gettext's own marker name
    """Mark a text for extraction and return it unchanged."""
    return text


@dataclass(frozen=True)
class Message:
    """A text in English with ``%(name)s`` placeholders, and the values that fill them."""

    text: str
    values: dict[str, Any] = field(default_factory=dict)

    def to_json(self) -> dict[str, Any]:
        """Return the message as plain data, so that it can be shown later in any language."""
        values = {
            name: value.to_json() if isinstance(value, Message) else value
            for name, value in self.values.items()
        }
        return {"text": self.text, "values": values}

    @classmethod
    def from_json(cls, data: dict[str, Any]) -> "Message":
        """Return the message that `to_json` wrote."""
        values = {
            name: cls.from_json(value) if isinstance(value, dict) else value
            for name, value in data["values"].items()
        }
        return cls(data["text"], values)


@cache
def catalogue(locale: str) -> NullTranslations:
    """Return the translations of a locale; English needs none."""
    return Translations.load(str(CATALOGUES), [locale])


def translate(message: Message, locale: str) -> str:
    """Return the message in a language; a text without a translation stays English.

    Values that are messages are translated, too.
    """
    text = catalogue(locale).gettext(message.text)
    values = {
        name: translate(value, locale) if isinstance(value, Message) else value
        for name, value in message.values.items()
    }
    return text % values if values else text
