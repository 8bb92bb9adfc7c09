"""Threads as the firm's pages show them: each first line with the lines below it, and the questions still open."""

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.translation import gettext as _

from milestones.models import Comment
from reports.pages.words import moment


@dataclass(frozen=True)
class Said:
    """A line of a thread."""

    public_id: str
    name: str
    note: str
    text: str
    asks: bool


@dataclass(frozen=True)
class Thread:
    """A first line with the lines below it, oldest first."""

    first: Said
    replies: tuple[Said, ...]

    @property
    def lines(self) -> tuple[Said, ...]:
        """Every line."""
        return (self.first, *self.replies)

    @property
    def asker(self) -> str:
        """Who waits for an answer here; empty where nobody does."""
        return next((line.name for line in self.lines if line.asks), "")


@dataclass(frozen=True)
class Threads:
    """What is said in one place, of an engagement or of a deliverable."""

    every: tuple[Thread, ...]

    @property
    def count(self) -> int:
        """How many lines there are."""
        return sum(len(thread.lines) for thread in self.every)

    @property
    def open(self) -> tuple[Thread, ...]:
        """The threads in which a question waits for an answer."""
        return tuple(thread for thread in self.every if thread.asker)


def threads_of(comments: Iterable[Comment]) -> Threads:
    """The lines of one place as threads; they come oldest first, with `by` and `client` loaded."""
    rows = list(comments)
    below: dict[int, list[Said]] = {}
    for row in rows:
        if row.answers_id is not None:
            below.setdefault(row.answers_id, []).append(_said(row))
    first = [row for row in rows if row.answers_id is None]
    return Threads(tuple(Thread(_said(row), tuple(below.get(row.pk, ()))) for row in first))


def _said(comment: Comment) -> Said:
    where = comment.client.name if comment.by.is_contact else (_("Shared") if comment.shared else _("Internal"))
    return Said(
        public_id=comment.public_id,
        name=comment.by.name,
        note=_("%(where)s, %(when)s") % {"where": where, "when": moment(comment.at)},
        text=comment.text,
        asks=comment.is_question and comment.answered_at is None,
    )
