"""What the slip risk looks at is read as of the day, for whole engagements at once."""

from datetime import date, timedelta

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.clock import now
from milestones import slips
from milestones.actions import changes, plans, signing, talk, waits, work
from milestones.actions.changes import Move
from milestones.forecasting import WorkForecast, forecast
from milestones.forecasting.risk import USUAL_SHARE, Features, pooled_share
from milestones.models import Deliverable, ForecastDetail, ForecastRun, SlipFlag, SlipSnapshot
from milestones.plan_inputs import Loaded, load, read_firm
from milestones.risk_signs import Record, firm_record, last_outcomes
from milestones.states import Moves
from tests import factories
from tests.factories import TODAY, deliverable, in_review, line, seen


def loaded(engagement) -> Loaded:
    (found,) = load([type(engagement).objects.select_related("client").get(pk=engagement.pk)])
    return found


def features(engagement, ref: str = "A") -> Features:
    return loaded(engagement).scores[deliverable(engagement, ref).pk].known.features


def work_of(engagement, ref: str = "A"):
    key = deliverable(engagement, ref).pk
    return next(one for one in loaded(engagement).input.works if one.id == key)


def finish(row: Deliverable, *, late: int) -> None:
    """Accept a deliverable so many days after it was due, as an import would write it."""
    due = TODAY - timedelta(days=20)
    Deliverable.objects.filter(pk=row.pk).update(
        state="accepted", needs_sign_off=False, start_on=due - timedelta(days=5), started_on=due - timedelta(days=5),
        due_on=due, accepted_on=due + timedelta(days=late),
    )  # fmt: skip


# --- the cascade's inputs ------------------------------------------------------------------------------------


def test_the_forecast_knows_what_needs_a_sign_off_and_what_waits_for_one(cast):
    engagement = factories.active(cast, [line("A"), line("B", needs_sign_off=False)])
    in_review(cast.specialist, deliverable(engagement))
    assert (work_of(engagement).needs_sign_off, work_of(engagement, "B").needs_sign_off) == (True, False)
    assert [(one.review, one.open) for one in work_of(engagement).waits] == [(True, True)]


def test_a_stop_is_no_review(cast, engagement):
    waits.open_wait(by=cast.manager, deliverable=deliverable(engagement), on="client", what="Access")
    assert [one.review for one in work_of(engagement).waits] == [False]


def test_what_was_added_to_a_running_plan_is_told_from_what_was_agreed(cast, engagement):
    plans.add_deliverable(by=cast.manager, engagement=engagement, line=line("Late comer", needs_sign_off=False))
    assert work_of(engagement, "Late comer").added_on == TODAY
    assert work_of(engagement, "A").added_on is None


def test_what_is_planned_for_later_is_not_on_the_owners_table(cast):
    engagement = factories.active(cast, [line("A", start=30), line("B", start=60, due=70, day=90)])
    assert work_of(engagement).owner_open_load == 1
    assert features(engagement).load == 2


# --- features ------------------------------------------------------------------------------------------------


def test_days_and_neighbours(cast):
    engagement = factories.active(
        cast, [line("A", start=40, due=55), line("B", after=("A",)), line("C", after=("A",)), line("D", due=70, day=90)]
    )
    first, second, last = (features(engagement, ref) for ref in "ABD")
    assert (first.days_left, first.age, first.due_set_days) == (6, 9, 0)
    assert (first.blocks, first.blocked_by, second.blocks, second.blocked_by) == (2, 0, 0, 1)
    assert (first.due_together, first.set_together, last.due_together) == (3, 3, 1)


def test_what_is_done_blocks_nobody(cast):
    engagement = factories.active(cast, [line("A", needs_sign_off=False), line("B", after=("A",))])
    finish(deliverable(engagement), late=0)
    assert features(engagement, "B").blocked_by == 0


