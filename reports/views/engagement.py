"""An engagement's page: the plan with its deliverables, opened in place."""

from functools import cache, partial
from typing import Any

from django.http import Http404, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_safe
from django_htmx.http import trigger_client_event

from accounts.addresses import address
from accounts.http import AuthedHttpRequest, is_htmx
from engagements.models import Engagement
from milestones import access
from milestones.states import EvidenceKind
from reports import ledger
from reports.pages import plan
from reports.pages.header import header_of
from reports.pages.opened import opened
from reports.pages.rail import last_note, waiting_lines
from reports.pages.timeline import timeline_of
from reports.pages.verdict import verdict_of
from reports.pages.ways_out import ways_out_of
from reports.pages.why import milestone_why

TIMELINES = ("", "all", "table", "hide")


@require_safe
def show(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Tab Plan; for htmx the region that it asked for: the timeline, the deliverables, or all around them."""
    engagement = access.engagement(request, code)
    loaded = plan.load(engagement)
    context = _context(request, loaded)
    if is_htmx(request):
        target = request.htmx.target or ""
        if target == "plan-asks":
            return _around(request, context)
        region = {"plan-head": "head", "plan-timeline": "timeline"}.get(target, "rows")
        return render(request, f"reports/engagement/plan.html#{region}", context)
    return render(request, "reports/engagement/plan.html", {**context, "around": True})


def _around(request: AuthedHttpRequest, context: dict[str, Any]) -> HttpResponse:
    """All that a change moves but the open rows; asked for again where the options are still worked out."""
    response = render(request, "reports/engagement/plan.html#around", {**context, "around": True, "oob": True})
    if (out := context["ways_out"]()) and out.soon:
        trigger_client_event(response, "options-soon")
    return response


def _context(request: AuthedHttpRequest, loaded: plan.Loaded) -> dict[str, Any]:
    show = request.GET.get("show", "")
    open_id = request.GET.get("open", "")
    # What stands open on the page stays listed, also where the change took it out of what the chip shows.
    kept = frozenset(request.GET.getlist("keep"))
    groups, chips = plan.groups(loaded, show, request.user.pk, open_id, kept)
    view = request.GET.get("timeline", "")
    return {
        "header": head_of(request, loaded),
        "row_head": plan.RowHead(
            loaded.engagement.code, address("engagement", loaded.engagement.code), request.user.manages
        ),
        "groups": groups,
        "chips": chips,
        "show": show,
        "opened": _opened(request, loaded, open_id),
        "timeline": timeline_of(loaded, view if view in TIMELINES else "", request.GET.get("against", "")),
        "changes": plan.change_lines(loaded),
        "why": milestone_why(loaded),
        # Read where it is shown.
        "ways_out": cache(partial(ways_out_of, loaded, request.user)),
        "waits": waiting_lines(loaded),
        # Read where it is shown, and there twice; a smaller fragment does without the query.
        "waited": cache(partial(_waited, loaded.engagement)),
        "note": last_note(loaded.engagement),
        "evidence_kinds": EvidenceKind.choices,
    }


def _waited(engagement: Engagement) -> str:
    return ledger.told_to_firm(ledger.read(engagement, shared=False), engagement.client.name)


def head_of(request: AuthedHttpRequest, loaded: plan.Loaded, current: str = "engagement") -> Any:
    """The head of any tab."""
    engagement = loaded.engagement
    return header_of(
        engagement,
        request.user,
        milestones=loaded.milestones,
        plan=getattr(engagement, "plan", None),
        run=loaded.run,
        verdict=verdict_of(loaded),
        current=current,
    )


def _opened(request: AuthedHttpRequest, loaded: plan.Loaded, public_id: str) -> Any:
    found = next((one for one in loaded.deliverables if one.public_id == public_id), None)
    return opened(found, loaded, request.user) if found else None


@require_safe
def deliverable(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponse:
    """One row of the plan: for htmx opened (or folded again) in place, else the page with it open."""
    engagement = access.engagement(request, code)
    address = reverse("engagement", args=[code])
    if not is_htmx(request):
        public_id = access.deliverable(request, public_id, code=engagement.code).public_id
        return redirect(f"{address}?open={public_id}#d-{public_id}")
    loaded = plan.load(engagement)
    found = next((one for one in loaded.deliverables if one.public_id == public_id), None)
    if found is None:
        raise Http404
    folded = request.GET.get("fold") == "1"
    context = {
        "row": plan.row_of(found, loaded, request.user.pk, opened="" if folded else public_id),
        "opened": None if folded else opened(found, loaded, request.user),
        "header": {"code": code, "url": address, "can_manage": request.user.manages},
        "evidence_kinds": EvidenceKind.choices,
    }
    return render(request, "reports/engagement/row.html", context)
