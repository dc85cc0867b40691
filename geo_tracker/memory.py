"""Freed memory goes back to the system where the C library would keep it."""

import ctypes
import sys


def give_back() -> None:
    """Return what was freed in small pieces to the system; does nothing but on Linux.

    Millions of outlines are freed in pieces of a kilobyte. The C library keeps them for more of
    the same, while large tables are laid beside them.
    """
    if sys.platform != "linux":
        return
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
