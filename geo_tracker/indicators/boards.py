"""晒拼创: what peers' figures of a quarter amount to, and which stand apart by more than chance."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

import numpy as np
import pandas as pd

from geo_tracker.indicators.cockpit import LEAST_WHOLE, RATES
from geo_tracker.indicators.funnel import (
    TAIL_95,
    TAIL_998,
    binomial_limits,
    curve,
    is_beyond_chance,
)

LEAST_KNOWN: Final = 2 / 3
"""Of the weight so much has to be known, or a unit has no rank."""

FAR_ABOVE, ABOVE, WITHIN, BELOW, FAR_BELOW = "far_above", "above", "within", "below", "far_below"
FEW, UNJUDGED = "few", "unjudged"
"""How a rate stands to the limits: beyond those of 99.8 %, of 95 %, within; too little behind it
to say, and nothing, or no share of counted things at all."""


@dataclass(frozen=True)
class BoardComponent:
    """A rate of `RATES` with its weight; ``by_chance``: a share of counted things, not of money."""

    code: str
    weight: float
    by_chance: bool = True


@dataclass(frozen=True)
class BoardCell:
    """A component of a unit.

    Attributes
    ----------
    part, whole : int or None
        Counted, or fen; None where nothing is known.
    rate : float or None
        0–1; None where the whole is zero or not known.
    standing : str
        `FAR_ABOVE` and so on.
    points : float or None
        What it brings to the score; None where the rate is not known.
    before_part, before_whole : int or None
        Of the quarter before.
    change : float or None
        Points of a hundred, since then.
    is_real : bool or None
        Whether that is more than chance by the limits of 95 %; None where it cannot be said.
    """

    part: int | None
    whole: int | None
    rate: float | None
    standing: str
    points: float | None
    before_part: int | None
    before_whole: int | None
    change: float | None
    is_real: bool | None


@dataclass(frozen=True)
class BoardUnit:
    """A unit among its peers.

    Attributes
    ----------
    place : str
        Its code.
    rank : int or None
        By score, 1 the best; of equal scores all the better one. None where too little is known.
    score : float or None
        0–100: weighted mean of the components known.
    known : float
        Share of the weight that is known.
    change : float or None
        Points since the quarter before, over the components known in both.
    ahead, behind : list of str
        Components beyond the limits of 99.8 %.
    better, worse : list of str
        Components that moved beyond those since the quarter before.
    cells : dict
        By component.
    """

    place: str
    rank: int | None
    score: float | None
    known: float
    change: float | None
    ahead: list[str]
    behind: list[str]
    better: list[str]
    worse: list[str]
    cells: dict[str, BoardCell]


@dataclass(frozen=True)
class BoardPool:
    """All peers together by a component: part, whole, and the limits as `curve` draws them."""

    part: int
    whole: int
    curve: list[tuple[int, list[float]]]


@dataclass(frozen=True)
class BoardTable:
    """Units in the order of places, and what they are measured against, by component."""

    units: list[BoardUnit]
    pools: dict[str, BoardPool]


def board_table(
    now: pd.DataFrame, before: pd.DataFrame, components: Sequence[BoardComponent]
) -> BoardTable:
    """Put peers beside each other.

    Parameters
    ----------
    now, before : DataFrame
        By place: for each component part and whole under their names in `RATES`, whole numbers,
        missing where not known; of the quarter and of the one before (which may lack places).
    components : sequence of BoardComponent
        What counts.
    """
    earlier = before.reindex(now.index)
    pools, standings = {}, {}
    for component in components:
        part, whole = RATES[component.code]
        known = now[[part, whole]].dropna().astype("int64")
        parts, wholes = known[part].sum(), known[whole].sum()
        rate = parts / wholes if wholes else 0.0
        most = int(known[whole].max()) if len(known) else 0
        drawn = curve(most, rate) if component.by_chance and wholes else []
        pools[component.code] = BoardPool(int(parts), int(wholes), drawn)
        standings[component.code] = _standings(known[part], known[whole], rate, component)
    units = [
        _unit(str(place), now.loc[place], earlier.loc[place], components, standings)
        for place in now.index
    ]
    scores = [unit.score for unit in units if unit.rank is not None and unit.score is not None]
    ranked = [
        BoardUnit(**vars(unit) | {"rank": 1 + sum(other > unit.score for other in scores)})
        if unit.rank is not None and unit.score is not None
        else unit
        for unit in units
    ]
    return BoardTable(ranked, pools)


def _standings(
    part: pd.Series, whole: pd.Series, rate: float, component: BoardComponent
) -> pd.Series:
    if not component.by_chance:
        return pd.Series(UNJUDGED, index=part.index, dtype=object)
    inner_low, inner_high = binomial_limits(whole, rate, tail=TAIL_95)
    outer_low, outer_high = binomial_limits(whole, rate, tail=TAIL_998)
    counts = part.to_numpy()
    found = np.select(
        [
            whole.to_numpy() == 0,
            whole.to_numpy() < LEAST_WHOLE[component.code],
            *(counts < outer_low, counts > outer_high, counts < inner_low, counts > inner_high),
        ],
        [UNJUDGED, FEW, FAR_BELOW, FAR_ABOVE, BELOW, ABOVE],
        default=WITHIN,
    )
    return pd.Series(found, index=part.index)


def _unit(
    place: str,
    now: pd.Series,
    before: pd.Series,
    components: Sequence[BoardComponent],
    standings: dict[str, pd.Series],
) -> BoardUnit:
    total = sum(one.weight for one in components)
    rates = {one.code: _rate(now, one.code) for one in components}
    weight = sum(one.weight for one in components if rates[one.code] is not None)
    cells = {}
    moves: dict[bool, list[str]] = {True: [], False: []}
    moved, moved_weight = 0.0, 0.0
    for one in components:
        part, whole = (_count(now[name]) for name in RATES[one.code])
        then_part, then_whole = (_count(before[name]) for name in RATES[one.code])
        rate, then = rates[one.code], _rate(before, one.code)
        change = None if rate is None or then is None else (rate - then) * 100
        if change is not None:
            moved, moved_weight = moved + one.weight * change, moved_weight + one.weight
        cells[one.code] = BoardCell(
            part=part,
            whole=whole,
            rate=rate,
            standing=str(standings[one.code].get(now.name, UNJUDGED)),
            points=None if rate is None else 100 * one.weight * rate / weight,
            before_part=then_part,
            before_whole=then_whole,
            change=change,
            is_real=_is_real(one, (then_part, then_whole), (part, whole), TAIL_95),
        )
        if change and _is_real(one, (then_part, then_whole), (part, whole), TAIL_998):
            moves[change > 0].append(one.code)
    is_ranked = bool(total) and weight >= LEAST_KNOWN * total - 1e-9
    return BoardUnit(
        place=place,
        rank=0 if is_ranked else None,
        score=sum(cell.points or 0 for cell in cells.values()) if is_ranked else None,
        known=weight / total if total else 0.0,
        change=moved / moved_weight if is_ranked and moved_weight else None,
        ahead=[code for code, cell in cells.items() if cell.standing == FAR_ABOVE],
        behind=[code for code, cell in cells.items() if cell.standing == FAR_BELOW],
        better=moves[True],
        worse=moves[False],
        cells=cells,
    )


def _rate(counts: pd.Series, code: str) -> float | None:
    part, whole = (_count(counts[name]) for name in RATES[code])
    return None if part is None or not whole else part / whole


def _count(value: object) -> int | None:
    return None if pd.isna(value) else int(value)  # type: ignore[call-overload]


def _is_real(
    component: BoardComponent,
    before: tuple[int | None, int | None],
    after: tuple[int | None, int | None],
    tail: float,
) -> bool | None:
    """Say whether a rate moved by more than chance; None where too little stands behind it."""
    least = LEAST_WHOLE[component.code]
    (part, whole), (part_after, whole_after) = before, after
    if part is None or whole is None or part_after is None or whole_after is None:
        return None
    if not component.by_chance or min(whole, whole_after) < least:
        return None
    return is_beyond_chance((part, whole), (part_after, whole_after), tail=tail)
