"""Slip flags open at once, close by night and are never doubled; clients see a worsening a working day later."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, date, datetime, timedelta
from multiprocessing import get_context

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts import jobs
from accounts.clock import now
from accounts.db import as_firm, as_portal
from accounts.models import Job, TrailEntry
from accounts.states import JobState
from engagements.models import Engagement
from milestones import slips, tasks, words
from milestones.actions import changes, life, signing, waits, work
from milestones.actions.changes import Move
from milestones.models import Deliverable, ForecastRun, Plan, SlipFlag
from milestones.states import Moves
from tests import factories
from tests.factories import START, TODAY, deliverable, in_review, line, seen

LATE = line("A", day=30, start=15, due=28)
CALM = line("B", start=60, due=85, day=90, effort_days=2, needs_sign_off=False)


def run_of(engagement, **more) -> ForecastRun:
    run = slips.recompute(engagement, **more)
    assert run is not None
    return run


class Silent(jobs.Progress):
    """Takes a handler's reports of a job that no worker claimed."""

    def __init__(self, job: Job) -> None:
        super().__init__(job.pk, job.created_at)

    def __call__(self, step: int, steps: int, says: str = "") -> None:
        assert 0 <= step <= steps


def plan_of(engagement) -> Plan:
    return Plan.objects.get(engagement=engagement)


def open_causes(engagement) -> list[tuple[str, str]]:
    rows = SlipFlag.objects.filter(engagement=engagement, closed_on__isnull=True)
    names = rows.values_list("deliverable__title", "milestone__name", "cause")
    return sorted((title or name, cause) for title, name, cause in names)


def facts(engagement):
    run = ForecastRun.objects.filter(engagement=engagement).values().get()
    return (
        run,
        list(SlipFlag.objects.order_by("pk").values()),
        Plan.objects.filter(engagement=engagement).values().get(),
    )


@pytest.fixture
def slipping(cast):
    """A deliverable and its milestone are late by weeks, another one has time."""
    return factories.active(cast, [LATE, CALM])


def test_a_late_deliverable_and_its_milestone_are_flagged_at_once(slipping):
    run = run_of(slipping)
    assert {("Deliverable A", "late"), ("Stabilize foundations", "late")} <= set(open_causes(slipping))
    assert run.health == "off_track"
    assert plan_of(slipping).health == "off_track"
    assert all(cause != "late" for title, cause in open_causes(slipping) if title == "Deliverable B")


def test_the_run_keeps_what_pages_show(slipping):
    run = run_of(slipping)
    one, calm = deliverable(slipping), deliverable(slipping, "B")
    assert set(run.works) == {one.public_id, calm.public_id}
    assert run.works[one.public_id]["health"] == "off_track"
    assert date.fromisoformat(run.works[one.public_id]["likely"]) >= TODAY
    assert set(run.milestones) == {row.public_id for row in slipping.milestones.filter(day__in=[30, 90])}
    assert (run.on, run.plan_version) == (TODAY, plan_of(slipping).version)


def test_a_second_run_changes_nothing(slipping):
    slips.recompute(slipping, nightly=True)
    before = facts(slipping)
    slips.recompute(slipping, nightly=True)
    assert facts(slipping) == before


def test_a_plan_change_later_that_day_replaces_the_days_run(cast, slipping):
    first = run_of(slipping)
    work.start(by=cast.specialist, deliverable=deliverable(slipping))
    second = run_of(slipping)
    assert ForecastRun.objects.count() == 1
    assert second.plan_version > first.plan_version


def test_a_flag_closes_only_by_night(cast, slipping):
    slips.recompute(slipping)
    move = Move(Moves.DUE, deliverable=deliverable(slipping), to_on=date(2027, 1, 29))
    change = changes.ask(by=cast.manager, engagement=slipping, what="Later", why="Late vendor", moves=[move])
    changes.decide(by=cast.signer, change=change, approve=True)
    slips.recompute(slipping)
    assert ("Deliverable A", "late") in open_causes(slipping)
    slips.recompute(slipping, nightly=True)
    assert ("Deliverable A", "late") not in open_causes(slipping)
    assert SlipFlag.objects.filter(cause="late", deliverable__isnull=False).get().closed_on == TODAY


