"""What the firm's shell shows on every page, whichever app serves it."""

from django.http import HttpRequest

from accounts.db import BARE, standing
from accounts.models import User
from reports.pages.shell import lazily


def shell(request: HttpRequest) -> dict[str, object]:
    """Counts and pins for a signed-in person of the firm; read only where the template asks, and behind the wall."""
    user = getattr(request, "user", None)
    if not isinstance(user, User) and not getattr(user, "is_firm", False):
        return {}
    if standing() == BARE or not user.is_firm:
        return {}
    return lazily(user)
