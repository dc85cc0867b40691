"""Files that may be hostile are read in a process of their own, within bounds."""

import logging
import multiprocessing
import os
import sys
import tempfile
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

from geo_tracker.errors import GeoTrackerError, TooHeavyError, UnreadableFileError
from geo_tracker.language import N_

if sys.platform == "linux":
    import resource

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")
# By name: what is loaded early is no door upwards.
_PRELOADED = ["geo_tracker.workflows.preview_layer", "geo_tracker.importing.tables"]


def bounded(
    function: Callable[..., _Result],
    *args: Any,
    seconds: int,
    memory_mb: int,
    file: str,
    **options: Any,
) -> _Result:
    """Return what a function gives, computed in a process of its own.

    Parameters
    ----------
    function : callable
        At the top of a module, as are all its arguments and its result something to pickle.
    *args, **options
        Handed on.
    seconds, memory_mb : int
        Most it may take. Memory is bounded where the system can do so (POSIX).
    file : str
        What the file is called, for the message.

    Returns
    -------
    object
        The function's result.

    Raises
    ------
    TooHeavyError
        If it took more.
    UnreadableFileError
        If it failed in a way nobody foresaw, which is what broken files are made for.
    GeoTrackerError
        What the function raised.

    Notes
    -----
    Libraries in C cannot be interrupted, and a file can be made so that one of them takes all
    memory or never ends. A process can always be ended.
    """
    receiver, sender = _context().Pipe(duplex=False)
    # What it unpacks goes with it, however it ends.
    with tempfile.TemporaryDirectory(prefix="apart-", ignore_cleanup_errors=True) as folder:
        process = _context().Process(
            target=_work, args=(sender, folder, memory_mb, function, args, options), daemon=True
        )
        process.start()
        sender.close()
        try:
            answer = receiver.recv() if receiver.poll(seconds) else None
        except EOFError:
            # Ended without a word: the system ended it, or a library did for want of memory.
            answer = None
        finally:
            receiver.close()
            process.kill()
            process.join()
    if answer is None:
        raise TooHeavyError(
            N_(
                "%(file)s takes more than %(seconds)s seconds or %(memory)s MB to read; it was"
                " refused."
            ),
            file=file,
            seconds=seconds,
            memory=memory_mb,
        )
    kind, value = answer
    if kind == "result":
        result: _Result = value
        return result
    if isinstance(value, GeoTrackerError):
        raise value
    log.error("could not read %s: %s", file, value[1])
    raise UnreadableFileError(
        N_("%(file)s cannot be read; it may be damaged (%(kind)s)."), file=file, kind=value[0]
    )


@cache
def _context() -> Any:
    """Return how processes are begun: from one that has loaded everything, where there is such."""
    if "forkserver" not in multiprocessing.get_all_start_methods():
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(_PRELOADED)
    return context


def _work(
    sender: Connection,
    folder: str,
    memory_mb: int,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
) -> None:
    """Compute and send, in the new process."""
    tempfile.tempdir = folder
    _bound_memory(memory_mb)
    answer: tuple[str, Any]
    try:
        answer = ("result", function(*args, **options))
    except GeoTrackerError as error:
        answer = ("error", error)
    except MemoryError:
        return
    except Exception as error:
        answer = ("error", (type(error).__name__, repr(error)))
    sender.send(answer)


def _bound_memory(memory_mb: int) -> None:
    if sys.platform != "linux":
        return
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    used = int(pages) * os.sysconf("SC_PAGE_SIZE")
    limit = used + memory_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # No traces of its memory on the disk when it is ended.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
