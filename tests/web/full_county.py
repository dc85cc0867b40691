"""A county that has something on every page; a mark may be put into every text of it."""

import copy
import io
import itertools
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

import geopandas as gpd
import pyogrio
import pytest
import shapely
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine, reading
from geo_tracker.db.models import FollowupStep
from geo_tracker.followup.problem_states import Actor
from geo_tracker.importing.fields import SYNTHETIC_MARK
from geo_tracker.web.context import Services
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_records
from geo_tracker.workflows.periods import close_period
from geo_tracker.workflows.users import add_user
from tests import samples
from tests.files import photo
from tests.web.conftest import bring_book, bring_county, strict
from tests.web.ledgers import found_at, happened, reviewed, supported, visited
from tests.web.plain_pages import PLAIN_PAGES
from tests.web.quarters import compared
from tests.web.tables.sheets import ODD, book, odd_as_villages, sent
from tests.web.test_layer_preview import faulty
from tests.web.test_review import form
from tests.web.test_villages import unit_id
from tests.web.uploads import import_id_of, uploaded, work_done
from tests.web.visitors import PASSWORD, Visitor, visitor

BASE_MAP = "http://127.0.0.1:9/{z}/{x}/{y}"
"""Nobody answers there."""

_TEXTS = {
    "村庄": ("村名", "乡镇"),
    "合并对照": ("新村名", "原村名", "乡镇", "批复文号", "依据"),
    "表决": ("原村", "乡镇"),
    "项目": ("项目编号", "名称", "类别", "新村", "原村", "乡镇"),
}
"""Columns of the workbook that hold what people wrote."""

_MOST_SIGNS = {"项目编号": 60, "类别": 40}
"""Where a text may not be as long as a mark; the rest of the mark is cut off."""


@dataclass(frozen=True)
class FullCounty:
    """The application, who may sign in to it, and where each of its pages is.

    Attributes
    ----------
    app : Flask
    username : str
        An administrator with the tests' password.
    merged, former : int
        A village that was merged of two, and one of these.
    pages : dict
        Address of a page of each kind by the endpoint that answers, and what follows `` · ``
        where an endpoint has several kinds.
    """

    app: Flask
    username: str
    merged: int
    former: int
    pages: dict[str, str]


@contextmanager
def full_county(folder: Path, mark: str = "") -> Iterator[FullCounty]:
    """Build the county of `samples` with files in every state, and a mark after every text."""
    with pytest.MonkeyPatch.context() as patch:
        _mark_samples(patch, mark)
        settings = replace(
            Settings(data_dir=folder / "data", secret_key="test"),
            basemap_url=BASE_MAP,
            basemap_attribution=f"底图{mark}",
            map_author=f"规划科{mark}",
        )
        engine = make_engine(settings.url)
        app = strict(create_app(settings, engine))
        bring_county(engine, settings, folder)
        _bring_a_conflict(app, folder)
        _bring_drawn_projects(app, folder, mark)
        who = visitor(app, "planner")
        pages = _decide(app, who, mark) | _record(app, mark)
        pages |= _send_files(app, who, folder, mark)
        pages |= _register_problems(app, who, mark) | _register_a_project(app, who, mark)
    username = f"规划员{mark}"
    add_user(engine, username=username, password=PASSWORD, role="admin", must_change=False)
    merged, former = (unit_id(app, f"{name}{mark}") for name in ("倪宅新村", "新川村"))
    _bring_a_checklist(who, merged, former, mark)
    _bring_photos(who, pages, mark)
    pages |= {
        "checklist.show": f"/checklists/{merged}",
        "project.show · of a file": "/projects/2",
        "vote.show": "/votes/1",
        "periods.show": _close_a_period(app, mark),
        "villages.show · merged": f"/villages/{merged}",
        "lagging.show": f"/lagging/{former}",
        **reviewed(app, former, mark),
        **supported(who, former, mark),
        **compared(app, f"新川村{mark}", mark),
        "villages.show · former": f"/villages/{former}",
        "villages.show · untouched": f"/villages/{unit_id(app, f'石柱村{mark}')}",
        "map_villages.panel · merged": f"/map/villages/{merged}/panel",
        "map_villages.panel · former": f"/map/villages/{former}/panel",
        "map_villages.lag · merged": f"/map/villages/{merged}/lag",
    }
    yield FullCounty(app, username, merged, former, PLAIN_PAGES | pages)
    engine.dispose()


