"""One Chromium for tests that follow each other, tabs of people in it, and what must hold on every page they show."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.base import AxeResults
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser as Chromium, BrowserContext, Page, Playwright, expect, sync_playwright

from accounts.models import User
from config.embedded.browser import find_chromium

WIDE = (1440, 900)
PHONE = (390, 844)
NARROW = (320, 700)
# Two cores may be shared with the rest of the suite.
PATIENCE_MS = 15_000
Opener = Callable[..., Page]
# Playwright runs a loop in the thread of the tests, and Django would refuse the database there.
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"
# Scripts compile and tidy up in their own thread: more threads take more of the cores that all workers share.
ARGUMENTS = ("--no-sandbox", "--js-flags=--single-threaded")

# A blocked style or script may be silent in the console; the event is not.
TELL_BLOCKED = """document.addEventListener("securitypolicyviolation", (event) =>
  console.error(`Blocked by the policy: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`));"""

AXE = Axe()


class Running:
    """The browser of this worker, while tests need it."""

    def __init__(self) -> None:
        self.playwright: Playwright | None = None
        self.browser: Chromium | None = None

    def started(self, path: Path) -> Chromium:
        """Return it, started where it does not run."""
        if self.browser is None or not self.browser.is_connected():
            self.end()
            os.environ[UNSAFE] = "1"
            self.playwright = sync_playwright().start()
            self.browser = self.playwright.chromium.launch(executable_path=path, args=ARGUMENTS)
        return self.browser

    def end(self) -> None:
        """End it: playwright's loop stays in the thread for as long as it runs, and other tests want none there."""
        if self.browser is not None:
            self.browser.close()
        if self.playwright is not None:
            self.playwright.stop()
        self.browser = self.playwright = None
        os.environ.pop(UNSAFE, None)


RUNNING = Running()


@pytest.hookimpl(tryfirst=True)
def pytest_runtest_setup(item: pytest.Item) -> None:
    """Start the browser before the test's database is made ready.

    Where a loop runs, Django has other connections than where none does: a test begins and ends on the same ones.
    """
    path = find_chromium() if "chromium" in getattr(item, "fixturenames", ()) else None
    if path is not None:
        RUNNING.started(path)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> Iterator[None]:
    """Keep the browser for the next test that needs one."""
    yield
    if "chromium" not in getattr(nextitem, "fixturenames", ()):
        RUNNING.end()


@pytest.fixture
def chromium(transactional_db: None, chromium_path: Path) -> Iterator[Chromium]:
    """A browser in which nothing of another test is left."""
    expect.set_options(timeout=PATIENCE_MS)
    browser = RUNNING.started(chromium_path)
    yield browser
    for context in browser.contexts:
        context.close()


@pytest.fixture
def tab_options() -> dict[str, Any]:
    """Options of every tab of a test."""
    return {"reduced_motion": "reduce"}


@pytest.fixture
def pardoned() -> tuple[str, ...]:
    """How an error in a console begins that is no fault; none is."""
    return ()


@pytest.fixture
def tab_of(
    chromium: Chromium, live_server: object, tab_options: dict[str, Any], pardoned: tuple[str, ...]
) -> Iterator[Opener]:
    """Open a tab: of somebody signed in, or of nobody; the test fails on any error that a console shows."""
    said: list[str] = []

    def opener(user: User | None = None, *, script: bool = True, size: tuple[int, int] = WIDE, **more: Any) -> Page:
        context = chromium.new_context(
            base_url=str(live_server),
            java_script_enabled=script,
            viewport={"width": size[0], "height": size[1]},
            **{**tab_options, **more},
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
    assert [one for one in said if not one.startswith(pardoned)] == []


def _sign_in_behind(context: BrowserContext, user: User, url: str) -> None:
    """Give a browser a session of this person, without the page that asks for it."""
    client = Client()
    client.force_login(user)
    name = settings.SESSION_COOKIE_NAME
    context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


def clean(tab: Page, how: str = "", **options: object) -> None:
    """Assert that axe finds nothing on the page as it stands."""
    if not tab.evaluate("'axe' in window"):
        tab.evaluate(AXE.axe_script)
    # What is in order is not listed: it would be the whole page, and take as long again.
    found = AxeResults(
        tab.evaluate("(options) => axe.run(document, options)", {"resultTypes": ["violations"], **options})
    )
    assert found.violations_count == 0, f"{tab.url} {how}\n{found.generate_report()}"


def fits(tab: Page) -> None:
    """Assert that nothing scrolls sideways on a phone, and on the narrowest one that people have."""
    for size in (PHONE, NARROW):
        tab.set_viewport_size({"width": size[0], "height": size[1]})
        wide = tab.evaluate("document.documentElement.scrollWidth")
        assert wide <= size[0], f"{tab.url} is {wide} wide on a screen of {size[0]}"
