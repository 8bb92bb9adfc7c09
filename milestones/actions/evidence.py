"""Evidence: files and links that show a result."""

from urllib.parse import urlsplit

from django.core.files.uploadedfile import UploadedFile
from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import media
from accounts.checked import checked
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove
from accounts.models import User
from engagements.guards import require_team
from milestones import files
from milestones.actions.base import require_state, take, tell
from milestones.models import Deliverable, Evidence
from milestones.states import AT_WORK, UNFINISHED, DeliverableState

REMOVABLE = AT_WORK | {DeliverableState.PLANNED}
POINTERS = ("deliverable", "engagement", "client", "by")


@transaction.atomic
def add_file(*, by: User, deliverable: Deliverable, kind: str, title: str, upload: "UploadedFile[bytes]") -> Evidence:
    """Attach a file; its content is checked, its SHA-256 kept. Without a title its name is the title."""
    require_team(by, deliverable.engagement)
    evidence = _new(by, deliverable, kind, title or upload.name or "")
    # Before the plan is taken: writing a large file would keep everybody else waiting.
    stored = files.store(upload, f"{media.EVIDENCE}/{deliverable.public_id}/{evidence.public_id}")
    try:
        take(deliverable)
        require_state(deliverable, UNFINISHED)
        evidence.file = stored.path
        evidence.file_name, evidence.content_type = stored.name, stored.content_type
        evidence.size, evidence.sha256 = stored.size, stored.sha256
        _save(by, evidence)
    except BaseException:
        files.discard(stored.path)
        raise
    return evidence


@transaction.atomic
def add_link(*, by: User, deliverable: Deliverable, kind: str, title: str, url: str) -> Evidence:
    """Attach a link: http or https, without a password in it."""
    require_team(by, deliverable.engagement)
    take(deliverable)
    require_state(deliverable, UNFINISHED)
    evidence = _new(by, deliverable, kind, title or url[:200])
    evidence.url = _checked_url(url.strip())
    _save(by, evidence)
    return evidence


def _new(by: User, deliverable: Deliverable, kind: str, title: str) -> Evidence:
    evidence = Evidence(deliverable=deliverable, kind=kind, title=title.strip(), by=by)
    evidence.engagement_id, evidence.client_id = deliverable.engagement_id, deliverable.client_id
    return evidence


def _checked_url(url: str) -> str:
    sentence = _("Give a whole link that begins with https:// or http://.")
    try:
        parts = urlsplit(url)
        username = parts.username
    except ValueError as error:
        raise DomainError(sentence, field="url") from error
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise DomainError(sentence, field="url")
    if username is not None:
        raise DomainError(_("The link holds a sign-in. Remove it, so that nobody reads it here."), field="url")
    return url


def _save(by: User, evidence: Evidence) -> None:
    checked(evidence, exclude=POINTERS).save(force_insert=True)
    message = gettext_noop("%(actor)s attached “%(evidence)s” to %(title)s")
    deliverable = evidence.deliverable
    title, about = evidence.title, deliverable
    tell(by, about.engagement, "evidence_added", message, deliverable=about, shared=True, evidence=title)


@transaction.atomic
def remove(*, by: User, evidence: Evidence) -> Evidence:
    """Take evidence away; row and file stay on record. Not while it is in review, and never after acceptance."""
    deliverable = evidence.deliverable
    require_team(by, deliverable.engagement)
    take(deliverable)
    require_state(deliverable, REMOVABLE)
    present = Evidence.objects.filter(pk=evidence.pk, removed_at__isnull=True)
    if present.update(removed_at=now(), removed_by=by) != 1:
        raise IllegalMove(_("It was removed already."))
    evidence.refresh_from_db(fields=["removed_at", "removed_by"])
    message = gettext_noop("%(actor)s removed “%(evidence)s” from %(title)s")
    title, about = evidence.title, deliverable
    tell(by, about.engagement, "evidence_removed", message, deliverable=about, evidence=title)
    return evidence