def test_a_flag_closes_when_its_deliverable_is_accepted(cast, slipping):
    slips.recompute(slipping)
    one = in_review(cast.specialist, deliverable(slipping))
    signing.accept(by=cast.signer, deliverable=one, content_hash=seen(one))
    assert not SlipFlag.objects.filter(deliverable=one, closed_on__isnull=True).exists()


def test_waiting_on_the_client_is_flagged_and_its_driver_told(cast, slipping):
    work.start(by=cast.specialist, deliverable=deliverable(slipping))
    one = deliverable(slipping)
    waits.open_wait(by=cast.manager, deliverable=one, on="client", what="Access", opened_on=date(2026, 11, 11))
    run = run_of(slipping)
    flag = SlipFlag.objects.get(deliverable=one, cause="waiting_on_client")
    assert words.flag_sentence(flag) == "Waiting on client: waiting on the client, 8 working days."
    assert run.works[one.public_id]["free_likely"] <= run.works[one.public_id]["likely"]


def test_a_drivers_words_name_roles_and_never_people(cast):
    lines = [line(ref, start=30, due=52) for ref in "ABCDEFGH"]
    engagement = factories.active(cast, lines)
    slips.recompute(engagement)
    told = " ".join(words.flag_sentence(flag) for flag in SlipFlag.objects.all())
    assert "has 8 open deliverables" in told
    assert "Sam" not in told


def test_nothing_runs_in_a_draft(cast):
    draft = factories.draft(cast, [LATE])
    assert slips.recompute(draft) is None
    slips.ask_recompute(draft)
    assert not Job.objects.filter(kind="slip_engagement").exists()
    assert not ForecastRun.objects.exists()


def test_forecasts_and_flags_stay_out_of_the_trail(slipping):
    before = TrailEntry.objects.count()
    slips.recompute(slipping)
    assert TrailEntry.objects.count() == before


# --- the client sees a worsening later -----------------------------------------------------------------------


def improve(cast, engagement):
    move = Move(Moves.DROP, deliverable=deliverable(engagement))
    change = changes.ask(by=cast.manager, engagement=engagement, what="Drop", why="Not needed", moves=[move])
    changes.decide(by=cast.signer, change=change, approve=True)


@pytest.fixture
def worse(cast, monday):
    """On track on Monday, off track on Tuesday: the client is still shown Monday."""
    monday.move_to("2026-11-23T10:00:00+00:00")
    engagement = factories.active(cast, [line("A", start=50, due=85, day=90, effort_days=2, needs_sign_off=False)])
    slips.recompute(engagement)
    assert plan_of(engagement).client_health == "on_track"
    monday.move_to("2026-11-24T10:00:00+00:00")
    Deliverable.objects.filter(engagement=engagement).update(start_on=START, due_on=TODAY, agreed_on=TODAY)
    engagement.milestones.filter(day=90).update(due_on=TODAY)
    slips.recompute(engagement)
    return engagement


def test_the_firm_sees_it_at_once_and_the_client_not_yet(worse):
    plan = plan_of(worse)
    assert (plan.health, plan.client_health, plan.worse_on) == ("off_track", "on_track", TODAY + timedelta(days=1))


def test_the_portal_reads_the_forecast_from_before(worse):
    with as_portal([worse.client_id]):
        assert [run.on for run in ForecastRun.objects.all()] == [TODAY]
    slips.release_to_client(worse)
    with as_portal([worse.client_id]):
        assert [run.on for run in ForecastRun.objects.all()] == [TODAY + timedelta(days=1), TODAY]


def test_a_digest_shows_it(worse):
    slips.release_to_client(worse)
    plan = plan_of(worse)
    assert (plan.client_health, plan.worse_at, plan.shown_at is not None) == ("off_track", None, True)


