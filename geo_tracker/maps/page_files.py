"""The files of the map page, sent as one script and one style sheet: every request costs time."""

from pathlib import Path

STATIC_FOLDER = Path(__file__).resolve().parents[1] / "static"

SCRIPTS = (
    "vendor/leaflet/leaflet.js",
    *(f"js/map/{name}.js" for name in ("vector_tile", "drawing", "overlays", "tiles")),
    *(f"js/map/{name}.js" for name in ("dom", "address", "toolbar", "legend", "search")),
    *(f"js/map/{name}.js" for name in ("village", "projects", "project_filters", "map")),
    # Parts of the page that are added to the map, each in a file of its own.
    *(f"js/map/{name}.js" for name in ("dated_layers", "swipe", "side_by_side", "dates")),
    *(f"js/map/{name}.js" for name in ("links_drawing", "links_card", "links")),
    *(f"js/map/{name}.js" for name in ("coordinates", "measure", "basemap", "keys")),
)
"""In the order in which they need each other."""

STYLES = (
    "vendor/leaflet/leaflet.css",
    *(
        f"css/{name}.css"
        for name in ("map", "map_controls", "map_tools", "map_compare", "map_links")
    ),
)

JOINED = {"map.js": SCRIPTS, "map.css": STYLES}
"""What is sent as one, by the name under which it is."""


def joined(name: str) -> str:
    """Return the text of all files that are sent under a name of `JOINED`."""
    texts = []
    for file in JOINED[name]:
        text = (STATIC_FOLDER / file).read_text(encoding="utf-8")
        # Pictures of Leaflet's own, which lie beside its style sheet.
        texts.append(text.replace("url(images/", "url(../vendor/leaflet/images/"))
    return "\n".join(texts)


def joined_changed_at(name: str) -> int:
    """Return when the newest of these files was changed, in seconds."""
    return int(max((STATIC_FOLDER / file).stat().st_mtime for file in JOINED[name]))
