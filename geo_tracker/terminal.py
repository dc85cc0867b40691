"""What all commands share: the terminal's language, one-line errors, dates, the database."""

import locale as system_locale
import os
from datetime import date, datetime
from typing import Any

import click
import sqlalchemy as sa

from geo_tracker.config import Settings, settings_from_environment
from geo_tracker.db import make_engine
from geo_tracker.db.schema import migrate
from geo_tracker.errors import GeoTrackerError
from geo_tracker.language import LOCALES, N_, Message, translate


def terminal_locale() -> str:
    """Return the language for a terminal: Chinese unless its locale says another."""
    name = os.environ.get("LC_ALL") or os.environ.get("LANG") or ""
    name = name or system_locale.getlocale()[0] or ""
    return LOCALES[0] if not name or name.startswith(("zh", "C", "POSIX")) else "en"


def say(text: str | Message, **values: Any) -> None:
    """Print a message in the terminal's language."""
    message = text if isinstance(text, Message) else Message(text, values)
    click.echo(translate(message, terminal_locale()))


class Commands(click.Group):
    """Shows the project's own errors as one line in the user's language."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except GeoTrackerError as error:
            message = error.message
        except (sa.exc.OperationalError, sa.exc.ArgumentError) as error:
            reason = str(getattr(error, "orig", error)).strip().partition("\n")[0]
            message = Message(N_("The database does not answer: %(reason)s"), {"reason": reason})
        click.echo(translate(message, terminal_locale()), err=True)
        ctx.exit(1)


class DayParam(click.ParamType[date]):
    """A date written as 2019-10-31."""

    name = "date"

    def convert(self, value: Any, param: Any, ctx: Any) -> date:
        """Return the date."""
        try:
            return datetime.strptime(value, "%Y-%m-%d").date()  # noqa: DTZ007 - a day has no zone
        except ValueError:
            wrong = Message(N_("“%(value)s” is no date like 2019-10-31."), {"value": value})
            self.fail(translate(wrong, terminal_locale()), param, ctx)


DAY = DayParam()


def open_database() -> tuple[Settings, sa.Engine]:
    """Return the settings and the database, brought to the current schema."""
    settings = settings_from_environment()
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = make_engine(settings.url)
    migrate(engine)
    return settings, engine
