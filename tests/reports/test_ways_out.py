"""What would help a slipping milestone, as the plan shows it: of the plan as it stands, and to whom it may be shown."""

import re
from datetime import timedelta
from html import unescape

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from accounts.models import Event
from engagements.models import Engagement
from milestones import options, slips
from milestones.actions import work
from milestones.models import Deliverable, WaysOut
from tests import factories
from tests.factories import START, deliverable, line
from tests.reports.conftest import Firm, signed_in


@pytest.fixture
def crowded(at_work: Firm) -> Engagement:
    """Another engagement: Sam has six things in hand, Una of the same role none."""
    with as_firm():
        lines = [line(ref, start=30, due=58, effort_days=15) for ref in "ABCDEF"]
        made = factories.active(at_work.people, lines, name="Crowded")
        factories.placement(at_work.people.manager, made, at_work.people.unplaced)
        for ref in "ABCDEF":
            work.start(by=at_work.people.specialist, deliverable=deliverable(made, ref), on=START + timedelta(days=30))
        slips.recompute(made)
        options.recompute(made)
    return made


def page_of(browser: Browser, engagement: Engagement) -> str:
    return browser.get(f"/engagements/{engagement.code}/").content.decode()


def test_a_manager_sees_the_options_with_their_effect(crowded: Engagement, manager: Browser) -> None:
    page = page_of(manager, crowded)
    assert "What would help day 60" in page
    assert "to Una Unplaced</b>" in page
    assert "Una Unplaced has 0 open deliverables, Sam Specialist" in page
    assert "Worked out with the plan of today" in page
    assert re.search(r"−\d+ days?<small>(8 in 10|likely)</small>", page)
    assert re.search(r"Likely .+ \((as )?now.*\), 8 in 10 by .+ \(now .+\), chance \d+% \(now \d+%\)", page)
    assert "The chain to day 60" in page


def test_who_could_take_whose_work_is_for_managers_alone(crowded: Engagement, specialist: Browser) -> None:
    page = page_of(specialist, crowded)
    assert "What would help day 60" in page
    assert "to Una Unplaced</b>" not in page
    assert "has 0 open deliverables" not in page


@pytest.fixture
def two_in_hand(at_work: Firm) -> Engagement:
    """Another engagement: Sam has A in hand, B should have begun, C is due for day 90 and will be late anyhow."""
    with as_firm():
        lines = [line("A", start=40, due=58, effort_days=8), line("B", start=45, due=60, effort_days=6)]
        made = factories.active(
            at_work.people, [*lines, line("C", day=90, start=50, due=88, effort_days=20)], name="Two in hand"
        )
        a = work.start(by=at_work.people.specialist, deliverable=deliverable(made), on=START + timedelta(days=40))
        work.tick(by=at_work.people.specialist, line=a.done_lines.all()[0], ticked=True)
        slips.recompute(made)
        options.recompute(made)
    return made


def test_what_may_wait_leads_to_a_drafted_change(
    two_in_hand: Engagement, manager: Browser, specialist: Browser
) -> None:
    page = page_of(manager, two_in_hand)
    with as_firm():
        one = deliverable(two_in_hand, "B")
    assert "Move “Deliverable B” to day 90" in page
    assert "Not begun, nothing due for day 60 waits for it. Due there" in page
    address = page.partition(f'href="/engagements/{two_in_hand.code}/ask/?move={one.public_id}')[2].partition('"')[0]
    assert address.startswith("&amp;to=90&amp;due=2026-12-")
    form = manager.get(f"/engagements/{two_in_hand.code}/ask/?move={one.public_id}{unescape(address)}")
    assert form.context["asking"].may_ask
    assert "ask/?move=" not in page_of(specialist, two_in_hand)


def test_options_of_an_older_plan_are_never_shown(crowded: Engagement, manager: Browser) -> None:
    with as_firm():
        WaysOut.objects.filter(engagement=crowded).update(plan_version=1)
    page = page_of(manager, crowded)
    assert "Being worked out with the plan as it is now." in page
    assert "to Una Unplaced</b>" not in page


def test_nor_while_a_forecast_of_a_newer_one_is_asked_for(at_work: Firm, crowded: Engagement, manager: Browser) -> None:
    with as_firm():
        work.change_owner(by=at_work.people.manager, deliverable=deliverable(crowded, "F"), owner=None)
    page = page_of(manager, crowded)
    assert "Being worked out with the plan as it is now." in page
    assert "to Una Unplaced</b>" not in page


def test_giving_needs_a_reason_and_keeps_it(at_work: Firm, crowded: Engagement, manager: Browser) -> None:
    with as_firm():
        one = deliverable(crowded, "C")
        una = crowded.placements.get(user__name="Una Unplaced")
    address = f"/work/{one.public_id}/give/?to={una.public_id}"
    assert "With Una Unplaced the next milestone is likely on" in manager.get(address).content.decode()
    typed = {"owner": una.pk, "version": one.version, "why": ""}
    assert manager.post(address, typed).status_code == 422
    assert manager.post(address, {**typed, "why": "She has time."}).status_code == 303
    with as_firm():
        assert Deliverable.objects.get(pk=one.pk).owner == una
        assert Event.objects.filter(verb="owner_changed").latest("pk").params["why"] == "She has time."


def test_giving_what_somebody_changed_meanwhile_is_refused(
    at_work: Firm, crowded: Engagement, manager: Browser
) -> None:
    with as_firm():
        one = deliverable(crowded, "C")
        una = crowded.placements.get(user__name="Una Unplaced")
        work.change_owner(by=at_work.people.manager, deliverable=deliverable(crowded, "C"), owner=None)
    answer = manager.post(f"/work/{one.public_id}/give/", {"owner": una.pk, "version": one.version, "why": "Time"})
    assert answer.status_code == 409
    assert "was changed meanwhile" in answer.content.decode()


def test_only_managers_give(crowded: Engagement, specialist: Browser) -> None:
    with as_firm():
        one = deliverable(crowded, "C")
    assert specialist.get(f"/work/{one.public_id}/give/").status_code == 403


def test_nobody_of_a_client_ever_sees_them(at_work: Firm, crowded: Engagement) -> None:
    page = signed_in(at_work.people.signer).get(f"/portal/{crowded.code}/").content.decode()
    assert "What would help" not in page
    assert "Una Unplaced has" not in page
