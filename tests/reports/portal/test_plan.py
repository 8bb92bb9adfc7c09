"""Accepting a plan and deciding a plan change in the portal."""

from datetime import timedelta

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from engagements.models import Agreement, Engagement
from engagements.states import EngagementState
from milestones import slips
from milestones.actions import activation, changes
from milestones.models import Deliverable, ForecastRun, Plan, PlanChange
from milestones.states import ChangeState, Moves
from tests import factories
from tests.factories import TODAY
from tests.reports.portal.conftest import World, signed_in


@pytest.fixture
def offered(world: World) -> Engagement:
    """A draft that was offered to the client."""
    with as_firm():
        draft = factories.draft(world.people, [factories.line("X")], name="Second programme")
        return activation.offer_plan(by=world.people.manager, engagement=draft)


@pytest.fixture
def change(world: World) -> PlanChange:
    """A change that moves B by a week."""
    with as_firm():
        move = changes.Move(Moves.DUE, deliverable=world.b, to_on=world.b.due_on + timedelta(days=7))
        return changes.ask(
            by=world.people.manager, engagement=world.engagement, what="Spanish claims", why="Scope", moves=[move]
        )


def plan_of(engagement: Engagement) -> str:
    """The page of a plan."""
    return f"/portal/{engagement.code}/plan/"


def hash_of(engagement: Engagement) -> str:
    """The hash of the plan as it is now."""
    with as_firm():
        return activation.content_hash(activation.plan_content(engagement))


def test_a_draft_is_found_once_it_was_offered(world: World, signer: Browser) -> None:
    with as_firm():
        draft = factories.draft(world.people, name="Secret programme")
    assert signer.get(plan_of(draft)).status_code == 404
    with as_firm():
        activation.offer_plan(by=world.people.manager, engagement=draft)
    assert "Secret programme" in signer.get("/portal/").text
    assert "Accept the plan" in signer.get(f"/portal/{draft.code}/").text


def test_a_signer_accepts_the_exact_plan(offered: Engagement, signer: Browser) -> None:
    assert hash_of(offered) in signer.get(plan_of(offered)).text
    response = signer.post(plan_of(offered), {"content_hash": hash_of(offered)}, follow=True)
    assert "You accepted the plan" in response.text
    with as_firm():
        assert Engagement.objects.get(pk=offered.pk).state == EngagementState.ACTIVE
        assert Agreement.objects.get(engagement=offered).signer_name == "Priya Nair"
    assert "Priya Nair accepted the plan" in signer.get(plan_of(offered)).text


def test_a_plan_that_changed_meanwhile_is_not_accepted(offered: Engagement, signer: Browser) -> None:
    response = signer.post(plan_of(offered), {"content_hash": "0" * 64})
    assert response.status_code == 409
    assert "The plan was changed after you opened it" in response.text


def test_a_viewer_reads_who_signs_and_a_share_of_a_week_in_words(offered: Engagement, viewer: Browser) -> None:
    with as_firm():
        offered.placements.update(percent=20)
    text = viewer.get(plan_of(offered)).text
    assert "A signer signs this off" in text
    assert "Joan Abernethy or Priya Nair signs off one deliverable." in text
    assert "It waits for Joan Abernethy or Priya Nair." in text
    assert ">1 day a week<" in text


def test_the_second_to_accept_is_told_who_was_first(offered: Engagement, signer: Browser, world: World) -> None:
    seen = {"content_hash": hash_of(offered)}
    signer.post(plan_of(offered), seen)
    response = signed_in(world.people.other_signer).post(plan_of(offered), seen)
    assert response.status_code == 409
    assert "Priya Nair accepted the plan on 23 Nov, so it is agreed already." in response.text


def test_a_viewer_cannot_accept_a_plan(offered: Engagement, viewer: Browser) -> None:
    assert '<form method="post">' not in viewer.get(plan_of(offered)).text
    assert viewer.post(plan_of(offered), {"content_hash": hash_of(offered)}).status_code == 403
    with as_firm():
        assert Engagement.objects.get(pk=offered.pk).is_draft


def test_a_signer_approves_a_change_and_the_date_moves(world: World, change: PlanChange, signer: Browser) -> None:
    page = world.url(f"changes/{change.public_id}/")
    assert "5 working days later" in signer.get(page).text
    assert "Decide plan change 1" in signer.get(world.url()).text
    response = signer.post(page, {"decision": "approve", "words": ""}, follow=True)
    assert "Plan change 1 is approved" in response.text
    with as_firm():
        assert Deliverable.objects.get(pk=world.b.pk).due_on == world.b.due_on + timedelta(days=7)


def test_the_dashboard_takes_the_forecast_that_was_approved_at_once(world: World, signer: Browser) -> None:
    with as_firm():
        slips.recompute(world.engagement)
        Plan.objects.filter(engagement=world.engagement).update(client_health="on_track", health="on_track")
        stage = world.engagement.milestones.get(day=60)
        move = changes.Move(Moves.MILESTONE, milestone=stage, to_on=TODAY + timedelta(days=1))
        change = changes.ask(
            by=world.people.manager, engagement=world.engagement, what="Sooner", why="Audit", moves=[move]
        )
    page = world.url(f"changes/{change.public_id}/")
    shown = signer.get(page).context["change"].effect
    assert "Off track" in signer.post(page, {"decision": "approve"}, follow=True).text
    with as_firm():
        plan = Plan.objects.get(engagement=world.engagement)
        run = ForecastRun.objects.get(engagement=world.engagement)
    assert (plan.client_health, plan.worse_on, run.plan_version) == ("off_track", None, plan.version)
    assert shown[0].health == "off_track"


def test_an_accepted_plan_is_forecast_at_once(offered: Engagement, signer: Browser) -> None:
    signer.post(plan_of(offered), {"content_hash": hash_of(offered)})
    with as_firm():
        assert ForecastRun.objects.filter(engagement=offered).exists()
        assert Plan.objects.get(engagement=offered).client_health


def test_refusing_a_change_needs_words(world: World, change: PlanChange, signer: Browser) -> None:
    page = world.url(f"changes/{change.public_id}/")
    response = signer.post(page, {"decision": "refuse", "words": ""})
    assert response.status_code == 422
    assert "Say why" in response.text
    assert signer.post(page, {"decision": "refuse", "words": "Too late for us"}).status_code == 303
    assert "Too late for us" in signer.get(page).text


def test_a_change_is_decided_once(world: World, change: PlanChange, signer: Browser) -> None:
    page = world.url(f"changes/{change.public_id}/")
    signer.post(page, {"decision": "approve"})
    response = signer.post(page, {"decision": "refuse", "words": "Second thoughts"})
    assert response.status_code == 409
    assert "already" in response.text


def test_a_viewer_cannot_decide_a_change(world: World, change: PlanChange, viewer: Browser) -> None:
    page = world.url(f"changes/{change.public_id}/")
    assert 'name="decision"' not in viewer.get(page).text
    assert viewer.post(page, {"decision": "approve"}).status_code == 403
    with as_firm():
        assert PlanChange.objects.get().state == ChangeState.ASKED