def _mark_samples(patch: pytest.MonkeyPatch, mark: str) -> None:
    for layer in ("_BEFORE", "_AFTER"):
        rows = getattr(samples, layer)
        marked = [(code, name + mark, town + mark, *rest) for code, name, town, *rest in rows]
        patch.setattr(samples, layer, marked)
    patch.setattr(samples, "COUNTY", samples.COUNTY + mark)
    # Every page says so of made-up data; that sentence has to be looked at, too.
    draw = samples.square_villages
    patch.setattr(samples, "square_villages", lambda rows: draw(rows).assign(SJXZ=SYNTHETIC_MARK))
    sheets = copy.deepcopy(samples.SHEETS)
    for sheet, columns in _TEXTS.items():
        header = sheets[sheet][0]
        for row, name in itertools.product(sheets[sheet][1:], columns):
            text = f"{row[header.index(name)] or ''}{mark}"
            row[header.index(name)] = text[: _MOST_SIGNS.get(name)] or None
    patch.setattr(samples, "SHEETS", sheets)


def _bring_a_conflict(app: Flask, folder: Path) -> None:
    """Have the table say that 上溪村 went to 倪宅新村, which the ground denies."""
    sheets = {"合并对照": copy.deepcopy(samples.SHEETS["合并对照"])}
    sheets["合并对照"][-1][:2] = sheets["合并对照"][1][:2]
    bring_book(app, folder, sheets)


def _bring_drawn_projects(app: Flask, folder: Path, mark: str) -> None:
    """Bring in a layer of a road and of a square, one of them with a kind and a stage."""
    layer = gpd.GeoDataFrame(
        {
            "编号": [f"R1{mark}"[:60], "A1"],
            "项目名称": [f"道路硬化{mark}", f"文化广场{mark}"],
            "类别": [f"道路{mark}"[:40], None],
            "阶段": ["开工", None],
            "新村": [f"倪宅新村{mark}"] * 2,
            "乡镇": [f"花街镇{mark}"] * 2,
        },
        geometry=[
            shapely.LineString([(120.001, 28.916), (120.009, 28.921)]),
            shapely.box(120.011, 28.916, 120.014, 28.919),
        ],
        crs=4490,
    )
    path = folder / "projects.gpkg"
    layer.to_file(path)
    services: Services = app.extensions["geo_tracker"]
    import_id = receive_records(
        services.engine,
        services.settings,
        path,
        file_name=path.name,
        as_of_on=samples.RECORDS_ON,
    )
    run_import(services.engine, services.settings, import_id)


def _decide(app: Flask, who: Visitor, mark: str) -> dict[str, str]:
    """Write a note to an open case, and decide another."""
    open_case, decided = (
        f"/review/{unit_id(app, f'{name}{mark}')}" for name in ("上溪村", "新川村")
    )
    for address, kind in ((open_case, "note"), (decided, "accept")):
        sent_form = form(who.page(address), kind, note=f"已问过镇里{mark}")
        assert who.post(f"{address}/decide", sent_form).status_code == 303
    return {"review.case · open": open_case, "review.case · decided": decided}


def _register_problems(app: Flask, who: Visitor, mark: str) -> dict[str, str]:
    """Register three problems on a former village: handed over, a duplicate, left as it is."""
    village = unit_id(app, f"新川村{mark}")
    problem = {
        "content": f"路灯不亮{mark}",
        "reporter": f"王小明{mark}"[:80],
        "unit_id": village,
        "source": "residents",
        "lon": "120.01",
        "lat": "28.92",
    }
    addresses = []
    for _again in range(3):
        answer = who.post("/problems/new", problem, form_of="/problems/new")
        assert answer.status_code == 303
        addresses.append(answer.headers["Location"])
    handed, duplicate, _left = addresses
    number = re.search(r"<h1>([^<]+)", who.page(handed))
    assert number is not None
    for address, action, given in (
        (handed, "assign", {"lead_unit": f"交通局{mark}"[:60], "due_on": "2030-01-31"}),
        (duplicate, "duplicate", {"duplicate_of": number[1]}),
    ):
        form = {"action": action, "version": 1, "note": f"请尽快{mark}"} | given
        assert who.post(f"{address}/act", form, form_of=address).status_code == 303
    return {
        "problem_page.show · handed over": handed,
        "problem_page.show · duplicate": duplicate,
        "problem_new.show": f"/problems/new?unit={village}",
    }


