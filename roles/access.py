"""Loaders of the catalogue's people."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import require_firm, require_manager
from roles.models import Absence, Specialist


def specialist(request: HttpRequest, public_id: str) -> Specialist:
    """Return a specialist by their user's public id; for managers."""
    require_manager(request)
    return get_object_or_404(Specialist.objects.select_related("user", "role"), user__public_id=public_id)


def absence(request: HttpRequest, public_id: str) -> Absence:
    """Return an absence: managers any, others their own."""
    user = require_firm(request)
    rows = Absence.objects.select_related("user", "deputy")
    if not user.manages:
        rows = rows.filter(user=user)
    return get_object_or_404(rows, public_id=public_id)
