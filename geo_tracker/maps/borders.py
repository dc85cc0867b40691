"""Borders made simpler piece by piece, so that what is drawn of a village is its own affair.

A piece of a border lies between two corners, points where more than two borders meet. It is made
simpler by itself and always from the same end, so that both its neighbours get the same line: no
gap opens, a part of a layer gives what the whole gives, and an edit reaches no further than to
those that touch what was edited.
"""

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

Geometries = npt.NDArray[np.object_]
Integers = npt.NDArray[np.int64]
Marks = npt.NDArray[np.bool_]
Places = npt.NDArray[np.complex128]
"""Vertices as x + iy, which numpy sorts and compares as one."""

_NOWHERE = complex(np.inf, np.inf)
_FEWEST_VERTICES = 3


@dataclass(frozen=True)
class BorderLines:
    """The straight lines that outlines consist of, and the places where they end.

    Attributes
    ----------
    places : array of complex
        All vertices, sorted.
    vertex, owner : array of int
        Place and outline of each vertex of each ring.
    ends : array of int of shape (2, n)
        Places of the ends of each line, as often as outlines have it, equal ones side by side.
    side : array of int
        Outline that has the line.
    """

    places: Places
    vertex: Integers
    owner: Integers
    ends: Integers
    side: Integers

    @classmethod
    def of(cls, outlines: Geometries) -> "BorderLines":
        """Take Polygons or MultiPolygons apart whose neighbours share their vertices."""
        parts, of_part = shapely.get_parts(outlines, return_index=True)
        rings, of_ring = shapely.get_rings(parts, return_index=True)
        xy, ring = shapely.get_coordinates(rings, return_index=True)
        places, vertex = np.unique(_places(xy), return_inverse=True)
        owner = of_part[of_ring][ring]
        along = np.flatnonzero((ring[1:] == ring[:-1]) & (vertex[1:] != vertex[:-1]))
        ends = np.sort(np.stack([vertex[along], vertex[along + 1]]), axis=0)
        order = np.lexsort((ends[1], ends[0]))
        return cls(places, vertex, owner, ends[:, order], owner[along][order])

    def degrees(self, groups: Integers) -> Integers:
        """Count the border lines that end at each place.

        Parameters
        ----------
        groups : array of int
            Group of each outline; a line with the same group on both sides is no border.

        Returns
        -------
        array of int
            In the order of the places. True for the whole layer only where all that touches a
            place was given.
        """
        if not len(self.side):
            return np.zeros(len(self.places), dtype=np.int64)
        begins = _begins(self.ends[0]) | _begins(self.ends[1])
        first = np.flatnonzero(begins)
        group = groups[self.side]
        differ = np.minimum.reduceat(group, first) != np.maximum.reduceat(group, first)
        odd = np.diff(np.append(first, len(begins))) % 2 == 1
        border = self.ends[:, first[differ | odd]]
        return np.bincount(border.ravel(), minlength=len(self.places))

    def digests(self, degrees: Integers, *, count: int) -> Integers:
        """Digest for each of so many outlines where it lies on borders, if only at a point.

        Parameters
        ----------
        degrees : array of int
            As `degrees` counts them; 0 leaves a place out.
        count : int
            How many outlines.

        Returns
        -------
        array of int
            0 where an outline lies on no border; else equal, but for chance, only for the same
            vertices and degrees. Digests of parts of the places add up to that of all.
        """
        x, y = (np.ascontiguousarray(side).view(np.uint64) for side in _sides(self.places))
        mixed = _mixed(_mixed(_mixed(x) + y) + degrees.astype(np.uint64))
        mixed[degrees == 0] = 0
        total = np.zeros(count, dtype=np.uint64)
        np.add.at(total, self.owner, mixed[self.vertex])
        return total.view(np.int64)


@dataclass(frozen=True)
class Borders:
    """Outlines as the pieces of their rings.

    Attributes
    ----------
    lines : array of LineString
        Each from the end that all who share it begin at; ring by ring, in the order of the ring.
    back : array of bool
        Whether the ring runs along it the other way.
    ring, part, outline : array of int
        Ring of each piece, part (polygon) of each ring, outline of each part.
    count : int
        How many outlines.
    """

    lines: Geometries
    back: Marks
    ring: Integers
    part: Integers
    outline: Integers
    count: int

    @classmethod
    def of(cls, outlines: Geometries, at: Places) -> "Borders":
        """Take outlines apart.

        Parameters
        ----------
        outlines : array of geometries
            Polygon or MultiPolygon; None and empty ones have no pieces.
        at : array of complex
            Where pieces end, sorted; a ring without any is one piece.
        """
        parts, outline = shapely.get_parts(outlines, return_index=True)
        rings, part = shapely.get_rings(parts, return_index=True)
        places, ring = _opened(rings)
        places, begins = _turned(places, ring, at)
        first = np.flatnonzero(begins)
        sizes = np.diff(np.append(first, len(places))) + 1
        piece = np.repeat(np.arange(len(first)), sizes)
        # Each piece ends where the next one of its ring begins, the last where the first does.
        following = first + sizes - 1
        last_of_ring = _ends(ring[first])
        following[last_of_ring] = first[_begins(ring[first])]
        steps = np.arange(len(piece)) - np.repeat(np.cumsum(sizes) - sizes, sizes)
        at_vertex = np.repeat(first, sizes) + steps
        at_vertex[_ends(piece)] = following
        along = places[at_vertex]
        back = _is_back(along, sizes)
        along = along[_mirrored(sizes, back)]
        lines = shapely.linestrings(along.view(np.float64).reshape(-1, 2), indices=piece)
        return cls(lines, back, ring[first], part, outline, len(outlines))

    def simplified(self, tolerance: float) -> "Borders":
        """Drop vertices within a tolerance of what stays (Douglas–Peucker); corners stay."""
        lines = shapely.simplify(self.lines, tolerance, preserve_topology=False)
        return replace(self, lines=np.asarray(lines, dtype=object))

    def outlines(self) -> Geometries:
        """Put outlines together again.

        Returns
        -------
        array of geometries
            Polygon or MultiPolygon; None where nothing is left that has an area. What was
            narrower than twice the tolerance may cross itself.
        """
        xy, piece = shapely.get_coordinates(self.lines, return_index=True)
        sizes = np.bincount(piece, minlength=len(self.lines))
        kept = ~_ends(piece)
        xy, ring = xy[_mirrored(sizes, self.back)][kept], self.ring[piece[kept]]
        enough = np.bincount(ring, minlength=len(self.part)) >= _FEWEST_VERTICES
        # A hole of a part that is gone would become an island of its own.
        has_shell = np.zeros(len(self.outline), dtype=bool)
        has_shell[self.part[_begins(self.part) & enough]] = True
        enough &= has_shell[self.part]
        chosen = enough[ring]
        rings, number = np.unique(ring[chosen], return_inverse=True)
        made = shapely.linearrings(xy[chosen], indices=number) if len(rings) else rings
        parts, number = np.unique(self.part[rings], return_inverse=True)
        polygons = shapely.polygons(made, indices=number) if len(parts) else made
        return _joined(polygons, self.outline[parts], count=self.count)


