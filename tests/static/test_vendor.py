"""Files of others are as recorded, and nothing served asks another machine."""

import json
import re
import shutil
from pathlib import Path

import pytest

from scripts.vendor import PACKAGES, RECORD, VENDOR, differences, served_bytes, served_name

STATIC = VENDOR.parent

SERVED = sorted(
    path.relative_to(STATIC).as_posix()
    for path in STATIC.rglob("*")
    if path.suffix in {".css", ".js", ".svg"}
)

NOT_LOADED = {
    "www.w3.org": "names of XML vocabularies",
    "leafletjs.com": "a link that Leaflet's attribution can show",
    "getbootstrap.com": "licence comment",
    "github.com": "licence comment",
    "bugs.chromium.org": "comment",
    "bugzilla.mozilla.org": "comment",
}
"""Hosts that are named in served files without being asked, and why they are named."""

ADDRESS = re.compile(r"(?:https?|wss?):\\?/\\?/([\w.-]+)|url\(\s*[\"']?//([\w.-]+)")
STYLE_LOADS = re.compile(r"@import\s|url\(\s*[\"']?(?!data:|#)([^\"')]+)")


def test_vendored_files_are_as_recorded() -> None:
    assert differences(VENDOR) == []


def test_a_changed_a_missing_and_an_unknown_file_are_each_reported(tmp_path: Path) -> None:
    copy = tmp_path / "vendor"
    shutil.copytree(VENDOR, copy)
    (copy / "htmx" / "htmx.min.js").write_text("changed", encoding="utf-8")
    (copy / "leaflet" / "leaflet.css").unlink()
    (copy / "stray.js").write_text("", encoding="utf-8")
    assert differences(copy) == [
        "leaflet/leaflet.css: recorded but missing",
        "stray.js: not in the record",
        "htmx/htmx.min.js: differs from its record",
    ]


def test_a_version_that_was_not_fetched_is_reported(tmp_path: Path) -> None:
    copy = tmp_path / "vendor"
    shutil.copytree(VENDOR, copy)
    record = json.loads((copy / RECORD).read_text(encoding="utf-8"))
    record[0]["version"] = "0.0.1"
    (copy / RECORD).write_text(json.dumps(record), encoding="utf-8")
    assert [line.split(":")[1].strip() for line in differences(copy)] == [
        "pinned and recorded versions differ"
    ] * 2


def test_every_package_keeps_its_licence() -> None:
    missing = [p.name for p in PACKAGES if not (VENDOR / p.folder / "LICENSE").is_file()]
    assert missing == []


def test_source_map_comments_are_cut_and_nothing_else() -> None:
    script = b"var a = 1;\n//# sourceMappingURL=a.js.map\n"
    style = b"a{color:red}\n/*# sourceMappingURL=a.css.map */"
    assert served_bytes("a.js", script) == b"var a = 1;\n"
    assert served_bytes("a.css", style) == b"a{color:red}\n"
    assert served_bytes("a.png", script) == script


def test_images_keep_the_folder_that_styles_name() -> None:
    assert served_name("dist/images/layers.png") == "images/layers.png"
    assert served_name("dist/css/bootstrap.min.css") == "bootstrap.min.css"


@pytest.mark.parametrize("name", SERVED)
def test_a_served_file_names_no_host_that_it_could_ask(name: str) -> None:
    text = (STATIC / name).read_text(encoding="utf-8")
    hosts = {first or second for first, second in ADDRESS.findall(text)}
    assert hosts - NOT_LOADED.keys() == set()
    assert "sourceMappingURL" not in text


@pytest.mark.parametrize("name", [name for name in SERVED if name.endswith(".css")])
def test_a_style_loads_only_files_that_lie_beside_it(name: str) -> None:
    path = STATIC / name
    loaded = STYLE_LOADS.findall(path.read_text(encoding="utf-8"))
    # `#default#VML` and the like are no files; the pattern leaves them out.
    assert [file for file in loaded if not (path.parent / file).is_file()] == []
