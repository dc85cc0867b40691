"""Our own files of the map page, sent as one script and one style sheet."""

from pathlib import Path

STATIC_FOLDER = Path(__file__).resolve().parents[1] / "static"

SCRIPTS = (
    *(f"js/map/{name}.js" for name in ("vector_tile", "drawing", "overlays", "tiles")),
    *(f"js/map/{name}.js" for name in ("dom", "address", "toolbar", "legend", "class_choice")),
    *(f"js/map/{name}.js" for name in ("themes", "search")),
    *(f"js/map/{name}.js" for name in ("lights", "village", "point_layers", "map")),
    # Parts of the page that are added to the map, each in a file of its own.
    *(f"js/map/{name}.js" for name in ("dated_layers", "swipe", "side_by_side", "dates")),
    *(f"js/map/{name}.js" for name in ("links_drawing", "links_card", "links")),
    *(f"js/map/{name}.js" for name in ("coordinates", "measure", "basemap", "printing", "keys")),
)
"""In the order in which they need each other."""

MORE_SCRIPTS = tuple(
    f"js/map/{name}.js"
    for name in ("lit_points", "point_filters", "point_nouns", "document_form", "theme_marks")
)
"""What the first view has no need of: layers and marks of points, forms of documents."""

STYLES = (
    *(
        f"css/{name}.css"
        for name in ("map", "map_controls", "map_legend", "map_tools", "map_compare", "map_links")
    ),
)

JOINED = {"map.js": SCRIPTS, "map_more.js": MORE_SCRIPTS, "map.css": STYLES}
"""What is sent as one, by the name under which it is."""


def joined(name: str) -> str:
    """Return the text of all files that are sent under a name of `JOINED`."""
    files = (STATIC_FOLDER / file for file in JOINED[name])
    return "\n".join(file.read_text(encoding="utf-8") for file in files)


def joined_changed_at(name: str) -> int:
    """Return when the newest of these files was changed, in seconds."""
    return int(max((STATIC_FOLDER / file).stat().st_mtime for file in JOINED[name]))
