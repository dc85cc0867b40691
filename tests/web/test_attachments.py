"""Photos and documents on the pages of records: brought, shown, given out, removed."""

import copy
import io
import re
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from PIL import ExifTags, Image
from werkzeug.test import TestResponse

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.models import Attachment, ChecklistItem, Problem, Project, Vote
from geo_tracker.web.context import Services
from tests import samples
from tests.files import HERE, photo
from tests.web.conftest import bring_book, strict
from tests.web.ledgers import ago, problem_in, visited
from tests.web.reading import plain
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, back, visitor

PDF = b"%PDF-1.7\n%%EOF"
NAME = '../x"; filename=evil.html;\u202e <b>纪要</b>.pdf'


def sent(
    who: Visitor, table: str, record: int, *files: tuple[bytes, str], **more: Any
) -> TestResponse:
    """Send files as the form of a record's page does."""
    form = {"files": [(io.BytesIO(content), name) for content, name in files]}
    return who.post(f"/files/of/{table}/{record}", form | more)


def services(app: Flask) -> Services:
    found: Services = app.extensions["geo_tracker"]
    return found


def stored(app: Flask) -> list[Attachment]:
    with reading(services(app).engine) as session:
        return list(session.scalars(sa.select(Attachment).order_by(Attachment.id)))


def records(app: Flask) -> dict[str, tuple[int, str]]:
    """Return a record of each kind: its id, and its page."""
    problem = problem_in(app, "新川村", "2026-00001", lead_unit="交通局", state="assigned")
    visit = visited(app, "新川村", 3)
    merged = unit_id(app, "倪宅新村")
    with writing(services(app).engine) as session:
        item = ChecklistItem(unit_id=merged, domain="seals", text="收缴印章")
        session.add(item)
        session.flush()
        vote, project = (session.scalars(sa.select(model.id)).first() for model in (Vote, Project))
        return {
            "vote": (vote or 0, f"/votes/{vote}"),
            "project": (project or 0, f"/projects/{project}"),
            "problem": (problem, f"/problems/{problem}"),
            "visit": (visit, f"/visits/{visit}"),
            "checklist_item": (item.id, f"/checklists/{merged}"),
        }


@pytest.mark.parametrize("table", ["vote", "project", "problem", "visit", "checklist_item"])
def test_a_photo_and_a_document_stand_on_the_page_of_their_record(
    county: Flask, table: str
) -> None:
    record, page = records(county)[table]
    planner = visitor(county, "planner")
    answer = sent(planner, table, record, (photo(), "路灯.jpg"), (PDF, NAME), title="东头")
    assert answer.status_code == 303
    assert answer.headers["Location"].partition("#")[0] == page
    text = planner.page(page)
    assert "Files added: 2" in text
    first, second = stored(county)
    assert f'src="/files/{first.id}/thumbnail" alt="东头"' in text
    shown = plain(text)
    assert "路灯.jpg" in shown
    assert f"PDF · 1 kB planner · {second.added_at.astimezone():%Y-%m-%d %H:%M}" in shown
    assert shown.count("File added: 东头") == 2
    assert "<b>纪要" not in text
    # Everybody sees them; nobody but who may is offered to add or remove.
    viewer = visitor(county, "viewer")
    seen = viewer.page(page)
    assert f"/files/{first.id}/thumbnail" in seen
    assert "/files/of/" not in seen
    assert "/remove" not in seen.partition('class="gt-file-list"')[2].partition("</ul>")[0]


def test_a_photo_is_shown_and_has_lost_its_place(county: Flask) -> None:
    record, page = records(county)["problem"]
    planner = visitor(county, "planner")
    sent(planner, "problem", record, (photo(), "a.jpg"))
    sent(planner, "problem", record, (photo(size=(61, 40)), "b.jpg"), keep_place="yes")
    first, second = (planner.get(f"/files/{one.id}") for one in stored(county))
    assert first.headers["Content-Type"] == "image/jpeg"
    assert first.headers["Content-Disposition"].startswith("inline; ")
    places = [
        Image.open(io.BytesIO(one.data)).getexif().get_ifd(ExifTags.IFD.GPSInfo)
        for one in (first, second)
    ]
    assert places == [{}, HERE]
    assert plain(planner.page(page)).count("with its place") == 1
    small = planner.get(f"/files/{stored(county)[0].id}/thumbnail")
    assert Image.open(io.BytesIO(small.data)).format == "JPEG"


def test_a_photo_from_the_phones_camera_comes_in_a_field_of_its_own(county: Flask) -> None:
    record, page = records(county)["problem"]
    planner = visitor(county, "planner")
    assert re.search(r'name="photo" accept="image/\*" capture="environment"', planner.page(page))
    form = {"photo": (io.BytesIO(photo()), "image.jpg"), "files": (io.BytesIO(b""), "")}
    assert planner.post(f"/files/of/problem/{record}", form).status_code == 303
    assert len(stored(county)) == 1


