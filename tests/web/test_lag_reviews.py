"""Reviews of lagging villages: a list that stays, decisions with their limits, nothing lost."""

import hashlib
import html
import re
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from geo_tracker.app import create_app
from geo_tracker.config import Settings
from geo_tracker.db import reading
from geo_tracker.db.models import FollowupStep, LagPeriod, LagReview, Problem
from geo_tracker.errors import DamagedFileError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.web.context import Services
from geo_tracker.workflows.lag_review import decide
from geo_tracker.workflows.lag_snapshot import kept_lag
from tests.web.conftest import strict
from tests.web.ledger import TODAY, Ledger
from tests.web.reading import plain, rows
from tests.web.test_lagging import INCOME, count_only, names
from tests.web.test_villages import unit_id
from tests.web.visitors import Visitor, back, visitor

REVIEWS = "/lagging/reviews/"
ASSIST = {
    **{"decision": "assist", "helper_unit": "农业农村局", "target": "建一座光伏电站"},
    **{"target_score": "50", "due_on": "2030-12-31", "approver": "王县长", "minutes": "第三次会"},
}


def engine_of(app: Flask) -> sa.Engine:
    services: Services = app.extensions["geo_tracker"]
    return services.engine


def opened(admin: Visitor, title: str = "2026年上半年") -> str:
    """Open a review and return its address."""
    answer = admin.post(REVIEWS, {"title": title})
    assert answer.status_code == 303
    return str(answer.headers["Location"])


def listed(page: str) -> list[str]:
    return re.findall(r'<th scope="row"><a href="/lagging/reviews/\d+/\d+">([^<]+)</a>', page)


def sent(who: Visitor, address: str, version: int, **given: Any) -> Any:
    return who.post(address, given | {"version": version})


@pytest.fixture
def on_both(engine: sa.Engine, settings: Settings, brought: list[int]) -> Flask:
    """Serve the county from both kinds of database, where income per head alone counts."""
    app = strict(create_app(settings, engine))
    count_only(app, INCOME)
    return app


@pytest.fixture
def county(income_county: Flask) -> Flask:
    return income_county


@pytest.fixture
def admin(county: Flask) -> Visitor:
    return visitor(county, "admin")


def test_an_opened_list_stays_to_the_byte_whatever_changes_later(on_both: Flask) -> None:
    admin = visitor(on_both, "admin")
    review = opened(admin)
    files = {kind: admin.get(f"{review}/list.{kind}").data for kind in ("csv", "json")}
    before = rows(admin.page(review))
    assert "1 1–1 新川村 倪宅新村" in before[0]
    count_only(on_both, "每百户未办结问题|1|0|2")
    Ledger(on_both).problem("倪宅村")
    assert names(admin.page("/lagging/"))[0] == "倪宅村"
    assert rows(admin.page(review)) == before
    assert listed(admin.page(review)) == ["新川村", "双溪村", "倪宅村", "上溪村"]
    for kind, content in files.items():
        assert admin.get(f"{review}/list.{kind}").data == content
    digest = hashlib.sha256(files["json"]).hexdigest()
    assert digest in admin.page(review)
    assert files["csv"].decode("utf-8-sig").splitlines()[1].startswith("原村,1,1,1,新川村,")
    with reading(engine_of(on_both)) as session:
        kept = session.get_one(LagPeriod, 1)
        assert kept.rules["lag_indicators"] == [INCOME]
        assert set(kept.reference) == {"data_on", "town_rates"}


def test_the_same_state_gives_the_same_bytes(admin: Visitor) -> None:
    first = opened(admin)
    assert admin.post(f"{first}/close", {}).status_code == 303
    second = opened(admin, "再来一次")
    for kind in ("csv", "json"):
        assert admin.get(f"{first}/list.{kind}").data == admin.get(f"{second}/list.{kind}").data


