"""Commands about crosswalks: carry figures from file to file, export the stored links."""

from datetime import date
from pathlib import Path

import click

from geo_tracker.errors import GeoTrackerError, InputError
from geo_tracker.language import N_, translate
from geo_tracker.terminal import DAY, open_database, say, terminal_locale
from geo_tracker.workflows.crosswalk import CarryChoices, carry_file
from geo_tracker.workflows.crosswalk_export import export_crosswalk

_IN = click.Path(exists=True, dir_okay=False, path_type=Path)
_OUT = click.Path(dir_okay=False, writable=True, path_type=Path)


@click.command("carry")
@click.argument("figures", type=_IN)
@click.option("--crosswalk", type=_IN, required=True, help="Shares or links, as CSV.")
@click.option("--out", type=_OUT, required=True, help="Where the carried figures are written.")
@click.option("--back", is_flag=True, help="From later units to former ones.")
@click.option("--id-field", help="Column of the ids, if what is found out is wrong.")
@click.option("--money", multiple=True, metavar="COLUMN", help="Yuan, shared out to the fen.")
@click.option(
    "--rate",
    "rates",
    multiple=True,
    metavar="NAME=NUMERATOR/DENOMINATOR",
    help="A rate: its counts are carried and divided afterwards.",
)
@click.option("--skip", multiple=True, metavar="COLUMN", help="Leave a column out.")
@click.pass_context
def carry(
    ctx: click.Context,
    figures: Path,
    crosswalk: Path,
    out: Path,
    *,
    back: bool,
    id_field: str | None,
    money: tuple[str, ...],
    rates: tuple[str, ...],
    skip: tuple[str, ...],
) -> None:
    """Carry figures from former to later units by a crosswalk; totals stay to the last unit."""
    try:
        choices = CarryChoices(
            back=back,
            id_column=id_field,
            money=money,
            rates=dict(_named(rate) for rate in rates),
            skip=skip,
        )
        carry_file(
            figures,
            crosswalk,
            out,
            choices,
            say=lambda message: click.echo(translate(message, terminal_locale()), err=True),
        )
    except GeoTrackerError as error:
        click.echo(translate(error.message, terminal_locale()), err=True)
        # As the comparison of two files: scripts tell unusable files from a failure.
        ctx.exit(2)


def _named(rate: str) -> tuple[str, str]:
    name, equals, pair = rate.partition("=")
    if not equals or "/" not in pair:
        raise InputError(
            N_(
                "“%(column)s” is a rate, and rates are never averaged: name the columns of its"
                " numerator and denominator."
            ),
            column=name,
        )
    return name.strip(), pair


@click.group("export")
def export() -> None:
    """Hand things out."""


@export.command("crosswalk")
@click.option("--out", type=_OUT, required=True, help="Where the links are written, as CSV.")
@click.option("--after", "after_on", type=DAY, help="Date of the later boundaries; the newest.")
def export_links(out: Path, after_on: date | None) -> None:
    """Write who became whom, with shares by area and by people, for every village of a step."""
    _settings, engine = open_database()
    count = export_crosswalk(engine, out, after_on=after_on, locale=terminal_locale())
    say(N_("%(count)s links written to %(file)s."), count=count, file=out.name)
