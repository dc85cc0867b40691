"""People who visit the pages in tests: signed in, sending forms with their tokens."""

import re
from typing import Any

from flask import Flask
from werkzeug.test import TestResponse

from geo_tracker.web.context import Services
from geo_tracker.workflows.users import add_user

PASSWORD = "password-123"


class Visitor:
    """A browser's session, as far as tests need it."""

    def __init__(self, app: Flask, *, language: str = "en") -> None:
        self.client = app.test_client()
        self.headers = {"Accept-Language": language}
        self._token = ""

    def get(self, path: str) -> TestResponse:
        """Open a page."""
        return self.client.get(path, headers=self.headers)

    def page(self, path: str) -> str:
        """Return the text of a page that must be there."""
        response = self.get(path)
        assert response.status_code == 200, f"{path}: {response.status_code}"
        return response.get_data(as_text=True)

    def token(self, path: str = "/sign-in") -> str:
        """Return the token of the forms of a page."""
        found = re.search(r'name="csrf_token" value="([^"]+)"', self.get(path).text)
        assert found is not None, f"{path} holds no form"
        return found[1]

    def post(self, path: str, data: dict[str, Any], *, form_of: str = "/password") -> TestResponse:
        """Send a form with the token that a page gave, the first time or this time."""
        self._token = self._token or self.token(form_of)
        form = data | {"csrf_token": self._token}
        if path.startswith("/sign-"):
            self._token = ""  # whoever signs in or out begins a session of his own
        return self.client.post(path, data=form, headers=self.headers)


def visitor(
    app: Flask, role: str | None, *, language: str = "en", name: str = "", office: str | None = None
) -> Visitor:
    """Return somebody signed in with a role and named after it; with none, somebody who is not."""
    if role is None:
        return Visitor(app, language=language)
    services: Services = app.extensions["geo_tracker"]
    username = name or role
    add_user(
        services.engine,
        username=username,
        password=PASSWORD,
        role=role,
        office=office,
        must_change=False,
    )
    return back(app, username, language=language)


def back(app: Flask, username: str, *, language: str = "en") -> Visitor:
    """Return somebody who was here before, signed in again."""
    somebody = Visitor(app, language=language)
    form = {"username": username, "password": PASSWORD}
    answer = somebody.post("/sign-in", form, form_of="/sign-in")
    assert answer.status_code == 303
    return somebody
