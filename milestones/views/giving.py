"""Giving one deliverable to somebody else of the team, with a reason, after a look at what it does."""

from django.http import HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.access import require_manager
from accounts.formats import day
from accounts.http import AuthedHttpRequest
from engagements.models import Placement
from milestones import access, options
from milestones.actions import work
from milestones.forms import GiveForm
from milestones.models import Deliverable
from milestones.views.answers import FormPage, run_form


@require_http_methods(["GET", "HEAD", "POST"])
def give(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Change the owner of a deliverable; `to` names the placement that the form begins with."""
    require_manager(request)
    one = access.deliverable(request, public_id)
    chosen = one.engagement.placements.select_related("user").filter(public_id=request.GET.get("to", "")).first()
    form = GiveForm(one, data=request.POST if request.method == "POST" else None, initial={"owner": chosen})
    note = _note(one, chosen)
    page = FormPage(_("Give “%(title)s” to somebody else") % {"title": one.title}, _("Change the owner"), one, note)

    def act() -> object:
        data = form.cleaned_data
        return work.change_owner(
            by=request.user, deliverable=one, owner=data["owner"], why=data["why"], version=data["version"]
        )

    return run_form(request, page, form, act, _("The owner is changed."))


def _note(one: Deliverable, to: Placement | None) -> str:
    """Say who has it now, and what it does to the next milestone where `to` takes it."""
    known = {"name": one.owner.user.name if one.owner else ""}
    has = _("%(name)s has it now; its due date stays.") if one.owner else _("Nobody has it yet; its due date stays.")
    effect = options.effect_of_giving(one, to) if to and to.pk != one.owner_id else None
    if effect is None or to is None:
        return has % known
    after, before = effect.after, effect.before
    told = _(
        "With %(name)s the next milestone is likely on %(likely)s, now %(was)s; 8 in 10 by %(by)s, now %(by_was)s."
    ) % {
        "name": to.user.name,
        "likely": day(after.likely),
        "was": day(before.likely),
        "by": day(after.eight_in_ten),
        "by_was": day(before.eight_in_ten),
    }
    return f"{has % known} {told}"
