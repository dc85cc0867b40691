"""All coordinate systems Chinese surveys use, to choose one by name."""

from functools import cache

from pyproj.database import query_crs_info
from pyproj.enums import PJType

from geo_tracker.language import N_

_FAMILIES = (
    ("CGCS2000", ("CGCS2000", "China Geodetic Coordinate System 2000")),
    ("Xian 1980", ("Xian 1980",)),
    ("Beijing 1954", ("Beijing 1954", "New Beijing")),
)
_WORLD = (4326, 3857, *range(32643, 32654))


@cache
def crs_families() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return the systems by family: (family, list of (``EPSG:4549``, name)).

    CGCS2000 comes first, in it the 3-degree zones by central meridian, which are the usual ones;
    at the end, as ``N_("Others")``, the systems of the whole world.
    """
    kinds = [PJType.PROJECTED_CRS, PJType.GEOGRAPHIC_2D_CRS]
    known = {info.code: info.name for info in query_crs_info("EPSG", kinds)}
    families = []
    for title, prefixes in _FAMILIES:
        members = [
            (f"EPSG:{code}", name)
            for code, name in known.items()
            if any(name == prefix or name.startswith(f"{prefix} /") for prefix in prefixes)
        ]
        families.append((title, sorted(members, key=_usual_first)))
    world = [(f"EPSG:{code}", known[str(code)]) for code in _WORLD]
    return [*families, (N_("Others"), world)]


def _usual_first(member: tuple[str, str]) -> tuple[int, int]:
    code, name = member
    number = int(code.partition(":")[2])
    if "/" not in name:
        return 0, number
    if "3-degree" in name:
        return (1 if " CM " in name else 2), number
    return (3 if " CM " in name else 4), number
