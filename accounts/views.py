"""Pages of the ground floor."""

from http import HTTPStatus

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest, JsonResponse
from django.shortcuts import redirect, render
from django.urls import NoReverseMatch, reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST, require_safe

from accounts.access import require_administrator, trail_for
from accounts.audit import CSV_HEAD, EXPORT_LIMIT, PAGE_SIZE, TrailFilter, csv_rows, lines
from accounts.http import THEMES, AuthedHttpRequest, same_site_referrer, see_other
from accounts.readiness import readiness
from accounts.states import Kind
from accounts.tables import csv_response

THEME_AGE_SECONDS = 365 * 24 * 3600
# The first page of each kind of person; they live on higher floors.
FIRST_PAGES = {Kind.CONTACT: "portal", Kind.SPECIALIST: "me"}


@require_safe
def home(request: AuthedHttpRequest) -> HttpResponse:
    """Send a person to the first page of their kind."""
    return redirect(first_page(request.user.kind))


def first_page(kind: str) -> str:
    """Return the address of the page that a kind of person works from."""
    try:
        return reverse(FIRST_PAGES.get(Kind(kind), "portfolio"))
    except NoReverseMatch:
        return reverse("account_email")


@login_not_required
@require_POST
def choose_theme(request: HttpRequest) -> HttpResponse:
    """Remember light, dark or auto in a cookie and go back to the page."""
    theme = request.POST.get("theme", "")
    if theme not in THEMES:
        return HttpResponseBadRequest("theme is light, dark or auto.", content_type="text/plain; charset=utf-8")
    response = see_other(request, same_site_referrer(request))
    response.set_cookie(
        settings.THEME_COOKIE_NAME,
        theme,
        max_age=THEME_AGE_SECONDS,
        samesite="Lax",
        secure=settings.SESSION_COOKIE_SECURE,
        httponly=True,
    )
    return response


@login_not_required
@never_cache
@require_GET
def healthz(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nothing else."""
    del request
    return HttpResponse("ok\n", content_type="text/plain; charset=utf-8")


@login_not_required
@never_cache
@require_GET
def readyz(request: HttpRequest) -> JsonResponse:
    """Say whether requests can be served, and why not."""
    del request
    found = readiness()
    return JsonResponse(found.as_json(), status=HTTPStatus.OK if found.ready else HTTPStatus.SERVICE_UNAVAILABLE)


@require_safe
def audit(request: AuthedHttpRequest) -> HttpResponse:
    """Show the trail to an administrator, as a page or as CSV."""
    user = require_administrator(request)
    form = TrailFilter(request.GET)
    entries = form.apply(trail_for(user))
    if request.GET.get("format") == "csv" and form.is_valid():
        return csv_response("trail.csv", CSV_HEAD, csv_rows(lines(entries[:EXPORT_LIMIT])))
    page = Paginator(entries, PAGE_SIZE).get_page(request.GET.get("page"))
    asked = form.is_valid() and any(form.cleaned_data.values())
    context = {"form": form, "page": page, "lines": lines(page), "asked": asked}
    return render(request, "accounts/audit.html", context)
