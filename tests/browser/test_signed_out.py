"""Signed out while something is half typed: it stays, and goes out once somebody has signed in again."""

import pytest
from django.conf import settings
from django.test import Client
from playwright.sync_api import Browser as Chromium, BrowserContext, Locator, Page, expect

from accounts.db import as_firm
from accounts.models import User
from engagements.models import Engagement
from milestones.models import Comment
from tests import factories

pytestmark = pytest.mark.xdist_group("browser-forms")
THOUGHT = "Half a thought, typed for ten minutes"


@pytest.fixture
def cast(transactional_db: None) -> factories.Cast:
    with as_firm():
        return factories.cast()


@pytest.fixture
def engagement(cast: factories.Cast) -> Engagement:
    with as_firm():
        return factories.active(cast, [factories.line("A")])


@pytest.fixture
def browser(chromium: Chromium, live_server: object) -> BrowserContext:
    return chromium.new_context(base_url=str(live_server), reduced_motion="reduce")


def sign_in(browser: BrowserContext, user: User, url: str) -> None:
    """As signing in does: a new session, and a new mark against forged forms."""
    client = Client(enforce_csrf_checks=True)
    client.get("/accounts/login/")
    client.force_login(user)
    client.get("/accounts/password/change/")
    for name in (settings.SESSION_COOKIE_NAME, settings.CSRF_COOKIE_NAME):
        if name in client.cookies:
            browser.add_cookies([{"name": name, "value": client.cookies[name].value, "url": url}])


@pytest.fixture
def tab(browser: BrowserContext, cast: factories.Cast, engagement: Engagement, live_server: object) -> Page:
    """The manager's, with a deliverable open."""
    sign_in(browser, cast.manager, str(live_server))
    with as_firm():
        one = factories.deliverable(engagement)
    tab = browser.new_page()
    tab.goto(f"/engagements/{engagement.code}/?open={one.public_id}")
    return tab


def written(tab: Page) -> Locator:
    """Type into the thread of the deliverable, and return the button that sends it."""
    thread = tab.locator("form").filter(has=tab.get_by_placeholder("Write to the team"))
    thread.get_by_placeholder("Write to the team").fill(THOUGHT)
    return thread.locator("button[type=submit]")


def test_what_is_typed_goes_out_after_signing_in_again(
    tab: Page, cast: factories.Cast, browser: BrowserContext, live_server: object
) -> None:
    send = written(tab)
    browser.clear_cookies()
    send.click()
    expect(tab.locator(".toast")).to_contain_text("What you typed is still here.")
    expect(tab.get_by_placeholder("Write to the team")).to_have_value(THOUGHT)
    sign_in(browser, cast.manager, str(live_server))
    tab.locator(".toast").get_by_role("button", name="Try again").click()
    expect(tab.locator(".open-d")).to_contain_text(THOUGHT)
    with as_firm():
        assert Comment.objects.get().text == THOUGHT


def test_a_form_without_htmx_carries_the_new_mark_too(
    tab: Page, cast: factories.Cast, engagement: Engagement, browser: BrowserContext, live_server: object
) -> None:
    tab.goto(f"/engagements/{engagement.code}/activity/")
    send = written(tab)
    browser.clear_cookies()
    sign_in(browser, cast.manager, str(live_server))
    send.click()
    expect(tab.locator("main")).to_contain_text(THOUGHT)
    with as_firm():
        assert Comment.objects.get().text == THOUGHT


def test_only_the_session_gone_says_so(tab: Page, browser: BrowserContext) -> None:
    send = written(tab)
    browser.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    send.click()
    said = tab.locator(".toast")
    expect(said).to_contain_text("You were signed out. Sign in again in another tab, then send this once more.")
    expect(said).to_contain_text("What you typed is still here.")
    expect(tab.get_by_placeholder("Write to the team")).to_have_value(THOUGHT)


@pytest.mark.parametrize("script", [True, False], ids=["with script", "without script"])
def test_a_plain_form_is_sent_again_from_a_page_of_its_own(
    chromium: Chromium, cast: factories.Cast, engagement: Engagement, live_server: object, script: bool
) -> None:
    url = str(live_server)
    browser = chromium.new_context(base_url=url, reduced_motion="reduce", java_script_enabled=script)
    sign_in(browser, cast.manager, url)
    tab = browser.new_page()
    tab.goto(f"/engagements/{engagement.code}/activity/")
    send = written(tab)
    browser.clear_cookies(name=settings.SESSION_COOKIE_NAME)
    send.click()
    expect(tab.locator("main")).to_contain_text("You were signed out.")
    with as_firm():
        assert not Comment.objects.exists()
    sign_in(browser, cast.manager, url)
    tab.get_by_role("button", name="Send again").click()
    if not script:  # the mark in the page is the old session's: it is offered once more, with a new one
        expect(tab.locator("main")).to_contain_text("You signed in anew")
        tab.get_by_role("button", name="Send again").click()
    expect(tab).to_have_url(f"{url}/engagements/{engagement.code}/")
    with as_firm():
        assert Comment.objects.get().text == THOUGHT
