"""How well the firm's forecasts held."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import require_manager
from accounts.clock import today
from accounts.http import AuthedHttpRequest
from accounts.tables import csv_response
from reports import record
from reports.pages import record as page


@require_safe
def show(request: AuthedHttpRequest) -> HttpResponse:
    """How often 8-in-10 and likely dates held, and how chances came true; `days` before the due date."""
    require_manager(request)
    view = page.view_of(today(), request.GET.get("days", ""))
    return render(request, "reports/record/page.html", {"record": view})


@require_safe
def export(request: AuthedHttpRequest) -> HttpResponse:
    """Every prediction of one horizon for a spreadsheet."""
    require_manager(request)
    horizon = page.horizon_of(request.GET.get("days", ""))
    return csv_response(_("forecast-record.csv"), [str(word) for word in record.HEAD], record.export_rows(horizon))
