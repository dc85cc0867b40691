"""The grid of map tiles on Web Mercator, and which features reach into which tile."""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

HALF_WORLD_M = 20_037_508.342789244
"""Half the width of the Web Mercator square, in metres of ``TILE_CRS``."""

TILE_PX = 512
"""Width of a tile on screen: tile zoom z is drawn at map zoom z + 1."""


def tile_width_m(z: int) -> float:
    """Return the width of a tile, in metres of ``TILE_CRS``."""
    return 2 * HALF_WORLD_M / (1 << z)


def pixel_m(z: int) -> float:
    """Return the width of a screen pixel, in metres of ``TILE_CRS``."""
    return tile_width_m(z) / TILE_PX


def tile_corner(z: int, x: int, y: int) -> tuple[float, float]:
    """Return west and north of a tile, in metres of ``TILE_CRS``."""
    width = tile_width_m(z)
    return x * width - HALF_WORLD_M, HALF_WORLD_M - y * width


def tile_numbers(metres: npt.NDArray[np.float64], *, z: int) -> npt.NDArray[np.int64]:
    """Return columns of tiles for x of ``TILE_CRS``, or rows for −y, kept within the world."""
    numbers = np.floor((metres + HALF_WORLD_M) / tile_width_m(z)).astype(np.int64)
    # Not `clip`, which takes three times as long for a few numbers.
    return np.minimum(np.maximum(numbers, 0), (1 << z) - 1)


@dataclass(frozen=True)
class TilePairs:
    """Pairs of a feature and a tile that its bounds reach, sorted by tile."""

    feature: npt.NDArray[np.int64]
    x: npt.NDArray[np.int64]
    y: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.feature)

    def by_tile(self) -> dict[tuple[int, int], npt.NDArray[np.int64]]:
        """Return the features of each tile ``(x, y)``."""
        if not len(self):
            return {}
        moved = (np.diff(self.x) != 0) | (np.diff(self.y) != 0)
        cuts = np.flatnonzero(moved) + 1
        firsts = np.concatenate([[0], cuts])
        tiles = zip(self.x[firsts].tolist(), self.y[firsts].tolist(), strict=True)
        return dict(zip(tiles, np.split(self.feature, cuts), strict=True))


def tile_pairs(bounds: npt.NDArray[np.float64], *, z: int, margin_m: float = 0.0) -> TilePairs:
    """Find the tiles that each feature may reach.

    Parameters
    ----------
    bounds : array of shape (n, 4)
        West, south, east, north of each feature in ``TILE_CRS``.
    z : int
        Tile zoom.
    margin_m : float
        How far a tile sees beyond its border.

    Returns
    -------
    TilePairs
        Features in rising order within a tile. Bounds may reach a tile that the feature itself
        does not.
    """
    x_first = tile_numbers(bounds[:, 0] - margin_m, z=z)
    x_last = tile_numbers(bounds[:, 2] + margin_m, z=z)
    y_first = tile_numbers(-bounds[:, 3] - margin_m, z=z)
    y_last = tile_numbers(-bounds[:, 1] + margin_m, z=z)
    columns = x_last - x_first + 1
    counts = columns * (y_last - y_first + 1)
    feature = np.repeat(np.arange(len(bounds)), counts)
    within = np.arange(len(feature)) - np.repeat(np.cumsum(counts) - counts, counts)
    x = x_first[feature] + within % columns[feature]
    y = y_first[feature] + within // columns[feature]
    order = np.lexsort((feature, y, x))
    return TilePairs(feature[order], x[order], y[order])
