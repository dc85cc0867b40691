"""Work on many shapes at once, shared among the processor's cores."""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from functools import cache
from threading import current_thread
from typing import Any, TypeVar

import numpy as np

_FEWEST_SHAPES = 500
"""Fewer in a thread are done sooner than the thread is started."""

_MOST_SHAPES = 4096
"""More are handed to a thread in several pieces."""

_MOST_THREADS = 4
_NAME = "shapes"

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


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
    # One of the threads itself must not wait for the others: they may all do so.
    if threads < 2 or current_thread().name.startswith(_NAME):
        return function(shapes)
    # In pieces, so that what is made on the way of all of them is never in memory together.
    parts = np.array_split(shapes, max(threads, len(shapes) // _MOST_SHAPES))
    return np.concatenate(list(_pool(os.getpid()).map(function, parts)))


def each(function: Callable[[_Item], _Result], items: Iterable[_Item]) -> list[_Result]:
    """Return what a function gives for each of some larger pieces of work; see `in_turn`."""
    return list(in_turn(function, items))


def in_turn(function: Callable[[_Item], _Result], items: Iterable[_Item]) -> Iterator[_Result]:
    """Give what a function gives for each of some larger pieces of work, in their order.

    Parameters
    ----------
    function : callable
        Takes one item; what it shares among threads with `in_threads` or `each` it does alone.
    items : iterable
        Taken as threads get free, so that no more of them are in memory than are worked on.

    Yields
    ------
    object
        In the order of the items.
    """
    if current_thread().name.startswith(_NAME):
        yield from map(function, items)
        return
    threads = min(_MOST_THREADS, os.cpu_count() or 1)
    waiting: deque[Future[_Result]] = deque()
    for item in items:
        if len(waiting) >= threads:
            yield waiting.popleft().result()
        waiting.append(_pool(os.getpid()).submit(function, item))
    while waiting:
        yield waiting.popleft().result()


@cache
def _pool(_process_id: int) -> ThreadPoolExecutor:
    """Return the threads of a process: a forked one has lost its parent's.

    They are kept, because PROJ prepares a transformation anew in every new thread, which takes as
    long as moving 100,000 vertices.
    """
    return ThreadPoolExecutor(_MOST_THREADS, thread_name_prefix=_NAME)
