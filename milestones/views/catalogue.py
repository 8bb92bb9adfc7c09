"""The catalogue as a page: roles, failure modes, pillars, service lines and playbooks."""

from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from accounts.access import require_firm
from accounts.http import AuthedHttpRequest
from accounts.states import Kind
from milestones.catalogue import current_versions
from milestones.catalogue_page import Book, book, books
from roles.models import FailureMode, Pillar, Role, ServiceLine


@require_safe
def catalogue(request: AuthedHttpRequest) -> HttpResponse:
    """What the firm offers and how it works."""
    user = require_firm(request)
    context = {
        "roles": list(Role.objects.all()),
        "failure_modes": list(FailureMode.objects.all()),
        "pillars": list(Pillar.objects.all()),
        "service_lines": list(ServiceLine.objects.all()),
        "books": books(current_versions()),
        "may_edit": user.kind == Kind.ADMINISTRATOR,
    }
    return render(request, "milestones/catalogue.html", context)


@require_safe
def playbook(request: AuthedHttpRequest, key: str, number: int | None = None) -> HttpResponse:
    """One playbook, in its newest version or an earlier one."""
    user = require_firm(request)
    found: Book | None = book(key, number)
    if found is None:
        raise Http404
    context = {"book": found, "may_edit": user.kind == Kind.ADMINISTRATOR}
    return render(request, "milestones/playbook.html", context)
