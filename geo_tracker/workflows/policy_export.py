"""The villages of a policy as a workbook: who qualifies and has not used it, who has."""

from collections.abc import Sequence
from datetime import date
from typing import Any, Final

import pandas as pd

from geo_tracker.reports.ledger_workbook import LedgerColumn, LedgerSheet, ledger_workbook
from geo_tracker.workflows.matching import SYNTHETIC_BASIS

_STATES: Final = {"open": "符合、未享受", "unknown": "条件不明", "used": "已享受"}
_WAN = 10_000
_COLUMNS: Final = (
    LedgerColumn("county", "县（市、区）", width=14),
    LedgerColumn("town", "乡镇（街道）", width=14),
    LedgerColumn("name", "村", width=16),
    LedgerColumn("kind", "类别", width=10),
    LedgerColumn("merged", "现在的村", width=16),
    LedgerColumn("state", "情况", width=14),
    LedgerColumn("missing", "缺少的数据", width=34),
    LedgerColumn("score", "后进得分", kind="money", width=10),
    LedgerColumn("rank", "位次", kind="count", width=8),
    LedgerColumn("used_on", "享受日期", kind="day", width=12),
    LedgerColumn("amount", "金额（万元）", kind="money", width=14, summed=True),
    LedgerColumn("document", "文件（凭证）", width=24),
)


def policy_workbook(
    rows: Sequence[dict[str, Any]],
    *,
    title: str,
    place: str,
    on: date,
    today: date,
    synthetic: bool,
) -> bytes:
    """Return the villages of a policy as an xlsx file with planners' own headers.

    Parameters
    ----------
    rows : sequence of dict
        Villages in order: ``county``, ``town``, ``name``, ``is_former``, ``merged`` (with
        ``name``, or None), ``state``, ``missing`` (list of words), ``score``, ``rank``, ``uses``
        (list of ``on``, ``amount`` in yuan, ``document``).
    title, place : str
        What the policy is called; county and town, empty for all.
    on, today : date
        The day that is judged, and that of the export.
    synthetic : bool
        Whether the policy is made up.
    """
    table = pd.DataFrame(
        [_line(row) for row in rows], columns=[one.name for one in _COLUMNS], dtype=object
    )
    facts = [
        f"导出日期：{today.isoformat()}",
        f"判断日期：{on.isoformat()}",
        f"共 {len(rows)} 条",
        "来源：geo_tracker" + (f"，{SYNTHETIC_BASIS}" if synthetic else ""),
    ]
    sheet = LedgerSheet(
        name="政策",
        title=f"{place}{title}：符合条件村名单",
        origin="　".join(facts),
        columns=_COLUMNS,
        frozen_columns=3,
    )
    return ledger_workbook(table, sheet)


def _line(row: dict[str, Any]) -> dict[str, Any]:
    uses = row["uses"]
    amounts = [one["amount"] for one in uses if one["amount"] is not None]
    days = [one["on"] for one in uses if one["on"] is not None]
    return {
        **{name: row[name] for name in ("county", "town", "name", "score", "rank")},
        "kind": "原村" if row["is_former"] else "现在的村",
        "merged": row["merged"]["name"] if row["merged"] else None,
        "state": _STATES.get(row["state"], "不符合"),
        "missing": "、".join(row["missing"]) or None,
        "used_on": max(days, default=None),
        "amount": sum(amounts) / _WAN if amounts else None,
        "document": "；".join(one["document"] for one in uses if one["document"]) or None,
    }