def test_a_problem_is_registered_with_a_photo_at_once(county: Flask) -> None:
    planner = visitor(county, "planner")
    new = {"content": "路灯不亮", "unit_id": str(unit_id(county, "新川村")), "source": "residents"}

    def registered(who: Visitor, content: bytes) -> str:
        form = new | {"photo": (io.BytesIO(content), "image.jpg")}
        answer = who.post("/problems/new", form, form_of="/problems/new")
        assert answer.status_code == 303
        return answer.headers["Location"]

    page = registered(planner, photo())
    (one,) = stored(county)
    assert f"/files/{one.id}/thumbnail" in planner.page(page)
    assert (one.table_name, one.has_place) == ("problem", False)
    # A photo that cannot be taken in is no reason to lose the problem.
    page = registered(planner, b"<svg>")
    shown = plain(planner.page(page))
    assert "The problem was registered." in shown
    assert "cannot be taken in" in shown
    # The unit of a handler does not have it in hand yet.
    handler = visitor(county, "handler", office="交通局")
    assert 'name="photo"' not in handler.page("/problems/new")
    registered(handler, photo())
    assert len(stored(county)) == 1


def test_a_visit_is_recorded_with_photos_at_once_and_a_warning_asks_for_them_again(
    county: Flask,
) -> None:
    planner = visitor(county, "planner")
    new = {"village": "新川村", "visited_on": ago(1).isoformat(), "service_group": "甲组"}

    def recorded(who: Visitor, *photos: bytes, **more: Any) -> TestResponse:
        files = [(io.BytesIO(content), f"{n}.jpg") for n, content in enumerate(photos)]
        camera = {"photo": files[0]} if files else {}
        return who.post("/visits/new", new | more | camera | {"files": files[1:]})

    first = recorded(planner, photo(), photo(size=(61, 40)))
    assert first.status_code == 303
    assert [(one.table_name, one.has_place) for one in stored(county)] == [("visit", False)] * 2
    assert f"/files/{stored(county)[1].id}/thumbnail" in planner.page(first.headers["Location"])
    warned = recorded(planner, photo(size=(50, 40)))
    assert warned.status_code == 409
    assert "Choose them again" in warned.text
    assert "Choose them again" not in recorded(planner).text
    unclear = recorded(planner, photo(size=(50, 40)), village="没有的村")
    assert unclear.status_code == 422
    assert "Choose them again" in unclear.text
    assert len(stored(county)) == 2
    visit_id = re.findall(r'name="knowing" value="(\d+)"', warned.text)
    assert recorded(planner, photo(size=(50, 40)), knowing=visit_id).status_code == 303
    assert len(stored(county)) == 3
    # Files of visits are brought by those who follow up, here as on the visit's own page.
    handler = visitor(county, "handler", office="交通局")
    assert 'name="photo"' not in handler.page("/visits/new")
    assert recorded(handler, photo(), village="石柱村").status_code == 303
    assert len(stored(county)) == 3
    assert 'name="photo"' not in planner.page(f"{first.headers['Location']}/correct")


def test_a_projects_history_tells_of_its_files(county: Flask) -> None:
    record, page = records(county)["project"]
    planner = visitor(county, "planner")
    sent(planner, "project", record, (photo(), "路面.jpg"), title="东头")
    (one,) = stored(county)
    planner.post(f"/files/{one.id}/remove", {"note": "传错了"})
    history = plain(planner.page(page)).partition("History")[2]
    removed, added = history.find("File removed: 东头"), history.find("File added: 东头")
    assert 0 < removed < added
    assert "传错了" in history[removed:added]


def test_answers_can_do_no_harm(county: Flask) -> None:
    record, _page = records(county)["problem"]
    planner = visitor(county, "planner")
    sent(planner, "problem", record, (photo(), NAME), (PDF, NAME))
    picture, document = stored(county)
    for address in (
        f"/files/{picture.id}",
        f"/files/{picture.id}/thumbnail",
        f"/files/{document.id}",
    ):
        answer = planner.get(address)
        headers = answer.headers
        assert answer.status_code == 200
        assert headers["X-Content-Type-Options"] == "nosniff"
        policy = headers["Content-Security-Policy"].split("; ")
        assert {"default-src 'none'", "sandbox"} <= set(policy)
        assert "script-src" not in headers["Content-Security-Policy"]
        assert headers["Cache-Control"] == "private, no-cache"
        assert len(headers.getlist("Content-Disposition")) == 1
        again = planner.client.get(address, headers={"If-None-Match": headers["ETag"]})
        assert again.status_code == 304
    saved = planner.get(f"/files/{document.id}")
    assert saved.headers["Content-Type"] == "application/pdf"
    how = saved.headers["Content-Disposition"]
    assert re.fullmatch(
        rf"attachment; filename=\"file-{document.id}\.pdf\"; filename\*=UTF-8''[\w.%~-]+", how
    )
    assert saved.data == PDF
    assert planner.get(f"/files/{document.id}/thumbnail").status_code == 404


