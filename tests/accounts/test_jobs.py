"""Jobs: rows that workers claim, whatever the broker does."""

import os
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, connections, transaction
from kombu.exceptions import OperationalError

from accounts import jobs, liveness, request_ids
from accounts.clock import now
from accounts.db import as_firm
from accounts.errors import IllegalMove
from accounts.jobs import ClaimLostError, Handler, Progress
from accounts.models import Job, Period, TrailEntry, User
from accounts.states import JobState
from accounts.tasks import PERIODIC, canary, sweep, tidy

KIND = "test.kind"


@pytest.fixture
def announced(monkeypatch) -> list[int]:
    """Which jobs were announced to the broker."""
    sent: list[int] = []
    monkeypatch.setattr(current_app, "send_task", lambda name, args, **_options: sent.append(args[0]))
    return sent


@pytest.fixture
def handled(monkeypatch) -> Callable[..., None]:
    """Put a handler in place for KIND."""

    def put(run, *, lease=timedelta(minutes=5), retry_on=(), max_attempts=2) -> None:
        monkeypatch.setitem(jobs.HANDLERS, KIND, Handler(run, lease, retry_on, max_attempts))

    return put


def ask(key: str = "k", **more: Any) -> Job:
    with as_firm():
        return jobs.request(kind=KIND, key=key, args={"n": 1}, by=None, **more)


def fresh(job: Job) -> Job:
    with as_firm():
        return Job.objects.get(pk=job.pk)


def in_threads(*functions: Callable[[], Any]) -> list[Any]:
    found: list[Any] = []
    gate = threading.Barrier(len(functions))

    def work(function: Callable[[], object]) -> None:
        gate.wait()
        try:
            found.append(function())
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=[function]) for function in functions]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(20)
    return found


# --- asking ------------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_second_request_finds_the_open_job(announced, django_capture_on_commit_callbacks):
    with django_capture_on_commit_callbacks(execute=True):
        first, second = ask(), ask()
    assert first == second
    assert announced == [first.pk]


@pytest.mark.django_db
def test_a_closed_job_makes_room_for_another(announced):
    first = ask()
    with as_firm():
        Job.objects.filter(pk=first.pk).update(state=JobState.DONE)
    assert ask() != first


@pytest.mark.django_db(transaction=True)
def test_two_requests_at_once_get_the_same_row(announced):
    made = in_threads(*[ask] * 4)
    assert len(made) == 4
    assert {job.pk for job in made} == {made[0].pk}
    with as_firm():
        assert Job.objects.count() == 1
    assert announced == [made[0].pk]


@pytest.mark.django_db(transaction=True)
def test_with_the_broker_down_the_request_succeeds_and_the_row_waits(monkeypatch, caplog):
    def refuse(*_args: object, **_options: object) -> None:
        raise OperationalError("connection refused")

    monkeypatch.setattr(current_app, "send_task", refuse)
    job = ask()
    assert fresh(job).state == JobState.QUEUED
    assert "the sweep will find it" in caplog.text


AWAY = """
import time, django
django.setup()
from accounts import jobs
from accounts.db import as_firm
with as_firm():
    jobs.request(kind="test.kind", key="away", args={}, by=None)
began = time.monotonic()
jobs._publish(1)
print(time.monotonic() - began)
"""


@pytest.mark.django_db(transaction=True)
def test_a_real_broker_that_is_away_is_given_up_at_once():
    environment = {**os.environ, "REDIS_URL": "redis://127.0.0.1:1/0"}
    done = subprocess.run([sys.executable, "-c", AWAY], env=environment, capture_output=True, text=True, check=True)
    assert float(done.stdout) < 1
    assert "could not be announced" in done.stderr
    with as_firm():
        assert Job.objects.get(key="away").state == JobState.QUEUED


@pytest.mark.django_db(transaction=True)
def test_a_job_is_not_announced_before_its_commit_nor_after_a_rollback(announced):
    with as_firm():
        jobs.request(kind=KIND, key="k", args={}, by=None)
        assert announced == []
        transaction.set_rollback(True)
    with as_firm():
        assert not Job.objects.exists()
    assert announced == []


@pytest.mark.django_db(transaction=True)
def test_a_job_for_later_is_announced_by_the_sweep(announced):
    job = ask(due_at=now() + timedelta(hours=2))
    jobs.sweep()
    assert announced == []
    assert jobs.run(job.pk) is False
    with time_machine.travel(now() + timedelta(hours=2, minutes=1), tick=False):
        jobs.sweep()
    assert announced == [job.pk]


