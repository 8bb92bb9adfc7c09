"""What would help a slipping milestone, in a real browser: a wait is closed, an option applied, and the dates move."""

import re
from datetime import date, timedelta

import pytest
from playwright.sync_api import Page, Request, Route, expect

from accounts.db import as_firm
from engagements.models import Engagement
from milestones import options, slips
from milestones.actions import waits, work
from milestones.models import Deliverable, WaysOut
from tests import factories
from tests.browser.test_sound_pages import sound
from tests.chromium import Opener
from tests.factories import START, deliverable, line

pytestmark = pytest.mark.xdist_group("browser-forms")


@pytest.fixture
def engagement(people: factories.Cast) -> Engagement:
    """A waits on the client; Sam has six things in hand, Una of the same role none."""
    with as_firm():
        lines = [line(ref, start=30, due=58, effort_days=15) for ref in "ABCDE"]
        lines.append(line("F", start=52, due=60, effort_days=8, needs_sign_off=False))
        made = factories.active(people, lines)
        factories.placement(people.manager, made, people.unplaced)
        for ref in "ABCDE":
            work.start(by=people.specialist, deliverable=deliverable(made, ref), on=START + timedelta(days=30))
        one = deliverable(made)
        waits.open_wait(by=people.manager, deliverable=one, on="client", what="Access", opened_on=date(2026, 11, 9))
        slips.recompute(made)
        options.recompute(made)
        return made


def eight_in_ten(tab: Page) -> str:
    """The date of the card beside the timeline."""
    found = re.search(r"8 in 10 by (.+?);", tab.locator("#plan-why").inner_text())
    assert found is not None
    return found[1]


def test_closing_a_wait_moves_the_8_in_10_date_at_once(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        one = deliverable(engagement)
    tab = tab_of(people.manager)
    tab.goto(f"/engagements/{engagement.code}/?open={one.public_id}")
    before = eight_in_ten(tab)
    tab.locator(f"#o-{one.public_id}").get_by_role("button", name="Close the wait").click()
    said = tab.locator(".toast")
    expect(said).to_contain_text("The wait has ended. Day 60: 8 in 10 by")
    expect(said).to_contain_text(f"was {before}.")
    expect(tab.locator("#plan-why")).not_to_contain_text(f"8 in 10 by {before};")
    assert f"8 in 10 by {eight_in_ten(tab)}, was" in said.inner_text()
    expect(tab.locator("#plan-ways")).to_contain_text("Being worked out")


def test_a_change_while_an_answer_is_on_its_way_is_asked_for_after_it(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    tab = tab_of(people.manager)
    held: list[Route] = []
    tab.goto(f"/engagements/{engagement.code}/")
    tab.route(lambda _: True, lambda route: held.append(route) if _asks(route) and not held else route.continue_())
    with tab.expect_request(_is_asking):
        tab.dispatch_event("body", "plan-changed")
    # Two changes while the first answer is on its way: one more question, put when it has come.
    tab.dispatch_event("body", "plan-changed")
    tab.wait_for_timeout(400)
    tab.dispatch_event("body", "forecast-asked")
    tab.wait_for_timeout(1_700)
    with as_firm():
        WaysOut.objects.all().delete()
    with tab.expect_response(lambda response: _is_asking(response.request)):
        held[0].continue_()
    expect(tab.locator("#plan-ways")).to_contain_text("Being worked out")


def test_a_timeline_stays_as_chosen_when_something_changes(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    tab = tab_of(people.manager)
    tab.goto(f"/engagements/{engagement.code}/")
    tab.get_by_role("button", name="Table", exact=True).click()
    expect(tab.locator("#plan-timeline table")).to_be_visible()
    with tab.expect_response(lambda response: _is_asking(response.request)):
        tab.dispatch_event("body", "plan-changed")
    expect(tab.locator("#plan-timeline table")).to_be_visible()
    with as_firm():
        work.start(by=people.specialist, deliverable=deliverable(engagement, "F"))
    with tab.expect_response(lambda response: _is_asking(response.request)):
        tab.dispatch_event("body", "plan-changed")
    expect(tab.locator("#plan-timeline table").get_by_role("row").filter(has_text="Deliverable F")).to_contain_text(
        "In progress"
    )


def _is_asking(request: Request) -> bool:
    """Whether a page asks for all that a change moves."""
    return request.headers.get("hx-target") == "plan-asks"


def _asks(route: Route) -> bool:
    return _is_asking(route.request)


def test_an_option_is_applied_with_a_reason(people: factories.Cast, engagement: Engagement, tab_of: Opener) -> None:
    tab = tab_of(people.manager)
    sound(tab, [f"/engagements/{engagement.code}/"])
    tab.goto(f"/engagements/{engagement.code}/")
    before = eight_in_ten(tab)
    card = tab.locator("#plan-ways")
    expect(card).to_contain_text("Worked out with the plan of today")
    give = card.get_by_role("listitem").filter(has_text="to Una Unplaced").first
    given = re.search(r"“(.+)” to Una", give.inner_text())
    assert given is not None
    give.get_by_role("link", name="Change owner").click()
    expect(tab.get_by_label("Who takes it over")).to_have_value(re.compile(r"\d+"))
    expect(tab.locator("main")).to_contain_text("With Una Unplaced the next milestone is likely on")
    sound(tab, [tab.url])
    tab.get_by_label("Why").fill("She has time until Christmas.")
    tab.get_by_role("button", name="Change the owner").click()
    expect(tab.locator(".toast")).to_contain_text("The owner is changed. Day 60:")
    expect(tab.locator(".toast")).to_contain_text("was")
    assert eight_in_ten(tab) != before or "as before" in tab.locator(".toast").inner_text()
    with as_firm():
        owner = Deliverable.objects.get(engagement=engagement, title=given[1]).owner
        assert owner is not None
        assert owner.user.name == "Una Unplaced"


def test_dropping_begins_a_plan_change_that_shows_its_effect(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        one = deliverable(engagement, "F")
    tab = tab_of(people.manager)
    tab.goto(f"/engagements/{engagement.code}/ask/?without={one.public_id}")
    expect(tab.get_by_label("What changes")).to_have_value("Drop “Deliverable F”")
    expect(tab.locator(".fx")).to_contain_text("8 in 10")
    expect(tab.get_by_role("button", name="Ask the signer")).to_be_visible()
