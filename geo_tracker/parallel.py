"""Work on many shapes at once, shared among the processor's cores."""

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import numpy as np

_FEWEST_SHAPES = 500
"""Fewer in a thread are done sooner than the thread is started."""

_MOST_THREADS = 4


def in_threads(function: Callable[[Any], Any], shapes: Any) -> Any:
    """Return what a function that goes shape by shape gives for an array of shapes.

    Parameters
    ----------
    function : callable
        Takes an array of shapes, returns an array as long. It gains when its work is done in GEOS
        or PROJ, which leave Python's lock to others meanwhile.
    shapes : array of Geometry
        Any kind; missing ones are the function's to bear.

    Returns
    -------
    array
        In the order of the shapes.
    """
    threads = min(_MOST_THREADS, os.cpu_count() or 1, len(shapes) // _FEWEST_SHAPES)
    if threads < 2:
        return function(shapes)
    parts = np.array_split(shapes, threads)
    return np.concatenate(list(_pool(os.getpid()).map(function, parts)))


@cache
def _pool(_process_id: int) -> ThreadPoolExecutor:
    """Return the threads of a process: a forked one has lost its parent's.

    They are kept, because PROJ prepares a transformation anew in every new thread, which takes as
    long as moving 100,000 vertices.
    """
    return ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix="shapes")
