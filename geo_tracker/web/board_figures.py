"""The figures of a board: of a draft as counted now, of a published one as it was published."""

from dataclasses import dataclass

import pandas as pd

from geo_tracker.db.boards import board_of
from geo_tracker.db.models import Board
from geo_tracker.db.quarter_counts import BETWEEN
from geo_tracker.followup.board_lines import Quarter, board_lines, read_quarter
from geo_tracker.indicators.boards import BoardComponent, board_table
from geo_tracker.indicators.cockpit import RATES, place_sums
from geo_tracker.web.cockpit_figures import figures_on
from geo_tracker.web.context import read_session, services
from geo_tracker.web.day import judging_day
from geo_tracker.web.filters import NOWHERE, place_options
from geo_tracker.web.problem_past import counts_between
from geo_tracker.web.register import Register, register
from geo_tracker.workflows.board_snapshot import (
    Content,
    board_content,
    kept_board,
    with_peers,
)
from geo_tracker.workflows.boards import PUBLISHED
from geo_tracker.workflows.rules import rules_of


@dataclass(frozen=True)
class BoardPlace:
    """Which units a board compares: counties, or the towns of one."""

    level: str
    county: str

    def codes(self, held: Register) -> pd.Series:
        """Return the unit of each village by ``unit_id``; villages of no unit have none."""
        places = held.places
        if self.county:
            places = places[places["county_code"] == self.county]
        return places[f"{self.level}_code"].dropna()

    def names(self, held: Register) -> dict[str, str]:
        """Return the units: code → name, in the order of places."""
        versions = held.versions
        if self.county:
            versions = versions[versions["county_code"] == self.county]
        options = place_options(versions, self.level)
        # Towns and counties of villages that are no more have nobody who could be compared.
        there = set(self.codes(held))
        return {code: name for code, name in options if code in there and code != NOWHERE}


def place_of(board: Board) -> BoardPlace:
    """Return which units a board compares."""
    return BoardPlace(board.level, board.area_code)


def shown_content(board: Board) -> Content:
    """Return what a board shows, with peers' scores and marks."""
    if board.state == PUBLISHED:
        return kept_board(services().engine, board.id)
    content = counted_content(board)
    with read_session() as session:
        return with_peers(session, board.id, content)


def counted_content(board: Board) -> Content:
    """Return the figures of a draft as they are counted now."""
    held, quarter, place = register(), read_quarter(board.quarter), place_of(board)
    with read_session() as session:
        lines = board_lines(rules_of(session, quarter.year).board_components)
        before = board_of(session, quarter.before.text, board.level, board.area_code)
    names = place.names(held)
    is_published = before is not None and before.state == PUBLISHED
    if before is not None and is_published:
        earlier = _published_counts(kept_board(services().engine, before.id))
    else:
        earlier = _counts(held, quarter.before, place)
    now = _counts(held, quarter, place).reindex(list(names))
    components = [BoardComponent(one.code, one.weight, one.by_chance) for one in lines]
    return board_content(
        board_table(now, earlier, components),
        names,
        quarter=quarter,
        lines=lines,
        before_published=is_published,
    )


def _counts(held: Register, quarter: Quarter, place: BoardPlace) -> pd.DataFrame:
    """Return the counts of a quarter by unit: sums over villages, as the cockpit's.

    Of problems those of the quarter; checklists and money as they stood at its end.
    """
    on = quarter.last_on
    units = figures_on(held, on, due_before=min(on, judging_day())).units
    between = counts_between(quarter.before.last_on, on).reindex(units.index).astype("Int64")
    units = units.assign(**{name: between[name] for name in BETWEEN})
    return place_sums(units, place.codes(held))


def _published_counts(content: Content) -> pd.DataFrame:
    """Return part and whole of each component as they were published, by unit."""
    rows = {}
    for unit in content["units"]:
        cells = unit["cells"]
        rows[unit["place"]] = {
            name: value
            for code, cell in cells.items()
            for name, value in zip(RATES[code], (cell["part"], cell["whole"]), strict=True)
        }
    columns = [name for pair in RATES.values() for name in pair]
    return pd.DataFrame.from_dict(rows, orient="index").reindex(columns=columns).astype("Int64")
