"""What a contact answers and asks: waits, and questions."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.db import as_firm
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, see_other
from engagements.models import Engagement
from milestones.actions import talk, waits
from reports import access
from reports.access import Reader
from reports.portal import links, threads, waits as wait_pages
from reports.portal.forms import AnswerForm, QuestionForm
from reports.views.portal_entry import READ_AND_SEND, portal, show_form


@require_http_methods(READ_AND_SEND)
@portal
def wait(request: AuthedHttpRequest, reader: Reader, code: str, public_id: str) -> HttpResponseBase:
    """Show what is waited for, and take the answer."""
    engagement = access.engagement(reader, code)
    one = access.wait(reader, engagement, public_id)
    form = AnswerForm(request.POST or None, initial={"text": one.answer})
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            one.deliverable.engagement = engagement
            with as_firm(by=request.user):
                waits.answer(by=request.user, wait=one, text=form.cleaned_data["text"])
        except DomainError as error:
            refused = error
        else:
            messages.success(request, _("Your answer is with the team. They close this when the work goes on."))
            return see_other(request, links.to(reader, "portal_engagement", code=code))
    return _wait_page(request, reader, code, public_id, form, refused)


def _wait_page(
    request: AuthedHttpRequest,
    reader: Reader,
    code: str,
    public_id: str,
    form: AnswerForm,
    refused: DomainError | None,
) -> HttpResponseBase:
    engagement = access.engagement(reader, code)
    shown = wait_pages.page(reader, engagement, access.wait(reader, engagement, public_id))
    here = "portal_engagement"
    return show_form(request, reader, "wait", form, refused=refused, engagement=engagement, here=here, wait=shown)


@require_http_methods(READ_AND_SEND)
@portal
def questions(request: AuthedHttpRequest, reader: Reader, code: str) -> HttpResponseBase:
    """Show the shared threads, and take a question or a line in one of them."""
    engagement = access.engagement(reader, code)
    form = QuestionForm(request.POST or None)
    refused = None
    if request.method == "POST" and form.is_valid():
        try:
            return _say(request, reader, engagement, form.cleaned_data["text"])
        except DomainError as error:
            refused = error
            engagement = access.engagement(reader, code)
    return show_form(
        request,
        reader,
        "questions",
        form,
        refused=refused,
        engagement=engagement,
        here="portal_questions",
        threads=threads.threads(reader, engagement),
        answers_to=request.POST.get("answers", ""),
    )


def _say(request: AuthedHttpRequest, reader: Reader, engagement: Engagement, text: str) -> HttpResponseBase:
    """Write the line, then go back to where it was written."""
    about, answers = request.POST.get("deliverable", ""), request.POST.get("answers", "")
    deliverable = access.deliverable(reader, engagement, about) if about else None
    first = access.comment(reader, engagement, answers) if answers else None
    with as_firm(by=request.user):
        talk.say(by=request.user, engagement=engagement, text=text, deliverable=deliverable, shared=True, answers=first)
    messages.success(request, _("Your words are with the team. They answer here and by mail."))
    if deliverable is not None:
        return see_other(request, links.to(reader, "portal_deliverable", code=engagement.code, public_id=about))
    return see_other(request, links.to(reader, "portal_questions", code=engagement.code))
