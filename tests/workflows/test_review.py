"""A person's word holds: it is kept, can be superseded, and no inference changes it."""

import copy
from concurrent.futures import ThreadPoolExecutor
from datetime import date

import pytest
import sqlalchemy as sa

from geo_tracker.config import Settings
from geo_tracker.db import reading, writing
from geo_tracker.db.decisions import case_revision, standing_decisions
from geo_tracker.db.frames import decision_frame, edge_frame
from geo_tracker.db.lineage import units_joined
from geo_tracker.db.models import (
    ChangeEvent,
    DecisionLink,
    LineageDecision,
    LineageEdge,
    MergerClaim,
    RecordChange,
    Unit,
    VillageVersion,
)
from geo_tracker.errors import ChangedMeanwhileError, ConflictError, InputError, NotFoundError
from geo_tracker.lineage.events import classified_changes
from geo_tracker.lineage.review import bulk_candidates, bulk_stamp, review_cases
from geo_tracker.workflows.demo import run_import
from geo_tracker.workflows.imports import receive_boundaries
from geo_tracker.workflows.lineage import infer_lineage
from geo_tracker.workflows.progress import Progress
from geo_tracker.workflows.review import accept_in_bulk, decide
from geo_tracker.workflows.users import add_user
from tests import samples
from tests.prepared import Prepare
from tests.workflows.test_imports import Bring, unit_named


class Town:
    """The sample's county with 上溪村 in dispute: by the ground in 双溪村, by the table not."""

    def __init__(self, engine: sa.Engine) -> None:
        self.engine = engine
        self.upper = unit_named(engine, "上溪村", samples.BEFORE_ON)
        self.lower = unit_named(engine, "双溪村", samples.BEFORE_ON)
        self.on_ground = unit_named(engine, "双溪村", samples.AFTER_ON)
        self.by_table = unit_named(engine, "倪宅新村", samples.AFTER_ON)
        self.untouched = unit_named(engine, "石柱村", samples.BEFORE_ON)
        self.who = add_user(engine, username="li", password="a long password", role="planner")

    def decide(self, kind: str, *successors: int, of: int | None = None, note: str = "附件") -> int:
        unit = of or self.upper
        return decide(
            self.engine,
            unit,
            kind=kind,
            user_id=self.who,
            revision=self.revision(unit),
            successor_ids=frozenset(successors),
            note=note,
        )

    def revision(self, unit: int) -> str:
        with reading(self.engine) as session:
            return case_revision(session, unit)

    def links(self, unit: int | None = None) -> dict[int, tuple[str, bool]]:
        """Successor → method and whether figures follow it."""
        with reading(self.engine) as session:
            edges = edge_frame(session)
        own = edges[edges["from_unit_id"] == (unit or self.upper)]
        return {
            int(edge.to_unit_id): (str(edge.method), bool(edge.accepted))
            for edge in own.itertuples()
        }

    def state(self, unit: int | None = None) -> str:
        with reading(self.engine) as session:
            cases = review_cases(edge_frame(session), decision_frame(session))
        return str(cases.at[unit or self.upper, "state"])

    def infer(self) -> None:
        infer_lineage(self.engine, Progress())


@pytest.fixture
def town(
    engine: sa.Engine, bring_boundaries: Bring, bring_records: Bring, prepare: Prepare
) -> Town:
    def build() -> None:
        bring_boundaries()
        sheets = copy.deepcopy(samples.SHEETS)
        sheets["合并对照"][4][:2] = ["330784114200", "倪宅新村"]
        bring_records(sheets)

    prepare("disputed town", build)
    return Town(engine)


def without_claims(town: Town) -> None:
    """Take the table's rows away and infer anew: its links are no longer found."""
    with writing(town.engine) as session:
        session.execute(sa.delete(MergerClaim))
    town.infer()


