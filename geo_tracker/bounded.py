"""Files that may be hostile are read in a process of their own, within bounds."""

import logging
import multiprocessing
import os
import shutil
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from functools import cache
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeAlias, TypeVar

from geo_tracker.errors import GeoTrackerError, TooHeavyError, UnreadableFileError
from geo_tracker.language import N_, Message

if sys.platform == "linux":
    import resource

log = logging.getLogger(__name__)

_Result = TypeVar("_Result")

Tell: TypeAlias = Callable[[Message], None]
"""Is told what is being done, whenever that is something else."""


def nobody(_message: Message) -> None:
    """Tell nobody."""


# By name: what is loaded early is no door upwards.
_PRELOADED = [
    "geo_tracker.workflows.preview_layer",
    "geo_tracker.importing.tables",
    "geo_tracker.followup.attachments",
]


def bounded(
    function: Callable[..., _Result],
    *args: Any,
    seconds: int,
    memory_mb: int,
    file: str,
    tell: Tell | None = None,
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
    tell : callable, optional
        Called here with what the function says there; the function must take a `Tell` as ``tell``.

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
    memory or never ends. A process can always be ended. What it unpacked goes with it, and it goes
    with the process that asked.
    """
    receiver, sender = _context().Pipe(duplex=False)
    with tempfile.TemporaryDirectory(prefix="bounded-", ignore_cleanup_errors=True) as folder:
        process = _context().Process(
            target=_work,
            args=(sender, memory_mb, folder, tell is not None, function, args, options),
            daemon=True,
        )
        process.start()
        sender.close()
        try:
            answer = _answer(receiver, time.monotonic() + seconds, tell or nobody)
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


def _answer(receiver: Connection, deadline: float, tell: Tell) -> tuple[str, Any] | None:
    """Return what the process answers, None if it does not; pass on what it says until then."""
    try:
        while receiver.poll(max(0.0, deadline - time.monotonic())):
            kind, value = receiver.recv()
            if kind != "said":
                return kind, value
            tell(value)
    except EOFError:
        # Ended without a word: the system ended it, or a library did for want of memory.
        pass
    return None


def get_ready() -> None:
    """Begin to load what is needed to read files, so that the first one need not wait for it."""
    if _context().get_start_method() == "forkserver":
        # Windows has no such module.
        from multiprocessing import forkserver  # noqa: PLC0415

        forkserver.ensure_running()


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
    memory_mb: int,
    folder: str,
    tells: bool,
    function: Callable[..., Any],
    args: tuple[Any, ...],
    options: dict[str, Any],
) -> None:
    """Compute and send, in the new process."""
    tempfile.tempdir = folder
    threading.Thread(target=_end_with_parent, args=(folder,), daemon=True).start()
    if tells:
        options["tell"] = lambda message: sender.send(("said", message))
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


def _end_with_parent(folder: str) -> None:
    # A worker that is killed cannot end its readers, and they may read for a long time.
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
        shutil.rmtree(folder, ignore_errors=True)
        os._exit(1)


def _bound_memory(memory_mb: int) -> None:
    if sys.platform != "linux":
        return
    pages = Path("/proc/self/statm").read_text(encoding="ascii").split()[0]
    used = int(pages) * os.sysconf("SC_PAGE_SIZE")
    limit = used + memory_mb * 1024**2
    resource.setrlimit(resource.RLIMIT_AS, (limit, limit))
    # No traces of its memory on the disk when it is ended.
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
