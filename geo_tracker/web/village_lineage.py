"""The lineage of one village as a picture: generation by generation, by ground or by people."""

from typing import Any, NamedTuple

import pandas as pd
from flask import url_for
from flask_babel import gettext as _
from markupsafe import Markup

from geo_tracker.lineage.steps import links_of_step
from geo_tracker.maps.lineage_flow import FlowLink, FlowNode, flow_picture
from geo_tracker.web.lineage import merger_event, said_by
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register
from geo_tracker.web.texts import day, number, percent, term

MEASURES = ("area", "people")
"""What widths of the picture can mean."""

_MOST_VILLAGES = 30
"""More of them cannot be read; then the nearest only are shown."""

_Key = tuple[int, int]
"""A village and the number of a layer."""


class _Family(NamedTuple):
    units: set[int]
    is_whole: bool


def lineage_picture(held: Register, unit_id: int, *, measure: str) -> dict[str, Any] | None:
    """Return the picture of who became whom about a village; None where nothing happened to it.

    Parameters
    ----------
    held : Register
        The register.
    unit_id : int
        Any village.
    measure : str
        One of `MEASURES`.

    Returns
    -------
    dict or None
        ``svg`` (Markup), ``measure``, ``is_whole`` (False: farther relatives are left out).
    """
    family = _family(held, unit_id)
    links = _links(held, family.units)
    if links.empty:
        return None
    people = _people(held, links)
    columns = {
        layer: place for place, layer in enumerate(sorted({place for _unit, place in _ends(links)}))
    }
    versions = held.versions[held.versions["unit_id"].isin(family.units)]
    by_layer = versions.drop_duplicates(["unit_id", "layer_id"]).set_index(["unit_id", "layer_id"])
    nodes = []
    for unit, place in _ends(links):
        version = by_layer.loc[unit, held.layers[place].id]
        lines, warning = _node_texts(links, (unit, place))
        size = version["area_m2"] if measure == "area" else people.get((unit, place))
        nodes.append(
            FlowNode(
                (unit, place),
                column=columns[place],
                name=version["name"],
                code=or_none(version["stat_code"]) or "",
                lines=lines,
                warning=warning,
                url=url_for("villages.show", unit_id=unit),
                is_here=unit == unit_id,
                size=or_none(size),
            )
        )
    names = {key: by_layer.loc[key[0], held.layers[key[1]].id]["name"] for key in _ends(links)}
    drawn = [
        FlowLink(
            link["source"],
            link["target"],
            size=_link_size(link, people, measure),
            colour=int(link["colour"]),
            title=_link_title(link, names),
            label=percent(or_none(link["share_of_from"]), 0) if link["is_part"] else "",
            is_doubtful=bool(link["is_doubtful"]),
        )
        for link in links.to_dict("records")
    ]
    svg = flow_picture(
        nodes,
        drawn,
        heads=[day(held.layers[place].as_of_on) for place in columns],
        title=_("Who became whom"),
    )
    # Made by maps.lineage_flow, which escapes every text.
    return {"svg": Markup(svg), "measure": measure, "is_whole": family.is_whole}  # noqa: S704


def _family(held: Register, unit_id: int) -> _Family:
    """Return what a village became, what that came from, and what else came of that."""
    edges = held.followed
    pairs = edges[["from_unit_id", "to_unit_id"]].to_numpy()
    later = _reached({unit_id}, pairs, steps=len(held.layers))
    origins = _reached(later, pairs[:, ::-1], steps=len(held.layers))
    whole = _reached(origins, pairs, steps=len(held.layers))
    rivals = _undecided(held, held.edges)
    whole |= {*rivals.loc[rivals["from_unit_id"].isin(whole), "to_unit_id"]}
    if len(whole) <= _MOST_VILLAGES:
        return _Family(whole, is_whole=True)
    near = _reached({unit_id}, pairs, steps=1) | _reached({unit_id}, pairs[:, ::-1], steps=1)
    return _Family(near, is_whole=False)


def _undecided(held: Register, edges: pd.DataFrame) -> pd.DataFrame:
    """Return the links that contradict those followed, and nobody has decided."""
    disputed = edges["from_unit_id"].isin(held.disputed)
    return edges[disputed & ~edges["accepted"] & edges["decided_at"].isna()]


def _reached(start: set[int], pairs: Any, *, steps: int) -> set[int]:
    found = set(start)
    for _step in range(steps):
        new = {int(to) for origin, to in pairs if origin in found and to not in found}
        if not new:
            break
        found |= new
    return found


