"""Which stored project a row is about: by number, else by name and village."""

from collections import defaultdict
from typing import Any

from geo_tracker.db.records import Record
from geo_tracker.importing.columns import LAYOUTS
from geo_tracker.importing.sheet_rows import as_read
from geo_tracker.language import N_, Message

_COUNTER_DIGITS = 4


class KnownProjects:
    """The projects as stored, and those that rows before have added.

    A number of a few digits counts within one list only, and says which project of a village is
    meant; a longer one names its project wherever that is. A project that has no number yet, or a
    row that gives none, is known by name and village.
    """

    def __init__(self, projects: list[Record]) -> None:
        self._by_number: dict[str, list[Record]] = defaultdict(list)
        self._by_name: dict[str, list[Record]] = defaultdict(list)
        for project in projects:
            self.add(project)

    def add(self, project: Record) -> None:
        """Let a project be found by later rows."""
        # As a sheet that was exported comes back: full-width digits are plain ones there.
        self._by_name[_read(project, "name")].append(project)
        if project["project_no"]:
            self._by_number[_read(project, "project_no")].append(project)

    def number(self, project: Record, number: str) -> None:
        """Let a project that had no number be found by it."""
        project["project_no"] = number
        self._by_number[number].append(project)

    def found(self, row: Record) -> Record | Message | None:
        """Return the project of a row, why that cannot be said, or None for a new one.

        Parameters
        ----------
        row : dict
            ``project_no``, ``name``, ``unit_id``, ``former_unit_id``.
        """
        number = row["project_no"]
        if number:
            numbered = self._by_number.get(number, [])
            here = [project for project in numbered if _same_place(project, row)]
            named = [project for project in here if _read(project, "name") == row["name"]]
            for candidates in (named, here, numbered if _is_unique(number) else []):
                if len(candidates) == 1:
                    return candidates[0]
        alike = [p for p in self._by_name.get(row["name"], []) if _same_place(p, row)]
        bare = [project for project in alike if not project["project_no"]]
        for candidates in (bare, [] if number else alike):
            if len(candidates) == 1:
                return candidates[0]
            if candidates:
                return Message(
                    N_("%(count)s projects of the village are called %(name)s; give the number."),
                    {"count": len(candidates), "name": row["name"]},
                )
        return None


def _read(project: Record, target: str) -> str:
    longest = LAYOUTS["projects"].columns[target].longest or 0
    return as_read(project[target], longest) or project[target]


def _is_unique(number: str) -> bool:
    return len(number) > _COUNTER_DIGITS


def _same_place(project: Record, row: dict[str, Any]) -> bool:
    for name in ("former_unit_id", "unit_id"):
        if project[name] is not None and row[name] is not None:
            return bool(project[name] == row[name])
    return False
