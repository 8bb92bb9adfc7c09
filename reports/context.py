"""What the firm's shell shows on every page, whichever app serves it."""

from django.http import HttpRequest

from accounts.db import BARE, standing
from accounts.models import User
from reports.pages.shell import lazily


def shell(request: HttpRequest) -> dict[str, object]:
    """Counts and pins for a signed-in person of the firm; read only where the template asks, and behind the wall."""
    # The request's user is a lazy object, which isinstance looks through.
    user = getattr(request, "user", None)
    if not isinstance(user, User) or not user.is_firm or standing() == BARE:
        return {}
    return lazily(user)
