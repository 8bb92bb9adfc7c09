"""Loaders of digests for the firm's pages: a manager sees those of every engagement, like the engagements."""

from django.db.models import QuerySet
from django.http import Http404
from django.shortcuts import get_object_or_404

from accounts.models import User
from engagements.models import Contact, Engagement
from engagements.states import EngagementState
from reports.digest.schedule import Slot, client_slots, firm_slots
from reports.models import Digest


def digests_for(user: User) -> "QuerySet[Digest]":
    """Return the digests that went, were held back or wait, the newest first; none but for managers."""
    rows = Digest.objects.select_related("recipient", "engagement", "client").defer("html", "text", "picture")
    rows = rows.order_by("-due_at", "-pk")
    return rows if user.manages else rows.none()


def digest(user: User, public_id: str) -> Digest:
    """Return one digest with its mail."""
    if not user.manages:
        raise Http404
    rows = Digest.objects.select_related("recipient", "engagement", "client")
    return get_object_or_404(rows, public_id=public_id)


def slots_for(user: User) -> list[Slot]:
    """Return whose digests a manager looks after: contacts of the engagements they answer for, and their own."""
    if not user.manages:
        return []
    rows = Engagement.objects.filter(state=EngagementState.ACTIVE).present()
    own = set(rows.filter(manager=user).values_list("pk", "client_id"))
    engagements, clients = {pk for pk, _client in own}, {client for _pk, client in own}
    found = [
        slot
        for slot in client_slots()
        if slot.engagement in engagements or (slot.client in clients and slot.engagement is None)
    ]
    return found + [slot for slot in firm_slots() if slot.recipient == user.pk]


def slot(user: User, recipient: str, code: str) -> Slot:
    """Return the slot of one recipient: of an engagement by its code, or "all" for the one about everything.

    404 for everybody but managers, for a portfolio that is not one's own, and where no such digest is sent.
    """
    if not user.manages:
        raise Http404
    person = get_object_or_404(User, public_id=recipient)
    if not person.is_contact and person != user:
        raise Http404
    wanted = None if code == "all" else get_object_or_404(Engagement.objects.visible_to(user), code=code).pk
    every = client_slots() if Contact.objects.filter(user=person).exists() else firm_slots()
    for found in every:
        if found.recipient == person.pk and found.engagement == wanted:
            return found
    raise Http404
