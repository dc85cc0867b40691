"""Boards: figures with their rows, chance has its limits, what is published never changes."""

import hashlib
import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.models import Board, BoardMark, BoardScore
from geo_tracker.errors import DamagedFileError
from geo_tracker.workflows.board_snapshot import kept_board
from tests.web.quarters import (
    BAD,
    BOARDS,
    COUNTY,
    GOOD,
    LAST,
    TODO,
    admin,
    counted,
    drafted,
    engine_of,
    moved,
    on_both,
    published,
    recorded,
    steps,
    todo_of,
    towns,
)
from tests.web.reading import plain
from tests.web.visitors import Visitor, back, visitor

__all__ = ["admin", "on_both", "towns"]

HOSTILE = '"><img src=x onerror=ran=1><script>ran=1</script>'


def lines(page: str) -> list[str]:
    """Return the rows of all tables that say something of a unit or a to-do."""
    found = re.findall(r"<tr>(.*?)</tr>", page, re.DOTALL)
    return [plain(f"<main>{row}")[1:].strip() for row in found if 'scope="row"' in row]


def scored(who: Visitor, board: str, place: str, version: int = 0, **given: str) -> Any:
    form = {"score": "80", "comment": ""} | given | {"version": version}
    return who.post(f"{board}/units/{place}/score", form)


def test_a_published_board_stays_to_the_byte_whatever_changes_later(on_both: Flask) -> None:
    admin = visitor(on_both, "admin")
    board = drafted(admin)
    assert scored(admin, board, GOOD, score="91", comment="办得快").status_code == 303
    assert admin.post(f"{board}/units/{GOOD}/mark", {"reason": "可推广"}).status_code == 303
    draft = lines(admin.page(board))
    published(admin, board)
    files = {kind: admin.get(f"{board}/board.{kind}").data for kind in ("csv", "json")}
    before = lines(admin.page(board))
    assert before[: len(draft)] == draft
    assert before[0].startswith("1 花街镇 ▲ 100.0 % 15 / 15 100.0 % 15 / 15")
    assert before[1].startswith("2 石柱镇 ▼ 0.0 % 0 / 15 — 0 / 0")
    for _again in range(3):
        recorded(on_both, "石柱村", solved=True)
    counted(on_both, "清单完成率|1")
    assert scored(admin, board, BAD).status_code == 409
    assert admin.post(f"{board}/units/{BAD}/mark", {"reason": "x"}).status_code == 409
    assert admin.post(f"{board}/units/{GOOD}/mark", {"unmark": "yes"}).status_code == 409
    assert admin.post(f"{board}/publish", {}).status_code == 409
    todo_of(admin, board)
    assert lines(admin.page(board))[: len(before)] == before
    for kind, content in files.items():
        assert admin.get(f"{board}/board.{kind}").data == content
    assert hashlib.sha256(files["json"]).hexdigest() in admin.page(board)
    table = files["csv"].decode("utf-8-sig").splitlines()
    assert table[0].startswith("位次,单位,代码,得分,")
    assert table[1].startswith(f"1,花街镇,{GOOD},100,")
    assert "办得快" in table[1]
    assert "可推广" in table[1]
    assert [step[:3] for step in steps(on_both, "board")] == [
        ("draft", None, "draft"),
        ("publish", "draft", "published"),
    ]
    assert [step[0] for step in steps(on_both, "board_score")] == ["score"]
    assert [step[0] for step in steps(on_both, "board_mark")] == ["mark"]


def test_each_number_leads_to_the_rows_it_counts(towns: Flask, admin: Visitor) -> None:
    recorded(towns, "石柱村", solved=True, quarter=LAST.before)
    recorded(towns, "石柱村", solved=False, quarter=LAST.before)
    page = html.unescape(admin.page(drafted(admin)))
    assert f"/map/?county={COUNTY}&town={BAD}" in page
    links = re.findall(r'<a href="(/problems/\?[^"]+)">(\d+)</a>', page)
    assert {(href.partition("counted=")[2].split("&")[0], n) for href, n in links} == {
        *(("resolved", "15"), ("registered", "15"), ("satisfied", "15")),
        *(("revisited", "15"), ("registered", "16")),
    }
    for href, number in links:
        listed = admin.page(href)
        assert f"of {number}</span>" in listed, href
        assert "for the time" not in listed
        assert f"after {LAST.before.last_on} until {LAST.last_on}" in listed


def test_the_change_is_against_what_was_published(towns: Flask, admin: Visitor) -> None:
    for _one in range(12):
        recorded(towns, "倪宅新村", solved=False, quarter=LAST.before)
    before = drafted(admin, LAST.before)
    later = drafted(admin)
    told = plain(admin.page(later))
    assert "counted in the same way" in told
    counts = lines(admin.page(later))
    published(admin, before)
    assert "against the published board of" in plain(admin.page(later))
    assert lines(admin.page(later)) == counts
    # What is recorded afterwards about the quarter before changes the draft of neither.
    for _one in range(9):
        recorded(towns, "石柱村", solved=True, quarter=LAST.before)
    compared = [line for line in lines(admin.page(later)) if "no. " in line]
    assert compared == [line for line in counts if "no. " in line]


