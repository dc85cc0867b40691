"""Twenty people at once on one ledger of problems; nothing they do is lost.

Run with ``python -m tests.workflows.many_editors --seconds 120 [--database URL]``; without an
address on a GeoPackage in a temporary folder. The database must be empty.
"""

import argparse
import itertools
import random
import tempfile
import threading
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import make_engine, reading, writing
from geo_tracker.db.models import FollowupStep, Problem, Unit
from geo_tracker.db.schema import migrate
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError, NotAllowedError
from geo_tracker.followup.problem_states import (
    ACTIONS,
    ANSWERS,
    SATISFACTIONS,
    Actor,
    possible_actions,
)
from geo_tracker.workflows.problem_bulk import act_on_many
from geo_tracker.workflows.problems import act, register_problem, situation_of
from geo_tracker.workflows.users import add_user

EDITORS, PROBLEMS = 20, 30
TODAY, DUE = date(2026, 11, 2), date(2026, 11, 30)
OFFICES = ("交通局", "水利局")


@dataclass
class Done:
    """What the editors were told, by all of them together.

    ``steps``: how many steps each problem was told to have got; ``refused``: errors by name;
    ``broken``: what nobody expected; ``slowest_s``: the longest wait of one action.
    """

    steps: Counter[int] = field(default_factory=Counter)
    refused: Counter[str] = field(default_factory=Counter)
    broken: list[str] = field(default_factory=list)
    slowest_s: float = 0.0
    lock: threading.Lock = field(default_factory=threading.Lock)


Edit = Callable[[Actor, random.Random], None]
"""What one person does once, chosen by chance."""


