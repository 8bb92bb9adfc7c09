"""What a signer agrees to: the plan, and each change of it."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.db import as_firm
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, see_other
from milestones.actions import activation, changes as actions
from reports import access
from reports.access import Reader
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
        plan=agreement.plan_page(engagement),
        changes=changes.lines(reader, engagement),
    )


@require_http_methods(READ_AND_SEND)
@portal
def change(request: AuthedHttpRequest, reader: Reader, code: str, public_id: str) -> HttpResponseBase:
    """Show a plan change; a signer approves or refuses it."""
    engagement = access.engagement(reader, code)
    one = access.change(reader, engagement, public_id)
    form = DecideChangeForm(request.POST or None)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            access.require_signer(reader)
            one.engagement = engagement
            approve = request.POST.get("decision") == "approve"
            with as_firm(by=request.user):
                actions.decide(by=request.user, change=one, approve=approve, words=form.cleaned_data["words"])
        except DomainError as error:
            refused = error
        else:
            messages.success(request, _decided(approve=approve, number=one.number))
            return see_other(request, links.to(reader, "portal_engagement", code=code))
    return _change_page(request, reader, code, public_id, form, refused)


def _decided(*, approve: bool, number: int) -> str:
    if approve:
        return _("Plan change %(n)02d is approved; the plan has moved.") % {"n": number}
    return _("Plan change %(n)02d is refused; nothing has moved.") % {"n": number}


def _change_page(
    request: AuthedHttpRequest,
    reader: Reader,
    code: str,
    public_id: str,
    form: DecideChangeForm,
    refused: DomainError | None,
) -> HttpResponseBase:
    engagement = access.engagement(reader, code)
    shown = changes.page(reader, access.change(reader, engagement, public_id))
    here = "portal_plan"
    return show_form(request, reader, "change", form, refused=refused, engagement=engagement, here=here, change=shown)
