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


def _page(
    request: AuthedHttpRequest, proof: ProofForm, status: int = 200, refused: week.Item | None = None
) -> HttpResponse:
    shown = week.week_for(request.user)
    context = {
        "week": week.with_refused(shown, refused) if refused else shown,
        "handovers": handovers.of_person(request.user),
        "proof": proof,
        "kinds": EvidenceKind.choices,
    }
    return render(request, "reports/me/page.html", context, status=status)


@require_POST
def answer(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Save one answer; htmx gets the line back, saved or with what is to be put right, others the page."""
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
    if form.errors:
        proof = ProofForm(choices=week.week_for(request.user).choices)
        return _page(request, proof, 422, _refused(_item(request, public_id), form))
    return see_other(request, "me")


@transaction.atomic
def _save(request: AuthedHttpRequest, row: Deliverable, data: dict[str, Any]) -> None:
    """A block is kept as the week's word and opens the wait that stops the clock."""
    talk.check_in(by=request.user, deliverable=row, answer=data["answer"], slips_to=data["slips_to"], why=data["why"])
    if data["answer"] == Answer.BLOCKED and not row.waits.filter(closed_on__isnull=True, what=data["why"]).exists():
        waits.open_wait(by=request.user, deliverable=row, on=data["on"], what=data["why"])


def _line(request: AuthedHttpRequest, public_id: str, form: AnswerForm) -> HttpResponse:
    """The line alone."""
    found = _item(request, public_id)
    item = _refused(found, form) if form.errors else found
    context = {"item": item, "tally": week.week_for(request.user).tally}
    return render(request, "reports/me/item.html", context, status=422 if form.errors else 200)


def _item(request: AuthedHttpRequest, public_id: str) -> week.Item:
    found = week.item_for(request.user, public_id)
    if found is None:
        raise Http404
    return found


def _refused(item: week.Item, form: AnswerForm) -> week.Item:
    """The question with what was typed and, by field, what is to be put right."""
    answer = form.cleaned_data.get("answer") or item.answer
    return replace(
        item,
        answer=answer,
        said="",
        unaware="",
        slips_to=form.data.get("slips_to", ""),
        why=form.data.get("slip_why" if answer == Answer.SLIPS else "what", ""),
        refused=_sentences(form, {"slips_to", "slip_why"} if answer == Answer.SLIPS else {"what"}),
    )


def _sentences(form: AnswerForm, seen: set[str]) -> dict[str, str]:
    """What each field was refused for; `rest` is for what has no field that is `seen` with this answer."""
    told = {name: " ".join(map(str, sentences)) for name, sentences in form.errors.items()}
    beside = {name: sentence for name, sentence in told.items() if name in seen}
    return {**beside, "rest": " ".join(sentence for name, sentence in told.items() if name not in seen)}


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
