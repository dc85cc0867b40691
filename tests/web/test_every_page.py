"""What holds on every page: notices, escaping, both languages, and an answer to any address."""

import copy
import itertools
from pathlib import Path
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import make_engine
from geo_tracker.importing.fields import SYNTHETIC_MARK
from tests import samples
from tests.web.conftest import bring_book, bring_county, bring_layer, strict
from tests.web.reading import plain
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, visitor

LISTS = (
    *(
        "/villages/",
        "/lagging/",
        "/lagging/reviews/",
        "/dossiers/",
        "/policies/",
        "/votes/",
        "/projects/",
        "/review/",
        "/review/?state=all",
    ),
    *("/review/bulk", "/lineage/faults", "/lineage/crosswalk", "/map/table"),
    *("/visits/", "/visits/waiting/", "/incidents/", "/incidents/zeros/"),
    *("/problems/", "/problems/owed", "/problems/rates"),
)
PAGES = (
    "/",
    "/map/",
    *LISTS,
    "/imports/",
    "/imports/3",
    "/imports/layouts",
    "/settings/",
    "/tiles/",
    "/settings/rules/",
    "/settings/periods/",
    "/followup/",
    "/reports/",
    "/cockpit/",
    "/cockpit/projects",
    "/cockpit/checklists",
    "/checklists/",
    "/tasks/",
    "/votes/totals/",
    "/votes/1",
    "/projects/totals/",
    "/projects/2",
    "/password",
)
HOSTILE = "<img src=x onerror=alert(1)></script>"
FORMERS = ("新川村", "倪宅村", "上溪村")


def village_pages(app: Flask, name: str) -> tuple[str, ...]:
    found = unit_id(app, name)
    former = (f"/review/{found}",) if name.removesuffix(HOSTILE) in FORMERS else ()
    return f"/villages/{found}", f"/map/villages/{found}/panel", *former


@pytest.mark.parametrize("language", ["zh", "en"])
@pytest.mark.parametrize("role", ["viewer", "planner", "admin"])
def test_every_page_opens_for_every_role_in_both_languages(
    county: Flask, role: str, language: str
) -> None:
    who = visitor(county, role, language=language)
    formers = [village_pages(county, name) for name in ("新川村", "倪宅新村", "石柱村", "双溪村")]
    for path in (*PAGES, *itertools.chain.from_iterable(formers)):
        text = who.page(path)
        assert "%(" not in text, path
        assert "Undefined" not in text, path
        if path != "/password" and not path.endswith("panel"):
            assert ("数据截至 2020-06-30" if language == "zh" else "Data as of 2020-06-30") in text


VALUES = ("nonsense", "-1", "", "99999999999999999999", "9" * 5000, "村%'; --", "[\\")


@pytest.mark.parametrize("path", ["/", *LISTS, "/map/", "/map/search", "/imports/"])
def test_no_value_in_an_address_breaks_a_page(planner: Visitor, path: str) -> None:
    names = (
        *("page", "county", "town", "kind", "layer", "formers", "check", "sort", "light"),
        *("figure", "direction", "after", "above", "done", "theme", "side", "method"),
        *("classes", "breaks", "middle", "class"),
        *("group", "from", "to", "repeats", "unit", "on", "about", "level"),
        *("lead", "source", "category", "rounds", "counted", "on", "unit", "mine", "suspended"),
        *("channel", "livelihood", "money", "since", "board", "about"),
    )
    for value in VALUES:
        for asked in (names, (*names, "stage", "reason", "state", "unit_id", "q", "village")):
            every = "&".join(f"{name}={quote(value)}" for name in asked)
            assert planner.get(f"{path}?{every}").status_code == 200, value


def test_what_no_number_names_is_not_found(empty: Flask) -> None:
    planner = visitor(empty, "planner")
    for number in (0, 9999, 2**31 - 1, 2**31, 10**30):
        for path in ("/villages/{}", "/map/villages/{}.json", "/map/villages/{}/panel"):
            assert planner.get(path.format(number)).status_code == 404
        assert planner.get(f"/imports/{number}").status_code == 404
        for path in ("/votes/{}", "/files/{}", "/files/{}/thumbnail"):
            assert planner.get(path.format(number)).status_code == 404
        for path in ("/visits/{}", "/visits/{}/correct", "/incidents/{}", "/incidents/{}/correct"):
            assert planner.get(path.format(number)).status_code == 404
        assert planner.get(f"/review/{number}").status_code == 404
        form = {"kind": "reject", "note": "x", "revision": "0-0"}
        assert planner.post(f"/review/{number}/decide", form).status_code == 404


@pytest.mark.parametrize(
    "path",
    [
        "/files/1/remove",
        "/files/of/problem/1",
        "/review/1/decide",
        "/sign-out",
        "/language/en",
        "/visits/1/remove",
        "/incidents/1/close",
        "/projects/1/act",
    ],
)
def test_nothing_changes_by_opening_an_address(planner: Visitor, path: str) -> None:
    answer = planner.get(path)
    assert answer.status_code == 405
    assert "That is not possible here" in answer.text
    assert planner.get("/").status_code == 200


