"""What the score of lagging counts: the indicators, and the lines by which a year weighs them."""

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from geo_tracker.errors import InputError
from geo_tracker.language import N_, Message

DOMAINS: Final = {
    "environment": Message(N_("Environment")),
    "services": Message(N_("Services")),
    "economy": Message(N_("Collective economy")),
    "problems": Message(N_("Problems")),
    "integration": Message(N_("Integration")),
}
"""Domains of the score in the order of the domain reference (§6)."""


@dataclass(frozen=True)
class LagMeaning:
    """An indicator: ``from_file`` where nothing in the ledgers tells it."""

    code: str
    domain: str
    name: str
    unit: str
    from_file: bool = False


INDICATORS: Final[dict[str, LagMeaning]] = {
    "生活污水治理率": LagMeaning(
        "sewage_share",
        "environment",
        N_("households with sewage treated"),
        "%",
        from_file=True,
    ),
    "卫生厕所普及率": LagMeaning(
        "toilet_share",
        "environment",
        N_("households with a sanitary toilet"),
        "%",
        from_file=True,
    ),
    "环境检查得分": LagMeaning(
        "environment_mark",
        "environment",
        N_("mark of the environment check"),
        N_("marks"),
        from_file=True,
    ),
    "便民服务距离": LagMeaning(
        "service_km", "services", N_("way to the service point"), "km", from_file=True
    ),
    "自来水普及率": LagMeaning(
        "tap_water_share", "services", N_("households with tap water"), "%", from_file=True
    ),
    "群众满意率": LagMeaning(
        "satisfied_share",
        "services",
        N_("residents satisfied with what was done"),
        "%",
    ),
    "人均经营性收入": LagMeaning(
        "operating_income_per_head",
        "economy",
        N_("operating income per head"),
        N_("yuan"),
    ),
    "人均总收入": LagMeaning(
        "total_income_per_head", "economy", N_("total income per head"), N_("yuan")
    ),
    "资产负债率": LagMeaning("debt_share", "economy", N_("debt, of assets"), "%", from_file=True),
    "每百户未办结问题": LagMeaning(
        "open_problems",
        "problems",
        N_("open problems per 100 households"),
        "",
    ),
    "每百户二次交办问题": LagMeaning(
        "reopened_problems",
        "problems",
        N_("problems handed over again, per 100 households"),
        "",
    ),
    "未办结问题平均天数": LagMeaning(
        "days_open",
        "problems",
        N_("days that open problems have been open"),
        N_("days"),
    ),
    "资产融合": LagMeaning("asset_stage", "integration", N_("assets brought together, 0 to 3"), ""),
    "规划完成率": LagMeaning("planning_share", "integration", N_("planning items done"), "%"),
    "班子代表比": LagMeaning(
        "committee_ratio",
        "integration",
        N_("share of the committee, of the share of people"),
        "",
        from_file=True,
    ),
    "表决参会率": LagMeaning("turnout", "integration", N_("took part in the vote"), "%"),
}
"""Planners' word → indicator, in the order in which they are shown."""

BY_CODE: Final = {meaning.code: meaning for meaning in INDICATORS.values()}

LINES: Final = (
    "生活污水治理率|1|95|40",
    "卫生厕所普及率|1|98|70",
    "环境检查得分|1|95|60",
    "便民服务距离|1|1|8",
    "自来水普及率|1|100|80",
    "群众满意率|1|95|60",
    "人均经营性收入|2|1000|100",
    "人均总收入|1|2000|200",
    "资产负债率|1|0|80",
    "每百户未办结问题|1.5|0|5",
    "每百户二次交办问题|1|0|2",
    "未办结问题平均天数|1|0|120",
    "资产融合|1|3|0",
    "规划完成率|0.5|100|0",
    "班子代表比|1|1|0",
    "表决参会率|0.5|95|60",
)
"""Proposed: indicator, weight, the value at which nothing lags, the one at which all does."""


EFFECTS: Final = (
    "污水厕所|生活污水治理率、卫生厕所普及率",
    "村容环境|环境检查得分",
    "拆违|环境检查得分",
    "坑塘沟渠|环境检查得分",
    "和美乡村|生活污水治理率、卫生厕所普及率、环境检查得分",
    "小型水利|自来水普及率",
)
"""Proposed: kind of project, the indicators that it reaches."""


@dataclass(frozen=True)
class LagLine:
    """How a year weighs an indicator: at ``best`` nothing lags, at ``worst`` all does."""

    code: str
    weight: float
    best: float
    worst: float


def lag_line(line: str) -> LagLine:
    """Read a line: indicator|weight|best|worst.

    Raises
    ------
    InputError
        If the line is none, its weight is not from above 0 to 100, or both values are one.
    """
    parts = [part.strip() for part in line.replace("｜", "|").split("|")]
    try:
        word, (weight, best, worst) = parts[0], map(float, parts[1:])
    except ValueError:
        word = ""
    if word not in INDICATORS or not all(abs(value) < 1e9 for value in (weight, best, worst)):
        raise InputError(
            N_(
                "“%(given)s” cannot be used. Write indicator|weight|value without lag|value of"
                " full lag, with one of the indicators %(words)s."
            ),
            given=line[:60],
            words="、".join(INDICATORS),
        )
    if not 0 < weight <= 100:
        raise InputError(N_("“%(given)s”: the weight must be above 0, at most 100."), given=word)
    if best == worst:
        raise InputError(N_("“%(given)s”: the two values must differ."), given=word)
    return LagLine(INDICATORS[word].code, weight, best, worst)


def lag_lines(lines: tuple[str, ...]) -> list[LagLine]:
    """Read what counts in a year.

    Raises
    ------
    InputError
        If a line is none, or an indicator is named twice.
    """
    read = [lag_line(line) for line in lines]
    if len({one.code for one in read}) < len(read):
        raise InputError(N_("An indicator is named twice."))
    return read


def domain_points(contributions: Mapping[str, float | None]) -> dict[str, float]:
    """Sum up what indicators bring to a score by domain; what is unknown brings nothing."""
    sums = dict.fromkeys(DOMAINS, 0.0)
    for code, points in contributions.items():
        if points is not None and not math.isnan(points):
            sums[BY_CODE[code].domain] += points
    return sums


def effect_lines(lines: tuple[str, ...]) -> dict[str, tuple[str, ...]]:
    """Read which indicators a kind of project reaches: kind|indicator、indicator.

    Returns
    -------
    dict
        Kind → codes; of a kind named twice the last counts.

    Raises
    ------
    InputError
        If a line is none.
    """
    return dict(_effect_line(line) for line in lines)


def _effect_line(line: str) -> tuple[str, tuple[str, ...]]:
    kind, _bar, words = line.replace("｜", "|").partition("|")
    named = [word.strip() for word in words.replace("，", "、").split("、")]
    if not kind.strip() or not all(word in INDICATORS for word in named):
        raise InputError(
            N_(
                "“%(given)s” cannot be used. Write kind of project|indicator、indicator, with some"
                " of the indicators %(words)s."
            ),
            given=line[:60],
            words="、".join(INDICATORS),
        )
    return kind.strip(), tuple(INDICATORS[word].code for word in named)