@pytest.mark.parametrize(
    ("moment", "shown"), [("2026-11-25T09:59:00+00:00", "on_track"), ("2026-11-25T10:01:00+00:00", "off_track")]
)
def test_a_working_day_later_it_is_shown(worse, monday, moment, shown):
    monday.move_to(moment)
    slips.release_due()
    assert plan_of(worse).client_health == shown


def test_over_a_weekend_the_working_day_is_monday(cast):
    friday = datetime(2026, 11, 27, 13, 0, tzinfo=UTC)
    shown = slips.shown_from(friday, Engagement(client=cast.client))
    assert shown.astimezone(UTC) == datetime(2026, 11, 30, 13, 0, tzinfo=UTC)


def decided(cast, engagement, *moves):
    change = changes.ask(by=cast.manager, engagement=engagement, what="Other dates", why="Scope", moves=moves)
    return changes.decide(by=cast.signer, change=change, approve=True)


def test_what_a_signer_was_shown_and_approved_is_no_news(cast):
    engagement = factories.active(cast, [line("A", start=50, due=85, day=90, effort_days=9, needs_sign_off=False)])
    slips.recompute(engagement)
    assert plan_of(engagement).client_health == "on_track"
    sooner = [(one, TODAY + timedelta(days=one.day // 30)) for one in engagement.milestones.filter(day__gt=30)]
    decided(cast, engagement, *(Move(Moves.MILESTONE, milestone=one, to_on=day) for one, day in sooner))
    slips.recompute(engagement)
    plan = plan_of(engagement)
    assert (plan.health, plan.client_health, plan.worse_at) == ("off_track", "off_track", None)
    # The forecast after that is news again.
    Plan.objects.filter(engagement=engagement).update(client_health="on_track")
    slips.recompute(engagement)
    assert plan_of(engagement).worse_on == TODAY


def test_a_change_of_words_alone_does_not_release_a_worsening(cast, worse):
    decided(cast, worse)
    slips.recompute(worse)
    assert plan_of(worse).client_health == "on_track"


def test_an_approval_releases_what_was_held_back(cast, worse):
    move = Move(Moves.DUE, deliverable=deliverable(worse), to_on=TODAY + timedelta(days=2))
    decided(cast, worse, move)
    slips.recompute(worse)
    plan = plan_of(worse)
    assert (plan.client_health, plan.worse_on) == (plan.health, None)
    with as_portal([worse.client_id]):
        assert ForecastRun.objects.filter(on=TODAY + timedelta(days=1)).exists()


def test_an_improvement_is_shown_at_once(cast, slipping):
    slips.recompute(slipping)
    improve(cast, slipping)
    slips.recompute(slipping)
    plan = plan_of(slipping)
    assert (plan.health, plan.client_health, plan.worse_at) == ("on_track", "on_track", None)


# --- many at once, and by night ------------------------------------------------------------------------------


def _recompute_elsewhere(engagement_id: int) -> int:
    """Run in a process of its own, as a Celery worker does."""
    connection.close()
    with time_machine.travel(datetime(2026, 11, 23, 10, 0, tzinfo=UTC)), as_firm():
        engagement = Engagement.objects.select_related("client").get(pk=engagement_id)
        run = run_of(engagement, nightly=True)
    connection.close()
    return run.pk


def test_four_processes_at_once_double_nothing(really):
    with as_firm():
        engagement = factories.active(factories.cast(), [LATE, CALM])
    connection.close()
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        runs = set(pool.map(_recompute_elsewhere, [engagement.pk] * 8))
    with as_firm():
        assert len(runs) == ForecastRun.objects.count() == 1
        causes = open_causes(engagement)
        assert len(causes) == len(set(causes)) == SlipFlag.objects.count() > 0


def test_the_number_of_queries_to_read_is_the_same_for_more_deliverables(cast):
    few = factories.active(cast, [line(ref) for ref in "AB"])
    many = factories.active(cast, [line(f"{n}") for n in range(30)], name="Many")
    counts = []
    for engagement in (few, many):
        slips.recompute(engagement)
        work.start(by=cast.specialist, deliverable=engagement.deliverables.all()[0])
        with CaptureQueriesContext(
            connection,
        ) as queries:
            slips.recompute(engagement)
        counts.append(len(queries))
    assert counts[1] - counts[0] <= 1  # flags that differ are refreshed in one statement
    assert counts[0] < 30


def test_the_night_runs_once_a_date_and_time_zone(cast, slipping, monday):
    monday.move_to("2026-11-23T22:30:00+00:00")  # half past midnight in Helsinki
    tasks.nightly()
    assert not Job.objects.filter(kind="slip_nightly").exists()
    monday.move_to("2026-11-23T23:05:00+00:00")
    for _beat in range(3):
        tasks.nightly()
    assert [job.args for job in Job.objects.filter(kind="slip_nightly")] == [{"time_zone": "Europe/Helsinki"}]


def test_the_nightly_job_forecasts_every_active_engagement_of_its_zone(cast, slipping):
    held = factories.active(cast, [LATE], name="Held")
    life.hold(by=cast.manager, engagement=held, why="Freeze")
    job = jobs.request(kind="slip_nightly", key="night", args={"time_zone": "Europe/Helsinki"}, by=None)
    assert tasks.slip_nightly(job, Silent(job)) == {"made": 1, "of": 1}
    assert [run.engagement_id for run in ForecastRun.objects.all()] == [slipping.pk]


def test_several_changes_in_a_row_are_forecast_once(cast, slipping):
    work.start(by=cast.specialist, deliverable=deliverable(slipping))
    waits.open_wait(by=cast.specialist, deliverable=deliverable(slipping), on="firm", what="A review")
    asked = Job.objects.filter(kind="slip_engagement").order_by("-pk")
    made = [int(str(tasks.slip_engagement(job, Silent(job))["made"])) for job in asked]
    assert sum(made) == 1


def test_while_a_forecast_waits_no_second_is_asked_for(cast, slipping):
    def asked() -> int:
        return Job.objects.filter(kind="slip_engagement").count()

    work.start(by=cast.specialist, deliverable=deliverable(slipping))
    with CaptureQueriesContext(connection) as queries:
        waiting = waits.open_wait(by=cast.specialist, deliverable=deliverable(slipping), on="firm", what="A review")
    assert asked() == 1
    # Held until the commit: nobody claims it before the change can be read.
    assert any("accounts_job" in one["sql"] and "FOR UPDATE" in one["sql"] for one in queries.captured_queries)
    Job.objects.update(state=JobState.RUNNING, claimed_at=now(), beat_at=now())
    waits.close_wait(by=cast.specialist, wait=waiting)
    assert asked() == 2


def test_a_forecast_that_is_put_off_is_not_waited_for(cast, slipping):
    work.start(by=cast.specialist, deliverable=deliverable(slipping))
    Job.objects.update(due_at=now() + timedelta(hours=1))
    waits.open_wait(by=cast.specialist, deliverable=deliverable(slipping), on="firm", what="A review")
    assert Job.objects.filter(kind="slip_engagement").count() == 2


def test_another_engagements_forecast_is_not_this_ones(cast, slipping):
    other = factories.active(cast, [LATE], name="Other")
    Job.objects.filter(kind="slip_engagement").delete()
    # That of an engagement whose number only begins as the other's does.
    jobs.request(kind="slip_engagement", key=f"{other.pk}0:1", args={}, by=None)
    work.start(by=cast.specialist, deliverable=deliverable(other))
    assert Job.objects.filter(kind="slip_engagement", key__startswith=f"{other.pk}:").count() == 1


def test_a_plan_that_cannot_be_forecast_leaves_the_others_alone(cast, slipping, caplog):
    broken = factories.active(cast, [line("A"), line("B", after=("A",))], name="Broken")
    first, second = deliverable(broken, "A"), deliverable(broken, "B")
    first.as_successor.create(engagement=broken, client_id=broken.client_id, predecessor=second)
    runs = slips.recompute_many([broken, slipping])
    assert set(runs) == {slipping.pk}
    assert "cannot be forecast" in caplog.text
