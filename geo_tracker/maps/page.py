"""The map page, composed by Folium and taken apart so that a template can put nonces on it."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

import folium
from branca.element import CssLink, Element, JavascriptLink, MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from geo_tracker.maps.page_texts import MAP_TEXTS

MIN_MAP_ZOOM, MAX_MAP_ZOOM = 4, 18

_STATIC = "static:"
"""Marks addresses of our own files until the page knows where they are served."""

# Folium's own form.
_PAGE_JS = [("map_page", f"{_STATIC}joined/map.js")]
_PAGE_CSS = [("map_page_css", f"{_STATIC}joined/map.css")]

_LOCAL_FILES: dict[str, str | None] = {
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.js": "vendor/leaflet/leaflet.js",
    "https://cdn.jsdelivr.net/npm/leaflet@1.9.3/dist/leaflet.css": "vendor/leaflet/leaflet.css",
    # A page without Folium's own markers and pop-ups needs none of these.
    "https://code.jquery.com/jquery-3.7.1.min.js": None,
    "https://cdn.jsdelivr.net/npm/bootstrap@5.2.2/dist/js/bootstrap.bundle.min.js": None,
    "https://cdn.jsdelivr.net/npm/bootstrap@5.2.2/dist/css/bootstrap.min.css": None,
    "https://cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/"
    "leaflet.awesome-markers.js": None,
    "https://cdnjs.cloudflare.com/ajax/libs/Leaflet.awesome-markers/2.0.2/"
    "leaflet.awesome-markers.css": None,
    "https://netdna.bootstrapcdn.com/bootstrap/3.0.0/css/bootstrap-glyphicons.css": None,
    "https://cdn.jsdelivr.net/npm/@fortawesome/fontawesome-free@6.2.0/css/all.min.css": None,
    "https://cdn.jsdelivr.net/gh/python-visualization/folium/folium/templates/"
    "leaflet.awesome.rotate.min.css": None,
}
"""Addresses that Folium writes → our file under the static folder, or None where it is left out."""


@dataclass(frozen=True, kw_only=True)
class TileSource:
    """Where a layer's tiles come from.

    Attributes
    ----------
    url : str
        Address with ``{z}``, ``{x}``, ``{y}`` in tile zooms; an address without tile answers 204.
    min_zoom, max_zoom : int
        Tile zooms that exist.
    """

    url: str
    min_zoom: int
    max_zoom: int

    def tile_options(self) -> dict[str, Any]:
        """Return the options of a layer of ``static/js/map/tiles.js``."""
        return {"url": self.url, "minDataZoom": self.min_zoom, "maxDataZoom": self.max_zoom}


@dataclass(frozen=True, kw_only=True)
class ThemeChoice:
    """A theme as the legend offers it; title and group in the reader's language.

    Only themes that are numbers can be classed by whoever looks at them.
    """

    key: str
    title: str
    group: str = ""
    is_number: bool = False


@dataclass(frozen=True, kw_only=True)
class MapConfig:
    """All that the map page is made of.

    Attributes
    ----------
    bounds : tuple of float
        West, south, east, north in degrees, shown at first.
    tiles : TileSource
        The villages of today.
    former_tiles : TileSource or None
        The former villages, as outlines that can be switched on.
    themes : sequence of ThemeChoice
        The first is shown at first.
    urls : mapping
        ``theme`` (with ``{theme}``), ``village`` and ``panel`` (with ``{id}``), ``search``;
        optionally ``more_script`` (`page_files.MORE_SCRIPTS`, needed by what follows and by
        ``options["printing"]``), ``projects``, ``problems``, ``visits`` (points of all; the latter
        with ``problem`` and ``visits_of``, with ``{id}``: pages about one of them),
        ``names`` (names on hover, with ``{block}``) and ``links`` (all links at once; with it
        ``options["links"]``: the addresses ``list`` of a place's merged villages and ``review`` of
        conflicts).
        The scripts in ``static/js/map`` say at their heads what each answers.
    options : mapping
        What parts of the page need to know, by part; plain data.
    texts : mapping or None
        Every text of `MAP_TEXTS` in the reader's language; None where the page brings them in a
        script of their own, `texts_script`, which browsers keep.
    attribution : str
        Origin of the data, shown in the map's corner as plain text.
    """

    bounds: tuple[float, float, float, float]
    tiles: TileSource
    former_tiles: TileSource | None = None
    themes: Sequence[ThemeChoice]
    urls: Mapping[str, str]
    texts: Mapping[str, str] | None
    options: Mapping[str, Any] = field(default_factory=dict)
    attribution: str = ""


@dataclass(frozen=True)
class MapParts:
    """A map page in parts: links for the head, the map's element, and its script's text."""

    header_html: str
    body_html: str
    script: str


class VillageTiles(JSCSSMixin, MacroElement):
    """A layer of vector tiles, drawn by ``static/js/map/tiles.js``.

    `VillageMapPage` puts it on the map once the view is known, so that no tile is fetched in vain.

    Parameters
    ----------
    source : TileSource
    look : str
        ``areas`` (filled by theme, with names and town and county lines) or ``outlines`` (thin
        dashed lines).
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            var {{ this.get_name() }} = geoTracker.villageTiles({{ this.options }});
        {% endmacro %}
        """
    )
    default_js, default_css = _PAGE_JS, _PAGE_CSS

    def __init__(self, source: TileSource, *, look: str) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "VillageTiles"
        self.options = script_json({**source.tile_options(), "look": look})


class VillageMapPage(JSCSSMixin, MacroElement):
    """The controls around the map: legend, search, layers, village in hand.

    Parameters
    ----------
    config : MapConfig
    villages : VillageTiles
    formers : VillageTiles or None
        The former villages as outlines.
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            geoTracker.startMap({
                map: {{ this._parent.get_name() }},
                villages: {{ this.villages.get_name() }},
                formers: {{ this.formers.get_name() if this.formers else "null" }},
                config: {{ this.config }}
            });
        {% endmacro %}
        """
    )
    default_js, default_css = _PAGE_JS, _PAGE_CSS

    def __init__(
        self,
        config: MapConfig,
        *,
        villages: VillageTiles,
        formers: VillageTiles | None,
    ) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "VillageMapPage"
        self.villages = villages
        self.formers = formers
        self.config = script_json(
            {
                "bounds": config.bounds,
                "themes": [asdict(theme) for theme in config.themes],
                "urls": dict(config.urls),
                "texts": config.texts and dict(config.texts),
                "options": dict(config.options),
                "attribution": config.attribution,
            }
        )


def village_map(config: MapConfig) -> folium.Map:
    """Compose the map of villages.

    Parameters
    ----------
    config : MapConfig
        What to show, where it comes from, and all texts.

    Returns
    -------
    folium.Map
        Without base map; more of Folium's elements may be added before `map_parts`.

    Raises
    ------
    ValueError
        If a text of `MAP_TEXTS` is missing.
    """
    if config.texts is not None:
        _check_texts(config.texts)
    west, south, east, north = config.bounds
    page = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=9,
        tiles=None,
        # The page's script adds zoom buttons and scale, in the reader's language and in metres.
        zoom_control=False,
        prefer_canvas=True,
        minZoom=MIN_MAP_ZOOM,
        maxZoom=MAX_MAP_ZOOM,
        # Leaflet writes attributions as HTML; the page writes its own as text.
        attribution_control=False,
        # Quarter steps let the whole area fill more of the window.
        zoom_snap=0.25,
        # Tiles are drawn here and not awaited one by one; fading them in only costs time.
        fade_animation=False,
    )
    villages = VillageTiles(config.tiles, look="areas")
    page.add_child(villages)
    formers = None
    if config.former_tiles is not None:
        formers = VillageTiles(config.former_tiles, look="outlines")
        page.add_child(formers)
    page.add_child(VillageMapPage(config, villages=villages, formers=formers))
    return page


def map_parts(
    page: folium.Map, *, static_url: Callable[[str], str] = "/static/{}".format
) -> MapParts:
    """Render a map for a page with a strict Content-Security-Policy.

    Parameters
    ----------
    page : folium.Map
        From `village_map`, with or without further elements.
    static_url : callable
        Address of a file under the static folder.

    Returns
    -------
    MapParts
        ``header_html`` links to our own files only; ``script`` is text for one ``<script>`` with
        a nonce.

    Raises
    ------
    ValueError
        If an element asks for an address or writes a kind of HTML that is not known here: nothing
        reaches the page unseen.
    """
    figure: Any = page.get_root()
    figure.render()
    links = [link for element in _links(page) if (link := _local_link(element, static_url))]
    body = _rendered(figure.html)
    if "<script" in body.lower() or "<style" in body.lower():
        raise ValueError("an element writes scripts or styles into the body")
    return MapParts("\n".join(links), body.strip(), _rendered(figure.script))


def texts_script(texts: Mapping[str, str]) -> str:
    """Return a script that brings the texts of `MAP_TEXTS`.

    Raises
    ------
    ValueError
        If one is missing.
    """
    _check_texts(texts)
    said = json.dumps(dict(texts), ensure_ascii=False, separators=(",", ":"))
    return f"window.geoTracker=window.geoTracker||{{}};geoTracker.mapTexts={said};"


def _check_texts(texts: Mapping[str, str]) -> None:
    if missing := MAP_TEXTS.keys() - texts.keys():
        raise ValueError(f"texts without translation: {sorted(missing)}")


def script_json(value: Any) -> str:
    """Return JSON that cannot end a script element or a line, whatever texts it holds."""
    text = json.dumps(value, ensure_ascii=True, separators=(",", ":"))
    for character in "<>&":
        text = text.replace(character, f"\\u{ord(character):04x}")
    return text


def local_files(page: folium.Map) -> list[str]:
    """Return the scripts and styles a map needs, as paths under the static folder, in order.

    Raises
    ------
    ValueError
        As `map_parts`.
    """
    return [path for element in _links(page) if (path := _local_path(element)) is not None]


def _links(page: folium.Map) -> list[JavascriptLink | CssLink]:
    figure: Any = page.get_root()
    own_styles = {"meta_http", page.get_name()}
    links = []
    for name, element in figure.header._children.items():
        if isinstance(element, JavascriptLink | CssLink):
            links.append(element)
        elif name not in own_styles:
            raise ValueError(f"element writes into the head: {name}")
    return links


def _local_path(element: JavascriptLink | CssLink) -> str | None:
    if element.url.startswith(_STATIC):
        return str(element.url.removeprefix(_STATIC))
    if element.url in _LOCAL_FILES:
        return _LOCAL_FILES[element.url]
    raise ValueError(f"no local copy of {element.url}")


def _local_link(element: JavascriptLink | CssLink, static_url: Callable[[str], str]) -> str:
    path = _local_path(element)
    if path is None:
        return ""
    address = _attribute(static_url(path))
    if isinstance(element, JavascriptLink):
        return f'<script src="{address}"></script>'
    return f'<link rel="stylesheet" href="{address}">'


def _attribute(text: str) -> str:
    return text.replace("&", "&amp;").replace('"', "&quot;").replace("<", "&lt;")


def _rendered(part: Element) -> str:
    return "\n".join(child.render() for child in part._children.values())