def test_from_opening_to_an_exit_whose_target_was_met(on_both: Flask) -> None:
    admin = visitor(on_both, "admin")
    first = opened(admin, "上半年")
    village = f"/{unit_id(on_both, '新川村')}"
    assert sent(admin, first + village, 0, **ASSIST).status_code == 303
    assert admin.post(f"{first}/close", {}).status_code == 303
    # 100 yuan a head are then less than half of the way from 110 to 10.
    count_only(on_both, "人均经营性收入|1|110|10")
    second = opened(admin, "下半年")
    page = plain(admin.page(second + village))
    assert "建一座光伏电站" in page
    assert "Score then 90.0" in page
    assert "Score in this review 10.0 80.0 less lag" in page
    assert "Target score 50.0 met" in page
    assert sent(admin, second + village, 0, decision="exit").status_code == 303
    with reading(engine_of(on_both)) as session:
        found = session.scalars(sa.select(LagReview).order_by(LagReview.id)).all()
        assert [(one.decision, one.score, one.rank) for one in found] == [
            ("assist", 90.0, 1),
            ("exit", 10.0, 1),
        ]
        steps = session.scalars(
            sa.select(FollowupStep).where(FollowupStep.table_name == "lag_review")
        ).all()
        assert [step.fields["decision"] for step in steps] == [[None, "assist"], [None, "exit"]]
        assert {step.happened_on for step in steps} == {TODAY}
    profile = plain(admin.page(f"/lagging{village}"))
    assert "Decided in reviews" in profile
    assert "建一座光伏电站" in profile
    assert "Review of lagging villages: exit" in plain(admin.page(f"/villages{village}"))


@pytest.mark.parametrize(
    ("target_score", "moved", "reason", "status"),
    [
        ("50", False, "", 422),
        ("", True, "", 422),
        ("50", True, "", 303),
        ("9.9", True, "", 422),
        ("50", False, "整村搬迁", 303),
    ],
)
def test_a_village_leaves_with_its_target_met_or_with_a_reason(
    county: Flask, admin: Visitor, target_score: str, moved: bool, reason: str, status: int
) -> None:
    village = f"/{unit_id(county, '新川村')}"
    first = opened(admin)
    given = ASSIST | {"target_score": target_score}
    assert sent(admin, first + village, 0, **given).status_code == 303
    admin.post(f"{first}/close", {})
    if moved:
        count_only(county, "人均经营性收入|1|110|10")  # which brings 90 points down to 10
    second = opened(admin)
    answer = sent(admin, second + village, 0, decision="exit", reason=reason, minutes="记录在此")
    assert answer.status_code == status
    if status == 422:
        assert "Otherwise say why" in answer.text
        assert "记录在此" in answer.text


def test_a_village_never_decided_about_leaves_with_a_reason_only(
    county: Flask, admin: Visitor
) -> None:
    address = f"{opened(admin)}/{unit_id(county, '上溪村')}"
    assert "No review before decided about this village" in admin.page(address)
    assert sent(admin, address, 0, decision="exit").status_code == 422
    assert sent(admin, address, 0, decision="exit", reason="已并入城区").status_code == 303


@pytest.mark.parametrize(
    "wrong",
    [
        {"decision": ""},
        {"decision": "nonsense"},
        {"helper_unit": " "},
        {"target_score": "101"},
        {"target_score": "-1"},
        {"target_score": "90"},  # which the village has already
        {"target_score": "nan"},
        {"target_score": "many"},
        {"due_on": "soon"},
        {"target": "长" * 1001},
    ],
)
def test_what_is_no_decision_is_refused_and_kept(
    county: Flask, admin: Visitor, wrong: dict[str, str]
) -> None:
    address = f"{opened(admin)}/{unit_id(county, '新川村')}"
    answer = sent(admin, address, 0, **(ASSIST | wrong))
    assert answer.status_code == 422
    assert "第三次会" in answer.text
    with reading(engine_of(county)) as session:
        assert session.scalar(sa.select(sa.func.count(LagReview.id))) == 0


