"""An engagement's life goes its ways, and no others."""

from datetime import date, timedelta

import pytest

from accounts.errors import DomainError, IllegalMove, NotAllowed
from engagements.models import Engagement
from milestones import clock, slips
from milestones.actions import life, signing, waits
from milestones.models import SlipFlag, Wait
from tests import factories
from tests.factories import TODAY, deliverable, in_review, line, seen


def test_on_hold_the_clock_stands_still_and_nothing_runs(cast, engagement, monday):
    life.hold(by=cast.manager, engagement=engagement, why="Change freeze")
    monday.shift(timedelta(days=5))
    assert engagement.day() == 49
    assert slips.recompute(engagement) is None
    life.resume(by=cast.manager, engagement=engagement)
    assert (engagement.state, engagement.held_on, engagement.day()) == ("active", None, 49)
    monday.shift(timedelta(days=1))
    assert engagement.day() == 50


def test_the_days_of_two_holds_are_no_days_of_the_plan(cast, engagement, monday):
    for days in (5, 3):
        life.hold(by=cast.manager, engagement=engagement, why="Freeze")
        monday.shift(timedelta(days=days))
        life.resume(by=cast.manager, engagement=engagement)
        monday.shift(timedelta(days=1))
    kept = Engagement.objects.get(pk=engagement.pk)
    assert kept.day() == 51
    assert kept.day(TODAY) == 49
    spans = [(span.lower, span.upper) for span in kept.held]
    assert spans == list(kept.holds.values_list("from_on", "until_on"))
    held = {TODAY + timedelta(days=n) for n in (0, 1, 2, 3, 4, 6, 7, 8)}
    assert clock.held_days(kept) == held


def test_putting_on_hold_needs_a_reason(cast, engagement):
    with pytest.raises(DomainError, match="Say why it is put on hold") as refused:
        life.hold(by=cast.manager, engagement=engagement, why=" ")
    assert (refused.value.field, engagement.state) == ("why", "active")


def test_only_an_active_engagement_is_held_and_only_a_held_one_resumed(cast, engagement):
    with pytest.raises(IllegalMove, match="is active"):
        life.resume(by=cast.manager, engagement=engagement)
    life.hold(by=cast.manager, engagement=engagement, why="Freeze")
    with pytest.raises(IllegalMove, match="on hold"):
        life.hold(by=cast.manager, engagement=engagement, why="Freeze")


def test_completing_needs_everything_accepted_or_dropped(cast):
    engagement = factories.active(cast, [line("A")])
    with pytest.raises(IllegalMove, match="1 deliverable is not accepted"):
        life.complete(by=cast.manager, engagement=engagement)
    one = in_review(cast.specialist, deliverable(engagement))
    signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one))
    life.complete(by=cast.manager, engagement=engagement, why="Both metrics past their targets")
    assert (engagement.state, engagement.ended_on) == ("completed", TODAY)


def test_ending_early_needs_a_reason_and_closes_waits_and_flags(cast, engagement):
    waits.open_wait(by=cast.manager, deliverable=deliverable(engagement), on="client", what="Access")
    SlipFlag.objects.create(
        engagement=engagement,
        client_id=engagement.client_id,
        deliverable=deliverable(engagement),
        cause="late",
        opened_on=TODAY,
    )
    with pytest.raises(DomainError) as refused:
        life.end_early(by=cast.manager, engagement=engagement)
    assert refused.value.field == "why"
    life.end_early(by=cast.manager, engagement=engagement, why="Change freeze for six months")
    assert engagement.state == "ended_early"
    assert not Wait.objects.filter(closed_on__isnull=True).exists()
    assert not SlipFlag.objects.filter(closed_on__isnull=True).exists()


def test_what_has_ended_does_not_end_again_and_can_be_archived_once(cast, engagement):
    with pytest.raises(IllegalMove):
        life.archive(by=cast.manager, engagement=engagement)
    life.end_early(by=cast.manager, engagement=engagement, why="Enough")
    with pytest.raises(IllegalMove, match="has ended"):
        life.complete(by=cast.manager, engagement=engagement)
    life.archive(by=cast.manager, engagement=engagement)
    with pytest.raises(IllegalMove):
        life.archive(by=cast.manager, engagement=engagement)
    assert life.bring_back(by=cast.manager, engagement=engagement).archived_at is None


def test_only_drafts_are_removed_and_come_back_for_thirty_days(cast, engagement, monday):
    with pytest.raises(IllegalMove, match="Only a draft"):
        life.remove(by=cast.manager, engagement=engagement)
    draft = life.remove(by=cast.manager, engagement=factories.draft(cast, name="Second"))
    monday.shift(timedelta(days=29))
    assert life.bring_back(by=cast.manager, engagement=draft).removed_at is None
    life.remove(by=cast.manager, engagement=draft)
    monday.shift(timedelta(days=31))
    with pytest.raises(IllegalMove, match="30 days"):
        life.bring_back(by=cast.manager, engagement=draft)


def test_no_day_before_the_start_or_after_today(cast, engagement):
    for day in (engagement.start_on - timedelta(days=1), TODAY + timedelta(days=1), date(9999, 1, 1)):
        with pytest.raises(DomainError) as refused:
            life.hold(by=cast.manager, engagement=engagement, on=day, why="Freeze")
        assert refused.value.field == "on"


@pytest.mark.parametrize("act", [life.hold, life.complete, life.archive, life.remove])
def test_specialists_do_not_decide_on_it(cast, engagement, act):
    with pytest.raises(NotAllowed):
        act(by=cast.specialist, engagement=engagement)
