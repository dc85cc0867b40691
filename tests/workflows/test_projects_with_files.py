"""Files tell of projects that people lead on in the browser: neither wipes what the other says."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from random import Random
from threading import Thread
from typing import Any

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo_tracker.db import reading
from geo_tracker.db.models import Fund, ImportRun, Payment, Project, ProjectAmount
from geo_tracker.db.project_frames import all_funds, project_frame
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError
from geo_tracker.followup.problem_states import Actor
from geo_tracker.importing.tables import Sheet
from geo_tracker.indicators.lights import STAGES
from geo_tracker.indicators.money_totals import AMOUNTS, channel_money, project_money
from geo_tracker.workflows.projects import lead_project
from geo_tracker.workflows.record_comparison import compared_sheets
from geo_tracker.workflows.record_plan import planned_records
from geo_tracker.workflows.sheet_plan import FileFacts
from geo_tracker.workflows.undo_plan import planned_undo
from geo_tracker.workflows.undo_records import undo_stored
from geo_tracker.workflows.users import add_user
from tests import samples
from tests.workflows.project_cases import PLANNER, TODAY, Projects, ago
from tests.workflows.random_books import random_book
from tests.workflows.sheets import result, sheet, stored

Bring = Callable[[], None]
ROW: dict[str, Any] = {"project_no": "P-2019", "name": "道路", "former_code": "330784114222"}


@pytest.fixture
def do(engine: sa.Engine, bring_boundaries: Bring) -> Projects:
    bring_boundaries()
    return Projects(engine)


def brought(do: Projects, **cells: Any) -> int:
    return stored(do.engine, sheet("projects", [ROW | cells]))


def undone(do: Projects, import_id: int) -> list[tuple[str, str | None, bool]]:
    """Undo an import; return what stays: table, field, and whether for a person's sake."""
    undo_stored(do.engine, import_id, user_id=None)
    stays = result(do.engine, import_id)["undone"]["stays"]
    return [(stay["table"], stay["field"], stay["by_person"]) for stay in stays]


def the_project(do: Projects) -> int:
    with reading(do.engine) as session:
        return session.scalars(sa.select(Project.id)).one()


def test_a_total_that_a_file_states_counts_what_people_paid(do: Projects) -> None:
    brought(do, paid_yuan=Decimal(20))
    project_id = the_project(do)
    do.pay(project_id, 5)
    second = brought(do, paid_yuan=Decimal(45))
    assert [payment.amount for payment in do.payments(project_id)] == [20, 5, 20]
    undone(do, second)
    assert do.paid(project_id) == 25


def test_the_preview_tells_that_a_file_would_change_what_a_person_said(do: Projects) -> None:
    user_id = add_user(do.engine, username="li", password="x" * 12, role="planner")
    do.actor = Actor(user_id, "planner")
    brought(do, stage="立项", paid_yuan=Decimal(20), budget_yuan=Decimal(90),
            channels=[("自筹", Decimal(5))])  # fmt: skip
    project_id = the_project(do)
    do.lead(project_id, "started")
    do.pay(project_id, 5)
    do.amount(project_id, "budget", 100)
    do.fund(project_id, "自筹", 7, None)
    facts = FileFacts(samples.RECORDS_ON, "records.xlsx", synthetic=False)
    later = ROW | {"stage": "招标", "paid_yuan": Decimal(20), "budget_yuan": Decimal(95)}
    later |= {"channels": [("自筹", Decimal(6))], "name": "道路硬化"}
    with reading(do.engine) as session:
        plan = planned_records(session, facts, [sheet("projects", [later])])
        (record,) = compared_sheets(session, plan)[0]["changed_records"]
    told = {f["field"]: (f["old"], f["new"], f.get("username")) for f in record["fields"]}
    assert told == {
        "name": ("道路", "道路硬化", None),
        "stage": ("started", "tender", "li"),
        "budget": ("100.00", "95", "li"),
        "planned": ("7.00", "6", "li"),
        "paid": ("25.00", "20", "li"),
    }
    assert do.stored(project_id).stage == "started"


