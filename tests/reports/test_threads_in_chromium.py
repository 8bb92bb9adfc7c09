"""A question answered in place, in a real browser, on a phone."""

from datetime import date
from typing import Any

import pytest
from playwright.sync_api import expect

from accounts.db import as_firm
from milestones.actions import talk
from milestones.models import Comment
from tests.chromium import PHONE, Opener
from tests.reports.conftest import Firm
from tests.reports.test_firm_in_chromium import sound

pytestmark = pytest.mark.xdist_group("browser-firm")


@pytest.fixture
def tab_options() -> dict[str, Any]:
    """As most people have it: with motion."""
    return {}


@pytest.fixture
def pardoned() -> tuple[str, ...]:
    """Leaving a page while it still asks for something is no fault."""
    return ("htmx:sendAbort", "htmx:afterRequest")


def test_an_answer_stands_below_its_question_and_keeps_what_is_half_typed(at_work: Firm, tab_of: Opener) -> None:
    with as_firm():
        asked = talk.say(
            by=at_work.people.viewer, engagement=at_work.engagement, text="Does it read scans?", deliverable=at_work.b
        )
        talk.check_in(
            by=at_work.people.specialist, deliverable=at_work.b, answer="slips", slips_to=date(2027, 1, 8),
            why="Two vendors came late",
        )  # fmt: skip
    tab = tab_of(at_work.people.manager, size=PHONE)
    tab.goto(f"{at_work.url()}?open={at_work.b.public_id}")
    row = tab.locator(f"#d-{at_work.b.public_id}")
    box = row.get_by_label("Write in the thread")
    box.fill("Half typed")
    row.get_by_text("Answer", exact=True).click()
    row.get_by_label("Your answer to").fill("Yes, since May.")
    sound(tab)
    row.get_by_role("button", name="Send", exact=True).first.click()
    expect(row.get_by_text("Unanswered")).to_have_count(0)
    expect(row.locator(".thread .thread")).to_contain_text("Yes, since May.")
    expect(box).to_have_value("Half typed")
    sound(tab)
    with as_firm():
        assert Comment.objects.get(text="Yes, since May.").answers_id == asked.pk
