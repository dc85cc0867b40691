"""How coordinates are read before they are in their system: as they are, or with a fault undone."""

from typing import Any

import numpy as np
from pyproj import CRS

from geo_tracker.crs import STORAGE_CRS, transformer
from geo_tracker.errors import InputError
from geo_tracker.language import N_, Message

AS_THEY_ARE = ""
SWAPPED = "swapped"
TWICE = "twice"
UNPROJECTED = "unprojected"

_METRES_PER_DEGREE = 6378137.0 * np.pi / 180
"""What plain programs multiply degrees by to make metres of them."""

_TEXTS = {
    SWAPPED: N_("The axes were exchanged: northing or latitude came first."),
    TWICE: N_("Undone: metres had been taken for degrees and made metres once more."),
    UNPROJECTED: N_("Undone: degrees had been taken for metres and made degrees once more."),
}


def read_as(xy: Any, reading: str) -> Any:
    """Return coordinates with a fault undone.

    Parameters
    ----------
    xy : array of float, shape (n, 2)
        As the file has them.
    reading : str
        ``""`` as they are; ``swapped``; ``twice``, metres that were multiplied like degrees;
        ``unprojected:4549``, degrees that were taken for metres of that EPSG system and brought
        to degrees.

    Raises
    ------
    InputError
        If there is no such reading.
    """
    kind, _, epsg = reading.partition(":")
    if kind == AS_THEY_ARE:
        return xy
    if kind == SWAPPED:
        return xy[:, ::-1]
    if kind == TWICE:
        return xy / _METRES_PER_DEGREE
    if kind == UNPROJECTED and epsg.isdigit() and len(epsg) <= 5:
        forward = transformer(STORAGE_CRS, CRS.from_epsg(int(epsg)))
        return np.column_stack(forward.transform(xy[:, 0], xy[:, 1]))
    raise InputError(N_("There is no way to read coordinates called %(reading)s."), reading=reading)


def said_of(reading: str) -> Message | None:
    """Return what reading so did; None for coordinates as they are."""
    text = _TEXTS.get(reading.partition(":")[0])
    return Message(text) if text else None