def test_the_second_editor_is_told_what_changed_and_loses_nothing(on_both: Flask) -> None:
    admin, planner = visitor(on_both, "admin"), back(on_both, "planner")
    address = f"{opened(admin)}/{unit_id(on_both, '新川村')}"
    assert sent(planner, address, 0, **ASSIST).status_code == 303
    late = sent(admin, address, 0, decision="watch", minutes="我记的")
    assert late.status_code == 409
    told = plain(late.text)
    assert "Changed since you opened it" in told
    assert "Review of lagging villages: assist" in told
    assert "我记的" in told
    version = re.search(r'name="version" value="(\d+)"', late.text)
    assert version is not None
    again = sent(admin, address, int(version[1]), decision="watch", minutes="我记的")
    assert again.status_code == 303
    page = plain(admin.page(address))
    assert "Decided otherwise in the review: What is decided was assist, is watch" in page
    assert sent(admin, address, 2, decision="watch", minutes="我记的").status_code == 422


def test_only_administrators_open_and_close_and_only_followers_decide(county: Flask) -> None:
    admin = visitor(county, "admin")
    planner, viewer = visitor(county, "planner"), visitor(county, "viewer")
    unit = visitor(county, "handler", office="交通局")
    for who in (planner, viewer, unit):
        assert who.post(REVIEWS, {"title": "x"}).status_code == 403
        assert "What is frozen then" not in who.page(REVIEWS)
    assert "What is frozen then" in admin.page(REVIEWS)
    review = opened(admin)
    address = f"{review}/{unit_id(county, '新川村')}"
    for who in (viewer, unit):
        assert sent(who, address, 0, **ASSIST).status_code == 403
        assert "Record the decision" not in who.page(address)
    assert sent(planner, address, 0, **ASSIST).status_code == 303
    for who in (planner, viewer, unit):
        assert who.post(f"{review}/close", {}).status_code == 403


def test_one_review_is_open_at_a_time_and_needs_a_name(admin: Visitor) -> None:
    assert admin.post(REVIEWS, {"title": " "}).status_code == 422
    assert admin.post(REVIEWS, {"title": "长" * 121}).status_code == 422
    opened(admin)
    assert admin.post(REVIEWS, {"title": "另一次"}).status_code == 409
    assert "What is frozen then" not in admin.page(REVIEWS)


def test_nothing_is_reviewed_where_nothing_is_known(empty: Flask) -> None:
    answer = visitor(empty, "admin").post(REVIEWS, {"title": "x"})
    assert answer.status_code == 422
    assert "There are no villages to review" in answer.text


def test_a_closed_review_refuses_what_would_change_it(on_both: Flask) -> None:
    admin = visitor(on_both, "admin")
    review = opened(admin)
    village = unit_id(on_both, "新川村")
    assert sent(admin, f"{review}/{village}", 0, **ASSIST).status_code == 303
    assert admin.post(f"{review}/close", {}).status_code == 303
    assert admin.post(f"{review}/close", {}).status_code == 409
    late = sent(admin, f"{review}/{village}", 1, decision="watch")
    assert late.status_code == 409
    assert "This review is closed" in late.text
    with reading(engine_of(on_both)) as session:
        assert session.scalars(sa.select(LagReview.decision)).all() == ["assist"]
    page = admin.page(f"{review}/{village}")
    assert "Record the decision" not in page
    assert "建一座光伏电站" in plain(page)


def test_a_list_that_somebody_changed_in_the_database_is_not_shown(
    county: Flask, admin: Visitor
) -> None:
    review = opened(admin)
    engine = engine_of(county)
    with engine.begin() as connection:
        connection.execute(sa.update(LagPeriod).values(snapshot=LagPeriod.snapshot.concat(" ")))
    with pytest.raises(DamagedFileError):
        kept_lag(engine, 1)
    assert admin.get(review).status_code == 410


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("decision=assist", ["新川村"]),
        ("decision=undecided", ["双溪村", "倪宅村", "上溪村"]),
        ("decision=exit", []),
        ("standing=firm", ["新川村"]),
        ("standing=unranked", ["上溪村"]),
        ("reason=operating_income", ["新川村"]),
        ("county=330784&town=330784115", []),
        ("list=villages", ["石柱村", "倪宅新村", "双溪村", "前郎村"]),
        ("list=villages&county=330784&town=330784115", ["石柱村", "前郎村"]),
        ("list=x&decision=x&standing=x&page=99", ["新川村", "双溪村", "倪宅村", "上溪村"]),
    ],
)
def test_the_list_of_a_review_is_narrowed(
    county: Flask, admin: Visitor, query: str, expected: list[str]
) -> None:
    review = opened(admin)
    assert sent(admin, f"{review}/{unit_id(county, '新川村')}", 0, **ASSIST).status_code == 303
    assert listed(admin.page(f"{review}?{query}")) == expected


