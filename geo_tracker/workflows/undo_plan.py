"""What undoing an import of records would do: records that go, fields that return, what stays."""

from collections.abc import Iterator
from typing import Any

from sqlalchemy.orm import Session

from geo_tracker.db.attachments import records_with_files
from geo_tracker.db.imports import later_imports
from geo_tracker.db.models import ImportRun, Payment
from geo_tracker.db.record_journal import Entry, Journal, journals_of, stored_value
from geo_tracker.db.record_plan import FOLLOWUP_TABLES, MODELS, change_row, records_stamp
from geo_tracker.db.records import Record, StoredTable, is_same
from geo_tracker.workflows.undo_followup import (
    TOGETHER,
    LoggedSteps,
    Naming,
    touches_followup,
)
from geo_tracker.workflows.undo_outcome import Stay, UndoPlan, stage_before
from geo_tracker.workflows.undo_projects import (
    LIVELIHOOD,
    EditedProjects,
    current_amount,
    fields_beside,
    last_steps_of,
    totals_told,
)

_MONEY = ("project_amount", "payment")
REMOVED = "record"
"""Field that the log names where a whole record went."""


def planned_undo(session: Session, run: ImportRun) -> UndoPlan:
    """Plan how an import of records is undone, whatever came after it.

    What a later import rests on stays, and is from then on that import's: it can be undone with
    it. So imports can be undone in any order.

    Parameters
    ----------
    session : Session
        Any session.
    run : ImportRun
        A stored import that has a journal.
    """
    return _Undoing(session, run).plan()