# --- running -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_job_runs_once_and_keeps_its_result(announced, handled):
    ran: list[int] = []

    def run(job: Job, report: Progress) -> dict[str, object]:
        ran.append(job.args["n"])
        report(2, 5, "Drawing the plan")
        assert fresh(job).says == "Drawing the plan"
        return {"pages": 11}

    handled(run)
    job = ask()
    assert [jobs.run(job.pk), jobs.run(job.pk)] == [True, False]
    done = fresh(job)
    assert (done.state, done.result, done.step, done.steps, done.attempts, ran) == ("done", {"pages": 11}, 2, 5, 1, [1])
    assert done.ended_at is not None


@pytest.mark.django_db(transaction=True)
def test_two_workers_at_once_run_it_once(announced, handled):
    ran: list[str] = []

    def run(job: Job, report: Progress) -> dict[str, object]:
        ran.append(job.key)
        return {}

    handled(run)
    job = ask()
    found = in_threads(*[lambda: jobs.run(job.pk)] * 4)
    assert sorted(found) == [False, False, False, True]
    assert ran == ["k"]


@pytest.mark.django_db(transaction=True)
def test_a_handler_outside_of_a_role_reaches_no_table(announced, handled):
    handled(lambda job, report: {"n": Period.objects.count()})
    job = ask()
    jobs.run(job.pk)
    assert fresh(job).state == JobState.FAILED


@pytest.mark.django_db
def test_what_a_job_changes_is_in_the_trail_under_the_job(announced, handled, people):
    def run(job: Job, report: Progress) -> dict[str, object]:
        with as_firm(job.by):
            User.objects.filter(pk=people.specialist.pk).update(title="Changed by a job")
        return {}

    handled(run)
    with as_firm(people.manager):
        job = jobs.request(kind=KIND, key="k", args={}, by=people.manager)
    jobs.run(job.pk)
    with as_firm():
        entry = TrailEntry.objects.latest("id")
    assert (entry.actor_id, entry.request_id) == (people.manager.pk, f"job-{job.public_id}")
    assert request_ids.current() == ""


def raising(error: Exception) -> Callable[[Job, Progress], dict[str, object]]:
    def run(job: Job, report: Progress) -> dict[str, object]:
        raise error

    return run


@pytest.mark.django_db
def test_a_named_exception_is_retried_later_and_given_up_at_last(announced, handled):
    handled(raising(OSError("disk full")), retry_on=(OSError,), max_attempts=2)
    job = ask()
    jobs.run(job.pk)
    waiting = fresh(job)
    assert (waiting.state, waiting.attempts) == ("queued", 1)
    assert timedelta(seconds=20) < waiting.due_at - now() <= timedelta(seconds=30)
    with time_machine.travel(now() + timedelta(minutes=1), tick=False):
        jobs.run(job.pk)
    failed = fresh(job)
    assert (failed.state, failed.says) == ("failed", "This failed 2 times and was given up.")


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("error", "state", "says"),
    [
        (IllegalMove("It was issued already."), "failed", "It was issued already."),
        (ValueError("secret detail"), "failed", "Something went wrong on our side. Nothing was kept; try again."),
        (SoftTimeLimitExceeded(), "queued", "This did not work yet and will be tried again soon."),
    ],
)
def test_other_failures_are_told_in_a_sentence(announced, handled, error, state, says):
    handled(raising(error))
    job = ask()
    jobs.run(job.pk)
    assert (fresh(job).state, fresh(job).says) == (state, says)


@pytest.mark.django_db
def test_a_kind_that_nobody_handles_fails_with_a_sentence(announced):
    with as_firm():
        job = jobs.request(kind="from.a.newer.version", key="k", args={}, by=None)
    jobs.run(job.pk)
    assert fresh(job).state == JobState.FAILED
    assert "does not know" in fresh(job).says


def test_waits_grow_and_end_at_an_hour():
    assert [jobs.backoff(attempts).total_seconds() for attempts in (1, 2, 3, 8, 60000)] == [30, 60, 120, 3600, 3600]


def test_a_kind_has_one_handler(monkeypatch):
    monkeypatch.setattr(jobs, "HANDLERS", {})
    jobs.handler("test.twice")(lambda job, report: {})
    with pytest.raises(ValueError, match="have a handler already"):
        jobs.handler("test.twice")(lambda job, report: {})


# --- the sweep ---------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_a_job_whose_worker_died_is_taken_up_again(announced, handled):
    handled(lambda job, report: {}, lease=timedelta(minutes=5))
    job = ask()
    jobs.claim(job.pk)
    with time_machine.travel(now() + timedelta(minutes=4), tick=False):
        jobs.sweep()
        assert fresh(job).state == JobState.RUNNING
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        jobs.sweep()
        assert announced[-1] == job.pk
        assert jobs.run(job.pk) is True
    assert (fresh(job).state, fresh(job).attempts) == ("done", 2)


