"""Plan changes on the firm's side: asked for, listed as a register, looked at, signed on paper."""

from datetime import datetime, time
from functools import partial
from http import HTTPStatus
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from accounts.access import require_manager
from accounts.clock import now
from accounts.db import as_firm
from accounts.errors import DomainError, IllegalMove
from accounts.formats import day
from accounts.http import AuthedHttpRequest, domain_error_response, is_htmx, see_other
from accounts.tables import csv_response
from engagements.models import Engagement
from engagements.states import EngagementState
from milestones import access, at_once, proposals
from milestones.actions import changes
from milestones.actions.base import NOT_WORKABLE
from milestones.change_forms import ChangeForm, start_of
from milestones.models import PlanChange
from milestones.moves import Move
from reports.forms import refuse
from reports.forms_people import StatementForm
from reports.pages import asking, plan, register
from reports.views.engagement import head_of

GET_OR_POST = require_http_methods(["GET", "HEAD", "POST"])


@GET_OR_POST
def ask(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Ask the signers for other dates or targets, or to drop something.

    `pick` names deliverables to begin with, `without` some to drop, `move` one that goes `to` the milestone of a day,
    `due` there, `propose=hold` the shift after a hold, `again` an earlier change.
    """
    require_manager(request)
    engagement = access.engagement(request, code)
    if not engagement.is_live:
        return domain_error_response(request, IllegalMove(str(NOT_WORKABLE[EngagementState(engagement.state)])))
    shift = proposals.after_hold(engagement)
    if request.method != "POST":
        return _ask_page(request, engagement, _begun(request, engagement, shift), shift)
    form = ChangeForm(engagement, request.POST, sent=True)
    found = asking.asked(form, request.POST, by=request.user, as_firm=partial(as_firm, by=request.user))
    if found.change is not None:
        messages.success(request, _("Plan change %(n)d is with the signers.") % {"n": found.change.number})
        return see_other(request, "engagement", code)
    return _ask_page(request, engagement, found, None)


def _url_of(change: PlanChange) -> str:
    return reverse("change", args=[change.public_id])


def _begun(request: AuthedHttpRequest, engagement: Engagement, shift: proposals.Shift | None) -> asking.Asking:
    moves: list[Move] = []
    start: dict[str, str] = {}
    if shift is not None and request.GET.get("propose") == "hold":
        moves = shift.moves
        start = {"what": _("Everything later by the time on hold"), "why": _why(shift)}
    elif "without" in request.GET:
        moves = proposals.without(engagement, request.GET.getlist("without"))
        dropped = [one.deliverable for one in moves if one.deliverable]
        start = {"what": proposals.words_without(dropped)[:300]} if dropped else {}
    elif "move" in request.GET:
        asked = (request.GET.get(name, "") for name in ("move", "to", "due"))
        moves = proposals.to_stage(engagement, *asked)
        start = {"what": proposals.words_to_stage(moves[0])[:300]} if moves else {}
    elif "again" in request.GET:
        earlier = access.change(request, request.GET["again"])
        moves = proposals.again(earlier) if earlier.engagement_id == engagement.pk else []
        start = {"what": earlier.what, "why": earlier.why} if moves else {}
    form = ChangeForm(engagement, request.GET, start={**start, **start_of(moves)})
    return asking.begun(form, moves, as_firm=partial(as_firm, by=request.user))


def _why(shift: proposals.Shift) -> str:
    said = ngettext(
        "The work was on hold from %(first)s to %(last)s, %(n)d working day.",
        "The work was on hold from %(first)s to %(last)s, %(n)d working days.",
        shift.days,
    ) % {"first": day(shift.hold.from_on), "last": day(shift.hold.until_on), "n": shift.days}
    return f"{said} {shift.hold.why}".strip()[:2000]


def _ask_page(
    request: AuthedHttpRequest, engagement: Engagement, found: asking.Asking, shift: proposals.Shift | None
) -> HttpResponse:
    offered = {"text": _why(shift)} if shift and not found.form.rows else None
    cancel_url = engagement.get_absolute_url()
    context = asking.context_of(found, url_of=_url_of, shift=offered, cancel_url=cancel_url)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if found.is_refused else HTTPStatus.OK
    part = {"effect": "#effect", "ask": "#ask"}.get(request.htmx.target or "", "") if is_htmx(request) else ""
    header = None if part else head_of(request, plan.load(engagement))
    return render(request, f"reports/engagement/ask.html{part}", {**context, "header": header}, status=status)


# --- the register ------------------------------------------------------------------------------------------


@require_safe
def every(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Show the register of an engagement's plan changes."""
    engagement = access.engagement(request, code)
    context = {"header": head_of(request, plan.load(engagement)), "changes": register.entries(engagement)}
    return render(request, "reports/engagement/changes.html", context)


@require_safe
def every_csv(request: AuthedHttpRequest, code: str) -> HttpResponse:
    """Give the register for a spreadsheet: a line for each move."""
    engagement = access.engagement(request, code)
    head = [str(name) for name in register.EXPORT_HEAD]
    return csv_response(_("plan-changes.csv"), head, register.export_rows(engagement))


@GET_OR_POST
def show(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Show a plan change with its effect; a manager attaches what the client signed on paper."""
    change = access.change(request, public_id)
    if request.method != "POST":
        return _change_page(request, change, StatementForm())
    require_manager(request)
    form = StatementForm(request.POST, request.FILES)
    if form.is_valid():
        try:
            _attach(request, change, form)
        except DomainError as error:
            refuse(form, error)
        else:
            said = _("Plan change %(n)d is approved; the plan has moved.") % {"n": change.number}
            messages.success(request, f"{said} {at_once.forecast(change.engagement).text}".strip())
            return see_other(request, "engagement", change.engagement.code)
    return _change_page(request, change, form, HTTPStatus.UNPROCESSABLE_ENTITY)


def _attach(request: AuthedHttpRequest, change: PlanChange, form: StatementForm) -> None:
    data = form.cleaned_data
    noon = datetime.combine(data["signed_on"], time(12), tzinfo=ZoneInfo(change.engagement.client.time_zone))
    changes.approve_by_statement(
        by=request.user, change=change, signer_name=data["signer_name"], at=min(noon, now()), upload=data["upload"]
    )


def _change_page(
    request: AuthedHttpRequest, change: PlanChange, form: StatementForm, status: HTTPStatus = HTTPStatus.OK
) -> HttpResponse:
    engagement = access.engagement(request, change.engagement.code)
    context: dict[str, Any] = {
        "header": head_of(request, plan.load(engagement)),
        "change": register.entry(change),
        "form": form,
        "can_decide": request.user.manages and engagement.is_live,
    }
    return render(request, "reports/engagement/change.html", context, status=status)
