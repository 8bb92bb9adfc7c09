"""What a signer agrees to: the plan, and each change of it."""

from functools import partial
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.db import as_firm
from accounts.errors import DomainError, IllegalMove
from accounts.http import AuthedHttpRequest, domain_error_response, is_htmx, see_other
from engagements.models import Engagement
from engagements.states import EngagementState
from milestones import at_once
from milestones.actions import activation, changes as actions
from milestones.actions.base import NOT_WORKABLE
from milestones.change_forms import ChangeForm
from milestones.models import PlanChange
from reports import access
from reports.access import Reader
from reports.pages import asking
from reports.portal import agreement, changes, links
from reports.portal.forms import DecideChangeForm
from reports.views.portal_entry import READ_AND_SEND, portal, show, show_form


@require_http_methods(READ_AND_SEND)
@portal
def plan(request: AuthedHttpRequest, reader: Reader, code: str) -> HttpResponseBase:
    """Show what is agreed, or offered; a signer accepts the offered plan."""
    engagement = access.engagement(reader, code)
    refused = None
    if request.method == "POST":
        try:
            access.require_signer(reader)
            seen = request.POST.get("content_hash", "")
            with as_firm(by=request.user):
                activation.accept_plan(by=request.user, engagement=engagement, content_hash=seen)
                at_once.forecast(engagement)
        except DomainError as error:
            refused = error
        else:
            messages.success(request, _("You accepted the plan. Its dates are agreed now, and the work can start."))
            return see_other(request, links.to(reader, "portal_engagement", code=code))
    return _plan_page(request, reader, code, refused)


def _plan_page(request: AuthedHttpRequest, reader: Reader, code: str, refused: DomainError | None) -> HttpResponseBase:
    engagement = access.engagement(reader, code)
    return show(
        request,
        reader,
        "plan",
        engagement=engagement,
        here="portal_plan",
        refused=refused,
        plan=agreement.plan_page(reader, engagement),
        changes=changes.lines(reader, engagement),
        ask_url=links.to(reader, "portal_ask", code=code) if engagement.is_live else "",
    )


@require_http_methods(READ_AND_SEND)
@portal
def ask(request: AuthedHttpRequest, reader: Reader, code: str) -> HttpResponseBase:
    """Ask for a plan change as a contact; `pick` names deliverables to begin with."""
    engagement = access.engagement(reader, code)
    if not engagement.is_live:
        return domain_error_response(request, IllegalMove(str(NOT_WORKABLE[EngagementState(engagement.state)])))
    if request.method != "POST":
        return _ask_page(
            request, reader, engagement, asking.Asking(ChangeForm(engagement, request.GET, shared_only=True))
        )
    form = ChangeForm(engagement, request.POST, sent=True, shared_only=True)
    firm, hides = partial(as_firm, by=request.user), changes.hides_forecast(engagement)
    found = asking.asked(form, request.POST, by=request.user, as_firm=firm, hides=hides)
    if found.change is not None:
        messages.success(request, _("Plan change %(n)d is asked for.") % {"n": found.change.number})
        return see_other(request, links.to(reader, "portal_change", code=code, public_id=found.change.public_id))
    return _ask_page(request, reader, engagement, found)


def _ask_page(
    request: AuthedHttpRequest, reader: Reader, engagement: Engagement, found: asking.Asking
) -> HttpResponseBase:
    context = asking.context_of(
        found,
        url_of=lambda one: links.to(reader, "portal_change", code=engagement.code, public_id=one.public_id),
        cancel_url=links.to(reader, "portal_plan", code=engagement.code),
    )
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found.is_refused else HTTPStatus.OK
    if is_htmx(request) and request.htmx.target in {"ask", "effect"}:
        return render(request, f"reports/portal/ask.html#{request.htmx.target}", context, status=status)
    response = show(request, reader, "ask", engagement=engagement, here="portal_plan", **context)
    response.status_code = status
    return response


@require_http_methods(READ_AND_SEND)
@portal
def change(request: AuthedHttpRequest, reader: Reader, code: str, public_id: str) -> HttpResponseBase:
    """Show a plan change; a signer approves or refuses it, and whoever asked for it takes it back."""
    engagement = access.engagement(reader, code)
    one = access.change(reader, engagement, public_id)
    one.engagement = engagement
    if request.method == "POST" and request.POST.get("decision") == "withdraw":
        return _withdraw(request, reader, one)
    form = DecideChangeForm(request.POST or None)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            access.require_signer(reader)
            approve = request.POST.get("decision") == "approve"
            with as_firm(by=request.user):
                actions.decide(by=request.user, change=one, approve=approve, words=form.cleaned_data["words"])
                at_once.forecast(one.engagement)
        except DomainError as error:
            refused = error
        else:
            messages.success(request, _decided(approve=approve, number=one.number))
            return see_other(request, links.to(reader, "portal_engagement", code=code))
    return _change_page(request, reader, code, public_id, form, refused)


def _withdraw(request: AuthedHttpRequest, reader: Reader, one: PlanChange) -> HttpResponseBase:
    try:
        with as_firm(by=request.user):
            actions.withdraw(by=request.user, change=one)
    except DomainError as error:
        return domain_error_response(request, error)
    messages.success(request, _("Plan change %(n)d is withdrawn; nothing has moved.") % {"n": one.number})
    return see_other(request, links.to(reader, "portal_plan", code=one.engagement.code))


def _decided(*, approve: bool, number: int) -> str:
    if approve:
        return _("Plan change %(n)d is approved; the plan has moved.") % {"n": number}
    return _("Plan change %(n)d is refused; nothing has moved.") % {"n": number}


def _change_page(
    request: AuthedHttpRequest,
    reader: Reader,
    code: str,
    public_id: str,
    form: DecideChangeForm,
    refused: DomainError | None,
) -> HttpResponseBase:
    engagement = access.engagement(reader, code)
    one = access.change(reader, engagement, public_id)
    one.engagement = engagement
    shown = changes.page(reader, one)
    here = "portal_plan"
    return show_form(request, reader, "change", form, refused=refused, engagement=engagement, here=here, change=shown)
