"""The themes that the map offers: what each shows, in which unit, in which classes at first."""

from collections.abc import Callable

import pandas as pd

from geo_tracker.language import N_, Message
from geo_tracker.maps.lag_theme import LAG_THEME
from geo_tracker.maps.ramps import LIGHTS, MERGED, UNTOUCHED, sequential
from geo_tracker.maps.themes import Category, Theme

Values = Callable[[pd.DataFrame], pd.Series]

GROUPS: dict[str, Message] = {
    "merger": Message(N_("Merger")),
    "consent": Message(N_("Consent")),
    "money": Message(N_("Money of projects")),
    "projects": Message(N_("Projects")),
    "problems": Message(N_("Problems")),
    "visits": Message(N_("Visits")),
    "lagging": Message(N_("Lagging villages")),
    "people": Message(N_("People")),
    "income": Message(N_("Income of the village")),
}
"""Groups of themes in the order of the list."""

UNITS: dict[str, Message] = {
    "percent": Message("%"),
    "wan": Message(N_("10,000 yuan")),
    "yuan": Message(N_("yuan")),
    "projects": Message(N_("projects")),
    "problems": Message(N_("problems")),
    "days": Message(N_("days")),
    "people": Message(N_("people")),
    "per_km2": Message(N_("people per km²")),
    "households": Message(N_("no. of households")),
    "groups": Message(N_("no. of groups")),
    "points": Message(N_("points of lag")),
}

_FEN_OF_WAN = 1_000_000
_FEN = 100
_NO_VOTE = Message(N_("no vote recorded"))
_NO_PROJECT = Message(N_("no project recorded"))
_NO_PROBLEM = Message(N_("no problem ever registered"))
_NO_AMOUNT = Message(N_("no amount recorded"))


def _amount(column: str, scale: float = 1) -> Values:
    return lambda units: units[column].astype("Float64") / scale


def _ratio(upper: str, lower: str, factor: float) -> Values:
    def values(units: pd.DataFrame) -> pd.Series:
        below = units[lower].astype("Float64")
        return units[upper].astype("Float64") / below.where(below > 0) * factor

    return values


def _code(column: str) -> Values:
    return lambda units: units[column]


def _number_of_formers(units: pd.DataFrame) -> pd.Series:
    return units["formers"].clip(upper=5)


def _number_of_reasons(units: pd.DataFrame) -> pd.Series:
    return units["lag_reasons"].clip(upper=len(_REASON_COUNTS) - 1)


def _counted(texts: list[Message], ramp: str) -> list[Category]:
    colours = sequential(ramp, len(texts))
    return [
        Category(number, text, colour)
        for number, (text, colour) in enumerate(zip(texts, colours, strict=True))
    ]


_FORMER_COUNTS = [
    Category(number + 1, category.label, category.color)
    for number, category in enumerate(
        _counted(
            [
                Message(N_("1 village")),
                *(Message(N_("%(count)s villages"), {"count": count}) for count in (2, 3, 4)),
                Message(N_("5 villages or more")),
            ],
            "blues",
        )
    )
]

_REASON_COUNTS = _counted(
    [
        Message(N_("no reason")),
        Message(N_("1 reason")),
        Message(N_("2 reasons")),
        Message(N_("3 reasons or more")),
    ],
    "purples",
)

_LIGHT_CLASSES = [
    Category("red", Message(N_("far behind plan")), LIGHTS["red"]),
    Category("yellow", Message(N_("behind plan")), LIGHTS["yellow"]),
    Category("green", Message(N_("on plan")), LIGHTS["green"]),
    Category("unknown", Message(N_("no plan known")), LIGHTS["unknown"]),
    Category("finished", Message(N_("all finished")), LIGHTS["finished"]),
]


def _figure(column: str, title: Message, group: str, unit: str, ramp: str = "blues") -> Theme:
    money = column.endswith("_fen")
    return Theme(
        key=column.removesuffix("_fen"),
        title=title,
        note=Message(N_("Of a merged village: the sum of its former ones")),
        former_note=Message(N_("The village's own figure")),
        group=group,
        values=_amount(column, _FEN_OF_WAN if money else 1),
        unit=unit,
        counts=not money,
        ramp=ramp,
        summed=column,
        source="figures",
    )


