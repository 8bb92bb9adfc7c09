"""Clients: the list, the page of each, its contacts."""

from http import HTTPStatus

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_firm, require_manager
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, domain_error_response, see_other
from accounts.tables import csv_response
from engagements import access
from engagements.actions import clients as actions
from engagements.models import Client
from engagements.places import country_name, time_zones
from reports.forms_people import ClientDetailsForm, ContactForm
from reports.pages import people as pages


@require_http_methods(["GET", "HEAD", "POST"])
def clients(request: AuthedHttpRequest) -> HttpResponse:
    """Every client that the reader sees; a manager adds one here."""
    user = require_firm(request)
    form, status = ClientDetailsForm(), HTTPStatus.OK
    if request.method == "POST":
        require_manager(request)
        form = ClientDetailsForm(request.POST)
        if form.is_valid():
            try:
                made = actions.create_client(by=user, **form.cleaned_data)
            except DomainError as error:
                _say(form, error)
            else:
                return see_other(request, "client", made.public_id)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {
        "rows": pages.client_rows(user),
        "form": form if user.manages else None,
        "zones": time_zones(),
    }
    return render(request, "reports/people/clients.html", context, status=status)


@require_safe
def clients_csv(request: AuthedHttpRequest) -> HttpResponse:
    """The list for a spreadsheet."""
    user = require_firm(request)
    head = [_("Name"), _("Mark"), _("Place"), _("Running"), _("Engagements"), _("Contacts"), _("Signers")]
    rows = [(r.name, r.mark, r.place, r.running, r.engagements, r.contacts, r.signers) for r in pages.client_rows(user)]
    return csv_response("clients.csv", head, rows)


@require_http_methods(["GET", "HEAD", "POST"])
def client(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """One client: its people, engagements and details."""
    one = access.client(request, public_id)
    if request.method != "POST":
        return _page(request, one, ClientDetailsForm.of(one), ContactForm())
    require_manager(request)
    form = ClientDetailsForm(request.POST)
    if form.is_valid():
        try:
            actions.change_client(by=request.user, client=one, **form.cleaned_data)
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("Kept."))
            return see_other(request, "client", public_id)
    return _page(request, access.client(request, public_id), form, ContactForm(), HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(
    request: AuthedHttpRequest,
    one: Client,
    form: ClientDetailsForm,
    contact: ContactForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "client": one,
        "country": country_name(one.country),
        "form": form,
        "contact": contact,
        "contacts": pages.contact_rows(one),
        "engagements": pages.engagement_rows(one, request.user),
        "can_manage": request.user.manages,
        "zones": time_zones(),
    }
    return render(request, "reports/people/client.html", context, status=status)


@require_POST
def contact_add(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Invite a person of the client."""
    one = access.client(request, public_id)
    require_manager(request)
    form = ContactForm(request.POST)
    if form.is_valid():
        try:
            made = actions.invite_contact(by=request.user, client=one, **form.cleaned_data)
        except DomainError as error:
            _say(form, error)
        else:
            messages.success(request, _("%(name)s can sign in now.") % {"name": made.user.name})
            return see_other(request, "client", public_id)
    return _page(request, one, ClientDetailsForm.of(one), form, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
def contact_change(request: AuthedHttpRequest, public_id: str, user_id: str, what: str) -> HttpResponse:
    """Make a contact a signer or a viewer, invite again, or take the sign-in away."""
    contact = access.contact(request, public_id, user_id)
    require_manager(request)
    by = request.user
    try:
        if what in {"signer", "viewer"}:
            actions.change_signer(by=by, contact=contact, is_signer=what == "signer")
        elif what == "invite":
            actions.send_invitation(by=by, contact=contact)
            messages.success(request, _("The invitation to %(name)s is on its way.") % {"name": contact.user.name})
        else:
            actions.remove_contact(by=by, contact=contact)
    except DomainError as error:
        return domain_error_response(request, error)
    return see_other(request, "client", public_id)


def _say(form: forms.Form, error: DomainError) -> None:
    form.add_error(error.field if error.field in form.fields else None, str(error))
