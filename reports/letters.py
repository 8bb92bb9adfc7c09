"""The single mails: asked to sign off, to accept a plan, reminded, invited. A link alone never signs anything."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.formats import dated
from accounts.models import Job, User
from accounts.states import Kind
from engagements.models import Contact, Engagement
from milestones.models import Deliverable, Wait
from milestones.states import DeliverableState
from reports import mail
from reports.cover import addresses_of
from reports.mail import Letter


@dataclass(frozen=True)
class Row:
    """One thing in a list; `word` and `state` are a pill beside it."""

    title: str
    lines: Sequence[str]
    word: str = ""
    state: str = ""


@dataclass(frozen=True)
class Part:
    """What stands below the button under a heading of its own: somebody's words, or a list, which may go on."""

    title: str
    lede: str = ""
    quote: str = ""
    rows: Sequence[Row] = ()
    more: str = ""


def note(
    reader: User,
    *,
    subject: str,
    eyebrow: str,
    lines: list[str],
    button: str,
    path: str,
    reply_to: tuple[str, ...],
    quote: str = "",
    quote_by: str = "",
    after: Sequence[str] = (),
    parts: Sequence[Part] = (),
    closing: str = "",
) -> Letter:
    """Return a single mail: what it is about and one button.

    `after` are lines behind the quote, `parts` stand below the button, and `closing` says what the button does: without
    it, that nothing happens before the reader decides on the page.
    """
    context = {
        "subject": subject,
        "heading": subject,
        "eyebrow": eyebrow,
        "lines": lines,
        "quote": quote,
        "quote_by": quote_by,
        "after": after,
        "parts": parts,
        "closing": closing,
        "button": button,
        "url": mail.absolute(path),
    }
    html, text = mail.written("mail/note", reader, context)
    return Letter(reader.email, subject, html, text, reply_to=reply_to)


def way_in(reader: User) -> list[str]:
    """Say how to get in, to whoever has no password: perhaps nobody told them yet."""
    if reader.has_usable_password():
        return []
    return [_("To sign in, ask for a code with this e-mail address. It comes by mail; you need no password.")]


def sign_off_request(deliverable: Deliverable, contact: Contact) -> Letter:
    """Ask a signer for a sign-off; the link opens the deliverable, nothing more."""
    engagement = deliverable.engagement
    with translation.override(contact.user.language):
        return note(
            contact.user,
            subject=_("To sign off: %(title)s") % {"title": deliverable.title},
            eyebrow=f"{engagement.client.name} · {engagement.name}",
            lines=[
                _("%(title)s is delivered and waits for your sign-off.") % {"title": deliverable.title},
                _("You accept it, or send it back and say what is missing. Both take about two minutes."),
                *way_in(contact.user),
            ],
            button=_("Review"),
            path=reverse("portal_deliverable", args=[engagement.code, deliverable.public_id]),
            reply_to=addresses_of(engagement),
        )


def nudge(wait: Wait, contact: Contact) -> Letter:
    """Remind a contact of what is waited for."""
    engagement = wait.engagement
    with translation.override(contact.user.language):
        return note(
            contact.user,
            subject=_("Waiting for you: %(what)s") % {"what": wait.what},
            eyebrow=f"{engagement.client.name} · {engagement.name}",
            lines=[
                _("%(title)s has stood still for this since %(since)s.")
                % {"title": wait.deliverable.title, "since": dated(wait.opened_on)},
                _("Answer on the page, or name who can."),
                *way_in(contact.user),
            ],
            quote="" if wait.for_sign_off else wait.what,
            button=_("Review") if wait.for_sign_off else _("Reply"),
            path=_wait_path(wait),
            reply_to=addresses_of(engagement),
        )


def _wait_path(wait: Wait) -> str:
    code = wait.engagement.code
    if wait.for_sign_off:
        return reverse("portal_deliverable", args=[code, wait.deliverable.public_id])
    return reverse("portal_wait", args=[code, wait.public_id])


