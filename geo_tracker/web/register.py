"""The whole register with its indicators, computed once after every change and kept in memory."""

import threading
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

import pandas as pd
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db import reading
from geo_tracker.db.frames import (
    decision_frame,
    edge_frame,
    figures_frame,
    published_frame,
    register_stamp,
    version_frame,
    vote_frame,
)
from geo_tracker.db.imports import data_date, layers_in_order
from geo_tracker.db.project_frames import project_frame
from geo_tracker.db.rules import rules_stamp
from geo_tracker.followup.rules import Rules
from geo_tracker.indicators.consent import vote_rates
from geo_tracker.indicators.lag_flags import LagThresholds
from geo_tracker.indicators.siblings import sibling_standing
from geo_tracker.lineage.linter import Fault, lineage_faults
from geo_tracker.lineage.review import Stake, by_consequence, rejected_villages, review_cases
from geo_tracker.lineage.standing import standing_spans
from geo_tracker.maps.theme_list import THEMES
from geo_tracker.memory import keep_for_long
from geo_tracker.web.actor import today
from geo_tracker.web.context import services
from geo_tracker.web.project_list import ProjectList
from geo_tracker.web.register_projects import (
    edits_stamp,
    judged_projects,
    placed_projects,
    recorded_on,
    renewed,
    with_project_sums,
)
from geo_tracker.web.register_sides import REGISTER_SOURCES, Side, sides_of
from geo_tracker.workflows.lag import lag_thresholds
from geo_tracker.workflows.rules import rules_of

FIGURES = (
    *("households", "registered_population", "resident_population"),
    *("total_income_fen", "operating_income_fen"),
)


@dataclass(frozen=True)
class Layer:
    """One boundary layer: when it holds from, where its tiles are."""

    id: int
    as_of_on: date
    tiles_key: str | None
    import_id: int


