"""Loaders of the contract: what a person may not know of is 404."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import require_firm
from engagements.models import Client, Contact


def client(request: HttpRequest, public_id: str) -> Client:
    """Return a client that the reader sees."""
    return get_object_or_404(Client.objects.visible_to(require_firm(request)), public_id=public_id)


def contact(request: HttpRequest, client_id: str, user_id: str) -> Contact:
    """Return a contact of a client that the reader sees."""
    rows = Contact.objects.select_related("user", "client").filter(client=client(request, client_id))
    return get_object_or_404(rows, user__public_id=user_id)
