"""Memory that was freed piece by piece is given back."""

import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

from geo_tracker.memory import give_back


def resident_mb() -> float:
    return int(Path("/proc/self/statm").read_text().split()[1]) * 4096 / 1e6


@pytest.mark.skipif(sys.platform != "linux", reason="only there")
def test_freed_outlines_are_given_back() -> None:
    circles = shapely.buffer(shapely.points(np.arange(60_000), 0), 1, quad_segs=16)
    # Kept ones among the freed: the C library gives nothing back by itself.
    kept = circles[::50].copy()
    full = resident_mb()
    del circles
    give_back()
    assert resident_mb() < full - 20
    assert len(kept) == 1200
