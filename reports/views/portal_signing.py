"""Reading a deliverable and deciding it: one by one, or all that waits at a milestone."""

from collections.abc import Iterable
from http import HTTPStatus

from django.contrib import messages
from django.http import HttpResponseBase
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods

from accounts.db import as_firm
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, see_other
from engagements.models import Engagement
from milestones.actions import signing
from milestones.models import Deliverable
from reports import access
from reports.access import Reader
from reports.portal import links, review as reviews
from reports.portal.forms import QuestionForm, SendBackForm
from reports.views.portal_entry import READ_AND_SEND, portal, show


@require_http_methods(READ_AND_SEND)
@portal
def deliverable(request: AuthedHttpRequest, reader: Reader, code: str, public_id: str) -> HttpResponseBase:
    """Show a deliverable with its proof; a signer accepts it or sends it back."""
    engagement = access.engagement(reader, code)
    one = access.deliverable(reader, engagement, public_id)
    if request.method != "POST":
        opened = "send-back" in request.GET
        return _page(request, reader, engagement, one, opened=opened)
    if request.POST.get("decision") == "send_back":
        return _send_back(request, reader, engagement, one)
    return _accept(request, reader, engagement, one)


def _page(
    request: AuthedHttpRequest,
    reader: Reader,
    engagement: Engagement,
    one: Deliverable,
    *,
    form: SendBackForm | None = None,
    opened: bool = False,
    refused: DomainError | None = None,
) -> HttpResponseBase:
    return show(
        request,
        reader,
        "deliverable",
        engagement=engagement,
        here="portal_deliverables",
        refused=refused,
        review=reviews.review(reader, engagement, one),
        form=form or SendBackForm(),
        opened=opened or form is not None,
        ask_form=QuestionForm(auto_id="ask_%s"),
        ask_url=links.to(reader, "portal_questions", code=engagement.code),
    )


def _accept(request: AuthedHttpRequest, reader: Reader, engagement: Engagement, one: Deliverable) -> HttpResponseBase:
    try:
        access.require_signer(reader)
        hashes = {one: request.POST.get("content_hash", "")}
        hashes |= _ticked(reader, engagement, request.POST.getlist("also"))
        with as_firm(by=request.user):
            signing.accept_many(by=request.user, hashes=hashes)
    except DomainError as refused:
        return _again(request, reader, one, refused)
    messages.success(request, _thanks(hashes))
    return see_other(request, links.to(reader, "portal_engagement", code=engagement.code))


def _send_back(
    request: AuthedHttpRequest, reader: Reader, engagement: Engagement, one: Deliverable
) -> HttpResponseBase:
    form = SendBackForm(request.POST)
    try:
        access.require_signer(reader)
        if not form.is_valid():
            return _again(request, reader, one, None, form)
        seen = request.POST.get("content_hash", "")
        with as_firm(by=request.user):
            signing.send_back(by=request.user, deliverable=one, content_hash=seen, reason=form.words())
    except DomainError as refused:
        return _again(request, reader, one, refused)
    messages.success(request, _("Sent back: “%(title)s”. The team has your words.") % {"title": one.title})
    return see_other(request, links.to(reader, "portal_engagement", code=engagement.code))


def _again(
    request: AuthedHttpRequest,
    reader: Reader,
    one: Deliverable,
    refused: DomainError | None,
    form: SendBackForm | None = None,
) -> HttpResponseBase:
    """Show the page as it is now: the action may have read the rows as the firm, or found them changed."""
    engagement = access.engagement(reader, one.engagement.code)
    fresh = access.deliverable(reader, engagement, one.public_id)
    response = _page(request, reader, engagement, fresh, form=form, refused=refused)
    if refused is None:
        response.status_code = HTTPStatus.UNPROCESSABLE_ENTITY
    return response


def _ticked(reader: Reader, engagement: Engagement, values: Iterable[str]) -> dict[Deliverable, str]:
    """Return the ticked deliverables with the hashes that were shown; each value is "public id:hash"."""
    seen = dict(value.partition(":")[::2] for value in values)
    found = Deliverable.objects.visible_to(reader.user).filter(engagement=engagement, public_id__in=seen)
    if len(seen) != (rows := len(found)):
        raise DomainError(
            ngettext(
                "Only %(n)d of what you ticked is still there. Nothing was signed; look again, then decide.",
                "Only %(n)d of what you ticked are still there. Nothing was signed; look again, then decide.",
                rows,
            )
            % {"n": rows}
        )
    for one in found:
        one.engagement = engagement
    return {one: seen[one.public_id] for one in found}


def _thanks(signed: dict[Deliverable, str]) -> str:
    if len(signed) == 1:
        return _("Accepted: “%(title)s”. Thank you.") % {"title": next(iter(signed)).title}
    return _("Accepted: %(n)d deliverables, each with its own fingerprint. Thank you.") % {"n": len(signed)}


@require_http_methods(READ_AND_SEND)
@portal
def milestone_sign(request: AuthedHttpRequest, reader: Reader, code: str, day: int) -> HttpResponseBase:
    """Show all that waits at a milestone; a signer accepts what is ticked."""
    engagement = access.engagement(reader, code)
    stage = access.milestone(reader, engagement, day)
    if request.method == "POST":
        try:
            access.require_signer(reader)
            hashes = _ticked(reader, engagement, request.POST.getlist("also"))
            with as_firm(by=request.user):
                signing.accept_many(by=request.user, hashes=hashes)
        except DomainError as refused:
            return _milestone(request, reader, access.engagement(reader, code), day, stage.name, refused)
        messages.success(request, _thanks(hashes))
        return see_other(request, links.to(reader, "portal_engagement", code=code))
    return _milestone(request, reader, engagement, day, stage.name, None)


def _milestone(
    request: AuthedHttpRequest,
    reader: Reader,
    engagement: Engagement,
    day: int,
    name: str,
    refused: DomainError | None,
) -> HttpResponseBase:
    waiting = reviews.to_sign(reader, engagement, reviews.awaiting(reader, engagement, day))
    return show(
        request,
        reader,
        "milestone_sign",
        engagement=engagement,
        here="portal_deliverables",
        refused=refused,
        waiting=waiting,
        day=day,
        name=name,
        all_ticked="all" in request.GET,
    )
