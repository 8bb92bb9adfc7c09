"""The single mails: asked to sign off, reminded, invited."""

from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _

from accounts.models import User
from engagements.models import Contact
from milestones.models import Deliverable, Wait
from reports import mail
from reports.mail import Letter


def _note(
    reader: User,
    *,
    subject: str,
    eyebrow: str,
    lines: list[str],
    button: str,
    path: str,
    reply_to: str,
    quote: str = "",
) -> Letter:
    context = {
        "subject": subject,
        "heading": subject,
        "eyebrow": eyebrow,
        "lines": lines,
        "quote": quote,
        "button": button,
        "url": mail.absolute(path),
    }
    html, text = mail.written("mail/note", reader, context)
    return Letter(reader.email, subject, html, text, reply_to=(reply_to,) if reply_to else ())


def sign_off_request(deliverable: Deliverable, contact: Contact) -> Letter:
    """Ask a signer for a sign-off; the link opens the deliverable, nothing more."""
    engagement = deliverable.engagement
    with translation.override(contact.user.language):
        return _note(
            contact.user,
            subject=_("To sign off: %(title)s") % {"title": deliverable.title},
            eyebrow=f"{engagement.client.name} · {engagement.name}",
            lines=[
                _("%(title)s is delivered and waits for your sign-off.") % {"title": deliverable.title},
                _("You accept it, or send it back and say what is missing. Both take about two minutes."),
            ],
            button=_("Review"),
            path=reverse("portal_deliverable", args=[engagement.code, deliverable.public_id]),
            reply_to=engagement.manager.email,
        )


def nudge(wait: Wait, contact: Contact) -> Letter:
    """Remind a contact of what is waited for."""
    engagement = wait.engagement
    with translation.override(contact.user.language):
        return _note(
            contact.user,
            subject=_("Waiting for you: %(what)s") % {"what": wait.what},
            eyebrow=f"{engagement.client.name} · {engagement.name}",
            lines=[
                _("%(title)s has stood still for this since %(since)s.")
                % {"title": wait.deliverable.title, "since": wait.opened_on.isoformat()},
                _("Answer on the page, or name who can."),
            ],
            quote=wait.what,
            button=_("Reply"),
            path=reverse("portal_deliverable", args=[engagement.code, wait.deliverable.public_id]),
            reply_to=engagement.manager.email,
        )


def invitation(contact: Contact, by: User) -> Letter:
    """Tell a new contact how to sign in; no secret is in it."""
    with translation.override(contact.user.language):
        return _note(
            contact.user,
            subject=_("%(name)s invites you to Emplace") % {"name": by.name},
            eyebrow=contact.client.name,
            lines=[
                _(
                    "You can follow the work at %(client)s: what is delivered, what slips and why, and what waits for you."
                )
                % {"client": contact.client.name},
                _("Sign in with this e-mail address. A code comes by mail; you need no password."),
            ],
            button=_("Sign in"),
            path=reverse("account_login"),
            reply_to=by.email,
        )
