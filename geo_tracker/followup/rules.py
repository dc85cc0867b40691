"""The rules of the follow-up: thresholds, deadlines and lists that hold from a year on."""

from collections.abc import Mapping
from dataclasses import Field, dataclass, field, fields
from datetime import date
from typing import Any

from geo_tracker.errors import InputError
from geo_tracker.followup.board_lines import LINES as BOARD_LINES
from geo_tracker.followup.checklist import TEMPLATE
from geo_tracker.followup.lag_lines import EFFECTS, LINES
from geo_tracker.followup.rule_kinds import KINDS
from geo_tracker.language import N_

FIRST_YEAR, LAST_YEAR = 2000, 2100

GROUPS: dict[str, str] = {
    "problems": N_("Problems"),
    "calendar": N_("Working days"),
    "checklist": N_("Integration checklist"),
    "visits": N_("Visits"),
    "projects": N_("Projects"),
    "votes": N_("Votes"),
    "lagging": N_("Lagging villages"),
    "boards": N_("Boards"),
}
"""Headings under which rules are shown, in order."""


def _rule(
    default: Any,
    *,
    group: str,
    label: str,
    help: str,  # noqa: A002 - the word of `config`
    unit: str | None = None,
    least: float = 0,
    most: float = 10**12,
) -> Any:
    about = {"group": group, "label": label, "help": help, "unit": unit}
    return field(default=default, metadata=about | {"least": least, "most": most})


@dataclass(frozen=True, kw_only=True)
class Rules:
    """What holds in one year; the defaults are those of the domain reference (§4–6)."""

    problem_days: int = _rule(
        15,
        group="problems",
        label=N_("Time to solve a problem"),
        help=N_("Proposed as due date when a problem is handed over."),
        unit=N_("working days"),
        least=1,
        most=250,
    )
    problem_yellow_days: int = _rule(
        3,
        group="problems",
        label=N_("Due soon"),
        help=N_("A problem with so much time left or less is yellow; overdue it is red."),
        unit=N_("working days"),
        most=60,
    )
    recheck_days: int = _rule(
        90,
        group="problems",
        label=N_("Look again"),
        help=N_("So long after it was confirmed, a problem is looked at again: still fixed?"),
        unit=N_("days"),
        least=1,
        most=730,
    )
    problem_categories: tuple[str, ...] = _rule(
        (
            "道路交通",
            "饮水用水",
            "环境卫生",
            "土地房屋",
            "集体资产",
            "公共服务",
            "矛盾纠纷",
            "其他",
        ),
        group="problems",
        label=N_("Kinds of problems"),
        help=N_("Offered when a problem is registered; one a line."),
    )
    lead_units: tuple[str, ...] = _rule(
        (),
        group="problems",
        label=N_("Units that problems are handed to"),
        help=N_("Offered when a problem is handed over; one a line. Others can be typed."),
    )
    days_off: tuple[date, ...] = _rule(
        (),
        group="calendar",
        label=N_("Days off"),
        help=N_("Public holidays besides Saturdays and Sundays; one date a line: 2026-10-01."),
    )
    days_worked: tuple[date, ...] = _rule(
        (),
        group="calendar",
        label=N_("Weekends worked"),
        help=N_("Saturdays and Sundays that are working days; one date a line: 2026-10-10."),
    )
    checklist_items: tuple[str, ...] = _rule(
        TEMPLATE,
        group="checklist",
        label=N_("Items of the checklist"),
        help=N_(
            "Of every merged village whose checklist is opened from now on; one a line:"
            " domain|what is to be done|days after the merger."
        ),
    )
    visit_repeat_days: int = _rule(
        14,
        group="visits",
        label=N_("Second visit"),
        help=N_("Within so long after a visit to the same place there is a warning."),
        unit=N_("days"),
        most=365,
    )
    visit_yellow_days: int = _rule(
        90,
        group="visits",
        label=N_("Visit due"),
        help=N_("On the map a village not visited for longer than this is yellow."),
        unit=N_("days"),
        least=1,
        most=3650,
    )
    visit_red_days: int = _rule(
        180,
        group="visits",
        label=N_("Visit overdue"),
        help=N_("On the map a village not visited for longer than this is red."),
        unit=N_("days"),
        least=1,
        most=3650,
    )
    service_groups: tuple[str, ...] = _rule(
        (),
        group="visits",
        label=N_("Service groups"),
        help=N_("Offered when a visit is recorded; one a line. Others can be typed."),
    )
    project_yellow_points: float = _rule(
        10.0,
        group="projects",
        label=N_("Watch"),
        help=N_("A project at least so far behind its planned progress is to be watched."),
        unit=N_("points"),
        most=100,
    )
    project_red_points: float = _rule(
        30.0,
        group="projects",
        label=N_("Behind"),
        help=N_("A project more than so far behind its planned progress is behind."),
        unit=N_("points"),
        most=100,
    )
    project_late_months: int = _rule(
        3,
        group="projects",
        label=N_("Late start"),
        help=N_("A project that did not start so long after its planned start is behind."),
        unit=N_("months"),
        most=120,
    )
    project_overrun_percent: float = _rule(
        10.0,
        group="projects",
        label=N_("Overrun"),
        help=N_("A settlement more than so far above the estimate stands out."),
        unit="%",
        most=1000,
    )
    project_kinds: tuple[str, ...] = _rule(
        (
            *("道路", "坑塘沟渠", "小型水利", "活动场所", "村容环境", "污水厕所", "拆违"),
            *("和美乡村", "其他"),
        ),
        group="projects",
        label=N_("Kinds of projects"),
        help=N_("Offered when a project is registered; one a line. Others can be typed."),
    )
    project_channels: tuple[str, ...] = _rule(
        (
            *("一事一议奖补", "美丽乡村", "千万工程", "衔接资金", "县镇配套", "自筹", "捐赠"),
            "债券",
        ),
        group="projects",
        label=N_("Channels of funds"),
        help=N_("Offered when funds are recorded; one a line. Others can be typed."),
    )
    notice_days: int = _rule(
        10,
        group="votes",
        label=N_("Notice of a vote"),
        help=N_("A meeting announced later than so long before it is not in order."),
        unit=N_("days"),
        most=365,
    )
    operating_income_floor: int = _rule(
        150_000,
        group="lagging",
        label=N_("Floor of operating income"),
        help=N_("A former village under it is listed as lagging."),
        unit=N_("yuan a year"),
    )
    total_income_floor: int = _rule(
        300_000,
        group="lagging",
        label=N_("Floor of total income"),
        help=N_("A former village under it is listed as lagging."),
        unit=N_("yuan a year"),
    )
    satisfied_floor_percent: float = _rule(
        60.0,
        group="lagging",
        label=N_("Residents satisfied"),
        help=N_("A village stands out where fewer of those asked are satisfied."),
        unit="%",
        most=100,
    )
    vacant_months: float = _rule(
        3.0,
        group="lagging",
        label=N_("No party secretary"),
        help=N_("A village stands out that has had none for longer."),
        unit=N_("months"),
        most=120,
    )
    flagged_round: int = _rule(
        2,
        group="lagging",
        label=N_("Handed over again"),
        help=N_("A village stands out that has an open problem handed over so often."),
        unit=N_("times"),
        least=1,
        most=20,
    )
    shrink_households: int = _rule(
        50,
        group="lagging",
        label=N_("Small villages"),
        help=N_("Rates per household are drawn to the town's as if so many more lived there."),
        unit=N_("households"),
        most=10_000,
    )
    lag_indicators: tuple[str, ...] = _rule(
        LINES,
        group="lagging",
        label=N_("Indicators of the score"),
        help=N_(
            "What counts, and how much; one a line:"
            " indicator|weight|value without lag|value of full lag."
        ),
    )
    lag_effects: tuple[str, ...] = _rule(
        EFFECTS,
        group="lagging",
        label=N_("What projects reach"),
        help=N_(
            "Indicators that a kind of project may better; one a line: kind|indicator、indicator."
        ),
    )
    board_components: tuple[str, ...] = _rule(
        BOARD_LINES,
        group="boards",
        label=N_("Components of boards"),
        help=N_("What a quarter's board counts, and how much; one a line: component|weight."),
    )


