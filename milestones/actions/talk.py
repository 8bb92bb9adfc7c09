"""Questions and answers, and a specialist's word on a week."""

from datetime import date
from typing import Final

from django.db import transaction
from django.db.models import Q
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked
from accounts.clock import LAST_DAY, now
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import User
from engagements.guards import require_team
from engagements.models import Engagement
from milestones.actions import mails
from milestones.actions.base import require_state, take, tell
from milestones.models import CheckIn, Comment, Deliverable
from milestones.states import UNFINISHED, Answer

# A line in the trail, by its verb and by whether it is about a deliverable.
TOLD: Final = {
    ("asked", False): gettext_noop("%(actor)s asked: %(text)s"),
    ("asked", True): gettext_noop("%(actor)s asked about %(title)s: %(text)s"),
    ("answered", False): gettext_noop("%(actor)s answered: %(text)s"),
    ("answered", True): gettext_noop("%(actor)s answered about %(title)s: %(text)s"),
    ("commented", False): gettext_noop("%(actor)s wrote: %(text)s"),
    ("commented", True): gettext_noop("%(actor)s wrote about %(title)s: %(text)s"),
}


@transaction.atomic
def say(
    *,
    by: User,
    engagement: Engagement,
    text: str,
    deliverable: Deliverable | None = None,
    shared: bool = False,
    answers: Comment | None = None,
) -> Comment:
    """Write a line in the thread of an engagement or of a deliverable; internal to the firm unless `shared`.

    A contact's line is always shared and a question; the firm's shared line below it answers what is open there,
    and a mail says so.
    """
    _require_part_of(by, engagement)
    root = _root(engagement, answers)
    deliverable = root.deliverable if root else deliverable
    shared = shared or by.is_contact
    if shared:
        _require_shared(deliverable, root)
    if deliverable is not None and deliverable.engagement_id != engagement.pk:
        raise DomainError(_("That deliverable belongs to another engagement."))
    comment = Comment(engagement=engagement, client_id=engagement.client_id, by=by, text=text.strip(), shared=shared)
    comment.deliverable, comment.answers, comment.is_question = deliverable, root, by.is_contact
    checked(comment, exclude={"engagement", "client", "by", "deliverable", "answers"}).save(force_insert=True)
    if root and shared and by.is_firm:
        _answer_thread(root)
        mails.of_answer(by, comment)
    _tell_line(by, comment)
    return comment


def _require_part_of(by: User, engagement: Engagement) -> None:
    if by.is_contact:
        if by.client_ref != engagement.client_id:
            raise NotAllowed(_("This engagement is another company’s."))
        return
    require_team(by, engagement)


def _root(engagement: Engagement, answers: Comment | None) -> Comment | None:
    """Return the first line of the thread; threads are two levels deep."""
    if answers is None:
        return None
    root = answers.answers or answers
    if root.engagement_id != engagement.pk:
        raise DomainError(_("That line belongs to another engagement."))
    return root


def _require_shared(deliverable: Deliverable | None, root: Comment | None) -> None:
    """A shared line never hangs on something that the client cannot see."""
    if deliverable is not None and not deliverable.shared:
        raise IllegalMove(_("This deliverable is internal, so the client cannot see lines about it."), field="shared")
    if root is not None and not root.shared:
        raise IllegalMove(_("This thread is internal. Start a new line to share something."), field="shared")


def _answer_thread(root: Comment) -> None:
    thread = Comment.objects.filter(Q(pk=root.pk) | Q(answers=root))
    thread.filter(is_question=True, answered_at__isnull=True).update(answered_at=now())


def _tell_line(by: User, comment: Comment) -> None:
    """Tell it in the trail; what is internal answers nobody, wherever it stands."""
    about, shared = comment.deliverable, comment.shared
    verb = "asked" if comment.is_question else "answered" if comment.answers_id and shared else "commented"
    message = TOLD[verb, about is not None]
    text = events.excerpt(comment.text, 140)
    tell(by, comment.engagement, verb, message, deliverable=about, shared=shared, text=text)


@transaction.atomic
def check_in(
    *, by: User, deliverable: Deliverable, answer: str, slips_to: date | None = None, why: str = ""
) -> CheckIn:
    """Say how an own deliverable stands this week; said again in the same week (the client's), it replaces.

    `slips_to` goes with "slips", a reason with "slips" and "blocked".
    """
    take(deliverable)
    require_state(deliverable, UNFINISHED)
    if deliverable.owner is None or deliverable.owner.user_id != by.pk:
        raise NotAllowed(_("Only the owner of this deliverable says how it stands."))
    today = deliverable.engagement.today()
    _check_answer(deliverable, answer, slips_to, why, today)
    said = CheckIn.objects.filter(deliverable=deliverable, by=by, week=week_of(today)).first() or CheckIn(
        deliverable=deliverable,
        engagement_id=deliverable.engagement_id,
        client_id=deliverable.client_id,
        by=by,
        week=week_of(today),
    )
    said.answer, said.why, said.at = answer, why.strip(), now()
    said.slips_to = slips_to if answer == Answer.SLIPS else None
    checked(said, exclude={"deliverable", "engagement", "client", "by"}).save()
    message = gettext_noop("%(actor)s on %(title)s this week: %(answer)s")
    label = str(Answer(answer).label).lower()
    tell(by, deliverable.engagement, "checked_in", message, deliverable=deliverable, answer=label)
    return said


def _check_answer(deliverable: Deliverable, answer: str, slips_to: date | None, why: str, today: date) -> None:
    if answer not in Answer.values:
        raise DomainError(_("Choose one of the three answers."), field="answer")
    if answer == Answer.SLIPS and (slips_to is None or slips_to <= deliverable.due_on or slips_to < today):
        raise DomainError(_("Say to which day it slips, after the day it is due on."), field="slips_to")
    if answer == Answer.SLIPS and slips_to is not None and slips_to > LAST_DAY:
        raise DomainError(_("Choose dates between 2000 and 2199."), field="slips_to")
    if answer == Answer.SLIPS and not why.strip():
        raise DomainError(_("Say in one line why it slips."), field="why")
    if answer == Answer.BLOCKED and not why.strip():
        raise DomainError(_("Say what it waits for."), field="why")


def week_of(day: date) -> str:
    """Return the ISO week, as 2026-W48."""
    year, week, _day = day.isocalendar()
    return f"{year}-W{week:02d}"