@pytest.mark.django_db
def test_a_job_that_kills_its_workers_is_given_up(announced, handled):
    handled(lambda job, report: {}, lease=timedelta(minutes=5), max_attempts=1)
    job = ask()
    jobs.claim(job.pk)
    with time_machine.travel(now() + timedelta(minutes=6), tick=False):
        jobs.sweep()
    assert fresh(job).state == JobState.FAILED
    assert "worker stopped" in fresh(job).says


@pytest.mark.django_db
def test_a_worker_that_lost_its_job_can_no_longer_write_to_it(announced, handled):
    reports: list[Progress] = []

    def slow(job: Job, report: Progress) -> dict[str, object]:
        reports.append(report)
        with time_machine.travel(now() + timedelta(minutes=6), tick=False):
            jobs.sweep()
            jobs.claim(job.pk)
        return {"by": "the slow one"}

    handled(slow, lease=timedelta(minutes=5))
    job = ask()
    assert jobs.run(job.pk) is True
    assert (fresh(job).state, fresh(job).result) == ("running", {})
    with pytest.raises(ClaimLostError):
        reports[0](1, 2)


@pytest.mark.django_db
def test_a_report_keeps_the_lease(announced, handled):
    handled(lambda job, report: {}, lease=timedelta(minutes=5))
    job = ask()
    jobs.claim(job.pk)
    report = Progress(job.pk, fresh(job).claimed_at or now())
    with time_machine.travel(now() + timedelta(minutes=4), tick=False):
        report(1, 2)
    with time_machine.travel(now() + timedelta(minutes=8), tick=False):
        jobs.sweep()
    assert fresh(job).state == JobState.RUNNING


@pytest.mark.django_db
def test_the_sweep_announces_what_was_forgotten(announced):
    job = ask()
    sweep()
    assert announced == []
    with time_machine.travel(now() + timedelta(seconds=31), tick=False):
        sweep()
    assert announced == [job.pk]


# --- periodic work -----------------------------------------------------------------------------------------


@pytest.mark.django_db(transaction=True)
def test_periodic_work_is_done_by_one_however_many_ask():
    def ask_once() -> bool:
        with as_firm():
            return jobs.once("digest", "2026-W48")

    assert sorted(in_threads(*[ask_once] * 4)) == [False, False, False, True]
    with as_firm():
        assert jobs.once("digest", "2026-W49") is True


@pytest.mark.django_db
def test_periodic_work_that_was_rolled_back_is_done_by_the_next(announced):
    with as_firm():
        with transaction.atomic():
            assert jobs.once("digest", "2026-W48")
            transaction.set_rollback(True)
        assert jobs.once("digest", "2026-W48")


@pytest.mark.django_db
def test_the_canary_tells_whether_tasks_are_finished():
    assert liveness.worker_is_alive() is False
    canary()
    canary()
    assert liveness.worker_is_alive() is True
    with time_machine.travel(now() + timedelta(minutes=4), tick=False):
        assert liveness.worker_is_alive() is False


@pytest.mark.django_db
def test_tidying_drops_what_nobody_asks_for_and_keeps_the_canary():
    canary()
    with as_firm():
        jobs.once("old", "1")
    with time_machine.travel(now() + timedelta(days=91), tick=False):
        tidy()
        tidy()
    with as_firm():
        assert set(Period.objects.values_list("name", flat=True)) == {"canary", "tidy"}


def test_every_periodic_task_exists_and_is_in_beats_schedule():
    from config.celery import beat_schedule

    schedule = beat_schedule()
    assert set(PERIODIC) <= set(schedule)
    for entry in schedule.values():
        assert entry["task"] in current_app.tasks
        assert entry["options"] == {"expires": entry["schedule"]}


def test_a_task_ends_well_before_its_message_is_delivered_again():
    options = current_app.conf.broker_transport_options
    assert options["visibility_timeout"] > 2 * current_app.conf.task_time_limit > current_app.conf.task_soft_time_limit


@pytest.mark.django_db(transaction=True)
def test_a_real_worker_runs_a_real_job(celery_worker):
    with as_firm():
        job = jobs.request(kind="from.a.newer.version", key="k", args={}, by=None)
    ended = threading.Event()
    for _try in range(100):
        if fresh(job).ended_at:
            break
        ended.wait(0.1)
    assert fresh(job).state == JobState.FAILED
    assert "does not know" in fresh(job).says
    assert connection.in_atomic_block is False
