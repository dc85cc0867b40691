"""Two files compared outside of the database: links, events and shares as CSV."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.errors import UnusableTableError
from geo_tracker.importing.units import UnitLayer, read_units
from geo_tracker.language import N_, Message, translate
from geo_tracker.lineage.comparison import Comparison, GroundOf, beside_table, compared_layers
from geo_tracker.lineage.displacement import Displacement
from geo_tracker.lineage.ground import LocalGround
from geo_tracker.parallel import each
from geo_tracker.workflows.csv_files import Origin, content_sha256, write_csv
from geo_tracker.workflows.scattered import ScatteredGround, cluster

EDGE_COLUMNS = [
    *("from_id", "to_id", "from_name", "to_name", "event_type", "shared_m2", "share_of_from"),
    *(
        "share_of_to",
        "thickness_m",
        "confidence",
        "needs_review",
        "evidence",
        "share_is",
        "share_error",
    ),
]
EVENT_COLUMNS = [
    *("event_id", "event_type", "from_ids", "to_ids", "confidence", "needs_review", "residual_m2"),
]
TABLE_COLUMNS = ["said_by_geometry", "said_by_table", "conflict"]
SHARE_COLUMNS = ["from_id", "to_id", "shared_m2", "share_of_from", "share_of_to"]

_COLUMN_TEXTS = {
    "from_id": "id of the earlier unit",
    "to_id": "id of the later unit",
    "shared_m2": "ground both share, square metres",
    "share_of_from": "shared ground as a share of the earlier unit's, 0-1",
    "share_of_to": "shared ground as a share of the later unit's, 0-1",
    "thickness_m": "2*area/perimeter of the shared part, metres",
    "confidence": "how sure the link is, 0-1",
    "residual_m2": "ground the earlier units had and the later ones lack, square metres",
    "method": "what the shares are measured by",
    "made_on": "date this file was made",
    "inputs_sha256": "hash of both input layers: the same hash, the same layers",
}

_DECIMALS = {
    **dict.fromkeys(("shared_m2", "residual_m2", "thickness_m"), 3),
    **dict.fromkeys(("share_of_from", "share_of_to", "share_error"), 9),
    "confidence": 4,
}

_READ_AT_ONCE_BYTES = 300_000_000


@dataclass(frozen=True)
class CsvFiles:
    """Where to write what."""

    edges: Path
    events: Path | None = None
    shares: Path | None = None


def compare_files(
    before: Path,
    after: Path,
    files: CsvFiles,
    *,
    id_column: str | None = None,
    name_column: str | None = None,
    ignore_names: bool = False,
    correct_shift: bool = False,
    table: Path | None = None,
    scheduler: str | None = None,
    locale: str,
    say: Callable[[Message], None],
) -> Comparison:
    """Compare two files of units and write who became whom.

    Parameters
    ----------
    before, after : Path
        Any vector files.
    files : CsvFiles
        What is written, in UTF-8.
    id_column, name_column : str, optional
        Columns to take, in both files.
    ignore_names, correct_shift : bool
        As `compared_layers`.
    table : Path, optional
        CSV with ``from_id`` and ``to_id``: what somebody wrote down, to be compared.
    scheduler : str, optional
        Address of a scheduler of dask.distributed, whose workers look at large layers. They see
        the folder of ``files.edges``, where parts are kept meanwhile.
    locale : str
        Language of the evidence.
    say : callable
        Told what was met.

    Raises
    ------
    InputError
        If a file cannot be used.
    """
    layers, names = [], []
    for path, layer in zip(
        (before, after), _both_read((before, after), id_column, name_column), strict=True
    ):
        _tell(layer, path, say)
        layers.append(layer.units)
        names.append(layer.units["name"])
    del layer
    with _looked_at_by(scheduler, files.edges.parent, say) as ground_of:
        # Given away, so that outlines are gone when what they say is weighed.
        found = compared_layers(
            layers.pop(0),
            layers.pop(0),
            ignore_names=ignore_names,
            correct_shift=correct_shift,
            # What figures are carried over by has to be measured whole.
            exact=files.shares is not None,
            ground_of=ground_of,
        )
    _tell_fit(found, corrected=correct_shift, say=say)
    edges, columns = found.edges, EDGE_COLUMNS
    if table is not None:
        edges, columns = beside_table(found, _pairs(table)), [*EDGE_COLUMNS, *TABLE_COLUMNS]
        for side, known in zip(("from", "to"), names, strict=True):
            edges[f"{side}_name"] = edges[f"{side}_id"].map(known)
        conflicts = int(edges["conflict"].sum())
        say(
            Message(N_("%(count)s links contradict the table or the ground."), {"count": conflicts})
        )
    texts = [translate(message, locale) for message in edges["evidence"]]
    share_is = np.where(edges["exact"], "exact", "estimated")
    origin = _origin(before, after, shifted=correct_shift)
    _write(edges.assign(evidence=texts, share_is=share_is)[columns], files.edges, origin)
    if files.events:
        events = found.events.rename(columns={"event": "event_id"})
        for column in ("from_ids", "to_ids"):
            events[column] = [";".join(map(str, ids)) for ids in events[column]]
        _write(events[EVENT_COLUMNS], files.events, origin)
    if files.shares:
        # In full, so that what is carried over by them adds up.
        write_csv(origin.stamped(found.shares[SHARE_COLUMNS], method="area"), files.shares, origin)
    return found


@contextmanager
def _looked_at_by(
    scheduler: str | None, folder: Path, say: Callable[[Message], None]
) -> Iterator[GroundOf]:
    """Yield what looks at large layers: this machine, or the workers of a scheduler."""
    if scheduler is None:
        yield LocalGround
        return
    with ExitStack() as passing:
        client = passing.enter_context(cluster(scheduler))

        def scattered(*layers_and_sizes: Any) -> ScatteredGround:
            ground = ScatteredGround(client, folder, *layers_and_sizes, say=say)
            passing.callback(ground.close)
            return ground

        yield scattered


def _both_read(
    paths: tuple[Path, Path], id_column: str | None, name_column: str | None
) -> list[UnitLayer]:
    def read(path: Path) -> UnitLayer:
        return read_units(path, id_column=id_column, name_column=name_column)

    # Large files one after the other: what is read and what it becomes take twice the memory.
    if sum(path.stat().st_size for path in paths) > _READ_AT_ONCE_BYTES:
        return [read(path) for path in paths]
    return each(read, paths)


def _pairs(path: Path) -> pd.DataFrame:
    try:
        table = pd.read_csv(path, dtype=str, encoding="utf-8-sig")
    except (UnicodeDecodeError, ValueError) as error:
        raise UnusableTableError(
            N_("%(file)s cannot be read: %(reason)s"), file=path.name, reason=str(error)
        ) from error
    lacking = [column for column in ("from_id", "to_id") if column not in table]
    if lacking:
        raise UnusableTableError(
            N_("%(file)s lacks the column %(column)s."), file=path.name, column=", ".join(lacking)
        )
    return table[["from_id", "to_id"]].dropna().drop_duplicates()


def _write(table: pd.DataFrame, path: Path, origin: Origin) -> None:
    write_csv(table.round(_DECIMALS), path, origin)


def _origin(before: Path, after: Path, *, shifted: bool) -> Origin:
    """Return what is said of the files beside them."""
    return Origin(
        title=f"Links and shares of units from {before.name} to {after.name}",
        method="Areas of intersection, measured where areas are true; links told from the noise of"
        " drawing by thickness and chance.",
        inputs={
            f"{side} {path.name}": content_sha256(path)
            for side, path in (("before", before), ("after", after))
        },
        columns=_COLUMN_TEXTS,
        facts={"shift_corrected": shifted},
    )


def _tell(layer: UnitLayer, path: Path, say: Callable[[Message], None]) -> None:
    say(
        Message(
            N_("%(file)s: %(count)s units; id from %(id)s, name from %(name)s."),
            {
                "file": path.name,
                "count": len(layer.units),
                "id": layer.id_column or "–",
                "name": layer.name_column or "–",
            },
        )
    )
    met: dict[str, tuple[Message, int]] = {}
    for problem in layer.report.problems:
        known = met.get(problem.message.text)
        met[problem.message.text] = (problem.message, known[1] + 1 if known else 1)
    for message, count in met.values():
        told = {"file": path.name, "what": message, "count": count}
        say(Message(N_("%(file)s, %(count)s times: %(what)s"), told))


def _tell_fit(found: Comparison, *, corrected: bool, say: Callable[[Message], None]) -> None:
    if not found.codes_mean_the_same:
        say(
            Message(
                N_("The ids of the two layers do not name the same units; they decide nothing.")
            )
        )
    if found.misplacement is not None:
        say(Message(N_("The layers do not fit: %(cause)s."), {"cause": found.misplacement}))
    shift = found.displacement
    if shift is not None:
        say(_shift_told(shift))
        if shift.looks_like is not None:
            say(shift.looks_like)
    if corrected and (shift is not None or found.misplacement is not None):
        say(Message(N_("It was put right for matching only.")))


def _shift_told(shift: Displacement) -> Message:
    return Message(
        N_(
            "The later layer lies shifted by %(size)s m (%(east)s m east, %(north)s m north;"
            " %(votes)s units agree)."
        ),
        {
            "size": f"{shift.length_m:.1f}",
            "east": f"{shift.east_m:.1f}",
            "north": f"{shift.north_m:.1f}",
            "votes": shift.votes,
        },
    )
