"""What the preview of boundaries shows of the ground: problems on a map, and how to mend them."""

from typing import Any

from flask_babel import gettext as _
from markupsafe import Markup

from geo_tracker.config import Settings
from geo_tracker.crs import MU_M2
from geo_tracker.db.models import ImportRun
from geo_tracker.importing.ground import HARMLESS, KIND_TEXTS
from geo_tracker.workflows.files import preview_picture

_UNTOLD: dict[str, Any] = {
    "too_odd": 0,
    "looked_at": 0,
    "crossing": 0,
    "crossings": [],
    "left_out": [],
}


def picture(settings: Settings, import_id: int, name: str) -> Markup | None:
    """Return a picture this program drew, which holds no text of the file; None without one."""
    path = preview_picture(settings, import_id, name)
    return Markup(path.read_text(encoding="utf-8")) if path.exists() else None  # noqa: S704


def ground_values(run: ImportRun, settings: Settings) -> dict[str, Any] | None:
    """Return the values ``templates/imports/_ground.html`` names; None where unknown."""
    # Previews of an earlier version have only some of the keys.
    ground = _UNTOLD | (run.preview.get("ground") or {})
    if not run.preview.get("ground"):
        return None
    accepted: str | list[int] = run.choices.get("repairs") or []
    listed = {change["row"] for change in ground["changes"]}
    wrong = [count for count in ground["counts"] if count["kind"] not in HARMLESS]
    places = [_place(place, listed) for place in ground["places"]]
    return {
        "svg": picture(settings, run.id, "ground"),
        "counts": [
            count
            | {
                "text": _(KIND_TEXTS[count["kind"]]),
                "mu": count["area_m2"] / MU_M2,
                "harmless": count["kind"] in HARMLESS,
            }
            for count in ground["counts"]
        ],
        "wrong": sum(count["count"] for count in wrong),
        "crossing": ground["crossing"],
        "crossings": [_crossing(crossing) for crossing in ground["crossings"]],
        "left_out": ground["left_out"],
        "too_odd": ground["too_odd"],
        "looked_at": ground["looked_at"],
        "too_fine": ground["too_fine"],
        "total": ground["total"],
        "places": places,
        "to_choose": bool(ground["left_out"])
        or any(place["undecided"] in {"twin", "large"} for place in places),
        "changes": [_change(change, accepted) for change in ground["changes"]],
        "changes_total": ground["changes_total"],
        "made": ground["made"],
        "accepted": "all" if accepted == "all" else ("some" if accepted else "none"),
    }


def _place(place: dict[str, Any], listed: set[int]) -> dict[str, Any]:
    village_m2 = place.get("village_m2")
    return (
        {"undecided": None, "filled": False}
        | place
        | {
            "text": _(KIND_TEXTS[place["kind"]]),
            "mu": place["area_m2"] / MU_M2,
            "harmless": place["kind"] in HARMLESS,
            "mendable": place["row"] is not None,
            "spot": f"{place['lon']},{place['lat']}",
            "listed": place["row"] in listed,
            "gain": f"{100 * place['area_m2'] / village_m2:,.2f} %" if village_m2 else "",
        }
    )


def _change(change: dict[str, Any], accepted: str | list[int]) -> dict[str, Any]:
    balance = change["gains_m2"] - change["loses_m2"]
    return change | {
        "balance_m2": balance,
        "share": f"{100 * balance / change['area_m2']:+.3f} %",
        "balance": f"{balance:+,.1f}",
        "area_ha": change["area_m2"] / 10_000,
        "accepted": accepted == "all" or change["row"] in accepted,
    }


def _crossing(crossing: dict[str, Any]) -> dict[str, Any]:
    change = crossing["mended_m2"] - crossing["drawn_m2"]
    return crossing | {"change": f"{change:+,.1f}"}
