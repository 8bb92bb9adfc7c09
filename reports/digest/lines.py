"""Digests as lines of a list: those to come, and those that went or were held back."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.urls import reverse
from django.utils.translation import gettext as _

from accounts.clock import now
from accounts.models import User
from engagements.models import Engagement
from reports.digest import schedule
from reports.digest.schedule import Slot
from reports.models import Digest
from reports.pages.words import moment
from reports.states import DigestState

TONES = {DigestState.DUE: "is-new", DigestState.SENT: "is-ok", DigestState.HELD: "", DigestState.FAILED: "is-bad"}
ICONS = {
    DigestState.DUE: "clock", DigestState.SENT: "mail-check", DigestState.HELD: "circle-pause",
    DigestState.FAILED: "mail-x",
}  # fmt: skip


@dataclass(frozen=True)
class NextLine:
    """A digest to come."""

    to: str
    email: str
    about: str
    due_at: datetime
    when: str
    url: str


@dataclass(frozen=True)
class DigestLine:
    """A digest that went, was held back, waits or failed."""

    to: str
    title: str
    word: str
    tone: str
    icon: str
    when: str
    why: str
    url: str


def to_come(slots: Sequence[Slot]) -> list[NextLine]:
    """Return the digests to come, the next one first; three queries."""
    people = User.objects.in_bulk([slot.recipient for slot in slots])
    at = now()
    gone = schedule.made_since(at - schedule.GRACE - timedelta(days=7))
    ids = [slot.engagement for slot in slots if slot.engagement is not None]
    engagements = Engagement.objects.select_related("client").in_bulk(ids)
    lines = [_next(slot, people[slot.recipient], engagements, schedule.coming(slot, at, gone), at) for slot in slots]
    return sorted(lines, key=lambda line: (line.due_at, line.to))


def _next(slot: Slot, person: User, engagements: dict[int, Engagement], due: datetime, at: datetime) -> NextLine:
    engagement = engagements.get(slot.engagement or 0)
    about = engagement.name if engagement else _("All engagements") if slot.client else _("Your portfolio")
    when = moment(due) if due > at else _("within minutes")
    address = reverse("digest_preview", args=[person.public_id, engagement.code if engagement else "all"])
    return NextLine(person.name, person.email, about, due, when, address)


def gone(rows: Sequence[Digest]) -> list[DigestLine]:
    """Return the digests that have their row; `recipient`, `engagement` and `client` are loaded."""
    return [line(row) for row in rows]


def line(row: Digest) -> DigestLine:
    """Return one line."""
    state = DigestState(row.state)
    about = row.engagement.name if row.engagement else row.client.name if row.client else _("Portfolio")
    return DigestLine(
        to=row.recipient.email,
        title=row.subject or about,
        word=str(state.label),
        tone=TONES[state],
        icon=ICONS[state],
        when=moment(row.sent_at or row.due_at),
        why=row.held_why,
        url=reverse("digest", args=[row.public_id]),
    )
