"""What happened to one project, in one list: what people did, and what files said."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import Any

from flask_babel import gettext as _

from geo_tracker.db.models import FollowupStep
from geo_tracker.db.project_frames import AMOUNT_KINDS
from geo_tracker.db.projects import ProjectRecords
from geo_tracker.indicators.lights import STAGES
from geo_tracker.web.provenance import provenance
from geo_tracker.web.record_words import field_word, value_text
from geo_tracker.web.texts import MISSING, percent, term, yuan_wan

Row = dict[str, Any]


def history_rows(
    records: ProjectRecords, villages: Mapping[int, str], of_files: Iterable[Row] = ()
) -> list[Row]:
    """Return what happened to a project, the newest first.

    Parameters
    ----------
    records : ProjectRecords
        What is recorded of it.
    villages : mapping
        Names by unit.
    of_files : iterable of dict
        What was done about its photos and documents, as `geo_tracker.web.attachments.file_log`.

    Returns
    -------
    list of dict
        ``at`` (moment or None), ``username``, ``text``, ``note``, ``source`` (of what a file said).
    """
    rows = [step_row(step, username, villages) for step, username in records.steps]
    rows += [_change_row(change, villages) for change in records.changes]
    rows += [
        _file_row(
            amount,
            _("%(what)s of %(amount)s", what=field_word(amount.kind), amount=_wan(amount.amount)),
        )
        for amount in records.amounts
        if amount.import_id is not None
    ]
    rows += [
        _file_row(
            payment,
            _("Payment of %(amount)s", amount=_wan(payment.amount)),
        )
        for payment in records.payments
        if payment.import_id is not None
    ]
    told = ("at", "username", "text", "note")
    rows += [{name: row[name] for name in told} | {"source": None} for row in of_files]
    numbered = enumerate(rows)
    ordered = sorted(numbered, key=lambda one: (one[1]["at"] is not None, one[1]["at"], one[0]))
    return [row for _place, row in reversed(ordered)]


def rows_since(rows: list[Row], moment: datetime) -> list[Row]:
    """Return what happened since a page was shown, which says so to the second."""
    return [row for row in rows if row["at"] is not None and row["at"] >= moment]


def step_row(step: FollowupStep, username: str | None, villages: Mapping[int, str]) -> Row:
    """Return a step as a row of the history."""
    return {
        "at": step.at,
        "username": username,
        "text": step_text(step, villages),
        "note": step.note,
        "source": provenance(step.import_id) if step.import_id else None,
    }


def step_text(step: FollowupStep, villages: Mapping[int, str]) -> str:
    """Return what a step about a project did, in one sentence."""
    fields = step.fields
    new = {name: pair[1] for name, pair in fields.items()}
    match step.action:
        case "register":
            return str(_("Registered at stage %(stage)s", stage=term(new.get("stage"))))
        case "stage":
            return _led(_("Stage"), term(step.from_state), term(step.to_state), step.happened_on)
        case "stage_day":
            stage = next((n.removeprefix("stage_") for n in fields if n.startswith("stage_")), None)
            return str(
                _("Stage “%(stage)s” reached on %(day)s", stage=term(stage), day=step.happened_on)
            )
        case "livelihood":
            before, after = (
                term(f"livelihood_{state}") if state else MISSING
                for state in (step.from_state, step.to_state)
            )
            return _led(_("Livelihood project"), before, after, step.happened_on)
        case "report":
            share = percent(new.get("progress", new.get("progress_then")), 0)
            return str(_("Progress %(share)s as of %(day)s", share=share, day=step.happened_on))
        case "pay":
            document = f" ({new['document']})" if new.get("document") else ""
            return str(
                _(
                    "Paid %(amount)s on %(day)s, %(kind)s%(document)s; in all %(total)s",
                    amount=_wan(new["amount"]),
                    day=step.happened_on,
                    kind=term(new.get("payment_kind")),
                    document=document,
                    total=_wan(new["paid"]),
                )
            )
        case "take_back":
            return str(
                _(
                    "A payment of %(amount)s taken back; in all %(total)s",
                    amount=_wan(-Decimal(new["amount"])),
                    total=_wan(new["paid"]),
                )
            )
        case "fund":
            changes = {name: pair for name, pair in fields.items() if name != "channel"}
            return f"{new['channel']}: {_changes(changes, villages)}"
        case _:
            return _changes(fields, villages)


def _led(what: str, before: str, after: str, on: date) -> str:
    told = {"what": what, "before": before, "after": after, "day": on}
    return str(_("%(what)s: from “%(before)s” to “%(after)s” on %(day)s", **told))


def _changes(fields: Mapping[str, list[Any]], villages: Mapping[int, str]) -> str:
    told = [_change(name, old, new, villages) for name, (old, new) in fields.items()]
    return str(_("; ")).join(told)


def _change(name: str, old: Any, new: Any, villages: Mapping[int, str]) -> str:
    field, now = field_word(name, "project"), value_text(name, new, villages)
    if old is None:
        return f"{field} {now}"
    was = value_text(name, old, villages)
    return str(_("%(field)s was %(old)s, is %(new)s", field=field, old=was, new=now))


def _change_row(change: Any, villages: Mapping[int, str]) -> Row:
    text = _changes({change.field: [change.old, change.new]}, villages)
    return {
        "at": change.at,
        "username": change.username,
        "text": f"{change.channel}: {text}" if change.channel else text,
        "note": _("The import was undone.") if change.reason == "undone" else None,
        "source": provenance(change.import_id) if change.import_id else None,
    }


def _file_row(row: Any, text: str) -> Row:
    source = provenance(row.import_id)
    return {"at": row.at, "username": row.username, "text": text, "note": None, "source": source}


def _wan(amount: Any) -> str:
    return f"{yuan_wan(Decimal(str(amount)))} {_('10,000 yuan')}"


def stage_rows(
    stage: str | None,
    records: ProjectRecords,
    as_of: Mapping[int, date],
    work_days: Mapping[str, date | None],
    *,
    stated_on: date | None,
) -> list[Row]:
    """Return every stage with the day it was reached on, as far as anybody said.

    Parameters
    ----------
    stage : str or None
        Where the project stands.
    records : ProjectRecords
        What is recorded of it.
    as_of : mapping
        The day of each import that changed it: by then it was there.
    work_days : mapping
        ``started`` and ``finished``: when work began and ended.
    stated_on : date or None
        The day of the file that the project is of: where it stands, it stood by then.

    Returns
    -------
    list of dict
        ``stage``, ``place`` (``past``, ``now``, ``ahead``), ``on`` (date or None), ``by`` (bool:
        the day says only by when).
    """
    days: dict[str, tuple[date, bool]] = {}
    for change in records.changes:
        if change.field == "stage" and change.new and change.import_id in as_of:
            days[change.new] = (as_of[change.import_id], True)
    days |= {name: (day, False) for name, day in work_days.items() if day is not None}
    days |= {row.stage: (row.happened_on, False) for row in records.stages}
    if stage is not None and stage not in days and stated_on is not None:
        days[stage] = (stated_on, True)
    at = STAGES.index(stage) if stage in STAGES else -1
    rows = []
    for number, name in enumerate(STAGES):
        place = "now" if number == at else "past" if number < at else "ahead"
        # A project that was led back is no longer where it was.
        on, by = days.get(name, (None, False)) if number <= at else (None, False)
        rows.append({"stage": name, "place": place, "on": on, "by": by})
    return rows


def amount_choices() -> list[tuple[str, str]]:
    """Return the kinds of amounts to choose from."""
    return [(kind, field_word(kind)) for kind in AMOUNT_KINDS]