def test_what_a_person_changed_since_stays_when_its_import_is_undone(do: Projects) -> None:
    brought(do, stage="立项", progress=0.1, reported_on=ago(90), budget_yuan=Decimal(90))
    project_id = the_project(do)
    second = brought(
        do, stage="开工", progress=0.5, reported_on=ago(30), budget_yuan=Decimal(95),
        actual_start_on=ago(40), kind="道路", paid_yuan=Decimal(30),
    )  # fmt: skip
    do.report(project_id, 0.5, ago(10))
    do.lead(project_id, "finished", ago(5))
    do.amount(project_id, "budget", 100)
    do.pay(project_id, 7)
    stays = undone(do, second)
    assert sorted(stays, key=str) == [
        ("project", "actual_start_on", True),
        ("project", "budget", True),
        ("project", "progress", True),
        ("project", "reported_on", True),
        ("project", "stage", True),
    ]
    project = do.stored(project_id)
    # Kind and payment return; progress, though the same number, is a person's word.
    assert (project.kind, project.stage, project.progress) == (None, "finished", 0.5)
    assert do.paid(project_id) == 7
    with reading(do.engine) as session:
        a = ProjectAmount
        rows = session.execute(sa.select(a.amount, a.current).order_by(a.id)).all()
    assert [tuple(row) for row in rows] == [(90, False), (100, True)]


def test_a_project_that_people_led_on_outlives_the_file_that_brought_it(do: Projects) -> None:
    first = brought(do, paid_yuan=Decimal(20), channels=[("自筹", Decimal(5))])
    project_id = the_project(do)
    do.pay(project_id, 5)
    with reading(do.engine) as session:
        plan = planned_undo(session, session.get_one(ImportRun, first))
        assert [(stay.table, stay.by_person) for stay in plan.stays] == [("project", True)]
    assert undone(do, first) == [("project", None, True)]
    assert do.paid(project_id) == 25


def test_a_payment_taken_back_stays_with_the_row_that_takes_it_back(do: Projects) -> None:
    project_id = do.register(name="道路", project_no="P-2019")
    first = brought(do, paid_yuan=Decimal(20))
    second = brought(do, paid_yuan=Decimal(45))
    rows = do.payments(project_id)
    do.take_back(project_id, rows[1].id)
    assert do.paid(project_id) == 20
    # What the second import added is not made up for with what the first one did.
    assert undone(do, first) == []
    assert do.paid(project_id) == 0
    assert undone(do, second) == [("project", "paid", True)]
    assert [payment.amount for payment in do.payments(project_id)] == [25, -25]


def test_between_two_imports_a_persons_word_returns(do: Projects) -> None:
    project_id = do.register(name="道路", project_no="P-2019", stage="design")
    first = brought(do, stage="招标", budget_yuan=Decimal(90))
    do.lead(project_id, "started")
    do.amount(project_id, "budget", 100)
    second = brought(do, stage="完工", budget_yuan=Decimal(110))
    undone(do, first)
    assert do.stored(project_id).stage == "finished"
    undone(do, second)
    assert do.stored(project_id).stage == "started"
    assert do.stored(project_id).import_id is None
    with reading(do.engine) as session:
        a = ProjectAmount
        assert session.execute(sa.select(a.amount, a.current)).all() == [(100, True)]


def test_a_page_from_before_an_import_can_no_longer_change_the_project(do: Projects) -> None:
    brought(do, stage="立项")
    project_id = the_project(do)
    for cells in ({"stage": "设计"}, {"paid_yuan": Decimal(3)}, {"channels": [("自筹", None)]}):
        seen = do.stored(project_id).version
        import_id = brought(do, **cells)
        for _ in range(2):
            with pytest.raises(ChangedMeanwhileError):
                lead_project(do.engine, project_id, "tender", on=None, note="", actor=PLANNER,
                             version=seen, today=TODAY)  # fmt: skip
            seen = do.stored(project_id).version
            if "paid_yuan" not in cells:
                break
            undone(do, import_id)
    seen = do.stored(project_id).version
    brought(do)
    assert do.stored(project_id).version == seen


# Money never appears or vanishes.

_KINDS = ("estimate", "budget", "contract")
ACTIONS = ("pay", "take_back", "amount", "fund", "lead", "report", "correct", "import", "undo")


