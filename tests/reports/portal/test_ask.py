"""A contact asks for a plan change in the portal."""

from datetime import date, timedelta

from django.test import Client as Browser

from accounts.clock import now
from accounts.db import as_firm
from milestones import slips
from milestones.actions import changes
from milestones.models import Deliverable, Plan, PlanChange
from milestones.moves import Move
from milestones.states import ChangeState, Moves
from tests.reports.portal.conftest import World, signed_in

WORDS = {"what": "B after the audit", "why": "Audit week"}


def ask(browser: Browser, world: World, do: str = "ask", **data: object):
    return browser.post(world.url("changes/new/"), {**WORDS, **data, "do": do})


def test_a_viewer_asks_and_a_signer_approves(world: World, viewer: Browser, signer: Browser) -> None:
    with as_firm():
        slips.recompute(world.engagement)
    assert "changes/new/" in viewer.get(world.url("plan/")).text
    data = {f"due_{world.b.public_id}": "2026-12-07"}
    look = ask(viewer, world, "effect", **data)
    assert look.context["asking"].lines
    response = ask(viewer, world, seen=look.context["asking"].seen, **data)
    assert response.status_code == 303
    with as_firm():
        change = PlanChange.objects.get()
        assert (change.asked_by, change.state) == (world.people.viewer, ChangeState.ASKED)
    page = response["Location"]
    assert "Withdraw it" in viewer.get(page).text
    assert "Withdraw it" not in signer.get(page).text
    assert signer.post(page, {"decision": "approve"}).status_code == 303
    with as_firm():
        assert Deliverable.objects.get(pk=world.b.pk).due_on == date(2026, 12, 7)


def test_a_contact_asks_for_another_milestone(world: World, viewer: Browser) -> None:
    with as_firm():
        slips.recompute(world.engagement)
    data = {f"stage_{world.b.public_id}": "90", f"was_{world.b.public_id}": "60"}
    look = ask(viewer, world, "effect", **data)
    due = look.context["form"][f"due_{world.b.public_id}"].value()
    assert [line.title for line in look.context["asking"].lines][-1] == "Day 90, Operationalize"
    response = ask(viewer, world, seen=look.context["asking"].seen, **data, **{f"due_{world.b.public_id}": due})
    assert response.status_code == 303
    assert "day\u00a090, 3 Jan 2027" in viewer.get(response["Location"]).text


def test_internal_work_is_not_offered_and_cannot_be_named(world: World, signer: Browser) -> None:
    with as_firm():
        hidden = Deliverable.objects.get(title="Deliverable Internal")
    page = signer.get(world.url("changes/new/"))
    assert world.b.public_id in page.text
    assert hidden.public_id not in page.text
    ask(signer, world, "effect", **{f"drop_{hidden.public_id}": "on"})
    ask(signer, world, **{f"drop_{hidden.public_id}": "on"})
    with as_firm():
        assert list(PlanChange.objects.values_list("moves", flat=True)) == [None]


def test_a_note_of_work_after_its_milestone_names_shared_work_alone(world: World, viewer: Browser) -> None:
    look = ask(viewer, world, "effect", milestone_60="2026-11-24")
    assert "3 deliverables would be due after their own milestone" in look.text
    assert "Deliverable Internal" not in look.text
    response = ask(viewer, world, seen=look.context["asking"].seen, milestone_60="2026-11-24")
    shown = viewer.get(response["Location"]).text
    assert "“Deliverable A”, “Deliverable B” and “Deliverable C”" in shown
    assert "Deliverable Internal" not in shown


def test_a_worsening_that_waits_is_not_told_by_an_effect(world: World, viewer: Browser) -> None:
    with as_firm():
        slips.recompute(world.engagement)
        Plan.objects.filter(engagement=world.engagement).update(worse_at=now(), worse_on=date(2026, 11, 23))
    look = ask(viewer, world, "effect", milestone_60="2026-12-11")
    assert look.context["asking"].lines == []
    assert "your account manager looks at it first" in look.text
    response = ask(viewer, world, seen=look.context["asking"].seen, milestone_60="2026-12-11")
    assert "What it does to the forecast" not in viewer.get(response["Location"]).text


def test_who_asked_takes_it_back(world: World, viewer: Browser, signer: Browser) -> None:
    page = ask(viewer, world)["Location"]
    assert signer.post(page, {"decision": "withdraw"}).status_code == 403
    assert viewer.post(page, {"decision": "withdraw"}).status_code == 303
    with as_firm():
        assert PlanChange.objects.get().state == ChangeState.WITHDRAWN


def test_sent_twice_it_is_asked_for_once_and_the_page_leads_there(world: World, viewer: Browser) -> None:
    first = ask(viewer, world)
    assert first.status_code == 303
    again = ask(viewer, world)
    assert again.status_code == 422
    assert f'href="{first["Location"]}">Plan change 1 already asks for exactly this.</a>' in again.text
    with as_firm():
        assert PlanChange.objects.count() == 1


def test_the_words_are_needed_and_stay(world: World, viewer: Browser) -> None:
    response = ask(viewer, world, what="")
    assert response.status_code == 422
    assert "Audit week" in response.text


def test_a_stale_change_shows_both_and_cannot_be_approved(world: World, signer: Browser) -> None:
    def asked(days: int) -> PlanChange:
        move = Move(Moves.DUE, deliverable=world.b, to_on=world.b.due_on + timedelta(days=days))
        with as_firm():
            return changes.ask(
                by=world.people.manager, engagement=world.engagement, what=f"{days} days", why="Why", moves=[move]
            )

    first, second = asked(7), asked(14)
    assert "Plan change 2 waits for a signer and touches" in signer.get(world.url(f"changes/{first.public_id}/")).text
    signer.post(world.url(f"changes/{first.public_id}/"), {"decision": "approve"})
    page = signer.get(world.url(f"changes/{second.public_id}/"))
    assert "Stands now" in page.text
    assert 'value="approve"' not in page.text
    response = signer.post(world.url(f"changes/{second.public_id}/"), {"decision": "approve"})
    assert response.status_code == 409
    assert "has moved since this change was asked for" in response.text
    with as_firm():
        assert Deliverable.objects.get(pk=world.b.pk).due_on == world.b.due_on + timedelta(days=7)


def test_another_client_cannot_ask_here(world: World) -> None:
    stranger = signed_in(world.people.stranger)
    assert stranger.get(world.url("changes/new/")).status_code == 404
    assert ask(stranger, world).status_code == 404