def test_the_funnel_names_whoever_lies_outside(towns: Flask, admin: Visitor) -> None:
    counted(towns, "解决率|2\n满意率|1\n清单完成率|1")
    for village in ("倪宅新村", "石柱村"):
        recorded(towns, village, solved=True)
    page = admin.page(drafted(admin))
    resolution, satisfaction = re.findall(r"<svg class=\"gt-funnel\".*?</svg>", page, re.DOTALL)
    assert re.findall(r'<text [^>]*text-anchor="(?:start|end)"[^>]*>([^<\d]+镇)</text>', resolution)
    assert resolution.count('class="gt-dot-far_below"') == 1
    assert resolution.count('class="gt-dot-far_above"') == 1
    assert "gt-dot-far" not in satisfaction
    assert "镇</text>" not in satisfaction
    assert "石柱镇: 6.2 %, 1 of 16, far below the others" in resolution


def test_small_places_are_ranked_but_not_named(county: Flask) -> None:
    counted(county)
    recorded(county, "倪宅新村", solved=True)
    for _one in range(2):
        recorded(county, "石柱村", solved=False)
    admin = visitor(county, "admin")
    page = plain(admin.page(published(admin, drafted(admin))))
    assert "too little to tell" in page
    assert "behind:" not in page
    assert "No unit lies under the lower limits" in page


def test_counties_are_compared_too_and_one_alone_stands_nowhere(
    towns: Flask, admin: Visitor
) -> None:
    page = admin.page(drafted(admin, county=""))
    assert lines(page)[0].startswith("1 永康市 50.0 % 15 / 30")
    assert "no different from the others by more than chance" in plain(page)


@pytest.mark.parametrize(
    ("form", "status"),
    [
        ({"quarter": "soon"}, 422),
        ({"quarter": LAST.next.text}, 422),
        ({"quarter": LAST.text, "county": "110000"}, 404),
        ({"quarter": LAST.text}, 303),
    ],
)
def test_only_quarters_that_ended_have_boards(
    county: Flask, form: dict[str, str], status: int
) -> None:
    admin = visitor(county, "admin")
    assert admin.post(BOARDS, form).status_code == status
    if status == 303:
        assert admin.post(BOARDS, form).status_code == 409


def test_where_nothing_is_known_there_is_nothing_to_publish(county: Flask) -> None:
    admin = visitor(county, "admin")
    board = drafted(admin)
    answer = admin.post(f"{board}/publish", {})
    assert answer.status_code == 422
    assert "no unit has a rank" in answer.text
    assert admin.get(f"{board}/board.csv").status_code == 404


def test_roles_decide_who_drafts_publishes_scores_and_marks(towns: Flask, admin: Visitor) -> None:
    planner, viewer = visitor(towns, "planner"), visitor(towns, "viewer")
    own = visitor(towns, "handler", office="石柱镇人民政府")
    board = drafted(admin)
    for who in (planner, viewer, own):
        assert who.post(BOARDS, {"quarter": LAST.before.text}).status_code == 403
        assert "Draft a board" not in who.page(BOARDS)
        assert who.post(f"{board}/publish", {}).status_code == 403
        assert "Publish the board" not in who.page(board)
        assert who.post(f"{board}/units/{GOOD}/mark", {"reason": "x"}).status_code == 403
    assert scored(viewer, board, GOOD).status_code == 403
    assert "Your score" not in viewer.page(f"{board}/units/{GOOD}")
    assert scored(own, board, BAD).status_code == 403
    assert "Your score" not in own.page(f"{board}/units/{BAD}")
    assert scored(own, board, GOOD).status_code == 303
    assert scored(planner, board, BAD).status_code == 303
    assert towns.test_client().get(board).status_code == 302


def test_nobody_posts_without_the_token(towns: Flask, admin: Visitor) -> None:
    board = drafted(admin)
    for path in (BOARDS, f"{board}/publish", f"{board}/units/{BAD}/score"):
        assert admin.client.post(path, data={"score": "1"}).status_code == 400
    with reading(engine_of(towns)) as session:
        assert session.scalars(sa.select(Board.state)).all() == ["draft"]
        assert session.scalar(sa.select(sa.func.count(BoardScore.id))) == 0


def test_a_draft_is_discarded_while_nobody_said_anything_on_it(
    towns: Flask, admin: Visitor
) -> None:
    first = drafted(admin)
    assert visitor(towns, "planner").post(f"{first}/discard", {}).status_code == 403
    assert admin.post(f"{first}/discard", {}).status_code == 303
    assert admin.get(first).status_code == 404
    second = drafted(admin)
    assert second != first  # no number comes back with another meaning
    assert scored(admin, second, GOOD).status_code == 303
    assert "Discard the draft" not in admin.page(second)
    assert admin.post(f"{second}/discard", {}).status_code == 409
    published(admin, second)
    assert admin.post(f"{second}/discard", {}).status_code == 409
    assert [step[0] for step in steps(towns, "board")] == ["draft", "discard", "draft", "publish"]


