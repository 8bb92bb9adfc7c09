"""Questions and answers that the client sees."""

from collections.abc import Iterable
from dataclasses import dataclass

from accounts.models import with_people
from engagements.models import Engagement
from milestones.models import Comment, Deliverable
from reports.access import Reader
from reports.pages.words import moment
from reports.portal import links


@dataclass(frozen=True)
class Said:
    """One line of a thread."""

    public_id: str
    by: str
    when: str
    text: str
    ours: bool


@dataclass(frozen=True)
class Thread:
    """A first line with its answers; `of` names the deliverable it is about."""

    first: Said
    replies: tuple[Said, ...]
    is_open: bool
    of: str
    of_url: str


def threads(reader: Reader, engagement: Engagement, deliverable: Deliverable | None = None) -> list[Thread]:
    """Return the shared threads of an engagement, or of one deliverable, the newest first; one query."""
    found = Comment.objects.filter(engagement=engagement, shared=True).select_related("deliverable")
    if deliverable is not None:
        found = found.filter(deliverable=deliverable)
    lines = list(with_people(found.order_by("at", "id"), "by"))
    replies: dict[int, list[Comment]] = {}
    for line in lines:
        if line.answers_id is not None:
            replies.setdefault(line.answers_id, []).append(line)
    firsts = [line for line in lines if line.answers_id is None]
    return [_thread(reader, engagement, line, replies.get(line.pk, ())) for line in reversed(firsts)]


def _thread(reader: Reader, engagement: Engagement, first: Comment, replies: Iterable[Comment]) -> Thread:
    about = first.deliverable
    place = {"code": engagement.code, "public_id": about.public_id} if about else {}
    lines = [first, *replies]
    return Thread(
        first=_said(reader, first),
        replies=tuple(_said(reader, line) for line in lines[1:]),
        is_open=any(line.is_question and line.answered_at is None for line in lines),
        of=about.title if about else "",
        of_url=links.to(reader, "portal_deliverable", **place) if about else "",
    )


def _said(reader: Reader, line: Comment) -> Said:
    return Said(line.public_id, line.by.name, moment(line.at), line.text, line.by.client_ref == reader.client.pk)