def _links(held: Register, units: set[int]) -> pd.DataFrame:
    """Return what happened among some villages, layer by layer, as ``source`` → ``target``.

    Villages that only live on are left out before and after what happened to them.
    """
    edges = held.edges
    moved = edges[edges["from_unit_id"].isin(units) | edges["to_unit_id"].isin(units)]
    moved = pd.concat([moved[moved["accepted"]], _undecided(held, moved)])
    ends = units | {*moved["from_unit_id"], *moved["to_unit_id"]}
    versions = held.versions[held.versions["unit_id"].isin(ends)]
    steps = []
    for place, (before, after) in enumerate(zip(held.layers[:-1], held.layers[1:], strict=True)):
        step = links_of_step(versions, moved, before=before.id, after=after.id)
        step = step[step["from_id"].isin(units) & step["to_id"].isin(units)]
        step["source"] = [(int(unit), place) for unit in step["from_id"]]
        step["target"] = [(int(unit), place + 1) for unit in step["to_id"]]
        steps.append(step)
    if not steps:
        return pd.DataFrame(columns=["source", "target"])
    links = pd.concat(steps, ignore_index=True).drop_duplicates(["source", "target"])
    links = _without_idle_ends(links)
    followed = links[links["accepted"]]
    given = followed.groupby("source").size()
    links["is_part"] = links["source"].map(given).gt(1) & links["accepted"]
    waiting = held.review[0]
    waiting = waiting.index[waiting["state"] == "open"]
    links["is_doubtful"] = links["from_id"].isin(waiting) | ~links["accepted"]
    areas = links["from_id"].map(held.units["area_m2"])
    order = areas.groupby(links["target"]).rank(method="first", ascending=False)
    return links.assign(colour=(order - 1).astype(int))


def _without_idle_ends(links: pd.DataFrame) -> pd.DataFrame:
    idle = links["event_type"].eq("unchanged") & links["from_id"].eq(links["to_id"])
    while True:
        alone = (links.groupby("source")["target"].transform("size") == 1) & (
            links.groupby("target")["source"].transform("size") == 1
        )
        outermost = ~links["source"].isin(links["target"]) | ~links["target"].isin(links["source"])
        gone = idle & alone & outermost
        if not gone.any():
            return links
        links, idle = links[~gone], idle[~gone]


def _ends(links: pd.DataFrame) -> list[_Key]:
    return sorted({*links["source"], *links["target"]})


def _people(held: Register, links: pd.DataFrame) -> dict[_Key, float]:
    """Return how many people live in each village of the picture, where that is known."""
    known = held.latest_figures["registered_population"]
    found: dict[_Key, float] = {}
    for key in sorted(_ends(links), key=lambda key: key[1]):
        own = or_none(known.get(key[0]))
        if own is not None:
            found[key] = float(own)
            continue
        into = links[(links["target"] == key) & links["accepted"]]
        parts = [_link_size(link, found, "people") for link in into.to_dict("records")]
        if parts and None not in parts:
            found[key] = sum(part for part in parts if part is not None)
    return found


def _link_size(link: dict[str, Any], people: dict[_Key, float], measure: str) -> float | None:
    if not link["accepted"]:
        return None
    if measure == "area":
        shared: float | None = or_none(link["shared_m2"])
        return shared
    share = or_none(link["share_of_from"])
    whole = people.get(link["source"])
    # A village that went to one other as a whole needs no ground to say so.
    if share is None and not link["is_part"]:
        share = 1.0
    return None if whole is None or share is None else whole * share


def _node_texts(links: pd.DataFrame, key: _Key) -> tuple[list[str], str]:
    """Return the small lines about a village, and what has to be decided about it."""
    lines = []
    made = links[(links["target"] == key) & links["accepted"]]
    made = made[made["from_id"] != made["to_id"]]
    if len(made):
        event = merger_event(made.to_dict("records")[0])
        dated = [day(event["effective_on"]), term(event["status"])]
        if event["document_no"]:
            dated.append(event["document_no"])
        lines += [term(event["event_type"]), " · ".join(dated)]
    given = links[(links["source"] == key) & (links["from_id"] != links["to_id"])]
    followed = given[given["accepted"]].to_dict("records")
    if len(followed) == 1:
        link = followed[0]
        shares = [
            _("%(share)s of its ground", share=percent(or_none(link["share_of_from"]))),
            _("makes up %(share)s", share=percent(or_none(link["share_of_to"]))),
        ]
        lines.append(" · ".join(shares))
        lines.append(_known_from(link))
    conflict = given["conflict"].eq(True) & given["decided_at"].isna()
    return lines, str(_("table and ground disagree")) if conflict.any() else ""


def _known_from(link: dict[str, Any]) -> str:
    basis = link["method"] if link["method"] == "person" else said_by(link)
    return str(
        _("%(basis)s · sure to %(share)s", basis=term(basis), share=percent(link["confidence"], 0))
    )


def _link_title(link: dict[str, Any], names: dict[_Key, str]) -> str:
    parts = [f"{names[link['source']]} → {names[link['target']]}"]
    if or_none(link["shared_m2"]) is not None:
        parts.append(_("%(area)s ha", area=number(link["shared_m2"] / 10_000, 1)))
    if or_none(link["share_of_from"]) is not None:
        parts.append(_("%(share)s of its ground", share=percent(link["share_of_from"])))
    if link["from_id"] != link["to_id"]:
        parts.append(_known_from(link))
    if not link["accepted"]:
        parts.append(_("not followed"))
    return " · ".join(str(part) for part in parts)
