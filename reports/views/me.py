"""A specialist's week: three answers for each own deliverable, each saved by itself."""

from dataclasses import replace
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _, ngettext
from django.views.decorators.http import require_POST, require_safe

from accounts.access import require_firm
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, is_htmx, see_other
from milestones.actions import evidence, talk, waits
from milestones.models import Deliverable
from milestones.states import Answer, EvidenceKind
from reports.pages import handovers, week
from reports.week_forms import AnswerForm, ProofForm


@require_safe
def show(request: AuthedHttpRequest) -> HttpResponse:
    """The week of whoever asks."""
    require_firm(request)
    return _page(request, ProofForm(choices=week.week_for(request.user).choices))


def _page(request: AuthedHttpRequest, proof: ProofForm, status: int = 200) -> HttpResponse:
    context = {
        "week": week.week_for(request.user),
        "handovers": handovers.of_person(request.user),
        "proof": proof,
        "kinds": EvidenceKind.choices,
    }
    return render(request, "reports/me/page.html", context, status=status)


@require_POST
def answer(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Save one answer; htmx gets the line back, saved or with what is to be put right."""
    require_firm(request)
    row = next((one for one in week.own(request.user) if one.public_id == public_id), None)
    if row is None:
        raise Http404
    form = AnswerForm(request.POST)
    if form.is_valid():
        try:
            _save(request, row, form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
    if is_htmx(request):
        return _line(request, public_id, form)
    for sentences in form.errors.values():
        messages.error(request, " ".join(str(sentence) for sentence in sentences))
    return see_other(request, "me")


@transaction.atomic
def _save(request: AuthedHttpRequest, row: Deliverable, data: dict[str, Any]) -> None:
    """A block is kept as the week's word and opens the wait that stops the clock."""
    talk.check_in(by=request.user, deliverable=row, answer=data["answer"], slips_to=data["slips_to"], why=data["why"])
    if data["answer"] == Answer.BLOCKED and not row.waits.filter(closed_on__isnull=True, what=data["why"]).exists():
        waits.open_wait(by=request.user, deliverable=row, on=data["on"], what=data["why"])


def _line(request: AuthedHttpRequest, public_id: str, form: AnswerForm) -> HttpResponse:
    """The line alone; one that was refused keeps what was typed."""
    found = week.item_for(request.user, public_id)
    if found is None:
        raise Http404
    context: dict[str, Any] = {"item": found, "tally": week.week_for(request.user).tally}
    if form.errors:
        typed = form.data
        context["item"] = replace(
            found,
            answer=form.cleaned_data.get("answer") or found.answer,
            said="",
            slips_to=typed.get("slips_to", ""),
            why=typed.get("slip_why") or typed.get("what", ""),
        )
        context["errors"] = [sentence for sentences in form.errors.values() for sentence in sentences]
    return render(request, "reports/me/item.html", context, status=422 if form.errors else 200)


@require_POST
def rest(request: AuthedHttpRequest) -> HttpResponse:
    """Say of everything not answered yet that it is fine."""
    require_firm(request)
    left = set(week.week_for(request.user).left)
    rows = [row for row in week.own(request.user) if row.public_id in left]
    for row in rows:
        talk.check_in(by=request.user, deliverable=row, answer=Answer.FINE)
    messages.success(
        request,
        ngettext("%(n)d answer saved.", "%(n)d answers saved. See you next week.", len(rows)) % {"n": len(rows)},
    )
    return see_other(request, "me")


@require_POST
def add_evidence(request: AuthedHttpRequest) -> HttpResponse:
    """Attach a file or a link to an own deliverable without leaving the page."""
    require_firm(request)
    form = ProofForm(request.POST, request.FILES, choices=week.week_for(request.user).choices)
    if form.is_valid():
        try:
            _attach(request, form.cleaned_data)
        except DomainError as error:
            form.refuse(error)
        else:
            messages.success(request, _("The evidence is attached."))
            return see_other(request, "me")
    return _page(request, form, 422)


def _attach(request: AuthedHttpRequest, data: dict[str, Any]) -> None:
    row = next(one for one in week.own(request.user) if one.public_id == data["deliverable"])
    facts = {"by": request.user, "deliverable": row, "kind": data["kind"], "title": data["title"]}
    if data["file"]:
        evidence.add_file(**facts, upload=data["file"])
    else:
        evidence.add_link(**facts, url=data["url"])
