"""Layers whose villages lie over each other, leave ground between them, or cross themselves."""

from pathlib import Path
from typing import Any

import shapely
from shapely.affinity import translate

from tests.importing.corpus import case
from tests.importing.corpus.layers import TWO, packed, shape_parts
from tests.importing.shapes import SOUTH_M, WEST_M, square, villages


def grounded(name: str, shapes: list[Any], *found: str, says: tuple[str, ...] = ()) -> None:
    """Take a layer with faulty ground: it is read as it is drawn, and the preview tells."""
    names = (*TWO, *(f"第{number}村" for number in range(3, len(shapes) + 1)))[: len(shapes)]

    @case(name, names=names, says=says, found=found)
    def build(path: Path, passing: Path) -> None:
        codes = [f"3307841142{number:02d}" for number in range(len(shapes))]
        packed(path, shape_parts(villages(list(names), codes, shapes), passing))


def area(*corners: tuple[float, float]) -> shapely.Polygon:
    """An outline in metres from the south-west corner of the first square."""
    return shapely.Polygon([(WEST_M + x, SOUTH_M + y) for x, y in corners])


def box(west: float, south: float, east: float, north: float) -> shapely.Polygon:
    """A rectangle likewise."""
    return area((west, south), (east, south), (east, north), (west, north))


FIRST, SECOND = square(0), square(1)

grounded("overlap.zip", [box(0, 0, 1200, 1000), SECOND], "overlap")
grounded("overlap-strip.zip", [box(0, 0, 1008, 1000), SECOND], "overlap_strip")
grounded("one-outline-twice.zip", [FIRST, FIRST], "duplicate")
grounded("village-drawn-over-another.zip", [FIRST, box(400, 400, 600, 600)], "inside")
grounded("gap.zip", [FIRST, box(1015, 0, 2000, 1000)], "gap_open")
grounded(
    "gap-closed.zip",
    [FIRST, box(1015, 0, 2000, 1000), box(0, 1000, 2000, 2000), box(0, -900, 2000, 0)],
    "gap_strip",
)
grounded("gap-as-wide-as-a-river.zip", [FIRST, box(1080, 0, 2000, 1000)])
grounded("lake.zip", [FIRST.difference(box(500, 250, 1000, 750)), SECOND], "gap")
grounded("hole.zip", [FIRST.difference(box(400, 400, 450, 450)), SECOND], "hole")
grounded("enclave.zip", [FIRST.difference(FIRST.buffer(-300)), FIRST.buffer(-300)], "enclave")
grounded(
    "border-drawn-twice.zip",
    [FIRST, area((1000, 0), (2000, 0), (2000, 1000), (1000, 1000), (1004, 750), (995, 500))],
    "overlap_strip",
    "gap_strip",
)
grounded(
    "two-layers-in-one.zip",
    [FIRST, SECOND, translate(FIRST, 0, 400), translate(SECOND, 0, 400)],
    "overlap",
    "overlap",
)
grounded(
    "loop-drawn-twice.zip",
    [
        area((0, 0), (1000, 0), (1000, 1000), (0, 1000), (0, 0), (200, 0), (200, 200), (0, 200)),
        SECOND,
    ],
    says=("crossed or touched itself",),
)
grounded(
    "spike.zip",
    [
        area((0, 0), (-400, 0), (0, 0), (1000, 0), (1000, 1000), (0, 1000)),
        SECOND,
    ],
    says=("crossed or touched itself",),
)
