"""A map of a county or town as one HTML file that opens from a USB stick, composed by Folium."""

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from pathlib import Path
from typing import Any

import folium
from branca.element import MacroElement
from folium.elements import JSCSSMixin
from folium.template import Template

from geo_tracker.language import N_, Message
from geo_tracker.maps.page import local_files, map_parts, script_json

EXPORT_TEXTS: dict[str, Message] = {
    "formers": Message(N_("Former villages with links to the seat")),
    "projects": Message(N_("Projects")),
    "problems": Message(N_("Open problems")),
    "names": Message(N_("Names")),
    "layers": Message(N_("Layers")),
    "seat": Message(N_("Seat of the village")),
    "share": Message(N_("share of the village's area")),
    "close": Message(N_("Close")),
    "hide_class": Message(N_("Click a class to hide or show it")),
    "zoom_in": Message(N_("Zoom in")),
    "zoom_out": Message(N_("Zoom out")),
    "no_figures": Message(N_("No figures recorded")),
    "light_green": Message(N_("on plan")),
    "light_yellow": Message(N_("behind plan")),
    "light_red": Message(N_("far behind plan")),
    "light_unknown": Message(N_("no plan known")),
    "problem_light_green": Message(N_("in time")),
    "problem_light_yellow": Message(N_("due soon")),
    "problem_light_red": Message(N_("overdue")),
    "problem_light_unknown": Message(N_("no time running")),
    "former_villages": Message(N_("Former villages")),
    "former": Message(N_("Former village")),
    "village": Message(N_("Village")),
    "place": Message(N_("County · town")),
    "class": Message(N_("Class")),
    "table": Message(N_("As a table")),
}
"""Texts by the key under which the file's script asks for them."""

_FOLDER = Path(__file__).parents[1] / "static"


@dataclass(frozen=True, kw_only=True)
class ExportedPage:
    """What the file shows; every text in the reader's language and plain.

    Attributes
    ----------
    language : str
        As in the ``lang`` of a page.
    title, subtitle, mark, notice : str
        ``mark`` says who may see it (内部使用); ``notice`` may be empty.
    facts : sequence of (str, str)
        Name and value: dates, author, sources.
    bounds : tuple of float
        West, south, east, north in degrees.
    content : mapping
        What ``static/js/exported.js`` draws, as it says at its head; plain data.
    texts : mapping
        Every text of `EXPORT_TEXTS`.
    """

    language: str
    title: str
    subtitle: str
    mark: str
    notice: str
    facts: Sequence[tuple[str, str]]
    bounds: tuple[float, float, float, float]
    content: Mapping[str, Any]
    texts: Mapping[str, str]


class ExportedVillages(JSCSSMixin, MacroElement):
    """All that is drawn on the exported map.

    Parameters
    ----------
    page : ExportedPage
    """

    _template = Template(
        """
        {% macro script(this, kwargs) %}
            geoTracker.showExported({{ this._parent.get_name() }}, {{ this.content }});
        {% endmacro %}
        """
    )
    default_js = [  # noqa: RUF012 - Folium's own form
        ("map_dom", "static:js/map/dom.js"),
        ("exported", "static:js/exported.js"),
        ("exported_table", "static:js/exported_table.js"),
    ]
    default_css = [("exported_css", "static:css/exported.css")]  # noqa: RUF012

    def __init__(self, page: ExportedPage) -> None:
        super().__init__()  # type: ignore[no-untyped-call]
        self._name = "ExportedVillages"
        self.content = script_json(
            {"bounds": page.bounds, "texts": dict(page.texts), **page.content}
        )


def exported_html(page: ExportedPage) -> str:
    """Return a map with its data as one HTML page that asks for no other file.

    Parameters
    ----------
    page : ExportedPage
        What it shows.

    Returns
    -------
    str
        Its own policy lets run only the scripts in it, by their hashes, and lets nothing be
        fetched from anywhere.

    Raises
    ------
    ValueError
        If an element of Folium wants what is not kept here, or a script could end its element.
    """
    west, south, east, north = page.bounds
    drawn = folium.Map(
        location=[(south + north) / 2, (west + east) / 2],
        zoom_start=11,
        tiles=None,
        zoom_control=False,
        attribution_control=False,
        prefer_canvas=True,
        zoom_snap=0.25,
        fade_animation=False,
    )
    drawn.add_child(ExportedVillages(page))
    parts = map_parts(drawn)
    styles: list[str] = []
    scripts: list[str] = []
    for name in local_files(drawn):
        text = (_FOLDER / name).read_text(encoding="utf-8").replace("\r\n", "\n")
        (scripts if name.endswith(".js") else styles).append(text)
    scripts.append(parts.script.replace("\r\n", "\n"))
    for text in scripts:
        if "</script" in text.lower() or "<!--" in text:
            raise ValueError("a script could end its element")
    policy = "; ".join(
        (
            "default-src 'none'",
            f"script-src {_hashes(scripts)}",
            f"style-src {_hashes(styles)}",
            "img-src 'none'",
            "base-uri 'none'",
            "form-action 'none'",
        )
    )
    facts = "".join(
        f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in page.facts
    )
    notice = f'<p class="ex-notice">{escape(page.notice)}</p>' if page.notice else ""
    return "\n".join(
        (
            "<!doctype html>",
            f'<html lang="{escape(page.language)}">',
            "<head>",
            '<meta charset="utf-8">',
            f'<meta http-equiv="Content-Security-Policy" content="{policy}">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            f"<title>{escape(page.title)}</title>",
            *(f"<style>{text}</style>" for text in styles),
            "</head>",
            "<body>",
            f'<header class="ex-head"><div><h1>{escape(page.title)}</h1>'
            f"<p>{escape(page.subtitle)}</p></div>"
            f'<span class="ex-mark">{escape(page.mark)}</span></header>',
            notice,
            f'<main class="ex-stage">{parts.body_html}</main>',
            f'<footer class="ex-foot"><dl>{facts}</dl></footer>',
            *(f"<script>{text}</script>" for text in scripts),
            "</body>",
            "</html>",
            "",
        )
    )


def _hashes(texts: Sequence[str]) -> str:
    return " ".join(
        f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"
        for text in texts
    )
