"""What ends within 60 days."""

from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from accounts.access import require_manager
from accounts.http import AuthedHttpRequest
from accounts.tables import csv_response
from reports import endings


@require_safe
def show(request: AuthedHttpRequest) -> HttpResponse:
    """Engagements, placements and purchase orders that end, by distance."""
    rows = endings.endings(require_manager(request))
    context = {"groups": endings.grouped(rows), "sentence": endings.sentence(rows)}
    return render(request, "reports/people/endings.html", context)


@require_safe
def export(request: AuthedHttpRequest) -> HttpResponse:
    """The same for a spreadsheet."""
    rows = endings.endings(require_manager(request))
    return csv_response(_("endings.csv"), [str(word) for word in endings.HEAD], [one.cells for one in rows])
