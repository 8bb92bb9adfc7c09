"""The single mails that say what a page of the portal says: a plan change to decide, an answer to a question.

Both are read as the portal's role reads them, so that nothing internal gets into them.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext

from accounts.db import as_portal
from accounts.events import excerpt
from accounts.formats import moment
from accounts.models import Job
from engagements.models import Contact, Engagement
from engagements.states import LIVE
from milestones.models import Comment, PlanChange
from milestones.states import ChangeState
from reports import access
from reports.access import Reader
from reports.cover import addresses_of
from reports.letters import Part, Row, note, people, signers, way_in
from reports.mail import Letter, reading_as
from reports.pages.effects import Cell, Line
from reports.pages.register import MoveLine
from reports.portal import changes

MOST: Final = 5
MOST_OF_SUBJECT: Final = 90
MOST_OF_QUESTION: Final = 400


def _eyebrow(engagement: Engagement) -> str:
    return f"{engagement.client.name} · {engagement.name}"


def _more(count: int) -> str:
    left = count - MOST
    return ngettext("and %(count)d more", "and %(count)d more", left) % {"count": left} if left > 0 else ""


# --- a plan change to decide --------------------------------------------------------------------------------


def plan_change(change: PlanChange, contact: Contact) -> Letter:
    """Ask a signer to decide a plan change; the link opens it, nothing more."""
    engagement = change.engagement
    with reading_as(contact.user):
        shown = _read(change, Reader(contact, contact.user, contact.client))
        places = {"name": change.asked_by.name, "number": change.number, "client": contact.client.name}
        asks = _("%(name)s asks for plan change %(number)s. Nothing moves until a signer of %(client)s approves it.")
        return note(
            contact.user,
            subject=_("To decide: %(what)s") % {"what": change.what},
            eyebrow=_eyebrow(engagement),
            lines=[asks % places],
            quote=change.why,
            quote_by=f"{change.asked_by.name}, {moment(change.asked_at)}",
            after=way_in(contact.user),
            button=_("Review"),
            path=reverse("portal_change", args=[engagement.code, change.public_id]),
            reply_to=addresses_of(engagement),
            parts=[_moves(shown.moves), *_effect(shown.effect)],
        )


def _read(change: PlanChange, reader: Reader) -> changes.ChangePage:
    """Return what the reader's page says of it: the moves that are shared, and the effect unless it is held back."""
    with as_portal([reader.client.pk], read_only=True):
        engagement = access.engagement(reader, change.engagement.code)
        one = access.change(reader, engagement, change.public_id)
        one.engagement = engagement
        return changes.page(reader, one)


def _moves(moves: Sequence[MoveLine]) -> Part:
    title = _("What moves")
    if not moves:
        return Part(title, lede=_("No date and no target that you see; only the words above."))
    return Part(title, rows=[Row(one.what, [_move(one)]) for one in moves[:MOST]], more=_more(len(moves)))


def _move(one: MoveLine) -> str:
    """`Moves a due date: 4 Dec → 18 Dec, 10 working days later`; a further milestone goes on with what it brings."""
    brings = [*one.adds[:MOST], _more(len(one.adds))]
    said = ", ".join(filter(None, [f"{one.before} → {one.after}", one.by]))
    return "; ".join(filter(None, [f"{one.kind}: {said}", *brings]))


def _effect(lines: Sequence[Line]) -> Iterator[Part]:
    """Yield what is forecast of the milestones whose dates or chances change."""
    changing = [one for one in lines if any(cell.after for cell in one.cells)]
    if not lines:
        return
    lede = _("As reckoned when it was asked for.")
    if not changing:
        lede = _("As reckoned when it was asked for, no milestone gets other dates or another chance.")
    rows = [Row(one.title, _figures(one.cells), one.word, one.health or "none") for one in changing[:MOST]]
    yield Part(_("What it does to the forecast"), lede=lede, rows=rows, more=_more(len(changing)))


def _figures(cells: Sequence[Cell]) -> list[str]:
    """`Due 4 Dec → 18 Dec`, `Likely 9 Dec → 20 Dec`, `Chance 62%`."""
    return [" ".join((one.name, " → ".join(filter(None, (one.before, one.after))))) for one in cells]


def for_plan_change(job: Job) -> list[Letter]:
    """Ask every signer but whoever asked for it; nobody where it was decided or withdrawn, or can not be by now."""
    rows = PlanChange.objects.select_related("asked_by", "engagement__client", "engagement__manager")
    open_ones = rows.filter(state=ChangeState.ASKED, engagement__in=Engagement.objects.present().filter(state__in=LIVE))
    change = open_ones.filter(pk=job.args["change"]).first()
    if change is None:
        return []
    return [plan_change(change, one) for one in signers(change.client_id) if one.user_id != change.asked_by_id]


# --- an answer to a question --------------------------------------------------------------------------------


def answer(line: Comment, question: Comment, contact: Contact) -> Letter:
    """Tell whoever asked what the firm answers; the link opens the thread, where they can write back."""
    engagement, asked = line.engagement, " ".join(question.text.split())
    with reading_as(contact.user):
        about = question.deliverable.title if question.deliverable else engagement.name
        said = _("%(name)s answered your question about %(title)s.")
        return note(
            contact.user,
            subject=_("Answered: %(question)s") % {"question": excerpt(asked, MOST_OF_SUBJECT)},
            eyebrow=_eyebrow(engagement),
            lines=[said % {"name": line.by.name, "title": about}],
            quote=line.text,
            quote_by=f"{line.by.name}, {moment(line.at)}",
            after=way_in(contact.user),
            button=_("Open"),
            path=f"{reverse('portal_questions', args=[engagement.code])}#t-{(line.answers or line).public_id}",
            reply_to=addresses_of(engagement),
            parts=[
                Part(
                    _("You asked, %(at)s") % {"at": moment(question.at)},
                    quote=excerpt(question.text, MOST_OF_QUESTION),
                )
            ],
            closing=_("The button opens the thread, where you can write back."),
        )


def for_answer(job: Job) -> list[Letter]:
    """Tell whoever asked, unless they left or the client cannot see the thread by now."""
    rows = Comment.objects.select_related("by", "answers", "engagement__client", "engagement__manager")
    line = rows.filter(pk=job.args["line"], shared=True, answers__isnull=False).first()
    if line is None or not _is_seen(line):
        return []
    questions = _answered(line)
    found = people().filter(Q(client_id=line.client_id), user__in=list(questions)).order_by("pk")
    return [answer(line, questions[one.user_id], one) for one in found]


def _is_seen(line: Comment) -> bool:
    """Whether the portal shows this line: a deliverable may have become internal, an engagement been removed."""
    with as_portal([line.client_id], read_only=True):
        return Comment.objects.filter(pk=line.pk).exists()


def _answered(line: Comment) -> dict[int, Comment]:
    """Return the latest question of each contact that the line answers, by who asked.

    Those are the questions since the firm's last shared line; where there is none, the line goes on answering those
    that were answered before.
    """
    thread = Comment.objects.filter(Q(pk=line.answers_id) | Q(answers=line.answers_id), shared=True, pk__lt=line.pk)
    asked: dict[int, Comment] = {}
    before: dict[int, Comment] = {}
    for one in thread.select_related("deliverable").order_by("pk"):
        if one.is_question:
            asked[one.by_id] = one
        elif asked:
            before, asked = asked, {}
    return asked or before


BY_KIND: Final[Mapping[str, Callable[[Job], list[Letter]]]] = {
    "mail_plan_change": for_plan_change,
    "mail_answer": for_answer,
}