def decided(town: Town, kind: str) -> dict[int, tuple[str, bool]]:
    """Decide about 上溪村 and return what its links must be, also when the table is gone."""
    named = {"choose": [town.by_table], "split": [town.on_ground, town.untouched]}
    town.decide(kind, *named.get(kind, []))
    return {
        "accept": {town.on_ground: ("person", True), town.by_table: ("table", False)},
        "choose": {town.on_ground: ("geometry", False), town.by_table: ("person", True)},
        "split": {
            town.on_ground: ("person", True),
            town.by_table: ("table", False),
            town.untouched: ("person", True),
        },
        "reject": {town.on_ground: ("geometry", False), town.by_table: ("table", False)},
    }[kind]


KINDS = pytest.mark.parametrize("kind", ["accept", "choose", "split", "reject"])


@KINDS
def test_links_follow_a_decision_and_a_new_inference_leaves_them_so(town: Town, kind: str) -> None:
    wanted = decided(town, kind)
    for _run in range(2):
        assert town.links() == wanted
        assert town.state() == "decided"
        town.infer()


@KINDS
def test_a_decision_stands_when_the_inference_finds_something_else(town: Town, kind: str) -> None:
    followed = {to for to, (_method, is_followed) in decided(town, kind).items() if is_followed}
    without_claims(town)
    for _run in range(2):
        links = town.links()
        assert {to for to, link in links.items() if link[1]} == followed
        assert all(links[to][0] == "person" for to in followed)
        assert town.state() == "decided"
        town.infer()


@pytest.mark.parametrize(("named", "shares"), [("石柱村", None), ("双溪村", (1, 0.5))])
def test_a_village_nobody_finds_a_successor_for_keeps_the_one_a_person_named(
    town: Town,
    monkeypatch: pytest.MonkeyPatch,
    named: str,
    shares: tuple[float, float] | None,
) -> None:
    town.decide("choose", {"石柱村": town.untouched, "双溪村": town.on_ground}[named])
    compare = classified_changes
    monkeypatch.setattr(
        "geo_tracker.workflows.lineage.classified_changes",
        lambda shares, *layers: compare(shares[shares["from_id"] != town.upper], *layers),
    )
    for _run in range(2):
        without_claims(town)
        with reading(town.engine) as session:
            # 双溪村 after turns out to be 双溪村 before: its decision goes with it.
            successor = session.scalars(
                sa.select(VillageVersion.unit_id).where(
                    VillageVersion.name == named, VillageVersion.layer_id == 2
                )
            ).one()
        assert town.links() == {successor: ("person", True)}
    with reading(town.engine) as session:
        link = session.scalars(
            sa.select(LineageEdge)
            .join(ChangeEvent)
            .where(LineageEdge.from_unit_id == town.upper, ChangeEvent.status != "superseded")
        ).one()
        measured = (link.share_of_from, link.share_of_to)
        assert measured == ((None, None) if shares is None else pytest.approx(shares, rel=1e-3))
        events = session.scalars(
            sa.select(ChangeEvent)
            .join(LineageEdge)
            .where(LineageEdge.from_unit_id == town.upper, ChangeEvent.status == "reviewed")
        ).all()
    assert [event.event_type for event in events] == ["integration"]


def test_a_link_found_after_the_decision_opens_the_case_and_is_not_followed(town: Town) -> None:
    without_claims(town)
    town.decide("accept")
    assert town.state() == "decided"
    with writing(town.engine) as session:
        session.add(
            MergerClaim(
                from_unit_id=town.upper, to_unit_id=town.by_table, import_id=1, row=3,
                synthetic=False,
            )
        )  # fmt: skip
    town.infer()
    assert town.links() == {
        town.on_ground: ("person", True),
        town.by_table: ("table", False),
    }
    assert town.state() == "open"
    town.decide("accept")
    assert town.state() == "decided"


