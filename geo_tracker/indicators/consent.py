"""Votes: their rates, whether their record is in order, and what a city's votes amount to."""

from dataclasses import dataclass

import pandas as pd

from geo_tracker.language import N_, Message

NOTICE_DAYS = 10
"""Days between notice and meeting that the law asks for."""


def vote_rates(
    votes: pd.DataFrame, *, notice_days: "pd.Series | int" = NOTICE_DAYS
) -> pd.DataFrame:
    """Compute each vote's rates and check its record.

    Parameters
    ----------
    votes : DataFrame
        One row per meeting: ``form``, ``notice_on``, ``held_on`` (dates), ``eligible``,
        ``present``, ``issued``, ``returned``, ``agree``, ``oppose``, ``abstain``, ``invalid``
        (whole numbers, missing where not recorded).
    notice_days : int or Series of int
        Days of notice that were needed, of each vote where they differ.

    Returns
    -------
    DataFrame
        Same index: ``consent_of_present``, ``consent_of_eligible``, ``turnout`` (shares in 0–1,
        missing where the denominator is zero), ``unanimous`` (all present agreed, by counts),
        ``checks`` (list of Message, what is not in order), ``in_order``.

    Notes
    -----
    Rules of the Organic Law of Villagers' Committees as the domain reference (§4) states them: a
    villagers' meeting needs over half of the adults, representatives of households two thirds; it
    passes on over half of those present; a merger needs a villagers' meeting and ten days' notice.
    """
    eligible, present, agree = (
        votes[name].astype("Float64") for name in ("eligible", "present", "agree")
    )
    needed = pd.Series(notice_days, index=votes.index)
    return pd.DataFrame(
        {
            "consent_of_present": (agree / present.where(present > 0)).astype(float),
            "consent_of_eligible": (agree / eligible.where(eligible > 0)).astype(float),
            "turnout": (present / eligible.where(eligible > 0)).astype(float),
            "unanimous": (agree.eq(present) & present.gt(0)).fillna(False).astype(bool),
            "checks": (
                checks := [
                    _checks(vote, int(days))
                    for vote, days in zip(votes.itertuples(index=False), needed, strict=True)
                ]
            ),
            "in_order": [not found for found in checks],
        },
        index=votes.index,
    )


def _checks(vote: tuple[object, ...], notice_days: int) -> list[Message]:
    found = []
    get = vote._asdict()  # type: ignore[attr-defined]
    counts = {name: None if pd.isna(get[name]) else int(get[name]) for name in _COUNTS}
    eligible, present = counts["eligible"], counts["present"]
    if (
        eligible is not None
        and present is not None
        and not _quorate(get["form"], present, eligible)
    ):
        found.append(
            Message(
                N_("no quorum: %(present)s of %(eligible)s present"),
                {"present": present, "eligible": eligible},
            )
        )
    agree = counts["agree"]
    if agree is not None and present is not None and agree * 2 <= present:
        found.append(
            Message(
                N_("not passed: %(agree)s of %(present)s present agreed"),
                {"agree": agree, "present": present},
            )
        )
    if not pd.isna(get["notice_on"]) and not pd.isna(get["held_on"]):
        days = (pd.Timestamp(get["held_on"]) - pd.Timestamp(get["notice_on"])).days
        if days < notice_days:
            found.append(
                Message(
                    N_("notice only %(days)s days before, %(needed)s are needed"),
                    {"days": days, "needed": notice_days},
                )
            )
    if get["form"] == "villagers_representatives":
        found.append(Message(N_("only representatives met; a merger needs a villagers' meeting")))
    returned = counts["returned"]
    given = [counts[name] for name in ("agree", "oppose", "abstain", "invalid")]
    if returned is not None and None not in given and sum(n or 0 for n in given) != returned:
        found.append(Message(N_("the ballots do not add up to those returned")))
    chain = [counts[name] for name in ("returned", "issued", "present", "eligible")]
    known = [count for count in chain if count is not None]
    if known != sorted(known):
        found.append(Message(N_("more ballots than voters")))
    return found


_COUNTS = (
    *("eligible", "present", "issued", "returned"),
    *("agree", "oppose", "abstain", "invalid"),
)


