"""Files brought in through the pages, as a planner does it."""

import io
import re
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from geo_tracker.db import reading
from geo_tracker.db.models import Job
from geo_tracker.web.context import Services
from tests import samples
from tests.web.visitors import Visitor

HOSTILE = "<img src=x onerror=alert(1)>"


def uploaded(
    who: Visitor, kind: str, file: Path | tuple[str, bytes], day: str = "2018-10-31"
) -> TestResponse:
    name, content = (file.name, file.read_bytes()) if isinstance(file, Path) else file
    form = {f"{kind}_file": (io.BytesIO(content), name), f"{kind}_as_of_on": day}
    target = "/imports/boundaries" if kind == "boundary" else "/imports/tables"
    return who.post(target, form)


def import_id_of(response: TestResponse) -> int:
    found = re.search(r"/imports/(\d+)", response.headers["Location"])
    assert found is not None
    return int(found[1])


def work_done(app: Flask) -> None:
    """Do what the worker would do."""
    services: Services = app.extensions["geo_tracker"]
    with reading(services.engine) as session:
        waiting = session.scalars(sa.select(Job.id).where(Job.state == "queued")).all()
    for job_id in waiting:
        services.worker.run(job_id)


def brought_in(app: Flask, who: Visitor, folder: Path) -> list[int]:
    """Bring in both layers and the workbook through the pages; return the imports."""
    done = []
    for kind, file, day in (
        ("boundary", samples.before_zip(folder), samples.BEFORE_ON),
        ("boundary", samples.after_zip(folder), samples.AFTER_ON),
        ("table", samples.workbook(folder), samples.RECORDS_ON),
    ):
        import_id = import_id_of(uploaded(who, kind, file, day.isoformat()))
        assert who.post(f"/imports/{import_id}/confirm", {}).status_code == 303
        work_done(app)
        done.append(import_id)
    return done
