"""Votes and projects, with their money, as the cells of an exported sheet."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from decimal import Decimal
from typing import Any, Final

import pandas as pd
import shapely
import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import Fund, Payment, Project, ProjectAmount, Vote
from geo_tracker.db.records import Record, StoredTable
from geo_tracker.importing.columns import LAYOUTS, MEETING_FORMS, STAGES
from geo_tracker.importing.followup_columns import CODE_WORDS
from geo_tracker.importing.payment_cells import PAYMENT_WORDS, PaymentCell, payments_text
from geo_tracker.reports.ledger_workbook import LONGEST_CELL
from geo_tracker.workflows.matching import SYNTHETIC_BASIS, is_synthetic

WAN = Decimal(10_000)
LIVELIHOOD: Final = {None: None} | {
    str(state): words[0] for state, words in CODE_WORDS["livelihood"].items()
}
"""State of a livelihood project → the word for it in sheets."""

_PLACED = ("lon", "lat", "shape")
_DIGITS = 15


def vote_cells(
    session: Session, ids: Sequence[int] | None, village: Callable[[int], tuple[Any, ...]]
) -> pd.DataFrame:
    """Return votes as cells, in the order of their ids as given.

    Parameters
    ----------
    session : Session
        Any session.
    ids : sequence of int or None
        The votes; None for all.
    village : callable
        Unit → code, name and town of the former village.
    """
    rows = []
    for vote in _records(session, Vote, ids):
        code, name, town = village(vote["unit_id"])
        form = vote["form"]
        rows.append(
            vote
            | {"former_code": code, "former_name": name, "town": town}
            | {"form": MEETING_FORMS.get(form, (form,))[0], "basis": _basis(vote)}
        )
    return _frame("votes", rows)


def project_cells(
    session: Session,
    ids: Sequence[int] | None,
    villages: Callable[[int | None, int | None], tuple[Any, ...]],
) -> pd.DataFrame:
    """Return projects as cells: amounts in 10,000 yuan, channels as one text.

    Parameters
    ----------
    session : Session
        Any session.
    ids : sequence of int or None
        The projects; None for all.
    villages : callable
        Village and former village → code and name of both, and the town.

    Notes
    -----
    Where the shape of one project is too long for a cell, no column of places is written: an empty
    one would take away the place of every project when the sheet comes back.
    """
    money = _amounts(session)
    rows = []
    too_long = False
    for project in _records(session, Project, ids):
        both = villages(project["unit_id"], project["former_unit_id"])
        place = _place(project["geom"])
        too_long |= place["shape"] is not None and len(place["shape"]) > LONGEST_CELL
        stage = project["stage"]
        rows.append(
            project
            | dict(
                zip(("village_code", "village_name", "former_code", "former_name", "town"), both,
                    strict=True)
            )
            | {"stage": STAGES.get(stage, (stage,))[0], "basis": _basis(project)}
            | {"livelihood_state": LIVELIHOOD[project["livelihood_state"]]}
            | place
            | money[project["id"]]
        )  # fmt: skip
    frame = _frame("projects", rows)
    return frame.drop(columns=list(_PLACED)) if too_long else frame


def _records(session: Session, model: Any, ids: Sequence[int] | None) -> list[Record]:
    table = StoredTable(session, model)
    if ids is None:
        return table.records
    return [table.by_key[(record_id,)] for record_id in ids if (record_id,) in table.by_key]


def _frame(kind: Any, rows: list[Record]) -> pd.DataFrame:
    columns = list(LAYOUTS[kind].columns)
    return pd.DataFrame(
        {name: pd.Series([row.get(name) for row in rows], dtype=object) for name in columns}
    )


def _basis(record: Record) -> str | None:
    basis: str | None = record["basis"]
    if record["synthetic"] and not is_synthetic(basis, source_is_synthetic=False):
        return SYNTHETIC_BASIS
    return basis


def _amounts(session: Session) -> dict[int, Record]:
    """Return by project its amounts in 10,000 yuan and its channels, as columns name them."""
    found: dict[int, Record] = defaultdict(dict)
    a = ProjectAmount
    for row in session.execute(
        sa.select(a.project_id, a.kind, a.amount).where(a.current).order_by(a.id)
    ):
        found[row.project_id][f"{row.kind}_yuan"] = row.amount / WAN
    paid = sa.select(Payment.project_id, sa.func.sum(Payment.amount).label("amount"))
    for row in session.execute(paid.group_by(Payment.project_id)):
        found[row.project_id]["paid_yuan"] = row.amount / WAN
    for project_id, single in _single_payments(session).items():
        found[project_id]["payments"] = payments_text(single, unit_yuan=WAN)
    channels: dict[int, list[str]] = defaultdict(list)
    for row in session.execute(
        sa.select(Fund.project_id, Fund.channel, Fund.planned).order_by(Fund.id)
    ):
        amount = "" if row.planned is None else f":{_plain(row.planned / WAN)}"
        channels[row.project_id].append(f"{row.channel}{amount}")
    for project_id, texts in channels.items():
        found[project_id]["channels"] = ";".join(texts)
    return found


def _single_payments(session: Session) -> dict[int, list[PaymentCell]]:
    """Return the payments that stand and have a day of their own, by project.

    What a total differed by is none, nor is what was taken back. The channel is what a list said.
    """
    p, found = Payment, defaultdict(list)
    taken_back = sa.select(p.takes_back_id).where(p.takes_back_id.is_not(None))
    rows = session.execute(
        sa.select(p.project_id, p.paid_on, p.amount, p.kind, p.note, p.import_id)
        .where(
            p.paid_on.is_not(None),
            p.kind.in_(list(PAYMENT_WORDS)),
            p.takes_back_id.is_(None),
            p.id.not_in(taken_back),
        )
        .order_by(p.paid_on, p.id)
    )
    for row in rows:
        channel = row.note if row.import_id is not None else None
        found[row.project_id].append(PaymentCell(row.paid_on, row.amount, row.kind, channel))
    return found


def _plain(amount: Decimal) -> str:
    return f"{amount.normalize():f}"


def _place(geom: Any) -> Record:
    """Return a point as degrees, any other shape as text."""
    if geom is None:
        return dict.fromkeys(_PLACED)
    if geom.geom_type == "Point":
        return {"lon": geom.x, "lat": geom.y, "shape": None}
    text = shapely.to_wkt(geom, rounding_precision=_DIGITS, trim=True)
    return {"lon": None, "lat": None, "shape": text}
