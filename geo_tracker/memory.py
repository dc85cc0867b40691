"""Freed memory goes back to the system where the C library would keep it."""

import ctypes
import gc
import sys

_MANY = 20_000


def give_back() -> None:
    """Free what only refers to itself, and return what was freed in small pieces to the system.

    Millions of outlines are freed in pieces of a kilobyte. The C library keeps them for more of
    the same, while large tables are laid beside them.
    """
    # What groups tables keeps them in such circles, and one command runs without the collector.
    gc.collect()
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)


def give_back_after(shapes: int) -> None:
    """Give back what looking at so many shapes left behind, where it is worth the while."""
    if shapes > _MANY:
        give_back()
