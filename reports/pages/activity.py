"""Tab Activity of an engagement: what happened, newest first, and the thread of questions."""

from dataclasses import dataclass
from typing import Final

from django.core.paginator import Page, Paginator
from django.utils.translation import gettext as _

from accounts.models import Event
from engagements.models import Engagement
from milestones.models import Comment, Deliverable
from reports.pages.threads import Threads, threads_of
from reports.pages.words import moment

PAGE_SIZE: Final = 50
SHAPES: Final = {
    "accepted": "accepted",
    "submitted": "in_review",
    "started": "in_progress",
    "sent_back": "sent_back",
    "wait_opened": "waiting",
    "activated": "active",
}


@dataclass(frozen=True)
class Happened:
    """One event."""

    shape: str
    text: str
    when: str
    shared: bool


def events_of(
    engagement: Engagement, deliverable: Deliverable | None, page: str | None
) -> "tuple[list[Happened], Page[Event]]":
    """A page of events, of one deliverable where given; two queries."""
    rows = Event.objects.filter(engagement_id=engagement.pk)
    if deliverable is not None:
        rows = rows.filter(deliverable_id=deliverable.pk)
    found = Paginator(rows, PAGE_SIZE).get_page(page)
    return [_happened(event) for event in found], found


def _happened(event: Event) -> Happened:
    return Happened(
        shape=SHAPES.get(event.verb, "planned"), text=str(event), when=moment(event.at), shared=event.shared
    )


def threads_about(engagement: Engagement) -> Threads:
    """The threads of the engagement itself, oldest first, answers below their questions; one query."""
    rows = Comment.objects.filter(engagement=engagement, deliverable__isnull=True)
    return threads_of(rows.select_related("by", "client"))


def names(deliverable: Deliverable | None) -> str:
    """What the heading says."""
    return _("History of “%(title)s”") % {"title": deliverable.title} if deliverable else _("Activity")