class _Undoing:
    def __init__(self, session: Session, run: ImportRun) -> None:
        self.session = session
        self.run_id = run.id
        self.own = Journal.from_json(run.result["journal"])
        followup = touches_followup(run)
        self.made = UndoPlan(stamp=records_stamp(session, followup=followup))
        self.logged = LoggedSteps(session, run.id) if followup else None
        self.edited = EditedProjects(session) if followup else None
        self.named: Naming | None = None
        later = later_imports(session, run)
        self.later = journals_of(session, later)
        self.last_steps = last_steps_of(session, {run.id, *later})
        self._tables: dict[str, dict[int, Record]] = {}
        self.with_files = records_with_files(session)
        self.projects_gone: set[int] = set()
        self.projects_kept: set[int] = set()
        self.handed_over: dict[int, int] = {}

    def stored(self, table: str) -> dict[int, Record]:
        """Return the records of a table by id."""
        if table not in self._tables:
            rows = StoredTable(self.session, MODELS[table]).records
            self._tables[table] = {record["id"]: record for record in rows}
        return self._tables[table]

    def plan(self) -> UndoPlan:
        for table in MODELS:
            if table in _MONEY:
                continue
            if table not in FOLLOWUP_TABLES:
                for entry in self.own.added.get(table, {}).values():
                    self._added(table, entry)
            for entry in self.own.changed.get(table, {}).values():
                self._changed(table, entry)
        # What names another record goes before it, or stays and keeps it.
        for table in reversed(FOLLOWUP_TABLES):
            for entry in sorted(self.own.added.get(table, {}).values(), key=self._names_another):
                self._added(table, entry)
        for table in _MONEY:
            for entry in self.own.added.get(table, {}).values():
                self._money(table, entry)
        return self.made

    # What it added.

    def _added(self, table: str, entry: Entry) -> None:
        record = self.stored(table).get(entry.record_id)
        if record is None or (table == "fund" and self._follows_its_project(table, entry)):
            return
        # Files that people brought never lose their record.
        if (table, entry.record_id) in self.with_files or self._is_worked_on(table, entry):
            self._stay(table, entry, None, None, None, by_person=True)
            if table == "project":
                self.projects_kept.add(entry.record_id)
            return
        heir = self._heir(table, entry)
        if heir is None and (self._naming(table, entry) or self._is_led_on(table, record)):
            if table == "project":
                self.projects_kept.add(entry.record_id)
            self._stay(table, entry, None, None, None, by_person=True)
            return
        if heir is None:
            self.made.gone[table].append(entry.record_id)
            if self.logged is not None:
                self.made.steps_gone += self.logged.of(table, entry.record_id)
            self.made.removed[table] += 1
            if table == "project":
                self.projects_gone.add(entry.record_id)
            if table == "asset_fusion":
                stage_before(self.made, self.later, self.stored(table), entry)
            self._log(table, entry, REMOVED, entry.label, None)
            return
        row = self._hand_over(heir, table, entry)
        self._now_of(heir, table, record, row)
        if table == "project":
            self.handed_over[entry.record_id] = heir
        self._stay(table, entry, None, None, heir)
        if self.logged is not None:
            self.made.steps_of |= dict.fromkeys(self.logged.of(table, entry.record_id), heir)

    def _heir(self, table: str, entry: Entry) -> int | None:
        """Return the later import that a record stays for: one that names it, if any does."""
        naming = self._naming(table, entry)
        for run_id, journal in self.later.items():
            changed, seen = journal.changed.get(table, {}), journal.seen.get(table, {})
            if entry.record_id in changed or entry.record_id in seen:
                return run_id
            of_problems = (journal.added.get("problem", {}), journal.changed.get("problem", {}))
            if any(record_id in known for record_id in naming for known in of_problems):
                return run_id
        return None

    def _naming(self, table: str, entry: Entry) -> list[int]:
        """Return the problems that stay and name a record of the follow-up."""
        if table not in FOLLOWUP_TABLES:
            return []
        if self.named is None:
            self.named = Naming(self.stored("problem").values())
        found = self.named.of(table, entry.record_id, self.made.written["problem"])
        # Few records are named by any: only then is it asked which of those go, too.
        going = set(self.made.gone["problem"]) if found else set()
        return [record_id for record_id in found if record_id not in going]

    def _names_another(self, entry: Entry) -> tuple[bool, int]:
        record = self.stored("problem").get(entry.record_id, {})
        return record.get("duplicate_of_id") is None, -entry.record_id

    def _is_worked_on(self, table: str, entry: Entry) -> bool:
        """Say whether a person has worked on a record in the browser since."""
        return (
            self.logged is not None
            and table in FOLLOWUP_TABLES
            and self.logged.worked_on_since(table, entry.record_id)
        )

    def _is_led_on(self, table: str, record: Record) -> bool:
        """Say whether a person has led a project on, or changed what a channel gives since."""
        if self.edited is None:
            return False
        if table == "project":
            return self.edited.worked_on(record["id"])
        return table == "fund" and any(
            self._by_person(table, record, name) for name in ("planned", "received")
        )

    def _by_person(
        self, table: str, record: Record, name: str, *, until: int | None = None
    ) -> bool:
        """Say whether a person changed a field after this import, and before another one."""
        if self.edited is None or table not in ("project", "fund"):
            return False
        project_id, fields = fields_beside(table, record, name)
        return self.edited.touched(
            project_id,
            fields,
            after=self.last_steps[self.run_id],
            until=None if until is None else self.last_steps[until],
        )

    def _hand_over(self, heir: int, table: str, entry: Entry) -> int | None:
        """Let a later import be the one that added a record; return the row that names it."""
        journal = self.later[heir]
        known = journal.changed.get(table, {}).pop(entry.record_id, None)
        row = known.row if known else journal.seen.get(table, {}).pop(entry.record_id, None)
        taken = Entry(**vars(entry))
        taken.row = row if row is not None else entry.row
        journal.added[table][entry.record_id] = taken
        self.made.journals[heir] = journal
        return row

    def _now_of(self, heir: int, table: str, record: Record, row: int | None) -> None:
        if record.get("import_id") == self.run_id:
            from_row = {"row": row} if "row" in record and row is not None else {}
            self.made.written[table][record["id"]] |= {"import_id": heir} | from_row

    def _follows_its_project(self, table: str, entry: Entry) -> bool:
        """Let money go or stay with a project that goes or stays as a whole."""
        project_id = entry.project_id or 0
        if project_id in self.projects_gone:
            self.made.gone[table].append(entry.record_id)
            return True
        if project_id in self.projects_kept:
            return True
        heir = self.handed_over.get(project_id)
        if heir is None:
            return False
        self._hand_over(heir, table, entry)
        self._now_of(heir, table, self.stored(table)[entry.record_id], None)
        return True

    # What it changed.

    def _changed(self, table: str, entry: Entry) -> None:
        record = self.stored(table).get(entry.record_id)
        if record is None:
            return
        if self._is_worked_on(table, entry):
            for name in entry.fields:
                self._stay(table, entry, name, record[name], None, by_person=True)
            return
        back, returned, led_on = Record(), dict[str, Any](), None
        for name, (old, new) in entry.fields.items():
            changer = self._changer(table, entry, name)
            if name in TOGETHER.get(table, ()):
                led_on = changer or led_on
            returns = self._returns(table, entry, name, changer)
            if name == LIVELIHOOD:
                self._livelihood(entry, record, changer, returns=returns)
            if returns:
                back[name] = stored_value(table, name, old)
                returned[name] = [new, old]
                self._log(table, entry, name, record[name], back[name])
                continue
            person = self._by_person(table, record, name)
            self._stay(table, entry, name, record[name], changer, by_person=person)
        if returned and table in ("project", "fund"):
            self.made.projects.add(record["project_id"] if table == "fund" else record["id"])
        if returned:
            self.made.returned.append((table, entry.telling(returned)))
        if self.logged is not None and table in FOLLOWUP_TABLES:
            self.logged.undone(self.made, table, entry.record_id, heir=led_on)
            if back:
                # Never a number that somebody's open page already has for something else.
                back["version"] = record["version"] + 1
        self._give_back(table, entry, record, back)

    def _livelihood(self, entry: Entry, record: Record, heir: int | None, *, returns: bool) -> None:
        """Let the steps of a livelihood project go with its state, or be a later import's."""
        if heir is not None and self._by_person("project", record, LIVELIHOOD, until=heir):
            return
        if self.logged is not None and (returns or heir is not None):
            self.logged.undone(self.made, "project", entry.record_id, heir=heir)

    def _returns(self, table: str, entry: Entry, name: str, changer: int | None) -> bool:
        """Say whether a field becomes what it was; else let a later change begin with that."""
        record, (old, new) = self.stored(table)[entry.record_id], entry.fields[name]
        if changer is not None:
            # What a person changed in between, the later import changed, not this one.
            if not self._by_person(table, record, name, until=changer):
                self._rewrite(changer, table, entry, name, old)
            return False
        is_as_left = is_same(record[name], stored_value(table, name, new))
        return is_as_left and not self._by_person(table, record, name)

    def _changer(self, table: str, entry: Entry, name: str) -> int | None:
        """Return the import that changed a field later, or one of those that belong with it."""
        together = TOGETHER.get(table, frozenset())
        belong = together if name in together else {name}
        for run_id, later in self._later_changes(table, entry):
            if not belong.isdisjoint(later.fields):
                return run_id
        return None

    def _later_changes(self, table: str, entry: Entry) -> Iterator[tuple[int, Entry]]:
        for run_id, journal in self.later.items():
            later = journal.changed.get(table, {}).get(entry.record_id)
            if later is not None:
                yield run_id, later

    def _rewrite(self, changer: int, table: str, entry: Entry, name: str, old: Any) -> None:
        """Let a later change start from what was before this import."""
        fields = self.later[changer].changed[table][entry.record_id].fields
        if name not in fields:
            fields[name] = [old, entry.fields[name][1]]
        elif fields[name][1] == old:
            del fields[name]
        else:
            fields[name][0] = old
        self.made.journals[changer] = self.later[changer]

    def _give_back(self, table: str, entry: Entry, record: Record, back: Record) -> None:
        """Write what returns, and let the record be of the import it was of before."""
        if "import_id" in record:
            if record["import_id"] == self.run_id:
                back["import_id"] = entry.import_id
                if "row" in record:
                    back["row"] = entry.stored_row
            for run_id, later in self._later_changes(table, entry):
                if later.import_id == self.run_id:
                    later.import_id, later.stored_row = entry.import_id, entry.stored_row
                    self.made.journals[run_id] = self.later[run_id]
        if LIVELIHOOD in back:
            back["is_livelihood"] = back[LIVELIHOOD] is not None
        if back:
            self.made.written[table][entry.record_id] |= back

    # Its money rows.

    def _money(self, table: str, entry: Entry) -> None:
        row = self.stored(table).get(entry.record_id)
        if row is None or self._follows_its_project(table, entry):
            return
        ((name, (old, new)),) = entry.fields.items()
        about = Entry(entry.project_id or 0, entry.row, entry.unit_id, entry.label)
        if self._is_taken_back(table, entry):
            self._stay("project", about, name, new, None, by_person=True)
            return
        self.made.gone[table].append(entry.record_id)
        self.made.projects.add(about.record_id)
        heir, later = self._later_money(table, entry, name)
        if later is not None and heir is not None:
            self._pass_on(table, heir, later, row, entry)
            self._stay("project", about, name, later.fields[name][1], heir)
            return
        if table == "project_amount" and not row["current"]:
            # A person has replaced it since: that holds.
            now = current_amount(self.stored("project_amount").values(), row)
            self._stay("project", about, name, now, None, by_person=True)
            return
        if entry.replaces in self.stored(table) and row.get("current"):
            self.made.written[table][entry.replaces or 0]["current"] = True
        if table == "payment" and self.edited and self.edited.worked_on(about.record_id):
            new, old = totals_told(entry, self.stored(table), self.made.gone[table])
        self.made.returned.append(("project", about.telling({name: [new, old]})))
        self._log("project", about, name, new, old)

    def _pass_on(self, table: str, heir: int, later: Entry, row: Record, entry: Entry) -> None:
        """Let the next amount or payment make up for one that goes."""
        ((name, (old, _new)),) = entry.fields.items()
        if table == "payment":
            later.fields[name][0] = old
            self._fold(heir, row, later)
        elif later.replaces == entry.record_id:
            later.fields[name][0] = old
            later.replaces = entry.replaces
        # Else a person's amount lies between: that is what the later import replaced.
        self.made.journals[heir] = self.later[heir]

    def _is_taken_back(self, table: str, entry: Entry) -> bool:
        """Say whether a person has taken a payment back: both rows stay, or money would vanish."""
        taken_back = self.edited.taken_back if self.edited is not None else frozenset()
        return table == "payment" and entry.record_id in taken_back

    def _later_money(self, table: str, entry: Entry, name: str) -> tuple[int | None, Entry | None]:
        for run_id, journal in self.later.items():
            for later in journal.added.get(table, {}).values():
                mine = later.project_id == entry.project_id and name in later.fields
                if mine and not self._is_taken_back(table, later):
                    return run_id, later
        return None, None

    def _fold(self, heir: int, payment: Record, later: Entry) -> None:
        """Let the next payment make up for one that goes: the total stated later holds."""
        table = Payment.__tablename__
        amount = self.stored(table)[later.record_id]["amount"] + payment["amount"]
        if amount:
            self.made.written[table][later.record_id]["amount"] = amount
        else:
            self.made.gone[table].append(later.record_id)
            del self.later[heir].added[table][later.record_id]

    # What is told of it.

    def _stay(
        self,
        table: str,
        entry: Entry,
        name: str | None,
        value: Any,
        import_id: int | None,
        *,
        by_person: bool = False,
    ) -> None:
        about = (table, entry.record_id, entry.unit_id, entry.label)
        self.made.stays.append(Stay(*about, name, value, import_id, by_person))

    def _log(self, table: str, entry: Entry, name: str, old: Any, new: Any) -> None:
        self.made.log.append(change_row(table, entry.record_id, entry.unit_id, name, old, new))
