"""The manager's weekly status note."""

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import require_manager
from accounts.errors import DomainError, StaleEdit
from accounts.http import AuthedHttpRequest, see_other
from milestones import access
from milestones.views.answers import closed
from reports import forms
from reports.actions import notes
from reports.models import StatusNote

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@GET_OR_POST
def write(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Write a new note; the last one stands beside it."""
    require_manager(request)
    engagement = access.engagement(request, code)
    if request.method != "POST" and (refused := closed(request, engagement)):
        return refused
    form = forms.NoteForm(request.POST or None)
    if form.is_valid():
        try:
            notes.write_note(by=request.user, engagement=engagement, text=form.cleaned_data["text"])
        except DomainError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, _("The client can read your note now."))
            return see_other(request, "engagement", code)
    last = StatusNote.objects.filter(engagement=engagement).select_related("by").first()
    context = {"form": form, "engagement": engagement, "last": last}
    return render(request, "reports/notes/form.html", context, status=422 if form.errors else 200)


@GET_OR_POST
def change(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponse:
    """Put a note right; where somebody else was faster both texts are shown."""
    require_manager(request)
    engagement = access.engagement(request, code)
    note = StatusNote.objects.filter(engagement=engagement, public_id=public_id).first()
    if note is None:
        raise Http404
    version = request.POST.get("version", "")
    form = forms.NoteForm(request.POST or None, initial={"text": note.text})
    context = {"form": form, "engagement": engagement, "note": note, "version": note.version}
    if form.is_valid():
        try:
            seen = int(version) if version.isdecimal() and len(version) < 10 else 0
            notes.change_note(by=request.user, note=note, version=seen, text=form.cleaned_data["text"])
        except StaleEdit as error:
            context |= {"theirs": error.theirs["text"], "other": error.by, "version": error.theirs["version"]}
            return render(request, "reports/notes/form.html", context, status=409)
        except DomainError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, _("Saved."))
            return see_other(request, "engagement", code)
    return render(request, "reports/notes/form.html", context, status=422 if form.errors else 200)
