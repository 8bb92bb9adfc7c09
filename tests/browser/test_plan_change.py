"""A plan change from both sides in real Chromium: asked, its effect seen, approved, drawn on the timeline."""

from datetime import date

import pytest
from playwright.sync_api import Page, expect

from accounts.db import as_firm
from engagements.models import Engagement
from milestones import slips
from milestones.models import Deliverable
from tests import factories
from tests.chromium import PHONE, Opener

pytestmark = pytest.mark.xdist_group("browser-forms")


@pytest.fixture
def engagement(people: factories.Cast) -> Engagement:
    with as_firm():
        made = factories.active(people)
        slips.recompute(made)
        return made


def test_asked_seen_approved_and_drawn(people: factories.Cast, engagement: Engagement, tab_of: Opener) -> None:
    with as_firm():
        one = factories.deliverable(engagement)
    manager, signer = tab_of(people.manager), tab_of(people.signer, size=PHONE)
    asks(manager, engagement, one)
    signer.goto(f"/portal/{engagement.code}/")
    signer.locator(".todo").get_by_role("link", name="Decide plan change 1").click()
    expect(signer.locator(".fx")).to_contain_text("18 Dec")
    signer.get_by_role("button", name="Approve").click()
    expect(signer.get_by_text("Plan change 1 is approved")).to_be_visible()
    is_drawn(manager, engagement)
    with as_firm():
        assert Deliverable.objects.get(pk=one.pk).due_on == date(2026, 12, 10)


def test_another_milestone_proposes_its_day_and_shows_both(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        one = factories.deliverable(engagement)
    tab = tab_of(people.manager, size=PHONE)
    tab.goto(f"/engagements/{engagement.code}/ask/?pick={one.public_id}")
    stage = tab.get_by_label(f"Milestone of {one.title}")
    stage.focus()
    stage.select_option(label="Day 90, due 3 Jan 2027")
    due = tab.get_by_label(one.title, exact=True)
    expect(due).to_have_value("2027-01-03")
    expect(stage).to_be_focused()
    expect(tab.locator(".fx > li")).to_have_count(2)
    seen = tab.locator("input[name=seen]")
    before = seen.input_value()
    due.fill("2026-12-21")
    due.blur()
    expect(seen).not_to_have_value(before)
    tab.get_by_label("What changes").fill("A in the last month")
    tab.get_by_label("Why").fill("The ledger export came late.")
    tab.get_by_role("button", name="Ask the signer").click()
    expect(tab.get_by_text("Plan change 1 waits for a signer")).to_be_visible()
    signer = tab_of(people.signer, size=PHONE)
    signer.goto(f"/portal/{engagement.code}/")
    signer.locator(".todo").get_by_role("link", name="Decide plan change 1").click()
    expect(signer.get_by_role("table")).to_contain_text("day 90, 21 Dec")
    signer.get_by_role("button", name="Approve").click()
    expect(signer.get_by_text("Plan change 1 is approved")).to_be_visible()
    with as_firm():
        moved = Deliverable.objects.get(pk=one.pk)
        assert (moved.milestone.day, moved.due_on) == (90, date(2026, 12, 21))


def asks(tab: Page, engagement: Engagement, one: Deliverable) -> None:
    """Two moves in one form; each new date shows its effect by itself."""
    tab.goto(f"/engagements/{engagement.code}/ask/?pick={one.public_id}")
    tab.get_by_label("What changes").fill("A and its milestone later")
    tab.get_by_label("Why").fill("The ledger export came late.")
    tab.get_by_label("Add to what moves").select_option(label="Day 60, Build the production path")
    tab.get_by_role("button", name="Add", exact=True).click()
    stage = tab.get_by_label("Day 60, Build the production path", exact=True)
    expect(stage).to_be_visible()
    expect(tab.get_by_label("What changes")).to_have_value("A and its milestone later")
    expect(tab.get_by_role("button", name="Ask the signer")).to_have_count(0)
    tab.get_by_label(one.title, exact=True).fill("2026-12-10")
    stage.fill("2026-12-18")
    stage.blur()
    expect(tab.locator(".fx")).to_contain_text("18 Dec")
    tab.get_by_role("button", name="Ask the signer").click()
    expect(tab.get_by_text("Plan change 1 waits for a signer")).to_be_visible()


def is_drawn(tab: Page, engagement: Engagement) -> None:
    """The timeline shows the agreed dates beside those in force, once they are chosen."""
    tab.goto(f"/engagements/{engagement.code}/")
    expect(tab.locator("svg .was")).to_have_count(0)
    tab.get_by_label("Earlier due dates").select_option(label="Against the agreed dates")
    expect(tab.locator(".chart .full svg .was").first).to_be_visible()
    expect(tab.locator(".chart .full desc")).to_contain_text("due 10 Dec, was due 29 Nov")
