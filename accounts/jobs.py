"""Jobs: rows that a worker claims. The message in Redis is a hint; `sweep` is the guarantee.

    @handler("pack.issue", lease=timedelta(minutes=5), retry_on=(OSError,), max_attempts=3)
    def issue(job: Job, report: Progress) -> dict[str, object]:
        with as_firm(job.by):
            ...                         # short transactions of its own
        report(3, 11, _("Drawing the plan"))  # between them, so that readers see it

A handler enters its roles itself: it may run for minutes, and a transaction must not.
"""

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import partial
from typing import Final

from celery import current_app
from celery.exceptions import SoftTimeLimitExceeded
from django.db import connection, transaction
from django.db.models import CharField, F
from django.utils.translation import gettext as _
from kombu.exceptions import KombuError, OperationalError

from accounts import request_ids
from accounts.clock import now
from accounts.db import as_firm
from accounts.errors import DomainError
from accounts.models import Job, User
from accounts.prepared import Prepared, given
from accounts.states import OPEN_JOBS, JobState

logger = logging.getLogger(__name__)

RUN_TASK: Final = "accounts.run_job"
FIRST_BACKOFF: Final = timedelta(seconds=30)
LONGEST_BACKOFF: Final = timedelta(hours=1)
OVERDUE: Final = timedelta(seconds=30)
SWEEP_LIMIT: Final = 200
REQUEST_TRIES: Final = 5
OPEN: Final = Prepared(
    lambda: Job.objects.filter(
        kind=given("kind", CharField()), key=given("key", CharField()), state__in=sorted(OPEN_JOBS)
    )
)

Run = Callable[[Job, "Progress"], dict[str, object]]


class ClaimLostError(Exception):
    """The job was taken from this worker, because it did not report in time."""


@dataclass(frozen=True)
class Handler:
    """How jobs of one kind are run. `lease` is the longest silence before another worker may take over."""

    run: Run
    lease: timedelta
    retry_on: tuple[type[Exception], ...]
    max_attempts: int


HANDLERS: Final[dict[str, Handler]] = {}
DEFAULT_LEASE: Final = timedelta(minutes=10)


def handler(
    kind: str,
    *,
    lease: timedelta = DEFAULT_LEASE,
    retry_on: tuple[type[Exception], ...] = (),
    max_attempts: int = 3,
) -> Callable[[Run], Run]:
    """Register a function as the one that runs jobs of `kind`; it lives in an app's tasks.py."""

    def register(run: Run) -> Run:
        if kind in HANDLERS:
            raise ValueError(f"Jobs of kind {kind} have a handler already.")
        HANDLERS[kind] = Handler(run, lease, retry_on, max_attempts)
        return run

    return register


# --- asking for a job ------------------------------------------------------------------------------------


def request(
    *,
    kind: str,
    key: str,
    args: Mapping[str, object],
    by: User | None,
    client_id: int | None = None,
    due_at: datetime | None = None,
) -> Job:
    """Return the open job of this kind and key, made and enqueued where there is none.

    Two requests at once get the same row: the second one waits for the first one's commit.
    """
    for _try in range(REQUEST_TRIES):
        asked = Job(kind=kind, key=key, args=dict(args), by=by, client_id=client_id, due_at=due_at or now())
        # Where one is open, nothing is written; where another transaction is about to write it, this waits for it.
        Job.objects.bulk_create([asked], ignore_conflicts=True)
        found = OPEN.one(kind=kind, key=key)
        if found is None:  # the one in the way has ended in between
            continue
        if found.public_id == asked.public_id:
            enqueue(found)
        return found
    raise DomainError(_("This is being done over and over at the moment. Wait a minute, then try again."))


def enqueue(job: Job) -> None:
    """Tell a worker after the commit. Whatever the broker does, the request succeeds and the row waits."""
    if job.state == JobState.QUEUED and job.due_at <= now():
        transaction.on_commit(partial(_publish, job.pk), robust=True)


def _publish(job_id: int) -> None:
    try:
        current_app.send_task(RUN_TASK, args=[job_id], retry=False)
    except (KombuError, OperationalError, OSError):
        logger.exception("Job %s could not be announced; the sweep will find it.", job_id)


# --- running one -----------------------------------------------------------------------------------------


@dataclass
class Progress:
    """Tells readers how far a job is, and the sweep that it lives. Call it between transactions."""

    job_id: int
    claimed_at: datetime
    said: str = field(default="", init=False)

    def __call__(self, step: int, steps: int, says: str = "") -> None:
        """Report step of steps and what is being done. Raises ClaimLostError where another worker took over."""
        self.said = says or self.said
        self._update(step=step, steps=steps, says=self.said[:300], beat_at=now())

    def end(self, state: JobState, **fields: object) -> None:
        """Write how it ended."""
        self._update(state=state, ended_at=now(), **fields)

    def again(self, due_at: datetime, says: str) -> None:
        """Hand the job back until `due_at`."""
        self._update(state=JobState.QUEUED, due_at=due_at, says=says[:300])

    def _update(self, **fields: object) -> None:
        mine = Job.objects.filter(pk=self.job_id, state=JobState.RUNNING, claimed_at=self.claimed_at)
        with as_firm():
            if not mine.update(**fields):
                raise ClaimLostError(f"Job {self.job_id} belongs to another worker now.")


