"""Whether a file is genuine: open to whoever holds one, without signing in."""

from http import HTTPStatus

from allauth.core.ratelimit import consume_or_429
from django.contrib.auth.decorators import login_not_required
from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from accounts.errors import DomainError
from reports.pack import genuine


@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def check(request: HttpRequest) -> HttpResponse:
    """Take a file or a SHA-256, and say which version it is and when that was issued; name no client.

    Anybody may ask, but not endlessly.
    """
    typed = request.POST.get("sha256", "")
    if request.method != "POST":
        return render(request, "reports/handoff/check.html", {})
    too_often: HttpResponse | None = consume_or_429(request, action="check_pack")
    if too_often:
        return too_often
    try:
        answer = genuine.check(_fingerprint(request.FILES.get("file"), typed))
    except DomainError as error:
        context = {"error": str(error), "field": error.field, "typed": typed[:200]}
        return render(request, "reports/handoff/check.html", context, status=HTTPStatus.UNPROCESSABLE_ENTITY)
    return render(request, "reports/handoff/check.html", {"answer": answer, "typed": answer.sha256})


def _fingerprint(upload: "UploadedFile[bytes] | None", typed: str) -> str:
    if upload is not None:
        return genuine.hash_of_upload(upload)
    if not typed.strip():
        raise DomainError(_("Choose the PDF, or type its SHA-256."), field="file")
    return genuine.typed_hash(typed)
