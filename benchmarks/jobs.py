"""Jobs, each run whole in this process, against the least that the same result takes."""

import smtplib
import statistics
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db import connections
from weasyprint import HTML

from accounts import jobs
from accounts.clock import now
from accounts.db import as_firm
from accounts.models import Job
from accounts.states import JobState
from benchmarks.data import World
from benchmarks.forecasts import speed
from benchmarks.load import MeasureError
from config.celery import app
from engagements.models import Engagement
from milestones import forecasting
from milestones.models import ForecastRun
from milestones.plan_inputs import load
from reports import mail
from reports.actions.digests import JOB as DIGEST_JOB
from reports.actions.packs import ask_pack, next_number
from reports.digest.schedule import Slot, iso_week, row_of
from reports.digest.send import BATCH, kept
from reports.models import Digest
from reports.pack import render
from reports.pack.fetcher import AllowList
from reports.pack.read import read
from reports.states import DigestState

ROUNDS: Final = 3
PACKS: Final = 2
UPDATES: Final = 300
MAILS: Final = 30
TABLE: Final = "milestones_deliverable"


@dataclass(frozen=True)
class JobResult:
    """Seconds that something took, and that its floor took; `count` things were done in each."""

    name: str
    count: int
    unit: str
    seconds: float
    floor: str
    floor_seconds: float

    @property
    def times_floor(self) -> float:
        """How many times the floor it takes."""
        return self.seconds / self.floor_seconds


@contextmanager
def _timed(into: list[float]) -> Iterator[None]:
    begin = time.perf_counter()
    yield
    into.append(time.perf_counter() - begin)


def _run(job: Job) -> None:
    """Run a job as a worker does. Raises MeasureError where it does not end as done."""
    app.loader.import_default_modules()
    jobs.run(job.pk)
    with as_firm():
        job.refresh_from_db()
    if job.state != JobState.DONE:
        raise MeasureError(f"The job {job.kind} ended as {job.state}: {job.says}")


def _request(kind: str, key: str, args: dict[str, object]) -> Job:
    with as_firm():
        return jobs.request(kind=kind, key=key, args=args, by=None)


# --- slip flags ------------------------------------------------------------------------------------------------


def slips(world: World, time_zone: str) -> list[JobResult]:
    """Run the night's job over every engagement of the zone twice; the floor is the forecast without reading it."""
    count = len(world.engagements)
    taken: list[float] = []
    for night in ("first", "second"):
        with _timed(taken):
            forecast(time_zone, night)
    with as_firm():
        made = ForecastRun.objects.filter(engagement__in=world.engagements).count()
        engagements = Engagement.objects.select_related("client").filter(pk__in=[one.pk for one in world.engagements])
        inputs = [one.input for one in load(list(engagements))]
    if made != count:
        raise MeasureError(f"{made} of {count} engagements have a forecast.")
    with _timed(taken):
        for one in inputs:
            forecasting.forecast(one)
    first, again, floor = taken
    unit, beneath = "engagements", "the forecasts alone, nothing read or kept"
    return [
        JobResult("Slip job, first night", count, unit, first, beneath, floor),
        JobResult("Slip job, same day again", count, unit, again, beneath, floor),
    ]


def forecast(time_zone: str, night: str) -> None:
    """Run the night's job of a zone with all its parts; `night` tells it from an earlier one of today."""
    _run(_request("slip_nightly", f"{time_zone}:{night}", {"time_zone": time_zone}))
    for part in _parts():
        _run(part)


def _parts() -> list[Job]:
    """The jobs into which a night is split, for whichever worker is free."""
    with as_firm():
        return list(Job.objects.filter(kind="slip_part", state=JobState.QUEUED).order_by("pk"))


def forecasts() -> list[JobResult]:
    """Forecast one engagement of 60 deliverables at 2,000 draws, and 1,000 engagements as the night does."""
    one, floor = speed.against_numpy()
    many, _peak = speed.many()
    draws = f"numpy: {speed.DELIVERABLES} x {speed.DRAWS} lognormals, percentiles"
    return [
        JobResult(f"Forecast, {speed.DRAWS} draws", 1, "engagement", one, draws, floor),
        JobResult("Forecasts, 1000 draws", speed.MANY, "engagements", many, draws, floor / 2 * speed.MANY),
    ]


# --- handoff pack ------------------------------------------------------------------------------------------------


def pack(world: World) -> JobResult:
    """Make handoff packs of one engagement, and each time the same HTML by WeasyPrint alone; medians."""
    engagement, pages = world.engagements[0], 0
    whole: list[float] = []
    alone: list[float] = []
    for warm in [True] + [False] * PACKS:
        with as_firm(world.manager):
            asked = ask_pack(by=world.manager, engagement=engagement)
            number = next_number(engagement)
            document = render.html(read(engagement), number)
        with _timed([] if warm else whole):
            _run(Job(pk=asked.job_id))
        with _timed([] if warm else alone):
            pages = _weasyprint(document)
    name = f"Handoff PDF, {pages} pages"
    return JobResult(name, 1, "PDF", _median(whole), "WeasyPrint on the same HTML", _median(alone))


