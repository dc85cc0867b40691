"""What travels compressed, and what must not."""

import gzip
import re

import pytest
from flask import Flask

from geo_tracker.config import ROOT
from tests.web.test_villages import unit_id
from tests.web.visitors import visitor

# What browsers ask for on an intranet without TLS.
PLAIN_HTTP = {"Accept-Encoding": "gzip, deflate"}
PROXY = {"Accept-Encoding": "gzip"}


def without_blanks(text: str) -> str:
    return re.sub(r"\s|;(?=\s*})", "", text)


@pytest.mark.parametrize("headers", [PLAIN_HTTP, PROXY], ids=["browser", "proxy"])
@pytest.mark.parametrize("name", ["css/app.css", "js/map/tiles.js", "vendor/leaflet/leaflet.js"])
def test_files_travel_compressed_and_our_own_without_comments(
    county: Flask, name: str, headers: dict[str, str]
) -> None:
    answer = county.test_client().get(f"/static/{name}", headers=headers)
    original = (ROOT / "geo_tracker" / "static" / name).read_text("utf-8")
    assert answer.headers["Content-Encoding"] == "gzip"
    sent = gzip.decompress(answer.data).decode()
    if name.startswith("vendor/"):
        assert sent == original
    else:
        assert "/*" not in sent
        assert without_blanks(sent) == without_blanks(
            re.sub(r"/\*.*?\*/|^\s*//[^\n]*$", "", original, flags=re.DOTALL | re.MULTILINE)
        )
    assert len(answer.data) < len(original) / 2


def test_texts_of_the_map_are_kept_by_browsers_until_they_change(county: Flask) -> None:
    viewer = visitor(county, "viewer", language="zh")
    address = re.search(r'src="(/map/texts/[^"]+)"', viewer.page("/map/"))
    assert address is not None
    answer = viewer.get(address[1].replace("&amp;", "&"))
    assert "immutable" in answer.headers["Cache-Control"]
    assert "所示日期" in gzip.decompress(answer.data).decode()
    assert viewer.get("/map/texts/fr.js").status_code == 404


def test_what_the_map_asks_for_first_is_asked_for_with_the_page(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    hint = re.compile(r'rel="preload" as="fetch" crossorigin="anonymous" href="([^"]+)"')
    for asked, first in (
        ("", "/map/themes/merged.json"),
        ("?theme=consent&side=former", "/map/themes/consent.json?side=former"),
    ):
        theme, ids = hint.findall(viewer.page(f"/map/{asked}"))
        assert theme == first
        answer = viewer.get(theme).get_json()
        assert answer["ids"] == ids
    # The script asks for other classes in its own words.
    assert not hint.findall(viewer.page("/map/?theme=consent&classes=3"))


def test_data_of_the_map_travel_compressed(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    path = f"/map/villages/{unit_id(county, '倪宅新村')}.json"
    answer = viewer.client.get(path, headers=PLAIN_HTTP)
    assert answer.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(answer.data).startswith(b"{")


@pytest.mark.parametrize("path", ["/", "/imports/", "/map/"])
def test_pages_with_form_tokens_are_not_compressed(county: Flask, path: str) -> None:
    viewer = visitor(county, "viewer")
    answer = viewer.client.get(path, headers=PLAIN_HTTP)
    assert answer.status_code == 200
    assert "Content-Encoding" not in answer.headers


def test_a_file_that_a_browser_holds_already_is_not_sent_again(county: Flask) -> None:
    client = county.test_client()
    first = client.get("/static/css/app.css", headers=PLAIN_HTTP)
    held = PLAIN_HTTP | {"If-None-Match": first.headers["ETag"]}
    again = client.get("/static/css/app.css", headers=held)
    assert (again.status_code, again.data) == (304, b"")


def test_tiles_travel_as_they_were_stored(county: Flask) -> None:
    viewer = visitor(county, "viewer")
    address = re.search(r"/tiles/[0-9a-f]+/", viewer.page("/map/"))
    assert address is not None
    names = viewer.client.get(f"{address[0]}names/0.json", headers=PLAIN_HTTP)
    assert names.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(names.data).startswith(b"{")
