"""一村一档: all that is known of one village, as a document to print or to write on in."""

from dataclasses import dataclass
from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.db.history import village_history
from geo_tracker.reports.document import (
    Block,
    Document,
    Heading,
    KeyFigure,
    KeyFigures,
    Pairs,
    Paragraph,
    Pictures,
    Table,
    TableColumn,
)
from geo_tracker.web.context import read_session
from geo_tracker.web.documents import document
from geo_tracker.web.dossier_lag import lag_blocks, siblings_table
from geo_tracker.web.dossier_map import dossier_map, lag_of_parts
from geo_tracker.web.dossier_photos import photo_blocks
from geo_tracker.web.dossier_records import (
    checklist_blocks,
    followup_blocks,
    problem_blocks,
    project_blocks,
    vote_blocks,
)
from geo_tracker.web.lag import ShownLag, shown_lag
from geo_tracker.web.lag_profile import profile
from geo_tracker.web.lineage import edge_rows
from geo_tracker.web.map_themes import ShownTheme
from geo_tracker.web.policy_standing import Standing
from geo_tracker.web.policy_village import policies_if_any, village_policies
from geo_tracker.web.problem_points import open_problem_points
from geo_tracker.web.register import Register, register
from geo_tracker.web.texts import MISSING, day, number, percent, term
from geo_tracker.web.village_figures import parts_of, side_by_side
from geo_tracker.web.village_record import source_rows
from geo_tracker.web.village_story import dispute_problem, village_facts


@dataclass(frozen=True)
class DossierBasis:
    """What all dossiers of one state of the register hang on, computed once for many.

    Attributes
    ----------
    held : Register
        The register.
    found : ShownLag
        The score.
    theme : ShownTheme or None
        As `lag_of_parts`; None without boundaries.
    open_problems : DataFrame
        As `open_problem_points`.
    policies : Standing or None
        How villages stand to the policies; None where there are none.
    """

    held: Register
    found: ShownLag
    theme: ShownTheme | None
    open_problems: pd.DataFrame
    policies: Standing | None


def dossier_basis() -> DossierBasis:
    """Return what dossiers hang on as it stands now."""
    held = register()
    theme = lag_of_parts(held) if held.layers else None
    return DossierBasis(held, shown_lag(), theme, open_problem_points(held), policies_if_any())


def dossier(basis: DossierBasis, unit_id: int) -> Document:
    """Return the dossier of a village.

    Parameters
    ----------
    basis : DossierBasis
        As `dossier_basis`.
    unit_id : int
        A village, former or of today; one of today brings its former ones with it.

    Returns
    -------
    Document
        On A4, upright, in the language of the request.

    Raises
    ------
    NotFoundError
        If there is no such village.
    """
    held = basis.held
    village = village_facts(held, unit_id)
    parts = parts_of(held, held.units, unit_id)
    place = [village["county"], village["town"], village["code"]]
    lag = _lag(basis, unit_id)
    with read_session() as session:
        history = village_history(session, [unit_id, *parts])
        blocks: list[Block] = [
            *_overview(village, lag),
            *_lineage(basis, village, parts),
            *_people(held, unit_id),
            *vote_blocks(held, [*parts, unit_id]),
            *checklist_blocks(session, held, unit_id, parts),
            *project_blocks(held, unit_id),
            *problem_blocks(session, held, [unit_id, *parts], unit_id),
            *followup_blocks(session, held, unit_id),
            *(lag_blocks(held, basis.found, lag, unit_id, parts) if lag else []),
            *_policies(basis, [unit_id, *parts], unit_id),
            *photo_blocks(session, held, unit_id),
            *_sources(source_rows(history)),
        ]
    return document(
        _("%(village)s: village dossier", village=village["name"]),
        subtitle=" · ".join(filter(None, place)),
        blocks=blocks,
    )


def _lag(basis: DossierBasis, unit_id: int) -> dict[str, Any] | None:
    lag = basis.found.lag
    known = unit_id in lag.formers.scores.index or unit_id in lag.villages.scores.index
    return profile(basis.held, basis.found, unit_id) if known else None


