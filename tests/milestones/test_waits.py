"""Waits begin and end by date at the client's."""

from datetime import date, timedelta

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import Job
from engagements.models import Contact
from milestones.actions import signing, waits
from milestones.models import Wait
from tests import factories
from tests.factories import TODAY, deliverable, in_review, seen


def opened(cast, engagement, **more):
    facts = {"on": "client", "what": "Access to the claims archive", **more}
    return waits.open_wait(by=cast.specialist, deliverable=deliverable(engagement), **facts)


def test_a_wait_opens_on_the_clients_date(cast, engagement, monday):
    monday.move_to("2026-11-23T22:30:00+00:00")  # already the 24th in Helsinki
    assert opened(cast, engagement).opened_on == date(2026, 11, 24)


def test_a_wait_can_have_begun_earlier_but_not_later(cast, engagement):
    assert opened(cast, engagement, opened_on=date(2026, 11, 12)).opened_on == date(2026, 11, 12)
    with pytest.raises(DomainError) as refused:
        opened(cast, engagement, opened_on=TODAY + timedelta(days=1))
    assert refused.value.field == "opened_on"


def test_only_the_clients_own_contact_is_named(cast, engagement):
    theirs = Contact.objects.get(user=cast.viewer)
    assert opened(cast, engagement, contact=theirs).contact == theirs
    with pytest.raises(DomainError, match="this client"):
        opened(cast, engagement, contact=Contact.objects.get(user=cast.stranger))
    with pytest.raises(DomainError, match="only where the client"):
        opened(cast, engagement, on="firm", contact=theirs)


def test_nothing_waits_once_it_is_accepted(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    extra = opened(cast, engagement)
    signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one))
    extra.refresh_from_db()
    assert extra.closed_on == TODAY
    with pytest.raises(IllegalMove, match="is accepted"):
        opened(cast, engagement)


def test_a_wait_ends_once_and_not_before_it_began(cast, engagement):
    wait = opened(cast, engagement, opened_on=date(2026, 11, 12))
    with pytest.raises(DomainError, match="before it began"):
        waits.close_wait(by=cast.specialist, wait=wait, closed_on=date(2026, 11, 11))
    waits.close_wait(by=cast.specialist, wait=wait, closed_on=date(2026, 11, 20))
    assert (wait.closed_on, wait.closed_by) == (date(2026, 11, 20), cast.specialist)
    with pytest.raises(IllegalMove, match="ended already"):
        waits.close_wait(by=cast.manager, wait=wait)


def test_an_answered_wait_ends_on_the_day_of_the_answer(cast, engagement, monday):
    wait = opened(cast, engagement)
    monday.move_to("2026-11-24T10:00:00+00:00")
    waits.answer(by=cast.viewer, wait=wait, text="The account is made.")
    monday.move_to("2026-11-26T10:00:00+00:00")
    assert waits.close_wait(by=cast.specialist, wait=wait).closed_on == date(2026, 11, 24)


@pytest.mark.parametrize("who", ["stranger", "manager"])
def test_only_the_client_answers(cast, engagement, who):
    wait = opened(cast, engagement)
    with pytest.raises(NotAllowed):
        waits.answer(by=getattr(cast, who), wait=wait, text="Done")


def test_a_wait_for_a_sign_off_ends_with_the_decision_alone(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    wait = Wait.objects.get(deliverable=one)
    with pytest.raises(IllegalMove, match="when a signer decides"):
        waits.close_wait(by=cast.manager, wait=wait)
    with pytest.raises(IllegalMove, match="nothing to answer"):
        waits.answer(by=cast.signer, wait=wait, text="Yes")


def test_the_client_is_nudged_by_mail_once_a_day(cast, engagement, monday):
    wait = opened(cast, engagement)
    waits.nudge(by=cast.manager, wait=wait)
    assert Job.objects.get(kind="mail_nudge").args == {"wait": wait.pk}
    with pytest.raises(IllegalMove, match="less than a day ago"):
        waits.nudge(by=cast.manager, wait=wait)
    monday.move_to("2026-11-24T10:00:00+00:00")
    waits.nudge(by=cast.manager, wait=wait)
    assert Job.objects.filter(kind="mail_nudge").count() == 2


def test_whoever_does_not_work_here_opens_no_wait(cast, engagement):
    with pytest.raises(NotAllowed):
        waits.open_wait(by=cast.unplaced, deliverable=deliverable(engagement), on="client", what="x")


def test_a_wait_in_a_draft_is_refused(cast):
    with pytest.raises(IllegalMove, match="draft"):
        opened(cast, factories.draft(cast))