def _weasyprint(document: str) -> int:
    laid_out = HTML(string=document, url_fetcher=AllowList()).render(
        presentational_hints=True, pdf_variant=render.VARIANT, pdf_tags=True
    )
    laid_out.write_pdf(pdf_variant=render.VARIANT, pdf_tags=True)
    return len(laid_out.pages)


def _median(taken: list[float]) -> float:
    return statistics.median(taken)


# --- digest --------------------------------------------------------------------------------------------------------


def digests(world: World) -> list[JobResult]:
    """Write and send digests in the job's batches, send the kept ones again, then the same bytes by bare smtplib."""
    ids = _due(world)
    taken: list[float] = []
    with _timed(taken):
        _send(ids, "written")
    _free(ids)
    with _timed(taken):
        _send(ids, "again")
    mails = _mails(ids)
    with _timed(taken):
        _smtplib(mails)
    written, again, bare = taken
    beneath = "smtplib, same mails, one connection"
    return [
        JobResult("Digest, written and sent", len(ids), "mails", written, beneath, bare),
        JobResult("Digest, kept and sent", len(ids), "mails", again, beneath, bare),
    ]


def _due(world: World) -> list[int]:
    moment = now()
    rows = [
        row_of(Slot(signer.user_id, one.pk, one.client_id, 4, 9, "UTC"), moment, iso_week(moment.date()))
        for one, signer in list(zip(world.engagements, world.signers, strict=True))[:MAILS]
    ]
    for row in rows:
        row.asked_by = world.manager
    with as_firm():
        return [one.pk for one in Digest.objects.bulk_create(rows)]


def _send(ids: list[int], key: str) -> None:
    for first in range(0, len(ids), BATCH):
        _run(_request(DIGEST_JOB, f"{key}:{first}", {"digests": ids[first : first + BATCH]}))
    with as_firm():
        sent = Digest.objects.filter(pk__in=ids, state=DigestState.SENT).count()
    if sent != len(ids):
        raise MeasureError(f"{sent} of {len(ids)} digests were sent.")


def _free(ids: list[int]) -> None:
    with as_firm():
        Digest.objects.filter(pk__in=ids).update(state=DigestState.DUE, sent_at=None, claimed_at=None)


def _mails(ids: list[int]) -> list[tuple[str, bytes]]:
    with as_firm():
        rows = list(Digest.objects.select_related("recipient", "client").filter(pk__in=ids))
        letters = [kept(row) for row in rows]
    # Django's own as_bytes, which the stubs do not know, ends lines as SMTP wants them.
    written = [(one.to, mail.message(one).message()) for one in letters]
    return [(to, message.as_bytes(linesep="\r\n")) for to, message in written]  # type: ignore[call-arg]


def _smtplib(mails: list[tuple[str, bytes]]) -> None:
    with smtplib.SMTP(str(settings.EMAIL_HOST), int(str(settings.EMAIL_PORT))) as line:
        for to, body in mails:
            line.sendmail("emplace@localhost", [to], body)


# --- trail ---------------------------------------------------------------------------------------------------------


def trail(world: World) -> JobResult:
    """Update deliverables one by one with the trail's trigger and without it, in transactions that are rolled back."""
    with as_firm():
        rows = world.engagements[0].deliverables.model.objects.order_by("pk")
        ids = list(rows.values_list("pk", flat=True)[:UPDATES])
    kept_on: list[float] = []
    switched_off: list[float] = []
    for warm in [True] + [False] * ROUNDS:
        _updates(ids, [] if warm else kept_on, lambda run: run("SELECT 1"))
        _updates(
            ids, [] if warm else switched_off, lambda run: run(f"ALTER TABLE {TABLE} DISABLE TRIGGER trail_writes")
        )
    return JobResult(
        "Update of one deliverable", len(ids), "updates", _median(kept_on), "without the trail", _median(switched_off)
    )


def _updates(ids: list[int], into: list[float], prepare: Callable[[Callable[[str], object]], object]) -> None:
    """Run the updates as the owner, who alone may switch a trigger off, and take everything back."""
    owner = connections["owner"]
    owner.ensure_connection()
    owner.set_autocommit(False)
    try:
        with owner.cursor() as cursor:
            prepare(cursor.execute)
            with _timed(into):
                for pk in ids:
                    cursor.execute(f"UPDATE {TABLE} SET effort_days = 9, version = version + 1 WHERE id = %s", [pk])
    finally:
        owner.rollback()
        owner.set_autocommit(True)