@dataclass(frozen=True)
class Register:
    """Everything pages show, as frames.

    Attributes
    ----------
    stamp : tuple
        Differs after every change but edits of projects.
    edited : tuple
        Last step about projects that is heeded, and the day that projects are judged on.
    data_on : date
        Date the newest records hold at; lights and lists are judged at it.
    rules : Rules
        Those of the year of that date.
    layers : list of Layer
        By date.
    versions : DataFrame
        As `version_frame`.
    villages : DataFrame
        Villages of the newest layer by ``unit_id``: the columns of versions, ``kind``
        (merged, untouched), ``formers`` (count), `FIGURES` (of a merged village: sums over its
        former ones, missing where one is missing), ``agree``, ``present``, ``eligible`` (sums),
        ``consent``, ``consent_of_eligible`` (pooled, 0–1), ``projects`` (count), ``budget_fen``,
        ``paid_fen``, ``progress`` (budget-weighted, 0–1).
    formers : DataFrame
        Villages that are no more, by ``unit_id``: the columns of their last version,
        ``to_unit_id``, ``to_name``, ``synthetic``, ``conflict``, `FIGURES`, and the same sums
        over their own votes and projects.
    edges, decisions, figures, votes, projects, published : DataFrame
        As in `geo_tracker.db.frames`; votes with their rates, projects with their lights and
        ``current_unit_id``.
    """

    stamp: tuple[Any, ...]
    edited: tuple[Any, ...]
    data_on: date
    rules: Rules
    layers: list[Layer]
    versions: pd.DataFrame
    villages: pd.DataFrame
    formers: pd.DataFrame
    edges: pd.DataFrame
    decisions: pd.DataFrame
    figures: pd.DataFrame
    votes: pd.DataFrame
    projects: pd.DataFrame
    published: pd.DataFrame

    @property
    def floors(self) -> LagThresholds:
        """The floors of income under which a village is listed as lagging."""
        return lag_thresholds(self.rules)

    @cached_property
    def units(self) -> pd.DataFrame:
        """All villages, present and former, by ``unit_id``."""
        return pd.concat([self.villages, self.formers])

    @cached_property
    def project_list(self) -> ProjectList:
        """The projects as lists narrow them and put them in order."""
        return ProjectList(
            self.projects, self.units, overrun_percent=self.rules.project_overrun_percent
        )

    @cached_property
    def followed(self) -> pd.DataFrame:
        """The edges that figures follow, without those of a village to itself."""
        return followed_edges(self.edges)

    @cached_property
    def latest_figures(self) -> pd.DataFrame:
        """The newest figures of each village that has any, by ``unit_id``."""
        return latest_figures(self.figures)

    @cached_property
    def parts(self) -> pd.DataFrame:
        """The villages that make up each merged one.

        ``unit_id``, ``whole_id`` (the village it became or took part of it; a village that took
        others in and lived on is a part of itself), ``standing`` and ``share_of_best`` among those
        of the same whole as `sibling_standing`.
        """
        edges = self.followed
        pairs = edges[["from_unit_id", "to_unit_id"]].drop_duplicates()
        pairs = pairs.set_axis(["unit_id", "whole_id"], axis=1)
        since = edges.groupby("to_unit_id")["effective_on"].min()
        first = self.versions.groupby("unit_id")["valid_from"].min()
        lived_on = since.index[first.reindex(since.index) < since]
        own = pd.DataFrame({"unit_id": lived_on, "whole_id": lived_on})
        parts = pd.concat([pairs, own], ignore_index=True)
        known = self.latest_figures.reindex(parts["unit_id"]).reset_index(drop=True)
        people = known["registered_population"].astype("Float64")
        income = known["operating_income_fen"].astype("Float64") / people.where(people > 0)
        return parts.join(sibling_standing(income, parts["whole_id"]))

    @cached_property
    def disputed(self) -> frozenset[int]:
        """Former villages about which table and ground disagree, undecided."""
        edges = self.edges
        return frozenset(edges.loc[edges["conflict"] & edges["decided_at"].isna(), "from_unit_id"])

    @cached_property
    def review(self) -> tuple[pd.DataFrame, Stake]:
        """What there is to decide or was decided about former villages, as `by_consequence`."""
        cases = review_cases(self.edges, self.decisions, self.formers.index)
        known = self.formers[["registered_population", "budget_fen"]]
        return by_consequence(cases, known["registered_population"], known["budget_fen"])

    @cached_property
    def spans(self) -> pd.DataFrame:
        """From when until when each village stands, as `standing_spans`."""
        layers = [(layer.id, layer.as_of_on) for layer in self.layers]
        return standing_spans(self.versions, self.edges, layers=layers)

    @cached_property
    def present_units(self) -> pd.Series:
        """The village of today that each former one belongs to, by ``unit_id``."""
        return last_successors(self.formers["to_unit_id"], mergers=len(self.layers)).dropna()

    @cached_property
    def places(self) -> pd.DataFrame:
        """Where each village lies today, in the order of places, by ``unit_id``.

        ``present_unit_id`` (the village of today it belongs to, or itself), its ``county_code``,
        ``county``, ``town_code``, ``town`` and ``present_name``; its own ``name``.
        """
        units = self.units
        present = pd.Series(units.index, index=units.index).map(self.present_units)
        present = present.fillna(pd.Series(units.index, index=units.index)).astype(int)
        own = units[["county_code", "county", "town_code", "town", "stat_code", "name"]]
        there = own.reindex(present.to_numpy()).set_axis(units.index)
        there = there.rename(columns={"name": "present_name"})
        there = there.assign(present_unit_id=present, name=units["name"])
        order = ["county_code", "town_code", "stat_code", "present_unit_id"]
        return there.sort_values(order, kind="stable").drop(columns="stat_code")

    @cached_property
    def place_of(self) -> dict[int, dict[str, Any]]:
        """Each row of `places` as a dict: pages look many of them up."""
        rows: dict[int, dict[str, Any]] = self.places.to_dict("index")
        return rows

    @cached_property
    def sides(self) -> dict[str, Side]:
        """The villages of today and those before the newest merger, for themes and totals."""
        return sides_of(self)

    @cached_property
    def themes(self) -> tuple[str, ...]:
        """The themes of the register that have something to show, in the order of `THEMES`."""
        units = [side.units for side in self.sides.values()]
        return tuple(
            key
            for key, theme in THEMES.items()
            if theme.source in REGISTER_SOURCES
            and any(theme.values(villages).notna().any() for villages in units)
        )

    @cached_property
    def faults(self) -> list[Fault]:
        """What the stored lineage says that cannot be right."""
        rejected = rejected_villages(self.decisions)
        return lineage_faults(self.versions, self.edges, rejected=rejected)

    def named(self, unit_id: int) -> pd.Series | None:
        """Return the last version of a village, or None."""
        rows = self.versions[self.versions["unit_id"] == unit_id]
        return None if rows.empty else rows.iloc[-1]


def followed_edges(edges: pd.DataFrame) -> pd.DataFrame:
    """Return the accepted edges that lead from one village to another."""
    return edges[edges["accepted"] & (edges["from_unit_id"] != edges["to_unit_id"])]


def latest_figures(figures: pd.DataFrame) -> pd.DataFrame:
    """Return the newest figures of each village that has any, by ``unit_id``."""
    return figures.drop_duplicates("unit_id", keep="last").set_index("unit_id")


_kept: dict[str, Register] = {}
_lock = threading.Lock()


def register() -> Register:
    """Return the register as it stands; computed anew when something changed."""
    engine = services().engine
    with reading(engine) as session:
        now = _stamp(session), edits_stamp(session, today())
    key = str(engine.url)
    found = _kept.get(key)
    if found is None or (found.stamp, found.edited) != now:
        with _lock:
            found = _kept.get(key)
            if found is None or found.stamp != now[0]:
                found = _kept[key] = computed_register(engine)
                keep_for_long()
            elif found.edited != now[1]:
                with reading(engine) as session:
                    found = _kept[key] = renewed(found, session, today())
    return found


def _stamp(session: Session) -> tuple[Any, ...]:
    return (*register_stamp(session), rules_stamp(session))


