"""What has ended offers nothing that cannot be done, and leaves nothing open that nobody can close."""

from collections.abc import Callable

import pytest
from django.test import Client as Browser

from accounts.db import as_firm
from accounts.models import Event
from engagements.models import Engagement
from milestones.actions import changes, life
from milestones.models import Deliverable, PlanChange
from milestones.states import ChangeState, DeliverableState
from reports.models import StatusNote
from tests import factories
from tests.reports.conftest import Firm, signed_in

FORMS = ["notes/new/", "add/", "details/"]


def _end_early(firm: Firm) -> None:
    life.end_early(by=firm.people.manager, engagement=firm.engagement, why="The budget is gone")


def _complete(firm: Firm) -> None:
    Deliverable.objects.filter(engagement=firm.engagement).update(
        state=DeliverableState.DROPPED, dropped_on=factories.TODAY
    )
    life.complete(by=firm.people.manager, engagement=firm.engagement)


def _archive(firm: Firm) -> None:
    _end_early(firm)
    life.archive(by=firm.people.manager, engagement=firm.engagement)


@pytest.mark.parametrize("end", [_end_early, _complete, _archive])
def test_what_has_ended_offers_no_form_and_says_so_at_its_address(
    at_work: Firm, manager: Browser, end: Callable[[Firm], None]
) -> None:
    for form in FORMS:
        assert at_work.url(form) in manager.get(at_work.url()).text
        assert manager.get(at_work.url(form)).status_code == 200
    with as_firm():
        end(at_work)
    page = manager.get(at_work.url()).text
    for form in FORMS:
        assert at_work.url(form) not in page
        refused = manager.get(at_work.url(form))
        assert refused.status_code == 409
        assert "stays as it is." in refused.text


def test_a_note_sent_after_the_end_is_refused_and_kept(at_work: Firm, manager: Browser) -> None:
    with as_firm():
        _end_early(at_work)
    refused = manager.post(at_work.url("notes/new/"), {"text": "Shadow mode runs."})
    assert "has ended and stays as it is." in refused.text
    assert "Shadow mode runs." in refused.text
    with as_firm():
        assert not StatusNote.objects.exists()


@pytest.mark.parametrize("end", [_end_early, _complete])
def test_a_change_that_nobody_decided_ends_with_it(
    at_work: Firm, manager: Browser, end: Callable[[Firm], None]
) -> None:
    with as_firm():
        asked = changes.ask(
            by=at_work.people.manager, engagement=at_work.engagement, what="Two weeks more", why="Holidays"
        )
    signer, address = signed_in(at_work.people.signer), f"/changes/{asked.public_id}/"
    portal = f"/portal/{at_work.engagement.code}"
    assert "Two weeks more" in signer.get(f"{portal}/").text
    what = "1 plan change that nobody decided is withdrawn."
    assert what in manager.get(at_work.url("life/end-early/")).text
    with as_firm():
        end(at_work)
        assert PlanChange.objects.get(pk=asked.pk).state == ChangeState.WITHDRAWN
        told = Event.objects.get(verb="change_withdrawn")
    assert str(told) == (f"Plan change 1 is withdrawn, undecided, as {at_work.engagement.name} ends: Two weeks more")
    assert told.shared
    for page in (manager.get(address).text, manager.get(at_work.url()).text, signer.get(f"{portal}/").text):
        assert "The due dates hold until a signer approves" not in page
        assert ">Review<" not in page


@pytest.mark.parametrize(
    ("what", "sentence"),
    [
        ("hold", "This engagement is a draft."),
        ("resume", "This engagement is a draft."),
        ("complete", "This engagement is a draft."),
        ("end-early", "This engagement is a draft."),
        ("archive", "Only an engagement that has ended can be archived"),
    ],
)
def test_a_draft_has_none_of_these_moves(at_work: Firm, manager: Browser, what: str, sentence: str) -> None:
    with as_firm():
        draft = factories.draft(at_work.people, name="Not yet agreed")
    refused = manager.get(f"/engagements/{draft.code}/life/{what}/")
    assert refused.status_code == 409
    assert sentence in refused.text
    assert "The clock stands still" not in refused.text


@pytest.mark.parametrize(("state", "sentence"), [("held", "is on hold. Resume it first."), ("over", "has ended.")])
def test_what_is_held_or_over_is_not_put_on_hold(at_work: Firm, manager: Browser, state: str, sentence: str) -> None:
    shown = at_work.url("life/hold/")
    assert manager.get(shown).status_code == 200
    with as_firm():
        if state == "held":
            life.hold(by=at_work.people.manager, engagement=at_work.engagement, why="Freeze")
        else:
            _end_early(at_work)
    refused = manager.get(shown)
    assert refused.status_code == 409
    assert sentence in refused.text
    late = manager.post(shown, {"why": "The freeze of December"})
    assert late.status_code == 409
    assert "The freeze of December" in late.text
    assert "The clock stands still" not in late.text
    assert 'type="submit">Put on hold' not in late.text
    with as_firm():
        assert Engagement.objects.get(pk=at_work.engagement.pk).state_why != "The freeze of December"
