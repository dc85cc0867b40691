"""What kind of change each group of links is."""

from collections.abc import Hashable, Iterable
from typing import Any, NamedTuple

import numpy as np
import pandas as pd

from geo_tracker.language import N_, Message
from geo_tracker.lineage.links import WHOLE_SHARE, real_links
from geo_tracker.lineage.name_forms import is_community, name_forms
from geo_tracker.lineage.names import WRITTEN, known_name, name_likeness
from geo_tracker.lineage.one_layer import uncovered_ground
from geo_tracker.memory import give_back

REVIEW_BELOW = 0.9
"""Links and events less certain than this are for a person to look at."""

_MANY = 100_000


class _Event(NamedTuple):
    """A row of the events: a third of the memory of a dict, of which there would be a million."""

    event: int
    event_type: str
    from_ids: list[Any]
    to_ids: list[Any]
    survivor_id: Any
    residual_m2: float | None
    confidence: float
    needs_review: bool


def classified_changes(
    shares: pd.DataFrame,
    before: pd.DataFrame,
    after: pd.DataFrame,
    *,
    agreeing: int = 0,
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Group links into change events and name each event's type.

    Parameters
    ----------
    shares : DataFrame
        As `overlap_shares` returns for the two layers.
    before, after : DataFrame
        The layers, indexed by ``unit_id``, with ``name`` and ``stat_code`` (missing where unknown).
    agreeing : int
        As `real_links`.

    Returns
    -------
    events : DataFrame
        ``event`` (number), ``event_type`` (domain reference §3, or ``one_layer_only``: a village,
        or more of one than drawing explains, that lies where the other layer has nothing),
        ``from_ids``, ``to_ids``, ``survivor_id`` (of an integration, else missing),
        ``residual_m2`` (ground the old ones had and the new ones lack), ``confidence`` (its least
        certain link), ``needs_review``.
    edges : DataFrame
        The links, those of a village's main successor first, with ``event``, ``method``
        (``geometry``) and ``evidence`` (Message).

    Notes
    -----
    Villages and their largest overlaps make the groups. A part that moved from one group to
    another is an event of its own, a ``rectification``, so that a merger stays the merger it is;
    only where the giving village leaves more elsewhere than it keeps together is all of it one
    ``reallocation``. Where a part moved between two villages that live on alone, the event holds
    both.
    """
    names = (before["name"], after["name"])
    links = real_links(shares, names=names, agreeing=agreeing)
    if len(links) > _MANY:
        give_back()
    links = links.sort_values("is_main", ascending=False, kind="stable")
    alone = _alone(links)
    links = links.assign(
        event=_numbered(links, alone), method="geometry", evidence=_evidence(links)
    )
    events = _of_single_links(links[alone], before, after)
    events += _of_groups(links[~alone], before, after)
    events.sort(key=lambda event: event.event)
    events += _one_layer_only(links, shares, before.index, after.index, first=len(events))
    frame = pd.DataFrame(events, columns=list(_Event._fields))
    frame["survivor_id"] = frame["survivor_id"].astype("Int64" if _whole(frame) else object)
    return frame, links


def _alone(links: pd.DataFrame) -> Any:
    """Mark main links whose villages have no other: nearly all, and an event each."""
    once = [~links[side].duplicated(keep=False) for side in ("from_id", "to_id")]
    return (links["is_main"] & once[0] & once[1]).to_numpy()


def _numbered(links: pd.DataFrame, alone: Any) -> Any:
    """Number the event of each link, in the order in which events first appear."""
    labels = -1 - np.arange(len(links))
    labels[~alone] = _grouped(links[~alone])
    return pd.factorize(labels)[0]


def _of_single_links(
    links: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame
) -> list[_Event]:
    """Return the events of villages that go on by themselves."""
    old, new = _facts_of(links, "from_id", before), _facts_of(links, "to_id", after)
    residual = links["shared_m2"] / links["share_of_from"]
    residual -= links["shared_m2"] / links["share_of_to"]
    rows = links[["event", *_Link._fields]].itertuples(index=False, name=None)
    return [
        _Event(
            event,
            _kind_of_one(one, other),
            from_ids=[row[0]],
            to_ids=[row[1]],
            survivor_id=None,
            residual_m2=lost,
            confidence=row[-1],
            needs_review=row[-1] < REVIEW_BELOW,
        )
        for (event, *row), one, other, lost in zip(rows, old, new, residual.tolist(), strict=True)
    ]


def _of_groups(links: pd.DataFrame, before: pd.DataFrame, after: pd.DataFrame) -> list[_Event]:
    """Return the events that several villages of a layer have part in."""
    old = dict(zip(links["from_id"].tolist(), _facts_of(links, "from_id", before), strict=True))
    new = dict(zip(links["to_id"].tolist(), _facts_of(links, "to_id", after), strict=True))
    old_m2 = _whole_areas(links, "from_id", "share_of_from")
    new_m2 = _whole_areas(links, "to_id", "share_of_to")
    columns = list(_Link._fields)
    members: dict[int, list[_Link]] = {}
    for event, row in zip(
        links["event"].tolist(), links[columns].itertuples(index=False, name=None), strict=True
    ):
        members.setdefault(event, []).append(_Link(*row))
    events: list[_Event] = []
    for event, group in members.items():
        from_ids = sorted({link.from_id for link in group})
        to_ids = sorted({link.to_id for link in group})
        event_type, survivor = _kind(from_ids, to_ids, group, old, new)
        confidence = float(min(link.confidence for link in group))
        moved_only = not any(link.is_main for link in group)
        events.append(
            _Event(
                event,
                event_type,
                from_ids,
                to_ids,
                survivor,
                # Of a part that moved there is nothing to compare: all of it is on both sides.
                residual_m2=0.0
                if moved_only
                else sum(old_m2[unit] for unit in from_ids) - sum(new_m2[unit] for unit in to_ids),
                confidence=confidence,
                needs_review=confidence < REVIEW_BELOW or event_type == "reallocation",
            )
        )
    return events


def _whole(frame: pd.DataFrame) -> bool:
    return all(isinstance(unit, int) for unit in frame["survivor_id"].dropna())


def _evidence(links: pd.DataFrame) -> list[Message]:
    measured = N_("%(of_from)s %% of the former village's ground, %(of_to)s %% of the new one's")
    estimated = N_(
        "about %(of_from)s %% of the former village's ground, %(of_to)s %% of the new one's,"
        " estimated along lines"
    )
    exact = links["exact"].tolist() if "exact" in links else [True] * len(links)
    shares = zip(links["share_of_from"], links["share_of_to"], exact, strict=True)
    return [
        Message(
            measured if is_exact else estimated,
            {"of_from": f"{of_from * 100:.1f}", "of_to": f"{of_to * 100:.1f}"},
        )
        for of_from, of_to, is_exact in shares
    ]


def _whole_areas(links: pd.DataFrame, side: str, share: str) -> dict[Any, float]:
    return dict(zip(links[side], links["shared_m2"] / links[share], strict=True))


def _one_layer_only(
    links: pd.DataFrame, shares: pd.DataFrame, old: pd.Index, new: pd.Index, *, first: int
) -> list[_Event]:
    """Return the villages, and the parts of others, that lie in one layer alone."""
    alone: list[tuple[list[Any], list[Any]]] = [
        ([unit], []) for unit in old.difference(links["from_id"], sort=False)
    ]
    alone += [([], [unit]) for unit in new.difference(links["to_id"], sort=False)]
    rows = [(from_ids, to_ids, None, 1.0, True) for from_ids, to_ids in alone]
    for from_id, to_id, uncovered_m2, confidence in uncovered_ground(shares, links).itertuples(
        index=False, name=None
    ):
        part = ([], [to_id], -uncovered_m2) if from_id is None else ([from_id], [], uncovered_m2)
        # A coastline drawn anew is no lineage that somebody would have to decide.
        rows.append((*part, confidence, False))
    return [
        _Event(
            first + number,
            "one_layer_only",
            from_ids,
            to_ids,
            None,
            residual_m2,
            confidence,
            needs_review,
        )
        for number, (from_ids, to_ids, residual_m2, confidence, needs_review) in enumerate(rows)
    ]


class _Link(NamedTuple):
    """What the kind of an event is judged by."""

    from_id: Any
    to_id: Any
    is_main: bool
    share_of_from: float
    share_of_to: float
    confidence: float


_Fact = tuple[str | None, str | None]
_Facts = dict[Any, _Fact]


def _facts_of(links: pd.DataFrame, side: str, layer: pd.DataFrame) -> list[_Fact]:
    """Return name and code of each link's village, None where unknown."""
    rows = layer.index.get_indexer(links[side])
    columns = (layer[column].take(rows).tolist() for column in ("name", "stat_code"))
    known = ([known_name(value) for value in column] for column in columns)
    return list(zip(*known, strict=True))


class _Groups:
    """Connected groups of villages (union-find)."""

    def __init__(self) -> None:
        self.parent: dict[tuple[str, Hashable], tuple[str, Hashable]] = {}

    def root(self, node: tuple[str, Hashable]) -> tuple[str, Hashable]:
        self.parent.setdefault(node, node)
        while self.parent[node] != node:
            self.parent[node] = self.parent[self.parent[node]]
            node = self.parent[node]
        return node

    def add(self, old: Hashable, new: Hashable) -> None:
        self.root(("from", old))
        self.root(("to", new))

    def join(self, pairs: Iterable[tuple[Hashable, Hashable]]) -> None:
        for old, new in pairs:
            self.parent[self.root(("from", old))] = self.root(("to", new))


def _grouped(links: pd.DataFrame) -> list[int]:
    """Number the event of each link."""
    main = links[links["is_main"]]
    lesser = links[~links["is_main"]]
    successor = links.loc[links.groupby("from_id")["shared_m2"].idxmax()]
    kept_together = successor.set_index("from_id")["share_of_from"]
    pairs = ["from_id", "to_id"]
    # A village that is torn up is not one that gave a part away.
    torn = lesser["from_id"].map(kept_together) < WHOLE_SHARE
    groups = _Groups()
    groups.join(main[pairs].itertuples(index=False, name=None))
    groups.join(lesser.loc[torn, pairs].itertuples(index=False, name=None))
    for pair in lesser[pairs].itertuples(index=False, name=None):
        groups.add(*pair)
    sizes: dict[Hashable, int] = {}
    for node in list(groups.parent):
        sizes[groups.root(node)] = sizes.get(groups.root(node), 0) + 1
    moved = lesser[~torn]
    between_two = [
        sizes[groups.root(("from", old))] == sizes[groups.root(("to", new))] == 2
        for old, new in moved[pairs].itertuples(index=False, name=None)
    ]
    both_live_on = moved[pd.Series(between_two, index=moved.index, dtype=bool)]
    groups.join(both_live_on[pairs].itertuples(index=False, name=None))
    numbers: dict[Any, int] = {}
    events = []
    for row, old, new in links[pairs].itertuples(name=None):
        root = groups.root(("from", old))
        apart: Any = root if root == groups.root(("to", new)) else row
        events.append(numbers.setdefault(apart, len(numbers)))
    return events


def _kind(
    from_ids: list[Any], to_ids: list[Any], links: list[_Link], old: _Facts, new: _Facts
) -> tuple[str, Any]:
    if not any(link.is_main for link in links):
        return "rectification", None
    if len(from_ids) == 1 and len(to_ids) == 1:
        return _kind_of_one(old[from_ids[0]], new[to_ids[0]]), None
    if len(to_ids) == 1:
        survivors = [unit for unit in from_ids if _is_same(old[unit], new[to_ids[0]])]
        return ("integration", survivors[0]) if len(survivors) == 1 else ("fusion", None)
    if len(from_ids) == 1:
        stays = any(_is_same(old[from_ids[0]], new[unit]) for unit in to_ids)
        return ("extraction" if stays else "scission"), None
    # Each old village keeps most of its ground in a new one of its own: only a part moved.
    kept = [link for link in links if link.share_of_from > WHOLE_SHARE]
    givers, takers = {link.from_id for link in kept}, {link.to_id for link in kept}
    if len(kept) == len(givers) == len(takers) == len(from_ids) == len(to_ids):
        return "rectification", None
    return "reallocation", None


def _is_same(one: _Fact, other: _Fact) -> bool:
    """Say whether two versions go by the same name and code, as far as both are known."""
    same = (_same_name(one[0], other[0]), _same_code(one[1], other[1]))
    return any(same) and all(known is not False for known in same)


def _same_name(one: str | None, other: str | None) -> bool | None:
    """Say whether two names are one, however it is written; None where one is unknown.

    倪宅新村 is not 倪宅村: a merged village is called new to be told from the old one.
    """
    if one is None or other is None:
        return None
    if one == other:
        return True
    if is_community(one) != is_community(other):
        return False
    is_new = [name_forms(name).ends_new for name in (one, other)]
    return is_new[0] == is_new[1] and name_likeness(one, other) >= WRITTEN


def _same_code(one: str | None, other: str | None) -> bool | None:
    return None if one is None or other is None else one == other


def _kind_of_one(old: _Fact, new: _Fact) -> str:
    if old[0] and new[0] and is_community(new[0]) and not is_community(old[0]):
        return "to_community"
    if _same_name(old[0], new[0]) is False:
        return "name_change"
    return "identifier_change" if _same_code(old[1], new[1]) is False else "unchanged"
