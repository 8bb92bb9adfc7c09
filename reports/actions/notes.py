"""The manager's weekly words."""

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked
from accounts.errors import DomainError, NotAllowed, StaleEdit
from accounts.models import User
from engagements.guards import require_open
from engagements.models import Engagement
from reports.models import StatusNote


def _require_manager(by: User) -> None:
    if not by.manages:
        raise NotAllowed(_("Only an account manager writes the status note."))


@transaction.atomic
def write_note(*, by: User, engagement: Engagement, text: str) -> StatusNote:
    """Write a status note; the client reads it at once on the dashboard and in the next digest."""
    _require_manager(by)
    require_open(engagement)
    if engagement.is_draft:
        raise DomainError(_("Nobody at the client sees a draft. Write the first note once it is active."))
    note = StatusNote(engagement=engagement, client_id=engagement.client_id, by=by, text=text.strip())
    checked(note, exclude={"engagement", "client", "by"}).save(force_insert=True)
    events.record(
        by=by,
        verb="note_written",
        message=gettext_noop("%(actor)s wrote a status note"),
        client_id=engagement.client_id,
        engagement_id=engagement.pk,
        shared=True,
    )
    return note


@transaction.atomic
def change_note(*, by: User, note: StatusNote, version: int, text: str) -> StatusNote:
    """Put a note right. Raises StaleEdit with the stored text where somebody else was faster."""
    _require_manager(by)
    note.text = text.strip()
    checked(note, exclude={"engagement", "client", "by"})
    rows = StatusNote.objects.filter(pk=note.pk, version=version)
    if rows.update(text=note.text, version=F("version") + 1) != 1:
        stored = StatusNote.objects.select_related("by").get(pk=note.pk)
        raise StaleEdit(
            _("The note was changed meanwhile. Look at both versions and choose."),
            theirs={"text": stored.text, "version": stored.version},
            by=stored.by.name,
        )
    note.refresh_from_db(fields=["version"])
    return note
