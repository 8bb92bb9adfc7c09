"""Issuing handoff packs."""

from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _, gettext_noop

from accounts import events, jobs, media
from accounts.clock import now
from accounts.errors import IllegalMove, NotAllowed
from accounts.models import User
from accounts.states import OPEN_JOBS
from engagements.models import Engagement
from reports.models import HandoffPack
from reports.pack.render import Drawn

JOB: Final = "handoff_pack"


@transaction.atomic
def ask_pack(*, by: User, engagement: Engagement) -> HandoffPack:
    """Ask for a new version of the handoff pack; one that is still being made is returned instead of a second.

    Raises NotAllowed for everybody but managers, IllegalMove for a draft.
    """
    if not by.manages:
        raise NotAllowed(_("Only an account manager issues handoff packs."))
    engagement = Engagement.objects.select_for_update().get(pk=engagement.pk)
    if engagement.is_draft:
        raise IllegalMove(_("A draft has nothing to hand over. Activate the engagement first."))
    packs = HandoffPack.objects.filter(engagement=engagement, issued_at__isnull=True, job__state__in=OPEN_JOBS)
    waiting = packs.select_related("job").first()
    if waiting is not None:
        return waiting
    pack = HandoffPack(engagement=engagement, client_id=engagement.client_id, asked_by=by)
    pack.job = jobs.request(
        kind=JOB, key=pack.public_id, args={"pack": pack.public_id}, by=by, client_id=engagement.client_id
    )
    pack.save(force_insert=True)
    return pack


@transaction.atomic
def issue(*, by: User, pack: HandoffPack, drawn: Drawn, number: int, missing: list[str]) -> HandoffPack:
    """Store a drawn pack as issued: never changed afterwards.

    `number` is the version printed on it. Raises IllegalMove where another pack took that number meanwhile (draw it
    again), and returns the pack as it is where it was issued before.
    """
    engagement = Engagement.objects.select_for_update().get(pk=pack.engagement_id)
    pack.refresh_from_db()
    if pack.issued_at is not None:
        return pack
    if number != next_number(engagement):
        raise IllegalMove(_("Another version was issued meanwhile."))
    pack.file.name = store(pack, drawn.body)
    pack.number, pack.issued_at, pack.missing = number, now(), missing
    pack.size, pack.pages, pack.sha256 = len(drawn.body), drawn.pages, drawn.sha256
    pack.save(update_fields=["file", "number", "issued_at", "missing", "size", "pages", "sha256"])
    events.record(
        by=by,
        verb="pack_issued",
        message=gettext_noop("%(actor)s issued the handoff pack, version %(number)s"),
        params={"number": number},
        client_id=pack.client_id,
        engagement_id=pack.engagement_id,
        shared=True,
    )
    return pack


def next_number(engagement: Engagement) -> int:
    """Return the version that the next issued pack of an engagement gets."""
    last = HandoffPack.objects.filter(engagement=engagement).aggregate(last=Max("number"))["last"]
    return (last or 0) + 1


def store(pack: HandoffPack, body: bytes) -> str:
    """Write the file under the pack's public id, whole or not at all, and return its name below MEDIA_ROOT."""
    name = f"{media.PACKS}/{pack.public_id}.pdf"
    target = Path(settings.MEDIA_ROOT) / name
    target.parent.mkdir(parents=True, exist_ok=True)
    half = target.with_suffix(".part")
    half.write_bytes(body)
    half.replace(target)
    return name
