"""Lines in threads, and a specialist's word on a week."""

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedHttpRequest
from milestones import access
from milestones.actions import talk, waits
from milestones.forms import CheckInForm, CommentForm
from milestones.models import Deliverable
from milestones.states import Answer
from milestones.views.answers import FormPage, run_form


@require_http_methods(["GET", "POST"])
def comment(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Write a line in the thread of an engagement, or of one of its deliverables."""
    engagement = access.engagement(request, code)
    form = CommentForm(data=request.POST if request.method == "POST" else None, initial=request.GET.dict())
    about = _deliverable(request, code)
    page = FormPage(_("Write in the thread"), _("Send"), about or engagement)

    def act() -> object:
        data = form.cleaned_data
        answers = access.comment(request, data["answers"]) if data["answers"] else None
        return talk.say(
            by=request.user,
            engagement=engagement,
            text=data["text"],
            deliverable=about,
            shared=data["shared"],
            answers=answers,
        )

    return run_form(request, page, form, act)


def _deliverable(request: AuthedHttpRequest, code: str) -> Deliverable | None:
    public_id = request.POST.get("deliverable") or request.GET.get("deliverable")
    return access.deliverable(request, public_id, code=code) if public_id else None


@require_http_methods(["GET", "POST"])
def check_in(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Say how an own deliverable stands; "blocked" with somebody named opens a wait as well."""
    one = access.deliverable(request, public_id)
    form = CheckInForm(data=request.POST if request.method == "POST" else None)
    page = FormPage(_("“%(title)s” this week") % {"title": one.title}, _("Save"), one)

    def act() -> None:
        data = form.cleaned_data
        said = {name: data[name] for name in ("answer", "slips_to", "why")}
        with transaction.atomic():
            talk.check_in(by=request.user, deliverable=one, **said)
            if data["answer"] == Answer.BLOCKED and data["on"]:
                waits.open_wait(by=request.user, deliverable=one, on=data["on"], what=data["why"])

    return run_form(request, page, form, act, _("Saved."))
