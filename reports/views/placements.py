"""Who is placed: replace somebody, change a placement, hand several deliverables to one person."""

from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods

from accounts.access import require_manager
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, see_other
from engagements.actions.placements import change_placement
from engagements.models import Engagement, Placement
from milestones import access, at_once
from milestones.actions import handovers, work
from milestones.actions.handovers import Successor
from reports import forms
from reports.forms_placements import OwnersForm, PlacementForm, ReplaceForm
from reports.pages import contracted, plan
from reports.views.engagement import head_of

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@dataclass(frozen=True)
class Page:
    """A form on an engagement's page: its title, what it means, its verb, and where "Cancel" leads."""

    title: str
    note: str
    verb: str
    back: str


def show_form(
    request: AuthedHttpRequest, engagement: Engagement, form: Any, page: Page, current: str = "team", **more: Any
) -> HttpResponse:
    """Render a form on the engagement's page; 422 where something is to be put right."""
    header = head_of(request, plan.load(engagement), current)
    status = 422 if form.is_bound and form.errors else 200
    context = {"header": header, "form": form, "page": page, **more}
    return render(request, "reports/engagement/form.html", context, status=status)


def team_of(engagement: Engagement) -> str:
    """Return the address of tab Team."""
    return reverse("team", args=[engagement.code])


@GET_OR_POST
def replace(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponse:
    """Somebody takes over from a specialist: who, from when, and which open work."""
    require_manager(request)
    placement = access.placement(request, code, public_id)
    if request.method != "POST":
        return _replacing(request, placement, ReplaceForm.first(placement))
    form = ReplaceForm(request.POST, placement=placement)
    if form.is_valid():
        try:
            made = _replaced(request, placement, form.cleaned_data)
        except DomainError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, made)
            return see_other(request, f"{team_of(placement.engagement)}#handovers")
    return _replacing(request, placement, form)


def _replaced(request: AuthedHttpRequest, placement: Placement, data: dict[str, Any]) -> str:
    chosen = list(data.pop("work"))
    last_on = data.pop("last_on")
    handovers.replace_specialist(
        by=request.user, placement=placement, last_on=last_on, successor=Successor(**data), work=chosen
    )
    moved = ngettext("%(n)d deliverable moves", "%(n)d deliverables move", len(chosen)) % {"n": len(chosen)}
    told = {"name": data["specialist"].user.name, "moved": moved}
    return _("%(name)s takes over; %(moved)s. The handover checklist is on this page and on both weeks.") % told


def _replacing(request: AuthedHttpRequest, placement: Placement, form: ReplaceForm) -> HttpResponse:
    name = placement.user.name
    page = Page(
        title=_("Replace %(name)s") % {"name": name},
        note=_(
            "Ends the placement, places who takes over in the same role, moves the open work and starts a handover "
            "checklist, all at once. The forecast is made anew."
        ),
        verb=_("Replace %(name)s") % {"name": name},
        back=team_of(placement.engagement),
    )
    return show_form(request, placement.engagement, form, page, sections=_sections(form, name))


def _sections(form: ReplaceForm, name: str) -> list[tuple[str, list[Any]]]:
    """The fields in the order of thought: who leaves, who comes, what moves."""
    return [
        (_("%(name)s leaves") % {"name": name}, [form["last_on"]]),
        (
            _("Who takes over"),
            [form[one] for one in ("specialist", "starts_on", "ends_on", "percent", "title", "overload_reason")],
        ),
        (_("What moves"), [form["work"]]),
    ]


@GET_OR_POST
def change(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponse:
    """Change a placement's dates, share, title and purchase order."""
    require_manager(request)
    placement = access.placement(request, code, public_id)
    form = PlacementForm(request.POST) if request.method == "POST" else PlacementForm.of(placement)
    if form.is_valid():
        try:
            change_placement(by=request.user, placement=placement, **form.cleaned_data)
        except DomainError as error:
            forms.refuse(form, error)
        else:
            messages.success(request, _("The placement of %(name)s is saved.") % {"name": placement.user.name})
            return see_other(request, team_of(placement.engagement))
    placement = access.placement(request, code, public_id)
    page = Page(
        title=_("Placement of %(name)s") % {"name": placement.user.name},
        note=contracted.sentence(placement),
        verb=_("Save"),
        back=team_of(placement.engagement),
    )
    return show_form(request, placement.engagement, form, page)


@GET_OR_POST
def owners(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Hand the chosen deliverables to one placement; `pick` names those that are ticked at first."""
    require_manager(request)
    engagement = access.engagement(request, code)
    if request.method == "POST":
        form = OwnersForm(request.POST, engagement=engagement)
        if form.is_valid():
            try:
                data = form.cleaned_data
                moved = work.change_owners(by=request.user, deliverables=list(data["pick"]), owner=data["owner"])
            except DomainError as error:
                forms.refuse(form, error)
            else:
                told = {"n": moved, "name": data["owner"].user.name}
                said = ngettext("%(n)d deliverable is %(name)s’s now.", "%(n)d deliverables are %(name)s’s now.", moved)
                messages.success(request, f"{said % told} {at_once.forecast(engagement).text}".strip())
                return see_other(request, "engagement", code)
    else:
        form = OwnersForm(engagement=engagement, initial={"pick": request.GET.getlist("pick")})
    page = Page(
        title=_("Change the owner"),
        note=_("The due dates stay as they are; the forecast is made anew with the new owner’s load and days away."),
        verb=_("Change the owner"),
        back=engagement.get_absolute_url(),
    )
    return show_form(request, engagement, form, page, current="engagement")
