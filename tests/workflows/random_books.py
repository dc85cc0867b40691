"""Workbooks made at random for one small county: of few records, so that imports meet often."""

from datetime import date
from decimal import Decimal
from random import Random
from typing import Any

import sqlalchemy as sa

from geo_tracker.db import reading
from geo_tracker.db.models import Payment, ProjectAmount
from geo_tracker.db.record_plan import MODELS
from geo_tracker.importing.columns import SheetKind
from geo_tracker.importing.tables import Sheet
from tests import samples
from tests.workflows.sheets import sheet

FORMERS = ("330784114200", "330784114222", "330784114230", "330784114231")
LATERS = ("330784114200", "330784114230")
_MONEY = [Decimal(n) for n in (100, 200, 300)]

_KEYS: dict[SheetKind, list[dict[str, Any]]] = {
    "villages": [
        {"stat_code": code, "as_of_on": day}
        for code in FORMERS[:3]
        for day in (samples.BEFORE_ON, date(2017, 12, 31))
    ],
    "mergers": [{"old_code": old, "new_code": new} for old in FORMERS for new in LATERS],
    "votes": [{"former_code": code, "held_on": date(2018, 11, 20)} for code in FORMERS],
    "projects": [
        {"project_no": f"P-{code}-{n}", "name": f"项目{n}", "former_code": code}
        for code in FORMERS[:2]
        for n in (1, 2)
    ],
    "published": [{"indicator": name, "publisher": "金华市"} for name in ("村数", "同意率")],
}
_NEEDED: dict[SheetKind, dict[str, list[Any]]] = {
    "votes": {"eligible": [90, 91], "present": [80, 81], "agree": [70, 71, 72]}
}
_MAYBE: dict[SheetKind, dict[str, list[Any]]] = {
    "villages": {
        "households": [100, 101, 102],
        "groups": [3, 4, None],
        "total_income_yuan": [None, Decimal("1.50"), Decimal("2.25")],
        "seat_lon": [120.01, 120.02],
        "seat_lat": [28.91],
    },
    "mergers": {
        "kind": ["fusion", "integration", None],
        "document_on": [None, date(2018, 12, 1), date(2018, 12, 2)],
        "basis": ["公开报道", "示意（合成）"],
    },
    "votes": {"oppose": [None, 1, 2], "form": ["村民会议", "村民代表会议"]},
    "projects": {
        "stage": ["开工", "验收", None],
        "progress": [0.1, 0.5],
        "contractor": ["甲", "乙", None],
        # One state only: no order of imports is refused.
        "livelihood_state": ["candidate", None],
        "lon": [120.01, 120.02],
        "lat": [28.9, 28.91],
        "budget_yuan": [None, *_MONEY],
        "contract_yuan": [None, *_MONEY],
        "paid_yuan": [None, *_MONEY],
        "channels": [
            None,
            [("美丽乡村", Decimal(60))],
            [("美丽乡村", Decimal(70)), ("自筹", None)],
            [("自筹", Decimal(5))],
        ],
    },
    "published": {"before": [1.0, 2.0], "after": [None, 3.0]},
}


def random_book(chance: Random, *, share: float = 0.7) -> list[Sheet]:
    """Return sheets of some kinds, each with some of its records and some of its columns."""
    sheets = []
    for kind, keys in _KEYS.items():
        columns = _NEEDED.get(kind, {}) | {
            name: values for name, values in _MAYBE[kind].items() if chance.random() < 0.85
        }
        rows = [
            key | {name: chance.choice(values) for name, values in columns.items()}
            for key in chance.sample(keys, len(keys))
            if chance.random() < share
        ]
        if rows and chance.random() < 0.95:
            sheets.append(sheet(kind, rows))
    return sheets


Fact = tuple[str, int, str]


def facts(engine: sa.Engine) -> dict[Fact, Any]:
    """Return what the register says: by table, record and field; money by project and kind."""
    said: dict[Fact, Any] = {}
    with reading(engine) as session:
        for name, model in MODELS.items():
            if name in {"project_amount", "payment"}:
                continue
            attributes = [a.key for a in sa.inspect(model).column_attrs if a.key not in _UNSAID]
            columns = [getattr(model, key) for key in attributes]
            for row in session.execute(sa.select(model.id, *columns)):  # type: ignore[attr-defined]
                said |= {(name, row[0], key): v for key, v in zip(attributes, row[1:], strict=True)}
        for amount in session.scalars(sa.select(ProjectAmount).where(ProjectAmount.current)):
            said["project", amount.project_id, amount.kind] = amount.amount
        paid = sa.select(Payment.project_id, sa.func.sum(Payment.amount))
        for project_id, total in session.execute(paid.group_by(Payment.project_id)):
            said["project", project_id, "paid"] = total
    return said


_UNSAID = {"id", "import_id", "row", "geom_source", "version"}
