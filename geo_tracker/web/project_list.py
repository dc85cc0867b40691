"""The list of projects, kept as the register is: put in order once, then only narrowed."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.indicators.project_money import money_flags
from geo_tracker.language import N_
from geo_tracker.web.filters import NOWHERE, matching_names
from geo_tracker.web.village_links import PLACE

SORTS: dict[str, tuple[str, list[str], bool]] = {
    "behind": (N_("Most behind plan first"), ["behind_points"], False),
    "budget": (N_("Largest budget first"), ["budget_fen"], False),
    "due": (N_("Earliest planned finish first"), ["planned_finish_on"], True),
    "place": (N_("By county and town"), ["county_code", "town_code", "project_id"], True),
}
MONEY: dict[str, str] = {
    "over_received": N_("Paid beyond what came in"),
    "over_contract": N_("Paid beyond the contract"),
    "overrun": N_("Settlement far above the estimate"),
}
"""What stands out in the money of a project, as `money_flags` names it."""

LIVELIHOOD = "yes"
"""Asks for all livelihood projects, whatever their state."""

AMOUNTS = ("estimate", "budget", "contract", "paid")
_CODES = ("county_code", "town_code", "light", "stage", "kind", "livelihood_state")
_FILTERS = {
    "county": "county_code",
    "town": "town_code",
    "light": "light",
    "stage": "stage",
    "kind": "kind",
    "livelihood": "livelihood_state",
}

Chosen = np.ndarray[Any, np.dtype[np.bool_]]
Places = np.ndarray[Any, np.dtype[Any]]


class ProjectList:
    """All projects with what lists narrow them by and put them in order by.

    Attributes
    ----------
    projects : DataFrame
        As of the register.
    amounts : DataFrame
        ``<amount>_fen`` of `AMOUNTS`, same rows.
    kinds, channels : list of str
        Those that any project has.
    livelihood : dict
        How many projects are in each state as livelihood project.
    """

    def __init__(
        self, projects: pd.DataFrame, units: pd.DataFrame, *, overrun_percent: float
    ) -> None:
        self.projects = projects
        flags = money_flags(projects, overrun_percent=overrun_percent)
        self._flags = {name: flags[name].to_numpy() for name in MONEY}
        self.amounts = projects[[f"{name}_fen" for name in AMOUNTS]]
        # No village has the id 0.
        places = units[PLACE].reindex(projects["current_unit_id"].fillna(0).astype("int64"))
        self._placed = places.set_axis(projects.index)
        frame = projects.assign(light=projects["light"].fillna("unknown"))
        frame = frame.assign(**{name: self._placed[name] for name in ("county_code", "town_code")})
        # Codes as plain texts: comparing 20,000 of them takes a fraction of a millisecond.
        self._codes = {
            name: frame[name].astype(object).where(frame[name].notna(), None).to_numpy(dtype=object)
            for name in _CODES
        }
        self._is_livelihood = projects["is_livelihood"].to_numpy(dtype=bool)
        self._channels = projects["channels"].tolist()
        self.kinds = sorted(set(self._codes["kind"]) - {None})
        self.channels = sorted(set().union(*self._channels))
        states = pd.Series(self._codes["livelihood_state"], dtype=object).value_counts()
        self.livelihood: dict[str, int] = {str(k): int(v) for k, v in states.items()}
        self._orders: dict[str, Places] = {}
        self._texts: dict[str, list[str]] = {}

    def found(self, filters: Mapping[str, str], versions: pd.DataFrame) -> Places:
        """Return the places of the projects that filters leave, in the order they ask for.

        Parameters
        ----------
        filters : mapping
            ``q``, ``county``, ``town``, ``light``, ``stage``, ``kind``, ``channel``,
            ``livelihood``, ``money`` (a key of `MONEY`; empty: any), ``sort`` (one of `SORTS`).
        versions : DataFrame
            As `version_frame`: what is typed may mean a village.
        """
        order = self._order(filters["sort"])
        found: Places = order[self._chosen(filters, versions)[order]]
        return found

    def _chosen(self, filters: Mapping[str, str], versions: pd.DataFrame) -> Chosen:
        chosen = np.ones(len(self.projects), dtype=bool)
        for name, column in _FILTERS.items():
            asked = filters[name]
            if name == "livelihood" and asked == LIVELIHOOD:
                chosen &= self._is_livelihood
            elif asked:
                wanted = None if name == "county" and asked == NOWHERE else asked
                chosen &= self._codes[column] == wanted
        if filters["money"]:
            chosen &= self._flags[filters["money"]]
        if filters["channel"]:
            asked = filters["channel"]
            chosen &= np.fromiter((asked in own for own in self._channels), bool, len(chosen))
        if filters["q"]:
            chosen &= self._named(filters["q"], versions)
        return chosen

    def _named(self, query: str, versions: pd.DataFrame) -> Chosen:
        """Say which projects a query means: by their own name or number, or by a village's."""
        villages = list(set(matching_names(versions, query)["unit_id"]))
        hit = np.zeros(len(self.projects), dtype=bool)
        if villages:
            for column in ("current_unit_id", "former_unit_id"):
                hit |= self.projects[column].isin(villages).to_numpy(dtype=bool)
        query = query.lower()
        for column in ("name", "project_no"):
            if column not in self._texts:
                texts = self.projects[column].fillna("").tolist()
                self._texts[column] = [str(text).lower() for text in texts]
            hit |= np.fromiter((query in text for text in self._texts[column]), bool, len(hit))
        return hit

    def _order(self, sort: str) -> Places:
        if sort not in self._orders:
            _text, columns, ascending = SORTS[sort]
            keys = pd.concat([self.projects, self._placed], axis=1)[columns]
            keys = keys.reset_index(drop=True)
            keys = keys.sort_values(columns, ascending=ascending, kind="stable")
            self._orders[sort] = keys.index.to_numpy()
        return self._orders[sort]
