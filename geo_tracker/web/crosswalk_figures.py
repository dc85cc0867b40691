"""Figures of the register carried along the links of one step."""

from dataclasses import dataclass
from datetime import date

import pandas as pd

from geo_tracker.language import N_
from geo_tracker.lineage.crosswalk import Carried, carried, crosswalk_weights
from geo_tracker.web.register import FIGURES, Register
from geo_tracker.web.register_projects import recorded_on
from geo_tracker.workflows.crosswalk_export import Step, step_links

CARRIED_FIGURES: dict[str, tuple[str, str]] = {
    "households": (N_("Households"), "households"),
    "registered_population": (N_("Registered population"), "people"),
    "resident_population": (N_("Resident population"), "people"),
    "total_income_fen": (N_("Total income"), "money"),
    "operating_income_fen": (N_("Operating income"), "money"),
    "budget_fen": (N_("Budget of projects"), "money"),
    "paid_fen": (N_("Paid on projects"), "money"),
}
"""What can be carried: its name, and what it counts."""


@dataclass(frozen=True)
class CarriedStep:
    """One figure of all villages of a step, carried.

    Attributes
    ----------
    found : Carried
        Sources and targets are unit ids; the one column is ``figure``, whole units or fen.
    sources, targets : DataFrame
        Versions of the villages of both sides, by ``unit_id``.
    weighed_by : dict of str to int
        How many sources give whole, by people, by area, to nobody.
    dates : tuple of date
        First and last date the figures hold at; empty where there are none.
    import_ids : list of int
        Where they came from.
    summed : int
        Sources whose figure is the sum of their former villages'.
    """

    found: Carried
    sources: pd.DataFrame
    targets: pd.DataFrame
    weighed_by: dict[str, int]
    dates: tuple[date, ...]
    import_ids: list[int]
    summed: int


def carried_step(held: Register, step: Step, figure: str, *, back: bool) -> CarriedStep:
    """Carry a figure of the register from former to merged villages, or back.

    Parameters
    ----------
    held : Register
        The register.
    step : Step
        Which layers.
    figure : str
        One of `CARRIED_FIGURES`.
    back : bool
        From merged villages to former ones: what is recorded on the merged village, else the sum of
        its former ones, where all are known.
    """
    before, after = (
        held.versions[held.versions["layer_id"] == layer].drop_duplicates("unit_id")
        for layer in (step.before_id, step.after_id)
    )
    before, after = before.set_index("unit_id"), after.set_index("unit_id")
    links = step_links(held.versions, held.edges, held.figures, step)
    links = links[links["accepted"]]
    known = _known(held, figure, before.index, held.figures["as_of_on"] < step.after_on)
    weights = crosswalk_weights(links)
    summed = 0
    if back:
        there = carried(known[["figure"]], weights).figures
        sums = there["figure"].where(there["figure_known"] == there["sources"])
        own = _known(
            held,
            figure,
            after.index.difference(before.index),
            held.figures["as_of_on"] >= step.after_on,
        )
        is_sum = own["figure"].reindex(after.index).isna() & sums.reindex(after.index).notna()
        origins = known if is_sum.any() else known.iloc[:0]
        if figure in FIGURES:
            values = own["figure"].reindex(after.index).fillna(sums.reindex(after.index))
            summed = int((is_sum & ~after.index.isin(before.index)).sum())
        else:
            # Money of projects stands on the village they were begun for, former or merged.
            values = sums.reindex(after.index) + own["figure"].reindex(after.index).fillna(0)
        origins = pd.concat([origins, own])
        known = pd.DataFrame({"figure": values.astype("Int64")})
        weights = crosswalk_weights(links, back=True)
    else:
        origins = known
    used = origins[origins["figure"].notna() & origins["as_of_on"].notna()]
    return CarriedStep(
        found=carried(known[["figure"]], weights),
        sources=after if back else before,
        targets=before if back else after,
        weighed_by=_weighed_by(weights),
        dates=tuple(sorted({used["as_of_on"].min(), used["as_of_on"].max()})) if len(used) else (),
        import_ids=sorted({int(run) for run in used["import_id"].dropna()}),
        summed=summed,
    )


def _weighed_by(weights: pd.DataFrame) -> dict[str, int]:
    main = weights.sort_values("weight", kind="stable").drop_duplicates("source_id", keep="last")
    counts = main["weight_by"].value_counts()
    return {by: int(counts.get(by, 0)) for by in ("whole", "people", "area", "nobody")}


def _known(held: Register, figure: str, units: pd.Index, right_side: pd.Series) -> pd.DataFrame:
    """Return ``figure``, ``as_of_on`` and ``import_id`` of villages.

    Of several the newest on the right side of the change, else the newest.
    """
    if figure in FIGURES:
        rows = held.figures.assign(right_side=right_side)
        rows = rows[rows["unit_id"].isin(units)].sort_values("right_side", kind="stable")
        newest = rows.drop_duplicates("unit_id", keep="last").set_index("unit_id")
        found = newest[[figure, "as_of_on", "import_id"]].rename(columns={figure: "figure"})
        return found.reindex(units).astype({"figure": "Int64"})
    own = recorded_on(held.projects)
    projects = held.projects[own.isin(units)]
    grouped = projects.groupby(own[own.isin(units)])
    # A village without projects has none to pay for: that is known.
    sums = grouped[figure].sum(min_count=1).astype("Int64").reindex(units)
    counts = grouped.size().reindex(units).fillna(0)
    complete = grouped[figure].count().reindex(units).fillna(0) == counts
    return pd.DataFrame(
        {
            "figure": sums.mask(counts == 0, 0).where(complete),
            "as_of_on": held.data_on,
            "import_id": grouped["import_id"].first().reindex(units),
        },
        index=units,
    )


def totals_by_place(step: CarriedStep, level: str) -> pd.DataFrame:
    """Return both sides of the account by county or town.

    Parameters
    ----------
    step : CarriedStep
        What was carried.
    level : str
        ``county`` or ``town``.

    Returns
    -------
    DataFrame
        By code (missing places as ""): ``name``, ``sources``, ``known`` (of them),
        ``source_total``, ``targets``, ``carried_total``, ``nobody_total``, ``crossed`` (what came
        over the border beyond what went).
    """
    code = f"{level}_code"
    of_source, of_target = (side[code].fillna("") for side in (step.sources, step.targets))
    parts = step.found.parts
    lost = parts[parts["target_id"].isna()]
    per_source = parts.groupby("source_id")["figure"].sum(min_count=1)
    stated = per_source.reindex(step.sources.index)
    arrived = step.found.figures["figure"].reindex(step.targets.index)
    totals = pd.DataFrame(
        {
            "sources": of_source.groupby(of_source).size(),
            "known": stated.groupby(of_source).count(),
            "source_total": stated.groupby(of_source).sum(),
            "targets": of_target.groupby(of_target).size(),
            "carried_total": arrived.groupby(of_target).sum(),
            "nobody_total": lost["figure"].groupby(lost["source_id"].map(of_source)).sum(),
        }
    )
    totals = totals.astype("Int64").fillna(0)
    gone = totals["source_total"] - totals["nobody_total"]
    totals["crossed"] = totals["carried_total"] - gone
    both = pd.concat([step.sources, step.targets])
    names = both.dropna(subset=code).drop_duplicates(code).set_index(code)[level]
    totals["name"] = [names.get(place) for place in totals.index]
    return totals.sort_index()
