"""Dossiers: one village's on paper and in Word, a county's in the background."""

import io
import re
import zipfile
from typing import Any

import docx
import pypdf
import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import DossierRun, VillageVersion
from geo_tracker.page_work import dossiers
from geo_tracker.web import dossier_job
from geo_tracker.web.context import Services
from geo_tracker.web.dossier import dossier
from geo_tracker.workflows.background import worker_for
from tests.files import photo
from tests.web.conftest import strict
from tests.web.ledger import Ledger
from tests.web.ledgers import visited
from tests.web.reading import plain
from tests.web.test_lag_reviews import opened
from tests.web.test_lagging import INCOME, count_only
from tests.web.test_villages import unit_id
from tests.web.uploads import work_done
from tests.web.visitors import Visitor, back, visitor

COUNTY = "330784"


@pytest.fixture
def admin(county: Flask) -> Visitor:
    count_only(county, INCOME)
    return visitor(county, "admin", language="zh")


def paper(who: Visitor, app: Flask, village: str) -> str:
    answer = who.get(f"/dossiers/{unit_id(app, village)}.pdf")
    assert (answer.status_code, answer.mimetype) == (200, "application/pdf")
    pages = pypdf.PdfReader(io.BytesIO(answer.data)).pages
    return "\n".join(page.extract_text() for page in pages)


def word(who: Visitor, app: Flask, village: str) -> str:
    answer = who.get(f"/dossiers/{unit_id(app, village)}.docx")
    assert answer.status_code == 200
    made = docx.Document(io.BytesIO(answer.data))
    cells = [cell.text for table in made.tables for row in table.rows for cell in row.cells]
    return "\n".join([*(line.text for line in made.paragraphs), *cells])


def asked(who: Visitor, **changes: str) -> Any:
    form = {"county": COUNTY, "which": "merged", "kind": "pdf"} | changes
    return who.post("/dossiers/", form)


def runs_of(app: Flask) -> list[DossierRun]:
    services: Services = app.extensions["geo_tracker"]
    with reading(services.engine) as session:
        rows = list(session.scalars(sa.select(DossierRun).order_by(DossierRun.id)))
        session.expunge_all()
    return rows


def work_later(app: Flask) -> None:
    """Have work that otherwise runs at once in tests wait for `work_done`."""
    services: Services = app.extensions["geo_tracker"]
    services.worker.queue_beside.immediate = False


def test_a_dossier_tells_of_the_former_villages_what_the_ledgers_know(
    county: Flask, admin: Visitor
) -> None:
    number = Ledger(county).problem("新川村", content="路灯不亮")
    visited(county, "新川村", 3, summary="看了水渠")
    text = paper(admin, county, "倪宅新村")
    assert "倪宅新村 一村一档" in text
    for part in ("新川村", "倪宅村", "路灯不亮", "看了水渠", "内部使用", "第 1 页，共"):
        assert part in text, part
    assert number is not None
    said = word(admin, county, "倪宅新村")
    for part in ("倪宅新村 一村一档", "新川村", "路灯不亮", "看了水渠"):
        assert part in said, part


def test_a_dossier_speaks_the_readers_language(county: Flask) -> None:
    text = paper(visitor(county, "viewer", language="en"), county, "新川村")
    assert "新川村: village dossier" in text
    assert "What the score is made of" in text


def test_a_dossier_shows_the_reviews_score_beside_todays(county: Flask, admin: Visitor) -> None:
    opened(admin, "上半年评议")
    count_only(county, "每百户未办结问题|1|0|2")
    Ledger(county).problem("新川村")
    text = paper(admin, county, "新川村")
    assert "历次评议和现在的后进指数" in text
    assert re.search(r"上半年评\s*议", text)
    assert "现在的指数" in text
    profile = plain(admin.page(f"/lagging/{unit_id(county, '新川村')}"))
    assert "变化情况" in profile
    assert "上半年评议" in profile


def test_photos_of_a_village_stand_in_its_dossier(county: Flask, admin: Visitor) -> None:
    visit = visited(county, "新川村", 2)
    form = {"files": (io.BytesIO(photo()), "村口.jpg"), "title": "村口"}
    assert admin.post(f"/files/of/visit/{visit}", form).status_code == 303
    address = f"/dossiers/{unit_id(county, '倪宅新村')}"
    reader = pypdf.PdfReader(io.BytesIO(admin.get(f"{address}.pdf").data))
    assert sum(len(page.images) for page in reader.pages) == 1
    assert "村口" in "".join(page.extract_text() for page in reader.pages)
    made = docx.Document(io.BytesIO(admin.get(f"{address}.docx").data))
    assert len(made.inline_shapes) == 2, "the map and the photo"


@pytest.mark.parametrize("address", ["/dossiers/99999.pdf", "/dossiers/1.xlsx", "/dossiers/9.zip"])
def test_what_there_is_not_is_not_found(admin: Visitor, address: str) -> None:
    assert admin.get(address).status_code == 404


