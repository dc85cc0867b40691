"""A ledger of many problems over the villages of a city, made up for measuring."""

import random
from datetime import date, timedelta
from typing import Any

import shapely
import sqlalchemy as sa

from geo_tracker.db import writing
from geo_tracker.db.columns import now
from geo_tracker.db.models import (
    ChangeEvent,
    DrawnVillage,
    FollowupStep,
    ImportRun,
    LineageEdge,
    Place,
    Problem,
    Source,
    StoredLayer,
    Unit,
)

BEFORE_ON, AFTER_ON = date(2018, 10, 31), date(2019, 10, 31)
FORMERS, MERGED = 4_400, 2_600
"""So many villages before, and so many after: 7,000 units."""

OFFICES = tuple(f"第{number}责任单位" for number in range(1, 41))
CATEGORIES = ("道路交通", "饮水用水", "环境卫生", "土地房屋", "集体资产", "公共服务")
SOURCES = ("enterprise", "residents", "grassroots", "inspection")
_SIGNS = "村民反映道路破损路灯不亮饮水困难沟渠淤堵环境脏乱账目不清办事不便矛盾未解"


def build_city(engine: sa.Engine) -> list[int]:
    """Store two layers of villages in nine counties; return the ids of all units."""
    with writing(engine) as session:
        imports = []
        for day in (BEFORE_ON, AFTER_ON):
            source = Source(title=f"界线{day}", file_name="a.zip")
            run = ImportRun(kind="boundaries", source=source, as_of_on=day, state="published")
            run.published_at = now()
            session.add(run)
            imports.append(run)
        counties = [
            Place(level="county", code=f"3307{n:02d}", name=f"第{n}县") for n in range(1, 10)
        ]
        session.add_all(counties)
        session.flush()
        towns = [
            Place(
                level="town",
                code=f"{county.code}{n:03d}",
                name=f"{county.name}{n}镇",
                parent_id=county.id,
            )
            for county in counties
            for n in range(100, 114)
        ]
        session.add_all(towns)
        units = [Unit() for _ in range(FORMERS + MERGED)]
        session.add_all(units)
        session.flush()
        layers = [
            StoredLayer(import_id=run.id, as_of_on=day, until_on=until)
            for run, day, until in zip(
                imports, (BEFORE_ON, AFTER_ON), (AFTER_ON, None), strict=True
            )
        ]
        session.add_all(layers)
        session.flush()
        event = ChangeEvent(
            event_type="fusion",
            status="effective",
            before_layer_id=layers[0].id,
            after_layer_id=layers[1].id,
            effective_on=AFTER_ON,
            confidence=1.0,
        )
        session.add(event)
        session.flush()
        for number, unit in enumerate(units):
            is_former = number < FORMERS
            order = number * MERGED // FORMERS if is_former else number - FORMERS
            town = towns[order * len(towns) // MERGED]
            session.add(_drawn(unit.id, number, order, town, imports[0 if is_former else 1].id))
            if is_former:
                session.add(_edge(event.id, unit.id, units[FORMERS + order].id))
        return [unit.id for unit in units]


def _drawn(unit_id: int, number: int, order: int, town: Place, import_id: int) -> DrawnVillage:
    x, y = order % 60, order // 60
    return DrawnVillage(
        unit_id=unit_id,
        import_id=import_id,
        stat_code=f"{town.code}{number % 1000:03d}",
        name=f"第{number}村",
        pinyin=f"di{number}cun",
        initials=f"d{number}c",
        town_id=town.id,
        ground=str(number),
        area_m2=1e6,
        point_lon=119 + x / 100,
        point_lat=28 + y / 100,
        geometry_source="synthetic",
        geom=shapely.MultiPolygon([shapely.box(119, 28, 119.01, 28.01)]),
    )


def _edge(event_id: int, from_id: int, to_id: int) -> LineageEdge:
    return LineageEdge(
        event_id=event_id,
        from_unit_id=from_id,
        to_unit_id=to_id,
        method="geometry",
        said_by_geometry=True,
        said_by_table=False,
        shared_m2=1e6,
        share_of_from=1.0,
        share_of_to=0.6,
        confidence=1.0,
    )


def build_ledger(engine: sa.Engine, units: list[int], *, count: int, today: date) -> None:
    """Store problems that went different lengths of the way, each with every step in the log."""
    chance = random.Random(6)
    problems, steps = [], []
    for number in range(1, count + 1):
        problem, own = _walked(chance, number, chance.choice(units), today)
        problems.append(problem)
        steps.extend(own)
    with writing(engine) as session:
        for begin in range(0, count, 10_000):
            session.execute(sa.insert(Problem), problems[begin : begin + 10_000])
        for begin in range(0, len(steps), 20_000):
            session.execute(sa.insert(FollowupStep), steps[begin : begin + 20_000])
    with engine.connect() as connection:
        connection.exec_driver_sql("ANALYZE")
        connection.commit()


def _walked(
    chance: random.Random, number: int, unit_id: int, today: date
) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    day = today - timedelta(days=chance.randrange(5, 700))
    names = (
        *("lead_unit", "assigned_on", "due_on", "claimed_on", "revisited_on", "answer"),
        *("satisfaction", "closed_on", "outcome", "suspended_on", "rechecked_on"),
        *("recheck_answer", "duplicate_of_id"),
    )
    problem: dict[str, Any] = dict.fromkeys(names) | {
        "id": number,
        "problem_no": f"{day.year}-{number:05d}",
        "source": chance.choice(SOURCES),
        "category": chance.choice(CATEGORIES),
        "content": "".join(chance.choices(_SIGNS, k=chance.randrange(20, 160))),
        "reporter": "张三",
        "unit_id": unit_id,
        "state": "registered",
        "handover_round": 0,
        "registered_on": day,
        "synthetic": True,
        "version": 1,
    }
    steps: list[dict[str, Any]] = []

    def step(action: str, state: str, **changes: Any) -> None:
        plain = {
            name: [_plain(problem[name]), _plain(value)]
            for name, value in changes.items()
            if name in names and problem[name] != value
        }
        steps.append(
            {
                "table_name": "problem",
                "record_id": number,
                "unit_id": unit_id,
                "action": action,
                "happened_on": day,
                "from_state": problem["state"] if steps else None,
                "to_state": state,
                "round": changes.get("handover_round", problem["handover_round"]),
                "fields": plain,
            }
        )
        problem.update(changes, state=state, version=len(steps))

    step("register", "registered")
    target = chance.random()
    if target < 0.05:
        return problem, steps
    due = day + timedelta(days=21)
    step(
        "assign",
        "assigned",
        lead_unit=chance.choice(OFFICES),
        due_on=due,
        assigned_on=day,
        handover_round=1,
    )
    for round_ in (1, 2, 3):
        for action, state in (("accept", "accepted"), ("start", "in_progress")):
            if chance.random() < 0.04:
                return problem, steps
            step(action, state)
        day = min(today, day + timedelta(days=chance.randrange(1, 30)))
        if chance.random() < 0.05:
            step("suspend", "in_progress", suspended_on=day)
            return problem, steps
        step("claim", "claimed_fixed", claimed_on=day, outcome="已处理")
        if chance.random() < 0.05:
            return problem, steps
        if round_ == 3 or chance.random() > 0.09:
            break
        step(
            "revisit",
            "assigned",
            revisited_on=day,
            answer="not_fixed",
            satisfaction="dissatisfied",
            handover_round=round_ + 1,
            due_on=day + timedelta(days=14),
            claimed_on=None,
            assigned_on=day,
        )
    step(
        "revisit",
        "confirmed_fixed",
        revisited_on=day,
        answer="fixed",
        satisfaction=chance.choice(("satisfied", "basically_satisfied")),
    )
    step("close", "closed", closed_on=day)
    if day + timedelta(days=90) < today and chance.random() < 0.4:
        day += timedelta(days=90)
        answer = "fixed" if chance.random() < 0.9 else "not_fixed"
        step("recheck", "closed", rechecked_on=day, recheck_answer=answer)
    return problem, steps


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, date) else value
