"""The life of an engagement: hold, resume, complete, end early, archive, remove, bring back."""

from collections.abc import Callable
from http import HTTPStatus

from django.contrib import messages
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_manager
from accounts.errors import DomainError, IllegalMove
from accounts.http import AuthedHttpRequest, domain_error_response, see_other, status_of
from engagements.models import Engagement
from milestones import access, at_once, consequences, proposals
from milestones.actions import life
from milestones.forms import WhyForm
from milestones.views.answers import FormPage, add_error

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
SAID = {
    "hold": gettext_lazy("%(name)s is on hold."),
    "resume": gettext_lazy("%(name)s goes on."),
    "complete": gettext_lazy("%(name)s is completed."),
    "end-early": gettext_lazy("%(name)s has ended."),
    "archive": gettext_lazy("%(name)s is archived."),
    "remove": gettext_lazy("%(name)s is removed. It can be brought back for 30 days."),
}


@require_http_methods(["GET", "HEAD", "POST"])
def change(request: AuthedHttpRequest, code: str, what: str) -> HttpResponse:
    """Move an engagement on in its life, after saying what that brings; `what` is a key of DATED or PLAIN."""
    require_manager(request)
    engagement = access.engagement(request, code)
    if what not in DATED | PLAIN:
        raise Http404
    data = request.POST if request.method == "POST" else None
    form = WhyForm(data=data, without_why=life.WITHOUT_WHY.get(what, ""))
    if what in PLAIN:
        form.fields.clear()
    if request.method != "POST":
        if refused := consequences.refusal(what, engagement):
            return domain_error_response(request, IllegalMove(refused))
        return _page(request, engagement, what, form)
    if not form.is_valid():
        return _page(request, engagement, what, form, HTTPStatus.UNPROCESSABLE_ENTITY)
    try:
        moved = (DATED | PLAIN)[what][0](by=request.user, engagement=engagement, **form.cleaned_data)
    except DomainError as error:
        add_error(form, error)
        return _page(request, engagement, what, form, status_of(error))
    # What goes on is forecast at once: the page that follows shows where it stands.
    messages.success(request, f"{SAID[what] % {'name': engagement.name}} {at_once.forecast(moved).text}".strip())
    return see_other(request, _next(engagement, what))


def _page(
    request: AuthedHttpRequest, engagement: Engagement, what: str, form: WhyForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    _act, title, verb = (DATED | PLAIN)[what]
    impossible = bool(consequences.refusal(what, engagement))
    context = {
        "page": FormPage(f"{title}: {engagement.name}", str(verb), engagement),
        "form": form,
        "told": [] if impossible else consequences.of(what, engagement),
        "forbidden": impossible or consequences.forbids(what, engagement),
    }
    return render(request, "milestones/life.html", context, status=status)


def _next(engagement: Engagement, what: str) -> str:
    """Where to go after it: the shifted dates after a hold, the list of what was put away, or the engagement."""
    if what == "resume" and proposals.after_hold(engagement):
        return reverse("engagement_ask", args=[engagement.code]) + "?propose=hold"
    if what == "remove":
        return reverse("put_away")
    return engagement.get_absolute_url()


@require_POST
def bring_back(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Bring back what was removed or archived."""
    require_manager(request)
    engagement = access.put_away(request, code)
    try:
        life.bring_back(by=request.user, engagement=engagement)
    except DomainError as error:
        return domain_error_response(request, error)
    messages.success(request, _("%(name)s is back.") % {"name": engagement.name})
    return see_other(request, engagement)
