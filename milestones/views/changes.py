"""Plan changes: asked for and withdrawn by the firm. Signers decide in the portal."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_manager
from accounts.http import AuthedHttpRequest
from milestones import access
from milestones.actions import changes
from milestones.forms import AskForm
from milestones.views.answers import FormPage, perform, run_form


@require_http_methods(["GET", "POST"])
def ask(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Ask for new dates or targets, or to drop something."""
    require_manager(request)
    engagement = access.engagement(request, code)
    form = AskForm(engagement, data=request.POST if request.method == "POST" else None)
    note = _("Fill in what moves and leave the rest empty. Nothing changes until a signer approves.")
    page = FormPage(_("Ask for a plan change"), _("Ask"), engagement, note)

    def act() -> object:
        data = form.cleaned_data
        return changes.ask(
            by=request.user, engagement=engagement, what=data["what"], why=data["why"], moves=form.moves()
        )

    return run_form(request, page, form, act, _("Asked. The client’s signers see it in the portal."))


@require_POST
def withdraw(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Take back what was asked and not decided."""
    change = access.change(request, public_id)
    said = _("Withdrawn.")
    return perform(request, change.engagement, lambda: changes.withdraw(by=request.user, change=change), said)
