"""Every fault put into the lineage of some hundred villages is found where it was put."""

import random
from collections.abc import Callable
from datetime import date, timedelta

import pandas as pd
import pytest

from geo_tracker.lineage.linter import Fault, lineage_faults

FIRST, SECOND, THIRD = date(2018, 10, 31), date(2019, 10, 31), date(2021, 10, 31)
EACH = 12
"""So many times each kind of fault is put in, at a place and of a size by chance."""

Lineage = tuple[pd.DataFrame, pd.DataFrame]


class Made:
    """Lineage of three dates: mergers, splits, parts that moved, and villages that live on."""

    def __init__(self, seed: int = 7) -> None:
        chance = random.Random(seed)
        self.versions: list[tuple[object, ...]] = []
        self.links: list[tuple[object, ...]] = []
        self.areas: dict[int, float] = {}
        self.next_id = 1
        standing = [self.born(FIRST, chance.uniform(4e5, 6e6)) for _ in range(210)]
        for start, on in ((FIRST, SECOND), (SECOND, THIRD)):
            following = []
            chance.shuffle(standing)
            while standing:
                turn = chance.random()
                if turn < 0.4 and len(standing) > 4:
                    group = [standing.pop() for _ in range(chance.randint(2, 4))]
                    following.append(self.merged(group, start, on))
                elif turn < 0.5:
                    following += self.split(standing.pop(), start, on, chance.uniform(0.1, 0.9))
                elif turn < 0.6 and len(standing) > 1:
                    pair = standing.pop(), standing.pop()
                    self.moved(*pair, start, on, chance.uniform(0.02, 0.3))
                    following += pair
                else:
                    following.append(standing.pop())
                    self.version(following[-1], start, on)
            standing = following
        for unit in standing:
            self.version(unit, THIRD, None)

    def born(self, _on: date, area: float) -> int:
        self.areas[self.next_id] = area
        self.next_id += 1
        return self.next_id - 1

    def version(self, unit: int, start: date, end: date | None) -> None:
        name, code = f"村{unit}", f"3307{unit:08d}"
        self.versions.append((unit, name, code, start, end, self.areas[unit]))

    def link(self, old: int, new: int, on: date, shared: float) -> None:
        shares = shared / self.areas[old], shared / self.areas[new]
        self.links.append((old, new, on, shared, *shares))

    def merged(self, group: list[int], start: date, on: date) -> int:
        new = self.born(on, sum(self.areas[unit] for unit in group))
        for unit in group:
            self.version(unit, start, on)
            self.link(unit, new, on, self.areas[unit])
        return new

    def split(self, old: int, start: date, on: date, cut: float) -> list[int]:
        self.version(old, start, on)
        parts = [self.born(on, self.areas[old] * share) for share in (cut, 1 - cut)]
        for part in parts:
            self.link(old, part, on, self.areas[part])
        return parts

    def moved(self, giver: int, taker: int, start: date, on: date, share: float) -> None:
        self.version(giver, start, on)
        self.version(taker, start, on)
        shared = self.areas[giver] * share
        of_giver, self.areas[taker] = share, self.areas[taker] + shared
        self.links.append((giver, taker, on, shared, of_giver, shared / self.areas[taker]))
        self.areas[giver] -= shared

    def frames(self) -> Lineage:
        columns = ["unit_id", "name", "stat_code", "valid_from", "valid_to", "area_m2"]
        named = ["from_unit_id", "to_unit_id", "effective_on", "shared_m2"]
        edges = pd.DataFrame(self.links, columns=[*named, "share_of_from", "share_of_to"])
        edges["edge_id"] = range(1, len(edges) + 1)
        return pd.DataFrame(self.versions, columns=columns), edges.assign(accepted=True)


CLEAN = Made().frames()
Injured = tuple[pd.DataFrame, pd.DataFrame, set[str], set[int]]
"""The lineage with a fault, the kinds that may name it, and the villages all of which must be."""

GROUND = {"lost_ground", "ground_noise"}


def links_of(versions: pd.DataFrame, edges: pd.DataFrame, *, whole: bool) -> pd.DataFrame:
    """Return links of villages that ended with them, those that went whole or others."""
    gone = edges["share_of_from"] == 1
    return edges[gone] if whole else edges[~gone]


def pick(chance: random.Random, rows: pd.DataFrame) -> int:
    return int(chance.choice(rows.index.tolist()))


