"""The demo's mails, as its catcher keeps them: one file each, named so that names sort by arrival."""

import email
from dataclasses import dataclass
from datetime import UTC, datetime
from email.message import EmailMessage
from email.policy import default as modern
from pathlib import Path
from typing import Final

from django.conf import settings
from django.http import Http404
from django.utils.translation import gettext_lazy as _

MOST: Final = 300
# By the beginning of the Message-ID: what it is, its tone and its icon.
KINDS: Final = (
    ("<digest.", "digest", _("Digest"), "", "mail"),
    ("<mail_nudge.", "nudge", _("Nudge"), "is-warn", "send"),
    ("<mail_sign_off_request.", "sign_off", _("Sign-off"), "is-new", "circle-check"),
    ("<mail_plan_offer.", "plan", _("Plan"), "is-new", "map"),
    ("<mail_plan_change.", "change", _("Plan change"), "is-new", "calendar-clock"),
    ("<mail_answer.", "answer", _("Answer"), "", "message-circle"),
    ("<mail_invitation.", "invitation", _("Invitation"), "", "user-round"),
    ("<mail_welcome.", "welcome", _("Welcome"), "", "user-round"),
)
OTHER: Final = ("", "other", _("Sign-in"), "", "key-round")


@dataclass(frozen=True)
class Mail:
    """One mail that was caught."""

    name: str
    to: str
    subject: str
    at: datetime
    kind: str
    word: str
    tone: str
    icon: str


def folder() -> Path:
    """Return the catcher's folder; 404 where mail really goes out."""
    if not settings.MAIL_CATCHER_DIR:
        raise Http404
    return Path(settings.MAIL_CATCHER_DIR)


def caught() -> list[Mail]:
    """Return the latest mails, the newest first."""
    files = sorted(folder().glob("*.eml"), reverse=True)[:MOST]
    return [_mail(path.stem, _read(path)) for path in files]


def message(name: str) -> EmailMessage:
    """Return one mail; 404 for a name that the folder does not hold."""
    path = next((one for one in folder().glob("*.eml") if one.stem == name), None)
    if path is None:
        raise Http404
    return _read(path)


def mail(name: str) -> Mail:
    """Return one mail's envelope."""
    return _mail(name, message(name))


def _read(path: Path) -> EmailMessage:
    return email.message_from_bytes(path.read_bytes(), policy=modern)


def _mail(name: str, found: EmailMessage) -> Mail:
    message_id = str(found.get("Message-ID", "")).strip()
    _start, kind, word, tone, icon = next((row for row in KINDS if message_id.startswith(row[0])), OTHER)
    to = str(found.get("Delivered-To") or found.get("To", ""))
    nanoseconds = int(name.partition("-")[0]) if name.partition("-")[0].isdigit() else 0
    at = datetime.fromtimestamp(nanoseconds / 1e9, UTC)
    return Mail(name, to, str(found.get("Subject", "")), at, kind, str(word), tone, icon)


def text_of(found: EmailMessage) -> str:
    """Return the mail's plain text."""
    part = found.get_body(("plain",))
    return str(part.get_content()) if part is not None else ""


def html_of(found: EmailMessage) -> str:
    """Return the mail's HTML; nothing for a mail of text alone."""
    part = found.get_body(("html",))
    return str(part.get_content()) if part is not None else ""


def pictures_of(found: EmailMessage) -> dict[str, tuple[str, bytes]]:
    """Return the pictures that the HTML names by Content-ID."""
    pictures = {}
    for part in found.walk():
        name = str(part.get("Content-ID", "")).strip("<> ")
        raw = part.get_payload(decode=True)
        if name and part.get_content_maintype() == "image" and isinstance(raw, bytes):
            pictures[name] = (part.get_content_type(), raw)
    return pictures
