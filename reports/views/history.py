"""How an engagement's forecast moved, day by day."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthedHttpRequest
from accounts.tables import csv_response
from milestones import access
from reports import history
from reports.pages import history as page, plan
from reports.views.engagement import head_of


@require_safe
def show(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Likely and 8 in 10 by day against the due date, of a milestone (`of`) or of everything; and SPI(t)."""
    engagement = access.engagement(request, code)
    loaded = plan.load(engagement)
    milestone = page.chosen(loaded.milestones, request.GET.get("of", ""), loaded.next_milestone())
    view = page.view_of(engagement, loaded.milestones, milestone)
    return render(request, "reports/engagement/forecast.html", {"header": head_of(request, loaded), "history": view})


@require_safe
def export(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Every day's forecast of each milestone and of everything, for a spreadsheet."""
    engagement = access.engagement(request, code)
    milestones = list(engagement.milestones.all())
    rows = []
    for milestone in (*milestones, None):
        name = str(milestone.day) if milestone else page.WHOLE
        rows += [(name, *day.cells) for day in history.of(engagement, milestone, milestones).days]
    return csv_response(f"{code}-forecasts.csv", ["of", *(str(word) for word in history.HEAD)], rows)
