"""Writing and sending mails: HTML with its styles inlined, a text of its own, one message for one person."""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from email.mime.image import MIMEImage
from functools import cache
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.contrib.staticfiles import finders
from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.template.loader import render_to_string
from django.utils import timezone, translation

from accounts.db import as_firm
from accounts.jobs import Progress
from accounts.models import Job, User

# Gmail cuts a mail off behind this.
MOST_BYTES: Final = 102_000
PICTURE_ID: Final = "timeline"


@dataclass(frozen=True)
class Letter:
    """A mail ready to go: `picture` is a PNG that the HTML names as cid:timeline."""

    to: str
    subject: str
    html: str
    text: str
    message_id: str = ""
    reply_to: tuple[str, ...] = ()
    picture: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)


@cache
def _styles() -> str:
    found = finders.find("css/mail.css")
    if not isinstance(found, str):
        raise FileNotFoundError("css/mail.css is missing from this installation, so no mail can be written.")
    return Path(found).read_text(encoding="utf-8")


def inline(html: str) -> str:
    """Return HTML with our mail styles written into each element."""
    return css_inline.CSSInliner(extra_css=_styles(), load_remote_stylesheets=False).inline(html)


@contextmanager
def reading_as(user: User) -> Iterator[None]:
    """Speak the reader's language and tell dates on the reader's clock."""
    with translation.override(user.language), timezone.override(user.time_zone):
        yield


def written(template: str, reader: User, context: Mapping[str, object]) -> tuple[str, str]:
    """Return a mail's HTML and text in the reader's language; `template` has an .html and a .txt."""
    with translation.override(reader.language):
        full = {"firm_name": settings.FIRM_NAME, "language": reader.language, **context}
        text = render_to_string(f"{template}.txt", full)
        # A template's text is marked as safe HTML, and this one is not: people's words stand in it as they wrote them.
        return inline(render_to_string(f"{template}.html", full)), "".join(list(text))


def message(letter: Letter, connection: BaseEmailBackend | None = None) -> EmailMultiAlternatives:
    """Return the MIME message of a letter."""
    headers = dict(letter.headers)
    if letter.message_id:
        headers["Message-ID"] = letter.message_id
    mail = EmailMultiAlternatives(
        one_line(letter.subject),
        letter.text,
        None,
        [letter.to],
        headers=headers,
        reply_to=list(letter.reply_to),
        connection=connection,
    )
    mail.attach_alternative(letter.html, "text/html")
    if letter.picture:
        image = MIMEImage(letter.picture, "png")
        image.add_header("Content-ID", f"<{PICTURE_ID}>")
        image.add_header("Content-Disposition", "inline", filename="timeline.png")
        mail.mixed_subtype = "related"  # type: ignore[attr-defined]
        mail.attach(image)
    return mail


def one_line(text: str) -> str:
    """Return a subject without line breaks, cut to 200 characters."""
    flat = " ".join(text.split())
    return flat if len(flat) <= 200 else f"{flat[:199]}…"


def send(letter: Letter, connection: BaseEmailBackend | None = None) -> None:
    """Send one letter. Raises OSError or smtplib.SMTPException where the mail server does not take it."""
    message(letter, connection).send()


def send_once(job: Job, letters: Sequence[Letter], report: Progress) -> list[str]:
    """Send a job's letters on one connection, each under a Message-ID of its own, and return to whom.

    Who got one is kept with the job, so that a job tried again goes on where it stopped. Raises OSError or
    smtplib.SMTPException where the mail server does not take one; stand in no transaction.
    """
    sent = list(job.result.get("sent", ()))
    host = urlsplit(settings.BASE_URL).hostname or "localhost"
    with get_connection() as connection:
        for number, letter in enumerate(letters, 1):
            if letter.to in sent:
                continue
            send(replace(letter, message_id=f"<{job.kind}.{job.public_id}.{number}@{host}>"), connection)
            sent.append(letter.to)
            _remember(job, sent)
            report(number, len(letters))
    return sent


def _remember(job: Job, sent: Sequence[str]) -> None:
    with as_firm():
        Job.objects.filter(pk=job.pk, claimed_at=job.claimed_at).update(result={"sent": list(sent)})


def absolute(path: str) -> str:
    """Return the full address of a page."""
    return f"{settings.BASE_URL}{path}"