class Books:
    """What a bookkeeper beside the program knows of people's money, by project."""

    def __init__(self, do: Projects, chance: Random) -> None:
        self.do, self.chance = do, chance
        self.own: dict[int, Decimal] = {}
        self.rows: dict[int, tuple[int, Decimal]] = {}
        self.amounts: dict[int, Decimal] = {}
        self.imports: list[int] = []
        self.undone: set[int] = set()

    def projects(self) -> list[int]:
        with reading(self.do.engine) as session:
            return list(session.scalars(sa.select(Project.id).order_by(Project.id)))

    def act(self, action: str) -> None:
        """Take an action about some project; one that is refused changes nothing."""
        projects = self.projects()
        if action == "import":
            self.bring()
        elif action == "undo":
            if self.imports:
                at = self.chance.randrange(len(self.imports))
                import_id = self.imports.pop(at)
                undo_stored(self.do.engine, import_id, user_id=None)
                self.undone.add(import_id)
        elif projects:
            before = self.totals()
            project_id = self.chance.choice(projects)
            try:
                delta = getattr(self, action)(project_id)
            except (InputError, ConflictError):
                delta = Decimal(0)
            before[project_id] = before.get(project_id, Decimal(0)) + delta
            assert {k: v for k, v in self.totals().items() if v} == {
                k: v for k, v in before.items() if v
            }

    def bring(self) -> None:
        (book,) = [one for one in self.sheets() if one.kind == "projects"][:1] or (None,)
        if book is None:
            return
        before = self.totals()
        self.imports.append(stored(self.do.engine, book))
        with reading(self.do.engine) as session:
            ids = {row.project_no: row.id for row in session.scalars(sa.select(Project))}
        stated = {}
        for row in book.rows.to_dict("records"):
            if row["paid_yuan"] is not None and row["project_no"] in ids:
                stated[ids[row["project_no"]]] = row["paid_yuan"]
        now = self.totals()
        for project_id in now.keys() | before.keys():
            expected = stated.get(project_id, before.get(project_id, Decimal(0)))
            assert now.get(project_id, Decimal(0)) == expected

    def sheets(self) -> list[Sheet]:
        return random_book(self.chance)

    def pay(self, project_id: int) -> Decimal:
        amount = Decimal(self.chance.randrange(1, 99_999)) / 100
        self.do.pay(project_id, amount)
        row = self.do.payments(project_id)[-1]
        self.rows[row.id] = (project_id, amount)
        return amount

    def take_back(self, project_id: int) -> Decimal:
        payments = self.do.payments(project_id)
        if not payments:
            return Decimal(0)
        wrong = self.chance.choice(payments)
        self.do.take_back(project_id, wrong.id)
        row = self.do.payments(project_id)[-1]
        self.rows[row.id] = (project_id, -wrong.amount)
        # What it takes back is from then on as certain as a person's own.
        self.rows[wrong.id] = (project_id, wrong.amount)
        taken: Decimal = -wrong.amount
        return taken

    def amount(self, project_id: int) -> Decimal:
        amount = Decimal(self.chance.randrange(1, 99_999)) / 100
        self.do.amount(project_id, self.chance.choice(_KINDS), amount)
        with reading(self.do.engine) as session:
            last = sa.select(sa.func.max(ProjectAmount.id))
            self.amounts[session.scalar(last) or 0] = amount
        return Decimal(0)

    def fund(self, project_id: int) -> Decimal:
        planned, received = (Decimal(self.chance.randrange(99)) for _ in range(2))
        self.do.fund(project_id, self.chance.choice(["自筹", "美丽乡村"]), planned, received)
        return Decimal(0)

    def lead(self, project_id: int) -> Decimal:
        self.do.lead(project_id, self.chance.choice(STAGES), note="因")
        return Decimal(0)

    def report(self, project_id: int) -> Decimal:
        self.do.report(project_id, self.chance.random(), ago(self.chance.randrange(9)))
        return Decimal(0)

    def correct(self, project_id: int) -> Decimal:
        start = date(2026, self.chance.randrange(1, 13), 1)
        self.do.correct(project_id, planned_start_on=start, planned_finish_on=None)
        return Decimal(0)

    def totals(self) -> dict[int, Decimal]:
        with reading(self.do.engine) as session:
            paid = sa.select(Payment.project_id, sa.func.sum(Payment.amount))
            return {row[0]: row[1] for row in session.execute(paid.group_by(Payment.project_id))}

    def check(self) -> None:
        """Compare with what people did, and every way of grouping with every other."""
        with reading(self.do.engine) as session:
            payments = {row.id: row for row in session.scalars(sa.select(Payment))}
            a = ProjectAmount
            amounts = {row.id: row for row in session.scalars(sa.select(a))}
            funds_sum = session.execute(
                sa.select(sa.func.sum(Fund.planned), sa.func.sum(Fund.received))
            ).one()
            frame, funds = project_frame(session), all_funds(session)
        for row_id, (project_id, amount) in self.rows.items():
            assert (payments[row_id].project_id, payments[row_id].amount) == (project_id, amount)
        for payment in payments.values():
            # Of an import that was undone stays only what people built on.
            assert payment.import_id not in self.undone or self.do.steps(payment.project_id)
        for row_id, amount in self.amounts.items():
            assert amounts[row_id].amount == amount
        kinds: dict[tuple[int, str], list[bool]] = {}
        for row in amounts.values():
            kinds.setdefault((row.project_id, row.kind), []).append(row.current)
        assert all(sum(current) == 1 for current in kinds.values())
        everything = {
            "paid_fen": sum(int(row.amount * 100) for row in payments.values()),
            **{f"{kind}_fen": sum(int(row.amount * 100) for row in amounts.values()
                                  if row.kind == kind and row.current) for kind in _KINDS},
        }  # fmt: skip
        by = {
            "kind": frame["kind"],
            "year": frame["planned_start_on"].map(lambda day: day and day.year),
            "former": frame["former_unit_id"],
            "merged": frame["unit_id"],
        }
        for group in by.values():
            table = project_money(frame, group)
            for name in AMOUNTS:
                assert int(table[name].sum()) == everything[name]
        given_by = channel_money(funds)
        for name, whole in zip(("planned", "received"), funds_sum, strict=True):
            assert int(given_by[f"{name}_fen"].sum()) == int((whole or 0) * 100)


