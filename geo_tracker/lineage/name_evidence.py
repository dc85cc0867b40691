"""What names say, in words, beside what the ground says of each link."""

from collections.abc import Mapping, Sequence
from typing import Any

import pandas as pd

from geo_tracker.language import N_, Message
from geo_tracker.lineage.names import composed_of, group_evidence, known_name, name_evidence

_Names = Mapping[Any, Any] | Sequence[Any]


def with_names(links: pd.DataFrame, old: _Names, new: _Names) -> list[Message]:
    """Return the evidence of links with that of the names beside it.

    Parameters
    ----------
    links : DataFrame
        As `classified_changes` returns.
    old, new : mapping or sequence
        Names by what ``from_id`` and ``to_id`` hold, missing where unknown.

    Returns
    -------
    list of Message
        In the order of the links. A name put together of several former villages' is told with
        the link of each of them.
    """
    columns = (links[column].tolist() for column in ("evidence", "from_id", "to_id"))
    composed = _composed_names(links, old, new)
    told = []
    for ground, from_id, to_id in zip(*columns, strict=True):
        names = composed.get((from_id, to_id))
        if names is None:
            names = name_evidence(known_name(old[from_id]), known_name(new[to_id]))
        both = {"ground": ground, "names": names}
        told.append(ground if names is None else Message(N_("%(ground)s; %(names)s"), both))
    return told


def _composed_names(
    links: pd.DataFrame, old: _Names, new: _Names
) -> dict[tuple[Any, Any], Message]:
    """Return the links of villages out of whose names, together, the new one's name is made."""
    main = links[links["is_main"]]
    merged = main[main["to_id"].duplicated(keep=False)]
    found: dict[tuple[Any, Any], Message] = {}
    for to_id, from_ids in merged.groupby("to_id")["from_id"].agg(list).items():
        olds, name = [known_name(old[unit]) for unit in from_ids], known_name(new[to_id])
        parts = composed_of(olds, name)
        told = group_evidence(olds, name) if parts else None
        if told is not None:
            found |= {(from_ids[at], to_id): told for at in parts}
    return found
