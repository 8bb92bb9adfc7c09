"""The jobs of this floor: handoff packs, digests, single mails."""

from collections.abc import Callable
from dataclasses import asdict
from datetime import timedelta
from smtplib import SMTPException
from typing import Final

from celery import shared_task
from django.utils import translation
from django.utils.translation import gettext as _
from weasyprint.urls import FatalURLFetchingError

from accounts import jobs
from accounts.clock import now
from accounts.db import as_firm
from accounts.errors import DomainError, IllegalMove
from accounts.jobs import Progress, handler
from accounts.models import Job
from reports import letters, letters_portal, mail
from reports.actions.digests import JOB as DIGEST_JOB
from reports.actions.packs import JOB as PACK_JOB, issue, next_number
from reports.digest import send
from reports.mail import Letter
from reports.models import HandoffPack
from reports.pack import render
from reports.pack.parts import Pack
from reports.pack.read import gaps, read
from reports.pack.render import Drawn

# Task and seconds between two runs.
PERIODIC: Final[dict[str, float]] = {"reports.digests": 300.0}
STEPS: Final = 5
MAIL_ATTEMPTS: Final = 10


@handler(PACK_JOB, lease=timedelta(minutes=3), retry_on=(OSError, IllegalMove), max_attempts=5)
def handoff_pack(job: Job, report: Progress) -> dict[str, object]:
    """Draw and issue one handoff pack. Run twice, it issues once: the second run finds it issued."""
    with as_firm(job.by):
        packs = HandoffPack.objects.select_related("engagement__client", "engagement__manager", "asked_by")
        pack = packs.get(public_id=job.args["pack"])
        if pack.issued_at is not None:
            return _result(pack)
        with translation.override(pack.asked_by.language):
            content, number = read(pack.engagement), next_number(pack.engagement)
    with translation.override(pack.asked_by.language):
        return _result(_issued(job, pack, content, number, report))


def _issued(job: Job, pack: HandoffPack, content: Pack, number: int, report: Progress) -> HandoffPack:
    drawn = _drawn(content, number, report)
    report(4, STEPS, _("Issuing version %(number)d") % {"number": number})
    with as_firm(job.by):
        missing = gaps(content)["cover"]
        pack = issue(by=pack.asked_by, pack=pack, drawn=drawn, number=number, missing=missing)
    report(STEPS, STEPS, _("Issued"))
    return pack


def _drawn(content: Pack, number: int, report: Progress) -> Drawn:
    """Draw the pages, in no transaction. Raises DomainError where one of our own files is not there."""
    report(1, STEPS, _("Drawing the pages"))
    try:
        document = render.lay_out(render.html(content, number))
        report(3, STEPS, _("%(pages)d pages are laid out, writing the file") % {"pages": len(document.pages)})
        return render.draw(document, render.attachments(content))
    except FatalURLFetchingError as error:
        raise DomainError(str(error)) from error


def _result(pack: HandoffPack) -> dict[str, object]:
    return {"pack": pack.public_id, "number": pack.number, "at": now().isoformat()}


@shared_task(name="reports.digests")
def digests() -> None:
    """Make the digests that are due and ask for their sending, in batches."""
    with as_firm():
        for ids in send.batches():
            jobs.request(kind=DIGEST_JOB, key=f"{ids[0]}", args={"digests": ids}, by=None)


@handler(DIGEST_JOB, lease=timedelta(minutes=5))
def digest_batch(job: Job, report: Progress) -> dict[str, object]:
    """Send a batch of digests. What does not go stays due, and is asked for again by the next run."""
    ids = list(job.args["digests"])
    found = send.Sent()
    for step, found in enumerate(send.send_batch(ids), 1):  # noqa: B007 - the last one is the result
        report(step, len(ids), _("Sending the weekly digests"))
    return asdict(found)


def _mailer(kind: str, write: Callable[[Job], list[Letter]]) -> None:
    """Register the handler of one kind of single mail: written as the firm, sent outside of any transaction."""

    def deliver(job: Job, report: Progress) -> dict[str, object]:
        with as_firm(job.by):
            written = write(job)
        sent = mail.send_once(job, written, report)
        return {"sent": sent}

    handler(kind, lease=timedelta(minutes=2), retry_on=(OSError, SMTPException), max_attempts=MAIL_ATTEMPTS)(deliver)


for _kind, _write in (*letters.BY_KIND.items(), *letters_portal.BY_KIND.items()):
    _mailer(_kind, _write)
