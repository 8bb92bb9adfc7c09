"""Plan changes withdrawn by the firm. It asks for them on the engagement's page, and signers decide in the portal."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedHttpRequest
from milestones import access
from milestones.actions import changes
from milestones.views.answers import perform


@require_POST
def withdraw(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Take back what was asked and not decided."""
    change = access.change(request, public_id)
    said = _("Withdrawn.")
    return perform(request, change.engagement, lambda: changes.withdraw(by=request.user, change=change), said)
