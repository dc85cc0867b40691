"""Key figures of villages for the exported map: each with its unit, date and source."""

from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pandas as pd
from flask_babel import gettext as _

from geo_tracker.language import N_
from geo_tracker.web.map_sheets import file_titles
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.register import Register, last_successors, present_unit
from geo_tracker.web.register_projects import recorded_on
from geo_tracker.web.texts import day, number, percent, yuan_wan
from geo_tracker.web.village_figures import per_head

Figure = list[Any]
"""Index of the label, text with unit, date, index of the source (-1: not known)."""


@dataclass(frozen=True)
class Origin:
    """When the records behind a figure hold, and which imports brought them."""

    first_on: date | None
    last_on: date | None
    import_ids: tuple[int, ...]

    @property
    def dates(self) -> str:
        """One day, or the first and the last."""
        if self.first_on is None:
            return ""
        if self.first_on == self.last_on:
            return day(self.first_on)
        return f"{day(self.first_on)} – {day(self.last_on)}"


@dataclass
class FigureTable:
    """Figures of villages, with labels and sources written once.

    Attributes
    ----------
    origins : dict
        By kind of record (``people``, ``votes``, ``projects``): the origin of each village's.
    labels, sources : list of str
        What figures point to; sources grow as figures are asked for.
    """

    origins: dict[str, dict[int, Origin]]
    labels: list[str]
    sources: list[str] = field(default_factory=list)
    _known: dict[tuple[int, ...], int] = field(default_factory=dict)

    def of(self, row: pd.Series) -> list[Figure]:
        """Return the known figures of a row of `Register.villages` or `Register.formers`."""
        found = []
        for index, (_label, kind, text_of) in enumerate(_FIGURES):
            text = text_of(row)
            if text is None:
                continue
            origin = self.origins[kind].get(int(row.name))
            dates, source = ("", -1) if origin is None else (origin.dates, self._source(origin))
            found.append([index, text, dates, source])
        return found

    def _source(self, origin: Origin) -> int:
        if origin.import_ids not in self._known:
            self._known[origin.import_ids] = len(self.sources)
            self.sources.append(file_titles(origin.import_ids))
        return self._known[origin.import_ids]


def figure_table(held: Register) -> FigureTable:
    """Return the figures of all villages of the register, present and former."""
    last = last_successors(held.formers["to_unit_id"], mergers=len(held.layers))
    latest = held.latest_figures.reset_index()
    projects = held.projects
    own = recorded_on(projects)
    return FigureTable(
        origins={
            "people": _origins(latest, latest["unit_id"], last, "as_of_on"),
            "votes": _origins(held.votes, held.votes["unit_id"], last, "held_on"),
            "projects": _origins(projects, own, last, "reported_on"),
        },
        labels=[_(label) for label, _kind, _text in _FIGURES],
    )


def _origins(
    records: pd.DataFrame, unit: pd.Series, last: pd.Series, dated: str
) -> dict[int, Origin]:
    """Return the origin of the records of each village, and of all that it consists of."""
    known = unit.notna()
    own = unit[known].astype("int64")
    whole = present_unit(own, last)
    days: dict[int, list[date]] = defaultdict(list)
    imports: dict[int, dict[int, None]] = defaultdict(dict)
    rows = zip(own, whole, records.loc[known, dated], records.loc[known, "import_id"], strict=True)
    for own_id, whole_id, day_of, import_id in rows:
        for unit_id in {int(own_id), int(whole_id)}:
            if or_none(import_id) is not None:
                imports[unit_id][int(import_id)] = None
            if or_none(day_of) is not None:
                days[unit_id].append(day_of)
    return {
        unit_id: Origin(
            min(days[unit_id], default=None), max(days[unit_id], default=None), tuple(ids)
        )
        for unit_id, ids in imports.items()
    }


def budget_text(fen: Any) -> str | None:
    """Return a budget with its unit; None where it is not known."""
    amount = yuan(fen)
    return None if amount is None else str(_("%(amount)s × 10,000 yuan", amount=yuan_wan(amount)))


def _people(row: pd.Series) -> str | None:
    count = or_none(row["registered_population"])
    return None if count is None else str(_("%(count)s people", count=number(count)))


def _income(row: pd.Series) -> str | None:
    amount = per_head(yuan(row["operating_income_fen"]), or_none(row["registered_population"]))
    return None if amount is None else str(_("%(amount)s yuan", amount=number(float(amount))))


def _share(name: str) -> Callable[[pd.Series], str | None]:
    def text(row: pd.Series) -> str | None:
        return None if or_none(row[name]) is None else percent(row[name])

    return text


def _budget(row: pd.Series) -> str | None:
    return budget_text(row["budget_fen"])


def _projects(row: pd.Series) -> str | None:
    return str(row["projects"]) if row["projects"] else None


_FIGURES: tuple[tuple[str, str, Callable[[pd.Series], str | None]], ...] = (
    (N_("Registered population"), "people", _people),
    (N_("Operating income per head"), "people", _income),
    (N_("Consent of present"), "votes", _share("consent")),
    (N_("Consent of eligible"), "votes", _share("consent_of_eligible")),
    (N_("Projects"), "projects", _projects),
    (N_("Budget"), "projects", _budget),
)
"""Label, kind of record, and text of each figure."""
