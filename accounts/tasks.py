"""Tasks of the ground floor. Arguments are ids; whatever runs twice has one effect."""

from datetime import timedelta
from typing import Final

from celery import shared_task
from django.contrib.sessions.models import Session
from django.db import connection

from accounts import jobs, liveness, media
from accounts.clock import now, today
from accounts.db import as_firm
from accounts.models import Period

# Task and seconds between two runs; the Celery application makes beat's schedule from every app's PERIODIC.
PERIODIC: Final[dict[str, float]] = {
    "accounts.sweep": 60.0,
    "accounts.canary": 60.0,
    "accounts.chain": 60.0,
    "accounts.tidy": 3600.0,
}
PERIODS_KEPT: Final = timedelta(days=90)


@shared_task(name=jobs.RUN_TASK)
def run_job(job_id: int) -> None:
    """Run one job, if nobody else has it."""
    jobs.run(job_id)


@shared_task(name="accounts.sweep")
def sweep() -> None:
    """Pick up what was forgotten."""
    jobs.sweep()


@shared_task(name="accounts.canary")
def canary() -> None:
    """Show that tasks are taken and finished."""
    liveness.sing()


@shared_task(name="accounts.chain")
def chain() -> None:
    """Link the trail's new entries; once a day also those of a transaction that stayed open very long."""
    with as_firm(), connection.cursor() as cursor:
        cursor.execute("SELECT trail_chain(%s)", [jobs.once("trail.chain", today().isoformat())])


@shared_task(name="accounts.tidy")
def tidy() -> None:
    """Once a day, drop sessions that ended, periods nobody asks for any more and files that no row names."""
    with as_firm():
        if not jobs.once("tidy", today().isoformat()):
            return
        Period.objects.filter(at__lt=now() - PERIODS_KEPT).exclude(name=liveness.CANARY).delete()
        kept = media.named()
    # Sessions are sign-in's: only the bare login role reaches them.
    Session.objects.filter(expire_date__lt=now()).delete()
    media.remove_orphans(kept)
