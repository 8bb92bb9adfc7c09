"""The details of an engagement: its name, goal, links and definition of done, edited with care for who was faster."""

from http import HTTPStatus
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import require_manager
from accounts.errors import DomainError, StaleEdit
from accounts.forms import Form
from accounts.http import AuthedHttpRequest, see_other, status_of
from engagements.actions.engagements import change_engagement
from engagements.models import Engagement
from milestones import access
from milestones.forms import area
from milestones.views.answers import FormPage, add_error, closed, show

MINE = "mine_"
FIELDS = ("name", "goal", "backlog_url", "release_url", "done_url", "definition_of_done")


class DetailsForm(Form):
    """What the contract says in words, with the version that the page showed."""

    version = forms.IntegerField(widget=forms.HiddenInput())
    name = forms.CharField(label=gettext_lazy("Name"), max_length=160)
    goal = forms.CharField(label=gettext_lazy("Goal"), max_length=4000, required=False, widget=area())
    backlog_url = forms.CharField(label=gettext_lazy("The client’s backlog"), max_length=500, required=False)
    release_url = forms.CharField(label=gettext_lazy("The client’s release control"), max_length=500, required=False)
    done_url = forms.CharField(label=gettext_lazy("Definition of done, link"), max_length=500, required=False)
    definition_of_done = forms.CharField(
        label=gettext_lazy("Definition of done"), max_length=4000, required=False, widget=area()
    )


@require_http_methods(["GET", "HEAD", "POST"])
def edit(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Change the details; where somebody was faster, both versions are shown."""
    require_manager(request)
    engagement = access.engagement(request, code)
    page = FormPage(_("Details of %(name)s") % {"name": engagement.name}, _("Save"), engagement)
    if request.method != "POST":
        initial = {name: getattr(engagement, name) for name in (*FIELDS, "version")}
        return closed(request, engagement) or show(request, page, DetailsForm(initial=initial))
    if request.POST.get("take") == "theirs":
        return see_other(request, engagement)
    form = DetailsForm(_chosen(request.POST, engagement))
    if not form.is_valid():
        return show(request, page, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        change_engagement(by=request.user, engagement=engagement, **form.cleaned_data)
    except StaleEdit as stale:
        return _stale(request, form, stale, access.engagement(request, code))
    except DomainError as error:
        add_error(form, error)
        return show(request, page, form, status_of(error))
    messages.success(request, _("Saved."))
    return see_other(request, engagement)


def _chosen(posted: QueryDict, stored: Engagement) -> QueryDict:
    """Return the form's data: as posted, or put together from the choices of the stale answer."""
    if "resolve" not in posted:
        return posted
    data = QueryDict(mutable=True)
    for name in FIELDS:
        mine = posted.get(name) != "theirs" and f"{MINE}{name}" in posted
        data[name] = str(posted[f"{MINE}{name}"] if mine else getattr(stored, name))
    data["version"] = posted.get("version", "")
    return data


def _stale(request: AuthedHttpRequest, form: DetailsForm, stale: StaleEdit, stored: Engagement) -> HttpResponse:
    """Show both versions, field by field; what was typed travels along hidden."""
    typed: dict[str, Any] = form.cleaned_data
    rows = [
        {"name": name, "label": form.fields[name].label, "mine": typed[name], "theirs": getattr(stored, name)}
        for name in FIELDS
        if typed[name].strip() != getattr(stored, name)
    ]
    hidden = [{"name": f"{MINE}{name}", "value": typed[name]} for name in FIELDS]
    hidden += [{"name": "version", "value": stored.version}, {"name": "resolve", "value": "1"}]
    context = {
        "page": FormPage(_("Details of %(name)s") % {"name": stored.name}, _("Save"), stored),
        "text": str(stale),
        "title": _("Somebody saved this while you were writing"),
        "other": stale.by or _("Somebody"),
        "saved": _("meanwhile"),
        "rows": rows,
        "hidden": hidden,
        "action": request.path,
    }
    return render(request, "milestones/stale.html", context, status=HTTPStatus.CONFLICT)
