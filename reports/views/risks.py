"""Risks of an engagement: noted, changed, closed."""

from django.contrib import messages
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, domain_error_response, see_other
from engagements.actions.risks import add_risk, change_risk, close_risk
from milestones import access
from reports import forms
from reports.forms_risks import RiskForm
from reports.views.placements import Page, show_form, team_of

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@GET_OR_POST
def add(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Note a risk."""
    engagement = access.engagement(request, code)
    form = RiskForm(request.POST or None, engagement=engagement)
    if form.is_valid():
        try:
            add_risk(by=request.user, engagement=engagement, **form.cleaned_data)
        except DomainError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, _("The risk is noted."))
            return see_other(request, f"{team_of(engagement)}#risks")
    note = _("Open risks that are shared stand in the handoff pack, with who looks after them and the answer.")
    page = Page(_("Note a risk"), note, _("Note the risk"), team_of(engagement))
    return show_form(request, engagement, form, page)


@GET_OR_POST
def change(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Change what is said of a risk."""
    risk = access.risk(request, public_id)
    engagement = risk.engagement
    form = RiskForm.of(risk, request.POST or None)
    if form.is_valid():
        try:
            change_risk(by=request.user, risk=risk, **form.cleaned_data)
        except DomainError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, _("Kept."))
            return see_other(request, f"{team_of(engagement)}#risks")
    page = Page(_("Change a risk"), _("The trail keeps what it said before."), _("Keep"), team_of(engagement))
    return show_form(request, engagement, form, page)


@require_POST
def close(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Close a risk that is over, or answered."""
    risk = access.risk(request, public_id)
    try:
        close_risk(by=request.user, risk=risk)
    except DomainError as error:
        return domain_error_response(request, error)
    messages.success(request, _("The risk is closed."))
    return see_other(request, f"{team_of(risk.engagement)}#risks")
