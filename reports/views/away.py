"""Days away of everybody of the firm."""

from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_firm
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, domain_error_response, see_other
from milestones.actions import absences
from reports import forms
from reports.forms_away import AwayForm
from reports.pages import away
from roles import access


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: AuthedHttpRequest) -> HttpResponse:
    """Days away that are not over; a form for more."""
    user = require_firm(request)
    form = AwayForm(request.POST or None, by=user)
    if form.is_valid():
        try:
            absences.note(by=user, **{"person": user, **form.cleaned_data})
        except DomainError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, _("The days off are noted; forecasts that they touch are made anew."))
            return see_other(request, "away")
    status = HTTPStatus.UNPROCESSABLE_ENTITY if form.is_bound else HTTPStatus.OK
    return render(request, "reports/people/away.html", {"rows": away.rows_for(user), "form": form}, status=status)


@require_POST
def remove(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Take days off back."""
    row = access.absence(request, public_id)
    try:
        absences.take_back(by=request.user, absence=row)
    except DomainError as error:
        return domain_error_response(request, error)
    messages.success(request, _("Taken back."))
    return see_other(request, "away")