def test_who_is_not_signed_in_gets_no_file(county: Flask) -> None:
    record, _page = records(county)["problem"]
    sent(visitor(county, "planner"), "problem", record, (photo(), "a.jpg"))
    (one,) = stored(county)
    nobody = Visitor(county)
    for address in (f"/files/{one.id}", f"/files/{one.id}/thumbnail"):
        answer = nobody.get(address)
        assert answer.status_code == 302
        assert "/sign-in" in answer.headers["Location"]
    answer = nobody.post(f"/files/of/problem/{record}", {}, form_of="/sign-in")
    assert "/sign-in" in answer.headers["Location"]
    assert visitor(county, "viewer").get(f"/files/{one.id}").status_code == 200


def test_a_file_is_removed_with_a_reason_and_stays_to_be_looked_at(county: Flask) -> None:
    record, page = records(county)["visit"]
    planner, viewer = visitor(county, "planner"), visitor(county, "viewer")
    sent(planner, "visit", record, (photo(), "a.jpg"))
    (one,) = stored(county)
    address = f"/files/{one.id}/remove"
    assert viewer.post(address, {"note": "x"}, form_of=page).status_code == 403
    assert planner.get(address).status_code == 405
    planner.post(address, {"note": " "})
    assert "Say why." in planner.page(page)
    assert stored(county)[0].removed_at is None
    assert planner.post(address, {"note": "拍到了<b>住户"}).status_code == 303
    text = planner.page(page)
    assert "<b>住户" not in text
    shown = plain(text)
    assert "Removed: 1" in shown
    assert re.search(r"a.jpg removed by planner, [\d: -]+: 拍到了&lt;b&gt;住户", shown)
    assert "File removed: a.jpg" in shown
    assert planner.get(f"/files/{one.id}").status_code == 200
    assert viewer.get(f"/files/{one.id}").status_code == 404
    assert viewer.get(f"/files/{one.id}/thumbnail").status_code == 404
    assert f'href="/files/{one.id}"' not in viewer.page(page)
    assert planner.post(address, {"note": "再删"}).status_code == 409


def test_a_handler_adds_to_problems_of_his_unit_only(county: Flask) -> None:
    every = records(county)
    record, page = every["problem"]
    other = problem_in(county, "新川村", "2026-00002", lead_unit="水务局", state="assigned")
    planner = visitor(county, "planner")
    sent(planner, "problem", record, (PDF, "a.pdf"))
    handler = visitor(county, "handler", office="交通局")
    sends = f'action="/files/of/problem/{record}"'
    assert sends in handler.page(page)
    answer = handler.post(
        f"/files/of/problem/{record}",
        {"files": (io.BytesIO(photo()), "修好了.jpg")},
        form_of=page,
    )
    assert answer.status_code == 303
    of_planner, own = stored(county)
    text = handler.page(page)
    assert f"/files/{own.id}/remove" in text
    assert f"/files/{of_planner.id}/remove" not in text
    assert "/files/of/" not in handler.page(f"/problems/{other}")
    for table, number in (("problem", other), ("visit", every["visit"][0])):
        form = {"files": (io.BytesIO(photo()), "a.jpg")}
        assert handler.post(f"/files/of/{table}/{number}", form, form_of=page).status_code == 403
    assert len(stored(county)) == 2


def test_what_could_not_be_taken_in_is_told_and_the_rest_is_there(county: Flask) -> None:
    record, page = records(county)["problem"]
    planner = visitor(county, "planner")
    bad = [(b"<svg onload=alert(1)>", f"<img src=x>{number}.svg") for number in range(7)]
    sent(planner, "problem", record, *bad, (photo(), "a.jpg"), (photo()[:200], "b.jpg"))
    text = planner.page(page)
    assert "Files added: 1" in text
    assert "<img src=x>" not in text
    shown = plain(text)
    assert shown.count("cannot be taken in.") == 5
    assert "3 more files could not be taken in." in shown
    sent(planner, "problem", record)
    assert "Choose a file." in plain(planner.page(page))


