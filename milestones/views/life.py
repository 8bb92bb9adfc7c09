"""The life of an engagement: hold, resume, complete, end early, archive, remove, bring back."""

from collections.abc import Callable

from django.http import Http404, HttpResponse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods

from accounts.access import require_manager
from accounts.http import AuthedHttpRequest
from engagements.models import Engagement
from milestones import access
from milestones.actions import life
from milestones.forms import WhyForm
from milestones.views.answers import FormPage, run_form

Act = Callable[..., Engagement]
# What is done, the form's title and its button; those with a day and a reason first.
DATED: dict[str, tuple[Act, object, object]] = {
    "hold": (life.hold, gettext_lazy("Put on hold"), gettext_lazy("Put on hold")),
    "resume": (life.resume, gettext_lazy("Resume"), gettext_lazy("Resume")),
    "complete": (life.complete, gettext_lazy("Complete"), gettext_lazy("Complete")),
    "end-early": (life.end_early, gettext_lazy("End early"), gettext_lazy("End early")),
}
PLAIN: dict[str, tuple[Act, object, object]] = {
    "archive": (life.archive, gettext_lazy("Archive"), gettext_lazy("Archive")),
    "remove": (life.remove, gettext_lazy("Remove this draft"), gettext_lazy("Remove")),
}


@require_http_methods(["GET", "POST"])
def change(request: AuthedHttpRequest, code: str, what: str) -> HttpResponse:
    """Move an engagement on in its life; `what` is a key of DATED or PLAIN."""
    require_manager(request)
    engagement = access.engagement(request, code)
    if what not in DATED | PLAIN:
        raise Http404
    act, title, verb = (DATED | PLAIN)[what]
    form = WhyForm(data=request.POST if request.method == "POST" else None)
    if what in PLAIN:
        form.fields.clear()
    page = FormPage(f"{title}: {engagement.name}", str(verb), engagement)

    def run() -> object:
        return act(by=request.user, engagement=engagement, **form.cleaned_data)

    return run_form(request, page, form, run, _("Done."))
