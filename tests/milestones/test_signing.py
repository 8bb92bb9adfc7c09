"""A deliverable that needs sign-off is accepted by a signer of its client, and only as it was read."""

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from engagements.models import Contact
from milestones.actions import changes, evidence, signing, work
from milestones.content import hash_of
from milestones.models import Deliverable, SignOff, SlipFlag, Wait
from milestones.states import DeliverableState
from tests import factories
from tests.conftest import at_once
from tests.factories import TODAY, deliverable, in_review, line, seen


def test_a_signer_accepts_exactly_what_was_read(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    sign_off = signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one), words="Good")
    assert (one.state, one.accepted_on, one.accepted_by, one.sign_off) == ("accepted", TODAY, cast.signer, sign_off)
    assert hash_of(sign_off.content) == sign_off.content_hash
    assert Wait.objects.get(deliverable=one).closed_on == TODAY


def test_the_content_holds_what_a_signature_covers(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    content = signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one)).content
    assert content["title"] == "Deliverable A"
    assert content["definition_of_done"] == [
        {"text": "It runs", "ticked": True},
        {"text": "It is written down", "ticked": True},
    ]
    assert content["evidence"][0]["url"] == "https://docs.example/report"


@pytest.mark.parametrize("who", ["viewer", "stranger", "manager", "administrator", "specialist"])
def test_nobody_else_accepts(cast, engagement, who):
    one = in_review(cast.specialist, deliverable(engagement))
    with pytest.raises(NotAllowed):
        signing.accept(by=getattr(cast, who), deliverable=one, content_hash=seen(one))
    assert not SignOff.objects.exists()


def test_a_signer_who_left_accepts_nothing(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    Contact.objects.filter(user=cast.signer).update(left_at="2026-11-20T08:00Z")
    with pytest.raises(NotAllowed):
        signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one))


def test_a_changed_content_is_not_signed(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    read = seen(one)
    evidence.add_link(by=cast.specialist, deliverable=one, kind="record", title="", url="https://docs.example/more")
    with pytest.raises(StaleEdit, match="read it again"):
        signing.accept(by=cast.signer, deliverable=one, content_hash=read)
    assert deliverable(engagement).state == DeliverableState.IN_REVIEW


def test_what_was_accepted_is_not_accepted_again(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    read = seen(one)
    signing.accept(by=cast.signer, deliverable=one, content_hash=read)
    with pytest.raises(IllegalMove, match="Priya Nair has already accepted"):
        signing.accept(by=cast.other_signer, deliverable=one, content_hash=read)


def test_sending_back_needs_a_reason_and_ends_the_wait(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    with pytest.raises(DomainError) as refused:
        signing.send_back(by=cast.signer, deliverable=one, content_hash=seen(one), reason=" ")
    assert refused.value.field == "reason"
    signing.send_back(by=cast.signer, deliverable=one, content_hash=seen(one), reason="No rollback")
    assert (one.state, one.sent_back_count) == (DeliverableState.SENT_BACK, 1)
    assert not Wait.objects.filter(deliverable=one, closed_on__isnull=True).exists()


def test_what_was_sent_back_is_started_and_submitted_anew(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    signing.send_back(by=cast.signer, deliverable=one, content_hash=seen(one), reason="No rollback")
    work.start(by=cast.specialist, deliverable=one)
    work.submit(by=cast.specialist, deliverable=one)
    signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one))
    assert [row.decision for row in one.sign_offs.all()] == ["sent_back", "accepted"]


def test_several_are_accepted_at_once_each_by_its_hash(cast, engagement):
    both = [in_review(cast.specialist, deliverable(engagement, ref)) for ref in "AB"]
    signed = signing.accept_many(by=cast.signer, hashes={one: seen(one) for one in both})
    assert {row.deliverable_id for row in signed} == {one.pk for one in both}
    assert len({row.content_hash for row in signed}) == 2


def test_of_several_none_is_accepted_where_one_has_changed(cast, engagement):
    both = [in_review(cast.specialist, deliverable(engagement, ref)) for ref in "AB"]
    with pytest.raises(StaleEdit):
        signing.accept_many(by=cast.signer, hashes={both[0]: seen(both[0]), both[1]: "0" * 64})
    assert not SignOff.objects.exists()
    assert not Deliverable.objects.filter(state=DeliverableState.ACCEPTED).exists()


def test_accepting_closes_its_flags(cast, engagement):
    one = in_review(cast.specialist, deliverable(engagement))
    SlipFlag.objects.create(
        engagement=engagement, client_id=engagement.client_id, deliverable=one, cause="late", opened_on=TODAY
    )
    signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one))
    assert SlipFlag.objects.get().closed_on == TODAY