def cycle(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    row = edges.loc[pick(chance, edges)]
    old, new = int(row["from_unit_id"]), int(row["to_unit_id"])
    later = edges[edges["from_unit_id"] == new]
    if len(later) and chance.random() < 0.5:
        new = int(chance.choice(later["to_unit_id"].tolist()))
    back = row.to_frame().T.assign(from_unit_id=new, to_unit_id=old, edge_id=10**6)
    return versions, joined(edges, back), {"cycle"}, {old, new}


def joined(edges: pd.DataFrame, added: pd.DataFrame) -> pd.DataFrame:
    return pd.concat([edges, added.astype(edges.dtypes.to_dict())], ignore_index=True)


def self_loop(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    row = edges.loc[pick(chance, edges)]
    unit = int(row["from_unit_id"])
    loop = row.to_frame().T.assign(to_unit_id=unit, edge_id=10**6 + 1)
    return versions, joined(edges, loop), {"cycle"}, {unit}


def no_successor(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    unit = int(edges.at[pick(chance, links_of(versions, edges, whole=True)), "from_unit_id"])
    last = edges.loc[edges["from_unit_id"] == unit, "effective_on"].max()
    gone = (edges["from_unit_id"] == unit) & (edges["effective_on"] == last)
    return versions, edges[~gone], {"no_successor"}, {unit}


def no_predecessor(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    unit = int(edges.at[pick(chance, links_of(versions, edges, whole=True)), "to_unit_id"])
    first = edges.loc[edges["to_unit_id"] == unit, "effective_on"].min()
    gone = (edges["to_unit_id"] == unit) & (edges["effective_on"] == first)
    return versions, edges[~gone], {"no_predecessor"}, {unit}


def size(chance: random.Random) -> float:
    """Return a share from a tenth of a per cent to nine tenths, small ones as often as large."""
    return float(10 ** chance.uniform(-3, -0.05))


def scaled(edges: pd.DataFrame, at: int, factor: float) -> pd.DataFrame:
    edges = edges.copy()
    for column in ("shared_m2", "share_of_from", "share_of_to"):
        edges.loc[at, column] *= factor
    return edges


def share_under(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    at = pick(chance, links_of(versions, edges, whole=True))
    unit = int(edges.at[at, "from_unit_id"])
    return versions, scaled(edges, at, 1 - size(chance)), GROUND, {unit}


def share_under_of_new(
    chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame
) -> Injured:
    at = pick(chance, links_of(versions, edges, whole=True))
    unit = int(edges.at[at, "to_unit_id"])
    return versions, scaled(edges, at, 1 - size(chance)), {"gained_ground", "ground_noise"}, {unit}


def share_over(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    at = pick(chance, links_of(versions, edges, whole=True))
    unit = int(edges.at[at, "from_unit_id"])
    return versions, scaled(edges, at, 1 + size(chance)), {"given_twice", "ground_noise"}, {unit}


def area_lost(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    """Draw a merged village smaller or larger than what it was made of, its links whole."""
    at = pick(chance, links_of(versions, edges, whole=True))
    unit, on = int(edges.at[at, "to_unit_id"]), edges.at[at, "effective_on"]
    row = versions.index[(versions["unit_id"] == unit) & (versions["valid_from"] == on)]
    versions = versions.copy()
    versions.loc[row, "area_m2"] *= 1 + chance.choice([-1, 1]) * size(chance)
    return versions, edges, {"area_changed", "ground_noise"}, {unit}


def mirror(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    at = pick(chance, edges)
    edges = edges.copy()
    column = chance.choice(["share_of_from", "share_of_to", "shared_m2"])
    off = edges.at[at, column] * (1 - max(size(chance), 0.002))
    edges.loc[at, column] = chance.choice([None, off])
    units = {int(edges.at[at, side]) for side in ("from_unit_id", "to_unit_id")}
    return versions, edges, {"mirror"}, units


def unknown_village(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    at = pick(chance, edges)
    edges = edges.copy()
    edges.loc[at, chance.choice(["from_unit_id", "to_unit_id"])] = 10**6
    units = {int(edges.at[at, side]) for side in ("from_unit_id", "to_unit_id")}
    return versions, edges, {"mirror"}, units


def inner_versions(versions: pd.DataFrame) -> pd.DataFrame:
    """Return versions that another of the same village follows."""
    return versions[versions["valid_to"].notna() & versions.duplicated("unit_id", keep="last")]


def days(chance: random.Random, start: date, end: date) -> timedelta:
    return timedelta(days=chance.randint(1, (end - start).days - 1))


def shifted_end(
    chance: random.Random, versions: pd.DataFrame, by: int
) -> tuple[pd.DataFrame, set[int]]:
    at = pick(chance, inner_versions(versions))
    row = versions.loc[at]
    versions = versions.copy()
    versions.loc[at, "valid_to"] = row["valid_to"] + by * days(
        chance, row["valid_from"], row["valid_to"]
    )
    return versions, {int(row["unit_id"])}


def gap(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    versions, units = shifted_end(chance, versions, -1)
    return versions, edges, {"gap"}, units


def overlap(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    versions, units = shifted_end(chance, versions, 1)
    return versions, edges, {"overlap_in_time"}, units


def open_version(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    at = pick(chance, inner_versions(versions))
    versions = versions.copy()
    versions.loc[at, "valid_to"] = None
    return versions, edges, {"overlap_in_time"}, {int(versions.at[at, "unit_id"])}


def backwards(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    at = pick(chance, versions[versions["valid_to"].notna()])
    versions = versions.copy()
    start = versions.at[at, "valid_from"]
    versions.loc[at, "valid_to"] = start - timedelta(days=chance.randint(0, 900))
    return versions, edges, {"wrong_dates"}, {int(versions.at[at, "unit_id"])}


def link_date(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    at = pick(chance, links_of(versions, edges, whole=True))
    edges = edges.copy()
    edges.loc[at, "effective_on"] += timedelta(
        days=chance.choice([-1, 1]) * chance.randint(1, 3000)
    )
    units = {int(edges.at[at, side]) for side in ("from_unit_id", "to_unit_id")}
    return versions, edges, {"wrong_dates"}, units


def late_successor(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    """Let a merged village begin some time after its former villages ended."""
    at = pick(chance, links_of(versions, edges, whole=True))
    unit, on = int(edges.at[at, "to_unit_id"]), edges.at[at, "effective_on"]
    row = versions.index[(versions["unit_id"] == unit) & (versions["valid_from"] == on)]
    versions = versions.copy()
    versions.loc[row, "valid_from"] = on + timedelta(days=chance.randint(1, 300))
    return versions, edges, {"wrong_dates"}, {unit, int(edges.at[at, "from_unit_id"])}


def code_twice(chance: random.Random, versions: pd.DataFrame, edges: pd.DataFrame) -> Injured:
    start = chance.choice([FIRST, SECOND, THIRD])
    rows = versions[versions["valid_from"] == start]
    one, other = chance.sample(rows.index.tolist(), 2)
    versions = versions.copy()
    versions.loc[other, "stat_code"] = versions.at[one, "stat_code"]
    return versions, edges, {"code_twice"}, {int(versions.at[at, "unit_id"]) for at in (one, other)}


INJURIES: list[Callable[[random.Random, pd.DataFrame, pd.DataFrame], Injured]] = [
    *(cycle, self_loop, no_successor, no_predecessor),
    *(share_under, share_under_of_new, share_over, area_lost, mirror, unknown_village),
    *(gap, overlap, open_version, backwards, link_date, late_successor, code_twice),
]


def told(faults: list[Fault], kinds: set[str], units: set[int]) -> bool:
    return any(fault.kind in kinds and units <= set(fault.unit_ids) for fault in faults)


def test_the_clean_lineage_has_every_kind_of_change_and_no_fault() -> None:
    versions, edges = CLEAN
    assert versions["unit_id"].nunique() > 300
    assert (edges["share_of_from"] == 1).sum() > 100
    assert edges["share_of_from"].lt(0.5).any()
    assert lineage_faults(*CLEAN) == []


@pytest.mark.parametrize("injury", INJURIES, ids=lambda injury: injury.__name__)
def test_every_fault_put_in_is_found_where_it_was_put(
    injury: Callable[[random.Random, pd.DataFrame, pd.DataFrame], Injured],
) -> None:
    assert EACH * len(INJURIES) >= 200
    for seed in range(EACH):
        versions, edges, kinds, units = injury(random.Random(seed), *CLEAN)
        faults = lineage_faults(versions, edges)
        assert told(faults, kinds, units), (seed, units, [(f.kind, f.unit_ids) for f in faults])
        # And nowhere else than around it.
        near = units | neighbours(edges, units) | neighbours(CLEAN[1], units)
        near |= neighbours(edges, near)
        assert all(set(fault.unit_ids) & near for fault in faults)
        assert len(faults) <= 12


def neighbours(edges: pd.DataFrame, units: set[int]) -> set[int]:
    touching = edges["from_unit_id"].isin(units) | edges["to_unit_id"].isin(units)
    return set(edges.loc[touching, ["from_unit_id", "to_unit_id"]].to_numpy().ravel().tolist())


def test_all_faults_at_once_are_all_found() -> None:
    versions, edges = CLEAN
    expected = []
    for seed, injury in enumerate(INJURIES):
        if injury in {open_version, backwards, unknown_village}:
            continue
        versions, edges, kinds, units = injury(random.Random(100 + seed), versions, edges)
        edges = edges.reset_index(drop=True)
        expected.append((kinds | {"wrong_dates", "mirror"}, units))
    faults = lineage_faults(versions, edges)
    assert [wanted for wanted in expected if not told(faults, *wanted)] == []


def test_a_transfer_is_told_from_the_noise_of_drawing() -> None:
    """Where all outlines lie some metres apart, a few metres are noise and fifty are not."""
    chance = random.Random(3)
    versions, edges = CLEAN
    drawn = edges.copy()
    whole = links_of(versions, edges, whole=True).index
    for at in whole:
        area = drawn.at[at, "shared_m2"]
        drawn = scaled(drawn, at, 1 - chance.uniform(1, 4) * 4 * area**0.5 / area)
    noisy = lineage_faults(versions, drawn)
    assert noisy
    assert {fault.kind for fault in noisy} == {"ground_noise"}
    at = pick(chance, drawn.loc[whole])
    area = drawn.at[at, "shared_m2"]
    moved = scaled(drawn, at, 1 - 80 * 4 * area**0.5 / area)
    found = [fault for fault in lineage_faults(versions, moved) if fault.kind != "ground_noise"]
    unit = int(drawn.at[at, "from_unit_id"])
    assert ("lost_ground", (unit,)) in {(fault.kind, fault.unit_ids) for fault in found}
