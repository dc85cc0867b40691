"""Commands that take a backup of the data folder and put one back."""

from pathlib import Path

import click

from geo_tracker.config import settings_from_environment
from geo_tracker.language import N_
from geo_tracker.terminal import open_database, say
from geo_tracker.workflows.backup import back_up, restore
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.tiles import build_tiles

_MOST_NAMED = 20


@click.command("backup")
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@click.pass_context
def backup(ctx: click.Context, file: Path) -> None:
    """Write the database and all files into one zip, while others go on working."""
    settings, engine = open_database()
    done = back_up(engine, settings, file)
    say(N_("Written to %(file)s: %(count)s files."), file=file, count=done.files)
    if not done.with_database:
        say(
            N_(
                "The database is not in it. Take it with pg_dump, and that before this:"
                " so every record finds its files."
            )
        )
    if done.lost:
        say(
            N_("%(count)s photos or documents are gone or were changed: %(names)s"),
            count=len(done.lost),
            names="、".join(done.lost[:_MOST_NAMED]),
        )
        ctx.exit(1)


@click.command("restore")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
def restore_backup(file: Path) -> None:
    """Put a backup into a data folder without a database, and draw the maps anew."""
    done = restore(settings_from_environment(), file)
    settings, engine = open_database()
    build_tiles(engine, settings, Progress())
    say(N_("Restored from %(file)s: %(count)s files."), file=file, count=done.files)
