"""The jobs of this floor."""

from datetime import timedelta

from django.utils.translation import gettext as _
from weasyprint.urls import FatalURLFetchingError

from accounts.clock import now
from accounts.db import as_firm
from accounts.errors import DomainError, IllegalMove
from accounts.jobs import Progress, handler
from accounts.models import Job
from reports.actions.packs import JOB, issue, next_number
from reports.models import HandoffPack
from reports.pack import render
from reports.pack.read import gaps, read

STEPS = 5


@handler(JOB, lease=timedelta(minutes=3), retry_on=(OSError, IllegalMove), max_attempts=5)
def handoff_pack(job: Job, report: Progress) -> dict[str, object]:
    """Draw and issue one handoff pack. Run twice, it issues once: the second run finds it issued."""
    with as_firm(job.by):
        packs = HandoffPack.objects.select_related("engagement__client", "engagement__manager", "asked_by")
        pack = packs.get(public_id=job.args["pack"])
        if pack.issued_at is not None:
            return _result(pack)
        content, number = read(pack.engagement), next_number(pack.engagement)
    report(1, STEPS, _("Drawing the pages"))
    try:
        document = render.lay_out(render.html(content, number))
        report(3, STEPS, _("%(pages)d pages are laid out, writing the file") % {"pages": len(document.pages)})
        drawn = render.draw(document, render.attachments(content))
    except FatalURLFetchingError as error:
        raise DomainError(str(error)) from error
    report(4, STEPS, _("Issuing version %(number)d") % {"number": number})
    with as_firm(job.by):
        cover = gaps(content)["cover"]
        pack = issue(by=pack.asked_by, pack=pack, drawn=drawn, number=number, missing=list(cover))
    report(STEPS, STEPS, _("Issued"))
    return _result(pack)


def _result(pack: HandoffPack) -> dict[str, object]:
    return {"pack": pack.public_id, "number": pack.number, "at": now().isoformat()}
