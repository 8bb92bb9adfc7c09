"""A change in place, in a real browser: all that it moves is on the page at once, and nothing in use is taken away."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, Request, Route, expect

from accounts.db import as_firm
from engagements.models import Engagement
from milestones import options, slips
from milestones.actions import waits, work
from milestones.models import Deliverable
from tests import factories
from tests.chromium import PHONE, WIDE, Opener
from tests.factories import START, deliverable, line

pytestmark = pytest.mark.xdist_group("browser-forms")

# What the page says of the plan, part by part; how it is laid out and what is opened in it does not matter.
PARTS = "#plan-head, #plan-rows .chip, .group > summary, .d-row > .prow, #plan-why, #plan-waits, .full desc"
SAYS = "parts => [...document.querySelectorAll(parts)].map(one => one.textContent.replace(/\\s+/g, ' ').trim())"


@pytest.fixture
def engagement(people: factories.Cast) -> Engagement:
    """A and B wait on the client, all else is in Sam's hands after them; a later milestone hangs on the same hands."""
    with as_firm():
        lines = [line(ref, start=30, due=58, effort_days=9) for ref in "ABC"]
        lines.append(line("D", start=52, due=60, effort_days=6, needs_sign_off=False))
        lines += [line("E", day=90, start=62, due=80, effort_days=12), line("F", day=90, start=64, due=88)]
        made = factories.active(people, lines)
        work.start(by=people.specialist, deliverable=deliverable(made, "A"), on=START + timedelta(days=30))
        factories.ready(people.specialist, deliverable(made, "B"))
        for ref, what in (("A", "Access"), ("B", "A test account")):
            one = deliverable(made, ref)
            waits.open_wait(by=people.manager, deliverable=one, on="client", what=what, opened_on=date(2026, 11, 9))
        slips.recompute(made)
        options.recompute(made)
        return made


def row_of(one: Deliverable) -> str:
    return f"#d-{one.public_id}"


def says(tab: Page) -> list[str]:
    found: list[str] = tab.evaluate(SAYS, PARTS)
    return found


def is_asking(request: Request) -> bool:
    return request.headers.get("hx-target") == "plan-asks"


def settles_as_a_reload(tab: Page) -> None:
    """Assert that the page comes to say what it says when it is loaded anew."""
    other = tab.context.new_page()
    other.goto(tab.url)
    told = says(other)
    other.close()
    for _ in range(30):
        if says(tab) == told:
            return
        tab.wait_for_timeout(100)
    assert says(tab) == told


def press(tab: Page, one: Deliverable, button: str) -> None:
    tab.locator(row_of(one)).get_by_role("button", name=button, exact=True).first.click()


def closes_the_wait(tab: Page, one: Deliverable) -> None:
    press(tab, one, "Close the wait")


def nudges(tab: Page, one: Deliverable) -> None:
    tab.locator("#plan-waits").get_by_role("button", name="Send nudge").first.click()


def ticks(tab: Page, one: Deliverable) -> None:
    tab.locator(row_of(one)).get_by_label("It runs").click()


def submits(tab: Page, one: Deliverable) -> None:
    press(tab, one, "Submit for sign-off")


def starts(tab: Page, one: Deliverable) -> None:
    press(tab, one, "Start")


@pytest.mark.parametrize(
    ("ref", "act", "size"),
    [
        ("A", closes_the_wait, WIDE),
        ("A", closes_the_wait, PHONE),
        ("A", nudges, PHONE),
        ("A", ticks, WIDE),
        ("B", submits, PHONE),
        ("C", starts, WIDE),
    ],
    ids=["close-wide", "close-phone", "nudge", "tick", "submit", "start"],
)
def test_the_page_says_after_a_change_what_it_says_after_a_reload(
    people: factories.Cast,
    engagement: Engagement,
    tab_of: Opener,
    ref: str,
    act: Callable[[Page, Deliverable], None],
    size: tuple[int, int],
) -> None:
    with as_firm():
        one = deliverable(engagement, ref)
    tab = tab_of(people.manager, size=size)
    tab.goto(f"/engagements/{engagement.code}/?open={one.public_id}")
    before = says(tab)
    with tab.expect_response(lambda response: is_asking(response.request)):
        act(tab, one)
    settles_as_a_reload(tab)
    assert says(tab) != before
    expect(tab.locator(f"#o-{one.public_id}")).to_be_visible()


