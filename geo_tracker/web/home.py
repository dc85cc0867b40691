"""总览: the register at a glance, every number a link to its rows."""

from typing import Any

import pandas as pd
from flask import Blueprint, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from geo_tracker.indicators.consent import consent_summary
from geo_tracker.web.context import read_session
from geo_tracker.web.filters import NOWHERE, place_filter
from geo_tracker.web.followup import worked_on
from geo_tracker.web.money import or_none, share, total_yuan
from geo_tracker.web.projects import project_totals
from geo_tracker.web.recent import DAYS, recent_rows
from geo_tracker.web.register import Register, register
from geo_tracker.web.villages import INVOLVED, MOST_FORMERS, ORPHAN

bp = Blueprint("home", __name__)

VILLAGE_COUNT_INDICATOR = "行政村数"
LOWEST_SHOWN = 3


@bp.get("/")
def show() -> ResponseReturnValue:
    """Show the overview."""
    held = register()
    if held.versions.empty:
        return render_template("home/show.html", empty=True)
    with read_session() as session:
        ledgers, recent = worked_on(held, session), recent_rows(session)
    return render_template(
        "home/show.html",
        empty=False,
        counts=[*_published_counts(held), *_own_count(held)],
        villages=_village_counts(held),
        consent=_consent(held),
        projects=_projects(held),
        money=project_totals(held.projects),
        attention=_attention(held),
        counties=_counties(held),
        totals=_row(held.versions, held.units.index, held) | _links(held),
        today=held.data_on,
        ledgers=ledgers,
        recent=recent,
        recent_days=DAYS,
    )


def _published_counts(held: Register) -> list[dict[str, Any]]:
    rows = held.published[held.published["indicator"] == VILLAGE_COUNT_INDICATOR]
    counts = []
    for row in rows.itertuples():
        before, after = or_none(row.before), or_none(row.after)
        if before is None or after is None:
            continue
        counts.append(
            {
                "publisher": row.publisher,
                "before": int(before),
                "after": int(after),
                "reduction": share(before - after, before),
                "before_on": None,
                "after_on": None,
                "note": row.source,
                "own": False,
            }
        )
    return counts


def _own_count(held: Register) -> list[dict[str, Any]]:
    if len(held.layers) < 2:
        return []
    first, last = held.layers[0], held.layers[-1]
    sizes = held.versions.groupby("layer_id").size()
    before, after = int(sizes[first.id]), int(sizes[last.id])
    return [
        {
            "publisher": None,
            "before": before,
            "after": after,
            "reduction": share(before - after, before),
            "before_on": first.as_of_on,
            "after_on": last.as_of_on,
            "note": None,
            "own": True,
            "before_url": url_for("villages.index", layer=str(first.as_of_on)),
            "after_url": url_for("villages.index", layer=str(last.as_of_on)),
        }
    ]


def _village_counts(held: Register) -> dict[str, Any]:
    merged = held.villages[held.villages["kind"] == "merged"]
    sizes = merged["formers"].clip(upper=MOST_FORMERS).value_counts().sort_index()
    return {
        "involved": int(held.formers["to_unit_id"].notna().sum()),
        "merged": len(merged),
        "untouched": int((held.villages["kind"] == "untouched").sum()),
        "by_size": [
            {
                "formers": int(size),
                "or_more": size == MOST_FORMERS,
                "merged": int(count),
                "url": url_for("villages.index", kind="merged", formers=int(size)),
            }
            for size, count in sizes.items()
        ],
    }


def _consent(held: Register) -> dict[str, Any] | None:
    if held.votes.empty:
        return None
    summary = consent_summary(held.votes)
    names = held.versions.drop_duplicates("unit_id").set_index("unit_id")
    lowest = held.votes.dropna(subset="consent_of_present").nsmallest(
        LOWEST_SHOWN, "consent_of_present"
    )
    return {
        "votes": summary.count,
        "mean": summary.mean_of_rates,
        "pooled": summary.pooled,
        "full_share": summary.share_at_100,
        "full": summary.at_100_count,
        "eligible_mean": summary.mean_of_eligible,
        "lowest": [
            {
                "unit_id": int(vote.unit_id),
                "name": names.loc[vote.unit_id, "name"],
                "county": names.loc[vote.unit_id, "county"],
                "consent": vote.consent_of_present,
            }
            for vote in lowest.itertuples()
        ],
    }


