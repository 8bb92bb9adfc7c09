"""Small shared parts of views: typed requests, answers for plain and htmx requests, files."""

from http import HTTPStatus
from pathlib import PurePosixPath
from typing import Final, Literal
from urllib.parse import quote, urlsplit

from django.conf import settings
from django.core.files.base import File
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.http.response import HttpResponseRedirectBase
from django.shortcuts import render, resolve_url
from django.utils.encoding import iri_to_uri
from django.utils.http import content_disposition_header, url_has_allowed_host_and_scheme
from django_htmx.http import HttpResponseClientRedirect, trigger_client_event
from django_htmx.middleware import HtmxDetails

from accounts.errors import DomainError, IllegalMove, NotAllowed, StaleEdit
from accounts.models import User

Theme = Literal["auto", "light", "dark"]
THEMES: Final[tuple[Theme, ...]] = ("auto", "light", "dark")
SAFE_METHODS: Final = frozenset({"GET", "HEAD", "OPTIONS", "TRACE"})


class AuthedHttpRequest(HttpRequest):
    """A request of somebody who is signed in, as every view behind the sign-in gets it."""

    user: User
    htmx: HtmxDetails
    request_id: str
    theme: Theme


class HttpResponseSeeOther(HttpResponseRedirectBase):
    """303: the answer to a form that was accepted, followed by a GET whatever the method was."""

    status_code = HTTPStatus.SEE_OTHER


def is_htmx(request: HttpRequest) -> bool:
    """Whether htmx asks for a fragment; a boosted link or a return in the history wants the whole page."""
    htmx: HtmxDetails | None = getattr(request, "htmx", None)
    return htmx is not None and bool(htmx) and not htmx.boosted and not htmx.history_restore_request


def see_other(request: HttpRequest, to: object, *args: object, **kwargs: object) -> HttpResponse:
    """Send the reader on after an accepted form; `to` is what Django's `redirect` takes."""
    address = iri_to_uri(resolve_url(to, *args, **kwargs))  # type: ignore[arg-type]
    if getattr(request, "htmx", False):
        return HttpResponseClientRedirect(address)
    return HttpResponseSeeOther(address)


def same_site_referrer(request: HttpRequest, default: str = "/") -> str:
    """Return the path of the page that the reader came from, or `default` where that is not ours."""
    referrer = request.headers.get("referer", "")
    if not url_has_allowed_host_and_scheme(referrer, {request.get_host()}, require_https=request.is_secure()):
        return default
    parts = urlsplit(referrer)
    return f"{parts.path}?{parts.query}" if parts.query else parts.path or default


def status_of(error: DomainError) -> HTTPStatus:
    """Return what a refusal is in HTTP's words."""
    if isinstance(error, NotAllowed):
        return HTTPStatus.FORBIDDEN
    if isinstance(error, IllegalMove | StaleEdit):
        return HTTPStatus.CONFLICT
    return HTTPStatus.UNPROCESSABLE_ENTITY


def toast(response: HttpResponse, text: str, *, kind: Literal["ok", "new", "bad"] = "ok") -> HttpResponse:
    """Add a toast to an answer for htmx; a bad one stays until it is read."""
    trigger_client_event(response, "toast", {"kind": kind, "text": text})
    return response


def domain_error_response(request: HttpRequest, error: DomainError) -> HttpResponse:
    """Say why an action refused, where no form is there to say it beside: a toast for htmx, else a page.

    A view with a form adds the sentence to the form instead (`form.add_error(error.field, str(error))`).
    """
    status = status_of(error)
    if getattr(request, "htmx", False):
        response = HttpResponse(str(error), status=status, content_type="text/plain; charset=utf-8")
        response["HX-Reswap"] = "none"
        return toast(response, str(error), kind="bad")
    context = {"sentence": str(error), "back": same_site_referrer(request)}
    return render(request, "accounts/refused.html", context, status=status)


def safe_file_name(name: str, fallback: str = "file") -> str:
    """Return the last part of a name as typed by somebody, without control characters and at most 150 long."""
    last = PurePosixPath(name.replace("\\", "/")).name
    printable = "".join(char for char in last if char.isprintable()).strip(" .")
    if len(printable) > 150:
        stem, dot, suffix = printable.rpartition(".")
        printable = f"{stem[:140]}{dot}{suffix}"[:150] if dot and len(suffix) < 10 else printable[:150]
    return printable or fallback


def file_response(
    file: "File[bytes]", *, name: str, content_type: str = "application/octet-stream", inline: bool = False
) -> HttpResponseBase:
    """Hand out a stored file: by nginx where it is in front, else ourselves.

    Nothing in the file can run: its type is ours, sniffing is off and the policy is a sandbox.
    """
    response: HttpResponseBase
    if settings.X_ACCEL_LOCATION:
        response = HttpResponse()
        response["X-Accel-Redirect"] = f"{settings.X_ACCEL_LOCATION.rstrip('/')}/{quote(str(file.name))}"
    else:
        response = FileResponse(file)
    disposition = content_disposition_header(as_attachment=not inline, filename=safe_file_name(name))
    response["Content-Disposition"] = disposition or "attachment"
    response["Content-Type"] = content_type
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cache-Control"] = "private, no-store"
    return response
