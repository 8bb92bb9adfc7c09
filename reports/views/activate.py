"""From draft to running, on the firm's side: offer the plan to the client, or attach what it signed."""

from datetime import datetime, time
from http import HTTPStatus
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_manager
from accounts.clock import now
from accounts.errors import DomainError
from accounts.formats import long_day, moment
from accounts.http import AuthedHttpRequest, domain_error_response, see_other
from engagements.models import Contact, Engagement
from milestones import access
from milestones.actions import activation
from reports.forms_people import StatementForm
from reports.pages.placing import not_placed


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """How the plan is agreed on; a POST attaches the signed statement of work."""
    require_manager(request)
    engagement = access.engagement(request, code)
    if not engagement.is_draft:
        messages.info(request, _("%(name)s is agreed and active already.") % {"name": engagement.name})
        return see_other(request, "engagement", code)
    if request.method != "POST":
        return _page(request, engagement, StatementForm())
    form = StatementForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            _attach(request, engagement, form)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("%(name)s is active. The agreed dates are kept.") % {"name": engagement.name})
            return see_other(request, "engagement", code)
    return _page(request, engagement, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _attach(request: AuthedHttpRequest, engagement: Engagement, form: StatementForm) -> None:
    data = form.cleaned_data
    noon = datetime.combine(data["signed_on"], time(12), tzinfo=ZoneInfo(engagement.client.time_zone))
    activation.attach_statement(
        by=request.user,
        engagement=engagement,
        signer_name=data["signer_name"],
        at=min(noon, now()),
        upload=data["upload"],
    )


def _page(
    request: AuthedHttpRequest, engagement: Engagement, form: StatementForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    rows = Contact.objects.filter(client=engagement.client, is_signer=True, left_at=None).select_related("user")
    milestones = list(engagement.milestones.all())
    context = {
        "engagement": engagement,
        "client": engagement.client,
        "form": form,
        "signers": [(row.user.name, row.user.title or row.user.email) for row in rows],
        "offered": moment(engagement.offered_at),
        "milestones": [(row.day, row.name, long_day(row.due_on)) for row in milestones],
        "count": engagement.deliverables.count(),
        "not_placed": not_placed(engagement),
        "signed": engagement.deliverables.filter(needs_sign_off=True).count(),
    }
    return render(request, "reports/activate/page.html", context, status=status)


@require_POST
def offer(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Show the plan to the client, and mail its signers."""
    require_manager(request)
    engagement = access.engagement(request, code)
    try:
        activation.offer_plan(by=request.user, engagement=engagement)
    except DomainError as error:
        return domain_error_response(request, error)
    messages.success(request, _("The plan is offered to %(client)s.") % {"client": engagement.client.name})
    return see_other(request, "engagement_activate", code)


@require_POST
def withdraw(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Hide the draft from the client again."""
    require_manager(request)
    engagement = access.engagement(request, code)
    try:
        activation.withdraw_offer(by=request.user, engagement=engagement)
    except DomainError as error:
        return domain_error_response(request, error)
    messages.success(request, _("The client does not see the plan any more."))
    return see_other(request, "engagement_activate", code)
