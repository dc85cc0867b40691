"""The stored lineage as a table of links with their shares, for whoever carries figures by it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading
from geo_tracker.db.frames import edge_frame, figures_frame, version_frame
from geo_tracker.db.imports import layers_in_order
from geo_tracker.errors import NotFoundError
from geo_tracker.language import N_, Message, translate
from geo_tracker.lineage.crosswalk import people_of_parts
from geo_tracker.lineage.steps import links_of_step
from geo_tracker.workflows.csv_files import Origin, write_csv

LINK_COLUMNS: dict[str, str] = {
    "from_id": N_("Number of the former village in this register."),
    "to_id": N_("Number of the later village in this register."),
    "shared_m2": N_("Ground both share, in square metres."),
    "share_of_from": N_("Shared ground as a share of the former village's, 0 to 1."),
    "share_of_to": N_("Shared ground as a share of the later village's, 0 to 1."),
    "people": N_("Registered people of the shared part; empty where a village was divided."),
    "people_share_of_from": N_("Those people as a share of the former village's, 0 to 1."),
    "people_share_of_to": N_("Those people as a share of the later village's, 0 to 1."),
    "people_on": N_("Date the people hold at."),
    "from_code": N_("Statistical code of the former village."),
    "from_name": N_("Name of the former village."),
    "from_town": N_("Town of the former village."),
    "from_county": N_("County of the former village."),
    "from_since": N_("Date of the earlier boundaries."),
    "to_code": N_("Statistical code of the later village."),
    "to_name": N_("Name of the later village."),
    "to_town": N_("Town of the later village."),
    "to_county": N_("County of the later village."),
    "to_since": N_("Date of the later boundaries."),
    "event_type": N_("Kind of change: fusion, integration, unchanged and so on."),
    "event_status": N_("Whether the change is proposed, reviewed or effective."),
    "document_no": N_("Number of the approval document."),
    "document_on": N_("Date of the approval document."),
    "accepted": N_("True where figures follow this link; the other side of a conflict is false."),
    "conflict": N_("True where the merger table and the boundaries disagree."),
    "confidence": N_("How sure the link is, 0 to 1."),
    "decided_by": N_("Who confirmed the link; empty where nobody did."),
    "decided_on": N_("When it was confirmed."),
    "decision_reason": N_("Why it was decided so."),
    "synthetic": N_("True where the link is made up for demonstration."),
    "evidence": N_("What speaks for the link, in words and numbers."),
    "method": N_("What the link is known from: geometry, table, person, or same_unit."),
    "made_on": N_("Date this file was made."),
    "inputs_sha256": N_("Hash of the files the link was made from: the same hash, the same files."),
}
"""Columns of the export with what each is."""

PEOPLE = "registered_population"


@dataclass(frozen=True)
class Step:
    """Two neighbouring layers and the files they came from (SHA-256 by date and name)."""

    before_id: int
    before_on: date
    after_id: int
    after_on: date
    inputs: dict[str, str]


def known_steps(session: Session) -> list[Step]:
    """Return the steps from layer to layer, the newest first."""
    layers = layers_in_order(session)
    return [
        Step(
            before.id,
            before.as_of_on,
            after.id,
            after.as_of_on,
            {
                f"{layer.as_of_on} {layer.run.source.title}": layer.run.source.sha256 or ""
                for layer in (before, after)
            },
        )
        for before, after in pairwise(layers)
    ][::-1]


def chosen_step(steps: Sequence[Step], after_on: date | None) -> Step:
    """Return the step to a date, or the newest.

    Raises
    ------
    NotFoundError
        If there is none.
    """
    for step in steps:
        if after_on in {None, step.after_on}:
            return step
    raise NotFoundError(N_("There are no boundaries before and after that date."))


def step_people(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the newest ``registered_population`` and its ``as_of_on`` by unit."""
    known = figures[figures[PEOPLE].notna()].drop_duplicates("unit_id", keep="last")
    return known.set_index("unit_id")[[PEOPLE, "as_of_on"]]


