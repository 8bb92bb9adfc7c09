"""A browser for tests that stand as the firm: each request begins as the web does, with the bare login role."""

from typing import Any

from django.test import Client

from accounts.db import as_login
from accounts.models import User


class Browser(Client):
    """Django's test client, outside of whatever role the test stands in."""

    def force_login(self, user: Any, backend: str | None = None) -> None:
        """Sign in."""
        with as_login():
            super().force_login(user, backend)

    def request(self, **request: Any) -> Any:
        """Send one request."""
        with as_login():
            return super().request(**request)


def browser_of(user: User) -> Browser:
    """Return a browser in which this person is signed in."""
    browser = Browser()
    browser.force_login(user)
    return browser
