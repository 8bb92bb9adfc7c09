"""How these addresses answer.

With htmx: 204 and the event `plan-changed`, which the page's regions listen to; a form's refusal as the event
`refused`, for app.js to put each sentence beside its field, any other as a toast; nothing is swapped, so that what was
typed stays. Where somebody was faster (409), `plan-changed` has the page drawn as it is now. Without: back to the page,
or the form as a page with the sentences beside its fields. Either way the new dates are in the answer; where a job
still works them out, `forecast-asked` says so.
"""

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from urllib.parse import urlsplit

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django_htmx.http import trigger_client_event

from accounts.errors import DomainError
from accounts.http import (
    AuthedHttpRequest,
    HttpResponseSeeOther,
    domain_error_response,
    same_site_referrer,
    status_of,
    toast,
)
from engagements.guards import require_open
from engagements.models import Engagement
from milestones import at_once
from milestones.models import Deliverable


def home_of(about: Engagement | Deliverable) -> str:
    """Return where the plan shows this: the engagement's page, its deliverable open."""
    if isinstance(about, Engagement):
        return reverse("engagement", args=[about.code])
    page = reverse("engagement", args=[about.engagement.code])
    return f"{page}?open={about.public_id}#d-{about.public_id}"


def done(request: AuthedHttpRequest, about: Engagement | Deliverable, said: str = "") -> HttpResponse:
    """Answer after an action that worked; `said`, and how the dates moved, is told in a toast."""
    told = at_once.forecast(about if isinstance(about, Engagement) else about.engagement)
    said = f"{said} {told.text}".strip()
    if request.htmx:
        response = _plan_changed(HttpResponse(status=HTTPStatus.NO_CONTENT), about)
        if told.pending:
            trigger_client_event(response, "forecast-asked", {})
        return toast(response, said) if said else response
    if said:
        messages.success(request, said)
    return HttpResponseSeeOther(_back(request, home_of(about)))


def _plan_changed(response: HttpResponse, about: Engagement | Deliverable) -> HttpResponse:
    changed = {"deliverable": about.public_id} if isinstance(about, Deliverable) else {}
    return trigger_client_event(response, "plan-changed", changed)


def _back(request: AuthedHttpRequest, home: str) -> str:
    """Return `next` where it is ours, else the page that the form stood on, unless the form was the page."""
    wanted = request.POST.get("next", "")
    if wanted and url_has_allowed_host_and_scheme(wanted, {request.get_host()}, require_https=request.is_secure()):
        return wanted
    came_from = same_site_referrer(request, home)
    return home if urlsplit(came_from).path == request.path else came_from


def closed(request: AuthedHttpRequest, engagement: Engagement) -> HttpResponse | None:
    """Say, in place of a form, why nothing changes in what has ended or was put away; nothing where it may."""
    try:
        require_open(engagement)
    except DomainError as error:
        return domain_error_response(request, error)
    return None


def perform(
    request: AuthedHttpRequest, about: Engagement | Deliverable, act: Callable[[], object], said: str = ""
) -> HttpResponse:
    """Run one action and answer; what it refuses is said, and a page that was out of date is drawn anew."""
    try:
        act()
    except DomainError as error:
        response = domain_error_response(request, error)
        return _plan_changed(response, about) if response.status_code == HTTPStatus.CONFLICT else response
    return done(request, about, said)


@dataclass(frozen=True)
class FormPage:
    """A form as a page: its title, its button's verb, and what it is about."""

    title: str
    verb: str
    about: Engagement | Deliverable
    note: str = ""

    @property
    def engagement(self) -> Engagement:
        """The engagement that the page belongs to."""
        return self.about if isinstance(self.about, Engagement) else self.about.engagement

    @property
    def back(self) -> str:
        """Where "Cancel" leads."""
        return home_of(self.about)


def show(
    request: AuthedHttpRequest, page: FormPage, form: forms.Form, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    """Render the form as a page."""
    return render(request, "milestones/form.html", {"page": page, "form": form}, status=status)


def refuse(
    request: AuthedHttpRequest, page: FormPage, form: forms.Form, status: HTTPStatus = HTTPStatus.UNPROCESSABLE_ENTITY
) -> HttpResponse:
    """Say what has to be put right beside the fields: of the form in place for htmx, else of the form as a page."""
    if not request.htmx:
        return show(request, page, form, status)
    beside = {name: " ".join(map(str, errors)) for name, errors in form.errors.items() if name in form.fields}
    rest = " ".join(map(str, form.non_field_errors()))
    text = " ".join(dict.fromkeys([*beside.values(), rest])).strip()
    response = HttpResponse(text, status=status, content_type="text/plain; charset=utf-8")
    response["HX-Reswap"] = "none"
    if status == HTTPStatus.FORBIDDEN:
        return toast(response, text, kind="bad")
    trigger_client_event(response, "refused", {"fields": beside, "text": rest})
    return _plan_changed(response, page.about) if status == HTTPStatus.CONFLICT else response


def run_form(
    request: AuthedHttpRequest, page: FormPage, form: forms.Form, act: Callable[[], object], said: str = ""
) -> HttpResponse:
    """Show a form, or run its action and answer; what the action refuses stands beside its field."""
    if request.method != "POST":
        return show(request, page, form)
    if not form.is_valid():
        return refuse(request, page, form)
    try:
        act()
    except DomainError as error:
        add_error(form, error)
        return refuse(request, page, form, status_of(error))
    return done(request, page.about, said)


def add_error(form: forms.Form, error: DomainError) -> None:
    """Put an action's refusal beside its field, or on top where the form has no such field."""
    form.add_error(error.field if error.field in form.fields else None, str(error))
