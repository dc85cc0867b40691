"""Which former villages need a person, and how much hangs on each."""

from hashlib import sha256
from typing import NamedTuple

import numpy as np
import pandas as pd

from geo_tracker.language import N_
from geo_tracker.lineage.events import REVIEW_BELOW

REASONS = {
    "conflict": N_("Merger table and boundaries name different villages"),
    "since_decision": N_("Something new was found after the decision"),
    "no_successor": N_("No successor is known"),
    "reallocation": N_("Several villages regrouped into several"),
    "low_confidence": N_("The link is uncertain"),
}
"""Why a former village needs a person."""

STATES = ("open", "decided", "undoubted", "agreed")
"""``open``: a person is needed; ``undoubted``: the ground alone says so, nothing speaks against it;
``agreed``: ground and table say the same."""

_NEVER_IN_BULK = {"conflict", "since_decision", "no_successor"}
_FEN_IN_WAN = 1_000_000


class Stake(NamedTuple):
    """What stands in for a number that is not known: the median of those known, or None."""

    people: float | None
    budget_fen: float | None


def review_cases(
    edges: pd.DataFrame, decisions: pd.DataFrame, ended: pd.Index | None = None
) -> pd.DataFrame:
    """Say of every former village whether a person is needed, and why.

    Parameters
    ----------
    edges : DataFrame
        Standing links: ``edge_id``, ``from_unit_id``, ``to_unit_id``, ``event_type``, ``status``,
        ``said_by_geometry``, ``said_by_table``, ``conflict``, ``share_of_from`` (missing where the
        table alone says so), ``confidence`` (0–1), ``decision_id`` (missing where no decision
        looked at the link).
    decisions : DataFrame
        ``from_unit_id``, ``kind``, ``superseded_at`` of all decisions, the oldest first.
    ended : Index, optional
        Villages that are no more, with links or without.

    Returns
    -------
    DataFrame
        By ``from_unit_id``: ``state`` (`STATES`), ``reasons`` (list of `REASONS`), ``confidence``
        (of the least certain link proposed, 0 where there is none; no more than a rival that the
        table alone names leaves over), ``proposed`` (list of the successors that ground and table
        name, the largest first; whatever was decided), ``newest_edge_id`` (0 where there is none).
    """
    links = edges[edges["from_unit_id"] != edges["to_unit_id"]]
    binding = decisions[decisions["superseded_at"].isna() & ~decisions["kind"].isin(["note"])]
    word = binding.drop_duplicates("from_unit_id", keep="last").set_index("from_unit_id")["kind"]
    with_word = word.index[word != "reopen"]
    formers = pd.Index(links["from_unit_id"].unique(), name="from_unit_id")
    if ended is not None:
        formers = formers.union(ended.rename("from_unit_id"), sort=False)
    of_former = links.groupby("from_unit_id")
    is_proposed = links["said_by_geometry"] | (links["said_by_table"] & ~links["conflict"])
    found = links[is_proposed]
    found = found.sort_values("share_of_from", ascending=False, na_position="last", kind="stable")
    least = found.groupby("from_unit_id")["confidence"].min().reindex(formers)
    found = found.drop_duplicates(["from_unit_id", "to_unit_id"])
    rivals = links[~is_proposed & links["conflict"]].groupby("from_unit_id")["confidence"].max()
    least = least.clip(upper=1 - rivals.reindex(formers).fillna(0.0))
    proposed = found.groupby("from_unit_id")["to_unit_id"].agg(list)
    decided = formers.isin(with_word)
    regrouped = links["event_type"].eq("reallocation") & links["status"].ne("effective")
    conflict = _any(links, links["conflict"], formers)
    flags = {
        "conflict": conflict,
        "since_decision": _any(links, links["decision_id"].isna(), formers) & decided,
        "no_successor": least.isna().to_numpy() & ~decided,
        "reallocation": _any(links, regrouped, formers),
        # A conflict halves the confidence; to say so twice would tell nothing.
        "low_confidence": (least < REVIEW_BELOW).to_numpy() & ~conflict,
    }
    reasons = [
        [code for code, flag in zip(flags, row, strict=True) if flag]
        for row in zip(*flags.values(), strict=True)
    ]
    waiting = _any(links, links["status"].eq("proposed"), formers)
    is_open = (
        np.array([bool(codes) for codes in reasons], dtype=bool) & ~decided
        | flags["since_decision"]
    )
    state = np.select(
        [is_open, decided, waiting], ["open", "decided", "undoubted"], default="agreed"
    )
    return pd.DataFrame(
        {
            "state": state,
            "reasons": reasons,
            "confidence": least.fillna(0.0).to_numpy(),
            "proposed": [proposed.get(former, []) for former in formers],
            "newest_edge_id": of_former["edge_id"].max().reindex(formers).fillna(0).astype(int),
        },
        index=formers,
    )


