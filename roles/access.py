"""Loaders of the catalogue's people."""

from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from accounts.access import require_manager
from roles.models import Absence, Specialist


def specialist(request: HttpRequest, public_id: str) -> Specialist:
    """Return a specialist by their user's public id; for managers."""
    require_manager(request)
    return get_object_or_404(Specialist.objects.select_related("user", "role"), user__public_id=public_id)


def absence(request: HttpRequest, public_id: str) -> Absence:
    """Return an absence; for managers."""
    require_manager(request)
    return get_object_or_404(Absence.objects.select_related("specialist__user"), public_id=public_id)