def _projects(held: Register) -> dict[str, Any] | None:
    if held.projects.empty:
        return None
    lights = held.projects["light"].fillna("unknown")
    parts, start = [], 0.0
    for colour in ("green", "yellow", "red", "unknown"):
        count = int((lights == colour).sum())
        part = count / len(lights)
        parts.append({"colour": colour, "count": count, "start": start, "share": part})
        start += part
    return {
        "total": len(lights),
        "open": int(held.projects["is_open"].sum()),
        "lights": parts,
    }


def _attention(held: Register) -> list[dict[str, Any]]:
    cases, _stake = held.review
    floor = held.floors.operating_income_yuan
    income = held.formers["operating_income_fen"]
    return [
        {
            "text": _("former villages whose lineage a person has to decide"),
            "count": int((cases["state"] == "open").sum()),
            "url": url_for("review.index"),
        },
        {
            "text": _("faults in the stored lineage"),
            "count": sum(not fault.is_noise for fault in held.faults),
            "url": url_for("lineage.faults"),
        },
        {
            "text": _("former villages without a successor"),
            "count": int(held.formers["to_unit_id"].isna().sum()),
            "url": url_for("villages.index", kind=ORPHAN),
        },
        {
            "text": _("votes whose record is not in order"),
            "count": int((~held.votes["in_order"]).sum()),
            "url": url_for("votes.index", check="problem"),
        },
        {
            "text": _("projects far behind plan"),
            "count": int((held.projects["light"] == "red").sum()),
            "url": url_for("projects.index", light="red"),
        },
        {
            "text": _(
                "former villages under %(floor)s yuan of operating income", floor=f"{floor:,.0f}"
            ),
            "count": int((income < int(floor * 100)).sum()),
            "url": url_for("lagging.index", reason="operating_income"),
        },
    ]


def _counties(held: Register) -> list[dict[str, Any]]:
    # A village counts where its record stands, at each date as at the end.
    units = held.units["county_code"].fillna(NOWHERE)
    versions = held.versions["county_code"].fillna(NOWHERE)
    return [
        {"code": code, "name": name}
        | _row(held.versions[versions == code], units.index[units == code], held)
        | _links(held, county=code)
        for code, name in place_filter(held.versions).counties
    ]


def _links(held: Register, **place: Any) -> dict[str, str]:
    """Return where the numbers of a row lead: to the very rows they count."""
    first, last = (str(layer.as_of_on) for layer in (held.layers[0], held.layers[-1]))
    return {
        "url": url_for("villages.index", **place),
        "map_url": url_for("map.show", **place),
        "before_url": url_for("villages.index", layer=first, **place),
        "after_url": url_for("villages.index", layer=last, **place),
        "involved_url": url_for("villages.index", kind=INVOLVED, **place),
        "votes_url": url_for("votes.index", **place),
        "projects_url": url_for("projects.index", **place),
        "money_url": url_for("projects.index", sort="budget", **place),
        "red_url": url_for("projects.index", light="red", **place),
    }


def _row(part: pd.DataFrame, units: pd.Index, held: Register) -> dict[str, Any]:
    sizes = part.groupby("layer_id").size()
    before = int(sizes.get(held.layers[0].id, 0))
    after = int(sizes.get(held.layers[-1].id, 0))
    formers = held.formers[held.formers.index.isin(units)]
    votes = held.votes[held.votes["unit_id"].isin(units)]
    projects = held.projects[held.projects["current_unit_id"].isin(units)]
    return {
        "before": before,
        "after": after,
        "reduction": share(before - after, before),
        "involved": int(formers["to_unit_id"].notna().sum()),
        "consent": or_none(votes["consent_of_present"].mean()),
        "projects": len(projects),
        "budget": total_yuan(projects["budget_fen"]),
        "paid": total_yuan(projects["paid_fen"]),
        "red": int((projects["light"] == "red").sum()),
    }