def claim(job_id: int) -> Job | None:
    """Take a job that waits and is due; None where another worker was faster."""
    moment = now()
    with as_firm():
        taken = Job.objects.filter(pk=job_id, state=JobState.QUEUED, due_at__lte=moment).update(
            state=JobState.RUNNING, claimed_at=moment, beat_at=moment, attempts=F("attempts") + 1
        )
        return Job.objects.select_related("by").get(pk=job_id) if taken else None


def run(job_id: int) -> bool:
    """Claim and run one job; False where there was nothing to do. Never raises what the handler raises."""
    job = claim(job_id)
    if job is None or job.claimed_at is None:
        return False
    request_ids.begin(f"job-{job.public_id}")
    report = Progress(job.pk, job.claimed_at)
    try:
        _run_claimed(job, report)
    except ClaimLostError:
        logger.warning("Job %s (%s) was taken over by another worker.", job.pk, job.kind)
    finally:
        request_ids.end()
    return True


def _run_claimed(job: Job, report: Progress) -> None:
    known = HANDLERS.get(job.kind)
    if known is None:
        logger.error("Nobody handles jobs of kind %s.", job.kind)
        report.end(JobState.FAILED, says=_("This version of Emplace does not know how to do this."))
        return
    worth_retrying: tuple[type[Exception], ...] = (*known.retry_on, SoftTimeLimitExceeded)
    try:
        result = known.run(job, report)
    except ClaimLostError:
        raise
    except worth_retrying as error:
        _retry_or_fail(job, known, report, error)
    except DomainError as error:
        report.end(JobState.FAILED, says=str(error)[:300])
    except Exception:
        logger.exception("Job %s (%s %s) failed.", job.pk, job.kind, job.key)
        report.end(JobState.FAILED, says=_("Something went wrong on our side. Nothing was kept; try again."))
    else:
        report.end(JobState.DONE, result=result, says="")


def _retry_or_fail(job: Job, known: Handler, report: Progress, error: Exception) -> None:
    logger.warning("Job %s (%s %s), attempt %s: %s", job.pk, job.kind, job.key, job.attempts, error)
    if job.attempts >= known.max_attempts:
        report.end(JobState.FAILED, says=_("This failed %(n)s times and was given up.") % {"n": job.attempts})
        return
    report.again(now() + backoff(job.attempts), _("This did not work yet and will be tried again soon."))


def backoff(attempts: int) -> timedelta:
    """Return the wait after so many attempts: 30 s, 1 min, 2 min ... one hour at most."""
    return min(FIRST_BACKOFF * int(2 ** min(attempts - 1, 10)), LONGEST_BACKOFF)


# --- the guarantee ---------------------------------------------------------------------------------------


def sweep() -> int:
    """Free jobs whose worker fell silent and announce those that wait too long; returns how many were announced."""
    with as_firm():
        for job in Job.objects.filter(state=JobState.RUNNING, beat_at__lt=now() - _shortest_lease()):
            _free_if_silent(job)
        waiting = list(
            Job.objects.filter(state=JobState.QUEUED, due_at__lt=now() - OVERDUE)
            .order_by("due_at")
            .values_list("pk", flat=True)[:SWEEP_LIMIT]
        )
    for job_id in waiting:
        _publish(job_id)
    return len(waiting)


def _shortest_lease() -> timedelta:
    return min((known.lease for known in HANDLERS.values()), default=DEFAULT_LEASE)


def _free_if_silent(job: Job) -> None:
    known = HANDLERS.get(job.kind)
    lease, most = (known.lease, known.max_attempts) if known else (DEFAULT_LEASE, 1)
    silent = Job.objects.filter(pk=job.pk, state=JobState.RUNNING, beat_at__lt=now() - lease)
    if job.attempts < most:
        # Overdue at once, so that this very sweep announces it.
        silent.update(state=JobState.QUEUED, due_at=now() - 2 * OVERDUE)
    else:
        silent.update(
            state=JobState.FAILED,
            ended_at=now(),
            says=_("The worker stopped in the middle of this, %(n)s times. It was given up.") % {"n": job.attempts},
        )


def once(name: str, period: str) -> bool:
    """Whether this caller is the one to do periodic work, however many beats and workers ask.

    Call it inside `as_firm()` together with the work (or with the `request` of a job): where that is rolled back,
    the next caller does it.
    """
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO accounts_period (name, period, at) VALUES (%s, %s, %s) ON CONFLICT DO NOTHING",
            [name, period, now()],
        )
        return bool(cursor.rowcount == 1)
