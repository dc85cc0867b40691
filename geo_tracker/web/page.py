"""Values every page carries, and the paging of long lists."""

from dataclasses import dataclass, replace
from math import ceil
from typing import Any

import pandas as pd
from flask import Flask, request, url_for
from flask_babel import get_locale
from flask_login import current_user

from geo_tracker import __version__
from geo_tracker.db.imports import any_synthetic, data_date
from geo_tracker.web.context import read_session, services

PAGE_ROWS = 50


def offer_page_values(app: Flask) -> None:
    """Hand every template what the frame of a page shows."""

    @app.context_processor
    def values() -> dict[str, Any]:
        notice, on = False, None
        if current_user.is_authenticated:
            with read_session() as session:
                notice, on = any_synthetic(session), data_date(session)
        return {
            "locale": str(get_locale()),
            "version": __version__,
            "map_author": services().settings.map_author,
            "synthetic_notice": notice,
            "data_date": on,
        }


@dataclass(frozen=True)
class Page:
    """One page of a list, with the way to the others."""

    rows: pd.DataFrame
    total: int
    first_row: int
    last_row: int
    previous_url: str | None
    next_url: str | None
    links: list[dict[str, Any] | None]


def paged(rows: pd.DataFrame) -> Page:
    """Return the page of a list that the request asks for; a page too far is the last."""
    number = page_number(len(rows))
    first = (number - 1) * PAGE_ROWS
    shown = rows.iloc[first : first + PAGE_ROWS]
    return replace(paged_of(len(rows), number, len(shown)), rows=shown)


def page_number(total: int) -> int:
    """Return which page of a list of so many rows the request asks for, from 1."""
    pages = max(1, ceil(total / PAGE_ROWS))
    return min(max(request.args.get("page", 1, type=int), 1), pages)


def paged_of(total: int, number: int, shown: int) -> Page:
    """Return the ways to the other pages of a list whose rows the database gave, so many here."""
    pages = max(1, ceil(total / PAGE_ROWS))
    first = (number - 1) * PAGE_ROWS
    near = {1, pages, number - 1, number, number + 1}
    links: list[dict[str, Any] | None] = []
    for candidate in sorted(near & set(range(1, pages + 1))):
        if links and links[-1] is not None and links[-1]["number"] < candidate - 1:
            links.append(None)
        links.append(
            {"number": candidate, "url": _page_url(candidate), "current": candidate == number}
        )
    return Page(
        rows=pd.DataFrame(),
        total=total,
        first_row=first + 1 if total else 0,
        last_row=first + shown,
        previous_url=_page_url(number - 1) if number > 1 else None,
        next_url=_page_url(number + 1) if number < pages else None,
        links=links,
    )


def _page_url(number: int) -> str:
    values: dict[str, Any] = request.args.to_dict() | {"page": str(number)}
    return url_for(request.endpoint or "home.show", **(request.view_args or {}), **values)
