"""Memory: what stays for long is let alone, what is freed goes back to the system."""

import ctypes
import gc
import sys

_MANY = 20_000


def keep_for_long() -> None:
    """Let the collector no longer walk through what is there now.

    It would meet millions of values that stay, in the middle of an answer: every tenth list took
    a third longer for it. What has gone out of use since the last time is collected first.
    """
    gc.unfreeze()
    gc.collect()
    gc.freeze()


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