def test_a_countys_dossiers_are_made_in_the_background(
    engine: sa.Engine, settings: Settings, brought: list[int]
) -> None:
    app = strict(create_app(settings, engine))
    work_later(app)
    planner = back(app, "planner", language="zh")
    offered = plain(planner.page(f"/dossiers/?county={COUNTY}&which=merged&kind=pdf"))
    count = int(re.search(r"生成 (\d+) 份档案", offered)[1])  # type: ignore[index]
    assert asked(planner).status_code == 303
    page = planner.page("/dossiers/")
    assert "排队等候" in plain(page)
    assert asked(planner).status_code == 409, "one at a time"
    work_done(app)
    (run,) = runs_of(app)
    assert (run.made, run.left_out) == (count, [])
    answer = planner.get(f"/dossiers/{run.id}.zip")
    with zipfile.ZipFile(io.BytesIO(answer.data)) as archive:
        names = archive.namelist()
        assert len(names) == count
        (own,) = (name for name in names if "倪宅新村" in name)
        text = pypdf.PdfReader(io.BytesIO(archive.read(own))).pages[0].extract_text()
    assert own.startswith("花街镇/")
    assert "倪宅新村 一村一档" in text
    assert f"/dossiers/{run.id}.zip" in planner.page("/dossiers/")
    progress = planner.get(f"/dossiers/{run.id}/progress")
    assert progress.headers["HX-Refresh"] == "true"


def test_the_worker_process_makes_them_without_the_pages_loaded_before(
    county: Flask, admin: Visitor
) -> None:
    work_later(county)
    assert asked(admin).status_code == 303
    services: Services = county.extensions["geo_tracker"]
    (run,) = runs_of(county)
    worker = worker_for(services.engine, services.settings, dossiers=dossiers)
    assert worker.run(run.job_id) is None
    (run,) = runs_of(county)
    assert run.made == 2
    assert admin.get(f"/dossiers/{run.id}.zip").status_code == 200


def test_former_villages_have_dossiers_of_their_own(county: Flask, admin: Visitor) -> None:
    assert asked(admin, which="former", kind="docx").status_code == 303
    (run,) = runs_of(county)
    with zipfile.ZipFile(io.BytesIO(admin.get(f"/dossiers/{run.id}.zip").data)) as archive:
        assert all(name.endswith(".docx") for name in archive.namelist())
        assert any("新川村" in name for name in archive.namelist())


def test_without_a_county_all_there_are_are_made(county: Flask, admin: Visitor) -> None:
    assert asked(admin, county="", which="present").status_code == 303
    (run,) = runs_of(county)
    services: Services = county.extensions["geo_tracker"]
    with reading(services.engine) as session:
        present = session.scalar(
            sa.select(sa.func.count(sa.distinct(VillageVersion.unit_id))).where(
                VillageVersion.valid_to.is_(None)
            )
        )
    assert (run.place, run.made) == ("全部县（市、区）", present)


def test_who_only_looks_makes_none(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    assert asked(viewer).status_code == 403
    assert "Make dossiers" not in viewer.page(f"/dossiers/?county={COUNTY}")


@pytest.mark.parametrize("wrong", [{"which": "all"}, {"kind": "exe"}])
def test_a_wrong_wish_is_told_and_nothing_begins(
    county: Flask, admin: Visitor, wrong: dict[str, str]
) -> None:
    answer = asked(admin, **wrong)
    assert answer.status_code == 422
    assert "请选择" in answer.text
    assert runs_of(county) == []


def test_a_stopped_run_leaves_no_file(
    county: Flask, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    work_later(county)
    asked(admin)
    (run,) = runs_of(county)
    assert admin.post(f"/dossiers/{run.id}/stop", {}).status_code == 303
    monkeypatch.setattr("geo_tracker.workflows.dossiers._LOOK_EVERY", 1)
    work_done(county)
    assert "已被停止" in plain(admin.page("/dossiers/"))
    services: Services = county.extensions["geo_tracker"]
    assert list(services.settings.dossiers_dir.iterdir()) == []
    assert admin.get(f"/dossiers/{run.id}.zip").status_code == 404


def test_one_village_that_cannot_be_made_keeps_no_other_back(
    county: Flask, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    bad = unit_id(county, "新川村")

    def refusing(basis: Any, village: int) -> Any:
        return dossier(basis, 99_999 if village == bad else village)

    monkeypatch.setattr(dossier_job, "dossier", refusing)
    asked(admin, which="former")
    (run,) = runs_of(county)
    assert run.left_out is not None
    assert [one["name"] for one in run.left_out] == ["新川村"]
    assert run.made
    page = plain(admin.page("/dossiers/"))
    assert "1 份未能生成" in page


def test_only_the_newest_files_are_kept(
    county: Flask, admin: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("geo_tracker.workflows.dossiers.MOST_KEPT", 1)
    monkeypatch.setattr(dossier_job, "document_file", lambda _made, _kind: b"%PDF")
    for _again in range(2):
        assert asked(admin).status_code == 303
    old, new = runs_of(county)
    assert admin.get(f"/dossiers/{old.id}.zip").status_code == 404
    assert admin.get(f"/dossiers/{new.id}.zip").status_code == 200
    assert "已删除" in plain(admin.page("/dossiers/"))
