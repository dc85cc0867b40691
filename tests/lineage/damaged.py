"""Copies of real reforms with known damage, to see whether confidence keeps its word."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import product
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
import shapely

from geo_tracker.lineage.comparison import compared_layers
from tests.lineage.test_reforms import NAMES, jittered, pairs, pairs_in_order, reform

Links = set[tuple[str, str]]

JITTERS_M = (0, 5, 20, 50)
GENERALISED = ("as it is", "each outline alone", "shared borders")
GROUNDS = ("as surveyed", "joined from before")
NAMES_MISSING = 0.2
LEAST_SHARE, MOST_SHARE = 0.004, 0.2
_TRANSFERS_PER_UNIT = 1 / 12
_CONTACT_M = 100.0


@dataclass(frozen=True)
class Damage:
    """How a pair of layers is damaged.

    ``ground`` says whether the later layer is the real one or joined from the earlier one, where
    nothing but the injected transfers can differ.
    """

    reform: str
    ground: str
    jitter_m: float
    generalised: str
    seed: int


def damages(seeds: int = 1) -> Iterator[Damage]:
    """Yield every combination."""
    ways = product(NAMES, GROUNDS, JITTERS_M, GENERALISED, range(1, seeds + 1))
    return (Damage(*way) for way in ways)


def judged_links(damage: Damage) -> pd.DataFrame:
    """Compare a damaged pair and say of each link whether it is right.

    Returns
    -------
    DataFrame
        ``confidence``, ``is_first`` (a village's largest), ``is_right``, and ``is_unlisted``: found
        in the undamaged layers too, though the official table does not name it, so that nobody
        knows.
    """
    known = reform(damage.reform)
    rng = np.random.default_rng([damage.seed, int(damage.jitter_m), *damage.generalised.encode()])
    before, after, links = known.before, known.after, known.links
    unlisted: Links = set()
    if damage.ground == "joined from before":
        after, links = joined(before, after, links)
    else:
        unlisted = _unlisted(damage.reform)
    after, moved = with_transfers(before, after, links, rng)
    if damage.generalised == "each outline alone":
        before, after = simplified(before, 18.0), simplified(after, 30.0)
    elif damage.generalised == "shared borders":
        after = simplified(after, 100.0, together=True)
    if damage.jitter_m:
        after = jittered(after, damage.jitter_m)
    edges = compared_layers(without_names(before, rng), without_names(after, rng)).edges
    found = pairs_in_order(edges)
    return pd.DataFrame(
        {
            "confidence": edges["confidence"].to_numpy(),
            "is_first": (
                edges["shared_m2"] == edges.groupby("from_id")["shared_m2"].transform("max")
            ).to_numpy(),
            "is_right": [pair in links or pair in moved for pair in found],
            "is_unlisted": [pair in unlisted for pair in found],
        }
    )


@cache
def _unlisted(name: str) -> Links:
    """Return links of the undamaged layers that the official table does not name."""
    known = reform(name)
    return pairs(compared_layers(known.before, known.after).edges) - known.links


def reliability(links: pd.DataFrame, bins: int = 10) -> pd.DataFrame:
    """Return by confidence: ``links``, mean ``confidence``, share ``right``."""
    band = np.minimum((links["confidence"] * bins).astype(int), bins - 1)
    table = links.groupby(band).agg(
        links=("is_right", "size"), confidence=("confidence", "mean"), right=("is_right", "mean")
    )
    return table.rename_axis("band")


def calibration_error(links: pd.DataFrame) -> float:
    """Return the expected calibration error (Naeini, Cooper & Hauskrecht 2015)."""
    table = reliability(links)
    gaps = (table["confidence"] - table["right"]).abs()
    return float((table["links"] * gaps).sum() / table["links"].sum())


def joined(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, links: Links
) -> tuple[gpd.GeoDataFrame, Links]:
    """Draw the later layer anew by joining earlier units, each into one official successor."""
    successor: dict[str, str] = {}
    for old, new in sorted(links):
        successor.setdefault(old, new)
    into = before.index.map(successor)
    shapes = before[into.notna()].dissolve(into[into.notna()])[["geometry"]]
    shapes.index.name = after.index.name
    names = after["name"].reindex(shapes.index)
    return shapes.assign(name=names, stat_code=None), set(successor.items())


def with_transfers(
    before: gpd.GeoDataFrame, after: gpd.GeoDataFrame, links: Links, rng: Any
) -> tuple[gpd.GeoDataFrame, Links]:
    """Move parts of 0.4 to 20 % of earlier units over a border, no later unit twice."""
    wanted = max(10, round(len(after) * _TRANSFERS_PER_UNIT))
    shapes = after.geometry.copy()
    tree, ids = shapely.STRtree(after.geometry.to_numpy()), after.index.to_numpy()
    touched: set[str] = set()
    moved: Links = set()
    candidates = sorted(links)
    rng.shuffle(candidates)
    for old, giver in candidates:
        if len(moved) == wanted:
            break
        if giver in touched or giver not in shapes.index:
            continue
        own = shapely.intersection(before.geometry[old], shapes[giver])
        if shapely.area(own) < 0.3 * shapely.area(before.geometry[old]):
            continue
        near = [n for n in ids[tree.query(own, predicate="dwithin", distance=1.0)] if n != giver]
        near = [n for n in near if n not in touched and (old, n) not in links]
        if not near:
            continue
        taker = near[rng.integers(len(near))]
        share = np.exp(rng.uniform(np.log(LEAST_SHARE), np.log(MOST_SHARE)))
        part = _part_at_border(own, shapes[taker], share * shapely.area(before.geometry[old]), rng)
        if part is None:
            continue
        shapes[giver] = shapely.difference(shapes[giver], part)
        shapes[taker] = shapely.union(shapes[taker], part)
        touched |= {giver, taker}
        moved.add((old, taker))
    valid = shapely.make_valid(shapes.to_numpy(), method="structure")
    return after.set_geometry(valid, crs=after.crs), moved


def _part_at_border(own: Any, neighbour: Any, area_m2: float, rng: Any) -> Any:
    """Cut a piece of such an area out of a unit, where it meets its neighbour."""
    contact = shapely.intersection(shapely.buffer(neighbour, 1.0), shapely.boundary(own))
    if shapely.length(contact) < _CONTACT_M:
        return None
    vertices = shapely.get_coordinates(shapely.segmentize(contact, _CONTACT_M))
    middle = shapely.points(vertices[rng.integers(len(vertices))])
    low, high = 0.0, 2 * float(np.sqrt(shapely.area(own)))
    for _step in range(25):
        reach = (low + high) / 2
        piece = shapely.intersection(own, shapely.buffer(middle, reach, quad_segs=4))
        low, high = (reach, high) if shapely.area(piece) < area_m2 else (low, reach)
    return piece


def simplified(
    layer: gpd.GeoDataFrame, tolerance_m: float, *, together: bool = False
) -> gpd.GeoDataFrame:
    """Generalise outlines, each alone (gaps and overlaps come up) or with their neighbours."""
    outlines = layer.geometry.to_numpy()
    simplify = shapely.coverage_simplify if together else shapely.simplify
    simple = shapely.make_valid(simplify(outlines, tolerance_m), method="structure")
    kept = np.where(shapely.area(simple) > 0, simple, outlines)
    return layer.set_geometry(kept, crs=layer.crs)


def without_names(layer: gpd.GeoDataFrame, rng: Any) -> gpd.GeoDataFrame:
    """Leave out every fifth name."""
    return layer.assign(name=layer["name"].mask(rng.random(len(layer)) < NAMES_MISSING))
