"""Tab Team of an engagement: who is placed, in which role, for how long, and what each has open."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _, ngettext

from engagements.models import Contact, Engagement
from milestones.states import UNFINISHED, DeliverableState
from reports.pages.contracted import sentence
from reports.pages.words import ago, short


@dataclass(frozen=True)
class Member:
    """A placement as the tab shows it."""

    public_id: str
    name: str
    role: str
    percent: str
    span: str
    contracted: str
    open: str
    accepted: str
    reason: str
    here_now: bool
    is_over: bool


@dataclass(frozen=True)
class Person:
    """A contact of the client."""

    name: str
    title: str
    email: str
    signer: bool
    seen: str


def members_of(engagement: Engagement) -> list[Member]:
    """Placements with their counts; one query."""
    unfinished = Q(deliverables__state__in=sorted(UNFINISHED))
    accepted = Q(deliverables__state=DeliverableState.ACCEPTED)
    rows = engagement.placements.select_related("user", "role").annotate(
        open=Count("deliverables", filter=unfinished), accepted=Count("deliverables", filter=accepted)
    )
    return [_member(row, engagement) for row in rows]


def _member(row: Any, engagement: Engagement) -> Member:
    row.engagement = engagement
    today = engagement.today()
    return Member(
        public_id=row.public_id,
        name=row.user.name,
        role=row.title or row.role.name,
        percent=_("%(n)d%% of the week") % {"n": row.percent},
        span=_("%(start)s to %(end)s") % {"start": short(row.starts_on), "end": short(row.ends_on)},
        open=ngettext("%(n)d open deliverable", "%(n)d open deliverables", row.open) % {"n": row.open},
        accepted=_("%(n)d accepted") % {"n": row.accepted},
        contracted=sentence(row),
        reason=row.overload_reason,
        here_now=row.starts_on <= today <= row.ends_on,
        is_over=row.ends_on < today and not row.open,
    )


def people_of(engagement: Engagement) -> list[Person]:
    """The client's contacts; one query."""
    rows = Contact.objects.filter(client_id=engagement.client_id, left_at__isnull=True).select_related("user")
    return [
        Person(
            name=contact.user.name,
            title=contact.user.title,
            email=contact.user.email,
            signer=contact.is_signer,
            seen=ago(contact.user.last_login),
        )
        for contact in rows
    ]
