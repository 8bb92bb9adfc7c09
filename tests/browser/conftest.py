"""Chromium, tabs of people in it, and what must hold on every page that a tab ever shows."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser as Chromium, BrowserContext, Page, expect, sync_playwright

from accounts.models import User

WIDE = (1440, 900)
PHONE = (390, 844)
# Two cores may be shared with the rest of the suite.
PATIENCE_MS = 15_000
Opener = Callable[..., Page]

# A blocked style or script may be silent in the console; the event is not.
TELL_BLOCKED = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Blocked by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""


@pytest.fixture
def chromium(transactional_db: None, chromium_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Chromium]:
    """A browser of the test's own."""
    monkeypatch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "1")  # playwright runs a loop in this thread
    expect.set_options(timeout=PATIENCE_MS)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=chromium_path, args=["--no-sandbox"])
        yield browser
        browser.close()


@pytest.fixture
def tab_of(chromium: Chromium, live_server: object) -> Iterator[Opener]:
    """Open a tab: of somebody signed in, or of nobody; the test fails on any error that a console shows."""
    said: list[str] = []

    def opener(user: User | None = None, *, script: bool = True, size: tuple[int, int] = WIDE) -> Page:
        context = chromium.new_context(
            base_url=str(live_server),
            java_script_enabled=script,
            viewport={"width": size[0], "height": size[1]},
            reduced_motion="reduce",
        )
        context.set_default_timeout(PATIENCE_MS)
        context.add_init_script(TELL_BLOCKED)
        if user is not None:
            _sign_in_behind(context, user, str(live_server))
        tab = context.new_page()
        tab.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
        tab.on("pageerror", lambda error: said.append(str(error)))
        return tab

    yield opener
    assert said == []


def _sign_in_behind(context: BrowserContext, user: User, url: str) -> None:
    """Give a browser a session of this person, without the page that asks for it."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])
