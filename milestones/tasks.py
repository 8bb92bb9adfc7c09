"""Tasks of the work: forecasts and slip flags."""

import gc
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from typing import Final
from zoneinfo import ZoneInfo

from celery import shared_task
from django.db import OperationalError
from django.db.models import F
from django.utils.translation import gettext as _

from accounts import jobs
from accounts.clock import now, today
from accounts.db import as_firm
from accounts.jobs import Progress
from accounts.models import Job
from accounts.states import OPEN_JOBS
from engagements.models import Client, Engagement
from engagements.states import EngagementState
from milestones import options, predictions, risk_snapshots, slips
from milestones.models import ForecastRun, Plan, SlipFlag
from milestones.plan_inputs import read_firm

# Task and seconds between two runs.
PERIODIC: Final[dict[str, float]] = {"milestones.nightly": 300.0, "milestones.release": 900.0}
NIGHT_HOUR: Final = 1  # of the client's clock; the run comes before anybody's morning
CHUNK: Final = 20  # engagements in memory at once
PART: Final = 100  # engagements that one job takes where there are more


@jobs.handler("slip_engagement", lease=timedelta(minutes=3), retry_on=(OperationalError,))
def slip_engagement(job: Job, report: Progress) -> dict[str, object]:
    """Forecast one engagement after its plan changed, then see what would help it.

    Several changes in a row are done by the first job.
    """
    del report
    with as_firm():
        engagement = Engagement.objects.select_related("client").filter(pk=job.args["engagement"]).first()
        if engagement is None:
            return {"made": 0}
        made = not _is_done(engagement) and slips.recompute(engagement) is not None
    # Apart: the new dates are there for readers while this is still being tried out.
    with as_firm():
        if not options.is_current(engagement):
            options.recompute(engagement)
    return {"made": int(made)}


def _is_done(engagement: Engagement) -> bool:
    version = Plan.objects.values_list("version", flat=True).get(engagement=engagement)
    done = ForecastRun.objects.filter(engagement=engagement, on=engagement.today(), plan_version=version)
    return done.exists()


@jobs.handler("slip_nightly", lease=timedelta(minutes=10), retry_on=(OperationalError,))
def slip_nightly(job: Job, report: Progress) -> dict[str, object]:
    """Learn from what fell due, forecast one time zone's active engagements, close the flags whose cause is gone.

    Many engagements are left to jobs of their own, so that several workers share a night.
    """
    zone = str(job.args["time_zone"])
    _learn()
    with as_firm():
        active = Engagement.objects.filter(state=EngagementState.ACTIVE, removed_at__isnull=True)
        ids = list(active.filter(client__time_zone=zone).order_by("pk").values_list("pk", flat=True))
        parts = [ids[first : first + PART] for first in range(0, len(ids), PART)]
        if len(parts) > 1:
            for number, part in enumerate(parts):
                args = {"time_zone": zone, "night": job.key, "engagements": part}
                jobs.request(kind="slip_part", key=f"{job.key}:{number}", args=args, by=None)
            return {"parts": len(parts), "of": len(ids)}
    made = _forecast(ids, report)
    _close(zone, job.key)
    return {"made": made, "of": len(ids)}


@jobs.handler("slip_part", lease=timedelta(minutes=10), retry_on=(OperationalError,))
def slip_part(job: Job, report: Progress) -> dict[str, object]:
    """Forecast some engagements of a night; whoever finds no other part left to do closes the night."""
    ids, night = job.args["engagements"], str(job.args["night"])
    made = _forecast(ids, report)
    with as_firm():
        # Each part has told its last step by now, so of two that end at once the later one sees the other's.
        others = Job.objects.filter(kind="slip_part", key__startswith=f"{night}:", state__in=OPEN_JOBS)
        is_last = not others.exclude(pk=job.pk).exclude(steps__gt=0, step=F("steps")).exists()
    if is_last:
        _close(str(job.args["time_zone"]), night)
    return {"made": made, "of": len(ids)}


def _forecast(ids: Sequence[int], report: Progress) -> int:
    with as_firm():
        firm = read_firm()
    made = 0
    for first in range(0, len(ids), CHUNK):
        with as_firm(), _uncollected():
            chunk = Engagement.objects.select_related("client").filter(pk__in=ids[first : first + CHUNK])
            made += len(slips.recompute_many(list(chunk), nightly=True, firm=firm))
        report(min(first + CHUNK, len(ids)), len(ids), _("Forecasting engagements"))
    return made


@contextmanager
def _uncollected() -> Iterator[None]:
    """Leave out Python's search for circles of garbage, about a seventh of a night.

    It goes through all that a worker has loaded, again and again while plans are read; what they leave behind in
    circles is small, and is found after the block.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


def _close(zone: str, night: str) -> None:
    """Keep what the night's forecasts said for the record, and have options worked out; twice does no harm."""
    with as_firm():
        there = Engagement.objects.filter(client__time_zone=zone, removed_at__isnull=True)
        predictions.gather(there, today(zone))
        jobs.request(kind="slip_options", key=night, args={"time_zone": zone}, by=None)


@jobs.handler("slip_options", lease=timedelta(minutes=10), retry_on=(OperationalError,))
def slip_options(job: Job, report: Progress) -> dict[str, object]:
    """See what would help each engagement of a time zone that has a slipping milestone, after the night's forecasts."""
    with as_firm():
        flags = SlipFlag.objects.filter(closed_on__isnull=True, milestone__isnull=False)
        slipping = flags.filter(engagement__client__time_zone=job.args["time_zone"])
        ids = sorted(set(slipping.values_list("engagement_id", flat=True)))
        firm = read_firm()
    made = 0
    for first in range(0, len(ids), CHUNK):
        with as_firm():
            chunk = Engagement.objects.select_related("client").filter(pk__in=ids[first : first + CHUNK])
            made += len(options.recompute_many(list(chunk), firm=firm))
        report(min(first + CHUNK, len(ids)), len(ids), _("Seeing what would help"))
    return {"made": made, "of": len(ids)}


def _learn() -> None:
    """Judge what fell due in any time zone, and learn from it.

    Nights that come together, after a stop of the service above all, then forecast by one model, and what would help
    is seen by the model that said what needs help.
    """
    with as_firm():
        for zone in Client.objects.order_by("time_zone").values_list("time_zone", flat=True).distinct():
            risk_snapshots.settle(zone, today(zone))
        risk_snapshots.recalibrate()


@shared_task(name="milestones.nightly")
def nightly() -> None:
    """Ask for the night's run of each time zone where the night has come, once a date there."""
    with as_firm():
        active = Engagement.objects.filter(state=EngagementState.ACTIVE, removed_at__isnull=True)
        for zone in active.order_by().values_list("client__time_zone", flat=True).distinct():
            _ask_for_night(zone)


def _ask_for_night(zone: str) -> None:
    there = today(zone)
    if hour_at(zone) >= NIGHT_HOUR and jobs.once(f"slips.{zone}"[:60], there.isoformat()):
        key, args = f"{zone}:{there.isoformat()}", {"time_zone": zone}
        jobs.request(kind="slip_nightly", key=key, args=args, by=None)


def hour_at(zone: str) -> int:
    """Return the hour of the clock in a time zone."""
    return now().astimezone(ZoneInfo(zone)).hour


@shared_task(name="milestones.release")
def release() -> None:
    """Show clients what has waited for a working day."""
    with as_firm():
        slips.release_due()