# --- two at once, on connections of their own ---------------------------------------------------------------


def test_of_two_sign_offs_at_once_one_counts(really, in_review_for_real):
    cast, one, read = in_review_for_real
    answers = at_once(
        [
            lambda: signing.accept(by=cast.signer, deliverable=again(one), content_hash=read),
            lambda: signing.accept(by=cast.other_signer, deliverable=again(one), content_hash=read),
        ]
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["IllegalMove", "SignOff"]
    assert counted(SignOff.objects.filter(deliverable=one)) == 1


def test_accepting_and_taking_back_at_once_leaves_one_of_the_two(really, in_review_for_real):
    cast, one, read = in_review_for_real
    answers = at_once(
        [
            lambda: signing.accept(by=cast.signer, deliverable=again(one), content_hash=read),
            lambda: work.take_back(by=cast.manager, deliverable=again(one)),
        ]
    )
    assert [isinstance(answer, IllegalMove) for answer in answers].count(True) == 1


def test_two_submissions_at_once_open_one_wait(really):
    from accounts.db import as_firm

    with as_firm():
        cast = factories.cast()
        one = factories.ready(cast.specialist, deliverable(factories.active(cast)))
    answers = at_once([lambda: work.submit(by=cast.specialist, deliverable=again(one)) for _ in range(3)])
    assert [isinstance(answer, IllegalMove) for answer in answers].count(True) == 2
    assert counted(Wait.objects.filter(deliverable=one)) == 1


def test_two_edits_at_once_close_no_circle(really):
    from accounts.db import as_firm

    with as_firm():
        cast = factories.cast()
        engagement = factories.active(cast, [line("A"), line("B")])
        first, second = deliverable(engagement, "A"), deliverable(engagement, "B")
    answers = at_once(
        [
            lambda: edit_after(cast, first, second),
            lambda: edit_after(cast, second, first),
        ]
    )
    refused = [answer for answer in answers if isinstance(answer, DomainError)]
    assert len(refused) == 1
    assert "circle" in str(refused[0])


def test_of_two_decisions_at_once_on_a_change_one_counts(really):
    from accounts.db import as_firm

    with as_firm():
        cast = factories.cast()
        engagement = factories.active(cast)
        change = changes.ask(by=cast.manager, engagement=engagement, what="Two days more", why="The vendor is late")
    answers = at_once(
        [
            lambda: changes.decide(by=cast.signer, change=change, approve=True),
            lambda: changes.decide(by=cast.other_signer, change=change, approve=False, words="No"),
        ]
    )
    assert [isinstance(answer, IllegalMove) for answer in answers].count(True) == 1


def edit_after(cast, one, other):
    return work.edit(by=cast.manager, deliverable=again(one), version=one.version, after=[other])


def again(one: Deliverable) -> Deliverable:
    """Read it on this thread's connection, as a request does."""
    return Deliverable.objects.select_related("engagement").get(pk=one.pk)


def counted(rows) -> int:
    from accounts.db import as_firm

    with as_firm():
        return rows.count()


@pytest.fixture
def in_review_for_real(really):
    from accounts.db import as_firm

    with as_firm():
        cast = factories.cast()
        one = in_review(cast.specialist, deliverable(factories.active(cast)))
        return cast, one, seen(one)
