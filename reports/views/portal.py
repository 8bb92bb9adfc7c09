"""What a contact reads: own engagements, the dashboard of one, all its deliverables."""

from django.http import HttpResponseBase
from django.views.decorators.http import require_safe

from accounts.http import AuthedHttpRequest, see_other
from reports.access import Reader
from reports.portal import dashboard as boards, home as homes, links
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
    """Show how an engagement stands."""
    engagement = boards.engagement(reader, code)
    board = boards.dashboard(reader, engagement)
    ask_url = links.to(reader, "portal_questions", code=code)
    return show(
        request,
        reader,
        "dashboard",
        engagement=engagement,
        here="portal_engagement",
        board=board,
        pictures=pictures(board, every_row=request.GET.get("timeline") == "all"),
        ask_url=ask_url,
    )


@require_safe
@portal
def deliverables(request: AuthedHttpRequest, reader: Reader, code: str) -> HttpResponseBase:
    """List every shared deliverable by milestone, with agreed, due and likely dates."""
    engagement = boards.engagement(reader, code)
    board = boards.dashboard(reader, engagement)
    return show(request, reader, "deliverables", engagement=engagement, here="portal_deliverables", board=board)
