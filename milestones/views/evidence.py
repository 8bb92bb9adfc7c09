"""Evidence: attached, removed, handed out."""

from django.core.files.storage import default_storage
from django.http import Http404, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, file_response
from milestones import access
from milestones.actions import evidence as actions
from milestones.forms import EvidenceForm
from milestones.views.answers import FormPage, perform, run_form


@require_http_methods(["GET", "POST"])
def add(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Attach a file or a link."""
    one = access.deliverable(request, public_id)
    posted = request.method == "POST"
    form = EvidenceForm(data=request.POST if posted else None, files=request.FILES if posted else None)
    page = FormPage(_("Evidence for “%(title)s”") % {"title": one.title}, _("Attach"), one)

    def act() -> object:
        data = form.cleaned_data
        common = {"by": request.user, "deliverable": one, "kind": data["kind"], "title": data["title"]}
        if data["file"] is None:
            return actions.add_link(**common, url=data["url"])
        try:
            return actions.add_file(**common, upload=data["file"])
        except DomainError as error:
            error.field = "file" if error.field == "upload" else error.field
            raise

    return run_form(request, page, form, act, _("Attached."))


@require_POST
def remove(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Take evidence away; it stays on record."""
    found = access.evidence(request, public_id)
    return perform(request, found.deliverable, lambda: actions.remove(by=request.user, evidence=found), _("Removed."))


@require_safe
def download(request: AuthedHttpRequest, public_id: str) -> HttpResponseBase:
    """Hand out a file, as an attachment under the name it came with."""
    found = access.evidence(request, public_id)
    name = str(found.file.name or "")
    if not name or not default_storage.exists(name):
        raise Http404
    return file_response(default_storage.open(name), name=found.file_name, content_type=found.content_type)
