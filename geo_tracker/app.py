"""The roof: `create_app` joins everything."""

import secrets
from datetime import timedelta
from functools import partial
from pathlib import Path

import sqlalchemy as sa
from flask import Flask
from flask_babel import Babel
from flask_compress import Compress
from flask_wtf.csrf import CSRFProtect

from geo_tracker.config import ROOT, Settings
from geo_tracker.db import make_engine
from geo_tracker.db.schema import migrate
from geo_tracker.language import CATALOGUES, LOCALES
from geo_tracker.web import (
    attachments,
    basemap,
    board,
    board_todos,
    board_unit,
    boards,
    checklist,
    checklists,
    cockpit,
    cockpit_rows,
    crosswalk,
    dossiers,
    followup,
    home,
    import_changes,
    import_tables,
    import_undo,
    imports,
    incident_entry,
    incident_totals,
    incidents,
    lag_review,
    lag_reviews,
    lagging,
    ledger_exports,
    lineage,
    map_dates,
    map_exports,
    map_links,
    map_places,
    map_problems,
    map_projects,
    map_search,
    map_sheets,
    map_table,
    map_themes,
    map_villages,
    map_visits,
    maps,
    periods,
    policies,
    policy_entry,
    problem_bulk,
    problem_new,
    problem_page,
    problem_rates,
    problems,
    project,
    project_act,
    project_entry,
    project_place,
    project_totals,
    projects,
    reports,
    review,
    rules,
    session,
    tasks,
    tiles,
    villages,
    visit_entry,
    visits,
    visits_waiting,
    vote,
    vote_totals,
    votes,
)
from geo_tracker.web import (
    settings as settings_pages,
)
from geo_tracker.web.context import Services
from geo_tracker.web.dossier_job import make_dossiers
from geo_tracker.web.errors import show_errors
from geo_tracker.web.page import offer_page_values
from geo_tracker.web.security import protect
from geo_tracker.web.static_files import serve_static_files
from geo_tracker.web.texts import offer_filters
from geo_tracker.web.tile_door import TileDoor
from geo_tracker.workflows.background import worker_for

NOUNS = (
    home,
    maps,
    map_themes,
    map_table,
    map_villages,
    map_dates,
    map_links,
    map_projects,
    map_problems,
    map_visits,
    map_search,
    map_places,
    map_sheets,
    map_exports,
    tiles,
    basemap,
    villages,
    lineage,
    review,
    crosswalk,
    cockpit,
    cockpit_rows,
    periods,
    followup,
    votes,
    vote,
    vote_totals,
    projects,
    problems,
    problem_new,
    problem_page,
    problem_bulk,
    problem_rates,
    project,
    project_act,
    project_entry,
    project_place,
    project_totals,
    checklists,
    checklist,
    tasks,
    visits,
    visits_waiting,
    visit_entry,
    incidents,
    incident_totals,
    incident_entry,
    lagging,
    lag_reviews,
    lag_review,
    dossiers,
    policies,
    policy_entry,
    boards,
    board,
    board_unit,
    board_todos,
    reports,
    ledger_exports,
    attachments,
    imports,
    import_changes,
    import_undo,
    import_tables,
    settings_pages,
    rules,
    session,
)


def create_app(settings: Settings, engine: sa.Engine | None = None) -> Flask:
    """Return the application; its database is brought to the current schema.

    Parameters
    ----------
    settings : Settings
        What is set.
    engine : Engine, optional
        A database that is open already.
    """
    settings.data_dir.mkdir(parents=True, exist_ok=True)
    engine = engine or make_engine(settings.url)
    migrate(engine)
    app = Flask(__name__, template_folder=str(ROOT / "templates"))
    app.config.update(
        SECRET_KEY=settings.secret_key or kept_secret(settings.data_dir / "secret_key"),
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_SECURE=settings.secure_cookies,
        REMEMBER_COOKIE_HTTPONLY=True,
        PERMANENT_SESSION_LIFETIME=timedelta(hours=12),
        SEND_FILE_MAX_AGE_DEFAULT=timedelta(days=365),
        # Pages stay uncompressed: they carry the form token beside what users typed.
        COMPRESS_MIMETYPES=["application/json"],
        COMPRESS_ALGORITHM=["gzip"],
        MAX_CONTENT_LENGTH=settings.max_upload_mb * 1_000_000,
        WTF_CSRF_TIME_LIMIT=None,
        BABEL_DEFAULT_LOCALE=LOCALES[0],
        BABEL_TRANSLATION_DIRECTORIES=str(CATALOGUES),
    )
    worker = worker_for(engine, settings, dossiers=partial(make_dossiers, app))
    app.extensions["geo_tracker"] = Services(engine, settings, worker)
    Compress(app)
    CSRFProtect(app)
    Babel(app, locale_selector=session.chosen_locale)
    session.guard(app)
    protect(app)
    show_errors(app)
    offer_filters(app)
    offer_page_values(app)
    attachments.offer_files(app)
    serve_static_files(app)
    for noun in NOUNS:
        app.register_blueprint(noun.bp)
    app.wsgi_app = TileDoor(app.wsgi_app, settings.tiles_dir)  # type: ignore[method-assign]
    return app


def kept_secret(path: Path) -> str:
    """Return the secret kept in a file that only its owner can read; make it if need be."""
    if not path.exists():
        path.touch(mode=0o600)
        path.write_text(secrets.token_hex(32), encoding="ascii")
    return path.read_text(encoding="ascii")
