"""The lag profile of one village: what its score is made of, in words and numbers."""

from typing import Any

from flask import url_for
from flask_babel import gettext as _

from geo_tracker.errors import NotFoundError
from geo_tracker.followup.lag_lines import BY_CODE, DOMAINS, effect_lines
from geo_tracker.indicators.lag_effects import project_effects
from geo_tracker.indicators.lag_score import LagIndicator
from geo_tracker.language import N_
from geo_tracker.web.lag import ShownLag, domain_parts, names_of, score_values, shown_lag
from geo_tracker.web.money import or_none, yuan
from geo_tracker.web.register import Register
from geo_tracker.web.register_projects import recorded_on
from geo_tracker.web.texts import shown
from geo_tracker.web.village_links import map_url, village_link
from geo_tracker.workflows.lag import LagSide


def profile(held: Register, found: ShownLag, unit_id: int) -> dict[str, Any]:
    """Return what the page of a village's score shows; see the template."""
    lag = found.lag
    of_former = unit_id in lag.formers.scores.index
    side = lag.formers if of_former else lag.villages
    row = side.table.loc[unit_id]
    scored = score_values(row)
    is_ranked = scored["score"] is not None
    whole = lag.merged.get(unit_id) if of_former else unit_id
    return scored | {
        "unit": village_link(held.units, unit_id),
        "county": or_none(held.units.at[unit_id, "county"]),
        "town": or_none(held.units.at[unit_id, "town"]),
        "is_former": of_former,
        "merged": village_link(held.units, whole) if of_former else None,
        "map_url": map_url(unit_id),
        "year": held.data_on.year,
        "known": float(row["known"]),
        "ranked": int(side.table["rank"].notna().sum()),
        "median_rank": or_none(row["median_rank"]),
        "worst_decile": or_none(row["worst_decile"]),
        "hidden": of_former and bool(lag.hidden.at[unit_id, "hidden"]),
        "domain_parts": domain_parts(side.domain_points(unit_id)),
        "missing": names_of(side.missing(unit_id)),
        "domains": _domains(side, unit_id, lag.indicators, ranked=is_ranked),
        "effects": _effects(held, side, lag.indicators, unit_id) if is_ranked else [],
        "siblings": _siblings(held, found, whole),
        "attention": _attention(held, found, unit_id) if of_former else None,
    }


def panel_lag(held: Register, unit_id: int) -> dict[str, Any]:
    """Return a village's score in short, beside those of its former villages.

    Parameters
    ----------
    held : Register
        The register.
    unit_id : int
        A village; a former one is shown within the village that it became.

    Returns
    -------
    dict
        The values that ``templates/map/_lag.html`` names at its head.

    Raises
    ------
    NotFoundError
        If there is no such village.
    """
    found = shown_lag()
    lag = found.lag
    focus, whole = None, or_none(lag.merged.get(unit_id))
    if whole is not None:
        focus, unit_id = unit_id, int(whole)
    side = lag.villages if unit_id in lag.villages.scores.index else lag.formers
    if unit_id not in side.scores.index:
        raise NotFoundError(N_("There is no village %(id)s."), id=unit_id)
    row = side.table.loc[unit_id]
    return {
        "focus": focus,
        "lag": score_values(row)
        | {
            "unit_id": unit_id,
            "ranked": int(side.table["rank"].notna().sum()),
            "missing": names_of(side.missing(unit_id)),
            "siblings": _siblings(held, found, unit_id),
        },
    }


def _domains(
    side: LagSide, unit_id: int, indicators: list[LagIndicator], *, ranked: bool
) -> list[dict[str, Any]]:
    """Return the indicators by domain, those that say most of a village's lag first."""
    whole = sum(one.weight for one in indicators)
    rows: dict[str, list[dict[str, Any]]] = {code: [] for code in DOMAINS}
    for one in indicators:
        meaning = BY_CODE[one.code]
        rows[meaning.domain].append(
            {
                "name": _(meaning.name),
                "unit": _(meaning.unit) if meaning.unit else None,
                "value": or_none(side.values.at[unit_id, one.code]),
                "best": one.best,
                "worst": one.worst,
                "points": or_none(side.points.at[unit_id, one.code]),
                "weight": one.weight / whole,
                "contribution": or_none(side.contributions.at[unit_id, one.code])
                if ranked
                else None,
                "from_file": meaning.from_file,
            }
        )
    return [
        {
            "code": code,
            "name": shown(name),
            "indicators": rows[code],
            "contribution": sum(row["contribution"] or 0 for row in rows[code]) if ranked else None,
        }
        for code, name in DOMAINS.items()
        if rows[code]
    ]


def _effects(
    held: Register, side: LagSide, indicators: list[LagIndicator], unit_id: int
) -> list[dict[str, Any]]:
    """Return what the open projects of a village could move at most, the most for money first."""
    projects = held.projects
    own = recorded_on(projects).eq(unit_id).fillna(False)
    open_ = projects[own & projects["is_open"].astype(bool)]
    effects = project_effects(
        open_.assign(unit_id=unit_id),
        side.points,
        indicators,
        reached=effect_lines(held.rules.lag_effects),
    )
    rows = open_.loc[effects.index, ["project_id", "name", "kind", "budget_fen"]].join(effects)
    rows = rows[rows["points"] > 0].sort_values("points_per_wan", ascending=False)
    return [
        {
            "url": url_for("project.show", project_id=int(row["project_id"])),
            "name": row["name"],
            "indicators": names_of(row["codes"]),
            "budget": yuan(row["budget_fen"]),
            "points": row["points"],
            "low": row["low"],
            "high": row["high"],
            "points_per_wan": or_none(row["points_per_wan"]),
        }
        for row in rows.to_dict("records")
    ]


def _siblings(held: Register, found: ShownLag, whole: Any) -> list[dict[str, Any]]:
    """Return the former villages of a merged one, the furthest behind first."""
    lag = found.lag
    if whole is None:
        return []
    parts = lag.merged.index[lag.merged.eq(whole).fillna(False)]
    table = lag.formers.table.loc[parts].sort_values("rank", na_position="last")
    hidden = lag.hidden["hidden"]
    return [
        {
            "unit": village_link(held.units, unit_id),
            "score": or_none(row["score"]),
            "rank": or_none(row["rank"]),
            "hidden": bool(hidden.at[unit_id]),
            "parts": domain_parts(lag.formers.domain_points(int(unit_id))),
        }
        for unit_id, row in table.iterrows()
    ]


def _attention(held: Register, found: ShownLag, unit_id: int) -> dict[str, Any]:
    row = found.attention.loc[unit_id]
    return {
        "paid": yuan(held.formers.at[unit_id, "paid_fen"]),
        "paid_per_head": yuan(row["paid_per_head_fen"]),
        "last_visit_on": or_none(row["last_visit_on"]),
        "overlooked": bool(row["overlooked"]),
    }