def test_the_list_says_that_a_review_is_open(admin: Visitor) -> None:
    assert "Go to the review" not in admin.page("/lagging/")
    review = opened(admin, "上半年")
    assert f'href="{review}">Go to the review' in admin.page("/lagging/")
    admin.post(f"{review}/close", {})
    assert "Go to the review" not in admin.page("/lagging/")


def test_measures_become_a_problem_or_a_project_with_what_was_decided_filled_in(
    county: Flask, admin: Visitor
) -> None:
    village = unit_id(county, "新川村")
    address = f"{opened(admin, '上半年')}/{village}"
    assert "Propose a project" not in admin.page(address)
    hostile = ASSIST | {"target": '修路"><script>1</script>'}
    assert sent(admin, address, 0, **hostile).status_code == 303
    links = re.findall(r'href="(/(?:problems|projects)/new\?[^"]+)"', admin.page(address))
    problem, project = (admin.page(html.unescape(link)) for link in links)
    for page in (problem, project):
        assert "<script>1" not in page
        assert "修路&#34;&gt;&lt;script&gt;" in page
        assert f'value="{village}"' in page
        assert "Review of lagging villages “上半年”" in page
    assert "to be done until 2030-12-31" in problem
    assert 'name="planned_finish_on" type="date" value="2030-12-31"' in project
    content = re.search(r'name="content"[^>]*>([^<]*)</textarea>', problem)
    assert content is not None
    form = {"content": html.unescape(content[1]), "unit_id": village}
    assert admin.post("/problems/new", form).status_code == 303
    with reading(engine_of(county)) as session:
        assert "“上半年”" in session.scalars(sa.select(Problem.content)).one()
    form = {"name": "修路", "village": "新川村", "known_id": village, "stage": "reserve"}
    form |= {"note": "Review “上半年”", "stage_on": str(TODAY)}
    stored = admin.post("/projects/new", form)
    assert stored.status_code == 303
    assert "Review “上半年”" in plain(admin.page(stored.headers["Location"]))


def test_what_no_number_names_is_not_found(county: Flask, admin: Visitor) -> None:
    review = opened(admin)
    for path in (f"{review}/99999", f"{REVIEWS}99", f"{REVIEWS}99/1", f"{REVIEWS}99/list.csv"):
        assert admin.get(path).status_code == 404
    assert sent(admin, f"{REVIEWS}99/1", 0, **ASSIST).status_code == 404
    assert sent(admin, f"{review}/99999", 0, **ASSIST).status_code == 404
    assert admin.post(f"{REVIEWS}{2**31}/close", {}).status_code == 404


def test_a_decision_in_a_closed_period_of_days_keeps_its_reason(
    county: Flask, admin: Visitor
) -> None:
    review = opened(admin)
    assert admin.post("/settings/periods/", {"until": str(TODAY)}).status_code == 303
    address = f"{review}/{unit_id(county, '新川村')}"
    assert sent(admin, address, 0, **ASSIST).status_code == 409
    assert sent(admin, address, 0, **ASSIST, correction="会议补记").status_code == 303


def test_figures_that_nobody_knows_can_still_be_decided_about(county: Flask) -> None:
    opened(visitor(county, "admin"))
    village = unit_id(county, "上溪村")
    decide(
        engine_of(county),
        1,
        village,
        {"decision": "watch"},
        actor=Actor(None, "planner"),
        version=0,
        today=TODAY,
    )
    with reading(engine_of(county)) as session:
        (found,) = session.scalars(sa.select(LagReview))
        assert (found.score, found.rank, found.version) == (None, None, 1)