def test_a_later_decision_supersedes_the_earlier_and_both_are_kept(town: Town) -> None:
    first = town.decide("choose", town.by_table, note="附件一")
    second = town.decide("accept", note="附件二")
    assert town.links() == {
        town.on_ground: ("person", True),
        town.by_table: ("table", False),
    }
    with reading(town.engine) as session:
        kept = session.scalars(sa.select(LineageDecision).order_by(LineageDecision.id)).all()
        assert [(d.id, d.superseded_by_id, d.note) for d in kept] == [
            (first, second, "附件一"),
            (second, None, "附件二"),
        ]
        assert kept[0].superseded_at is not None
        log = session.execute(
            sa.select(RecordChange.old, RecordChange.new, RecordChange.reason).where(
                RecordChange.table_name == "lineage_decision"
            )
        ).all()
    assert [tuple(row) for row in log] == [
        (None, "choose", "附件一"),
        ("choose", "accept", "附件二"),
    ]


def test_a_note_changes_no_link_and_supersedes_nothing(town: Town) -> None:
    before = town.links()
    town.decide("note", note="等批复")
    assert (town.links(), town.state()) == (before, "open")
    decision = town.decide("accept")
    town.decide("note", note="批复已到")
    with reading(town.engine) as session:
        assert standing_decisions(session)[town.upper].id == decision
        assert set(decision_frame(session)["superseded_by_id"].isna()) == {True}
    town.infer()
    assert town.state() == "decided"


def test_a_decision_taken_back_leaves_what_ground_and_table_say(town: Town) -> None:
    before = town.links()
    town.decide("split", town.on_ground, town.untouched)
    town.decide("reopen", note="")
    assert (town.links(), town.state()) == (before, "open")
    town.infer()
    assert (town.links(), town.state()) == (before, "open")
    with pytest.raises(ConflictError, match="no decision to take back"):
        town.decide("reopen")


def test_an_event_is_reviewed_when_each_of_its_villages_is(town: Town) -> None:
    def statuses() -> set[str]:
        with reading(town.engine) as session:
            edges = edge_frame(session)
        return set(edges.loc[edges["from_unit_id"] == town.lower, "status"])

    town.decide("accept")
    assert statuses() == {"proposed"}
    town.decide("accept", of=town.lower, note="")
    assert statuses() == {"reviewed"}
    town.decide("reopen")
    assert statuses() == {"proposed"}


def test_decisions_follow_villages_that_turn_out_to_be_others(town: Town) -> None:
    town.decide("choose", town.by_table)
    with writing(town.engine) as session:
        later = [Unit(), Unit()]
        session.add_all(later)
        session.flush()
        for column, old, new in (
            (LineageDecision.from_unit_id, town.upper, later[0].id),
            (DecisionLink.to_unit_id, town.by_table, later[1].id),
        ):
            changed = sa.update(column.class_).where(column == old)
            session.execute(changed.values({column.key: new}))
        pairs = [(later[0].id, town.upper), (later[1].id, town.by_table)]
        units_joined(session, pairs)
    town.infer()
    assert town.links()[town.by_table] == ("person", True)
    assert town.state() == "decided"


def test_nothing_is_decided_about_a_village_that_lives_on(town: Town) -> None:
    with pytest.raises(NotFoundError):
        town.decide("reject", of=town.untouched)


def test_what_lies_between_two_layers_overtakes_what_was_found_before(
    town: Town, settings: Settings
) -> None:
    town.decide("choose", town.by_table)
    path = samples.zipped_shapefile(
        samples.square_villages(samples._BEFORE), settings.data_dir / "between.zip"
    )
    import_id = receive_boundaries(
        town.engine, settings, path, file_name="between.zip", as_of_on=date(2019, 3, 31)
    )
    run_import(town.engine, settings, import_id)
    assert town.links() == {
        town.on_ground: ("geometry", False),
        town.by_table: ("person", True),
    }
    assert town.state() == "decided"


