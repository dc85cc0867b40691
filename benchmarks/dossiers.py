"""Seconds that a dossier takes: gathering it, as PDF, as Word; and python-docx's own tables beside.

Of villages of the demonstration city, as a job makes them one after another: content from the
register and the ledgers, then a file. The peer writes the same tables into Word cell by cell, by
python-docx's own way, in the same run. All is processor time; the last lines are a whole county by
the job, by the clock.

Run with ``python -m benchmarks.dossiers``.
"""

import io
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import docx
from flask import g
from flask_babel import force_locale

from benchmarks.importing import line
from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading
from geo_tracker.db.models import DossierRun, UserAccount
from geo_tracker.db.schema import migrate
from geo_tracker.reports.document import Document, cell_text
from geo_tracker.reports.document_docx import document_docx
from geo_tracker.reports.document_pdf import document_pdf
from geo_tracker.web.dossier import dossier, dossier_basis
from geo_tracker.web.dossier_job import villages_of
from geo_tracker.web.session import SignedIn
from geo_tracker.workflows.demo import DEMO_FOLDER, build_demo
from geo_tracker.workflows.dossiers import FILE_KINDS, ask_for_dossiers
from geo_tracker.workflows.users import add_user

COUNTY, LOCALE, RUNS = "330784", "zh_Hans_CN", 40


def by_cells(document: Document) -> bytes:
    """Write the tables of a report into Word as python-docx writes tables."""
    made = docx.Document()
    for table in document.tables:
        kinds = [column.kind for column in table.columns]
        grid = made.add_table(rows=0, cols=len(kinds))
        for row in [[column.header for column in table.columns], *table.rows]:
            cells = grid.add_row().cells
            for cell, value, kind in zip(cells, row, kinds, strict=True):
                cell.text = value if isinstance(value, str) else cell_text(value, kind)
    content = io.BytesIO()
    made.save(content)
    return content.getvalue()


def work(do: Callable[[], Any]) -> tuple[Any, float]:
    """Return what something gave and the processor time that it took."""
    begun = time.process_time()
    given = do()
    return given, time.process_time() - begun


def main() -> None:
    """Print what each step takes of a village, and what a county takes."""
    with tempfile.TemporaryDirectory() as folder:
        settings = Settings(data_dir=Path(folder), secret_key="x")
        engine = make_engine(settings.url)
        migrate(engine)
        build_demo(engine, settings, DEMO_FOLDER, say=lambda _message: None)
        add_user(engine, username="li", password="password-123", role="admin", must_change=False)
        app = create_app(settings, engine)
        with reading(engine) as session:
            account = session.query(UserAccount).filter_by(username="li").one()
            session.expunge_all()
        seconds: dict[str, list[float]] = {}
        with app.test_request_context(), force_locale(LOCALE):
            g._login_user = SignedIn(account)
            basis = dossier_basis()
            units = villages_of(basis.held, COUNTY, "merged").index[: RUNS + 1]
            for number, unit_id in enumerate(units):
                made, content = work(partial(dossier, basis, int(unit_id)))
                steps = {"gathered": content}
                for name, write in (
                    ("PDF", document_pdf),
                    ("Word", document_docx),
                    ("Word's tables, cell by cell", by_cells),
                ):
                    steps[name] = work(partial(write, made))[1]
                if number:  # The first loads fonts and fills caches.
                    for name, took in steps.items():
                        seconds.setdefault(name, []).append(took)
        for name, all_took in seconds.items():
            print(line(name, all_took), "s")
        for kind in FILE_KINDS:
            run_id, job_id = ask_for_dossiers(
                engine,
                place_code=COUNTY,
                place="永康市",
                which="merged",
                file_kind=kind,
                locale=LOCALE,
                user_id=account.id,
            )
            app.extensions["geo_tracker"].worker.run(job_id)
            with reading(engine) as session:
                run = session.get_one(DossierRun, run_id)
                each = (run.seconds or 0) / (run.made or 1)
                print(f"{kind}: {run.made} dossiers in {run.seconds:.0f} s, {each:.2f} s each")
        engine.dispose()


if __name__ == "__main__":
    main()