def test_other_open_rows_what_is_typed_ticked_and_folded_in_them_and_the_focus_stay(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        a, b, c = (deliverable(engagement, ref) for ref in "ABC")
    tab = tab_of(people.manager, size=(1440, 600))
    tab.goto(f"/engagements/{engagement.code}/?open={a.public_id}")
    tab.locator(f"#a-{b.public_id}").click()
    typed = tab.locator(f"#say-{b.public_id}")
    tab.locator(f"#pick-{c.public_id}").check()
    tab.locator(".group", has_text="Day 90").first.locator("summary").click()
    typed.fill("Half a sent")
    typed.focus()
    stood = tab.evaluate("id => document.getElementById(id).getBoundingClientRect().top", f"d-{b.public_id}")
    close = tab.locator(f"#o-{a.public_id} form[action$='/close/']")
    with tab.expect_response(lambda response: is_asking(response.request)):
        close.evaluate("form => form.requestSubmit()")  # by another hand, as it were: the focus is elsewhere
    expect(tab.locator("#plan-waits")).not_to_contain_text("Access")
    tab.wait_for_timeout(300)
    expect(typed).to_be_focused()
    tab.keyboard.type("ence")
    expect(typed).to_have_value("Half a sentence")
    expect(tab.locator(f"#pick-{c.public_id}")).to_be_checked()
    expect(tab.locator("#plan-rows").get_by_role("link", name="Deliverable E", exact=True)).to_be_visible()
    assert tab.locator(".d-row .is-open").count() == 2
    top = tab.evaluate("id => document.getElementById(id).getBoundingClientRect().top", f"d-{b.public_id}")
    assert abs(top - stood) < 20  # what it says itself may take a line more or less


def test_a_row_that_a_chip_no_longer_shows_stays_while_it_is_open(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        one = deliverable(engagement)
    tab = tab_of(people.manager)
    tab.goto(f"/engagements/{engagement.code}/")
    waiting = tab.locator("#plan-rows .chip", has_text="Waiting")
    waiting.click()
    expect(tab.locator(".d-row")).to_have_count(2)
    tab.locator(f"#a-{one.public_id}").click()
    with tab.expect_response(lambda response: is_asking(response.request)):
        closes_the_wait(tab, one)
    expect(waiting).to_have_text("Waiting 1")
    expect(tab.locator(".d-row")).to_have_count(2)
    expect(tab.locator(f"#o-{one.public_id}")).to_be_visible()


def test_what_is_asked_for_while_the_answer_comes_is_not_lost(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        one = deliverable(engagement, "C")
    tab = tab_of(people.manager)
    held: list[Route] = []
    tab.route(lambda _: True, lambda route: held.append(route) if _slow(route) else route.continue_())
    tab.goto(f"/engagements/{engagement.code}/")
    tab.locator(f"#a-{one.public_id}").click()
    with tab.expect_response(lambda response: is_asking(response.request)):
        tab.dispatch_event("body", "plan-changed")
    tab.wait_for_timeout(200)
    held.pop().continue_()
    expect(tab.locator(f"#o-{one.public_id}")).to_be_visible()
    tab.locator("#plan-rows .chip", has_text="Waiting").click()
    with tab.expect_response(lambda response: is_asking(response.request)):
        tab.dispatch_event("body", "plan-changed")
    tab.wait_for_timeout(200)
    held.pop().continue_()
    expect(tab.locator(".d-row")).to_have_count(2)


def _slow(route: Route) -> bool:
    """What a person asks for: a row, or a chip's rows."""
    return route.request.headers.get("hx-trigger", "").startswith(("a-", "chip-"))
