"""What is recorded on villages that only one drawing has."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.orm import Session

from geo_tracker.db.models import (
    AssetFusion,
    ChecklistItem,
    DecisionLink,
    DrawnVillage,
    ImportRun,
    Incident,
    LagReview,
    LineageDecision,
    MergerClaim,
    PolicyUse,
    Problem,
    Project,
    StoredLayer,
    VillageFigures,
    VillageVersion,
    Visit,
    Vote,
)

_RECORDS = (
    ("villages", VillageFigures, VillageFigures.unit_id),
    ("votes", Vote, Vote.unit_id),
    ("projects", Project, Project.former_unit_id),
    ("projects", Project, Project.unit_id),
    ("problems", Problem, Problem.unit_id),
    ("visits", Visit, Visit.unit_id),
    ("incidents", Incident, Incident.unit_id),
    ("checklists", ChecklistItem, ChecklistItem.unit_id),
    ("fusions", AssetFusion, AssetFusion.unit_id),
    ("mergers", MergerClaim, MergerClaim.from_unit_id),
    ("mergers", MergerClaim, MergerClaim.to_unit_id),
)


@dataclass(frozen=True)
class Hanging:
    """Records of some villages.

    Attributes
    ----------
    by_import : dict
        By kind of record (villages, votes, problems and so on) and import that brought them: how
        many.
    by_hand : dict
        By kind how many people recorded in the browser.
    decisions : int
        Decisions of people that hold.
    names : list of str
        Some of the villages that they are about.
    """

    by_import: dict[tuple[str, int], int]
    by_hand: dict[str, int]
    decisions: int
    names: list[str]

    @property
    def import_ids(self) -> list[int]:
        """The imports that brought them."""
        return sorted({import_id for _kind, import_id in self.by_import})


def units_only_in(
    session: Session, import_id: int, *, earlier_id: int | None, among: list[int] | None = None
) -> list[int]:
    """Return the villages that go when an import is no longer shown.

    Parameters
    ----------
    session : Session
        Any session.
    import_id : int
        An import whose drawing is shown.
    earlier_id : int or None
        The import whose drawing would be shown instead.
    among : list of int, optional
        Only of these villages.
    """
    d, v = DrawnVillage, VillageVersion
    other_layer = (
        sa.select(v.id)
        .join(StoredLayer, StoredLayer.id == v.layer_id)
        .where(v.unit_id == d.unit_id, StoredLayer.import_id != import_id)
    )
    query = sa.select(d.unit_id).where(d.import_id == import_id, ~other_layer.exists())
    if earlier_id is not None:
        earlier = sa.orm.aliased(DrawnVillage)
        in_earlier = sa.select(earlier.id).where(
            earlier.import_id == earlier_id, earlier.unit_id == d.unit_id
        )
        query = query.where(~in_earlier.exists())
    found = list(session.scalars(query.order_by(d.unit_id)))
    return found if among is None else sorted(set(found) & set(among))


def hanging_on(session: Session, unit_ids: list[int]) -> Hanging:
    """Return what is recorded on some villages."""
    records: dict[tuple[str, int | None], set[int]] = {}
    units: set[int] = set()
    decisions: set[int] = set()
    for at in range(0, len(unit_ids), 10_000):
        some = unit_ids[at : at + 10_000]
        for kind, model, column in _RECORDS:
            rows = session.execute(
                sa.select(model.id, model.import_id, column.label("unit")).where(column.in_(some))
            )
            for row in rows:
                records.setdefault((kind, row.import_id), set()).add(row.id)
                units.add(row.unit)
        for kind, record, unit in (
            ("lag_reviews", LagReview.id, LagReview.unit_id),
            ("policy_uses", PolicyUse.id, PolicyUse.unit_id),
        ):
            by_hand = sa.select(record, unit).where(unit.in_(some))
            for record_id, unit_id in session.execute(by_hand):
                records.setdefault((kind, None), set()).add(record_id)
                units.add(unit_id)
        for decided, unit in (
            (sa.select(LineageDecision.id), LineageDecision.from_unit_id),
            (sa.select(LineageDecision.id).join(DecisionLink), DecisionLink.to_unit_id),
        ):
            query = decided.add_columns(unit.label("unit")).where(
                unit.in_(some), LineageDecision.superseded_at.is_(None)
            )
            for row in session.execute(query):
                decisions.add(row.id)
                units.add(row.unit)
    first = sorted(units)[:20]
    named = session.execute(
        sa.select(DrawnVillage.unit_id, DrawnVillage.name).where(DrawnVillage.unit_id.in_(first))
    )
    names = {row.unit_id: row.name for row in named}
    brought = {
        (kind, number): len(found)
        for (kind, number), found in records.items()
        if number is not None
    }
    return Hanging(
        by_import=dict(sorted(brought.items())),
        by_hand={kind: len(found) for (kind, number), found in records.items() if number is None},
        decisions=len(decisions),
        names=[names[unit] for unit in first if unit in names],
    )


def import_titles(session: Session, import_ids: list[int]) -> dict[int, str]:
    """Return what the files of some imports are called."""
    runs = session.scalars(sa.select(ImportRun).where(ImportRun.id.in_(import_ids)))
    return {run.id: run.source.file_name or run.source.title for run in runs}
