"""Forms on a plan: add a deliverable."""

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import require_manager
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, see_other
from engagements.models import Engagement
from milestones import access
from milestones.actions import plans
from milestones.lines import PlanLine
from milestones.models import Deliverable
from milestones.views.answers import closed
from reports import forms
from reports.pages import plan
from reports.views.engagement import head_of

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


def _page(
    request: AuthedHttpRequest, engagement: Engagement, template: str, context: Mapping[str, Any], status: int = 200
) -> HttpResponse:
    header = head_of(request, plan.load(engagement))
    return render(request, f"reports/engagement/{template}.html", {"header": header, **context}, status=status)


def _status(form: Any) -> int:
    return 422 if form.is_bound and form.errors else 200


def _opened(deliverable: Deliverable) -> str:
    address = reverse("engagement", args=[deliverable.engagement.code])
    return f"{address}?open={deliverable.public_id}#d-{deliverable.public_id}"


@GET_OR_POST
def add(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Add a deliverable to the plan."""
    require_manager(request)
    engagement = access.engagement(request, code)
    if request.method != "POST" and (refused := closed(request, engagement)):
        return refused
    form = forms.LineForm(request.POST or None, engagement=engagement)
    if form.is_valid():
        try:
            made = plans.add_deliverable(by=request.user, engagement=engagement, line=_line(form))
        except DomainError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, _("“%(title)s” is in the plan.") % {"title": made.title})
            return see_other(request, _opened(made))
    return _page(request, engagement, "add", {"form": form}, _status(form))


def _line(form: forms.LineForm) -> PlanLine:
    data = form.cleaned_data
    return PlanLine(
        ref="new",
        title=data["title"],
        summary=data["summary"],
        milestone_day=data["milestone"].day,
        role_key=data["role"].key if data["role"] else "",
        owner=data["owner"],
        metric=data["metric"],
        failure_mode_key=data["failure_mode"].key if data["failure_mode"] else "",
        shared=data["shared"],
        needs_sign_off=data["needs_sign_off"],
        start_on=data["start_on"],
        due_on=data["due_on"],
        effort_days=data["effort_days"],
        done_lines=form.done(),
        evidence_kinds=tuple(data["evidence_kinds"]),
        after=tuple(str(one.pk) for one in data["after"]),
    )
