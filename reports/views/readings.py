"""A metric's reading put right, or taken back."""

from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.errors import DomainError, StaleEdit
from accounts.http import AuthedHttpRequest, domain_error_response, see_other, status_of
from engagements.actions import metrics as actions
from engagements.models import MetricReading
from milestones import access
from reports import forms
from reports.pages import outcomes
from reports.pages.words import day_of, measured


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponse:
    """Change a reading's value, source or confirmation, or take it back; each with why."""
    reading = outcomes.reading_of(access.engagement(request, code), public_id)
    try:
        actions.require_correctable(request.user, reading)
    except DomainError as error:
        return domain_error_response(request, error)
    if request.method != "POST":
        return _show(request, reading, {})
    return _take_back(request, reading) if "take_back" in request.POST else _change(request, reading)


def _change(request: AuthedHttpRequest, reading: MetricReading) -> HttpResponse:
    form = _form(reading, request.POST)
    if not form.is_valid():
        return _show(request, reading, {"form": form}, 422)
    asked = outcomes.asked_of(reading.metric, form.cleaned_data["value"], request.POST.get("sure", ""))
    if asked:
        return _show(request, reading, {"form": form, "asked": asked}, 422)
    try:
        actions.change_reading(by=request.user, reading=reading, **form.cleaned_data)
    except DomainError as error:
        return _refused(request, reading, form, error)
    messages.success(request, _("The reading of “%(name)s” is put right.") % {"name": reading.metric.name})
    return see_other(request, _home(reading))


def _take_back(request: AuthedHttpRequest, reading: MetricReading) -> HttpResponse:
    form = forms.TakeBackForm(request.POST, prefix="back")
    if not form.is_valid():
        return _show(request, reading, {"back_form": form}, 422)
    try:
        actions.take_back_reading(by=request.user, reading=reading, **form.cleaned_data)
    except DomainError as error:
        forms.refuse(form, error)
        return _show(request, reading, {"back_form": form}, status_of(error))
    messages.success(request, _("The reading of “%(name)s” is taken back.") % {"name": reading.metric.name})
    return see_other(request, _home(reading))


def _refused(
    request: AuthedHttpRequest, reading: MetricReading, form: forms.ReadingChangeForm, error: DomainError
) -> HttpResponse:
    """Say why; where somebody was faster, what was typed stays and the next try is against what stands now."""
    if not isinstance(error, StaleEdit):
        forms.refuse(form, error)
        return _show(request, reading, {"form": form}, status_of(error))
    again = _form(reading, {**request.POST.dict(), "was": str(error.theirs["value"])})
    forms.refuse(again, error)
    return _show(request, outcomes.reading_of(reading.engagement, reading.public_id), {"form": again}, 409)


def _form(reading: MetricReading, data: Any = None) -> forms.ReadingChangeForm:
    initial = {"was": reading.value, "value": reading.value.normalize(), "source": reading.source}
    engagement = reading.metric.engagement
    return forms.ReadingChangeForm(data, engagement=engagement, unit=reading.metric.unit, initial=initial)


def _home(reading: MetricReading) -> str:
    return f"{reverse('outcomes', args=[reading.metric.engagement.code])}#m-{reading.metric.public_id}"


def _show(request: AuthedHttpRequest, reading: MetricReading, more: dict[str, Any], status: int = 200) -> HttpResponse:
    context = {
        "reading": reading,
        "metric": reading.metric,
        "engagement": reading.metric.engagement,
        "day": day_of(reading.on),
        "value": measured(reading.value, reading.metric.unit),
        "confirmed": reading.confirmed_by.user.name if reading.confirmed_by else "",
        "back": _home(reading),
        "form": _form(reading),
        "back_form": forms.TakeBackForm(prefix="back"),
    }
    return render(request, "reports/engagement/reading.html", context | more, status=status)
