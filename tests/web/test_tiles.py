"""Tiles for the map and for QGIS: who may read them, where they are, and how long they keep."""

import gzip
import json
import re
import time
from pathlib import Path
from urllib.parse import urlsplit

import pyogrio
import pytest
import shapely
from flask import Flask

from geo_tracker.db import reading
from geo_tracker.db.imports import layers_in_order
from geo_tracker.web import tile_door
from geo_tracker.web.context import Services
from geo_tracker.workflows import users
from tests import samples
from tests.web.test_villages import unit_id
from tests.web.visitors import PASSWORD, Visitor, visitor

DAY = str(samples.AFTER_ON)
FULL = (13, 6827, 3408)
"""The tile of the sample's villages."""


def key_of(app: Flask) -> str:
    services: Services = app.extensions["geo_tracker"]
    with reading(services.engine) as session:
        return str(layers_in_order(session)[-1].tiles_key)


def address(layer: str, tile: tuple[int, int, int] = FULL) -> str:
    return f"/tiles/{layer}/{tile[0]}/{tile[1]}/{tile[2]}.mvt"


def tile_at(app: Flask, z: int) -> tuple[int, int, int]:
    return z, FULL[1] >> (FULL[0] - z), FULL[2] >> (FULL[0] - z)


def given_addresses(who: Visitor) -> list[str]:
    """Return the addresses that the page for QGIS gives, as paths with their query."""
    found = re.findall(r"http://localhost(/tiles/[^<\s]+)", who.page("/tiles/"))
    return [text.replace("&amp;", "&") for text in found]


@pytest.mark.parametrize("z", [8, 11, 13])
def test_gdal_reads_villages_with_names_and_codes_where_they_lie(
    planner: Visitor, county: Flask, tmp_path: Path, z: int
) -> None:
    tile = tile_at(county, z)
    answer = planner.get(address(DAY, tile))
    file = tmp_path / f"{z}.mvt"
    file.write_bytes(answer.data)
    place = {"Z": str(z), "X": str(tile[1]), "Y": str(tile[2])}
    villages = pyogrio.read_dataframe(file, layer="villages", CLIP="NO", fid_as_index=True, **place)
    assert villages.crs.to_epsg() == 3857
    lon, lat = villages.to_crs(4326).union_all().centroid.coords[0]
    assert (round(lon, 1), round(lat, 1)) == (120.0, 28.9)
    merged = villages[villages["mvt_id"] == unit_id(county, "倪宅新村")]
    assert len(merged) == 1
    if z >= 11:
        row = merged.iloc[0]
        assert (row["name"], row["code"]) == ("倪宅新村", "330784114200")
        labels = pyogrio.read_dataframe(file, layer="labels", **place)
        assert set() < set(labels["name"]) <= set(villages["name"])
    named = {8: "county_labels", 11: "town_labels"}.get(z)
    if named:
        points = pyogrio.read_dataframe(file, layer=named, **place)
        expected = {"county_labels": {"永康市"}, "town_labels": {"花街镇", "石柱镇"}}[named]
        assert set(points["name"]) == expected
    towns = pyogrio.read_dataframe(file, layer="towns", CLIP="NO", **place)
    assert shapely.union_all(towns.geometry).area == pytest.approx(
        shapely.union_all(villages.geometry).area, rel=1e-6
    )


def test_addresses_with_a_hash_are_kept_for_ever_and_those_with_a_date_for_a_minute(
    planner: Visitor, county: Flask
) -> None:
    by_hash, by_day = (planner.get(address(layer)) for layer in (key_of(county), DAY))
    assert by_hash.data == by_day.data
    assert "immutable" in by_hash.headers["Cache-Control"]
    assert by_day.headers["Cache-Control"] == "private, max-age=60"


@pytest.mark.parametrize("layer", ["2001-01-01", "0123456789abcdef", "none", "%2e%2e"])
def test_a_layer_that_is_not_there_is_not_found(planner: Visitor, layer: str) -> None:
    assert planner.get(address(layer)).status_code == 404
    assert planner.get(f"/tiles/{layer}.json").status_code == 404