def plan_offer(engagement: Engagement, contact: Contact) -> Letter:
    """Ask a signer to accept the plan, which starts the work."""
    with translation.override(contact.user.language):
        return note(
            contact.user,
            subject=_("The plan of %(name)s waits for you") % {"name": engagement.name},
            eyebrow=f"{engagement.client.name} · {engagement.name}",
            lines=[
                _("%(manager)s offers you the plan: its milestones, deliverables, dates and targets.")
                % {"manager": engagement.manager.name},
                _("The work starts on %(day)s, once a signer has accepted the plan. Reading it takes ten minutes.")
                % {"day": dated(engagement.start_on)},
                *way_in(contact.user),
            ],
            button=_("Read the plan"),
            path=reverse("portal_plan", args=[engagement.code]),
            reply_to=addresses_of(engagement),
        )


def invitation(contact: Contact, by: User) -> Letter:
    """Tell a new contact how to sign in; no secret is in it."""
    with translation.override(contact.user.language):
        return note(
            contact.user,
            subject=_("%(name)s invites you to Emplace") % {"name": by.name},
            eyebrow=contact.client.name,
            lines=[
                _(
                    "You can follow the work at %(client)s: what is delivered, what slips and why, "
                    "and what waits for you."
                )
                % {"client": contact.client.name},
                _("Sign in with this e-mail address. A code comes by mail; you need no password."),
            ],
            button=_("Sign in"),
            path=reverse("account_login"),
            reply_to=(by.email,),
        )


def welcome(person: User, by: User) -> Letter:
    """Tell somebody new of the firm how to sign in; no secret is in it."""
    with translation.override(person.language):
        return note(
            person,
            subject=_("%(name)s added you to Emplace") % {"name": by.name},
            eyebrow=settings.FIRM_NAME,
            lines=[
                _("You can sign in as %(kind)s.") % {"kind": Kind(person.kind).label.lower()},
                _("Use this e-mail address and ask for a code, which comes by mail; you need no password."),
            ],
            button=_("Sign in"),
            path=reverse("account_login"),
            reply_to=(by.email,),
        )


# --- what a job asks for ------------------------------------------------------------------------------------


def people() -> "QuerySet[Contact]":
    """Return contacts who can still sign in."""
    return Contact.objects.filter(left_at__isnull=True, user__is_active=True).select_related("user", "client")


def signers(client_id: int) -> list[Contact]:
    """Return who may sign for a client now."""
    return list(people().filter(client_id=client_id, is_signer=True).order_by("pk"))


def for_sign_off(job: Job) -> list[Letter]:
    """Ask every signer; nobody where it was decided or taken back meanwhile."""
    rows = Deliverable.objects.select_related("engagement__client", "engagement__manager")
    deliverable = rows.filter(pk=job.args["deliverable"], state=DeliverableState.IN_REVIEW).first()
    if deliverable is None:
        return []
    return [sign_off_request(deliverable, contact) for contact in signers(deliverable.client_id)]


def for_nudge(job: Job) -> list[Letter]:
    """Remind whom the wait names, else every signer; nobody where it was answered meanwhile."""
    rows = Wait.objects.select_related("engagement__client", "engagement__manager", "deliverable", "contact__user")
    wait = rows.filter(pk=job.args["wait"], closed_on__isnull=True).first()
    if wait is None:
        return []
    named = list(people().filter(Q(pk=wait.contact_id)))
    return [nudge(wait, contact) for contact in named or signers(wait.client_id)]


def for_invitation(job: Job) -> list[Letter]:
    """Tell a contact how to sign in, unless they have left."""
    by = User.objects.get(pk=job.args["by"])
    return [invitation(contact, by) for contact in people().filter(pk=job.args["contact"])]


def for_welcome(job: Job) -> list[Letter]:
    """Tell somebody of the firm how to sign in, unless they have left."""
    by = User.objects.get(pk=job.args["by"])
    return [welcome(person, by) for person in User.objects.filter(pk=job.args["person"], is_active=True)]


def for_plan_offer(job: Job) -> list[Letter]:
    """Tell a signer of the plan, unless the offer was withdrawn or accepted meanwhile."""
    rows = Engagement.objects.select_related("client", "manager").filter(state="draft", offered_at__isnull=False)
    engagement = rows.filter(pk=job.args["engagement"]).first()
    if engagement is None:
        return []
    return [plan_offer(engagement, contact) for contact in people().filter(pk=job.args["contact"])]


BY_KIND: Final[Mapping[str, Callable[[Job], list[Letter]]]] = {
    "mail_sign_off_request": for_sign_off,
    "mail_nudge": for_nudge,
    "mail_invitation": for_invitation,
    "mail_welcome": for_welcome,
    "mail_plan_offer": for_plan_offer,
}