def test_talk_sending_back_and_plan_changes_are_counted(cast, engagement):
    one = deliverable(engagement)
    talk.say(by=cast.manager, engagement=engagement, text="How far?", deliverable=one)
    in_review(cast.specialist, one)
    signing.send_back(by=cast.signer, deliverable=one, content_hash=seen(one), reason="The sample is missing")
    change = changes.ask(
        by=cast.manager, engagement=engagement, what="Later", why="Late vendor",
        moves=[Move(Moves.DUE, deliverable=one, to_on=TODAY + timedelta(days=15))],
    )  # fmt: skip
    assert features(engagement).rescoped == 0
    changes.decide(by=cast.signer, change=change, approve=True)
    found = features(engagement)
    assert (found.comments, found.sent_back, found.rescoped, found.days_left) == (1, 1, 1, 15)


def test_a_moved_due_date_was_set_when_it_moved(cast, monday):
    engagement = factories.active(cast, [line("A", due=70, day=90), line("B", due=70, day=90)])
    monday.shift(timedelta(days=7))
    move = Move(Moves.DUE, deliverable=deliverable(engagement), to_on=date(2026, 12, 21))
    change = changes.ask(by=cast.manager, engagement=engagement, what="Later", why="Late vendor", moves=[move])
    changes.decide(by=cast.signer, change=change, approve=True)
    monday.shift(timedelta(days=3))
    assert (features(engagement).due_set_days, features(engagement, "B").due_set_days) == (3, 10)
    assert (features(engagement).set_together, features(engagement, "B").set_together) == (1, 1)


def test_records_are_pooled_towards_the_firms(cast):
    past = factories.active(cast, [line(ref) for ref in "DEFG"], client=cast.other_client, name="Past")
    for row, late in zip(past.deliverables.order_by("number"), (9, 9, 9, 0), strict=True):
        finish(row, late=late)
    engagement = factories.active(cast)
    firm = pooled_share(3, 4)
    found = features(engagement)
    assert firm_record(TODAY) == Record(3, 4)
    assert found.record == pytest.approx(pooled_share(3, 4, firm))
    assert found.engagement_record == pytest.approx(firm)
    assert loaded(engagement).scores[deliverable(engagement).pk].known.record == Record(3, 4)


def judged(engagement, *, late: bool | None, n: int = 8, first: int = 1, **signs: float) -> None:
    """Keep that many snapshots of the engagement's deliverables, the latest due `first` days ago."""
    row = deliverable(engagement)
    SlipSnapshot.objects.bulk_create(
        SlipSnapshot(
            deliverable=row, engagement=engagement, client_id=engagement.client_id, late=late, late_share=0.3,
            due_on=TODAY - timedelta(days=first + k), asked_on=TODAY - timedelta(days=first + k + 9),
            signs={"days_left": 9, "record": USUAL_SHARE, **signs},
        )
        for k in range(n)
    )  # fmt: skip


def test_what_came_out_of_late_is_read_by_how_alike_it_was(cast):
    engagement = factories.active(cast, [line("A", due=60), line("B", due=89, day=90)])
    left = features(engagement).days_left
    assert features(engagement).alike is None
    judged(engagement, late=True, days_left=left)
    soon, far = (features(engagement, ref).alike for ref in "AB")
    assert soon is not None
    assert far is not None
    assert USUAL_SHARE <= far < 0.5 < 0.8 < soon
    assert last_outcomes(TODAY).late.tolist() == [1.0] * 8


def test_only_what_is_judged_and_was_due_before_today_is_an_outcome(cast, engagement):
    judged(engagement, late=None)
    judged(engagement, late=True, first=-1, n=2)
    assert len(last_outcomes(TODAY)) == 0
    judged(engagement, late=False, first=20, n=2)
    judged(engagement, late=True, first=30, n=1)
    assert last_outcomes(TODAY).late.tolist() == [1.0, 0.0, 0.0]


