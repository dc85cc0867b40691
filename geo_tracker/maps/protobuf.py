"""The wire format that vector tiles are written in, singly and for whole arrays."""

from functools import lru_cache

import numpy as np
import numpy.typing as npt

_BITS = 7
_LONGEST_UINT32 = 5


# Lengths and ids come again in tile after tile.
@lru_cache(maxsize=1 << 16)
def varint(number: int) -> bytes:
    """Return one non-negative integer as a base-128 varint."""
    out = bytearray()
    while number > 0x7F:
        out.append(number & 0x7F | 0x80)
        number >>= _BITS
    out.append(number)
    return bytes(out)


def length_delimited(field: int, payload: bytes) -> bytes:
    """Return a field that holds bytes, text or a message."""
    return varint(field << 3 | 2) + varint(len(payload)) + payload


def varint_field(field: int, number: int) -> bytes:
    """Return a field that holds a non-negative integer."""
    return varint(field << 3) + varint(number)


def varint_run(
    numbers: npt.NDArray[np.uint32],
) -> tuple[bytes, npt.NDArray[np.int64]]:
    """Write many unsigned integers one after the other.

    Parameters
    ----------
    numbers : array of uint32
        May be empty.

    Returns
    -------
    bytes
        All varints without gaps.
    array of int64
        Where each number's bytes end, so that the run can be cut between numbers.
    """
    wide = numbers.astype(np.uint64)
    lengths = np.ones(len(wide), dtype=np.int64)
    for more in range(1, _LONGEST_UINT32):
        lengths += wide >= np.uint64(1 << _BITS * more)
    ends = np.cumsum(lengths)
    starts = ends - lengths
    out = np.zeros(int(lengths.sum()), dtype=np.uint8)
    for place in range(_LONGEST_UINT32):
        reaches = lengths > place
        if not reaches.any():
            break
        septets = (wide[reaches] >> np.uint64(_BITS * place)) & np.uint64(0x7F)
        goes_on = (lengths[reaches] > place + 1).astype(np.uint8) << _BITS
        out[starts[reaches] + place] = septets.astype(np.uint8) | goes_on
    return out.tobytes(), ends


def zigzag(numbers: npt.NDArray[np.int64]) -> npt.NDArray[np.uint32]:
    """Map signed integers to unsigned ones so that small steps stay short."""
    return ((numbers << 1) ^ (numbers >> 63)).astype(np.uint32)
