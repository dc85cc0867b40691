"""The base map: asked for by the server, with its key, and by nobody else."""

import http.server
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from geo_tracker.config import Settings
from geo_tracker.errors import NotFoundError, UnreachableError
from geo_tracker.workflows import basemap
from geo_tracker.workflows.basemap import basemap_tile, picture_kind

PICTURE = b"\x89PNG\r\n\x1a\n and the rest"


class Host(http.server.BaseHTTPRequestHandler):
    """A base map of one picture; it notes what it is asked for."""

    asked: list[str] = []  # noqa: RUF012 - one list for all requests

    def do_GET(self) -> None:
        self.asked.append(self.path)
        if self.path.startswith("/away"):
            self.send_response(302)
            self.send_header("Location", "/10/1/2?tk=")
        else:
            self.send_response(200 if not self.path.startswith("/broken") else 500)
        self.end_headers()
        if self.path.startswith("/text"):
            self.wfile.write(b"<script>alert(1)</script>")
        elif self.path.startswith("/large"):
            self.wfile.write(PICTURE + b"0" * basemap.MOST_BYTES)
        else:
            self.wfile.write(PICTURE)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def host() -> Iterator[str]:
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    Host.asked.clear()
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()


def with_base(folder: Path, url: str) -> Settings:
    return Settings(data_dir=folder, basemap_url=url, basemap_key="s&cret")


def test_a_tile_is_asked_for_with_the_key_and_only_once(tmp_path: Path, host: str) -> None:
    settings = with_base(tmp_path, host + "/{z}/{x}/{y}?tk={key}")
    for _time in range(2):
        assert basemap_tile(settings, 10, 1, 2) == PICTURE
    assert Host.asked == ["/10/1/2?tk=s&cret"]
    assert not [path for path in tmp_path.rglob("*") if "cret" in path.name]


@pytest.mark.parametrize("place", ["text", "large", "broken", "away"])
def test_what_is_no_picture_of_this_host_is_refused(tmp_path: Path, host: str, place: str) -> None:
    settings = with_base(tmp_path, f"{host}/{place}/{{z}}/{{x}}/{{y}}")
    with pytest.raises(UnreachableError) as refused:
        basemap_tile(settings, 10, 1, 2)
    assert host not in str(refused.value)
    assert not [path for path in tmp_path.rglob("*") if path.is_file()]


def test_a_host_that_does_not_answer_is_said_without_its_address(tmp_path: Path) -> None:
    settings = with_base(tmp_path, "http://127.0.0.1:9/{z}/{x}/{y}?tk={key}")
    with pytest.raises(UnreachableError) as refused:
        basemap_tile(settings, 10, 1, 2)
    assert "cret" not in str(refused.value)


@pytest.mark.parametrize(
    ("url", "place"),
    [
        ("", (1, 0, 0)),
        ("file:///etc/passwd?{z}{x}{y}", (1, 0, 0)),
        ("http://127.0.0.1:9/{z}/{x}/{y}", (3, 8, 0)),
        ("http://127.0.0.1:9/{z}/{x}/{y}", (basemap.DEEPEST + 1, 0, 0)),
    ],
)
def test_there_is_no_tile_without_base_map_or_beyond_it(
    tmp_path: Path, url: str, place: tuple[int, int, int]
) -> None:
    with pytest.raises(NotFoundError):
        basemap_tile(with_base(tmp_path, url), *place)


def test_tiles_beyond_the_bound_are_not_kept(
    tmp_path: Path, host: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(basemap, "MOST_KEPT", 1)
    settings = with_base(tmp_path, host + "/{z}/{x}/{y}")
    for x in (1, 2, 2):
        assert basemap_tile(settings, 10, x, 2) == PICTURE
    assert len(Host.asked) == 3
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 1


def test_pictures_are_told_by_their_first_bytes() -> None:
    assert picture_kind(PICTURE) == "image/png"
    assert picture_kind(b"<svg onload=alert(1)>") is None
