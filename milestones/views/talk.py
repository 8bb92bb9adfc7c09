"""Lines in threads. A specialist's word on a week is taken on `/me/`."""

from django.http import HttpResponse, QueryDict
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.http import AuthedHttpRequest
from milestones import access
from milestones.actions import talk
from milestones.forms import CommentForm
from milestones.models import Deliverable
from milestones.views.answers import FormPage, run_form


@require_http_methods(["GET", "POST"])
def comment(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Write a line in the thread of an engagement, or of one of its deliverables."""
    engagement = access.engagement(request, code)
    form = CommentForm(data=_typed(request) if request.method == "POST" else None, initial=request.GET.dict())
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


def _typed(request: AuthedHttpRequest) -> QueryDict:
    """What was sent; the box below a thread says in one choice (`to`) who sees the line and what it answers.

    The choice is nobody but the firm (empty), `shared` for a new line, or the line that is answered, shared as well.
    """
    typed = request.POST.copy()
    if to := typed.get("to"):
        typed["shared"] = "true"
        if to != "shared":
            typed["answers"] = to
    return typed


def _deliverable(request: AuthedHttpRequest, code: str) -> Deliverable | None:
    public_id = request.POST.get("deliverable") or request.GET.get("deliverable")
    return access.deliverable(request, public_id, code=code) if public_id else None
