"""What people decide about their digest."""

from typing import Final
from zoneinfo import ZoneInfo

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _, gettext_noop

from accounts import events, formats, jobs
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import User
from engagements.models import Contact
from reports.digest.schedule import FIRM_HOUR, FIRM_WEEKDAY, Slot, iso_week, row_of
from reports.models import Digest, DigestSetting
from reports.states import DigestScope, DigestState

JOB: Final = "digest_batch"


def setting_of(user: User) -> DigestSetting:
    """Return the person's setting, made from the client's hour (or the firm's) where there is none yet."""
    contact = Contact.objects.select_related("client").filter(user=user).first()
    weekday = contact.client.digest_weekday if contact else FIRM_WEEKDAY
    hour = contact.client.digest_hour if contact else FIRM_HOUR
    setting, _made = DigestSetting.objects.get_or_create(user=user, defaults={"weekday": weekday, "hour": hour})
    return setting


@transaction.atomic
def set_digest(
    *, by: User, weekday: int, hour: int, scope: str = DigestScope.EACH, subscribed: bool = True
) -> DigestSetting:
    """Set when this person's own digest comes, or that it does not; weekday 0 is Monday, hour 0 to 23.

    Raises DomainError for a weekday, an hour or a scope that does not exist.
    """
    if not 0 <= weekday <= 6:
        raise DomainError(_("Choose a day from Monday to Sunday."), field="weekday")
    if not 0 <= hour <= 23:
        raise DomainError(_("Choose an hour from 0 to 23."), field="hour")
    if scope not in DigestScope.values:
        raise DomainError(_("Choose one digest for each engagement, or one for all."), field="scope")
    setting = setting_of(by)
    setting.weekday, setting.hour, setting.scope, setting.subscribed = weekday, hour, scope, subscribed
    setting.unsubscribed_at = None if subscribed else now()
    setting.save(update_fields=["weekday", "hour", "scope", "subscribed", "unsubscribed_at"])
    return setting


@transaction.atomic
def unsubscribe(*, by: User) -> DigestSetting:
    """Stop this person's digest. Doing it twice is fine."""
    return _subscribe(by, False, "digest_unsubscribed", gettext_noop("%(actor)s unsubscribed from the weekly digest"))


@transaction.atomic
def subscribe(*, by: User) -> DigestSetting:
    """Let this person's digest come again. Doing it twice is fine."""
    return _subscribe(by, True, "digest_subscribed", gettext_noop("%(actor)s takes the weekly digest again"))


def _subscribe(by: User, wanted: bool, verb: str, message: str) -> DigestSetting:
    setting = setting_of(by)
    at = None if wanted else now()
    rows = DigestSetting.objects.filter(pk=setting.pk, subscribed=not wanted)
    if rows.update(subscribed=wanted, unsubscribed_at=at):
        events.record(by=by, verb=verb, message=message, client_id=by.client_ref)
    setting.refresh_from_db()
    return setting


@transaction.atomic
def send_now(*, by: User, slot: Slot) -> Digest:
    """Let a digest go now, in place of this week's; the job sends it.

    Raises NotAllowed for everybody but managers, IllegalMove where this week's has gone already.
    """
    if not by.manages:
        raise NotAllowed(_("Only an account manager sends a digest."))
    moment = now()
    week = iso_week(moment.astimezone(ZoneInfo(slot.time_zone)).date())
    fresh = row_of(slot, moment, week)
    fresh.asked_by = by
    Digest.objects.bulk_create([fresh], ignore_conflicts=True)
    row = Digest.objects.select_for_update().get(
        Q(engagement_id=slot.engagement), recipient_id=slot.recipient, week=week
    )
    if row.state == DigestState.SENT:
        raise IllegalMove(
            _("This week's digest has gone already, on %(when)s.") % {"when": formats.moment(row.sent_at)}
        )
    row.state, row.due_at, row.asked_by, row.held_why = DigestState.DUE, moment, by, ""
    row.subject = row.html = row.text = ""
    row.picture, row.attempts = None, 0
    row.save(update_fields=[
        "state", "due_at", "asked_by", "held_why", "subject", "html", "text", "picture", "attempts",
    ])  # fmt: skip
    jobs.request(kind=JOB, key=f"now:{row.public_id}", args={"digests": [row.pk]}, by=by, client_id=slot.client)
    return row
