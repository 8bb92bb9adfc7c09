"""On hold the clock, flags and digests stand still; what resumes is not older for it."""

from datetime import UTC, date, datetime, timedelta

import pytest

from accounts.errors import DomainError
from accounts.models import Job
from engagements.models import Hold
from milestones import proposals, slips, tasks
from milestones.actions import changes, life, waits, work
from milestones.models import ForecastRun, SlipFlag
from milestones.plan_inputs import load
from milestones.states import Moves
from reports import needs
from reports.digest import schedule
from reports.pages.lights import lights
from tests import factories
from tests.factories import START, TODAY, deliverable, line

SINCE = date(2026, 11, 16)


@pytest.fixture
def held(cast, engagement):
    return life.hold(by=cast.manager, engagement=engagement, on=SINCE, why="Change freeze")


def test_the_clock_stands_still(held, monday):
    monday.shift(timedelta(days=9))
    assert held.day() == (SINCE - START).days


def test_nothing_is_forecast_and_no_flag_opens(held, monday):
    monday.move_to(datetime(2027, 3, 1, 10, tzinfo=UTC))
    assert slips.recompute(held, nightly=True) is None
    tasks.nightly()
    assert not Job.objects.filter(kind="slip_nightly").exists()
    assert not SlipFlag.objects.exists()
    assert not ForecastRun.objects.exists()


def test_no_change_of_the_plan_asks_for_a_forecast(cast, held):
    Job.objects.all().delete()
    change = changes.ask(by=cast.manager, engagement=held, what="Later", why="Freeze", moves=proposals.shifted(held, 5))
    changes.decide(by=cast.signer, change=change, approve=True)
    assert not Job.objects.filter(kind="slip_engagement").exists()


def proposed(engagement):
    shift = proposals.after_hold(engagement)
    assert shift is not None
    return shift


def test_open_flags_do_not_ask_for_the_manager(cast, engagement, monday):
    monday.move_to(datetime(2026, 12, 14, 10, tzinfo=UTC))
    slips.recompute(engagement)
    assert any("late" in need.text or need.kind for need in needs.needs_of(cast.manager, lights(cast.manager)))
    life.hold(by=cast.manager, engagement=engagement, why="Freeze")
    assert not needs.needs_of(cast.manager, lights(cast.manager))


def test_no_digest_goes_to_the_client(cast, engagement):
    assert {slot.recipient for slot in schedule.client_slots()} >= {cast.signer.pk, cast.viewer.pk}
    life.hold(by=cast.manager, engagement=engagement, why="Freeze")
    assert not list(schedule.client_slots())


def test_nobody_works_on_it(cast, held):
    with pytest.raises(DomainError, match="on hold"):
        work.start(by=cast.specialist, deliverable=deliverable(held))
    with pytest.raises(DomainError, match="on hold"):
        waits.open_wait(by=cast.manager, deliverable=deliverable(held), on="client", what="Access")


def test_the_days_on_hold_make_work_and_waits_no_older(cast, engagement, monday):
    one = deliverable(engagement)
    work.start(by=cast.specialist, deliverable=one, on=date(2026, 11, 12))
    waits.open_wait(by=cast.manager, deliverable=one, on="client", what="Access", opened_on=date(2026, 11, 12))
    without = load([engagement])[0].input.calendar
    life.hold(by=cast.manager, engagement=engagement, on=SINCE, why="Freeze")
    life.resume(by=cast.manager, engagement=engagement)
    calendar = load([engagement])[0].input.calendar
    first, last = date(2026, 11, 12), date(2026, 11, 23)
    assert (without.working_days_between(first, last), calendar.working_days_between(first, last)) == (7, 2)


def test_resuming_proposes_every_unfinished_date_later_by_the_working_days(cast, held):
    life.resume(by=cast.manager, engagement=held)
    shift = proposed(held)
    assert (shift.days, shift.hold.why) == (5, "Change freeze")
    moved = {(one.kind, one.thing.pk): one.to_on for one in shift.moves if one.thing}
    stages = {one.day: one for one in held.milestones.all()}
    # Friday the 4th of December, and five working days on: Independence Day is a Sunday this year.
    assert moved[(Moves.MILESTONE, stages[60].pk)] == date(2026, 12, 11)
    assert (Moves.MILESTONE, stages[30].pk) not in moved
    assert stages[90].pk in {one.milestone.pk for one in shift.moves if one.milestone}
    assert (Moves.DUE, deliverable(held).pk) in moved


def test_what_was_late_before_the_hold_is_not_proposed_for_the_past(cast):
    held = factories.active(cast, [line("A", day=30, start=0, due=20), line("B")])
    life.hold(by=cast.manager, engagement=held, on=SINCE, why="Freeze")
    life.resume(by=cast.manager, engagement=held)
    moves = proposed(held).moves
    assert deliverable(held).pk not in {one.thing.pk for one in moves if one.kind == Moves.DUE}
    change = changes.ask(by=cast.manager, engagement=held, what="Later", why="Freeze", moves=moves)
    assert {one.to_on is not None and one.to_on >= TODAY for one in change.moves.all()} == {True}


def test_once_a_change_is_asked_for_nothing_is_proposed(cast, held):
    life.resume(by=cast.manager, engagement=held)
    changes.ask(by=cast.manager, engagement=held, what="Later", why="Freeze", moves=proposed(held).moves)
    assert proposals.after_hold(held) is None


def test_a_weekend_on_hold_proposes_nothing(cast, engagement, monday):
    life.hold(by=cast.manager, engagement=engagement, on=date(2026, 11, 21), why="Freeze")
    life.resume(by=cast.manager, engagement=engagement, on=date(2026, 11, 22))
    assert proposals.after_hold(engagement) is None


def test_holds_are_kept_and_do_not_overlap(cast, held):
    life.resume(by=cast.manager, engagement=held, on=date(2026, 11, 20))
    with pytest.raises(DomainError, match="resumed on 20 Nov"):
        life.hold(by=cast.manager, engagement=held, on=date(2026, 11, 18), why="Freeze")
    life.hold(by=cast.manager, engagement=held, on=date(2026, 11, 20), why="Freeze")
    life.end_early(by=cast.manager, engagement=held, why="Enough")
    spans = list(Hold.objects.values_list("from_on", "until_on"))
    assert spans == [(SINCE, date(2026, 11, 20)), (date(2026, 11, 20), date(2026, 11, 23))]
