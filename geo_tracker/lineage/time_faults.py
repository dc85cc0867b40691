"""Times and codes that cannot be right: gaps, two at once, links before or after their villages."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pandas as pd

from geo_tracker.language import N_, Message
from geo_tracker.lineage.faults import Fault, lifetimes


def time_faults(versions: pd.DataFrame, links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    """Compare the versions of each village with one another and with its links.

    Parameters
    ----------
    versions, links : DataFrame
        As `lineage_faults`; accepted links between different villages only.
    names : Series
        Names by unit.

    Yields
    ------
    Fault
        ``gap``, ``overlap_in_time``, ``wrong_dates`` (a version that ends before it begins, a link
        on a day on which one of its villages is not there).
    """
    yield from _sequence(versions)
    yield from _backwards(versions)
    yield from _links(versions, links, names)


def _sequence(versions: pd.DataFrame) -> Iterator[Fault]:
    ordered = versions.sort_values(["unit_id", "valid_from"], kind="stable")
    unit, until = None, date.min
    columns = ["unit_id", "name", "valid_from", "valid_to"]
    for row in ordered[columns].to_dict("records"):
        ends = date.max if pd.isna(row["valid_to"]) else row["valid_to"]
        if row["unit_id"] == unit and row["valid_from"] != until:
            values = {"name": row["name"], "from": str(until), "to": str(row["valid_from"])}
            if row["valid_from"] < until:
                text = N_("%(name)s has two versions at once from %(to)s on.")
                kind, on = "overlap_in_time", row["valid_from"]
            else:
                text = N_("%(name)s is missing between %(from)s and %(to)s.")
                kind, on = "gap", until
            yield Fault(kind, (int(row["unit_id"]),), Message(text, values), on)
        # One that lasts longer than the next still overlaps the one after that.
        until = max(until, ends) if row["unit_id"] == unit else ends
        unit = row["unit_id"]


def _backwards(versions: pd.DataFrame) -> Iterator[Fault]:
    ended = versions[versions["valid_to"].notna()]
    for row in ended[ended["valid_to"] <= ended["valid_from"]].to_dict("records"):
        values = {"name": row["name"], "from": str(row["valid_from"]), "to": str(row["valid_to"])}
        text = N_("A version of %(name)s begins on %(from)s and ends on %(to)s.")
        yield Fault("wrong_dates", (int(row["unit_id"]),), Message(text, values), row["valid_from"])


def _links(versions: pd.DataFrame, links: pd.DataFrame, names: pd.Series) -> Iterator[Fault]:
    life = lifetimes(versions)
    old, new = (life.reindex(links[side]) for side in ("from_unit_id", "to_unit_id"))
    rows = zip(
        links[["from_unit_id", "to_unit_id", "effective_on"]].itertuples(index=False, name=None),
        old.itertuples(index=False, name=None),
        new.itertuples(index=False, name=None),
        strict=True,
    )
    for (from_unit, to_unit, on), (born, ended), (begun, gone) in rows:
        # A village that nobody knows is a link seen from one side only.
        if pd.isna(born) or pd.isna(begun) or pd.isna(on):
            continue
        if not born < on <= ended or not begun <= on < gone:
            values = {
                "old": names.get(from_unit, from_unit),
                "new": names.get(to_unit, to_unit),
                "day": str(on),
                "ended": _day(ended),
                "begun": _day(begun),
            }
            text = N_(
                "%(old)s became %(new)s on %(day)s, but the former ended on %(ended)s and the later"
                " began on %(begun)s."
            )
            yield Fault("wrong_dates", (int(from_unit), int(to_unit)), Message(text, values), on)


def _day(day: date) -> str:
    return "—" if day == date.max else str(day)


def code_faults(versions: pd.DataFrame) -> Iterator[Fault]:
    """Find codes, of either kind, that two villages hold at one date."""
    for column in ("stat_code", "land_code"):
        if column in versions:
            yield from _twice(versions, column)


def _twice(versions: pd.DataFrame, column: str) -> Iterator[Fault]:
    known = versions[column].notna() & (versions[column] != "")
    coded = versions[known].sort_values([column, "valid_from", "unit_id"])
    held: list[dict[str, Any]] = []
    told: set[tuple[int, int]] = set()
    code = None
    for version in coded[[column, "unit_id", "name", "valid_from", "valid_to"]].to_dict("records"):
        if version[column] != code:
            code, held = version[column], []
        held = [before for before in held if _outlasts(before, version["valid_from"])]
        for before in held:
            pair = (int(before["unit_id"]), int(version["unit_id"]))
            if pair[0] == pair[1] or pair in told:
                continue
            told |= {pair, pair[::-1]}
            values = {
                "one": before["name"],
                "other": version["name"],
                "code": code,
                "day": str(version["valid_from"]),
            }
            text = N_("%(one)s and %(other)s both have the code %(code)s on %(day)s.")
            yield Fault("code_twice", pair, Message(text, values), version["valid_from"])
        held.append(version)


def _outlasts(version: dict[str, Any], day: date) -> bool:
    """Say whether a version is still valid on a day."""
    return pd.isna(version["valid_to"]) or bool(version["valid_to"] > day)