def _overview(village: dict[str, Any], lag: dict[str, Any] | None) -> list[Block]:
    until = day(village["valid_to"]) if village["valid_to"] else _("today")
    rows = [
        (_("Kind"), term(village["kind"])),
        (_("Code"), village["code"] or MISSING),
        (_("Valid"), f"{day(village['valid_from'])} – {until}"),
        (_("Area"), f"{number(village['area_ha'], 1)} {_('ha')}"),
        (_("Boundary"), term(village["geometry_source"])),
        (_("County · town"), f"{village['county'] or MISSING} · {village['town'] or MISSING}"),
    ]
    blocks: list[Block] = [Pairs(rows=rows)]
    if lag is not None:
        blocks.append(KeyFigures(figures=_key_figures(lag)))
        said = [str(reason) for reason in lag["reasons"]]
        if lag["hidden"]:
            said.insert(
                0,
                _(
                    "Hidden laggard: among the worst tenth, while %(village)s as a whole is no "
                    "worse than the middle one",
                    village=lag["merged"]["name"],
                ),
            )
        blocks += [Paragraph(text=f"• {text}") for text in said]
        if len(lag["siblings"]) > 1:
            # The point of it all: the weaker part does not vanish in the whole.
            blocks.append(siblings_table(lag))
    return blocks


def _key_figures(lag: dict[str, Any]) -> list[KeyFigure]:
    if lag["score"] is None:
        missing = _("Unranked, missing: %(names)s", names=_(", ").join(lag["missing"]))
        return [
            KeyFigure(name=_("Not ranked"), value="—", note=missing),
            KeyFigure(
                name=_("Indicators known"),
                value=percent(lag["known"], 0),
                note=_("at least two thirds are needed"),
            ),
        ]
    return [
        KeyFigure(
            name=_("Lag"),
            value=number(lag["score"], 1),
            unit=_("points of 100"),
            note=lag["standing_text"] or "",
        ),
        KeyFigure(
            name=_("Rank"),
            value=number(lag["rank"]),
            unit=_("of %(count)s", count=number(lag["ranked"])),
            note=_(
                "from %(low)s to %(high)s in nine of ten ways to count; in the middle %(middle)s",
                low=number(lag["rank_low"]),
                high=number(lag["rank_high"]),
                middle=number(lag["median_rank"]),
            ),
        ),
        KeyFigure(
            name=_("Among the worst tenth"),
            value=percent(lag["worst_decile"], 0),
            note=_("of all ways to count"),
        ),
        KeyFigure(
            name=_("Indicators known"),
            value=percent(lag["known"], 0),
            note=_("By the rules of %(year)s", year=lag["year"]),
        ),
    ]


def _lineage(basis: DossierBasis, village: dict[str, Any], parts: list[int]) -> list[Block]:
    held, unit_id = basis.held, village["unit_id"]
    whole = held.present_units.get(unit_id, unit_id)
    blocks: list[Block] = [Heading(text=_("Who became whom"))]
    if basis.theme is not None and not pd.isna(whole):
        picture = dossier_map(held, basis.theme, basis.open_problems, int(whole))
        if picture is not None:
            blocks.append(Pictures(pictures=[picture]))
    edges = [
        edge
        for edge in edge_rows(held, held.units, unit_id)
        if edge["accepted"]
        # What others became only matters where it is in doubt.
        and unit_id in {edge["from_village"]["unit_id"], edge["to_village"]["unit_id"]}
    ]
    if edges:
        blocks.append(
            Table(
                name=_("Who became whom"),
                columns=[
                    TableColumn(header=_("Former village"), width=2),
                    TableColumn(header=_("Became"), width=2),
                    TableColumn(header=_("Share of former"), kind="share"),
                    TableColumn(header=_("Share of later"), kind="share"),
                    TableColumn(header=_("Known from"), width=1.4),
                    TableColumn(header=_("Source"), width=2.6),
                ],
                rows=[
                    [
                        edge["from_village"]["name"],
                        edge["to_village"]["name"],
                        edge["share_of_from"],
                        edge["share_of_to"],
                        term(edge["known_from"]),
                        edge["source"]["title"] if edge["source"] else None,
                    ]
                    for edge in edges
                ],
            )
        )
    else:
        blocks.append(Paragraph(text=_("This village is the same before and after."), quiet=True))
    blocks += [Paragraph(text=text) for text in dispute_problem(held, parts or [unit_id])]
    return blocks


