"""What was said at fixed days before a due date is kept by night, once, and settled by what came of it."""

from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django.db import connection
from django.db.models import QuerySet
from django.test.utils import CaptureQueriesContext

from accounts import jobs
from engagements.models import Engagement
from milestones import predictions, slips, tasks
from milestones.actions import changes, life, signing
from milestones.models import ForecastRun, Milestone, Prediction
from milestones.states import Moves
from tests import factories
from tests.factories import START, TODAY, deliverable, in_review, line, seen
from tests.milestones.test_slips import Silent


def ours() -> "QuerySet[Engagement]":
    return Engagement.objects.all()


def gather(today: date = TODAY) -> int:
    return predictions.gather(ours(), today)


def kept() -> list[tuple[str, int, date]]:
    rows = Prediction.objects.order_by("horizon", "pk")
    return [(one.deliverable.title if one.deliverable else "milestone", one.horizon, one.said_on) for one in rows]


def forecast_on(engagement: Engagement, day: date) -> ForecastRun:
    run = slips.recompute(engagement, today=day)
    assert run is not None
    return run


@pytest.fixture
def near(cast):
    """A is due a week from today, on Monday 30 November, and its milestone on 4 December."""
    return factories.active(cast, [line("A", start=45, due=56)])


def test_the_day_that_is_so_far_ahead_is_kept_with_what_was_said(near):
    run = forecast_on(near, TODAY)
    assert gather() == 1
    one = Prediction.objects.get()
    facts = run.works[deliverable(near).public_id]
    assert (one.deliverable, one.horizon, one.said_on) == (deliverable(near), 7, TODAY)
    assert (one.likely.isoformat(), one.eight_in_ten.isoformat(), one.chance) == (
        facts["likely"], facts["eight_in_ten"], facts["chance"]
    )  # fmt: skip
    assert (one.due_on, one.finished_on, one.void) == (deliverable(near).due_on, None, False)


def test_twice_a_night_keeps_it_once(near):
    forecast_on(near, TODAY)
    gather()
    assert gather() == 0
    assert Prediction.objects.count() == 1


def test_the_first_time_goes_back_through_every_forecast(near):
    for back in (30, 23, 16, 9, 7, 0):
        forecast_on(near, TODAY - timedelta(days=back))
    gather()
    due = deliverable(near).due_on
    assert ("Deliverable A", 30, due - timedelta(days=30)) in kept()
    assert ("Deliverable A", 14, TODAY - timedelta(days=7)) in kept()
    milestone = near.milestones.get(day=60)
    days = [(one.horizon, (milestone.due_on - one.said_on).days) for one in milestone.predictions.all()]
    assert all(horizon <= before < horizon + 6 for horizon, before in days)
    assert {horizon for horizon, _before in days} == {30, 14}


def test_a_forecast_that_was_old_by_then_says_nothing(near):
    forecast_on(near, TODAY - timedelta(days=7))
    assert gather() == 2
    assert set(Prediction.objects.values_list("horizon", flat=True)) == {14}


def test_a_date_that_moved_since_stood_on_another_day(cast, near):
    forecast_on(near, TODAY - timedelta(days=7))
    move = changes.Move(Moves.DUE, deliverable=deliverable(near), to_on=date(2026, 12, 7))
    change = changes.ask(by=cast.manager, engagement=near, what="Later", why="Vendor", moves=[move])
    changes.decide(by=cast.signer, change=change, approve=True)
    forecast_on(near, TODAY)
    gather()
    assert not Prediction.objects.filter(deliverable__isnull=False, said_on__lt=TODAY).exists()


def accept(cast, engagement: Engagement, ref: str = "A") -> None:
    one = in_review(cast.specialist, deliverable(engagement, ref))
    signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one))


def test_a_finish_is_written_for_the_deliverable_and_its_milestone(cast, near):
    for back in (11, 7, 0):
        forecast_on(near, TODAY - timedelta(days=back))
    gather()
    assert not Prediction.objects.filter(finished_on__isnull=False).exists()
    accept(cast, near)
    predictions.settle(ours())
    assert {one.finished_on for one in Prediction.objects.all()} == {TODAY}
    assert Prediction.objects.filter(milestone=near.milestones.get(day=60)).exists()


def test_a_milestone_waits_for_all_of_its_deliverables(cast):
    engagement = factories.active(cast, [line("A", start=45, due=56), line("B", start=45, due=57)])
    forecast_on(engagement, TODAY - timedelta(days=4))
    gather()
    milestone = Milestone.objects.get(engagement=engagement, day=60)
    Prediction.objects.create(
        engagement=engagement, client_id=engagement.client_id, milestone=milestone, horizon=7, said_on=TODAY,
        due_on=milestone.due_on, likely=TODAY, eight_in_ten=TODAY, chance=0.5,
    )  # fmt: skip
    accept(cast, engagement)
    predictions.settle(ours())
    assert Prediction.objects.get(milestone=milestone, horizon=7).finished_on is None
    accept(cast, engagement, "B")
    predictions.settle(ours())
    assert Prediction.objects.get(milestone=milestone, horizon=7).finished_on == TODAY


def test_nobody_is_blamed_for_a_hold_an_end_or_what_was_dropped(cast, near):
    forecast_on(near, TODAY)
    gather()
    life.hold(by=cast.manager, engagement=near, why="Freeze")
    predictions.settle(ours())
    assert Prediction.objects.get().void


def test_a_hold_after_the_last_date_leaves_it_counted(cast, near):
    forecast_on(near, TODAY)
    gather()
    last = Prediction.objects.get().eight_in_ten
    with time_machine.travel(datetime(last.year, last.month, last.day, 10, tzinfo=UTC) + timedelta(days=3)):
        life.hold(by=cast.manager, engagement=near, why="Freeze")
        predictions.settle(ours())
    assert not Prediction.objects.get().void


def test_what_was_dropped_decides_nothing(cast):
    engagement = factories.active(cast, [line("A", start=45, due=56), line("B", start=45, due=57)])
    forecast_on(engagement, TODAY)
    gather()
    change = changes.ask(
        by=cast.manager, engagement=engagement, what="Out", why="No need",
        moves=[changes.Move(Moves.DROP, deliverable=deliverable(engagement))],
    )  # fmt: skip
    changes.decide(by=cast.signer, change=change, approve=True)
    predictions.settle(ours())
    assert Prediction.objects.get(deliverable=deliverable(engagement)).void


def test_queries_do_not_grow_with_what_is_kept(cast, near):
    def taken() -> int:
        with CaptureQueriesContext(connection) as asked:
            gather()
        return len(asked)

    forecast_on(near, TODAY)
    one = taken()
    Prediction.objects.all().delete()
    lines = [line(str(n), start=45, due=56) for n in range(12)]
    forecast_on(factories.active(cast, lines, name="Many"), TODAY)
    assert taken() == one
    assert Prediction.objects.count() == 13


def test_the_night_keeps_them(near):
    job = jobs.request(kind="slip_nightly", key="night", args={"time_zone": "Europe/Helsinki"}, by=None)
    tasks.slip_nightly(job, Silent(job))
    assert ("Deliverable A", 7, TODAY) in kept()


def test_start_of_everything_is_no_fault(near):
    assert gather(START) == 0
