"""The demonstration city: files as a planner would bring them, then the ordinary import."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import sqlalchemy as sa

from geo_tracker.config import ROOT, Settings
from geo_tracker.db import reading
from geo_tracker.db.imports import layers_in_order
from geo_tracker.db.policies import poorest_formers
from geo_tracker.demo import write_demo
from geo_tracker.demo.policies import POLICIES, USED_BY
from geo_tracker.followup.problem_states import Actor
from geo_tracker.language import N_, Message
from geo_tracker.workflows.background import worker_for
from geo_tracker.workflows.imports import accept, receive_boundaries, receive_records
from geo_tracker.workflows.policies import record_use, register_policy
from geo_tracker.workflows.policy_forms import TypedPolicy

DEMO_FOLDER = ROOT / "data" / "demo"
REFERENCE = DEMO_FOLDER / "reference"
FILES = ("before.zip", "after.zip", "records.xlsx", "followup.xlsx")
BEFORE_ON = date(2018, 10, 31)
AFTER_ON = date(2019, 10, 31)
RECORDS_ON = date(2020, 6, 30)


def write_demo_files(folder: Path) -> None:
    """Write the demonstration files into a folder, from the reference lists."""
    folder.mkdir(parents=True, exist_ok=True)
    write_demo(REFERENCE, folder)


def build_demo(
    engine: sa.Engine, settings: Settings, folder: Path, *, say: Callable[[Message], None]
) -> bool:
    """Import the demonstration files into an empty database; False when it is not empty.

    Raises
    ------
    GeoTrackerError
        If an import fails.
    """
    with reading(engine) as session:
        if layers_in_order(session):
            return False
    if not all((folder / name).exists() for name in FILES):
        say(Message(N_("Writing the demonstration files")))
        write_demo_files(folder)
    before, after, *books = (folder / name for name in FILES)
    say(Message(N_("Importing the boundaries before and after")))
    for path, day in ((before, BEFORE_ON), (after, AFTER_ON)):
        run_import(
            engine,
            settings,
            receive_boundaries(engine, settings, path, file_name=path.name, as_of_on=day),
        )
    say(Message(N_("Importing the records")))
    for book in books:
        run_import(
            engine,
            settings,
            receive_records(engine, settings, book, file_name=book.name, as_of_on=RECORDS_ON),
        )
    keep_demo_policies(engine)
    return True


def keep_demo_policies(engine: sa.Engine) -> None:
    """Register the policies of the demonstration, some of them with made-up uses."""
    keeper = Actor(None, "admin")
    with reading(engine) as session:
        poorest = poorest_formers(session, most=2 * USED_BY)
    for policy in POLICIES:
        policy_id = register_policy(
            engine,
            TypedPolicy(policy.fields, policy.conditions),
            actor=keeper,
            today=RECORDS_ON,
            synthetic=policy.synthetic,
        )
        # Every second one, so that there are poor villages on both sides.
        for unit_id in poorest[::2] if policy.uses else ():
            record_use(
                engine,
                policy_id,
                unit_id,
                policy.uses,
                actor=keeper,
                today=RECORDS_ON,
                synthetic=True,
            )


def run_import(engine: sa.Engine, settings: Settings, import_id: int) -> None:
    """Accept an import and run its job here and now.

    Raises
    ------
    GeoTrackerError
        With the job's own message, if it failed.
    """
    job_id = accept(engine, import_id)
    failure = worker_for(engine, settings).run(job_id)
    if failure is not None:
        raise failure
