"""What the village page and the map's panel tell of one village."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_
from geo_tracker.web.lineage import edge_source, merger_event
from geo_tracker.web.money import or_none
from geo_tracker.web.projects import project_rows, project_totals, projects_of
from geo_tracker.web.provenance import cited, provenance
from geo_tracker.web.register import Register
from geo_tracker.web.village_comparison import compared_villages
from geo_tracker.web.village_figures import SideBySide, parts_of, side_by_side
from geo_tracker.web.village_links import map_url
from geo_tracker.web.votes import vote_rows, votes_of

FORMER_COLOURS = 8
"""Colours of former villages in map.css; more of them begin anew."""


def village_facts(held: Register, unit_id: int) -> dict[str, Any]:
    """Return a village's name, codes, place, dates and boundary.

    Raises
    ------
    NotFoundError
        If there is no such village.
    """
    units = held.units
    if unit_id not in units.index:
        raise NotFoundError(N_("There is no village %(id)s."), id=unit_id)
    unit = units.loc[unit_id]
    versions = held.versions[held.versions["unit_id"] == unit_id]
    return {
        "unit_id": unit_id,
        "name": unit["name"],
        "code": or_none(unit["stat_code"]),
        "land_code": or_none(unit["land_code"]),
        "kind": unit["kind"],
        "county": or_none(unit["county"]),
        "town": or_none(unit["town"]),
        # A village that went through several layers unchanged is as old as the first of them.
        "valid_from": versions["valid_from"].min(),
        "valid_to": or_none(unit["valid_to"]),
        "area_ha": unit["area_m2"] / 10_000,
        "geometry_source": unit["geometry_source"],
        "map_url": map_url(unit_id),
        "url": url_for("villages.show", unit_id=unit_id),
        "source": provenance(
            unit["import_id"],
            sheet="boundaries",
            synthetic=unit["geometry_source"] == "synthetic",
        ),
    }


def dispute_problem(held: Register, unit_ids: list[int]) -> list[str]:
    """Return a sentence about undecided conflicts, if there are any."""
    names = [held.units.at[unit, "name"] for unit in unit_ids if unit in held.disputed]
    if not names:
        return []
    return [
        _(
            "Table and boundaries disagree about %(names)s; until a person decides, figures follow "
            "the boundaries.",
            names="、".join(names),
        )
    ]


def village_panel(held: Register, unit_id: int) -> dict[str, Any]:
    """Return what the map's panel shows of a village; a former one is shown within its successor.

    Parameters
    ----------
    held : Register
        The register.
    unit_id : int
        Any village.

    Returns
    -------
    dict
        The values that ``templates/map/_panel.html`` names at its head.

    Raises
    ------
    NotFoundError
        If there is no such village.
    """
    units = held.units
    focus = None
    if unit_id in held.formers.index:
        successor = or_none(held.formers.at[unit_id, "to_unit_id"])
        if successor is not None:
            focus, unit_id = unit_id, int(successor)
    village = village_facts(held, unit_id)
    figures = side_by_side(held, units, unit_id)
    # The same villages in the same order as the map draws them.
    former_ids = parts_of(held, units, unit_id)
    votes = vote_rows(votes_of(held, [*former_ids, unit_id]), units)
    projects = projects_of(held, unit_id)
    rows = project_rows(projects, units)
    cards = _former_cards(held, former_ids, unit_id, votes, rows)
    row = units.loc[unit_id]
    compared = compared_villages(
        held,
        figures.rows,
        whole_id=unit_id,
        shares={card["unit_id"]: card["share"] for card in cards},
        colours={card["unit_id"]: card["colour"] for card in cards},
    )
    return {
        "village": village,
        "focus": focus,
        "event": cards[0]["event"] if cards else None,
        "population": _of_whole(figures, unit_id, "registered_population"),
        "income_per_head": _of_whole(figures, unit_id, "income_per_head"),
        "consent": {
            name: or_none(row[name])
            for name in ("consent", "consent_of_eligible", "agree", "present", "eligible")
        },
        "formers": cards,
        "compared": compared,
        "sole": None if compared else next(iter(figures.rows), None),
        "own_votes": [vote for vote in votes if vote["unit_id"] == unit_id],
        "gap": figures.gap,
        "problems": [*dispute_problem(held, former_ids or [unit_id]), *figures.problems],
        "own_projects": [row for row in rows if _former_of(row) not in former_ids],
        "project_count": len(rows),
        "project_totals": project_totals(projects),
    }


def _former_of(project: dict[str, Any]) -> int | None:
    return project["former"]["unit_id"] if project["former"] else None


def _of_whole(figures: SideBySide, unit_id: int, name: str) -> Any:
    if figures.total is not None:
        return figures.total[name]
    return next((row[name] for row in figures.rows if row["unit_id"] == unit_id), None)


def _former_cards(
    held: Register,
    former_ids: list[int],
    unit_id: int,
    votes: list[dict[str, Any]],
    projects: list[dict[str, Any]],
) -> list[dict[str, Any]]:
    edges = held.followed
    into = edges[edges["to_unit_id"] == unit_id].drop_duplicates("from_unit_id", keep="last")
    by_former = into.set_index("from_unit_id", drop=False).to_dict("index")
    return [
        {
            "unit_id": former,
            "name": held.units.at[former, "name"],
            "colour": index % FORMER_COLOURS,
            "share": or_none(by_former[former]["share_of_to"]),
            "conflict": former in held.disputed,
            "cited": cited(by_former[former]["claim_basis"]),
            "source": edge_source(held, by_former[former]),
            "event": merger_event(by_former[former]),
            "votes": [vote for vote in votes if vote["unit_id"] == former],
            "projects": [row for row in projects if _former_of(row) == former],
        }
        for index, former in enumerate(former_ids)
    ]