def rejected_villages(decisions: pd.DataFrame) -> frozenset[int]:
    """Return the former villages of which a person said that they became nothing.

    Parameters
    ----------
    decisions : DataFrame
        As `review_cases`.
    """
    rejected = decisions["kind"].eq("reject") & decisions["superseded_at"].isna()
    return frozenset(decisions.loc[rejected, "from_unit_id"].tolist())


def _any(links: pd.DataFrame, flag: pd.Series, formers: pd.Index) -> np.ndarray:
    """Say of each former village whether one of its links is so."""
    return np.asarray(formers.isin(links.loc[flag.to_numpy(dtype=bool), "from_unit_id"]))


def by_consequence(
    cases: pd.DataFrame, people: pd.Series, budget_fen: pd.Series
) -> tuple[pd.DataFrame, Stake]:
    """Order cases by what hangs on them: (1 − confidence) × people × budget.

    Parameters
    ----------
    cases : DataFrame
        As `review_cases`.
    people, budget_fen : Series
        Of former villages, by unit; also of those that are no case. A missing number is not zero:
        the median of the villages where it is known stands in; where it is known of none, it is
        left out of the product.

    Returns
    -------
    DataFrame
        The cases with ``people``, ``budget_fen`` (missing where not known) and ``consequence``
        (people × 10,000 yuan), the highest first, the less certain first among equals.
    Stake
        The medians.
    """
    medians = Stake(*(_median(known) for known in (people, budget_fen)))
    own = [known.reindex(cases.index).astype("Float64") for known in (people, budget_fen)]
    weighed = [
        numbers.fillna(1.0 if median is None else median).astype(float)
        for numbers, median in zip(own, medians, strict=True)
    ]
    budget = weighed[1] if medians.budget_fen is None else weighed[1] / _FEN_IN_WAN
    ordered = cases.assign(
        people=own[0],
        budget_fen=own[1],
        consequence=(1 - cases["confidence"]) * weighed[0] * budget,
    )
    ordered["unit"] = ordered.index
    ordered = ordered.sort_values(
        ["consequence", "confidence", "unit"], ascending=[False, True, True], kind="stable"
    )
    return ordered.drop(columns="unit"), medians


def _median(known: pd.Series) -> float | None:
    numbers = known.dropna().astype(float)
    return None if numbers.empty else float(numbers.median())


def bulk_candidates(cases: pd.DataFrame, *, above: float) -> pd.DataFrame:
    """Return the cases that may be accepted together.

    Parameters
    ----------
    cases : DataFrame
        As `review_cases`.
    above : float
        Confidence (0–1) they have at least.

    Returns
    -------
    DataFrame
        Undecided cases, without those where table and ground disagree, where something was found
        after a decision, or where no successor is known: these a person looks at one by one.
    """
    alone = [not _NEVER_IN_BULK & set(codes) for codes in cases["reasons"]]
    waiting = cases["state"].isin(["open", "undoubted"])
    return cases[waiting & np.array(alone, dtype=bool) & (cases["confidence"] >= above)]


def bulk_stamp(candidates: pd.DataFrame) -> str:
    """Return something that differs when other villages or other successors are to be accepted."""
    rows = sorted(zip(candidates.index, candidates["newest_edge_id"], strict=True))
    return sha256(repr([(int(unit), int(edge)) for unit, edge in rows]).encode()).hexdigest()[:16]
