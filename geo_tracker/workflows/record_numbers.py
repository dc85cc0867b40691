"""Numbers under which visits and incidents, which have none of their own, are exported."""

import re
from collections.abc import Mapping
from typing import Final

from geo_tracker.db.records import Record
from geo_tracker.followup.problem_sheet import RowError
from geo_tracker.language import N_

_PREFIXES: Final = {"visit": "ZF", "incident": "SJ"}  # 走访, 事件
_COLUMNS: Final = {"visit": "visit_no", "incident": "incident_no"}
_NUMBER = re.compile(r"(ZF|SJ)-(\d{1,9})")


def record_number(table: str, record_id: int) -> str:
    """Return the number of a record: ZF-12 of a visit, SJ-3 of an incident."""
    return f"{_PREFIXES[table]}-{record_id}"


def numbered_record(table: str, number: str | None, by_id: Mapping[int, Record]) -> Record | None:
    """Return the record that a row's number names; None where it is no number of ours.

    Raises
    ------
    RowError
        If there is no such record any more: what was removed is not added again unasked.
    """
    ours = _NUMBER.fullmatch(number.upper()) if number else None
    if ours is None or ours[1] != _PREFIXES[table]:
        return None
    record = by_id.get(int(ours[2]))
    if record is None:
        raise RowError(
            N_("There is no record %(number)s any more. Empty the cell to add it anew."),
            column=_COLUMNS[table],
            number=number,
        )
    return record