def _register_a_project(app: Flask, who: Visitor, mark: str) -> dict[str, str]:
    """Register a project with every text that it can have, and record its money."""
    village = unit_id(app, f"新川村{mark}")
    texts = {"name": 200, "project_no": 60, "kind": 40, "owner_unit": 60, "contractor": 120}
    project = {name: f"水渠{mark}"[:most] for name, most in texts.items()}
    project |= {"village": f"新川村{mark}", "unit_id": str(village), "stage": "design"}
    answer = who.post("/projects/new", project | {"is_livelihood": "yes"}, form_of="/projects/new")
    assert answer.status_code == 303
    address = answer.headers["Location"]
    for version, (action, given) in enumerate(
        (
            ("fund", {"channel": f"自筹{mark}"[:60], "planned": "3"}),
            ("pay", {"amount": "2", "kind": "advance", "on": "2020-06-01",
                     "document": f"凭证{mark}"[:200]}),
            ("report", {"progress": "40"}),
        ),
        start=1,
    ):  # fmt: skip
        form = {"action": action, "version": version, "note": f"备注{mark}"} | given
        assert who.post(f"{address}/act", form, form_of=address).status_code == 303
    return {
        "project.show": address,
        "project_entry.new": f"/projects/new?unit={village}",
        "project_entry.correct": f"{address}/correct",
    }


def _bring_a_checklist(who: Visitor, merged: int, former: int, mark: str) -> None:
    """Open a checklist, add an item of the village's own, and say how far its assets are."""
    assert who.post("/checklists/open", {}).status_code == 303
    own = {"domain": "hearts", "text": f"走访老人{mark}"}
    address = f"/checklists/{merged}"
    added = who.post(f"{address}/items", own)
    item = added.headers["Location"].rpartition("item-")[2]
    plan = {"version": "1", "owner_unit": f"镇政府{mark}"[:60], "owner_person": f"张三{mark}"[:60]}
    assert who.post(f"{address}/items/{item}/plan", plan).status_code == 303
    finish = {"version": "2", "note": f"见会议纪要{mark}"}
    assert who.post(f"{address}/items/{item}/finish", finish).status_code == 303
    stage = {"stage": "gradual", "stays_wan": "12.5", "note": f"三年内并账{mark}"}
    assert who.post(f"{address}/assets/{former}", stage).status_code == 303


def _record(app: Flask, mark: str) -> dict[str, str]:
    """Record visits, one of them a second one with a problem found, and an incident."""
    former = f"新川村{mark}"
    texts = dict.fromkeys(("service_group", "leader", "enterprise"), f"甲{mark}"[:60])
    visited(app, former, 20, **texts)
    visit = visited(app, former, 10, **texts, summary=f"看路灯{mark}", people_served=7)
    found_at(app, visit, former, f"路灯不亮{mark}")
    incident = happened(app, former, 10, summary=f"来访{mark}")
    village = unit_id(app, former)
    return {
        "visits.show": f"/visits/{visit}",
        "visit_entry.new": f"/visits/new?unit={village}",
        "visit_entry.correct": f"/visits/{visit}/correct",
        "incidents.show": f"/incidents/{incident}",
        "incident_entry.new": f"/incidents/new?unit={village}",
        "incident_entry.correct": f"/incidents/{incident}/correct",
    }


def _bring_photos(who: Visitor, pages: dict[str, str], mark: str) -> None:
    """Bring a photo and a document to a record of each kind, and remove one of them."""
    problem = pages["problem_page.show · handed over"].rpartition("/")[2]
    visit = pages["visits.show"].rpartition("/")[2]
    of_records = (("vote", "1"), ("project", "2"), ("problem", problem), ("visit", visit))
    for table, record in (*of_records, ("checklist_item", "1")):
        for title in (f"照片{mark}"[:120], ""):
            name = f"照片{in_a_file_name(mark)}"
            files = [(io.BytesIO(photo()), f"{name}.jpg"), (io.BytesIO(b"%PDF-1"), f"{name}.pdf")]
            form = {"files": files if title else files[1:], "title": title}
            assert who.post(f"/files/of/{table}/{record}", form).status_code == 303
    assert who.post("/files/1/remove", {"note": f"拍错{mark}"}).status_code == 303


