"""Two layers as GeoParquet parts in a folder, looked at by the workers of dask.distributed."""

import contextlib
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import geopandas as gpd
import numpy as np
import pandas as pd
from pyproj import CRS

from geo_tracker.errors import InputError
from geo_tracker.language import N_, Message
from geo_tracker.lineage.chords import Lines, estimated_overlaps
from geo_tracker.lineage.ground import measured_part, placed, together, wanted_of_parts
from geo_tracker.lineage.parts import Part, along_the_curve, parts_of
from geo_tracker.lineage.sizes import Sizes
from geo_tracker.packed import Layer, shapes_at

_ANSWER_WITHIN_S = 10
_WORKERS_WITHIN_S = 30
_TRIES = 5
"""How often a part is given to another worker when one is lost with it."""

_AHEAD = 3
"""Parts handed out for each thread of the workers, so that none of them waits for the next."""

_UNITS_IN_FILE = 2000


@contextlib.contextmanager
def cluster(address: str) -> Iterator[Any]:
    """Connect to a scheduler that has workers.

    Raises
    ------
    InputError
        If it does not answer, or nobody works for it.
    """
    # Only who has a cluster waits for this to load.
    import distributed  # noqa: PLC0415

    connected: Any = distributed.Client

    try:
        client = connected(address, timeout=_ANSWER_WITHIN_S, set_as_default=False)
    except (OSError, ValueError) as error:
        raise InputError(
            N_("The scheduler %(address)s does not answer."), address=address
        ) from error
    with client:
        try:
            client.wait_for_workers(1, timeout=_WORKERS_WITHIN_S)
        except TimeoutError as error:
            raise InputError(
                N_("The scheduler %(address)s has no workers."), address=address
            ) from error
        yield client


@dataclass(frozen=True)
class _Files:
    """Where the outlines of a part are found."""

    old: tuple[Path, ...]
    new: tuple[Path, ...]
    bounds: tuple[float, float, float, float]


class ScatteredGround:
    """Both layers in files that all workers see; each part is a task of its own.

    Parameters
    ----------
    client : distributed.Client
        The way to the workers.
    folder : Path
        Where a passing folder for the parts is made; all workers must see it under this name.
    before, after : GeoDataFrame or PackedLayer
        Valid polygons in one CRS.
    old, new : Sizes
        Their sizes.
    crs : CRS
        Where areas are true.
    say : callable
        Told how many parts are done.

    Notes
    -----
    What travels are file names, positions and small tables. When a worker is lost, its parts are
    done again by another one; rows depend on nothing but the two outlines, so that the result is
    the same to the last bit.
    """

    def __init__(
        self,
        client: Any,
        folder: Path,
        before: Layer,
        after: Layer,
        old: Sizes,
        new: Sizes,
        crs: CRS,
        *,
        say: Callable[[Message], None],
    ) -> None:
        self.old, self.new = old, new
        self._client, self._say = client, say
        self._own, self._crs = before.crs, crs
        self._passing = tempfile.TemporaryDirectory(prefix="parts-", dir=folder.resolve())
        into = Path(self._passing.name)
        old_files = _written(before, old, into, "before")
        new_files = _written(after, new, into, "after")
        self._parts = list(parts_of(old, new))
        self._files = {
            id(part): _Files(
                old_files.holding(part.old_at),
                new_files.holding(part.new_at),
                _around(old.bounds[part.old_at], new.bounds[part.new_at]),
            )
            for part in self._parts
        }

    def close(self) -> None:
        """Remove the parts."""
        self._passing.cleanup()

    def estimated(self, lines: Lines) -> pd.DataFrame:
        """Return `estimated_overlaps` of all parts, by positions in the layers."""
        tasks = [(part, self._files[id(part)], lines) for part in self._parts]
        return together(self._done(_estimated, tasks))

    def measured(self, from_at: Any, to_at: Any, whole: Any) -> pd.DataFrame:
        """Return `measured_pairs` of some pairs, and of some old units with all they meet."""
        asked = wanted_of_parts(self._parts, from_at, to_at, whole)
        tasks = [
            (part, self._files[id(part)], *wanted, self._own, self._crs) for part, *wanted in asked
        ]
        return together(self._done(_measured, tasks))

    def _done(self, function: Callable[..., Any], tasks: list[Any]) -> list[Any]:
        """Return what a function gives for each of some tasks, in their order."""
        import distributed  # noqa: PLC0415
        from distributed.scheduler import KilledWorker  # noqa: PLC0415

        completed: Any = distributed.as_completed

        results: list[Any] = [None] * len(tasks)
        numbers: dict[str, int] = {}
        waiting = iter(enumerate(tasks))
        threads = sum(self._client.nthreads().values())

        def handed_out(count: int) -> Iterator[Any]:
            for number, task in islice(waiting, count):
                future = self._client.submit(function, *task, pure=False, retries=_TRIES)
                numbers[future.key] = number
                yield future

        running: Any = completed(list(handed_out(_AHEAD * max(threads, 1))), loop=self._client.loop)
        for done, future in enumerate(running, start=1):
            try:
                results[numbers.pop(future.key)] = future.result()
            except KilledWorker as error:
                raise InputError(
                    N_("Worker after worker was lost with the same part: %(reason)s"),
                    reason=str(error).partition("\n")[0],
                ) from error
            running.update(list(handed_out(1)))
            if _is_tenth(done, len(tasks)):
                told = {"done": done, "total": len(tasks)}
                self._say(Message(N_("%(done)s of %(total)s parts are done."), told))
        return results


