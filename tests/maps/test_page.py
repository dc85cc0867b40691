import json
import re
from dataclasses import replace

import folium
import pytest
from branca.element import Element, Figure
from folium.plugins import MarkerCluster

from geo_tracker.maps.page import (
    MapConfig,
    ThemeChoice,
    TileSource,
    map_parts,
    script_json,
    village_map,
)
from geo_tracker.maps.page_files import MORE_SCRIPTS, SCRIPTS, STATIC_FOLDER, STYLES, joined
from geo_tracker.maps.page_texts import MAP_TEXTS

HOSTILE = "</script><script>alert(1)</script><!--<img src=x onerror=alert(1)>`${alert(1)}\u2028'\""
TILES = TileSource(url="/tiles/key/{z}/{x}/{y}", min_zoom=5, max_zoom=13)
CONFIG = MapConfig(
    bounds=(119.2, 28.5, 120.8, 29.7),
    tiles=TILES,
    themes=[ThemeChoice(key="merged", title="是否合并")],
    urls={"theme": "/map/themes/{theme}.json"},
    texts={key: message.text for key, message in MAP_TEXTS.items()},
)


def figure_of(page: folium.Map) -> Figure:
    figure = page.get_root()
    assert isinstance(figure, Figure)
    return figure


def test_the_page_is_a_folium_map() -> None:
    assert isinstance(village_map(CONFIG), folium.Map)


def test_the_head_links_to_our_own_files_only() -> None:
    header = map_parts(village_map(CONFIG)).header_html
    addresses = re.findall(r'(?:src|href)="([^"]*)"', header)
    assert set(addresses) == {
        f"/static/{path}.{kind}"
        for path in ("vendor/leaflet/leaflet", "joined/map")
        for kind in ("js", "css")
    }
    assert all(address.startswith("/static/") for address in addresses)
    assert not re.search("jquery|bootstrap|awesome", header)


def test_no_part_names_another_host() -> None:
    parts = map_parts(village_map(CONFIG))
    assert "//" not in parts.header_html + parts.body_html
    assert not re.search("https?:", parts.script)


def test_files_are_addressed_as_the_application_says() -> None:
    parts = map_parts(village_map(CONFIG), static_url=lambda path: f"/gt/static/{path}?v=2&w")
    assert 'src="/gt/static/joined/map.js?v=2&amp;w"' in parts.header_html


def test_all_script_is_in_one_text_that_a_nonce_can_stand_on() -> None:
    parts = map_parts(village_map(CONFIG))
    assert "geoTracker.startMap(" in parts.script
    assert "<" not in parts.script
    assert "<script>" not in parts.header_html + parts.body_html
    assert "style" not in parts.body_html


def test_scripts_stand_before_those_that_need_them() -> None:
    names = ["drawing.js", "tiles.js", "map.js", "keys.js"]
    order = [[file.rsplit("/", 1)[-1] for file in SCRIPTS].index(name) for name in names]
    assert order == sorted(order)
    assert "geoTracker.startMap = " in joined("map.js")


def test_every_script_and_style_of_the_map_is_among_the_joined() -> None:
    there = {
        path.relative_to(STATIC_FOLDER).as_posix()
        for pattern in ("js/map/*.js", "css/map*.css")
        for path in STATIC_FOLDER.glob(pattern)
    }
    assert there == {*SCRIPTS, *MORE_SCRIPTS, *STYLES}


def test_former_tiles_are_a_layer_of_their_own() -> None:
    without = map_parts(village_map(CONFIG)).script
    both = map_parts(village_map(replace(CONFIG, former_tiles=TILES))).script
    assert without.count("geoTracker.villageTiles(") == 1
    assert both.count("geoTracker.villageTiles(") == 2
    assert "formers: null" in without


def test_hostile_texts_cannot_leave_the_script() -> None:
    config = replace(
        CONFIG,
        themes=[ThemeChoice(key="x", title=HOSTILE)],
        attribution=HOSTILE,
        urls={"theme": HOSTILE},
        texts=dict.fromkeys(MAP_TEXTS, HOSTILE),
        tiles=replace(TILES, url=HOSTILE),
    )
    parts = map_parts(village_map(config))
    assert "<" not in parts.script
    assert "\u2028" not in parts.script
    assert "alert" not in parts.header_html + parts.body_html


def test_json_in_a_script_means_what_it_meant() -> None:
    assert json.loads(script_json({"name": HOSTILE})) == {"name": HOSTILE}


def test_a_missing_text_is_an_error() -> None:
    with pytest.raises(ValueError, match="copy_link"):
        village_map(replace(CONFIG, texts={k: "" for k in MAP_TEXTS if k != "copy_link"}))


def test_an_element_with_an_unknown_address_is_refused() -> None:
    page = village_map(CONFIG)
    MarkerCluster().add_to(page)  # type: ignore[no-untyped-call]
    with pytest.raises(ValueError, match="no local copy of https://"):
        map_parts(page)


def test_an_element_that_writes_styles_is_refused() -> None:
    page = village_map(CONFIG)
    figure_of(page).header.add_child(Element("<style>p{}</style>"), name="surprise")
    with pytest.raises(ValueError, match="surprise"):
        map_parts(page)
    page = village_map(CONFIG)
    figure_of(page).html.add_child(Element("<SCRIPT>x</SCRIPT>"))
    with pytest.raises(ValueError, match="body"):
        map_parts(page)
