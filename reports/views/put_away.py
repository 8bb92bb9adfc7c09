"""What was removed or archived, and the way back."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import require_manager
from accounts.http import AuthedHttpRequest
from reports.pages import put_away


@require_safe
def every(request: AuthedHttpRequest) -> HttpResponse:
    """List removed drafts, with how long they can be brought back, and archived engagements."""
    require_manager(request)
    context = {"removed": put_away.removed(request.user), "archived": put_away.archived(request.user)}
    return render(request, "reports/put_away/page.html", context)
