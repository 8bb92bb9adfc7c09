"""Waits: opened, closed, nudged."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.http import AuthedHttpRequest
from milestones import access
from milestones.actions import waits
from milestones.forms import CloseWaitForm, WaitForm
from milestones.views.answers import FormPage, perform, run_form


@require_http_methods(["GET", "POST"])
def open_wait(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Say that a deliverable stands still."""
    one = access.deliverable(request, public_id)
    form = WaitForm(one.engagement, data=request.POST if request.method == "POST" else None)
    page = FormPage(_("What does “%(title)s” wait for?") % {"title": one.title}, _("Open the wait"), one)
    act = lambda: waits.open_wait(by=request.user, deliverable=one, **form.cleaned_data)  # noqa: E731
    return run_form(request, page, form, act, _("The wait is open."))


@require_http_methods(["GET", "POST"])
def close(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """End a wait."""
    wait = access.wait(request, public_id)
    form = CloseWaitForm(data=request.POST if request.method == "POST" else None)
    page = FormPage(_("When did this wait end?"), _("Close the wait"), wait.deliverable, wait.what)
    act = lambda: waits.close_wait(by=request.user, wait=wait, closed_on=form.cleaned_data["closed_on"])  # noqa: E731
    return run_form(request, page, form, act, _("The wait has ended."))


@require_POST
def nudge(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Remind the client by mail."""
    wait = access.wait(request, public_id)
    said = _("A reminder is on its way.")
    return perform(request, wait.deliverable, lambda: waits.nudge(by=request.user, wait=wait), said)
