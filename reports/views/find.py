"""Find: Ctrl K for htmx, a page without it."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import require_firm
from accounts.http import AuthedHttpRequest, is_htmx
from reports.pages.finding import find


@require_safe
def show(request: AuthedHttpRequest) -> HttpResponse:
    """What matches the words, by kind."""
    require_firm(request)
    q = request.GET.get("q", "")[:200]
    context = {"q": q.strip(), "groups": find(request.user, q)}
    template = "components/find_results.html" if is_htmx(request) else "reports/find/page.html"
    return render(request, template, context)