def test_who_has_no_history_is_like_the_firm_and_not_like_somebody_never_late(cast, engagement):
    assert features(engagement).record == pytest.approx(USUAL_SHARE)


def test_what_fell_due_and_is_not_done_counts_as_late_for_the_engagement(cast):
    engagement = factories.active(cast, [line("A"), line("B", day=30, start=15, due=28)])
    assert loaded(engagement).scores[deliverable(engagement).pk].known.engagement == Record(1, 1)


def test_without_an_owner_there_is_no_load_and_no_record(cast):
    engagement = factories.active(cast)
    Deliverable.objects.filter(engagement=engagement).update(owner=None)
    found = features(engagement)
    assert found.load == 1
    assert found.record == pytest.approx(USUAL_SHARE)


def test_only_what_is_unfinished_is_scored(cast):
    engagement = factories.active(cast, [line("A"), line("B", needs_sign_off=False)])
    finish(deliverable(engagement, "B"), late=0)
    assert set(loaded(engagement).scores) == {deliverable(engagement).pk}


def test_reading_many_engagements_takes_as_many_queries_as_one(cast):
    one = factories.active(cast)
    others = [factories.active(cast, [line(f"{n}") for n in range(12)], name="Other")]
    firm = read_firm()
    rows = list(type(one).objects.select_related("client").filter(pk__in=[one.pk, *(other.pk for other in others)]))
    counts = []
    for some in (rows[:1], rows):
        with CaptureQueriesContext(connection) as queries:
            load(some, firm=firm)
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 14


# --- what is kept --------------------------------------------------------------------------------------------


def test_why_is_kept_apart_from_the_run_and_sums_to_the_number(cast, engagement):
    slips.recompute(engagement)
    run, detail = ForecastRun.objects.get(), ForecastDetail.objects.get()
    key = deliverable(engagement).public_id
    assert "drivers" not in run.works[key]
    risk = detail.works[key]["risk"]
    assert risk["late"] == pytest.approx(1 - run.works[key]["chance"])
    assert detail.run_id == run.pk
    assert run.forecaster == "pool-1 prior"


def test_there_is_one_why_an_engagement(cast, engagement, monday):
    slips.recompute(engagement)
    monday.shift(timedelta(days=1))
    run = slips.recompute(engagement)
    assert run is not None
    assert ForecastRun.objects.count() == 2
    assert ForecastDetail.objects.get().run_id == run.pk


def test_a_plan_that_is_done_or_empty_or_ages_late_is_forecast_as_it_is(cast):
    done = factories.active(cast, [line("A", needs_sign_off=False)], name="Done")
    finish(deliverable(done), late=3)
    ancient = factories.active(cast, [line("B", day=30, start=-395, due=-390)], name="Ancient", start=date(2026, 10, 5))
    for engagement in (done, ancient):
        assert slips.recompute(engagement) is not None
    assert ForecastRun.objects.get(engagement=done).health in {"on_track", "off_track"}
    late = ForecastDetail.objects.get(engagement=ancient).works[deliverable(ancient, "B").public_id]
    assert "risk" not in late
    assert SlipFlag.objects.filter(engagement=ancient, cause="late").exists()


def test_nothing_planned_says_nothing(cast, engagement):
    engagement.deliverables.all().delete()
    engagement.milestones.all().delete()
    assert slips.recompute(engagement) is None


def test_the_stored_chance_is_the_draws(cast, engagement):
    given = loaded(engagement).input
    found: WorkForecast = forecast(given).works[deliverable(engagement).pk]
    assert given.opinion is not None
    assert 1 - found.chance == pytest.approx(given.opinion.late(found.id, 1 - found.own_chance), abs=2e-3)
    with time_machine.travel(now(), tick=False):
        assert forecast(given).works[found.id] == found


def test_work_that_was_started_late_ages_from_its_planned_start(cast, engagement):
    work.start(by=cast.specialist, deliverable=deliverable(engagement))
    assert features(engagement).age == 9