def computed_register(engine: sa.Engine) -> Register:
    """Read everything and join it."""
    with reading(engine) as session:
        stamp, edited = _stamp(session), edits_stamp(session, today())
        layers = [
            Layer(layer.id, layer.as_of_on, layer.tiles_key, layer.import_id)
            for layer in layers_in_order(session)
        ]
        data_on = data_date(session) or date.today()  # noqa: DTZ011 - the server's own day
        versions = version_frame(session)
        edges = edge_frame(session)
        decisions = decision_frame(session)
        figures = figures_frame(session)
        votes = vote_frame(session)
        projects = project_frame(session)
        published = published_frame(session)
        rules = rules_of(session, data_on.year)
        held_in = pd.to_datetime(votes["held_on"]).dt.year
        notice = {year: rules_of(session, int(year)).notice_days for year in held_in.unique()}
    votes = votes.join(vote_rates(votes, notice_days=held_in.map(notice)))
    projects = judged_projects(projects, rules=rules, data_on=data_on, today=today())
    newest = layers[-1].id if layers else 0
    present = versions[versions["layer_id"] == newest].set_index("unit_id")
    gone = versions[~versions["unit_id"].isin(present.index)].drop_duplicates(
        "unit_id", keep="last"
    )
    accepted = followed_edges(edges)
    latest = latest_figures(figures)
    formers = _formers(gone.set_index("unit_id"), accepted, latest)
    names = versions.drop_duplicates("unit_id", keep="last").set_index("unit_id")["name"]
    formers["to_name"] = formers["to_unit_id"].map(names)
    last = last_successors(formers["to_unit_id"], mergers=len(layers))
    projects = placed_projects(projects, formers, last.dropna())
    own = recorded_on(projects)
    formers = formers.join(vote_sums(votes, votes["unit_id"]))
    formers = with_project_sums(formers, projects, own)
    villages = _villages(present, accepted, latest)
    villages = villages.join(vote_sums(votes, present_unit(votes["unit_id"], last)))
    villages = with_project_sums(villages, projects, projects["current_unit_id"])
    return Register(
        stamp=stamp,
        edited=edited,
        data_on=data_on,
        rules=rules,
        layers=layers,
        versions=versions,
        villages=villages,
        formers=formers,
        edges=edges,
        decisions=decisions,
        figures=figures,
        votes=votes,
        projects=projects,
        published=published,
    )


def _formers(gone: pd.DataFrame, accepted: pd.DataFrame, latest: pd.DataFrame) -> pd.DataFrame:
    # Of several successors the one that took most of the ground; the others stay in the edges.
    main = accepted.sort_values("share_of_from", na_position="first").drop_duplicates(
        "from_unit_id", keep="last"
    )
    main = main.set_index("from_unit_id")
    formers = gone.join(latest[list(FIGURES)])
    formers["to_unit_id"] = main["to_unit_id"].reindex(formers.index).astype("Int64")
    formers["synthetic"] = main["synthetic"].reindex(formers.index)
    formers["basis"] = main["basis"].reindex(formers.index)
    formers["conflict"] = main["conflict"].reindex(formers.index).eq(True)
    formers["kind"] = "former"
    return formers


def last_successors(successor: pd.Series, *, mergers: int) -> pd.Series:
    """Return what each former village belongs to in the end, through so many mergers at most."""
    last = successor
    for _merger in range(mergers):
        last = last.map(successor).fillna(last).astype("Int64")
    return last


def present_unit(units: pd.Series, last: pd.Series) -> pd.Series:
    """Return the village that each of some units is part of now; itself where none is known."""
    return units.map(last).fillna(units).astype("Int64")


def _villages(present: pd.DataFrame, accepted: pd.DataFrame, latest: pd.DataFrame) -> pd.DataFrame:
    into = accepted[accepted["to_unit_id"].isin(present.index)]
    counts = into.groupby("to_unit_id")["from_unit_id"].nunique()
    villages = present.copy()
    villages["formers"] = counts.reindex(villages.index).fillna(1).astype(int)
    merged = villages.index.isin(counts.index)
    villages["kind"] = pd.Series(merged, index=villages.index).map(
        {True: "merged", False: "untouched"}
    )
    parts = into[["from_unit_id", "to_unit_id"]].drop_duplicates()
    values = latest.reindex(parts["from_unit_id"])[list(FIGURES)]
    values.index = pd.Index(parts["to_unit_id"])
    grouped = values.groupby(level=0)
    # One missing part makes the sum unknown, not smaller.
    sums = grouped.sum().where(grouped.count().eq(grouped.size(), axis=0))
    own = latest.reindex(villages.index[~merged])[list(FIGURES)]
    return villages.join(pd.concat([sums, own]))


def vote_sums(votes: pd.DataFrame, unit: pd.Series) -> pd.DataFrame:
    """Return agree, present and eligible summed per unit, and the pooled rates (0–1)."""
    grouped = votes.groupby(unit)[["agree", "present", "eligible"]]
    # One missing count makes the sum unknown, not smaller.
    sums = grouped.sum().where(grouped.count().eq(grouped.size(), axis=0))
    sums["consent"] = (sums["agree"] / sums["present"].where(sums["present"] > 0)).astype(float)
    sums["consent_of_eligible"] = (
        sums["agree"] / sums["eligible"].where(sums["eligible"] > 0)
    ).astype(float)
    return sums
