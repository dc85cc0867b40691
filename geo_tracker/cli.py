"""The commands: run, worker, demo, import, infer, lineage, user; others are joined to them."""

import subprocess
import sys
from datetime import date, datetime
from pathlib import Path

import click

from geo_tracker.cli_backup import backup, restore_backup
from geo_tracker.cli_crosswalk import carry, export
from geo_tracker.cli_lineage import compare_layers
from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.imports import existing_import
from geo_tracker.language import N_, terminal_locale, translate
from geo_tracker.terminal import DAY, Commands, open_database, say
from geo_tracker.workflows import users
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.demo import DEMO_FOLDER, build_demo, run_import, write_demo_files
from geo_tracker.workflows.imports import receive_boundaries, receive_records
from geo_tracker.workflows.jobs import JobBody
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.lineage_check import stored_faults
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.tiles import build_tiles


@click.group(cls=Commands)
def main() -> None:
    """Follow merged villages and keep their former villages visible."""


main.add_command(backup)
main.add_command(restore_backup)
main.add_command(carry)
main.add_command(export)
main.add_command(compare_layers)


@main.command()
@click.option("--demo/--no-demo", default=True, help="Fill an empty database with the demo city.")
def run(demo: bool) -> None:
    """Serve the pages, with a worker beside; builds the demo database if there is none."""
    settings, engine = open_database()
    if demo:
        build_demo(engine, settings, DEMO_FOLDER, say=say)
    password = users.first_administrator(engine)
    engine.dispose()
    with subprocess.Popen([sys.executable, "-m", "geo_tracker", "worker"]) as worker:
        try:
            say(
                N_("geo_tracker is at http://%(host)s:%(port)s"),
                host=settings.host,
                port=settings.port,
            )
            if password:
                say(
                    N_("Sign in as %(name)s with the one-time password %(password)s"),
                    name="admin",
                    password=password,
                )
            else:
                say(N_("Sign in with your account. Forgotten? make password"))
            serve(settings)
        finally:
            worker.terminate()


def serve(settings: Settings) -> None:
    """Serve until told to stop."""
    from granian import Granian  # noqa: PLC0415 - only the server needs it
    from granian.constants import Interfaces  # noqa: PLC0415
    from granian.log import LogLevels  # noqa: PLC0415

    Granian(
        "geo_tracker.wsgi:app",
        address=settings.host,
        port=settings.port,
        interface=Interfaces.WSGI,
        workers=1,
        # Pages wait for the database more than they compute; more threads only queue up.
        blocking_threads=4,
        log_access=False,
        log_level=LogLevels.warning,
    ).serve()


@main.command()
@click.pass_obj
def worker(dossiers: JobBody | None) -> None:
    """Do background work until told to stop."""
    settings, engine = open_database()
    worker_for(engine, settings, dossiers=dossiers).consume()


@main.group()
def demo() -> None:
    """The demonstration city."""


@demo.command("files")
@click.option("--folder", type=click.Path(path_type=Path), default=DEMO_FOLDER)
def demo_files(folder: Path) -> None:
    """Write before.zip, after.zip and records.xlsx from the reference lists."""
    write_demo_files(folder)
    say(N_("Written to %(folder)s"), folder=folder)


@demo.command("load")
@click.option("--folder", type=click.Path(path_type=Path), default=DEMO_FOLDER)
def demo_load(folder: Path) -> None:
    """Import the demonstration files into an empty database."""
    settings, engine = open_database()
    if not build_demo(engine, settings, folder, say=say):
        say(N_("The database is not empty; nothing was imported."))


@main.group("import")
def import_() -> None:
    """Bring files in."""


_FILE_PATH = click.Path(exists=True, dir_okay=False, path_type=Path)
_FILE = click.argument("file", type=_FILE_PATH)


@import_.command("boundaries")
@_FILE
@click.option("--as-of", "as_of_on", type=DAY, required=True, help="Date the boundaries hold from.")
@click.option("--layer", help="Layer, where the file has several.")
@click.option("--encoding", help="Text encoding, if what is found out is wrong.")
@click.option("--crs", help="Coordinate system such as EPSG:4549, if the file names none.")
def import_boundaries(
    file: Path, as_of_on: date, layer: str | None, encoding: str | None, crs: str | None
) -> None:
    """Store a layer of village boundaries."""
    settings, engine = open_database()
    given = {"layer": layer, "encoding": encoding, "crs": crs}
    import_id = receive_boundaries(
        engine,
        settings,
        file,
        file_name=file.name,
        as_of_on=as_of_on,
        choices={name: value for name, value in given.items() if value},
    )
    with reading(engine) as session:
        changes = existing_import(session, import_id).preview.get("changes")
    if changes:
        say(
            N_(
                "Corrects the layer of this date: %(added)s added, %(changed)s changed,"
                " %(unchanged)s unchanged, %(missing)s not in the file and kept"
            ),
            **changes["counts"],
        )
    run_import(engine, settings, import_id)
    say(N_("Stored as import %(id)s."), id=import_id)


@import_.command("table")
@_FILE
@click.option("--as-of", "as_of_on", type=DAY, help="Date the records hold at; today if left out.")
def import_table(file: Path, as_of_on: date | None) -> None:
    """Store a workbook of villages, mergers, votes and projects."""
    settings, engine = open_database()
    import_id = receive_records(
        engine,
        settings,
        file,
        file_name=file.name,
        as_of_on=as_of_on or datetime.now().astimezone().date(),
    )
    run_import(engine, settings, import_id)
    say(N_("Stored as import %(id)s."), id=import_id)


@main.command()
def infer() -> None:
    """Infer who became whom, from the layers and the merger table."""
    settings, engine = open_database()
    progress = Progress()
    summary = infer_lineage(engine, progress)
    build_tiles(engine, settings, progress)
    say(
        N_("%(events)s events, %(edges)s links, %(conflicts)s conflicts for a person to settle."),
        events=summary.events,
        edges=summary.edges,
        conflicts=summary.conflicts,
    )


@main.command("lint")
@click.pass_context
def lint(ctx: click.Context) -> None:
    """Check the stored lineage: circles, dead ends, lost ground, gaps, codes used twice."""
    _settings, engine = open_database()
    faults = stored_faults(engine)
    for fault in faults:
        click.echo(f"{fault.kind}: {translate(fault.message, terminal_locale())}")
    count = sum(not fault.is_noise for fault in faults)
    say(N_("%(count)s faults in the stored lineage."), count=count)
    ctx.exit(1 if count else 0)


@main.group()
def user() -> None:
    """Accounts."""


@user.command("add")
@click.argument("name")
@click.option("--role", type=click.Choice(users.ROLES), default="planner")
@click.option("--office", help="The unit a handler works for.")
@click.password_option()
def user_add(name: str, role: str, office: str | None, password: str) -> None:
    """Add an account."""
    _settings, engine = open_database()
    users.add_user(engine, username=name, password=password, role=role, office=office)


@user.command("reset")
@click.argument("name", default="admin")
def user_reset(name: str) -> None:
    """Give an account a new one-time password."""
    _settings, engine = open_database()
    say(
        N_("The one-time password of %(name)s is %(password)s"),
        name=name,
        password=users.reset_password(engine, users.id_of(engine, name)),
    )