def _problems(column: str, title: Message, note: Message) -> Theme:
    return Theme(
        key=column,
        title=title,
        note=note,
        group="problems",
        values=_amount(column),
        unit="problems",
        counts=True,
        method="fixed",
        breaks=(1, 2, 3, 6),
        ramp="ochres",
        summed=column,
        source="problems",
        absent=_NO_PROBLEM,
    )


THEMES: dict[str, Theme] = {
    theme.key: theme
    for theme in (
        Theme(
            key="merged",
            title=Message(N_("Merged or not")),
            note=Message(N_("Villages that arose from a merger")),
            former_note=Message(N_("Former villages that merged")),
            group="merger",
            values=_code("merged"),
            categories=(
                Category(True, Message(N_("Merged")), MERGED),
                Category(False, Message(N_("Not merged")), UNTOUCHED),
            ),
            source="layers",
        ),
        Theme(
            key="formers",
            title=Message(N_("Number of former villages")),
            note=Message(N_("How many former villages each village consists of")),
            former_note=Message(N_("How many former villages the merged village consists of")),
            group="merger",
            values=_number_of_formers,
            categories=_FORMER_COUNTS,
            source="layers",
        ),
        Theme(
            key="consent",
            title=Message(N_("Consent of those present")),
            note=Message(N_("Agreed, of those present at the meeting")),
            group="consent",
            values=_ratio("agree", "present", 100),
            unit="percent",
            method="fixed",
            breaks=(90, 95, 98, 99, 100),
            top=100,
            ramp="ochres",
            dark_low=True,
            pooled=("agree", "present", 100),
            source="votes",
            absent=_NO_VOTE,
        ),
        Theme(
            key="consent_of_eligible",
            title=Message(N_("Consent of those eligible")),
            note=Message(N_("Agreed, of all who were eligible, present or not")),
            group="consent",
            values=_ratio("agree", "eligible", 100),
            unit="percent",
            method="fixed",
            breaks=(50, 60, 70, 80, 90),
            top=100,
            ramp="ochres",
            dark_low=True,
            pooled=("agree", "eligible", 100),
            source="votes",
            absent=_NO_VOTE,
        ),
        Theme(
            key="budget",
            title=Message(N_("Budget")),
            note=Message(N_("Budgets of all projects; no project is no budget of zero")),
            group="money",
            values=_amount("budget_fen", _FEN_OF_WAN),
            unit="wan",
            ramp="greens",
            summed="budget_fen",
            source="projects",
            absent=_NO_AMOUNT,
        ),
        Theme(
            key="paid",
            title=Message(N_("Paid")),
            note=Message(N_("Paid on all projects")),
            group="money",
            values=_amount("paid_fen", _FEN_OF_WAN),
            unit="wan",
            ramp="greens",
            summed="paid_fen",
            source="projects",
            absent=_NO_AMOUNT,
        ),
        Theme(
            key="budget_per_head",
            title=Message(N_("Budget per head")),
            note=Message(N_("Budgets of all projects by registered population")),
            group="money",
            values=_ratio("budget_fen", "registered_population", 1 / _FEN),
            unit="yuan",
            ramp="greens",
            pooled=("budget_fen", "registered_population", 1 / _FEN),
            source="projects",
            absent=_NO_AMOUNT,
        ),
        Theme(
            key="paid_share",
            title=Message(N_("Paid of budget")),
            note=Message(N_("Of projects whose budget and payments are both recorded")),
            group="money",
            values=_ratio("paid_of_both_fen", "budget_of_both_fen", 100),
            unit="percent",
            method="fixed",
            breaks=(20, 40, 60, 80, 100),
            ramp="greens",
            pooled=("paid_of_both_fen", "budget_of_both_fen", 100),
            source="projects",
            absent=_NO_AMOUNT,
        ),
        Theme(
            key="projects",
            title=Message(N_("Number of projects")),
            note=Message(N_("Remediation projects recorded")),
            group="projects",
            values=_amount("projects"),
            unit="projects",
            counts=True,
            method="fixed",
            breaks=(1, 2, 3, 5, 8),
            ramp="teals",
            summed="projects",
            source="projects",
        ),
        Theme(
            key="progress",
            title=Message(N_("Project progress")),
            note=Message(N_("Mean progress of all projects, weighted by budget")),
            group="projects",
            values=_ratio("progress_fen", "progress_of_fen", 100),
            unit="percent",
            method="fixed",
            breaks=(20, 40, 60, 80, 100),
            top=100,
            ramp="teals",
            pooled=("progress_fen", "progress_of_fen", 100),
            source="projects",
            absent=_NO_PROJECT,
        ),
        Theme(
            key="light",
            title=Message(N_("Project light")),
            note=Message(N_("The worst light of the projects that are still open")),
            group="projects",
            values=_code("light"),
            categories=_LIGHT_CLASSES,
            source="projects",
            absent=_NO_PROJECT,
        ),
        _problems(
            "open_problems",
            Message(N_("Open problems")),
            Message(N_("Registered and not yet confirmed as solved")),
        ),
        _problems(
            "overdue_problems",
            Message(N_("Overdue problems")),
            Message(N_("Handed to a unit and not solved by the due date")),
        ),
        _problems(
            "problems_again",
            Message(N_("Problems handed over again")),
            Message(N_("Handed over a second time or more often, solved since or not")),
        ),
        Theme(
            key="days_since_visit",
            title=Message(N_("Days since the last visit")),
            note=Message(N_("Since somebody visited the village or one of its former ones")),
            former_note=Message(N_("Since somebody visited the former village itself")),
            group="visits",
            values=_amount("days_since_visit"),
            unit="days",
            counts=True,
            method="fixed",
            breaks=(31, 91, 181, 366),
            ramp="teals",
            source="visits",
            absent=Message(N_("never visited")),
        ),
        LAG_THEME,
        Theme(
            key="lag_reasons",
            title=Message(N_("Reasons to look closer")),
            note=Message(
                N_(
                    "How many flags are raised, such as income under a floor, an open petition, a "
                    "project far behind: of the former village with most of them"
                )
            ),
            former_note=Message(
                N_(
                    "How many flags are raised, such as income under a floor, an open petition, a "
                    "project far behind"
                )
            ),
            group="lagging",
            values=_number_of_reasons,
            categories=_REASON_COUNTS,
            source="lag",
        ),
        Theme(
            key="weakest_income",
            title=Message(N_("Income per head of the weakest")),
            note=Message(N_("Operating income per head of the weakest former village")),
            former_note=Message(N_("The former village's own operating income per head")),
            group="lagging",
            values=_amount("weakest_income_fen", _FEN),
            unit="yuan",
            ramp="purples",
            dark_low=True,
            source="figures",
        ),
        _figure("registered_population", Message(N_("Registered population")), "people", "people"),
        _figure("resident_population", Message(N_("Resident population")), "people", "people"),
        Theme(
            key="density",
            title=Message(N_("Population density")),
            note=Message(N_("Registered population by area")),
            group="people",
            values=_ratio("registered_population", "area_m2", 1e6),
            unit="per_km2",
            pooled=("registered_population", "area_m2", 1e6),
            source="figures",
        ),
        _figure("households", Message(N_("Households")), "people", "households"),
        _figure("groups", Message(N_("Villagers' groups")), "people", "groups"),
        _figure("party_members", Message(N_("Party members")), "people", "people"),
        _figure("total_income_fen", Message(N_("Total income")), "income", "wan", "purples"),
        _figure(
            "operating_income_fen", Message(N_("Operating income")), "income", "wan", "purples"
        ),
        Theme(
            key="income_per_head",
            title=Message(N_("Operating income per head")),
            note=Message(N_("Operating income by registered population")),
            group="income",
            values=_ratio("operating_income_fen", "registered_population", 1 / _FEN),
            unit="yuan",
            ramp="purples",
            pooled=("operating_income_fen", "registered_population", 1 / _FEN),
            source="figures",
        ),
    )
}
"""The themes by key, in the order of the list within their groups."""