def step_links(
    versions: pd.DataFrame, edges: pd.DataFrame, figures: pd.DataFrame, step: Step
) -> pd.DataFrame:
    """Return all links of a step, as `links_of_step`, with the ``people`` of whole parts."""
    links = links_of_step(versions, edges, before=step.before_id, after=step.after_id)
    followed = links[links["accepted"]]
    return links.assign(people=people_of_parts(followed, step_people(figures)[PEOPLE]))


def link_table(
    versions: pd.DataFrame, edges: pd.DataFrame, figures: pd.DataFrame, step: Step, *, locale: str
) -> pd.DataFrame:
    """Return the links of a step as they are exported.

    Parameters
    ----------
    versions, edges, figures : DataFrame
        As in `geo_tracker.db.frames`.
    step : Step
        Which layers.
    locale : str
        Language of the evidence.

    Returns
    -------
    DataFrame
        `LINK_COLUMNS` but for the last three facts of the file, by the villages' codes.
    """
    links = step_links(versions, edges, figures, step)
    facts = links.copy()
    facts["people_share_of_from"] = facts["people"].notna().map({True: 1.0, False: None})
    of_target = links[links["accepted"]].groupby("to_id")["people"]
    # One unknown part makes every share unknown.
    whole = of_target.sum().where((of_target.count() == of_target.size()) & (of_target.sum() > 0))
    facts["people_share_of_to"] = facts["people"] / facts["to_id"].map(whole)
    facts["people_on"] = (
        facts["from_id"].map(step_people(figures)["as_of_on"]).where(facts["people"].notna())
    )
    facts["people"] = facts["people"].astype("Int64")
    for side, layer in (("from", step.before_id), ("to", step.after_id)):
        of_layer = versions[versions["layer_id"] == layer].drop_duplicates("unit_id")
        village = of_layer.set_index("unit_id")
        named = {"code": "stat_code", "name": "name", "town": "town", "county": "county"}
        for column, known in named.items():
            facts[f"{side}_{column}"] = facts[f"{side}_id"].map(village[known])
    facts["from_since"], facts["to_since"] = step.before_on, step.after_on
    facts["event_status"] = facts["status"]
    facts["decided_on"] = [None if pd.isna(at) else at.date() for at in facts["decided_at"]]
    facts["conflict"] = facts["conflict"].eq(True)
    facts["method"] = facts["method"].fillna("same_unit")
    facts["confidence"] = facts["confidence"].fillna(1.0)
    facts["evidence"] = [_words(evidence, locale) for evidence in facts["evidence"]]
    ordered = facts.sort_values(["from_code", "from_id", "to_code", "to_id"], kind="stable")
    return ordered[[name for name in LINK_COLUMNS if name in ordered]].reset_index(drop=True)


def _words(evidence: Any, locale: str) -> str | None:
    if not isinstance(evidence, list) or not evidence:
        return None
    return "; ".join(translate(Message.from_json(text), locale) for text in evidence)


def link_origin(step: Step) -> Origin:
    """Return what is said of an export of links."""
    return Origin(
        title=f"Links of villages from {step.before_on} to {step.after_on}",
        method="Shares of ground by intersection of the two layers of boundaries; people where a"
        " village went whole; decisions of persons first.",
        inputs=step.inputs,
        columns=LINK_COLUMNS,
    )


def exported_links(
    versions: pd.DataFrame, edges: pd.DataFrame, figures: pd.DataFrame, step: Step, *, locale: str
) -> tuple[pd.DataFrame, Origin]:
    """Return all of `LINK_COLUMNS`, and what is said of them."""
    table = link_table(versions, edges, figures, step, locale=locale)
    origin = link_origin(step)
    stamped = table.assign(made_on=origin.made_at.date(), inputs_sha256=origin.inputs_sha256)
    return stamped[list(LINK_COLUMNS)], origin


def export_crosswalk(
    engine: sa.Engine, out: Path, *, after_on: date | None = None, locale: str
) -> int:
    """Write the links of the newest step, or of that to a date; return how many there are.

    Raises
    ------
    NotFoundError
        If there are no two layers.
    """
    with reading(engine) as session:
        step = chosen_step(known_steps(session), after_on)
        frames = version_frame(session), edge_frame(session), figures_frame(session)
    table, origin = exported_links(*frames, step, locale=locale)
    write_csv(table, out, origin, for_spreadsheets=True)
    return len(table)
