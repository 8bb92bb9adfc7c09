"""Handovers between two specialists, as both see them on their week and the manager on tab Team."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet
from django.utils.functional import Promise
from django.utils.translation import gettext as _, gettext_lazy

from accounts.models import User
from engagements.models import Engagement
from milestones.models import Handover, HandoverLine
from milestones.states import DeliverableState, HandoverKind
from reports.pages.words import short

STANDING: Final[dict[str, Promise]] = {
    HandoverKind.ACCESS: gettext_lazy(
        "Access: %(coming)s can sign in everywhere; what only %(leaving)s holds is closed."
    ),
    HandoverKind.BACKLOG: gettext_lazy("Backlog: open tickets, promises and known problems are gone through together."),
    HandoverKind.RUNBOOKS: gettext_lazy("Runbooks: %(coming)s has followed each once, with %(leaving)s beside."),
    HandoverKind.PEOPLE: gettext_lazy(
        "Introductions: the client’s people know %(coming)s and whom to ask from now on."
    ),
}


@dataclass(frozen=True)
class Line:
    """One line of the checklist."""

    public_id: str
    text: str
    ticked: bool
    by: str


@dataclass(frozen=True)
class HandoverView:
    """One handover: from whom to whom, when, and its lines."""

    public_id: str
    title: str
    note: str
    engagement: str
    url: str
    lines: tuple[Line, ...]
    done: int

    @property
    def is_done(self) -> bool:
        """Whether every line is ticked."""
        return self.done == len(self.lines)


def of_engagement(engagement: Engagement) -> list[HandoverView]:
    """Every handover of an engagement, the newest first; two queries."""
    return _views(Handover.objects.filter(engagement=engagement))


def of_person(user: User) -> list[HandoverView]:
    """The handovers that a specialist is part of and that are not done; two queries."""
    left = HandoverLine.objects.filter(handover=OuterRef("pk"), ticked_at__isnull=True)
    own = Handover.objects.filter(Q(leaving__user=user) | Q(coming__user=user), engagement__removed_at__isnull=True)
    return _views(own.filter(Exists(left), engagement__archived_at__isnull=True))


def _views(rows: "QuerySet[Handover]") -> list[HandoverView]:
    lines = HandoverLine.objects.select_related("deliverable", "ticked_by")
    loaded = rows.select_related("leaving__user", "coming__user", "engagement__client")
    return [_view(row) for row in loaded.prefetch_related(Prefetch("lines", queryset=lines))]


def _view(row: Handover) -> HandoverView:
    names = {"leaving": row.leaving.user.name, "coming": row.coming.user.name}
    lines = tuple(_lines(row.lines.all(), names))
    return HandoverView(
        public_id=row.public_id,
        title=_("Handover from %(leaving)s to %(coming)s") % names,
        note=_("%(coming)s starts on %(first)s; the last day of %(leaving)s is %(last)s.")
        % {**names, "first": short(row.coming.starts_on), "last": short(row.last_on)},
        engagement=f"{row.engagement.client.name}, {row.engagement.name}",
        url=row.engagement.get_absolute_url(),
        lines=lines,
        done=sum(line.ticked for line in lines),
    )


def _lines(lines: Iterable[HandoverLine], names: dict[str, str]) -> Iterable[Line]:
    for line in lines:
        ticked = line.ticked_at is not None
        by = _("%(name)s, %(day)s") % {"name": line.ticked_by.name, "day": short(line.ticked_at.date())} if (
            line.ticked_by and line.ticked_at
        ) else ""  # fmt: skip
        yield Line(line.public_id, _text(line, names), ticked, by)


def _text(line: HandoverLine, names: dict[str, str]) -> str:
    work = line.deliverable
    if work is None:
        return str(STANDING[line.kind]) % names
    if work.state == DeliverableState.IN_REVIEW:
        return _("“%(title)s”: what was handed in, and what the client may ask about it.") % {"title": work.title}
    return _("“%(title)s”: what is done, what is left, and where it lives.") % {"title": work.title}
