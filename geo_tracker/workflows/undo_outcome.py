"""What undoing an import comes to: records that go, fields that return, and what stays."""

from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from geo_tracker.db.record_journal import Entry, Journal, plain_value
from geo_tracker.db.records import Record


@dataclass(frozen=True)
class Stay:
    """A record, or one field of it, that stays as it is, and the import that it now rests on.

    ``by_person``: somebody has worked on the record in the browser since.
    """

    table: str
    record_id: int
    unit_id: int | None
    label: str | None
    field: str | None
    value: Any
    import_id: int | None
    by_person: bool = False

    def to_json(self) -> dict[str, Any]:
        """Return it as plain data."""
        return self.__dict__ | {"value": plain_value(self.value)}


@dataclass
class UndoPlan:
    """What undoing does; nothing is written by it.

    Attributes
    ----------
    stamp : tuple
        Of the records it was made from.
    gone : dict
        By table, ids of records that go.
    written : dict
        By table and id, attributes to write.
    log : list of dict
        ``table_name``, ``record_id``, ``unit_id``, ``field``, ``old``, ``new``.
    returned : list of Entry
        Records of which fields return to what they were; ``fields``: what is and what will be.
    removed : dict
        By table, how many records go; money of a project that goes is not counted.
    stays : list of Stay
        What stays, and why.
    journals : dict
        By import, journals of later imports that take over what stays.
    steps_gone : list of int
        Steps of the follow-up's log that go.
    steps_of : dict
        By step that stays, the later import that it is of from then on.
    projects : set of int
        Projects that change, themselves or in their money.
    """

    stamp: tuple[Any, ...]
    gone: dict[str, list[int]] = field(default_factory=lambda: defaultdict(list))
    written: dict[str, dict[int, Record]] = field(
        default_factory=lambda: defaultdict(lambda: defaultdict(dict))
    )
    log: list[dict[str, Any]] = field(default_factory=list)
    returned: list[tuple[str, Entry]] = field(default_factory=list)
    removed: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    stays: list[Stay] = field(default_factory=list)
    journals: dict[int, Journal] = field(default_factory=dict)
    steps_gone: list[int] = field(default_factory=list)
    steps_of: dict[int, int] = field(default_factory=dict)
    projects: set[int] = field(default_factory=set)


def stage_before(
    made: UndoPlan, later: Mapping[int, Journal], stages: Mapping[int, Record], entry: Entry
) -> None:
    """Let what a stage of assets replaced hold again, or be what a later one replaces.

    Parameters
    ----------
    made : UndoPlan
        What is planned so far.
    later : mapping
        Journals of later imports, by import.
    stages : mapping
        Stages of assets as stored, by id.
    entry : Entry
        Of the stage that goes.
    """
    if stages[entry.record_id]["current"] and entry.replaces in stages:
        made.written["asset_fusion"][entry.replaces or 0]["current"] = True
    for run_id, journal in later.items():
        for one in journal.added.get("asset_fusion", {}).values():
            if one.replaces == entry.record_id:
                one.replaces = entry.replaces
                made.journals[run_id] = journal
