"""Specialists: the list with everybody's load, and the page of each."""

from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_administrator, require_manager
from accounts.actions import create_user
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, domain_error_response, see_other
from accounts.states import Kind
from accounts.tables import csv_response
from engagements.models import Engagement
from engagements.places import time_zones
from milestones.actions import absences
from reports import radar
from reports.forms_people import AbsenceForm, NewSpecialistForm, SpecialistForm
from reports.pages import people as pages
from roles import access
from roles.actions import change_specialist, create_specialist
from roles.models import Specialist


@require_http_methods(["GET", "HEAD", "POST"])
def specialists(request: AuthedHttpRequest) -> HttpResponse:
    """Everybody with their load; an administrator adds people here."""
    user = require_manager(request)
    form = NewSpecialistForm()
    status = HTTPStatus.OK
    if request.method == "POST":
        require_administrator(request)
        form = NewSpecialistForm(request.POST)
        if form.is_valid() and (made := _made(request, form)):
            messages.success(request, _("%(name)s can sign in now.") % {"name": made.user.name})
            return see_other(request, "specialist", made.user.public_id)
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    found = radar.of_firm(Engagement.objects.visible_to(user))
    context = {
        "rows": pages.specialist_rows(),
        "radar": found,
        "radar_count": radar.count_words(found),
        "form": form if user.kind == Kind.ADMINISTRATOR else None,
        "zones": time_zones(),
        "weeks": pages.WEEKS,
    }
    return render(request, "reports/people/specialists.html", context, status=status)


def _made(request: AuthedHttpRequest, form: NewSpecialistForm) -> Specialist | None:
    data = form.cleaned_data
    try:
        with transaction.atomic():
            user = create_user(
                by=request.user,
                email=data["email"],
                name=data["name"],
                kind=Kind.SPECIALIST,
                title=data["role"].name,
                time_zone=data["time_zone"],
            )
            return create_specialist(by=request.user, user=user, **_facts(data))
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


def _facts(data: dict[str, Any]) -> dict[str, Any]:
    return {name: data[name] for name in ("role", "capacity", "country", "skills")}


@require_safe
def specialists_csv(request: AuthedHttpRequest) -> HttpResponse:
    """The list for a spreadsheet."""
    require_manager(request)
    head = [_("Name"), _("E-mail"), _("Role"), _("Capacity, %"), _("This week, %"), _("Where"), _("Free")]
    rows = [(r.name, r.email, r.role, r.capacity, r.now, r.where, r.free) for r in pages.specialist_rows()]
    return csv_response("specialists.csv", head, rows)


@require_http_methods(["GET", "HEAD", "POST"])
def specialist(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """One specialist: where placed, when away, what they are."""
    one = access.specialist(request, public_id)
    if request.method != "POST":
        return _page(request, one, SpecialistForm.of(one), AbsenceForm())
    form = SpecialistForm(request.POST)
    if form.is_valid():
        try:
            change_specialist(by=request.user, specialist=one, **_facts(form.cleaned_data))
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            messages.success(request, _("Kept."))
            return see_other(request, "specialist", public_id)
    return _page(request, one, form, AbsenceForm(), HTTPStatus.UNPROCESSABLE_ENTITY)


def _page(
    request: AuthedHttpRequest,
    one: Specialist,
    form: SpecialistForm,
    away: AbsenceForm,
    status: HTTPStatus = HTTPStatus.OK,
) -> HttpResponse:
    context = {
        "one": one,
        "form": form,
        "away": away,
        "places": pages.place_rows(one),
        "absences": pages.absence_rows(one),
    }
    return render(request, "reports/people/specialist.html", context, status=status)


@require_POST
def absence_add(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Note days off."""
    one = access.specialist(request, public_id)
    form = AbsenceForm(request.POST)
    if form.is_valid():
        try:
            absences.note(by=request.user, person=one.user, **form.cleaned_data)
        except DomainError as error:
            form.add_error(error.field if error.field in form.fields else None, str(error))
        else:
            return see_other(request, "specialist", public_id)
    return _page(request, one, SpecialistForm.of(one), form, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_POST
def absence_remove(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Take days off back."""
    row = access.absence(request, public_id)
    owner = row.user.public_id
    try:
        absences.take_back(by=request.user, absence=row)
    except DomainError as error:
        return domain_error_response(request, error)
    return see_other(request, "specialist", owner)
