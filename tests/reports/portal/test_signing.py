"""Accepting and sending back in the portal."""

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from accounts.models import User
from milestones.models import Deliverable, SignOff
from milestones.states import Decision, DeliverableState
from tests import factories
from tests.reports.portal.conftest import World, signed_in


def state_of(one: Deliverable) -> str:
    """The state that is stored now."""
    with as_firm():
        return Deliverable.objects.get(pk=one.pk).state


def seen(one: Deliverable) -> str:
    """The hash that the page shows now."""
    with as_firm():
        return factories.seen(one)


def ticked(one: Deliverable) -> str:
    """What the box of another deliverable sends."""
    return f"{one.public_id}:{seen(one)}"


def test_a_signer_accepts_what_the_page_showed(world: World, signer: Browser) -> None:
    assert seen(world.a) in signer.get(world.of(world.a)).text
    response = signer.post(world.of(world.a), {"decision": "accept", "content_hash": seen(world.a)}, follow=True)
    assert "Accepted: “Deliverable A”" in response.text
    with as_firm():
        sign_off = SignOff.objects.get()
        assert (sign_off.signer_user, sign_off.decision) == (world.people.signer, Decision.ACCEPTED)
    assert state_of(world.a) == DeliverableState.ACCEPTED


def test_others_are_never_ticked_beforehand(world: World, signer: Browser) -> None:
    text = signer.get(world.of(world.a)).text
    assert f'value="{ticked(world.c)}"' in text
    assert "checked" not in text.partition('class="also"')[2].partition("</ul>")[0]


def test_what_is_ticked_is_accepted_with_it_each_by_its_own_hash(world: World, signer: Browser) -> None:
    data = {"decision": "accept", "content_hash": seen(world.a), "also": [ticked(world.c)]}
    hashes = {seen(world.a), seen(world.c)}
    assert signer.post(world.of(world.a), data).status_code == 303
    with as_firm():
        assert set(SignOff.objects.values_list("content_hash", flat=True)) == hashes
    assert state_of(world.c) == DeliverableState.ACCEPTED


def test_all_that_waits_at_a_milestone_can_be_accepted_leaving_out_any(world: World, signer: Browser) -> None:
    page = world.url("m/60/sign/")
    assert "checked" not in signer.get(page).text
    assert signer.get(f"{page}?all").text.count(" checked") == 2
    assert signer.post(page, {"also": [ticked(world.c)]}).status_code == 303
    assert (state_of(world.a), state_of(world.c)) == (DeliverableState.IN_REVIEW, DeliverableState.ACCEPTED)


def test_ticking_nothing_is_answered_with_a_sentence(world: World, signer: Browser) -> None:
    response = signer.post(world.url("m/60/sign/"), {})
    assert response.status_code == 422
    assert "Tick at least one deliverable" in response.text


def test_sending_back_needs_a_reason_and_keeps_it(world: World, signer: Browser) -> None:
    empty = {"decision": "send_back", "content_hash": seen(world.a), "about": "evidence", "reason": " "}
    response = signer.post(world.of(world.a), empty)
    assert (response.status_code, state_of(world.a)) == (422, DeliverableState.IN_REVIEW)
    assert "Say what is missing" in response.text
    response = signer.post(world.of(world.a), {**empty, "reason": "The report names no limits."}, follow=True)
    assert "Sent back" in response.text
    with as_firm():
        assert SignOff.objects.get().words == "The evidence: The report names no limits."
    assert state_of(world.a) == DeliverableState.SENT_BACK


def test_the_form_of_sending_back_is_there_without_a_dialog(world: World, signer: Browser) -> None:
    assert "<dialog" in signer.get(world.of(world.a)).text
    text = signer.get(f"{world.of(world.a)}?send-back").text
    assert 'name="reason"' in text
    assert 'id="send-back"' not in text


@pytest.mark.parametrize("decision", ["accept", "send_back"])
def test_a_viewer_reads_but_cannot_decide(world: World, viewer: Browser, decision: str) -> None:
    text = viewer.get(world.of(world.a)).text
    assert 'name="decision"' not in text
    data = {"decision": decision, "content_hash": seen(world.a), "reason": "No", "also": [ticked(world.c)]}
    response = viewer.post(world.of(world.a), data)
    assert response.status_code == 403
    assert "only a signer of Meridian Health can decide it" in response.text
    assert viewer.post(world.url("m/60/sign/"), {"also": [ticked(world.c)]}).status_code == 403
    assert state_of(world.a) == state_of(world.c) == DeliverableState.IN_REVIEW


def test_a_double_submit_signs_once_and_says_so(world: World, signer: Browser) -> None:
    data = {"decision": "accept", "content_hash": seen(world.a)}
    signer.post(world.of(world.a), data)
    response = signer.post(world.of(world.a), data)
    assert response.status_code == 409
    assert "Priya Nair has already accepted “Deliverable A”" in response.text
    with as_firm():
        assert SignOff.objects.count() == 1


def test_a_state_that_changed_meanwhile_is_not_signed(world: World, signer: Browser) -> None:
    data = {"decision": "accept", "content_hash": seen(world.a), "also": [f"{world.c.public_id}:{'0' * 64}"]}
    response = signer.post(world.of(world.a), data)
    assert response.status_code == 409
    assert "“Deliverable C” has changed since you opened this page" in response.text
    assert state_of(world.a) == DeliverableState.IN_REVIEW


def test_what_is_gone_from_the_list_is_told(world: World, signer: Browser) -> None:
    data = {"decision": "accept", "content_hash": seen(world.a), "also": [f"nothing:{'0' * 64}"]}
    response = signer.post(world.of(world.a), data)
    assert response.status_code == 422
    assert "Nothing was signed" in response.text


def test_another_clients_signer_finds_nothing(world: World) -> None:
    stranger: User = world.people.stranger
    browser = signed_in(stranger)
    assert browser.get(world.of(world.a)).status_code == 404
    response = browser.post(world.of(world.a), {"decision": "accept", "content_hash": seen(world.a)})
    assert response.status_code == 404
    assert state_of(world.a) == DeliverableState.IN_REVIEW
