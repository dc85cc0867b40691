"""Whole imports of broken files for as long as one likes; the database stays whole.

Run with ``python -m tests.importing.fuzz --seconds 600 --seed 1``. Each file is one of the corpus,
broken at random by a number of its own that is printed when something goes wrong; the same seed
gives the same files. Ends with code 1 if an import ended in anything but a stored file or a
foreseen reason, or if the database was not whole.
"""

import argparse
import random
import shutil
import sys
import tempfile
import time
from collections import Counter
from datetime import date, timedelta
from pathlib import Path

import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading
from geo_tracker.db.models import BoundaryLayer, ImportRun, VillageVersion
from geo_tracker.db.schema import migrate
from geo_tracker.errors import (
    ConflictError,
    GeoTrackerError,
    InputError,
    TooHeavyError,
    UnreadableFileError,
)
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.imports import accept, receive_boundaries, receive_records
from tests.importing.corpus import FILES
from tests.importing.mutations import broken

_TABLES = {".xlsx", ".xls", ".csv"}
_IMPORTS_PER_DATABASE = 40
_FIRST_DAY = date(2001, 1, 1)


def imported(engine: sa.Engine, settings: Settings, path: Path, as_of_on: date) -> str:
    """Bring a file in from upload to result; return how it ended."""
    receive = receive_records if path.suffix in _TABLES else receive_boundaries
    try:
        import_id = receive(engine, settings, path, file_name=path.name, as_of_on=as_of_on)
        job_id = accept(engine, import_id)
    except (UnreadableFileError, TooHeavyError) as error:
        return f"unforeseen: {error}"
    except (InputError, ConflictError) as error:
        return f"refused: {type(error).__name__}"
    except GeoTrackerError as error:
        # What the worker did not foresee when it looked.
        return f"unforeseen: {error}"
    failure = worker_for(engine, settings).run(job_id)
    return "stored" if failure is None else f"not stored: {failure}"


def faults(engine: sa.Engine) -> list[str]:
    """Return what is wrong with a database."""
    found = []
    with reading(engine) as session:
        found += [row[0] for row in session.execute(sa.text("PRAGMA integrity_check"))]
        found.remove("ok")
        found += [str(row) for row in session.execute(sa.text("PRAGMA foreign_key_check"))]
        for run in session.scalars(sa.select(ImportRun).where(ImportRun.kind == "boundaries")):
            layers = session.scalars(
                sa.select(BoundaryLayer.id).where(BoundaryLayer.import_id == run.id)
            ).all()
            if len(layers) != (run.state == "published"):
                found.append(f"import {run.id}: {run.state} with {len(layers)} layers")
        nobody = sa.select(sa.func.count()).where(
            VillageVersion.layer_id.not_in(sa.select(BoundaryLayer.id))
        )
        if count := session.scalar(nobody):
            found.append(f"{count} versions of no layer")
    return found


def main() -> int:
    """Break and import files; print how they ended."""
    options = argparse.ArgumentParser()
    options.add_argument("--seconds", type=float, default=600)
    options.add_argument("--seed", type=int, default=0)
    given = options.parse_args()
    names = sorted(path.name for path in FILES.iterdir())
    ends: Counter[str] = Counter()
    bad = 0
    begun = time.monotonic()
    with tempfile.TemporaryDirectory() as folder:
        empty = Path(folder) / "empty.gpkg"
        engine = make_engine(f"sqlite:///{empty}")
        migrate(engine)
        engine.dispose()
        number = 0
        while time.monotonic() - begun < given.seconds:
            data = Path(folder) / f"data{number}"
            data.mkdir()
            shutil.copy(empty, data / "tracker.gpkg")
            settings = Settings(data_dir=data, secret_key="fuzz")
            engine = make_engine(settings.url)
            for _import in range(_IMPORTS_PER_DATABASE):
                if time.monotonic() - begun > given.seconds:
                    break
                rng = random.Random(f"{given.seed}/{number}")
                name = rng.choice(names)
                path = data / name
                path.write_bytes(broken((FILES / name).read_bytes(), rng))
                end = imported(engine, settings, path, _FIRST_DAY + timedelta(days=number))
                ends[end.partition(":")[0]] += 1
                if end.startswith(("unforeseen", "not stored")):
                    bad += 1
                    print(f"{given.seed}/{number} {name}: {end}", flush=True)
                number += 1
            for fault in faults(engine):
                bad += 1
                print(f"{given.seed}/{number}: {fault}", flush=True)
            engine.dispose()
            shutil.rmtree(data)
    print(f"seed {given.seed}: {number} imports, {dict(ends)}, {bad} went wrong")
    return 1 if bad else 0


if __name__ == "__main__":
    sys.exit(main())