RULES: dict[str, Field[Any]] = {rule.name: rule for rule in fields(Rules)}
"""The rules by name, in the order of the groups."""


def rules_from(stored: Mapping[str, Any]) -> Rules:
    """Return the rules of a year.

    Parameters
    ----------
    stored : mapping
        Name → value as `plain_rule` keeps it, of the rules that were set; names that are no
        longer known are ignored, for a database may be older than the program.
    """
    return Rules(
        **{name: KINDS[kind_of(name)].kept(v) for name, v in stored.items() if name in RULES}
    )


def kind_of(name: str) -> str:
    """Return the kind of a rule's value: a key of `KINDS`.

    Raises
    ------
    InputError
        If there is no such rule.
    """
    if name not in RULES:
        raise InputError(N_("There is no rule %(name)s."), name=name)
    default = RULES[name].default
    if isinstance(default, tuple):
        return _LISTS.get(name, "texts")
    return "count" if isinstance(default, int) else "number"


def read_rule(name: str, text: str) -> Any:
    """Return the value of a rule as somebody typed it.

    Raises
    ------
    InputError
        If there is no such rule, or the text is no value of it.
    """
    value = KINDS[kind_of(name)].read(text)
    about = RULES[name].metadata
    if not isinstance(value, tuple) and not about["least"] <= value <= about["most"]:
        raise InputError(
            N_("Give a number from %(least)s to %(most)s."),
            least=f"{about['least']:,}",
            most=f"{about['most']:,}",
        )
    return value


def rule_text(name: str, value: Any) -> str:
    """Return a value of a rule as one types it."""
    return KINDS[kind_of(name)].text(value)


def plain_rule(name: str, value: Any) -> Any:
    """Return a value of a rule as JSON can keep it."""
    return KINDS[kind_of(name)].plain(value)


_LISTS = {
    "days_off": "days",
    "days_worked": "days",
    "checklist_items": "items",
    "lag_indicators": "lag",
    "lag_effects": "effects",
    "board_components": "boards",
}