def test_tilejson_says_where_the_tiles_are_and_what_is_in_them(
    planner: Visitor, county: Flask
) -> None:
    said = planner.get(f"/tiles/{DAY}.json").get_json()
    assert (said["minzoom"], said["maxzoom"]) == (3, 13)
    assert said["bounds"] == pytest.approx([120.0, 28.9, 120.06, 28.92], abs=0.02)
    fields = {layer["id"]: layer["fields"] for layer in said["vector_layers"]}
    assert fields["villages"] == {"name": "String", "code": "String"}
    assert fields["county_labels"] == fields["town_labels"] == {"name": "String"}
    path = urlsplit(said["tiles"][0]).path
    z, x, y = FULL
    assert path.format(z=z, x=x, y=y) == address(DAY)


def test_names_come_in_blocks_of_ids(planner: Visitor, county: Flask) -> None:
    answer = planner.get(f"/tiles/{key_of(county)}/names/0.json")
    said = json.loads(gzip.decompress(answer.data))
    assert "倪宅新村" in said["names"]
    assert len(said["ids"]) == len(said["names"]) == 4


def test_the_page_gives_every_layer_with_the_readers_key(county: Flask) -> None:
    stranger = county.test_client()
    found = given_addresses(visitor(county, "viewer"))
    assert len(found) == 4
    for text in found:
        assert stranger.get(text.format(z=FULL[0], x=FULL[1], y=FULL[2])).status_code == 200
    said = stranger.get(found[-1]).get_json()
    asked = urlsplit(said["tiles"][0].format(z=FULL[0], x=FULL[1], y=FULL[2]))
    assert stranger.get(f"{asked.path}?{asked.query}").status_code == 200


def test_a_key_opens_tiles_and_nothing_else(county: Flask) -> None:
    stranger = county.test_client()
    query = urlsplit(given_addresses(visitor(county, "admin"))[0]).query
    assert stranger.get(f"{address(DAY)}?{query}").status_code == 200
    for path in ("/", "/map/", "/tiles/", f"/tiles/{key_of(county)}/names/0.json", "/settings/"):
        assert stranger.get(f"{path}?{query}").status_code == 302
    assert stranger.post(f"/settings/users?{query}").status_code in {302, 400}


@pytest.mark.parametrize("query", ["", "?access=", "?access=nonsense", "?access=WzEsIngiXQ.AAAA"])
def test_nobody_reads_tiles_without_a_key(county: Flask, query: str) -> None:
    for layer in (DAY, key_of(county)):
        assert county.test_client().get(address(layer) + query).status_code == 302


def test_a_key_ends_with_the_password_and_with_the_account(county: Flask) -> None:
    services: Services = county.extensions["geo_tracker"]
    stranger = county.test_client()
    who = visitor(county, "viewer")
    first = given_addresses(who)[0].format(z=FULL[0], x=FULL[1], y=FULL[2])
    assert stranger.get(first).status_code == 200
    user = users.id_of(services.engine, "viewer")
    users.change_password(services.engine, user, old=PASSWORD, new="another-password-1")
    assert stranger.get(first).status_code == 302
    second = given_addresses(who)[0].format(z=FULL[0], x=FULL[1], y=FULL[2])
    assert stranger.get(second).status_code == 200
    users.set_active(services.engine, user, active=False)
    assert stranger.get(second).status_code == 302


def test_whoever_got_one_tile_gets_others_without_being_looked_up(
    county: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    services: Services = county.extensions["geo_tracker"]
    who = visitor(county, "viewer")
    key = key_of(county)
    slow = who.get(address(key))
    monkeypatch.setitem(county.view_functions, "tiles.tile", lambda **_: ("looked up", 500))
    quick = who.get(address(key))
    assert quick.status_code == slow.status_code == 200
    assert quick.data == slow.data
    for header in ("Content-Type", "Content-Encoding", "Cache-Control", "X-Content-Type-Options"):
        assert quick.headers[header] == slow.headers[header]
    assert who.get(address(key, (13, 1, 1))).status_code == 204
    assert who.get(address("0123456789abcdef")).status_code == 500  # asked of the application
    assert county.test_client().get(address(key)).status_code == 302
    # Some seconds later it is looked up again whether the account may still be used.
    users.set_active(services.engine, users.id_of(services.engine, "viewer"), active=False)
    now = time.monotonic()
    monkeypatch.setattr(time, "monotonic", lambda: now + tile_door.KNOWN_SECONDS + 1)
    assert who.get(address(key)).status_code == 302
