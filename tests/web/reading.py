"""What tests read off a page: its text, its rows, its numbers and where they lead."""

import html
import re

from tests.web.visitors import Visitor

TOTAL = re.compile(r"[\d,]+–[\d,]+ of ([\d,]+)")


def plain(page: str) -> str:
    """Return the text of a page's main part, blanks as one."""
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", page.partition("<main")[2]))


def rows(page: str) -> list[str]:
    """Return the rows of the first table of a page as plain text."""
    body = page.partition("<tbody>")[2].partition("</tbody>")[0]
    return [plain(f"<main{row}") for row in body.split("<tr")[1:]]


def rows_behind(who: Visitor, address: str) -> int:
    """Return how many rows a list says it has; it must say so, or say that nothing matches."""
    page = who.page(html.unescape(address))
    found = TOTAL.search(page)
    if found is None:
        assert 'class="gt-empty"' in page, address
        return 0
    return int(found[1].replace(",", ""))


def links_with_counts(page: str) -> list[tuple[str, int]]:
    """Return the address and number of every link of the page that is a whole number."""
    main = page.partition("<main")[2]
    found = re.findall(r'<a [^>]*?href="([^"]+)"[^>]*>(?:<[^>]+>)*\s*([\d,]+)\s*<', main)
    return [(address, int(number.replace(",", ""))) for address, number in found]


def wrong_links(who: Visitor) -> dict[str, tuple[int, int]]:
    """Return the links of the overview that lead to another number of rows than they say."""
    links = links_with_counts(who.page("/"))
    assert len(links) >= 20
    return {
        address: (number, behind)
        for address, number in links
        if (behind := rows_behind(who, address)) != number
    }
