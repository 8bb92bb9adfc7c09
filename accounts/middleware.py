"""What surrounds every request: its id, its reader's language and clock, sign-in, and the wall."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from http import HTTPStatus
from typing import Any, Final

from django.conf import settings
from django.contrib.auth.middleware import LoginRequiredMiddleware
from django.contrib.auth.views import redirect_to_login
from django.db import transaction
from django.http import FileResponse, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils import timezone, translation
from django.utils.cache import patch_vary_headers
from django_htmx.http import HttpResponseClientRedirect
from django_htmx.middleware import HtmxDetails

from accounts import db, request_ids
from accounts.http import SAFE_METHODS, THEMES, is_htmx, toast
from accounts.models import AccessEntry, User
from accounts.sent_again import signed_out, signed_out_sentence

GetResponse = Callable[[HttpRequest], HttpResponseBase]
View = Callable[..., HttpResponseBase]

# Signs of life: they ask no session and no user.
PROBES: Final = ("/healthz", "/readyz")
# Sign-in's own pages: they work as the bare login role, whoever asks.
BARE_PATHS: Final = (*PROBES, "/accounts/", "/theme/")


class StreamingRefusedError(Exception):
    """A portal view answered with a stream: it would run after the portal's role is gone."""


class RequestIdMiddleware:
    """Gives each request an id that its log lines, events and trail entries carry, and its response tells."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Take a proxy's id where it is acceptable."""
        request_id = request_ids.begin(request.headers.get("x-request-id", ""))
        request.request_id = request_id  # type: ignore[attr-defined]
        try:
            response = self.get_response(request)
        finally:
            request_ids.end()
        response["X-Request-ID"] = request_id
        return response


class ReaderMiddleware:
    """Speaks the reader's language, tells dates in the reader's time zone and remembers the chosen theme."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Activate what the signed-in reader chose; others get the browser's language and the firm's clock."""
        theme = request.COOKIES.get(settings.THEME_COOKIE_NAME)
        request.theme = theme if theme in THEMES else "auto"  # type: ignore[attr-defined]
        user = None if request.path.startswith(PROBES) else request.user
        if user is None or not user.is_authenticated:
            with timezone.override(settings.FIRM_TIME_ZONE):
                return self.get_response(request)
        if user.language in dict(settings.LANGUAGES):
            translation.activate(user.language)
            request.LANGUAGE_CODE = user.language
        with timezone.override(user.time_zone):
            return self.get_response(request)


class SignInMiddleware(LoginRequiredMiddleware):
    """Every page needs a sign-in unless its view says `login_not_required` or belongs to sign-in itself."""

    def process_view(
        self, request: HttpRequest, view_func: View, view_args: tuple[Any, ...], view_kwargs: dict[str, Any]
    ) -> HttpResponseBase | None:
        """Let sign-in's own pages pass; allauth guards those of them that need it."""
        if request.path.startswith(BARE_PATHS):
            return None
        refusal = super().process_view(request, view_func, view_args, view_kwargs)
        htmx: HtmxDetails | None = getattr(request, "htmx", None)
        if refusal is None:
            return None
        if request.method not in SAFE_METHODS:
            return _keep_typed() if htmx else signed_out(request)
        if not htmx:
            return refusal
        # After signing in comes the page that asked, never the fragment that it asked for.
        whole = redirect_to_login(htmx.current_url_abs_path or request.get_full_path())
        return HttpResponseClientRedirect(whole["Location"])


def _keep_typed() -> HttpResponse:
    """Answer a form that htmx sent after the session ended: it stays where it is, so nothing typed is lost."""
    sentence = signed_out_sentence()
    response = HttpResponse(sentence, status=HTTPStatus.UNAUTHORIZED, content_type="text/plain; charset=utf-8")
    response["HX-Reswap"] = "none"
    return toast(response, sentence, kind="bad")


class WrongMethodMiddleware:
    """Gives who opens an address that takes forms alone a page that says so, in place of an empty answer."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Keep what the answer says of the methods that are taken."""
        response = self.get_response(request)
        bare = request.path.startswith(PROBES) or getattr(request, "htmx", False)
        if response.status_code != HTTPStatus.METHOD_NOT_ALLOWED or bare:
            return response
        page = render(request, "405.html", status=HTTPStatus.METHOD_NOT_ALLOWED)
        page["Allow"] = response.get("Allow", "")
        return page


def role_of(user: User, *, read_only: bool) -> AbstractContextManager[None]:
    """Return the context manager of the role that this person's requests take."""
    if user.is_contact:
        return db.as_portal([user.client_ref or 0], user, read_only=read_only)
    return db.as_firm(user, read_only=read_only)


class FragmentMiddleware:
    """Keeps fragments of pages out of caches: the browser's Back would show one without its page around it."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer, and say that the same address has another answer for htmx."""
        response = self.get_response(request)
        patch_vary_headers(response, ("HX-Request",))
        if request.headers.get("HX-Request") and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "no-store"
        return response


class WallMiddleware:
    """Opens the transaction of a request and takes the reader's database role around the view.

    Reading requests cannot write and are always rolled back; others are kept unless the view raised or answered with
    500 and more. Nobody, and sign-in's own pages, stay the bare login role, which sees no client's table.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Answer behind the wall."""
        # The user is resolved before the role is taken: neither firm nor portal may read sessions.
        if request.path.startswith(BARE_PATHS) or not request.user.is_authenticated:
            return self.get_response(request)
        user = request.user
        reads = request.method in SAFE_METHODS
        with role_of(user, read_only=reads):
            response = self.get_response(request)
            if user.is_contact and response.streaming and not isinstance(response, FileResponse):
                raise StreamingRefusedError(f"{request.path} streams its answer to a contact.")
            if response.status_code >= HTTPStatus.INTERNAL_SERVER_ERROR or getattr(request, "view_raised", False):
                transaction.set_rollback(True)
        if reads and user.is_contact:
            _record_access(request, response, user)
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> None:
        """Note that the view raised: half of its writing must not be kept, whatever the answer becomes."""
        del exception
        request.view_raised = True  # type: ignore[attr-defined]


def _seen(request: HttpRequest, response: HttpResponseBase) -> AccessEntry.What | None:
    """Return what a contact got to see; None for fragments, polls and everything that is no page or file."""
    if request.method != "GET" or response.status_code != HTTPStatus.OK or is_htmx(request):
        return None
    if response.has_header("X-Accel-Redirect") or response.get("Content-Disposition"):
        return AccessEntry.What.DOWNLOAD
    if response.get("Content-Type", "").startswith("text/html"):
        return AccessEntry.What.VIEW
    return None


def _record_access(request: HttpRequest, response: HttpResponseBase, user: User) -> None:
    what = _seen(request, response)
    if what is not None:
        AccessEntry.objects.create(
            user=user,
            what=what,
            path=request.path[:300],
            client_id=user.client_ref,
            request_id=request_ids.current(),
        )
