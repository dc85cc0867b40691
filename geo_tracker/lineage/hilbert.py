"""Order on the ground: along a Hilbert curve neighbours in a row are neighbours in place."""

from typing import Any

import numpy as np

_LEVELS = 16


def hilbert_positions(points: Any, bounds: Any) -> Any:
    """Return how far along a Hilbert curve points lie.

    Parameters
    ----------
    points : array of float
        One row (x, y) each.
    bounds : array of float
        West, south, east, north of the square that the curve fills; points beyond count as on
        its edge.

    Returns
    -------
    array of int
        In 0–2³².

    Notes
    -----
    The conversion of Skilling (2004) for two axes, bit by bit from the highest.
    """
    low, high = np.asarray(bounds[:2]), np.asarray(bounds[2:])
    size = np.where(high > low, high - low, 1.0)
    cells = np.clip((points - low) / size, 0, 1) * (2**_LEVELS - 1)
    x, y = np.nan_to_num(cells).astype(np.int64).T
    position = np.zeros(len(x), dtype=np.int64)
    for level in reversed(range(_LEVELS)):
        right, upper = (x >> level) & 1, (y >> level) & 1
        position = (position << 2) | ((3 * right) ^ upper)
        # Each quarter is the whole curve again, the lower two of them turned over.
        lower = upper == 0
        full = (1 << level) - 1
        turned = lower & (right == 1)
        x, y = (
            np.where(turned, full - (x & full), x & full),
            np.where(turned, full - (y & full), y & full),
        )
        x, y = np.where(lower, y, x), np.where(lower, x, y)
    return position
