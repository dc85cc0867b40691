"""The command that compares two files; it needs no database, and loads nothing that does."""

from pathlib import Path

import click

from geo_tracker.errors import GeoTrackerError
from geo_tracker.language import terminal_locale, translate
from geo_tracker.workflows.lineage_files import CsvFiles, compare_files

_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("lineage")
@click.argument("before", type=click.Path(exists=True, path_type=Path))
@click.argument("after", type=click.Path(exists=True, path_type=Path))
@click.option("--out", type=_OUT, required=True, help="Where the links are written, as CSV.")
@click.option("--events", type=_OUT, help="Where the change events are written.")
@click.option("--crosswalk", type=_OUT, help="Where every overlap is written.")
@click.option("--id-field", help="Column of the ids, if what is found out is wrong.")
@click.option("--name-field", help="Column of the names, if what is found out is wrong.")
@click.option(
    "--table",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    help="Pairs to compare with: CSV of from_id, to_id.",
)
@click.option("--ignore-names", is_flag=True, help="Take no notice of names.")
@click.option(
    "--correct-shift", is_flag=True, help="Undo a shift between the layers, for matching."
)
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Let the workers of a dask.distributed scheduler look at large layers; they must see"
    " the folder of OUT.",
)
@click.pass_context
def compare_layers(
    ctx: click.Context,
    before: Path,
    after: Path,
    *,
    out: Path,
    events: Path | None,
    crosswalk: Path | None,
    id_field: str | None,
    name_field: str | None,
    table: Path | None,
    ignore_names: bool,
    correct_shift: bool,
    scheduler: str | None,
) -> None:
    """Tell from two layers of units alone who became whom."""
    try:
        compare_files(
            before,
            after,
            CsvFiles(out, events, crosswalk),
            id_column=id_field,
            name_column=name_field,
            table=table,
            ignore_names=ignore_names,
            correct_shift=correct_shift,
            scheduler=scheduler,
            locale=terminal_locale(),
            say=lambda message: click.echo(translate(message, terminal_locale()), err=True),
        )
    except GeoTrackerError as error:
        click.echo(translate(error.message, terminal_locale()), err=True)
        # Scripts that call this tell unusable files from a failure of the program.
        ctx.exit(2)
