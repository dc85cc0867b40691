"""What conditions of policies may ask about: a fixed list of what is known of villages."""

from dataclasses import dataclass, field
from typing import Final, Literal

from geo_tracker.followup.lag_lines import DOMAINS, INDICATORS
from geo_tracker.language import N_, Message

GROUPS: Final = {
    "lag": N_("Lag"),
    "flag": N_("What stands out"),
    "economy": N_("People and money"),
    "indicator": N_("Indicators"),
    "place": N_("Which village"),
}


@dataclass(frozen=True)
class PolicyField:
    """Something known of villages.

    Attributes
    ----------
    code : str
        Its name in conditions and frames.
    group : str
        A code of `GROUPS`.
    kind : str
        ``number``; ``flag`` (yes or no); ``choice`` (one of ``words``); ``place`` (a name that
        some village has).
    name : Message
        What it is called.
    unit : str
        Of numbers; may be empty.
    words : dict
        Of choices: code → what it is called.
    """

    code: str
    group: str
    kind: Literal["number", "flag", "choice", "place"]
    name: Message
    unit: str = ""
    words: dict[str, str] = field(default_factory=dict)


_FLAGS = {
    "secretary_vacant": N_("no party secretary for long"),
    "dissatisfied": N_("residents are not satisfied"),
    "handed_over_again": N_("an open problem was handed over again"),
    "open_petition": N_("an open petition"),
    "operating_income_floor": N_("operating income under the floor"),
    "total_income_floor": N_("total income under the floor"),
    "behind_plan": N_("a project far behind plan"),
}

FLAG_FIELDS: Final = {
    name: {"operating_income_floor": "operating_income", "total_income_floor": "total_income"}.get(
        name, name
    )
    for name in _FLAGS
}
"""Field → code of the flag that raises it."""

DOMAIN_FIELDS: Final = {f"points_{code}": code for code in DOMAINS}
"""Field → domain whose points of lag it is."""

MONEY_FIELDS: Final = ("operating_income", "total_income", "net_assets", "debt")
PEOPLE_FIELDS: Final = ("households", "registered_population", "resident_population")

_WAN = N_("10,000 yuan")

_ALL = (
    PolicyField(
        "standing",
        "lag",
        "choice",
        Message(N_("how sure it lags")),
        words={
            "firm": N_("firmly among the worst tenth"),
            "borderline": N_("may be among the worst tenth"),
            "not": N_("not among the worst tenth"),
        },
    ),
    PolicyField("score", "lag", "number", Message(N_("score of lag")), N_("points of lag")),
    *(
        PolicyField(
            name,
            "lag",
            "number",
            Message(N_("points of lag: %(domain)s"), {"domain": DOMAINS[domain]}),
            N_("points of lag"),
        )
        for name, domain in DOMAIN_FIELDS.items()
    ),
    PolicyField("hidden", "lag", "flag", Message(N_("hidden in the merged village's average"))),
    *(PolicyField(name, "flag", "flag", Message(text)) for name, text in _FLAGS.items()),
    PolicyField("operating_income", "economy", "number", Message(N_("operating income")), _WAN),
    PolicyField("total_income", "economy", "number", Message(N_("total income")), _WAN),
    PolicyField("net_assets", "economy", "number", Message(N_("net assets")), _WAN),
    PolicyField("debt", "economy", "number", Message(N_("debt")), _WAN),
    PolicyField("households", "economy", "number", Message(N_("number of households"))),
    PolicyField(
        "registered_population",
        "economy",
        "number",
        Message(N_("registered population")),
        N_("people"),
    ),
    PolicyField(
        "resident_population", "economy", "number", Message(N_("resident population")), N_("people")
    ),
    *(
        PolicyField(one.code, "indicator", "number", Message(one.name), one.unit)
        for one in INDICATORS.values()
    ),
    PolicyField(
        "situation",
        "place",
        "choice",
        Message(N_("kind of village")),
        words={
            "former": N_("former village"),
            "merged": N_("merged village"),
            "untouched": N_("untouched village"),
        },
    ),
    PolicyField("county", "place", "place", Message(N_("county"))),
    PolicyField("town", "place", "place", Message(N_("town"))),
)

FIELDS: Final[dict[str, PolicyField]] = {one.code: one for one in _ALL}
"""By code, in the order in which forms offer them."""

assert len(FIELDS) == len(_ALL)  # noqa: S101 - no code stands for two things
