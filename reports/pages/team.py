"""Tab Team of an engagement: who is placed, in which role, for how long, and what each has open."""

from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.utils.translation import gettext as _, ngettext

from engagements.models import Contact, Engagement
from milestones.states import UNFINISHED, DeliverableState
from reports.pages.words import ago, short


@dataclass(frozen=True)
class Member:
    """A placement as the tab shows it."""

    name: str
    role: str
    percent: str
    span: str
    open: str
    accepted: str
    reason: str
    here_now: bool


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
    today = engagement.today()
    return [_member(row, here=row.starts_on <= today <= row.ends_on) for row in rows]


def _member(row: Any, *, here: bool) -> Member:
    return Member(
        name=row.user.name,
        role=row.title or row.role.name,
        percent=_("%(n)d %% of the week") % {"n": row.percent},
        span=_("%(start)s to %(end)s") % {"start": short(row.starts_on), "end": short(row.ends_on)},
        open=ngettext("%(n)d open deliverable", "%(n)d open deliverables", row.open) % {"n": row.open},
        accepted=_("%(n)d accepted") % {"n": row.accepted},
        reason=row.overload_reason,
        here_now=here,
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