def _is_tenth(done: int, total: int) -> bool:
    return done * 10 // total > (done - 1) * 10 // total


@dataclass(frozen=True)
class _Written:
    """Files of a layer, and the number of the file of each unit."""

    paths: list[Path]
    file_of: Any

    def holding(self, at: Any) -> tuple[Path, ...]:
        """Return the files of some units."""
        return tuple(self.paths[number] for number in np.unique(self.file_of[at]).tolist())


def _written(layer: Layer, sizes: Sizes, folder: Path, name: str) -> _Written:
    """Write a layer's outlines in parts along a Hilbert curve, each row with its position."""
    order = along_the_curve(sizes)
    file_of = np.zeros(len(order), dtype=np.int64)
    paths = []
    for number, at in enumerate(range(0, len(order), _UNITS_IN_FILE)):
        some = np.sort(order[at : at + _UNITS_IN_FILE])
        file_of[some] = number
        paths.append(folder / f"{name}-{number:05d}.parquet")
        part = gpd.GeoDataFrame({"position": some}, geometry=shapes_at(layer, some), crs=layer.crs)
        part.to_parquet(paths[-1], index=False, write_covering_bbox=True)
    return _Written(paths, file_of)


def _around(*bounds: Any) -> tuple[float, float, float, float]:
    every = np.concatenate(bounds)
    west, south = every[:, :2].min(axis=0)
    east, north = every[:, 2:].max(axis=0)
    return float(west), float(south), float(east), float(north)


def _outlines(paths: tuple[Path, ...], at: Any, bounds: Any) -> Any:
    """Read the outlines at some positions, in their order."""
    tables = [gpd.read_parquet(path, bbox=bounds) for path in paths]
    places = np.concatenate([table["position"].to_numpy() for table in tables])
    shapes = np.concatenate([table.geometry.to_numpy() for table in tables])
    order = np.argsort(places)
    return shapes[order[np.searchsorted(places, at, sorter=order)]]


def _estimated(part: Part, files: _Files, lines: Lines) -> pd.DataFrame:
    old = _outlines(files.old, part.old_at, files.bounds)
    new = _outlines(files.new, part.new_at, files.bounds)
    return placed(estimated_overlaps(old, new, lines), part)


def _measured(
    part: Part, files: _Files, from_at: Any, to_at: Any, whole: Any, own: CRS, crs: CRS
) -> pd.DataFrame:
    old = _outlines(files.old, part.old_at, files.bounds)
    new = _outlines(files.new, part.new_at, files.bounds)
    return placed(measured_part(old, new, from_at, to_at, whole, own=own, crs=crs), part)
