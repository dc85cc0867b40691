"""What is wrong with stored lineage, one thing at a time."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

import pandas as pd

from geo_tracker.language import Message


@dataclass(frozen=True)
class Fault:
    """One thing that cannot be right.

    Attributes
    ----------
    kind : str
        ``cycle``, ``no_successor``, ``no_predecessor``, ``lost_ground``, ``gained_ground``,
        ``given_twice``, ``area_changed``, ``mirror``, ``gap``, ``overlap_in_time``,
        ``wrong_dates``, ``code_twice``, ``ground_noise``.
    unit_ids : tuple of int
        Villages concerned.
    message : Message
        What is wrong, in words and numbers.
    on : date or None
        When.
    residual_mu : float or None
        Ground missing (above zero) or too much, in mu.
    """

    kind: str
    unit_ids: tuple[int, ...]
    message: Message
    on: date | None = None
    residual_mu: float | None = None

    @property
    def is_noise(self) -> bool:
        """Whether drawing explains it: to be seen, and nothing to be mended."""
        return self.kind == "ground_noise"


def listed(units: Iterable[int], names: pd.Series) -> str:
    """Return the names of some villages, of many the first six."""
    return "、".join(str(names.get(unit, unit)) for unit in list(units)[:6])


def lifetimes(versions: pd.DataFrame) -> pd.DataFrame:
    """Return when each village began and ended, by ``unit_id``.

    Parameters
    ----------
    versions : DataFrame
        ``unit_id``, ``valid_from``, ``valid_to`` (missing: still valid).

    Returns
    -------
    DataFrame
        ``born``, ``ended`` (`date.max` of a village that is still there).
    """
    life: dict[int, tuple[date, date]] = {}
    columns = (versions[name].tolist() for name in ("unit_id", "valid_from", "valid_to"))
    # A loop: pandas takes seconds to find the least of some thousand groups of dates.
    for unit, start, until in zip(*columns, strict=True):
        end = date.max if pd.isna(until) else until
        born, ended = life.get(unit, (start, end))
        life[unit] = (min(born, start), max(ended, end))
    index = pd.Index(life, name="unit_id")
    cells = {
        name: pd.Series([ends[at] for ends in life.values()], index=index, dtype=object)
        for at, name in enumerate(("born", "ended"))
    }
    return pd.DataFrame(cells).sort_index()


class Areas:
    """How much ground each village held when, by its versions.

    Parameters
    ----------
    versions : DataFrame
        ``unit_id``, ``valid_from``, ``valid_to``, ``area_m2``; in any order.
    """

    def __init__(self, versions: pd.DataFrame) -> None:
        self._spans: dict[int, list[tuple[date, date, float]]] = {}
        columns = ("unit_id", "valid_from", "valid_to", "area_m2")
        for unit, start, until, area in zip(*(versions[c].tolist() for c in columns), strict=True):
            end = date.max if pd.isna(until) else until
            self._spans.setdefault(unit, []).append((start, end, float(area)))

    def until(self, unit: Any, on: date) -> float:
        """Return a village's square metres up to a day; missing where it was not there."""
        found = [area for start, end, area in self._spans.get(unit, ()) if start < on <= end]
        return found[0] if found else float("nan")

    def since(self, unit: Any, on: date) -> float:
        """Return a village's square metres from a day on; missing where it is not there."""
        found = [area for start, end, area in self._spans.get(unit, ()) if start <= on < end]
        return found[0] if found else float("nan")
