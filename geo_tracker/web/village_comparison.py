"""The former villages of one merged village beside each other, figure by figure."""

from collections.abc import Callable
from typing import Any, NamedTuple

from flask_babel import gettext as _

from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.register import Register, vote_sums
from geo_tracker.web.register_projects import project_sums, recorded_on
from geo_tracker.web.texts import number, percent, yuan_wan


class _Figure(NamedTuple):
    """A row: what it is called, its unit, how it is written, and whether the least is worst."""

    label: str
    unit: str
    text: Callable[[Any], str]
    least_is_worst: bool = False


def _figures() -> dict[str, _Figure]:
    # Neither people nor money given are better or worse: money answers a need, it is none.
    return {
        "share": _Figure(_("Share of the ground"), "", percent),
        "registered_population": _Figure(_("Registered population"), "", number),
        "income_per_head": _Figure(_("Operating income per head"), _("yuan"), number, True),
        "total_income": _Figure(_("Total income"), _("10,000 yuan"), yuan_wan, True),
        "consent": _Figure(_("Consent of present"), "", percent, True),
        "consent_of_eligible": _Figure(_("Consent of eligible"), "", percent, True),
        "projects": _Figure(_("Projects"), "", number),
        "budget": _Figure(_("Budget"), _("10,000 yuan"), yuan_wan),
        "paid": _Figure(_("Paid"), _("10,000 yuan"), yuan_wan),
        "progress": _Figure(_("Progress"), "", lambda share: percent(share, 0), True),
    }


def compared_villages(
    held: Register,
    rows: list[dict[str, Any]],
    *,
    whole_id: int,
    shares: dict[int, float | None],
    colours: dict[int, int],
) -> dict[str, Any] | None:
    """Return the parts of a merged village as columns and their figures as rows.

    Parameters
    ----------
    held : Register
        The register.
    rows : list of dict
        `SideBySide.rows` of the village.
    whole_id : int
        The merged village.
    shares : dict of int to float
        What each part makes up of its ground, 0–1; None where unknown.
    colours : dict of int to int
        Of parts that the map draws in a colour: its number.

    Returns
    -------
    dict or None
        ``columns``: list of ``unit_id``, ``name``, ``colour`` (or None), ``standing``, the weakest
        first and those of unknown income last; ``rows``: list of ``label``, ``unit``, ``cells``
        (list of ``text``, ``is_lowest``, ``note``: words for the lowest, and how far income per
        head is from the best); ``sources``: list of ``as_of_on``, ``source``. None for fewer than
        two parts.
    """
    if len(rows) < 2:
        return None
    ordered = sorted(
        rows, key=lambda row: (row["income_per_head"] is None, row["income_per_head"] or 0)
    )
    records = _records(held, [row["unit_id"] for row in rows], whole_id)
    columns = [
        row | {"share": shares.get(row["unit_id"])} | records[row["unit_id"]] for row in ordered
    ]
    return {
        "columns": [
            {
                "unit_id": column["unit_id"],
                "name": column["name"],
                "colour": colours.get(column["unit_id"]),
                "standing": column["standing"],
            }
            for column in columns
        ],
        "rows": [
            {"label": figure.label, "unit": figure.unit, "cells": _cells(name, figure, columns)}
            for name, figure in _figures().items()
        ],
        "sources": _sources(rows),
    }


def _cells(name: str, figure: _Figure, columns: list[dict[str, Any]]) -> list[dict[str, Any]]:
    known = [column[name] for column in columns if column[name] is not None]
    lowest = min(known) if figure.least_is_worst and len(set(known)) > 1 else None
    cells = []
    for column in columns:
        is_lowest = lowest is not None and column[name] == lowest
        cells.append(
            {
                "text": figure.text(column[name]),
                "is_lowest": is_lowest,
                "note": _note(
                    column["share_of_best"] if name == "income_per_head" else None, is_lowest
                ),
            }
        )
    return cells


def _note(share_of_best: float | None, is_lowest: bool) -> str:
    if share_of_best is not None and share_of_best < 1:
        # Sign and number each stay with their word where a narrow column breaks the line.
        share = percent(share_of_best, 0).replace(" ", "\N{NO-BREAK SPACE}")
        text = _("%(share)s of the best", share=share)
    else:
        text = _("lowest") if is_lowest else ""
    return f"▼\N{NO-BREAK SPACE}{text}" if is_lowest else str(text)


def _records(held: Register, unit_ids: list[int], whole_id: int) -> dict[int, dict[str, Any]]:
    """Return votes, projects and money recorded on each part itself."""
    votes, projects = held.votes, held.projects
    voted = vote_sums(votes[votes["unit_id"].isin(unit_ids)], votes["unit_id"])
    own = recorded_on(projects)
    done = project_sums(projects[own.isin(unit_ids)], own)
    found = {}
    for unit in unit_ids:
        vote = voted.loc[unit] if unit in voted.index else None
        # What is recorded on the village that lives on may be for all of its ground.
        work = done.loc[unit] if unit in done.index and unit != whole_id else None
        none_known = projects.empty or unit == whole_id
        found[unit] = {
            "consent": None if vote is None else or_none(vote["consent"]),
            "consent_of_eligible": None if vote is None else or_none(vote["consent_of_eligible"]),
            "projects": None if none_known else 0 if work is None else int(work["projects"]),
            "budget": None if work is None else yuan(work["budget_fen"]),
            "paid": None if work is None else yuan(work["paid_fen"]),
            "progress": None if work is None else or_none(work["progress"]),
        }
    return found


def _sources(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the different dates and sources of people and income."""
    found: list[dict[str, Any]] = []
    for row in rows:
        entry = {"as_of_on": row["as_of_on"], "source": row["source"]}
        if row["as_of_on"] and entry not in found:
            found.append(entry)
    return found
