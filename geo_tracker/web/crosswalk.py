"""对照折算: figures carried from former to merged villages and back, shown and handed out."""

from datetime import date
from decimal import Decimal
from typing import Any

import pandas as pd
from flask import Blueprint, Response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale
from flask_babel import gettext as _

from geo_tracker.language import N_
from geo_tracker.web.context import read_session
from geo_tracker.web.crosswalk_figures import (
    CARRIED_FIGURES,
    CarriedStep,
    carried_step,
    totals_by_place,
)
from geo_tracker.web.filters import NOWHERE, chosen_code, place_filter
from geo_tracker.web.provenance import provenance
from geo_tracker.web.register import FIGURES, register
from geo_tracker.workflows.crosswalk_export import (
    LINK_COLUMNS,
    Step,
    chosen_step,
    exported_links,
    known_steps,
    link_origin,
)
from geo_tracker.workflows.csv_files import csv_for_spreadsheets

bp = Blueprint("crosswalk", __name__, url_prefix="/lineage/crosswalk")

DIRECTIONS = ("forward", "back")

FIGURE_COLUMNS: dict[str, str] = {
    "unit_id": N_("Number of the village in this register."),
    "code": N_("Statistical code of the village."),
    "name": N_("Name of the village."),
    "town": N_("Town of the village."),
    "county": N_("County of the village."),
    "figure": N_("What was carried."),
    "value": N_("The carried figure: the sum of the parts that are known; empty where none is."),
    "unit": N_("Unit of the figure: households, people or yuan."),
    "known": N_("Of how many of the villages it comes from the figure is known."),
    "sources": N_("How many villages it comes from."),
    "holds_from": N_("First date the figures hold at."),
    "holds_to": N_("Last date the figures hold at."),
    "method": N_("How it was carried: whole villages, by people, by area."),
    "made_on": N_("Date this file was made."),
    "inputs_sha256": N_("Hash of the files the link was made from: the same hash, the same files."),
}
_UNITS = {"households": N_("households"), "people": N_("people"), "money": N_("yuan")}


def _steps() -> list[Step]:
    with read_session() as session:
        return known_steps(session)


def _chosen() -> tuple[list[Step], Step | None, str, str]:
    """Return the steps, and which step, figure and direction the request asks for."""
    steps = _steps()
    by_day = {str(step.after_on): step for step in steps}
    day = chosen_code("after", by_day)
    step = by_day[day] if day else (steps[0] if steps else None)
    figure = chosen_code("figure", CARRIED_FIGURES, default="registered_population")
    return steps, step, figure, chosen_code("direction", DIRECTIONS, default="forward")


@bp.get("")
def show() -> ResponseReturnValue:
    """Show what a figure is on both sides of a merger, by county or town."""
    held = register()
    steps, step, figure, direction = _chosen()
    places = place_filter(held.versions)
    names = [(code, _(text)) for code, (text, _kind) in CARRIED_FIGURES.items()]
    if step is None:
        return render_template("crosswalk/show.html", empty=True)
    back = direction == "back"
    found = carried_step(held, step, figure, back=back)
    level = "town" if places.county else "county"
    kind = CARRIED_FIGURES[figure][1]
    chosen = {"figure": figure, "direction": direction, "after": str(step.after_on)}
    rows = _rows(found, level, places.county, chosen)
    return render_template(
        "crosswalk/show.html",
        empty=False,
        filters=chosen | {"county": places.county},
        figures=names,
        counties=places.counties,
        steps=[(str(s.after_on), f"{s.before_on} → {s.after_on}") for s in steps],
        back=back,
        sides=(step.after_on, step.before_on) if back else (step.before_on, step.after_on),
        figure_name=dict(names)[figure],
        unit=_(_UNITS[kind]),
        level=level,
        rows=rows,
        total=_total(found, rows if places.county else None, kind),
        place=dict(places.counties).get(places.county),
        weighed_by=found.weighed_by,
        summed=found.summed,
        dates=found.dates,
        sources=_sources(found, "villages" if figure in FIGURES else "projects"),
        links_url=url_for(".links", after=chosen["after"]),
        figures_url=url_for(".figures", **_values(chosen)),
        link_columns=[(name, _(text)) for name, text in LINK_COLUMNS.items()],
        figure_columns=[(name, _(text)) for name, text in FIGURE_COLUMNS.items()],
    )


def _values(chosen: dict[str, str], **more: Any) -> dict[str, Any]:
    return {**chosen, **more}


def _amount(value: Any, kind: str) -> Decimal | int:
    return Decimal(int(value)) / 100 if kind == "money" else int(value)


