"""Writing a digest: what it says as a mail, and whether there is a reason to send it."""

from contextlib import nullcontext
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from django.conf import settings
from django.db import transaction
from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from accounts.clock import now
from accounts.db import as_portal
from accounts.formats import day, weekday
from accounts.models import Event, User
from engagements.models import Engagement
from engagements.states import EngagementState
from milestones import slips
from milestones.models import Plan
from reports import mail
from reports.access import Reader, contacts
from reports.digest import content, schedule
from reports.digest.content import Part
from reports.digest.portfolio import of_portfolio
from reports.digest.schedule import Slot
from reports.digest.tokens import unsubscribe_url
from reports.mail import Letter, reading_as
from reports.models import Digest, DigestSetting
from reports.states import DigestState

FIRST_LOOK_BACK: Final = timedelta(days=7)


@dataclass(frozen=True)
class Held:
    """Why a digest does not go."""

    why: str


def letter(slot: Slot, digest: Digest | None = None) -> Letter | Held:
    """Return the mail of a slot, or why none goes; call it standing as the firm.

    With `digest` it is the one that goes: the client is told by it how things stand now, on the dashboard too.
    Without, it is a preview, which writes nothing.
    """
    user = User.objects.get(pk=slot.recipient)
    with reading_as(user), transaction.atomic():
        found = _contact(slot, user, digest) if slot.client else _manager(slot, user, digest)
        if isinstance(found, Held):
            # What is not told is not released either.
            transaction.set_rollback(True)
        return found


def _manager(slot: Slot, user: User, digest: Digest | None) -> Letter | Held:
    part = of_portfolio(user)
    own = Engagement.objects.filter(manager=user, state=EngagementState.ACTIVE).present()
    since = _since(slot, digest)
    news = Event.objects.filter(engagement_id__in=own.values("pk"), at__gt=since).exists()
    if _is_idle([part], news, digest):
        return Held(_("Nothing changed in this portfolio since %(day)s, and nothing waits.") % {"day": _day(since)})
    return _letter(user, slot, [part], why=_("You get this because you are an account manager."))


def _contact(slot: Slot, user: User, digest: Digest | None) -> Letter | Held:
    contact = contacts().filter(user=user, left_at__isnull=True).first()
    engagements = running(slot)
    if contact is None or not user.is_active:
        return Held(_("%(name)s is no contact of the client any more.") % {"name": user.name})
    if not engagements:
        return Held(_("The engagement does not run just now."))
    worse = Plan.objects.filter(engagement__in=engagements, worse_at__isnull=False).exists()
    since = _since(slot, digest)
    parts = _parts(Reader(contact, user, contact.client), engagements, digest, worse=worse)
    told = Event.objects.filter(engagement_id__in=[one.pk for one in engagements], shared=True, at__gt=since)
    news = worse or told.exists()
    if _is_idle(parts, news, digest):
        return Held(_("Nothing changed since %(day)s, and nothing waits.") % {"day": _day(since)})
    said = _("You get this because you are a signer of %(client)s.")
    if not contact.is_signer:
        said = _("You get this because you are a contact of %(client)s.")
    return _letter(user, slot, parts, why=said % {"client": contact.client.name})


def _parts(reader: Reader, engagements: list[Engagement], digest: Digest | None, *, worse: bool) -> list[Part]:
    """Return what is said of each engagement, read as the client's portal reads it.

    A preview cannot release a worsening, and the portal's role would hide its forecast: such a one is read as the
    firm, by the same selectors.
    """
    if digest is not None:
        for engagement in engagements:
            slips.release_to_client(engagement)
    role = as_portal([reader.client.pk], by=reader.user) if digest is not None or not worse else nullcontext()
    with role:
        return [content.of_engagement(reader, one.code, drawn=not i) for i, one in enumerate(engagements)]


def running(slot: Slot) -> list[Engagement]:
    """Return the engagements that a contact's digest tells of: those that run now, the oldest first."""
    rows = Engagement.objects.filter(Q(client_id=slot.client), state=EngagementState.ACTIVE).present()
    if slot.engagement is not None:
        rows = rows.filter(pk=slot.engagement)
    return list(rows.select_related("client", "manager").order_by("start_on", "code"))


def _is_idle(parts: list[Part], news: bool, digest: Digest | None) -> bool:
    """Whether there is no reason to send: a preview shows the mail anyway, and a manager may send it anyway."""
    if digest is None or digest.asked_by_id is not None:
        return False
    return not news and not any(part.waiting or part.left for part in parts)


def _since(slot: Slot, digest: Digest | None) -> datetime:
    """Return the moment up to which the recipient was told everything."""
    told = Digest.objects.filter(Q(engagement_id=slot.engagement), recipient_id=slot.recipient, state=DigestState.SENT)
    if digest is not None:
        told = told.exclude(pk=digest.pk)
    last = told.order_by("-sent_at").values_list("sent_at", flat=True).first()
    return last or now() - FIRST_LOOK_BACK


def _day(at: datetime) -> str:
    return day(timezone.localdate(at))


def _letter(user: User, slot: Slot, parts: list[Part], *, why: str) -> Letter:
    stop = unsubscribe_url(user)
    settings_page = reverse("portal_settings" if user.is_contact else "digest_settings")
    first = parts[0]
    subject = mail.one_line(content.subject(first))
    html, text = mail.written(
        "mail/digest",
        user,
        {
            "subject": subject,
            "parts": parts,
            "why": why,
            "frequency": frequency(slot),
            "settings_url": mail.absolute(settings_page),
            "unsubscribe_url": stop,
            "firm_name": settings.FIRM_NAME,
        },
    )
    headers = {"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
    return Letter(user.email, subject, html, text, picture=first.picture, headers=headers)


def frequency(slot: Slot) -> str:
    """Return "Every Friday at 9:00, Europe/Helsinki"."""
    next_one = schedule.next_due(slot, now())
    said = _("Every %(weekday)s at %(time)s, %(zone)s.")
    places = {"weekday": weekday(next_one), "time": f"{slot.hour}:00", "zone": slot.time_zone}
    return said % places


def slot_of(digest: Digest) -> Slot:
    """Return the slot of a digest whose `recipient` and `client` are loaded, at the hour that is in force now."""
    person, client = digest.recipient, digest.client
    setting = DigestSetting.objects.filter(user=person).first()
    if setting is not None:
        weekday, hour = setting.weekday, setting.hour
    elif client is not None:
        weekday, hour = client.digest_weekday, client.digest_hour
    else:
        weekday, hour = schedule.FIRM_WEEKDAY, schedule.FIRM_HOUR
    return Slot(person.pk, digest.engagement_id, digest.client_id, weekday, hour, person.time_zone)
