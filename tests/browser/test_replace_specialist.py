"""A manager replaces a specialist in the browser; both go through the handover on their weeks."""

import pytest
import time_machine
from playwright.sync_api import expect

from accounts.db import as_firm
from milestones.models import Deliverable, HandoverLine
from roles.models import Specialist
from tests import factories
from tests.chromium import Opener

pytestmark = pytest.mark.xdist_group("browser-pages")


def test_a_specialist_is_replaced_and_hands_over(
    monday: time_machine.Traveller, transactional_db: None, tab_of: Opener
) -> None:
    with as_firm():
        people = factories.cast()
        engagement = factories.active(people)
        una = Specialist.objects.get(user=people.unplaced)
    tab = tab_of(people.manager)
    tab.goto(f"/engagements/{engagement.code}/team/")
    tab.get_by_role("link", name="Replace Sam Specialist").click()
    tab.get_by_label("Last day of who leaves").fill("2026-11-27")
    tab.get_by_label("Who takes over").select_option(str(una.pk))
    tab.get_by_label("First day").fill("2026-11-26")
    tab.get_by_label("Deliverable B").uncheck()
    tab.get_by_role("button", name="Replace Sam Specialist").click()
    expect(tab.get_by_role("heading", name="Handover from Sam Specialist to Una Unplaced")).to_be_visible()

    week = tab_of(people.unplaced)
    week.goto("/me/")
    week.get_by_label("“Deliverable A”: what is done").check()
    expect(week.get_by_text("1 of 5")).to_be_visible()
    with as_firm():
        assert HandoverLine.objects.filter(ticked_by=people.unplaced).count() == 1
        owners = Deliverable.objects.filter(engagement=engagement).order_by("number")
        assert [one.owner.user if one.owner else None for one in owners] == [people.unplaced, people.specialist]
