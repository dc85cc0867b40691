"""A village chosen in a form: by name, and where several are named so, among those."""

from dataclasses import dataclass
from typing import Any

from flask import request
from flask_babel import gettext as _

from geo_tracker.web.filters import matching_names
from geo_tracker.web.followup_forms import number_in
from geo_tracker.web.followup_forms import typed as typed_text
from geo_tracker.web.money import or_none
from geo_tracker.web.register import Register

MOST_CANDIDATES = 12


@dataclass(frozen=True)
class VillageChoice:
    """What a form knows of its village.

    Attributes
    ----------
    typed : str
        The name as typed.
    unit_id : int or None
        The village, where it is known which one is meant.
    candidates : list of dict
        As `village_candidate`, to choose one from; empty where it is known.
    error : str or None
        Why it is not known, translated.
    """

    typed: str
    unit_id: int | None
    candidates: list[dict[str, Any]]
    error: str | None


def village_candidate(held: Register, unit_id: int) -> dict[str, Any]:
    """Return ``unit_id``, ``name`` and ``note`` (where it is, and of a former one what became)."""
    unit = held.units.loc[unit_id]
    place = [text for name in ("county", "town") if (text := or_none(unit[name])) is not None]
    if unit["kind"] == "former":
        later = or_none(unit["to_name"])
        place.append(
            _("former village, now %(name)s", name=later) if later else _("former village")
        )
    return {"unit_id": int(unit_id), "name": unit["name"], "note": " · ".join(place)}


def given_village(held: Register, unit_id: int) -> VillageChoice:
    """Return the choice of a village that a link or a record gives."""
    if unit_id not in held.units.index:
        return VillageChoice("", None, [], None)
    return VillageChoice(str(held.units.at[unit_id, "name"]), unit_id, [], None)


def chosen_village(held: Register) -> VillageChoice:
    """Return which village the form sent means.

    It holds ``village``, the name as typed, perhaps a part of it, a code or pinyin; perhaps
    ``unit_id``, picked among candidates, which counts if what was typed means it, too; perhaps
    ``known_id``, which was in the form from the beginning and counts while its name was not
    changed.
    """
    units = held.units
    typed = typed_text("village")
    if not typed:
        return VillageChoice("", None, [], _("Say in which village it was."))
    known_id, unit_id = (number_in(request.form, name) for name in ("known_id", "unit_id"))
    if known_id in units.index and units.at[known_id, "name"] == typed:
        return VillageChoice(typed, known_id, [], None)
    named = [int(one) for one in units.index[units["name"] == typed]]
    alike = matching_names(held.versions, typed)["unit_id"]
    ids = list(dict.fromkeys([*named, *(int(one) for one in alike if one in units.index)]))
    if unit_id in ids:
        return VillageChoice(typed, unit_id, [], None)
    if len(named) == 1:
        return VillageChoice(typed, named[0], [], None)
    if not ids:
        return VillageChoice(typed, None, [], _("No village is named so."))
    several = _("Several villages are meant by that; choose one.")
    shown = [village_candidate(held, one) for one in ids[:MOST_CANDIDATES]]
    return VillageChoice(typed, None, shown, several)
