"""The forms work where no script runs: both sides of a sign-off, of a plan change and of a question."""

from datetime import date

import pytest
import time_machine
from playwright.sync_api import Page, expect

from accounts.db import as_firm
from engagements.models import Engagement
from milestones.models import Deliverable, PlanChange
from milestones.states import ChangeState, DeliverableState
from tests import factories
from tests.chromium import PHONE, Opener

pytestmark = pytest.mark.xdist_group("browser-forms")


@pytest.fixture
def people(monday: time_machine.Traveller, transactional_db: None) -> factories.Cast:
    """Everybody."""
    with as_firm():
        return factories.cast()


@pytest.fixture
def engagement(people: factories.Cast) -> Engagement:
    """Deliverables A and B, planned; both need sign-off."""
    with as_firm():
        return factories.active(people)


def state(one: Deliverable) -> str:
    """The state that is stored now."""
    with as_firm():
        return Deliverable.objects.get(pk=one.pk).state


def test_a_deliverable_is_handed_in_sent_back_and_accepted(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        one = factories.deliverable(engagement)
    specialist = tab_of(people.specialist, script=False)
    signer = tab_of(people.signer, script=False, size=PHONE)
    begins(specialist, engagement, one)
    submits(specialist, one)
    assert state(one) == DeliverableState.IN_REVIEW
    signer.goto(f"/portal/{engagement.code}/d/{one.public_id}/")
    signer.get_by_role("link", name="Send back").click()
    signer.get_by_label("The evidence").check()
    signer.get_by_label("Your reason").fill("The report names no limits.")
    signer.get_by_role("button", name="Send back").click()
    assert state(one) == DeliverableState.SENT_BACK
    submits(specialist, one)
    signer.goto(f"/portal/{engagement.code}/d/{one.public_id}/")
    expect(signer.get_by_text("The evidence: The report names no limits.")).to_be_visible()
    signer.get_by_role("button", name="Accept").click()
    expect(signer.get_by_text("Accepted: “Deliverable A”")).to_be_visible()
    assert state(one) == DeliverableState.ACCEPTED


def begins(tab: Page, engagement: Engagement, one: Deliverable) -> None:
    """Start, tick what done means, attach a file and a link."""
    tab.goto(f"/engagements/{engagement.code}/")
    tab.get_by_role("link", name=one.title).click()
    row = tab.locator(f"#d-{one.public_id}")
    row.get_by_role("button", name="Start", exact=True).click()
    for number in range(2):
        line = row.locator(".checks li").nth(number)
        line.get_by_role("checkbox").check()
        line.get_by_role("button", name="Save").click()
        expect(line.get_by_role("checkbox")).to_be_checked()
    row.get_by_text("Add a file").click()
    report = {"name": "report.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.7 report"}
    row.get_by_label("File").set_input_files(report)  # type: ignore[arg-type]
    row.locator("form", has=tab.get_by_label("File")).get_by_role("button", name="Add", exact=True).click()
    expect(row.locator(".files li")).to_have_count(1)
    row.get_by_text("Add a link").click()
    row.get_by_label("Link").fill("https://git.example/214")
    row.locator("form", has=tab.get_by_label("Link")).get_by_role("button", name="Add", exact=True).click()
    expect(row.locator(".files li")).to_have_count(2)


def submits(tab: Page, one: Deliverable) -> None:
    """Hand in what is open on the page, as it now stands."""
    tab.reload()
    row = tab.locator(f"#d-{one.public_id}")
    row.get_by_role("button", name="Submit for sign-off").click()
    expect(row).to_contain_text("To sign off")


def test_a_plan_change_is_asked_for_and_approved(
    people: factories.Cast, engagement: Engagement, tab_of: Opener
) -> None:
    with as_firm():
        one = factories.deliverable(engagement)
    manager, signer = tab_of(people.manager, script=False), tab_of(people.signer, script=False, size=PHONE)
    manager.goto(f"/engagements/{engagement.code}/ask/?pick={one.public_id}")
    manager.get_by_label("What changes").fill("The report comes a week later")
    manager.get_by_label("Why").fill("The ledger export came late.")
    manager.get_by_label(one.title, exact=True).fill("2026-12-07")
    manager.get_by_label("Add to what moves").select_option(label="Day 60, Build the production path")
    manager.get_by_role("button", name="Add", exact=True).click()
    manager.get_by_label("Day 60, Build the production path", exact=True).fill("2026-12-08")
    manager.get_by_role("button", name="Show the effect").last.click()
    expect(manager.locator(".fx")).to_contain_text("→ 8 Dec")
    manager.get_by_role("button", name="Ask the signer").click()
    expect(manager.get_by_text("Plan change 1 waits for a signer")).to_be_visible()
    signer.goto(f"/portal/{engagement.code}/")
    signer.locator(".todo").get_by_role("link", name="Decide plan change 1").click()
    signer.get_by_role("button", name="Approve").click()
    expect(signer.get_by_text("Plan change 1 is approved")).to_be_visible()
    with as_firm():
        assert PlanChange.objects.get().state == ChangeState.APPROVED
        assert Deliverable.objects.get(pk=one.pk).due_on == date(2026, 12, 7)


def test_another_milestone_proposes_its_day(people: factories.Cast, engagement: Engagement, tab_of: Opener) -> None:
    with as_firm():
        one = factories.deliverable(engagement)
    tab = tab_of(people.viewer, script=False, size=PHONE)
    tab.goto(f"/portal/{engagement.code}/changes/new/?pick={one.public_id}")
    tab.get_by_label("What changes").fill("It may wait")
    tab.get_by_label("Why").fill("The ledger export came late.")
    tab.get_by_label(f"Milestone of {one.title}").select_option(label="Day 90, due 3 Jan 2027")
    tab.get_by_role("button", name="Show the effect").last.click()
    expect(tab.get_by_label(one.title, exact=True)).to_have_value("2027-01-03")
    tab.get_by_role("button", name="Ask the signer").click()
    expect(tab.get_by_role("table")).to_contain_text("day 90, 3 Jan 2027")


def test_a_question_is_asked_and_answered(people: factories.Cast, engagement: Engagement, tab_of: Opener) -> None:
    words, answer = "Who retrains the model?", "Your own team, from day 90."
    contact, manager = tab_of(people.viewer, script=False, size=PHONE), tab_of(people.manager, script=False)
    contact.goto(f"/portal/{engagement.code}/questions/")
    contact.get_by_label("Your question").fill(words)
    contact.get_by_role("button", name="Ask", exact=True).click()
    manager.goto("/needs/")
    manager.get_by_role("listitem").filter(has_text=words).get_by_role("link").click()
    manager.get_by_text("Answer", exact=True).click()
    manager.get_by_label("Your answer").fill(answer)
    manager.locator("form", has=manager.get_by_label("Your answer")).get_by_role("button", name="Send").click()
    expect(manager.get_by_text(answer, exact=True)).to_be_visible()
    contact.reload()
    expect(contact.get_by_text(answer)).to_be_visible()