def test_what_is_too_large_is_told(county: Flask) -> None:
    record, page = records(county)["problem"]
    small = Settings(
        data_dir=services(county).settings.data_dir, secret_key="test", max_attachment_mb=1
    )
    planner = visitor(strict(create_app(small, services(county).engine)), "planner")
    sent(planner, "problem", record, (PDF + b" " * 1_000_001, "大.pdf"))
    shown = plain(planner.page(page))
    assert "“大.pdf” is larger than 1 MB." in shown
    assert "each up to 1 MB" in shown


def test_a_file_that_was_changed_on_the_disk_is_refused_and_told(county: Flask) -> None:
    record, page = records(county)["vote"]
    planner = visitor(county, "planner")
    sent(planner, "vote", record, (PDF, "纪要.pdf"))
    (one,) = stored(county)
    path = services(county).settings.attachments_dir / one.sha256[:2] / one.sha256
    path.write_bytes(PDF + b"\n")
    answer = planner.get(f"/files/{one.id}")
    assert answer.status_code == 410
    assert "“纪要.pdf” is no longer what was stored" in plain(answer.text)
    assert planner.get(page).status_code == 200


def test_adding_a_photo_makes_no_open_form_stale(county: Flask) -> None:
    planner = visitor(county, "planner")
    handler = visitor(county, "handler", office="交通局")
    new = {"content": "路灯不亮", "unit_id": unit_id(county, "新川村"), "source": "residents"}
    page = planner.post("/problems/new", new, form_of="/problems/new").headers["Location"]
    record = int(page.rpartition("/")[2])
    assign = {"action": "assign", "version": "1", "lead_unit": "交通局", "due_on": "2030-01-31"}
    assert planner.post(f"{page}/act", assign, form_of=page).status_code == 303
    form = {"action": "accept", "version": "2"}
    sent(planner, "problem", record, (photo(), "a.jpg"))
    assert handler.post(f"{page}/act", form, form_of=page).status_code == 303
    with reading(services(county).engine) as session:
        assert session.get_one(Problem, record).state == "accepted"
    # And who was late is told what was done about the problem, no more and no less.
    late = handler.post(f"{page}/act", form, form_of=page)
    assert late.status_code == 409
    told = plain(late.text).partition("still stands in the form.")[2].partition("What it is")[0]
    assert "Take on" in told
    assert "File added" not in told


def test_the_page_of_a_vote_has_all_its_counts_and_the_list_leads_to_it(county: Flask) -> None:
    planner = visitor(county, "planner")
    with reading(services(county).engine) as session:
        vote = session.scalars(sa.select(Vote).order_by(Vote.id)).first()
        assert vote is not None
    assert f'href="/votes/{vote.id}"' in planner.page("/votes/")
    shown = plain(planner.page(f"/votes/{vote.id}"))
    for text, count in (
        *(("Eligible", vote.eligible), ("Present", vote.present), ("Agree", vote.agree)),
        *(("Ballots issued", vote.issued), ("Ballots returned", vote.returned)),
    ):
        assert f"{text} {'—' if count is None else f'{count:,}'}" in shown
    assert f"Held on {vote.held_on}" in shown
    assert planner.get("/votes/99999").status_code == 404


def test_the_page_of_a_vote_tells_what_a_later_file_changed(county: Flask, tmp_path: Path) -> None:
    planner = visitor(county, "planner")
    assert "Nothing was changed since" in plain(planner.page("/votes/1"))
    head, first, *_others = copy.deepcopy(samples.SHEETS["表决"])
    first[head.index("同意")], first[head.index("反对")] = 383, 17
    bring_book(county, tmp_path, {"表决": [head, first]})
    changed = [
        text
        for number in range(1, 6)
        if (answer := planner.get(f"/votes/{number}")).status_code == 200
        and "is 17" in (text := plain(answer.text))
    ]
    assert len(changed) == 1
    assert "Oppose 17" in changed[0]


def test_a_title_and_a_name_of_a_file_are_read_in_both_languages(county: Flask) -> None:
    record, page = records(county)["vote"]
    visitor(county, "planner")
    chinese = back(county, "planner", language="zh")
    sent(chinese, "vote", record, (PDF, "会议纪要.pdf"))
    shown = plain(chinese.page(page))
    assert "会议记录和其他材料" in shown
    assert "上传文件：会议纪要.pdf" in shown


@pytest.mark.apart
def test_a_hostile_photo_costs_a_message_and_no_more(county: Flask, tmp_path: Path) -> None:
    record, page = records(county)["problem"]
    planner = visitor(county, "planner")
    sent(planner, "problem", record, (b"\xff\xd8\xff\xe0" + bytes(1000), "a.jpg"))
    assert "cannot be opened as a photo" in plain(planner.page(page))
    assert stored(county) == []
