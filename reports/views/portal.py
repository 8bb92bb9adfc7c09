"""What a contact reads: own engagements, the dashboard of one, all its deliverables."""

from http import HTTPStatus

from django.http import HttpResponse, HttpResponseBase
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from accounts.http import AuthedHttpRequest, is_htmx, see_other
from engagements.models import Engagement
from reports.access import Reader
from reports.portal import dashboard as boards, home as homes, links, snapshot
from reports.portal.pictures import pictures
from reports.views.portal_entry import portal, show


@require_safe
@portal
def home(request: AuthedHttpRequest, reader: Reader) -> HttpResponseBase:
    """Show the reader's engagements; the only one opens at once."""
    found = homes.engagements(reader)
    if len(found) == 1:
        return see_other(request, found[0].url)
    return show(request, reader, "home", engagements=found)


@require_safe
@portal
def dashboard(request: AuthedHttpRequest, reader: Reader, code: str) -> HttpResponseBase:
    """Show how an engagement stands; its markup is kept while nothing has changed.

    A page that is open before the first forecast asks for it, and is answered when there is one.
    """
    engagement = boards.engagement(reader, code, snapshot.STAMPED)
    awaits = snapshot.awaits_forecast(engagement)
    if awaits and is_htmx(request):
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    every_row = request.GET.get("timeline") == "all"
    name = snapshot.key(reader, engagement, "all" if every_row else "")
    body = snapshot.kept(name, lambda: _drawn(reader, engagement, every_row=every_row))
    return show(request, reader, "dashboard", engagement=engagement, here="portal_engagement", body=body, awaits=awaits)


def _drawn(reader: Reader, engagement: Engagement, *, every_row: bool) -> str:
    """Draw the dashboard below the shell. Nothing in it is of one request: no token, no message, no name."""
    board = boards.dashboard(reader, engagement)
    context = {
        "engagement": engagement,
        "board": board,
        "pictures": pictures(board, every_row=every_row),
        "waits_url": links.to(reader, "portal_waits_csv", code=engagement.code),
        "ask_url": links.to(reader, "portal_questions", code=engagement.code),
    }
    return render_to_string("reports/portal/dashboard_body.html", context)


@require_safe
@portal
def deliverables(request: AuthedHttpRequest, reader: Reader, code: str) -> HttpResponseBase:
    """List every shared deliverable by milestone, with agreed, due and likely dates."""
    engagement = boards.engagement(reader, code)
    board = boards.dashboard(reader, engagement)
    return show(request, reader, "deliverables", engagement=engagement, here="portal_deliverables", board=board)