def _quorate(form: object, present: int, eligible: int) -> bool:
    if form == "household_representatives":
        return present * 3 >= eligible * 2
    if form == "villagers_representatives":
        return present * 3 >= eligible * 2
    return present * 2 > eligible


@dataclass(frozen=True)
class ConsentSummary:
    """What many votes amount to; shares lie in 0–1, None where nothing is known.

    Attributes
    ----------
    count : int
        Votes with a rate.
    mean_of_rates, mean_of_eligible : float or None
        Mean over villages of agree/present and of agree/eligible: every village counts alike.
    pooled : float or None
        Σagree/Σpresent: every voter counts alike.
    at_100_count, share_at_100
        Votes where all present agreed, by counts and not by rounded rates.
    """

    count: int
    mean_of_rates: float | None
    mean_of_eligible: float | None
    pooled: float | None
    at_100_count: int
    share_at_100: float | None


def consent_summary(votes: pd.DataFrame) -> ConsentSummary:
    """Sum up votes that `vote_rates` has rated.

    Parameters
    ----------
    votes : DataFrame
        ``agree``, ``present`` and the columns of `vote_rates`.
    """
    known = votes[votes["consent_of_present"].notna()]
    if known.empty:
        return ConsentSummary(0, None, None, None, 0, None)
    full = int(known["unanimous"].sum())
    return ConsentSummary(
        count=len(known),
        mean_of_rates=float(known["consent_of_present"].mean()),
        mean_of_eligible=float(known["consent_of_eligible"].mean()),
        pooled=int(known["agree"].sum()) / int(known["present"].sum()),
        at_100_count=full,
        share_at_100=full / len(known),
    )


TAIL = 0.05
"""The worst of this share of villages are told apart, since a mean of 99.7 % hides them."""


def consent_table(votes: pd.DataFrame, by: pd.Series) -> pd.DataFrame:
    """Sum up votes that `vote_rates` has rated, group by group.

    Parameters
    ----------
    votes : DataFrame
        As for `consent_summary`, and ``in_order``.
    by : Series
        The group of each vote, same index; votes without one are left out.

    Returns
    -------
    DataFrame
        By group: ``votes`` (with a rate), ``turnout`` (pooled), ``mean_of_rates``, ``pooled``,
        ``mean_of_eligible``, ``pooled_of_eligible``, ``share_at_100`` (shares in 0–1), ``at_100``,
        ``lowest``, ``tail`` (mean of rates of the worst `TAIL` of its villages, of one at least),
        ``tail_count``, ``not_in_order`` (votes, those without a rate too). A sum that lacks a
        count is taken of the votes that have both.
    """
    rows = {}
    for group, of_group in votes.groupby(by):
        known = of_group[of_group["consent_of_present"].notna()]
        summary = consent_summary(of_group)
        rates = known["consent_of_present"].sort_values()
        tail = rates.head(max(1, round(len(rates) * TAIL)))
        eligible = of_group[of_group["consent_of_eligible"].notna()]
        voters = int(eligible["eligible"].sum())
        met = of_group[of_group["turnout"].notna()]
        called = int(met["eligible"].sum())
        rows[group] = {
            "votes": summary.count,
            "turnout": int(met["present"].sum()) / called if called else None,
            "mean_of_rates": summary.mean_of_rates,
            "pooled": summary.pooled,
            "mean_of_eligible": summary.mean_of_eligible,
            "pooled_of_eligible": int(eligible["agree"].sum()) / voters if voters else None,
            "at_100": summary.at_100_count,
            "share_at_100": summary.share_at_100,
            "lowest": float(rates.iloc[0]) if len(rates) else None,
            "tail": float(tail.mean()) if len(tail) else None,
            "tail_count": len(tail),
            "not_in_order": int((~of_group["in_order"]).sum()),
        }
    columns = [
        *("votes", "turnout", "mean_of_rates", "pooled", "mean_of_eligible", "pooled_of_eligible"),
        *("at_100", "share_at_100", "lowest", "tail", "tail_count", "not_in_order"),
    ]
    return pd.DataFrame.from_dict(rows, orient="index", columns=columns)
