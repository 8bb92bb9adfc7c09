"""Handoff packs: asked for, followed while they are made, taken; per engagement and all of them."""

from django.core.paginator import Paginator
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_firm
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, domain_error_response, file_response, is_htmx, see_other, toast
from accounts.tables import csv_response
from milestones import access
from reports.actions.packs import ask_pack
from reports.models import HandoffPack
from reports.pack import access as packs
from reports.pack.lines import PackLine, line
from reports.pages import plan
from reports.views.engagement import head_of

PAGE_SIZE = 30
CSV_HEAD = ("engagement", "client", "version", "asked", "asked by", "issued", "pages", "bytes", "sha256")


@require_safe
def tab(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Tab Handoff of an engagement: every version, and the button for a new one."""
    engagement = access.engagement(request, code)
    lines = [line(pack, request.user) for pack in packs.packs_of(request.user, engagement)[:100]]
    context = {"header": head_of(request, plan.load(engagement), "handoff"), **_list(lines)}
    return render(request, "reports/handoff/tab.html", context)


def _list(lines: list[PackLine]) -> dict[str, object]:
    return {"lines": lines, "is_open": any(one.is_open for one in lines)}


@require_POST
def ask(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Ask for a new version; what is being made already is not made twice."""
    engagement = access.engagement(request, code)
    try:
        ask_pack(by=request.user, engagement=engagement)
    except DomainError as error:
        return domain_error_response(request, error)
    if not is_htmx(request):
        return see_other(request, "handoff", code)
    lines = [line(pack, request.user) for pack in packs.packs_of(request.user, engagement)[:100]]
    context = {"header": {"code": code, "can_manage": True}, **_list(lines)}
    return toast(render(request, "reports/handoff/tab.html#packs", context), _("The next version is being made"))


@require_safe
def progress(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponse:
    """The line of one pack, which the page asks for again and again while it is being made."""
    engagement = access.engagement(request, code)
    pack = packs.pack(request.user, engagement, public_id)
    if not is_htmx(request):
        return redirect("handoff", code)
    return render(request, "reports/handoff/line.html", {"line": line(pack, request.user)})


@require_safe
def file(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponseBase:
    """Hand out an issued pack."""
    pack = packs.issued_pack(request.user, access.engagement(request, code), public_id)
    return file_response(pack.file, name=f"{code}-handoff-{pack.number}.pdf", content_type="application/pdf")


@require_safe
def every(request: AuthedHttpRequest) -> HttpResponse:
    """All packs that the reader may see, as a page or as CSV."""
    user = require_firm(request)
    rows = packs.packs_for(user)
    if request.GET.get("format") == "csv":
        return csv_response("handoffs.csv", CSV_HEAD, (_cells(pack) for pack in rows[:10_000]))
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, **_list([line(pack, user) for pack in page])}
    return render(request, "reports/handoff/every.html", context)


def _cells(pack: HandoffPack) -> tuple[object, ...]:
    issued = pack.issued_at.isoformat() if pack.issued_at else ""
    where = (pack.engagement.name, pack.engagement.client.name, pack.number)
    return (*where, pack.asked_at.isoformat(), pack.asked_by.name, issued, pack.pages, pack.size, pack.sha256)