def _send_files(app: Flask, who: Visitor, folder: Path, mark: str) -> dict[str, str]:
    """Upload a file for every state in which a file can be."""
    signs = in_a_file_name(mark)
    layers = faulty(folder, first_name=f"村0村{mark}").rename(folder / "cun.gpkg")
    layer = pyogrio.read_dataframe(layers)
    # GeoPackage refuses some signs in names of layers, which GeoJSON has as any other text.
    layer.to_crs(4490).to_file(folder / "cun.geojson", driver="GeoJSON", layer=f"界线{mark}")
    content = (folder / "cun.geojson").read_bytes()
    correcting = (f"更正{signs}.geojson", content)
    corrected = import_id_of(uploaded(who, "boundary", correcting, samples.AFTER_ON.isoformat()))
    unplaced = import_id_of(uploaded(who, "boundary", _without_system(folder, mark), "2021-10-31"))
    failed = import_id_of(uploaded(who, "boundary", (f"坏{signs}.zip", b"no archive")))
    villages = [
        ["村名", "乡镇", "户数", "户籍人口", f"备注{mark}"],
        [f"无此村{mark}", f"花街镇{mark}", "许多", 5, mark],
        [f"倪宅{mark}", f"花街镇{mark}", 300, 900, mark],
    ]
    table = book({"村庄": villages, f"甲{_in_a_title(mark)}": ODD})
    tables = sent(who, table, f"表{signs}.xlsx", samples.RECORDS_ON.isoformat())
    remembered = sent(who, book({"丙": ODD}), f"丙{signs}.xlsx")
    odd_as_villages(who, remembered)
    assert (
        who.post(f"/imports/{remembered}/remember", {"supplier": f"农经站{mark}"}).status_code
        == 303
    )
    assert who.post(f"/imports/{remembered}/confirm", {}).status_code == 303
    work_done(app)
    services: Services = app.extensions["geo_tracker"]
    services.worker.queue_beside.immediate = False
    looking = sent(who, book({"丁": ODD}), f"丁{signs}.xlsx")
    return {
        "imports.preview · boundaries": f"/imports/{corrected}/preview",
        "imports.preview · unplaced": f"/imports/{unplaced}/preview",
        "imports.preview · tables": f"/imports/{tables}/preview",
        "imports.show · looking": f"/imports/{looking}",
        "imports.show · failed": f"/imports/{failed}",
        "imports.show · stored": f"/imports/{remembered}",
        "imports.picture": f"/imports/{corrected}/pictures/place-0.svg",
    }


def _close_a_period(app: Flask, mark: str) -> str:
    """Close days on which nothing was recorded; return the page of the closing."""
    services: Services = app.extensions["geo_tracker"]
    with reading(services.engine) as session:
        last = session.scalar(sa.select(sa.func.max(FollowupStep.id))) or 0
    until, today = date(2001, 12, 31), date(2002, 1, 1)
    closing_id = close_period(
        services.engine,
        until,
        {},
        last_step_id=last,
        note=f"年报{mark}",
        actor=Actor(None, "admin"),
        today=today,
    )
    return f"/settings/periods/{closing_id}"


def _without_system(folder: Path, mark: str) -> tuple[str, bytes]:
    rows = [("330784114200", f"倪宅新村{mark}", f"花街镇{mark}", 0, 2)]
    file = samples.zipped_shapefile(samples.square_villages(rows), folder / "bare.zip")
    return (f"无坐标系{in_a_file_name(mark)}.zip", _repacked(file))


def _repacked(file: Path) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(file) as old, zipfile.ZipFile(content, "w") as new:
        for name in old.namelist():
            if not name.endswith(".prj"):
                new.writestr(name, old.read(name))
    return content.getvalue()


def in_a_file_name(mark: str) -> str:
    """What browsers send of a mark in the name of a file."""
    return mark.replace('"', "%22")


def _in_a_title(mark: str) -> str:
    """As much of a mark as the title of a sheet may hold."""
    return "".join(sign for sign in mark if sign not in "[]:*?/\\'")[:24]