def _rows(
    found: CarriedStep, level: str, county: str, chosen: dict[str, str]
) -> list[dict[str, Any]]:
    kind = CARRIED_FIGURES[chosen["figure"]][1]
    if county:
        wanted = None if county == NOWHERE else county
        sides = [
            side[side["county_code"].isna() if wanted is None else side["county_code"] == wanted]
            for side in (found.sources, found.targets)
        ]
        codes = {code for side in sides for code in side[f"{level}_code"].fillna("")}
    totals = totals_by_place(found, level)
    if county:
        totals = totals[totals.index.isin(codes)]
    return [
        {
            "name": row["name"] or _("not known"),
            "url": url_for("villages.index", county=county, town=code)
            if county
            else url_for(".show", **_values(chosen, county=code or NOWHERE)),
            "sources": int(row["sources"]),
            "known": int(row["known"]),
            "targets": int(row["targets"]),
            **{
                name: _amount(row[name], kind)
                for name in ("source_total", "carried_total", "nobody_total", "crossed")
            },
        }
        for code, row in totals.to_dict("index").items()
    ]


def _total(found: CarriedStep, rows: list[dict[str, Any]] | None, kind: str) -> dict[str, Any]:
    """Return both sides of the account: of all villages, or of some rows."""
    total = found.found.totals.loc["figure"]
    amounts = ("source_total", "carried_total", "nobody_total")
    kept = {"kept": bool(total["kept"])}
    if rows is not None:
        counts = ("sources", "known", "targets", *amounts, "crossed")
        return kept | {name: sum(row[name] for row in rows) for name in counts}
    return kept | {
        "sources": len(found.sources),
        "known": total["known"],
        "targets": len(found.targets),
        "crossed": 0,
        **{name: _amount(total[name], kind) for name in amounts},
    }


def _sources(found: CarriedStep, sheet: str) -> list[dict[str, Any]]:
    chips = (provenance(run, sheet=sheet) for run in found.import_ids)
    return [chip for chip in chips if chip is not None]


@bp.get("/links.csv")
def links() -> ResponseReturnValue:
    """Hand out the links and shares of a step."""
    held = register()
    step = _asked_step()
    table, origin = exported_links(
        held.versions, held.edges, held.figures, step, locale=str(get_locale())
    )
    return _download(table, f"links-{step.after_on}-{origin.made_at:%Y%m%d}.csv")


@bp.get("/figures.csv")
def figures() -> ResponseReturnValue:
    """Hand out a carried figure, one row a village."""
    held = register()
    _known_steps, _step, figure, direction = _chosen()
    step = _asked_step()
    found = carried_step(held, step, figure, back=direction == "back")
    table = carried_table(found, figure, step)
    return _download(table, f"{figure.removesuffix('_fen')}-{direction}-{step.after_on}.csv")


def _asked_step() -> Step:
    asked = request.args.get("after", "")
    try:
        day = date.fromisoformat(asked) if asked else None
    except ValueError:
        day = date.max
    return chosen_step(_steps(), day)


def carried_table(found: CarriedStep, figure: str, step: Step) -> pd.DataFrame:
    """Return a carried figure with all of `FIGURE_COLUMNS`; money in yuan to the fen."""
    kind = CARRIED_FIGURES[figure][1]
    carried = found.found.figures.reindex(found.targets.index)
    origin = link_origin(step)
    values = [
        None if pd.isna(value) else f"{_amount(value, kind):.2f}" if kind == "money" else int(value)
        for value in carried["figure"]
    ]
    by = "+".join(by for by, count in found.weighed_by.items() if count)
    table = pd.DataFrame(
        {
            "unit_id": found.targets.index,
            "code": found.targets["stat_code"].to_numpy(),
            "name": found.targets["name"].to_numpy(),
            "town": found.targets["town"].to_numpy(),
            "county": found.targets["county"].to_numpy(),
            "figure": figure.removesuffix("_fen"),
            "value": pd.Series(values, dtype=object),
            "unit": kind if kind != "money" else "yuan",
            "known": carried["figure_known"].fillna(0).astype(int).to_numpy(),
            "sources": carried["sources"].fillna(0).astype(int).to_numpy(),
            "holds_from": found.dates[0] if found.dates else None,
            "holds_to": found.dates[-1] if found.dates else None,
        }
    )
    stamped = origin.stamped(table, method=by)
    return stamped.sort_values(["code", "unit_id"], kind="stable")[list(FIGURE_COLUMNS)]


def _download(table: pd.DataFrame, name: str) -> Response:
    answer = Response(csv_for_spreadsheets(table), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer
