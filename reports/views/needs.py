"""Needs you: everything that waits for a manager, oldest first."""

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from accounts.access import require_firm
from accounts.http import AuthedHttpRequest
from reports.needs import needs_of
from reports.pages.lights import answered_for, lights


@require_safe
def show(request: AuthedHttpRequest) -> HttpResponse:
    """The whole list; a specialist's own page is the week."""
    require_firm(request)
    if not request.user.manages:
        return redirect("me")
    found = needs_of(request.user, answered_for(lights(request.user), request.user))
    return render(request, "reports/needs/page.html", {"needs": found, "needs_count": len(found)})