def test_a_decision_says_who_why_and_about_which_layers(town: Town) -> None:
    town.decide("choose", town.by_table, note="批复附件")
    with reading(town.engine) as session:
        decision = standing_decisions(session)[town.upper]
        assert (decision.decided_by.username, decision.note) == ("li", "批复附件")
        assert (decision.before_layer_id, decision.after_layer_id) == (1, 2)
        edges = edge_frame(session)
    own = edges[edges["from_unit_id"] == town.upper]
    assert set(own["decided_by"]) == {"li"}
    assert set(own["decision_reason"]) == {"批复附件"}


@pytest.mark.parametrize(
    ("kind", "successors", "note", "why"),
    [
        ("choose", ["by_table"], " ", "Say why you decide so"),
        ("reject", [], "", "Say why you decide so"),
        ("accept", [], "", "Say why you decide so"),
        ("choose", [], "附件", "Choose one village"),
        ("choose", ["by_table", "on_ground"], "附件", "Choose one village"),
        ("split", ["by_table"], "附件", "Mark two villages"),
        ("choose", ["lower"], "附件", "boundaries that came after"),
        ("note", [], "", "Write the note"),
        ("nonsense", [], "附件", "Say what you decide"),
    ],
)
def test_what_is_lacking_is_said_and_nothing_is_kept(
    town: Town, kind: str, successors: list[str], note: str, why: str
) -> None:
    before = town.links()
    with pytest.raises(InputError, match=why):
        town.decide(kind, *(getattr(town, name) for name in successors), note=note)
    with reading(town.engine) as session:
        assert decision_frame(session).empty
    assert town.links() == before


def test_the_second_of_two_who_decide_at_once_is_refused(town: Town) -> None:
    seen = town.revision(town.upper)
    town.decide("choose", town.by_table)
    with pytest.raises(ChangedMeanwhileError):
        decide(town.engine, town.upper, kind="accept", user_id=town.who, revision=seen, note="附件")
    assert town.links()[town.by_table] == ("person", True)


def test_of_two_at_the_very_same_time_one_decides(town: Town) -> None:
    seen = town.revision(town.upper)

    def attempt(kind: str) -> str:
        try:
            decide(town.engine, town.upper, kind=kind, user_id=town.who, revision=seen, note="附件")
        except ChangedMeanwhileError:
            return "refused"
        return kind

    with ThreadPoolExecutor(2) as pool:
        answers = list(pool.map(attempt, ["accept", "reject"]))
    (kept,) = [answer for answer in answers if answer != "refused"]
    with reading(town.engine) as session:
        assert decision_frame(session)["kind"].tolist() == [kept]


def listed(town: Town, above: float) -> tuple[list[int], str]:
    with reading(town.engine) as session:
        cases = review_cases(edge_frame(session), decision_frame(session))
    found = bulk_candidates(cases, above=above)
    return [int(unit) for unit in found.index], bulk_stamp(found)


def test_many_are_accepted_together_but_never_a_conflict(town: Town) -> None:
    without_claims(town)
    units, stamp = listed(town, 0.8)
    assert len(units) == 4
    assert accept_in_bulk(town.engine, units, above=0.8, stamp=stamp, user_id=town.who) == 4
    assert {town.state(unit) for unit in units} == {"decided"}
    with reading(town.engine) as session:
        decisions = decision_frame(session)
        assert set(edge_frame(session)["status"]) == {"reviewed"}
    assert set(decisions["bulk_above"]) == {0.8}
    assert listed(town, 0.0)[0] == []


def test_a_conflict_is_not_accepted_in_bulk(town: Town) -> None:
    assert town.upper not in listed(town, 0.0)[0]


def test_none_is_accepted_when_the_list_has_changed(town: Town) -> None:
    without_claims(town)
    units, stamp = listed(town, 0.8)
    town.decide("note", of=units[0])
    town.decide("reject", of=units[0])
    with pytest.raises(ChangedMeanwhileError, match="4 villages were listed, 3 of them"):
        accept_in_bulk(town.engine, units, above=0.8, stamp=stamp, user_id=town.who)
    assert [town.state(unit) for unit in units[1:]] == ["undoubted"] * 3
