"""The checklist of a handover."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from accounts.http import AuthedHttpRequest
from milestones import access
from milestones.actions import handovers
from milestones.views.answers import perform


@require_POST
def tick(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Tick or untick a line."""
    line = access.handover_line(request, public_id)
    ticked = request.POST.get("ticked", "") in {"true", "on", "1"}
    act = lambda: handovers.tick_handover(by=request.user, line=line, ticked=ticked)  # noqa: E731
    return perform(request, line.handover.engagement, act, "" if request.htmx else _("Kept."))