@pytest.fixture
def made_up(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Bring in a county whose boundaries say of themselves that they are made up."""
    draw = samples.square_villages
    monkeypatch.setattr(
        samples, "square_villages", lambda rows: draw(rows).assign(SJXZ=SYNTHETIC_MARK)
    )
    settings = Settings(data_dir=tmp_path / "data", secret_key="test")
    engine = make_engine(settings.url)
    app = strict(create_app(settings, engine))
    bring_county(engine, settings, tmp_path)
    return app


def test_every_page_says_that_data_are_made_up(made_up: Flask) -> None:
    english, chinese = visitor(made_up, "admin"), visitor(made_up, "viewer", language="zh")
    village, *_others = village_pages(made_up, "新川村")
    for path in (*PAGES, village, "/nowhere"):
        assert 'class="gt-notice"' in english.get(path).text, path
        assert "Synthetic data:" in english.get(path).text, path
        assert "合成数据" in chinese.get(path).text, path


def test_no_page_says_so_of_real_data(planner: Visitor) -> None:
    for path in PAGES:
        assert "gt-notice" not in planner.get(path).text, path


@pytest.fixture
def hostile(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Flask:
    """Bring in a county of which every text tries to break out of the pages."""
    for layer in ("_BEFORE", "_AFTER"):
        rows = getattr(samples, layer)
        named = [(code, name + HOSTILE, town, *rest) for code, name, town, *rest in rows]
        monkeypatch.setattr(samples, layer, named)
    sheets = copy.deepcopy(samples.SHEETS)
    places = {
        "村庄": {"村名"},
        "合并对照": {"新村名", "原村名", "批复文号", "依据"},
        "表决": {"原村"},
        "项目": {"名称", "新村", "原村", "项目编号", "类别"},
    }
    for sheet, columns in places.items():
        header = sheets[sheet][0]
        for row, name in itertools.product(sheets[sheet][1:], columns):
            longest = 40 if name == "类别" else None
            row[header.index(name)] = f"{row[header.index(name)] or ''}{HOSTILE}"[:longest]
    sheets["合并对照"][-1][:2] = ["330784114200", f"倪宅新村{HOSTILE}"]
    monkeypatch.setattr(samples, "SHEETS", sheets)
    settings = Settings(data_dir=tmp_path / "data", secret_key="test")
    engine = make_engine(settings.url)
    app = strict(create_app(settings, engine))
    bring_county(engine, settings, tmp_path)
    bring_book(app, tmp_path, {"村庄": [*sheets["村庄"][:2], [None, HOSTILE, "镇"]]})
    return app


def test_texts_of_files_stay_texts_on_every_page(hostile: Flask) -> None:
    planner = visitor(hostile, "planner")
    villages = [village_pages(hostile, f"{name}{HOSTILE}") for name in ("新川村", "倪宅新村")]
    paths = (*PAGES, "/imports/4", *itertools.chain.from_iterable(villages))
    seen = 0
    for path in (*paths, f"/villages/?q={quote(HOSTILE)}", f"/projects/?q={quote(HOSTILE)}"):
        page = planner.page(path)
        assert "<img src=x" not in page, path
        assert "</script></" not in page.replace("</script></body>", ""), path
        seen += "&lt;img src=x" in page
    # The texts are there, on most pages; else the test would show nothing.
    assert seen >= 10


def test_texts_of_files_stay_texts_in_tables_that_go_out(hostile: Flask) -> None:
    planner = visitor(hostile, "planner")
    for path in ("links.csv", "figures.csv"):
        answer = planner.get(f"/lineage/crosswalk/{path}")
        assert answer.mimetype == "text/csv"
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Disposition"].startswith("attachment; ")


def test_texts_that_people_type_stay_texts(county: Flask) -> None:
    admin = visitor(county, "admin")
    form = {"username": HOSTILE, "role": "viewer", "password": "password-123"}
    assert admin.post("/settings/users", form).status_code in {200, 303}
    assert "<img src=x" not in admin.page("/settings/")
    answer = Visitor(county).post("/sign-in", form, form_of="/sign-in")
    assert "<img src=x" not in answer.text


def test_texts_of_visits_and_incidents_stay_texts(hostile: Flask) -> None:
    planner = visitor(hostile, "planner")
    village = f"新川村{HOSTILE}"
    visit = {
        "village": village,
        "visited_on": "2020-06-01",
        **dict.fromkeys(("service_group", "leader", "enterprise", "summary"), HOSTILE),
    }
    recorded = planner.post("/visits/new", visit).headers["Location"]
    incident = {"village": village, "kind": "case", "happened_on": "2020-06-01"}
    happened = planner.post("/incidents/new", incident | {"summary": HOSTILE}).headers["Location"]
    correction = visit | {"version": "1", "leader": f"{HOSTILE}2", "note": HOSTILE}
    assert planner.post(f"{recorded}/correct", correction).status_code == 303
    closing = {"version": "1", "closed_on": "2020-06-02", "note": HOSTILE}
    assert planner.post(f"{happened}/close", closing).status_code == 303
    warned = planner.post("/visits/new", visit)
    stale = planner.post(f"{recorded}/correct", correction)
    assert (warned.status_code, stale.status_code) == (409, 409)
    pages = ("/visits/", recorded, f"{recorded}/correct", "/incidents/", happened)
    village_page = village_pages(hostile, village)[0]
    texts = [planner.page(path) for path in (*pages, f"{happened}/correct", village_page)]
    for text in (*texts, warned.text, stale.text):
        assert "<img src=x" not in text
        assert "&lt;img src=x" in text


def test_pages_open_while_only_one_layer_is_there(
    empty: Flask, settings: Settings, engine: sa.Engine, tmp_path: Path
) -> None:
    bring_layer(empty, tmp_path, samples._BEFORE, samples.BEFORE_ON)
    planner = visitor(empty, "planner")
    for path in ("/", "/map/", *LISTS, "/imports/1", "/settings/"):
        planner.page(path)
    village, panel, _case = village_pages(empty, "新川村")
    assert "Not merged" in plain(planner.page(village))
    planner.page(panel)
    bring_layer(empty, tmp_path, samples._AFTER, samples.AFTER_ON)
    home = plain(planner.page("/"))
    assert "6 → 4" in home
    assert "No votes yet" in home
    for path in ("/map/", *LISTS, village):
        planner.page(path)
