"""The night's job in parts, and in several processes at once: one flag per cause, one snapshot, one calibration."""

from concurrent.futures import ProcessPoolExecutor
from datetime import UTC, datetime, timedelta
from multiprocessing import get_context

import pytest
import time_machine
from django.db import connection

from accounts import jobs
from accounts.clock import now
from accounts.db import as_firm
from accounts.models import Job
from accounts.states import JobState
from milestones import tasks
from milestones.models import ForecastDetail, ForecastRun, SlipCalibration, SlipFlag, SlipSnapshot
from tests import factories
from tests.factories import line
from tests.milestones.test_slips import Silent

ZONE = "Europe/Helsinki"
LINES = [line("A", day=30, start=15, due=28), line("B", start=40, due=58), line("C", start=60, due=85, day=90)]
MONDAY = datetime(2026, 11, 23, 10, 0, tzinfo=UTC)


def asked(key: str = "night") -> Job:
    return jobs.request(kind="slip_nightly", key=key, args={"time_zone": ZONE}, by=None)


# --- in parts ------------------------------------------------------------------------------------------------


@pytest.fixture
def parts(cast, monkeypatch):
    """Two engagements where a job takes one."""
    monkeypatch.setattr(tasks, "PART", 1)
    for name in ("One", "Two"):
        factories.active(cast, LINES, name=name)
    job = asked()
    assert tasks.slip_nightly(job, Silent(job)) == {"parts": 2, "of": 2}
    return list(Job.objects.filter(kind="slip_part").order_by("pk"))


def test_many_engagements_are_left_to_jobs_of_their_own(parts):
    assert [len(job.args["engagements"]) for job in parts] == [1, 1]
    assert not ForecastRun.objects.exists()


def test_the_last_part_closes_the_night(parts):
    first, second = parts
    jobs.run(first.pk)
    assert ForecastRun.objects.count() == 1
    assert not Job.objects.filter(kind="slip_options").exists()
    jobs.run(second.pk)
    assert ForecastRun.objects.count() == 2
    assert Job.objects.filter(kind="slip_options", key="night").count() == 1


def test_a_part_that_has_told_its_last_step_is_waited_for_no_more(parts):
    """Of two that end at once, the later one closes the night."""
    first, second = parts
    Job.objects.filter(pk=first.pk).update(state=JobState.RUNNING, claimed_at=now(), beat_at=now(), step=1, steps=1)
    jobs.run(second.pk)
    assert Job.objects.filter(kind="slip_options").exists()


# --- at once -------------------------------------------------------------------------------------------------


def _run_elsewhere(job_id: int) -> str:
    """Run a job in a process of its own, as a Celery worker does."""
    connection.close()
    with time_machine.travel(MONDAY + timedelta(hours=1), tick=True):
        jobs.run(job_id)
    with as_firm():
        state = str(Job.objects.get(pk=job_id).state)
    connection.close()
    return state


def _judged(engagement) -> None:
    """A few outcomes, so that the night has something to learn from."""
    SlipSnapshot.objects.bulk_create(
        SlipSnapshot(
            deliverable=row, engagement=engagement, client_id=engagement.client_id, late_share=0.4, late=n == 1,
            due_on=row.due_on - timedelta(days=200), asked_on=row.due_on - timedelta(days=210),
            signs={"days_left": 10, "age": 5},
        )
        for n, row in enumerate(engagement.deliverables.order_by("number"))
    )  # fmt: skip


def test_four_processes_over_the_same_engagements_leave_one_flag_per_cause(really):
    with as_firm():
        people = factories.cast()
        engagements = [factories.active(people, LINES, name=name) for name in ("One", "Two")]
        _judged(engagements[0])
        ids = [asked(f"night {n}").pk for n in range(4)]
    connection.close()
    with ProcessPoolExecutor(4, mp_context=get_context("fork")) as pool:
        assert set(pool.map(_run_elsewhere, ids)) == {JobState.DONE}
    with as_firm():
        flags = list(SlipFlag.objects.values_list("engagement", "deliverable", "milestone", "cause"))
        assert len(flags) == len(set(flags)) >= 4
        assert SlipCalibration.objects.count() == 1
        assert ForecastRun.objects.count() == ForecastDetail.objects.count() == 2
        asked_about = list(SlipSnapshot.objects.filter(late=None).values_list("deliverable", "due_on"))
        assert len(asked_about) == len(set(asked_about)) == 2