def _joined(polygons: Geometries, outline: Integers, *, count: int) -> Geometries:
    joined = np.full(count, None, dtype=object)
    several = np.bincount(outline, minlength=count)[outline] > 1
    joined[outline[~several]] = polygons[~several]
    if several.any():
        kept, number = np.unique(outline[several], return_inverse=True)
        joined[kept] = shapely.multipolygons(polygons[several], indices=number)
    return joined


def _sides(places: Places) -> tuple[Any, Any]:
    # Adding 0.0 makes one zero of the two that differ in their bits.
    return places.real + 0.0, places.imag + 0.0


def _mixed(numbers: Any) -> Any:
    """Spread numbers of 64 bits over all of them (the finalizer of SplitMix64)."""
    numbers = (numbers ^ (numbers >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    numbers = (numbers ^ (numbers >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return numbers ^ (numbers >> np.uint64(31))


def _places(xy: Any) -> Places:
    places: Places = np.ascontiguousarray(xy).view(np.complex128).ravel()
    return places


def _opened(rings: Geometries) -> tuple[Places, Integers]:
    """Return the vertices of rings without those that close them or repeat the one before."""
    xy, ring = shapely.get_coordinates(rings, return_index=True)
    places = _places(xy)
    kept = ~_ends(ring)
    kept[1:] &= _begins(ring)[1:] | (places[1:] != places[:-1])
    return places[kept], ring[kept]


def _turned(places: Places, ring: Integers, at: Places) -> tuple[Places, Marks]:
    """Turn rings so that each begins at its least corner; mark where pieces begin.

    A ring without corner begins at its least vertex: both its neighbours find the same.
    """
    if not len(places):
        return places, np.zeros(0, dtype=bool)
    corner = _among(places, at)
    first = np.flatnonzero(_begins(ring))
    sizes = np.diff(np.append(first, len(ring)))
    least = np.minimum.reduceat(np.where(corner, places, _NOWHERE), first)
    least = np.where(least == _NOWHERE, np.minimum.reduceat(places, first), least)
    found = np.flatnonzero(places == np.repeat(least, sizes))
    shift = found[_begins(ring[found])] - first
    within = np.arange(len(ring)) - np.repeat(first, sizes) + np.repeat(shift, sizes)
    order = np.repeat(first, sizes) + within % np.repeat(sizes, sizes)
    begins = corner[order]
    begins[first] = True
    return places[order], begins


def _among(places: Places, known: Places) -> Marks:
    if not len(known):
        return np.zeros(len(places), dtype=bool)
    found: Marks = known[np.minimum(np.searchsorted(known, places), len(known) - 1)] == places
    return found


def _is_back(along: Places, sizes: Integers) -> Marks:
    """Tell which pieces do not begin at their lesser end."""
    first = np.cumsum(sizes) - sizes
    last = first + sizes - 1
    one, other = along[first], along[last]
    # A piece that ends where it begins: by the vertices beside.
    closed = one == other
    one, other = np.where(closed, along[first + 1], one), np.where(closed, along[last - 1], other)
    back: Marks = one > other
    return back


def _mirrored(sizes: Integers, back: Marks) -> Integers:
    """Return the order of vertices in which some of the pieces run the other way."""
    first = np.cumsum(sizes) - sizes
    here = np.arange(int(sizes.sum()))
    start, turn = np.repeat(first, sizes), np.repeat(back, sizes)
    mirrored: Integers = np.where(turn, 2 * start + np.repeat(sizes, sizes) - 1 - here, here)
    return mirrored


def _begins(numbers: Integers) -> Marks:
    """Mark where a run of equal numbers begins."""
    begins = np.ones(len(numbers), dtype=bool)
    begins[1:] = numbers[1:] != numbers[:-1]
    return begins


def _ends(numbers: Integers) -> Marks:
    """Mark where a run of equal numbers ends."""
    ends = np.ones(len(numbers), dtype=bool)
    ends[:-1] = numbers[1:] != numbers[:-1]
    return ends
