"""A plain form that could not be taken: it is carried on a page of its own, from which it is sent once more.

htmx leaves a refused form where it stands (accounts/middleware.py); a plain one is gone with its page.
"""

import re
from http import HTTPStatus
from typing import Final
from urllib.parse import urlsplit

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.csrf import csrf_failure as plain_failure

from accounts.http import is_htmx, same_site_referrer

# Never written into a page: secrets, and the mark of the session that is gone.
NOT_CARRIED: Final = re.compile(r"password|passwd|secret|csrfmiddlewaretoken", re.IGNORECASE)
# Sign-in's own forms are about the person who types, not about work.
SIGN_IN: Final = "/accounts/"


def signed_out_sentence() -> str:
    """Say what happened and what to do, the same for a form in place and for a page."""
    return _("You were signed out. Sign in again in another tab, then send this once more.")


def signed_out(request: HttpRequest) -> HttpResponse:
    """Answer a plain form that came after the session had ended."""
    return _carried(request, signed_out_sentence(), HTTPStatus.UNAUTHORIZED)


def mark_refused(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Answer a form with a stale mark against forged forms (settings.CSRF_FAILURE_VIEW).

    It may be sent again only where the browser itself says that one of our own pages sent it: else a foreign page
    could have its form sent by whoever presses the button.
    """
    if is_htmx(request) or request.path.startswith(SIGN_IN) or not _is_ours(request):
        return plain_failure(request, reason)
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return _carried(request, signed_out_sentence(), HTTPStatus.FORBIDDEN)
    sentence = _("You signed in anew since this page was opened, so it was not taken. Send it once more.")
    return _carried(request, sentence, HTTPStatus.FORBIDDEN)


def _is_ours(request: HttpRequest) -> bool:
    return request.headers.get("origin") == f"{request.scheme}://{request.get_host()}"


def _stood_on(request: HttpRequest) -> str:
    """Return the page to come to after signing in: never the address itself, which may take forms alone."""
    home = reverse("home")
    page = same_site_referrer(request, home)
    return home if urlsplit(page).path == request.path else page


def _carried(request: HttpRequest, sentence: str, status: HTTPStatus) -> HttpResponse:
    user = getattr(request, "user", None)
    context = {
        "sentence": sentence,
        "signed_out": user is None or not user.is_authenticated,
        "fields": [
            (name, value) for name, values in request.POST.lists() if not NOT_CARRIED.search(name) for value in values
        ],
        "files": [file.name for _name, files in request.FILES.lists() for file in files],
        "action": request.get_full_path(),
        "stood_on": _stood_on(request),
    }
    return render(request, "accounts/sent_again.html", context, status=status)
