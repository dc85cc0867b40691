"""Dossiers in the background: worded as whoever asked for them reads pages."""

from collections.abc import Iterator

import pandas as pd
import sqlalchemy as sa
from flask import Flask, g
from flask_babel import force_locale

from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.dossiers import run_of_job
from geo_tracker.db.models import UserAccount
from geo_tracker.errors import GeoTrackerError
from geo_tracker.web.documents import DocumentKind, document_file, file_name
from geo_tracker.web.dossier import DossierBasis, dossier, dossier_basis
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register
from geo_tracker.web.session import SignedIn
from geo_tracker.workflows.dossiers import Made, keep_dossiers
from geo_tracker.workflows.progress import Progress

_COUNTY_DIGITS = 6


def make_dossiers(
    app: Flask, engine: sa.Engine, settings: Settings, job_id: int, progress: Progress
) -> None:
    """Make the dossiers that a job is about.

    Parameters
    ----------
    app : Flask
        The application, for words and addresses.
    engine, settings, job_id, progress
        As for any job.
    """
    with reading(engine) as session:
        run = run_of_job(session, job_id)
        account = session.get_one(UserAccount, run.user_id)
        session.expunge_all()
    with app.test_request_context(), force_locale(run.locale):
        # What may be shown depends on who asked.
        g._login_user = SignedIn(account)
        basis = dossier_basis()
        villages = villages_of(basis.held, run.place_code, run.which)
        keep_dossiers(
            engine,
            settings,
            job_id,
            _made(basis, villages, "pdf" if run.file_kind == "pdf" else "docx"),
            total=len(villages),
            progress=progress,
        )


def villages_of(held: Register, place_code: str, which: str) -> pd.DataFrame:
    """Return the villages of a place that dossiers are made of, in the order of their codes.

    Parameters
    ----------
    held : Register
        The register.
    place_code : str
        Of a county (six digits) or a town; empty for all there are.
    which : str
        One of `WHICH`.
    """
    level = "county_code" if len(place_code) == _COUNTY_DIGITS else "town_code"
    rows = held.units[held.units[level] == place_code] if place_code else held.units
    rows = rows[rows["kind"] != "former"] if which == "present" else rows[rows["kind"] == which]
    return rows.sort_values(["town_code", "stat_code"], kind="stable")


def _made(basis: DossierBasis, villages: pd.DataFrame, kind: DocumentKind) -> Iterator[Made]:
    taken: set[str] = set()
    for unit_id, row in villages.to_dict("index").items():
        village = {"unit_id": int(unit_id), "name": row["name"]}
        parts = (or_none(row["stat_code"]), row["name"])
        folder = file_name(or_none(row["town"]) or "-") or "-"
        name = f"{folder}/{file_name(' '.join(filter(None, parts)))}"
        if name in taken:
            name = f"{name} {unit_id}"
        taken.add(name)
        try:
            content: bytes | GeoTrackerError = document_file(dossier(basis, int(unit_id)), kind)
        except GeoTrackerError as refused:
            content = refused
        yield f"{name}.{kind}", content, village
