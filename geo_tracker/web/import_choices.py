"""What a planner changes of how boundaries are read: from the form, and in words afterwards."""

import re
from typing import Any

from flask_babel import gettext as _
from werkzeug.datastructures import MultiDict

from geo_tracker.db.models import ImportRun
from geo_tracker.importing.readings import said_of
from geo_tracker.web.texts import number, shown

_MOST_ROWS = 100_000
_SPOT = re.compile(r"(-?\d{1,3}\.?\d{0,9}),(-?\d{1,2}\.?\d{0,9})")


def choices_from(form: MultiDict[str, str], preview: dict[str, Any]) -> dict[str, Any]:
    """Return the choices of a sent form, as `LayerChoices` takes them.

    Parameters
    ----------
    form : MultiDict
        ``layer``, ``encoding``, ``crs``, ``reading``, ``proposal`` (system and reading at once,
        above both), ``gcj02``, ``mend_text``, ``repairs`` (``all``, ``some`` or nothing) with
        ``repair_row``, ``fill`` (longitude,latitude of gaps), ``leave_out`` (rows), and
        ``field_<target>``.
    preview : dict
        What was understood before: choices that speak of its layer mean nothing in another.
    """
    choices: dict[str, Any] = {
        name: form[name] for name in ("encoding", "crs", "reading") if form.get(name, "").strip()
    }
    # Before a system is known, one proposal is ticked already: the list of all is the later word.
    if form.get("proposal") and ("layer" in preview or "crs" not in choices):
        choices["crs"], _bar, choices["reading"] = form["proposal"].partition("|")
    for name in ("gcj02", "mend_text"):
        if form.get(name) == "yes":
            choices[name] = True
    layers = preview.get("layer_names", [])
    layer = form.get("layer", "").strip()
    # A file's only layer needs no choosing.
    if layer and len(layers) != 1:
        choices["layer"] = layer
    if layer in {"", preview.get("layer")}:
        choices["fields"] = {
            name.removeprefix("field_"): column
            for name, column in form.items()
            if name.startswith("field_")
        }
        if form.get("repairs") == "all":
            choices["repairs"] = "all"
        elif form.get("repairs") == "some":
            choices["repairs"] = _rows(form, "repair_row")
        for name, chosen in (("left_out", _rows(form, "leave_out")), ("filled", _spots(form))):
            if chosen:
                choices[name] = chosen
    return choices


def _rows(form: MultiDict[str, str], name: str) -> list[int]:
    rows = form.getlist(name)[:_MOST_ROWS]
    return sorted({int(row) for row in rows if row.isdecimal()})


def _spots(form: MultiDict[str, str]) -> list[list[float]]:
    found = [_SPOT.fullmatch(spot) for spot in form.getlist("fill")[:_MOST_ROWS]]
    return [[float(spot[1]), float(spot[2])] for spot in found if spot]


def choices_said(run: ImportRun) -> list[str]:
    """Return in words what a person chose that changes what is stored."""
    choices, said = run.choices, []
    if choices.get("crs"):
        said.append(_("Coordinate system: %(crs)s", crs=choices["crs"]))
    reading = said_of(choices.get("reading") or "")
    if reading is not None:
        said.append(shown(reading))
    if choices.get("gcj02"):
        said.append(_("Converted from GCJ-02; good to about 1 m."))
    if choices.get("mend_text"):
        said.append(_("Texts stored in a wrong encoding were mended."))
    ground = run.preview.get("ground") or {}
    if ground.get("made"):
        made = number(ground["made"])
        said.append(_("Villages whose ground was mended: %(count)s.", count=made))
    if ground.get("filled"):
        filled = number(ground["filled"])
        said.append(_("Large gaps given to a village: %(count)s.", count=filled))
    if ground.get("left_out"):
        left_out = number(len(ground["left_out"]))
        said.append(_("Villages left out: %(count)s.", count=left_out))
    return said
