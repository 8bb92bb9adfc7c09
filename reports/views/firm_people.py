"""People of the firm, for administrators: who there is, somebody new, who leaves and who comes back."""

from collections.abc import Callable, Mapping
from http import HTTPStatus
from typing import Final

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import person_of_firm, require_administrator
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, domain_error_response, see_other
from accounts.models import User
from engagements.actions import people as actions
from engagements.places import time_zones
from reports.forms_firm import NewPersonForm
from reports.pages.firm_people import person_rows

# What is done to one of them, by the last part of the address: the action, and what is said after it.
DONE: Final[Mapping[str, tuple[Callable[..., object], object]]] = {
    "mail": (actions.send_welcome, gettext_lazy("The mail to %(name)s is on its way.")),
    "leave": (actions.let_go, gettext_lazy("%(name)s can no longer sign in.")),
    "back": (actions.take_back, gettext_lazy("%(name)s can sign in again, by a code.")),
}


@require_http_methods(["GET", "HEAD", "POST"])
def show(request: AuthedHttpRequest) -> HttpResponse:
    """Everybody of the firm; a manager or administrator is added here."""
    user = require_administrator(request)
    form, status = NewPersonForm(initial={"time_zone": user.time_zone}), HTTPStatus.OK
    if request.method == "POST":
        form = NewPersonForm(request.POST)
        if form.is_valid() and (made := _made(user, form)):
            messages.success(request, _("%(name)s can sign in now, and a mail says how.") % {"name": made.name})
            return see_other(request, "people")
        status = HTTPStatus.UNPROCESSABLE_ENTITY
    context = {"rows": person_rows(), "form": form, "zones": time_zones()}
    return render(request, "reports/people/firm.html", context, status=status)


def _made(by: User, form: NewPersonForm) -> User | None:
    try:
        return actions.add_person(by=by, **form.cleaned_data)
    except DomainError as error:
        form.add_error(error.field if error.field in form.fields else None, str(error))
        return None


@require_POST
def change(request: AuthedHttpRequest, public_id: str, what: str) -> HttpResponse:
    """Mail somebody how to sign in, let them go, or take them back."""
    person = person_of_firm(request, public_id)
    act, said = DONE[what]
    try:
        act(by=request.user, person=person)
    except DomainError as error:
        return domain_error_response(request, error)
    messages.success(request, str(said) % {"name": person.name})
    return see_other(request, "people")


@require_POST
def hand_over(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Give all that somebody answers for to another manager."""
    person = person_of_firm(request, public_id)
    to = person_of_firm(request, request.POST.get("to", ""))
    try:
        given = actions.hand_over(by=request.user, person=person, to=to)
    except DomainError as error:
        return domain_error_response(request, error)
    said = ngettext(
        "%(to)s answers for %(n)d engagement more.", "%(to)s answers for %(n)d engagements more.", len(given)
    )
    messages.success(request, said % {"to": to.name, "n": len(given)})
    return see_other(request, "people")
