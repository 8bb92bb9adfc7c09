"""The ledger of waits of one engagement: for the firm as a page and as CSV, for the client as CSV."""

from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.http import AuthedHttpRequest
from accounts.tables import csv_response
from milestones import access
from reports import ledger
from reports.access import Reader
from reports.pages import plan
from reports.portal import dashboard as boards
from reports.views.engagement import head_of
from reports.views.portal_entry import portal


@require_safe
def show(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Every wait, the longest first, with the sums by side."""
    engagement = access.engagement(request, code)
    loaded = plan.load(engagement)
    found, seen = ledger.read(engagement, shared=False), ledger.read(engagement, shared=True)
    milestone = loaded.next_milestone()
    context = {
        "header": head_of(request, loaded),
        "ledger": found,
        "said": ledger.told_to_firm(found, engagement.client.name),
        "seen": ledger.told_to_client(seen) if seen.sides != found.sides else "",
        "counted": ledger.overlaps(found),
        "free": ledger.without_client(loaded.told(milestone), milestone.day, to_client=False) if milestone else "",
    }
    return render(request, "reports/engagement/ledger.html", context)


@require_safe
def export(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Every wait for a spreadsheet."""
    engagement = access.engagement(request, code)
    return _csv(code, ledger.read(engagement, shared=False))


@require_safe
@portal
def portal_export(request: AuthedHttpRequest, reader: Reader, code: str) -> HttpResponseBase:
    """What the client sees of it, for a spreadsheet."""
    del request
    return _csv(code, ledger.read(boards.engagement(reader, code), shared=True))


def _csv(code: str, found: ledger.Ledger) -> HttpResponse:
    return csv_response(f"{code}-waits.csv", [str(word) for word in ledger.HEAD], [one.cells for one in found.entries])
