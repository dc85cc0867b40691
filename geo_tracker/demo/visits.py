"""Made-up visits of service groups, as many as were published."""

from datetime import timedelta
from typing import Any

import numpy as np
import pandas as pd

from geo_tracker.demo import published
from geo_tracker.demo.problems import BASIS, FIRST_ON, SURNAMES
from geo_tracker.demo.schedule import AS_OF

COLUMNS = [
    *("日期", "服务组", "组长", "原村代码", "原村", "乡镇", "企业", "服务人数", "摘要", "依据"),
]
TRADES = ("五金", "塑料制品", "食品", "家具", "农产品加工", "服装", "机械配件", "茶业")
SUMMARIES = ("走访农户，了解合并后办事情况", "查看在建项目", "座谈集体经济发展", "回访已办结问题")
ENTERPRISE_SUMMARIES = ("了解用工和用地需求", "查看安全生产", "协调道路和用电")


def visit_sheet(lineage: pd.DataFrame, rng: np.random.Generator) -> pd.DataFrame:
    """Build the sheet 走访.

    Parameters
    ----------
    lineage : DataFrame
        Indexed by former ``code``.
    rng : Generator
        Same state, same visits.

    Returns
    -------
    DataFrame
        One row per visit with `COLUMNS`: `published.VISITED_VILLAGES` villages once each and
        `published.VISITED_ENTERPRISES` enterprises, with `published.PEOPLE_SERVED` people in all;
        in proportion where there are fewer villages.
    """
    part = min(1.0, len(lineage) / published.LISTED_VILLAGES)
    villages, enterprises, people = (
        max(1, round(total * part))
        for total in (
            published.VISITED_VILLAGES,
            published.VISITED_ENTERPRISES,
            published.PEOPLE_SERVED,
        )
    )
    listed = list(lineage.itertuples())
    visited = rng.permutation(len(listed))[:villages]
    served = _shares_of(people, villages + enterprises, rng)
    rows = [_visit(listed[place], None, rng) for place in visited]
    # Industry is where the roads are: few villages have most of the enterprises.
    weight = rng.gamma(0.4, 1.0, len(listed))
    for number, place in enumerate(rng.choice(len(listed), enterprises, p=weight / weight.sum())):
        rows.append(_visit(listed[place], number + 1, rng))
    for row, count in zip(rows, served, strict=True):
        row["服务人数"] = int(count)
    rows.sort(key=lambda row: (row["日期"], row["原村代码"], row["企业"] or ""))
    return pd.DataFrame(rows, columns=COLUMNS, dtype=object)


def _shares_of(total: int, count: int, rng: np.random.Generator) -> Any:
    """Return whole numbers that add up to a total, most of them small."""
    return rng.multinomial(total, rng.dirichlet(np.full(count, 1.5)))


def _visit(village: Any, enterprise: int | None, rng: np.random.Generator) -> dict[str, Any]:
    day = FIRST_ON + timedelta(days=int(rng.integers(0, (AS_OF - FIRST_ON).days + 1)))
    # Nobody visits at weekends: moved to the Friday before.
    day -= timedelta(days=max(0, day.weekday() - 4))
    summaries = SUMMARIES if enterprise is None else ENTERPRISE_SUMMARIES
    name = f"{village.town[:-1]}{rng.choice(TRADES)}厂（示意{enterprise}）"
    return {
        "日期": max(day, FIRST_ON),
        "服务组": f"{village.county}第{int(rng.integers(1, 13))}服务组",
        "组长": f"{rng.choice(list(SURNAMES))}某",
        "原村代码": village.Index,
        "原村": village.name,
        "乡镇": village.town,
        "企业": None if enterprise is None else name,
        "摘要": str(rng.choice(summaries)),
        "依据": BASIS,
    }
