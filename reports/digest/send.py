"""Sending digests: claimed by a guarded update, rendered once, sent under one Message-ID, then marked as sent.

Between the mail server's 250 and our commit there is a moment: a process that dies in it leaves a mail that is sent
once more, under the same Message-ID, when the claim has grown stale. Nothing is ever lost.
"""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import timedelta
from smtplib import SMTPException, SMTPRecipientsRefused
from typing import Final

from django.core.mail import get_connection
from django.core.mail.backends.base import BaseEmailBackend
from django.db.models import F
from django.utils.translation import gettext as _

from accounts.clock import now
from accounts.db import as_firm
from reports import mail
from reports.cover import addresses_of
from reports.digest import schedule
from reports.digest.tokens import unsubscribe_url
from reports.digest.write import Held, letter, running, slot_of
from reports.mail import Letter
from reports.models import Digest, DigestSetting
from reports.states import DigestState

logger = logging.getLogger(__name__)

BATCH: Final = 50
MOST_ATTEMPTS: Final = 12
FIRST_PAUSE: Final = timedelta(minutes=1)
LONGEST_PAUSE: Final = timedelta(hours=2)


@dataclass
class Sent:
    """What became of a batch."""

    sent: int = 0
    held: int = 0
    later: int = 0
    failed: int = 0


@dataclass
class Line:
    """One SMTP connection for a batch; opened when the first mail goes, and anew after one that broke."""

    backend: BaseEmailBackend = field(default_factory=get_connection)

    def send(self, one: Letter) -> None:
        """Send one mail. Raises OSError or SMTPException."""
        self.backend.open()
        try:
            mail.send(one, self.backend)
        except (OSError, SMTPException):
            self.close()
            raise

    def close(self) -> None:
        """Hang up, whatever the other end does."""
        try:
            self.backend.close()
        except (OSError, SMTPException):
            logger.warning("The mail server's connection did not close cleanly.")


@contextmanager
def line() -> Iterator[Line]:
    """Hold a connection for a batch."""
    one = Line()
    try:
        yield one
    finally:
        one.close()


def batches() -> list[list[int]]:
    """Make the rows that are due and return the ids of all that wait, in batches, the oldest first."""
    moment = now()
    schedule.make_due(moment)
    ids = schedule.open_ids(moment)
    return [ids[first : first + BATCH] for first in range(0, len(ids), BATCH)]


def send_batch(ids: Sequence[int]) -> Iterator[Sent]:
    """Send these digests on one connection, yielding after each how far it is."""
    found = Sent()
    with line() as connection:
        for pk in ids:
            digest = claim(pk)
            if digest is not None:
                _one(digest, connection, found)
            yield found


def claim(pk: int) -> Digest | None:
    """Take a digest that is due; None where somebody else has it, or it has gone."""
    moment = now()
    with as_firm():
        free = Digest.objects.filter(schedule.unclaimed(moment), pk=pk, state=DigestState.DUE, due_at__lte=moment)
        if not free.update(claimed_at=moment, attempts=F("attempts") + 1):
            return None
        return Digest.objects.select_related("recipient", "client").get(pk=pk)


def _one(digest: Digest, connection: Line, found: Sent) -> None:
    try:
        written = render(digest)
    except Exception:
        logger.exception("Digest %s could not be written.", digest.public_id)
        _later_or_fail(digest, _("It could not be written. The log says why."), found)
        return
    if isinstance(written, Held):
        _end(digest, DigestState.HELD, held_why=written.why[:300])
        found.held += 1
        return
    _deliver(digest, written, connection, found)


def _deliver(digest: Digest, written: Letter, connection: Line, found: Sent) -> None:
    try:
        connection.send(written)
    except SMTPRecipientsRefused as error:
        _refused(digest, error, found)
    except (OSError, SMTPException) as error:
        logger.warning("Digest %s was not taken by the mail server: %s", digest.public_id, error)
        _later_or_fail(digest, _("The mail server did not take it."), found)
    else:
        _end(digest, DigestState.SENT, sent_at=now())
        found.sent += 1


def render(digest: Digest) -> Letter | Held:
    """Return a claimed digest's mail: as it was rendered before, else rendered now and kept."""
    with as_firm():
        if not digest.subject:
            written = letter(slot_of(digest), digest) if _is_wanted(digest) else Held(_("They unsubscribed."))
            if isinstance(written, Held):
                return written
            digest.subject, digest.html, digest.text = written.subject, written.html, written.text
            digest.picture = written.picture or None
            digest.save(update_fields=["subject", "html", "text", "picture"])
        return kept(digest)


def kept(digest: Digest) -> Letter:
    """Return the mail as it is kept with the row."""
    stop = unsubscribe_url(digest.recipient)
    return Letter(
        digest.recipient.email,
        digest.subject,
        digest.html,
        digest.text,
        message_id=digest.message_id,
        reply_to=_reply_to(digest),
        picture=bytes(digest.picture or b""),
        headers={"List-Unsubscribe": f"<{stop}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"},
    )


def _reply_to(digest: Digest) -> tuple[str, ...]:
    first = running(slot_of(digest))[:1] if digest.client_id else []
    return addresses_of(first[0]) if first else ()


def _is_wanted(digest: Digest) -> bool:
    return not DigestSetting.objects.filter(user=digest.recipient, subscribed=False).exists()


def _refused(digest: Digest, error: SMTPRecipientsRefused, found: Sent) -> None:
    codes = [code for code, _said in error.recipients.values()]
    if codes and min(codes) >= 500:
        _end(digest, DigestState.FAILED, held_why=_("The mail server does not know this address."))
        found.failed += 1
    else:
        _later_or_fail(digest, _("The mail server did not take this address."), found)


def _later_or_fail(digest: Digest, why: str, found: Sent) -> None:
    if digest.attempts >= MOST_ATTEMPTS:
        _end(digest, DigestState.FAILED, held_why=why)
        found.failed += 1
        return
    # The claim is dated so that it grows stale, and the digest free, when the pause is over.
    free_at = now() + min(FIRST_PAUSE * int(2 ** min(digest.attempts - 1, 10)), LONGEST_PAUSE)
    _update(digest, claimed_at=free_at - schedule.STALE, held_why=why[:300])
    found.later += 1


def _end(digest: Digest, state: DigestState, **fields: object) -> None:
    _update(digest, state=state, claimed_at=None, **{"held_why": "", **fields})


def _update(digest: Digest, **fields: object) -> None:
    with as_firm():
        mine = Digest.objects.filter(pk=digest.pk, state=DigestState.DUE, claimed_at=digest.claimed_at)
        if not mine.update(**fields):
            logger.warning("Digest %s was taken over by another worker.", digest.public_id)