def _people(held: Register, unit_id: int) -> list[Block]:
    figures = side_by_side(held, held.units, unit_id)
    names = ("households", "registered_population", "resident_population", "party_members")
    money = ("total_income", "operating_income", "income_per_head")

    def cells(row: dict[str, Any]) -> list[Any]:
        return [row[name] for name in (*names, *money)]

    rows = [[row["name"], *cells(row), row["as_of_on"]] for row in figures.rows]
    blocks: list[Block] = [
        Heading(
            text=_("People and income"),
            note=_("Side by side, so that the weaker one does not vanish in the sum."),
        ),
        Table(
            name=_("People and income"),
            columns=[
                TableColumn(header=_("Village"), width=1.9),
                TableColumn(header=_("Households"), kind="count"),
                TableColumn(header=_("Registered population"), kind="count", width=1.1),
                TableColumn(header=_("Resident population"), kind="count", width=1.1),
                TableColumn(header=_("Party members"), kind="count"),
                TableColumn(header=_("Total income"), kind="money", unit=_("10,000 yuan")),
                TableColumn(header=_("Operating income"), kind="money", unit=_("10,000 yuan")),
                TableColumn(header=_("Operating income per head"), kind="count", unit=_("yuan")),
                TableColumn(header=_("As of"), kind="day", width=1.3),
            ],
            rows=rows,
            total=[_("Sum"), *cells(figures.total), ""] if figures.total else None,
            empty=_("No figures yet"),
        ),
    ]
    if figures.gap:
        blocks.append(
            Paragraph(
                text=_(
                    "%(weaker)s has %(share)s of the operating income per head of %(stronger)s.",
                    weaker=figures.gap["weaker"],
                    stronger=figures.gap["stronger"],
                    share=percent(figures.gap["share"], 0),
                )
            )
        )
    return [*blocks, *(Paragraph(text=text, quiet=True) for text in figures.problems)]


def _policies(basis: DossierBasis, units: list[int], here: int) -> list[Block]:
    if basis.policies is None:
        return []
    rows = village_policies(basis.held, units, here, found=basis.policies)
    return [
        Heading(text=_("Policies it qualifies for and has not used")),
        Table(
            name=_("Policies it qualifies for and has not used"),
            columns=[
                TableColumn(header=_("Policy"), width=2),
                TableColumn(header=_("Village"), width=1.2),
                TableColumn(header=_("What it gives"), width=3),
                TableColumn(header=_("Amount for a village"), kind="money", unit=_("10,000 yuan")),
                TableColumn(header=_("In force until"), kind="day"),
            ],
            rows=[
                [
                    f"{row['title']} ({_('synthetic')})" if row["synthetic"] else row["title"],
                    (row["by"] or {"name": basis.held.units.at[here, "name"]})["name"],
                    row["gives"],
                    row["amount"],
                    row["until"],
                ]
                for row in rows
            ],
            empty=_("None that is known of"),
        ),
    ]


def _sources(rows: list[dict[str, Any]]) -> list[Block]:
    return [
        Heading(text=_("Sources")),
        Table(
            name=_("Sources"),
            columns=[
                TableColumn(header=_("Record")),
                TableColumn(header=_("File"), width=3),
                TableColumn(header=_("As of"), kind="day"),
                TableColumn(header=_("Received on"), kind="day"),
                TableColumn(header=_("Imported by")),
            ],
            rows=[
                [
                    row["what"],
                    row["source"]["title"] if row["source"] else None,
                    row["as_of_on"],
                    row["received_at"],
                    row["username"] or _("program"),
                ]
                for row in rows
            ],
            empty=_("No source recorded."),
        ),
    ]
