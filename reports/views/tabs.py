"""The other tabs of an engagement: Outcomes, Team, Activity."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, see_other
from engagements.actions import metrics as actions
from engagements.models import BusinessMetric, Engagement
from milestones import access
from reports import forms, radar
from reports.models import StatusNote
from reports.pages import activity, handovers, outcomes, plan, team
from reports.pages.words import moment
from reports.views.engagement import head_of


def _tab(
    request: AuthedHttpRequest, engagement: Engagement, name: str, context: dict[str, Any], status: int = 200
) -> HttpResponse:
    header = head_of(request, plan.load(engagement), name)
    return render(request, f"reports/engagement/{name}.html", {"header": header, **context}, status=status)


@require_http_methods(["GET", "HEAD", "POST"])
def show_outcomes(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Metrics with their readings, and a form for the next reading of each."""
    engagement = access.engagement(request, code)
    failed: dict[str, forms.ReadingForm] = {}
    asked: outcomes.Asked | None = None
    if request.method == "POST":
        metric = outcomes.metric_of(engagement, request.POST.get("metric", ""))
        form = forms.ReadingForm(request.POST, engagement=engagement, unit=metric.unit, prefix=metric.public_id)
        asked = _record(request, metric, form)
        if not form.errors and asked is None:
            messages.success(request, _("The reading of “%(name)s” is in.") % {"name": metric.name})
            return see_other(request, f"{reverse('outcomes', args=[code])}#m-{metric.public_id}")
        failed = {metric.public_id: form}
    milestones = list(engagement.milestones.all())
    ends_on = milestones[-1].due_on if milestones else engagement.start_on
    rows = [
        (
            view,
            failed.get(view.public_id) or _reading_form(engagement, view),
            asked if view.public_id in failed else None,
        )
        for view in outcomes.metrics_of(engagement, ends_on, request.user)
    ]
    context = {"metrics": rows, "notes": _notes(engagement), "failed": set(failed)}
    return _tab(request, engagement, "outcomes", context, 422 if failed else 200)


def _record(request: AuthedHttpRequest, metric: BusinessMetric, form: forms.ReadingForm) -> outcomes.Asked | None:
    """Record what the form says; else return what the page asks back, with what is wrong on the form."""
    if not form.is_valid():
        return None
    if asked := outcomes.asked_of(metric, form.cleaned_data["value"], request.POST.get("sure", "")):
        return asked
    on = form.cleaned_data["on"]
    try:
        actions.record_reading(by=request.user, metric=metric, **form.cleaned_data)
    except DomainError as error:
        forms.refuse(form, error)
        return outcomes.there_on(request.user, metric, on)
    return None


def _reading_form(engagement: Engagement, view: outcomes.MetricView) -> forms.ReadingForm:
    initial = {"on": engagement.today(), "source": view.source}
    return forms.ReadingForm(engagement=engagement, unit=view.unit, prefix=view.public_id, initial=initial)


def _notes(engagement: Engagement) -> list[dict[str, str]]:
    rows = StatusNote.objects.filter(engagement=engagement).select_related("by")[:12]
    return [{"public_id": row.public_id, "name": row.by.name, "when": moment(row.at), "text": row.text} for row in rows]


@require_safe
def show_team(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Placements and the client's contacts."""
    engagement = access.engagement(request, code)
    context: dict[str, Any] = {
        "members": team.members_of(engagement),
        "people": team.people_of(engagement),
        "risks": engagement.risks.filter(closed_at__isnull=True).select_related("failure_mode", "owner"),
        "handovers": handovers.of_engagement(engagement) if request.user.manages else [],
    }
    if request.user.manages:
        found = radar.of_engagement(engagement)
        context |= {"radar": found, "radar_count": radar.count_words(found)}
    return _tab(request, engagement, "team", context)


@require_safe
def show_activity(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """What happened, newest first; `deliverable` narrows it to one."""
    engagement = access.engagement(request, code)
    public_id = request.GET.get("deliverable", "")
    deliverable = access.deliverable(request, public_id) if public_id else None
    events, page = activity.events_of(engagement, deliverable, request.GET.get("page"))
    context = {
        "events": events,
        "page": page,
        "heading": activity.names(deliverable),
        "narrowed": deliverable is not None,
        "threads": activity.threads_about(engagement),
        "notes": _notes(engagement),
    }
    return _tab(request, engagement, "activity", context)
