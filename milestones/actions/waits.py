"""Waits: timed stops of a deliverable, by date at the client's."""

from datetime import date, timedelta
from zoneinfo import ZoneInfo

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import jobs
from accounts.checked import checked, refuse_text
from accounts.clock import now
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import User
from engagements.guards import require_team
from engagements.models import Contact
from milestones import slips
from milestones.actions.base import day_of, require_state, take, tell
from milestones.models import Deliverable, Wait
from milestones.states import UNFINISHED, WaitOn

NUDGE_AGAIN = timedelta(hours=20)


@transaction.atomic
def open_wait(
    *,
    by: User,
    deliverable: Deliverable,
    on: str,
    what: str,
    contact: Contact | None = None,
    who: str = "",
    opened_on: date | None = None,
) -> Wait:
    """Say that a deliverable stands still: `on` whom, for what, since when. A contact may be named for the client."""
    require_team(by, deliverable.engagement)
    take(deliverable)
    require_state(deliverable, UNFINISHED)
    _check_contact(deliverable, on, contact)
    wait = Wait(
        deliverable=deliverable,
        engagement_id=deliverable.engagement_id,
        client_id=deliverable.client_id,
        on=on,
        what=what.strip(),
        contact=contact,
        who=who.strip(),
        opened_on=day_of(deliverable.engagement, opened_on, field="opened_on"),
        opened_by=by,
    )
    checked(wait, exclude={"deliverable", "engagement", "client", "contact", "opened_by"}).save(force_insert=True)
    message = gettext_noop("%(title)s waits: %(what)s")
    tell(by, deliverable.engagement, "wait_opened", message, deliverable=deliverable, shared=True, what=wait.what)
    slips.ask_recompute(deliverable.engagement)
    return wait


def _check_contact(deliverable: Deliverable, on: str, contact: Contact | None) -> None:
    if contact is None:
        return
    if on != WaitOn.CLIENT:
        raise DomainError(_("A contact can be named only where the client is waited on."), field="contact")
    if contact.client_id != deliverable.client_id or contact.left_at is not None:
        raise DomainError(_("Choose a contact of this client."), field="contact")


def _take_open(wait: Wait) -> Wait:
    """Take the plan and read the wait afresh. Raises IllegalMove where it has ended."""
    take(wait.deliverable)
    wait.refresh_from_db(fields=["closed_on", "answered_at", "answer", "nudged_at", "opened_on"])
    if wait.closed_on is not None:
        raise IllegalMove(_("This wait has ended already."))
    return wait


@transaction.atomic
def close_wait(*, by: User, wait: Wait, closed_on: date | None = None) -> Wait:
    """End a wait; without a day on the day it was answered, else today at the client's."""
    deliverable = wait.deliverable
    require_team(by, deliverable.engagement)
    _take_open(wait)
    if wait.for_sign_off:
        raise IllegalMove(_("This wait ends when a signer decides. To stop it, take the deliverable back."))
    answered_on = _answered_on(wait)
    day = day_of(deliverable.engagement, closed_on or answered_on, field="closed_on")
    if day < wait.opened_on:
        raise DomainError(_("The wait ends before it began. Choose a later day."), field="closed_on")
    if not Wait.objects.filter(pk=wait.pk, closed_on__isnull=True).update(closed_on=day, closed_by=by):
        raise IllegalMove(_("This wait has ended already."))
    wait.refresh_from_db(fields=["closed_on", "closed_by"])
    message = gettext_noop("%(title)s goes on: %(what)s")
    tell(by, deliverable.engagement, "wait_closed", message, deliverable=deliverable, shared=True, what=wait.what)
    slips.ask_recompute(deliverable.engagement)
    return wait


def _answered_on(wait: Wait) -> date | None:
    """Return the client's date of the answer, and none before the wait began; None where there is no answer."""
    if wait.answered_at is None:
        return None
    zone = ZoneInfo(wait.deliverable.engagement.client.time_zone)
    return max(wait.answered_at.astimezone(zone).date(), wait.opened_on)


@transaction.atomic
def answer(*, by: User, wait: Wait, text: str) -> Wait:
    """Answer, as a contact of the client, what is waited for; the firm ends the wait when it can go on."""
    deliverable = wait.deliverable
    if not by.is_contact or by.client_ref != wait.client_id:
        raise NotAllowed(_("Only the client’s own people answer this."))
    _take_open(wait)
    if wait.on != WaitOn.CLIENT or wait.for_sign_off:
        raise IllegalMove(_("There is nothing to answer here."))
    if not text.strip():
        raise DomainError(_("Write an answer, or when it can be expected."), field="text")
    refuse_text(text, "text")
    if len(text) > 2000:
        raise DomainError(_("Keep the answer under 2,000 characters, or send a document."), field="text")
    wait.answer, wait.answered_at, wait.answered_by = text.strip(), now(), by
    wait.save(update_fields=["answer", "answered_at", "answered_by"])
    message = gettext_noop("%(actor)s answered on %(title)s: %(what)s")
    tell(by, deliverable.engagement, "wait_answered", message, deliverable=deliverable, shared=True, what=wait.what)
    return wait


@transaction.atomic
def nudge(*, by: User, wait: Wait) -> Wait:
    """Remind the client by mail, at most once in a working day."""
    deliverable = wait.deliverable
    require_team(by, deliverable.engagement)
    _take_open(wait)
    if wait.on != WaitOn.CLIENT:
        raise IllegalMove(_("Only the client can be reminded from here."))
    if wait.nudged_at is not None and now() - wait.nudged_at < NUDGE_AGAIN:
        raise IllegalMove(_("The client was reminded of this less than a day ago. Try again tomorrow."))
    wait.nudged_at = now()
    wait.save(update_fields=["nudged_at"])
    key = f"{wait.public_id}:{wait.nudged_at.date().isoformat()}"
    jobs.request(kind="mail_nudge", key=key, args={"wait": wait.pk}, by=by, client_id=wait.client_id)
    message = gettext_noop("%(actor)s reminded the client: %(what)s")
    tell(by, deliverable.engagement, "nudged", message, deliverable=deliverable, what=wait.what)
    return wait
