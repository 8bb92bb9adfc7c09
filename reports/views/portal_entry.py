"""The door of every portal page: who reads, under which role, and what each page's shell shows."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from http import HTTPStatus
from typing import Any

from django import forms
from django.http import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _

from accounts.db import as_portal
from accounts.errors import DomainError, NotAllowed
from accounts.http import SAFE_METHODS, AuthedHttpRequest, domain_error_response, status_of
from engagements.models import Engagement
from reports import access
from reports.access import Reader
from reports.portal import links
from reports.portal.words import decided_by

READ_AND_SEND = ["GET", "HEAD", "POST"]
Page = Callable[..., HttpResponseBase]


@dataclass(frozen=True)
class Tab:
    """A link to one of an engagement's pages."""

    url: str
    label: str
    icon: str
    here: bool


def portal(page: Page) -> Page:
    """Give a page its reader: the contact who asks, or (address with `contact`) the one whom a manager looks on.

    A manager's look runs under the portal's role with that contact's client, and cannot change anything.
    """

    @wraps(page)
    def entered(request: AuthedHttpRequest, *, contact: str = "", **places: object) -> HttpResponseBase:
        if not contact:
            return page(request, access.reader(request), **places)
        reader = access.reader_as(request, contact)
        if request.method not in SAFE_METHODS:
            return domain_error_response(request, _only_looking(reader))
        with as_portal([reader.client.pk], by=request.user, read_only=True):
            return page(request, reader, **places)

    return entered


def _only_looking(reader: Reader) -> NotAllowed:
    said = _("You look at the portal as %(name)s. Only %(name)s can do this.")
    return NotAllowed(said % {"name": reader.user.name})


def show(
    request: AuthedHttpRequest,
    reader: Reader,
    template: str,
    *,
    engagement: Engagement | None = None,
    here: str = "",
    refused: DomainError | None = None,
    **context: Any,
) -> HttpResponseBase:
    """Render a page at once, inside the reader's role; `refused` is why the last move was not made."""
    shell = {
        "reader": reader,
        "client": reader.client,
        "decided_by": decided_by(reader),
        "viewing_as": reader.user if reader.looked_on else None,
        "home_url": links.to(reader, "portal"),
        "engagement": engagement,
        "engagement_url": links.to(reader, "portal_engagement", code=engagement.code) if engagement else "",
        "tabs": tabs(reader, engagement, here) if engagement else [],
        "refused": str(refused) if refused else "",
    }
    status = status_of(refused) if refused else HTTPStatus.OK
    return render(request, f"reports/portal/{template}.html", {**shell, **context}, status=status)


def tabs(reader: Reader, engagement: Engagement, here: str) -> list[Tab]:
    """Return the pages of an engagement; `here` is the name of the one that is open."""
    pages = (
        ("portal_engagement", _("Overview"), "house"),
        ("portal_deliverables", _("Deliverables"), "calendar-check"),
        ("portal_plan", _("Plan"), "map"),
        ("portal_questions", _("Questions"), "message-circle"),
        ("portal_files", _("Files"), "folder"),
    )
    return [Tab(links.to(reader, name, code=engagement.code), label, icon, name == here) for name, label, icon in pages]


def show_form(
    request: AuthedHttpRequest,
    reader: Reader,
    template: str,
    form: forms.Form,
    *,
    refused: DomainError | None = None,
    **context: Any,
) -> HttpResponseBase:
    """Render a page with a form; what the action refused stands beside its field, and what was typed stays."""
    if refused is not None:
        form.add_error(refused.field if refused.field in form.fields else None, str(refused))
    to_put_right = refused is None and form.is_bound and not form.is_valid()
    response = show(request, reader, template, form=form, refused=refused, **context)
    if to_put_right:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response
