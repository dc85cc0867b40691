"""A browser that visits the board of `tests.maps.compared`, one page a module."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page

from tests.maps.compared import Site, visiting


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Site:
    """Cut the tiles of the board's three layers."""
    return Site.built(tmp_path_factory.mktemp("tiles"))


@pytest.fixture(scope="module")
def page(browser: Browser, site: Site) -> Iterator[Page]:
    """Open the page that the tests of a module share."""
    with visiting(browser, site, viewport={"width": 1440, "height": 900}) as page:
        yield page
