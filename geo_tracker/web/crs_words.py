"""What coordinate systems are called, in surveyors' words of the user's language."""

import re

from flask_babel import gettext as _

from geo_tracker.language import N_

_DATUMS = {
    "CGCS2000": "CGCS2000",
    "China Geodetic Coordinate System 2000": "CGCS2000",
    "Xian 1980": N_("Xian 1980"),
    "Beijing 1954": N_("Beijing 1954"),
    "New Beijing": N_("New Beijing 1954"),
}
_ZONES = re.compile(r"(.+) / (3-degree )?Gauss-Kruger (CM|zone) (\d+)E?")


def crs_word(name: str) -> str:
    """Return the words for a coordinate system, from its name in the EPSG's list.

    What is not one of China's keeps its name.
    """
    if name in _DATUMS:
        return str(_("%(datum)s, longitude and latitude", datum=_(_DATUMS[name])))
    zones = _ZONES.fullmatch(name)
    if zones is None or zones[1] not in _DATUMS:
        return name
    text = {
        (True, "CM"): N_("%(datum)s, 3-degree zones, central meridian %(number)s°E"),
        (True, "zone"): N_("%(datum)s, 3-degree zones, zone %(number)s before the easting"),
        (False, "CM"): N_("%(datum)s, 6-degree zones, central meridian %(number)s°E"),
        (False, "zone"): N_("%(datum)s, 6-degree zones, zone %(number)s before the easting"),
    }[bool(zones[2]), zones[3]]
    return str(_(text, datum=_(_DATUMS[zones[1]]), number=zones[4]))