@given(seed=st.integers(0, 2**32), actions=st.lists(st.sampled_from(ACTIONS), max_size=25))
@settings(
    max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_no_sequence_of_edits_imports_and_undos_makes_money_appear_or_vanish(
    do: Projects, seed: int, actions: list[str]
) -> None:
    books = Books(do, Random(seed))
    books.bring()
    for action in actions:
        books.act(action)
        books.check()
    while books.imports:
        books.act("undo")
        books.check()


def test_people_who_pay_while_files_come_and_go_lose_nothing(do: Projects) -> None:
    ids = [do.register(f"项目{n}", project_no=f"P-2020-{n}") for n in range(3)]
    paid: list[tuple[int, int]] = []

    def pays(seed: int) -> None:
        chance = Random(seed)
        for amount in range(1, 9):
            project_id = chance.choice(ids)
            while True:
                try:
                    do.pay(project_id, amount)
                except ChangedMeanwhileError:
                    continue
                paid.append((project_id, amount))
                break

    people = [Thread(target=pays, args=(seed,)) for seed in range(4)]
    for one in people:
        one.start()
    for budget in range(1, 6):
        rows = [
            {"project_no": f"P-2020-{n}", "name": f"项目{n}", "former_code": "330784114222",
             "budget_yuan": Decimal(budget), "channels": [("自筹", Decimal(budget))]}
            for n in range(3)
        ]  # fmt: skip
        undo_stored(do.engine, stored(do.engine, sheet("projects", rows)), user_id=None)
    for one in people:
        one.join(timeout=60)
    assert len(paid) == 32
    for project_id in ids:
        assert do.paid(project_id) == sum(amount for one, amount in paid if one == project_id)
        # Registered, then a step for each payment; nobody's was overwritten.
        assert len(do.steps(project_id)) == 1 + sum(one == project_id for one, _amount in paid)
    with reading(do.engine) as session:
        assert session.scalar(sa.select(sa.func.count(ProjectAmount.id))) == 0
        assert session.scalar(sa.select(sa.func.count(Fund.id))) == 0