def prepared(engine: sa.Engine) -> tuple[list[Actor], int, list[int]]:
    """Store a village, people and some problems; return the people, the village, the problems."""
    with writing(engine) as session:
        unit = Unit()
        session.add(unit)
        session.flush()
        unit_id = unit.id
    people = []
    for number in range(EDITORS):
        is_handler = number % 2 == 1
        office = OFFICES[number // 2 % 2] if is_handler else None
        role = "handler" if is_handler else "planner"
        user_id = add_user(
            engine, username=f"p{number}", password="password-123", role=role, office=office
        )
        people.append(Actor(user_id, role, office))
    given = {"content": "路灯不亮", "unit_id": unit_id}
    problems = [
        register_problem(engine, given, actor=people[0], today=TODAY) for _one in range(PROBLEMS)
    ]
    return people, unit_id, problems


def edit(one_edit: Edit, who: Actor, until: float, done: Done) -> None:
    """Do what one person does until the time is over, each step in a session of its own."""
    chance = random.Random(who.user_id)
    while time.monotonic() < until:
        begun = time.monotonic()
        try:
            one_edit(who, chance)
        except (ChangedMeanwhileError, ConflictError, NotAllowedError, InputError) as refused:
            with done.lock:
                done.refused[type(refused).__name__] += 1
        except Exception as broken:
            with done.lock:
                done.broken.append(repr(broken)[:300])
        with done.lock:
            done.slowest_s = max(done.slowest_s, time.monotonic() - begun)


def all_at_once(people: list[Actor], one_edit: Edit, *, seconds: float, done: Done) -> None:
    """Let people edit at once, each in a thread of his own."""
    until = time.monotonic() + seconds
    threads = [threading.Thread(target=edit, args=(one_edit, who, until, done)) for who in people]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _one_edit(
    engine: sa.Engine,
    who: Actor,
    unit_id: int,
    problems: list[int],
    chance: random.Random,
    done: Done,
) -> None:
    if chance.random() < 0.03:
        given: dict[str, Any] = {"content": f"水管漏水 {chance.random()}", "unit_id": unit_id}
        problem_id = register_problem(engine, given, actor=who, today=TODAY)
        with done.lock:
            done.steps[problem_id] += 1
            problems.append(problem_id)
        return
    if chance.random() < 0.05 and who.role == "planner":
        chosen = chance.sample(problems, 5)
        with reading(engine) as session:
            rows = session.execute(
                sa.select(Problem.id, Problem.version).where(Problem.id.in_(chosen))
            )
            versions = {row.id: row.version for row in rows}
        # Others go on while this one looks at his list.
        time.sleep(chance.random() * 0.02)
        given = {"lead_unit": chance.choice(OFFICES), "due_on": DUE, "note": "批量"}
        told = act_on_many(engine, versions, "assign", given, actor=who, today=TODAY)
        with done.lock:
            done.steps.update(one.problem_id for one in told if one.kind == "done")
            done.refused.update(one.kind for one in told if one.kind != "done")
        return
    problem_id = chance.choice(problems)
    with reading(engine) as session:
        problem = session.get_one(Problem, problem_id)
        possible, version = possible_actions(situation_of(problem), who), problem.version
    time.sleep(chance.random() * 0.02)
    action = chance.choice(possible or list(ACTIONS))
    if action in ("duplicate", "not_ours", "cannot_fix") and chance.random() < 0.9:
        return
    given = {
        "lead_unit": chance.choice(OFFICES),
        "due_on": DUE,
        "note": f"记录 {chance.random()}",
        "answer": chance.choice(ANSWERS),
        "satisfaction": chance.choice(SATISFACTIONS),
        "duplicate_of_id": chance.choice(problems),
    }
    if action == "correct":
        given = {"content": f"更正 {chance.random()}", "note": "更正"}
    act(engine, problem_id, action, given, actor=who, version=version, today=TODAY)
    with done.lock:
        done.steps[problem_id] += 1


def edited(engine: sa.Engine, *, seconds: float) -> Done:
    """Let twenty people work on one ledger at once."""
    people, unit_id, problems = prepared(engine)
    done = Done(steps=Counter(problems))
    all_at_once(
        people,
        lambda who, chance: _one_edit(engine, who, unit_id, problems, chance, done),
        seconds=seconds,
        done=done,
    )
    return done


def faults(engine: sa.Engine, done: Done) -> list[str]:
    """Return what was lost: steps, versions, or a way that the log does not tell whole."""
    found = list(done.broken)
    with reading(engine) as session:
        problems = {problem.id: problem for problem in session.scalars(sa.select(Problem))}
        steps = session.scalars(sa.select(FollowupStep).order_by(FollowupStep.id))
        by_problem: dict[int, list[FollowupStep]] = {}
        for step in steps:
            by_problem.setdefault(step.record_id, []).append(step)
    if len({problem.problem_no for problem in problems.values()}) != len(problems):
        found.append("a number was given twice")
    for problem_id, problem in problems.items():
        own = by_problem.get(problem_id, [])
        if problem.version != len(own):
            found.append(f"{problem_id}: version {problem.version}, {len(own)} steps")
        # What a look again found is registered by the program, not by an editor.
        told = done.steps[problem_id] or (1 if problem.recurs_of_id is not None else 0)
        told += problem.recurs_of_id is not None and done.steps[problem_id] > 0
        if told != len(own):
            found.append(f"{problem_id}: {told} told, {len(own)} steps kept")
        if own[0].action != "register" or own[-1].to_state != problem.state:
            found.append(f"{problem_id}: the log does not lead to {problem.state}")
        for earlier, later in itertools.pairwise(own):
            if later.from_state != earlier.to_state:
                found.append(f"{problem_id}: a step is missing before {later.id}")
        found.extend(_unlike(problem, own))
    return found


def _unlike(problem: Problem, steps: list[FollowupStep]) -> list[str]:
    """Return the fields that are not what the log last said of them."""
    last: dict[str, Any] = {}
    found = []
    for step in steps:
        for name, (old, new) in step.fields.items():
            if name in last and last[name] != old:
                found.append(f"{problem.id}: {name} was {last[name]}, step {step.id} says {old}")
            last[name] = new
    for name, value in last.items():
        kept = getattr(problem, name)
        if (kept.isoformat() if isinstance(kept, date) else kept) != value:
            found.append(f"{problem.id}: {name} is {kept}, the log says {value}")
    return found


def run(
    edited: Callable[..., Any], faults: Callable[[sa.Engine, Any], list[str]], about: str | None
) -> None:
    """Let them work, and say what came of it."""
    asked = argparse.ArgumentParser(description=about)
    asked.add_argument("--seconds", type=float, default=120)
    asked.add_argument("--database", default="")
    options = asked.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        address = options.database or f"sqlite:///{Path(folder) / 'tracker.gpkg'}"
        engine = make_engine(address)
        migrate(engine)
        done = edited(engine, seconds=options.seconds)
        found = faults(engine, done)
        engine.dispose()
    print(f"{EDITORS} editors, {options.seconds:g} s: {sum(done.steps.values()):,} steps")
    print(f"told that somebody was faster or that it cannot be: {dict(done.refused)}")
    print(f"longest wait {done.slowest_s:.1f} s; lost or wrong: {len(found)}")
    for fault in found[:20]:
        print(" ", fault)
    raise SystemExit(bool(found))


if __name__ == "__main__":
    run(edited, faults, __doc__)