@pytest.mark.parametrize(
    "given",
    [{"score": "101"}, {"score": "-1"}, {"score": ""}, {"score": "x"}, {"comment": "长" * 1001}],
)
def test_what_is_no_score_is_refused_and_kept(
    towns: Flask, admin: Visitor, given: dict[str, str]
) -> None:
    board = drafted(admin)
    answer = scored(admin, board, GOOD, 0, **({"comment": "留着"} | given))
    assert answer.status_code == 422
    assert given.get("comment", "留着") in answer.text


def test_one_score_a_peer_and_unit_changed_by_version(towns: Flask, admin: Visitor) -> None:
    board = drafted(admin)
    assert scored(admin, board, GOOD, score="70").status_code == 303
    assert scored(admin, board, GOOD, score="60").status_code == 409
    assert scored(admin, board, GOOD, version=1, score="70").status_code == 422
    assert scored(admin, board, GOOD, version=1, score="90", comment="更好").status_code == 303
    planner = visitor(towns, "planner")
    assert scored(planner, board, GOOD, score="80").status_code == 303
    assert "花街镇 85.0 of 2 peers 更好 admin" in lines(admin.page(board))[-1]
    assert scored(admin, board, "999").status_code == 404
    assert admin.get(f"{board}/units/999").status_code == 404


def test_marks_are_taken_back_while_it_is_a_draft(towns: Flask, admin: Visitor) -> None:
    board = drafted(admin)
    address = f"{board}/units/{GOOD}/mark"
    assert admin.post(address, {"reason": " "}).status_code == 422
    assert admin.post(address, {"unmark": "yes"}).status_code == 404
    assert admin.post(address, {"reason": "可推广"}).status_code == 303
    assert admin.post(address, {"reason": "再来"}).status_code == 409
    assert "可推广" in admin.page(board)
    assert admin.post(address, {"unmark": "yes"}).status_code == 303
    assert "可推广" not in admin.page(board)
    with reading(engine_of(towns)) as session:
        assert session.scalar(sa.select(sa.func.count(BoardMark.id))) == 0
    assert [step[0] for step in steps(towns, "board_mark")] == ["mark", "unmark"]


def test_texts_that_people_type_stay_texts(towns: Flask, admin: Visitor) -> None:
    board = drafted(admin)
    scored(admin, board, GOOD, comment=HOSTILE)
    admin.post(f"{board}/units/{GOOD}/mark", {"reason": f"=1+1{HOSTILE}"})
    published(admin, board)
    given = TODO | {"text": HOSTILE, "lead_unit": HOSTILE[:60], "lead_person": HOSTILE[:60]}
    assert admin.post(f"{board}/units/{BAD}/todo", given).status_code == 303
    moved(admin, "/boards/todos/1", "answer", 1, HOSTILE)
    units = (f"{board}/units/{GOOD}", f"{board}/units/{BAD}")
    for path in (board, *units, "/boards/todos/", "/boards/todos/1"):
        page = admin.page(path)
        assert "<img src=x" not in page, path
        assert "&lt;img src=x" in page, path
    assert "'=1+1" in admin.get(f"{board}/board.csv").get_data(as_text=True)


def test_a_board_that_somebody_changed_in_the_database_is_not_shown(
    towns: Flask, admin: Visitor
) -> None:
    board = published(admin, drafted(admin))
    with engine_of(towns).begin() as connection:
        connection.execute(sa.update(Board).values(snapshot=Board.snapshot.concat(" ")))
    with pytest.raises(DamagedFileError):
        kept_board(engine_of(towns), 1)
    assert admin.get(board).status_code == 410


def test_boards_speak_chinese_and_are_found(towns: Flask, admin: Visitor) -> None:
    board = published(admin, drafted(admin))
    chinese = back(towns, "admin", language="zh")
    page = plain(chinese.page(board))
    for text in ("晒：各项数字", "拼：位次与进步", "创：互评与优秀", "落后：解决率", "督办"):
        assert text in page
    for path in ("/lagging/", "/followup/"):
        assert f'href="{BOARDS}"' in chinese.page(path)
    assert "晒拼创指标" in chinese.page("/settings/rules/")


def test_nothing_is_drafted_where_nothing_is_known(empty: Flask) -> None:
    admin = visitor(empty, "admin")
    assert "No board yet" in admin.page(BOARDS)
    assert "Draft a board" not in admin.page(BOARDS)
    for path in ("/boards/1", "/boards/9999999999", "/boards/todos/1", "/boards/1/board.csv"):
        assert admin.get(path).status_code == 404
