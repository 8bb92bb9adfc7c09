"""Extending an engagement: a further milestone, asked of a signer as a plan change."""

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import require_manager
from accounts.db import as_firm
from accounts.errors import IllegalMove
from accounts.http import AuthedHttpRequest, domain_error_response, is_htmx, see_other
from engagements.models import Engagement
from engagements.states import EngagementState
from milestones import access
from milestones.actions.base import NOT_WORKABLE
from milestones.extend_forms import ExtendForm
from reports.pages import asking, plan
from reports.views.engagement import head_of


@require_http_methods(["GET", "HEAD", "POST"])
def extend(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Propose a further milestone with its deliverables; a signer approves it, here or on paper."""
    require_manager(request)
    engagement = access.engagement(request, code)
    if not engagement.is_live:
        return domain_error_response(request, IllegalMove(str(NOT_WORKABLE[EngagementState(engagement.state)])))
    sent = request.method == "POST"
    form = ExtendForm(engagement, request.POST, sent=sent)
    found = asking.Asking(form)
    if sent:
        found = asking.asked(form, request.POST, by=request.user, as_firm=partial(as_firm, by=request.user))
    if found.change is not None:
        messages.success(request, _("Plan change %(n)d is with the signers.") % {"n": found.change.number})
        return see_other(request, "change", found.change.public_id)
    return _page(request, engagement, found)


def _page(request: AuthedHttpRequest, engagement: Engagement, found: asking.Asking) -> HttpResponse:
    context = asking.context_of(
        found, url_of=lambda one: reverse("change", args=[one.public_id]), cancel_url=engagement.get_absolute_url()
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found.is_refused else HTTPStatus.OK
    part = {"effect": "#effect", "ask": "#ask"}.get(request.htmx.target or "", "") if is_htmx(request) else ""
    header = None if part else head_of(request, plan.load(engagement))
    return render(request, f"reports/engagement/extend.html{part}", {**context, "header": header}, status=status)
