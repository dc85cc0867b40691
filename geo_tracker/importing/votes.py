"""What the law and arithmetic say about the counts of a meeting."""

from collections.abc import Iterator, Mapping
from typing import Any

from geo_tracker.importing.report import Severity
from geo_tracker.language import N_, Message


def vote_problems(vote: Mapping[str, Any]) -> Iterator[tuple[Severity, Message]]:
    """Check one meeting.

    Parameters
    ----------
    vote : mapping
        A row of a ``votes`` sheet; ``eligible``, ``present`` and ``agree`` are known.

    Yields
    ------
    (severity, Message)
        Errors are counts that cannot be; warnings are unusual counts, and meetings without
        quorum or majority, or in the wrong form. For the notice see `short_notice`.

    Notes
    -----
    Organic Law of Villagers' Committees: a villagers' meeting needs over half of the adults or two
    thirds of the households, decides by over half of those present, and a merger is decided by it.
    """
    yield from _impossible(vote)
    yield from _unusual(vote)
    yield from _against_the_rules(vote)


def _impossible(vote: Mapping[str, Any]) -> Iterator[tuple[Severity, Message]]:
    eligible, present, agree = vote["eligible"], vote["present"], vote["agree"]
    issued, returned = vote["issued"], vote["returned"]
    if present > eligible:
        yield "error", _message(N_("%(a)s present, but only %(b)s eligible."), present, eligible)
    if agree > present:
        yield "error", _message(N_("%(a)s agree, but only %(b)s were present."), agree, present)
    if issued is not None and returned is not None and returned > issued:
        yield "error", _message(N_("%(a)s ballots returned, but %(b)s issued."), returned, issued)
    counted = _counted(vote)
    if returned is not None and counted > returned:
        yield "error", _message(N_("%(a)s votes, but %(b)s ballots returned."), counted, returned)


def _unusual(vote: Mapping[str, Any]) -> Iterator[tuple[Severity, Message]]:
    present, issued, returned = vote["present"], vote["issued"], vote["returned"]
    if issued is not None and issued > present:
        text = N_("%(a)s ballots issued, but %(b)s present: were there mobile ballot boxes?")
        yield "warning", _message(text, issued, present)
    complete = vote["oppose"] is not None and vote["abstain"] is not None
    counted = _counted(vote)
    if returned is not None and complete and counted < returned:
        text = N_("%(a)s votes are counted of %(b)s ballots returned.")
        yield "warning", _message(text, counted, returned)
    if returned is None and counted > present:
        yield "warning", _message(N_("%(a)s votes, but %(b)s present."), counted, present)


def _against_the_rules(vote: Mapping[str, Any]) -> Iterator[tuple[Severity, Message]]:
    eligible, present, agree = vote["eligible"], vote["present"], vote["agree"]
    form = vote["form"] or ""
    by_representatives = "代表" in form
    by_households = "户" in form
    # Representatives, of households or of villagers, need two thirds; adults over half.
    quorate = 3 * present >= 2 * eligible if by_representatives else 2 * present > eligible
    if not quorate:
        yield "warning", _message(N_("No quorum: %(a)s of %(b)s were present."), present, eligible)
    if 2 * agree <= present:
        yield "warning", _message(N_("Not passed: %(a)s of %(b)s present agree."), agree, present)
    if by_representatives and not by_households:
        yield (
            "warning",
            Message(N_("A merger needs a villagers' meeting; this was one of representatives.")),
        )


def short_notice(vote: Mapping[str, Any], *, needed: int) -> Message | None:
    """Return that a meeting was announced fewer days ahead than needed; None where it was not so.

    ``vote``: a row as of `vote_problems`. How many are needed a rule of its year says.
    """
    if vote["notice_on"] is None:
        return None
    days = (vote["held_on"] - vote["notice_on"]).days
    if days >= needed:
        return None
    return _message(
        N_("Announced %(a)s days before the meeting; %(b)s are required."), days, needed
    )


def _counted(vote: Mapping[str, Any]) -> int:
    return sum(vote[choice] or 0 for choice in ("agree", "oppose", "abstain", "invalid"))


def _message(text: str, a: int, b: int) -> Message:
    return Message(text, {"a": a, "b": b})
