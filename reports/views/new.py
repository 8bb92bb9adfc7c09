"""Logging an engagement, step by step: client, goal and metrics, team. The plan's step is in `new_plan`."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Final

from django import forms
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_manager
from accounts.errors import DomainError, StaleEdit
from accounts.formats import clock
from accounts.http import AuthedHttpRequest, domain_error_response, is_htmx, see_other
from engagements.models import Client
from engagements.places import regions, time_zones
from milestones.actions import drafts
from milestones.actions.drafts import MADE
from milestones.draft import DONE, METRICS, SEATS, STEPS, Draft, drafts_of
from milestones.draft_access import own_draft
from milestones.draft_forms import (
    EXISTING,
    NEW,
    ClientForm,
    GoalForm,
    MetricFormSet,
    SeatFormSet,
    seat_key,
)
from milestones.models import PlanDraft
from reports.pages import new as pages
from reports.typed import MINE, joined, number_in, rows_of, typed_in, with_row, without_row

NEXT: Final = {"client": "goal", "goal": "team", "team": "plan"}
# What the first form holds although nobody typed anything.
NOTHING_SAID: Final = frozenset({"which", "draft"})
LISTS: Final = {"goal": METRICS, "team": SEATS}


@require_http_methods(["GET", "HEAD", "POST"])
def begin(request: AuthedHttpRequest) -> HttpResponse:
    """The first step of a new draft, and the drafts to go on with."""
    user = require_manager(request)
    if request.method == "POST":
        # The entries may have been kept already while the address of the page still was this one.
        held = request.POST.get("draft", "")
        if not held and not _said(request):
            return _nothing_said(request)
        row = own_draft(request, held) if held else drafts.start_draft(by=user)
        return _save(request, row, "client", version=number_in(request.POST, "version") if held else row.version)
    return _first_page(request, ClientForm())


def _first_page(request: AuthedHttpRequest, form: ClientForm, status: HTTPStatus = HTTPStatus.OK) -> HttpResponse:
    waiting = list(drafts_of(request.user)[:20])
    context = _client_context(form) | {"drafts": pages.draft_rows(waiting), "steps": pages.steps(None, "client")}
    return render(request, "reports/new/client.html", context, status=status)


def _said(request: AuthedHttpRequest) -> bool:
    typed = typed_in(request.POST)
    return any(value.strip() for name, value in typed.items() if name not in NOTHING_SAID)


def _nothing_said(request: AuthedHttpRequest) -> HttpResponse:
    """Answer a first form that says nothing: what it needs, and no draft is left behind."""
    if "autosave" in request.POST:
        return HttpResponse(status=HTTPStatus.NO_CONTENT)
    form = ClientForm(typed_in(request.POST))
    form.is_valid()
    return _first_page(request, form, HTTPStatus.UNPROCESSABLE_ENTITY)


@require_http_methods(["GET", "HEAD", "POST"])
def step(request: AuthedHttpRequest, public_id: str, step: str) -> HttpResponse:
    """One step of a draft: shown as it was left, saved whatever was typed, left only when it holds."""
    if step not in NEXT:
        raise Http404
    row = own_draft(request, public_id)
    if row.step == DONE:
        return see_other(request, "engagement", row.data[MADE])
    if request.method == "POST":
        return _save(request, row, step, version=number_in(request.POST, "version"))
    draft = Draft(row)
    if (first := draft.first_open(step)) is not None:
        return see_other(request, "engagement_draft", public_id, first)
    return _show(request, draft, step)


@require_POST
def discard(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Throw a draft away."""
    row = own_draft(request, public_id)
    try:
        drafts.discard_draft(by=request.user, draft=row)
    except DomainError as error:
        return domain_error_response(request, error)
    return see_other(request, "engagement_new")


def _save(request: AuthedHttpRequest, row: PlanDraft, step: str, *, version: int) -> HttpResponse:
    typed = joined(request.POST, row.data.get(step, {})) if "stale" in request.POST else typed_in(request.POST)
    typed = _rows_changed(request, step, typed)
    try:
        row = drafts.save_step(by=request.user, draft=row, version=version, step=step, typed=typed)
    except StaleEdit as error:
        return stale_page(request, row, step, typed, error, label=lambda name: label_of(step, name))
    except DomainError as error:
        return domain_error_response(request, error)
    if "autosave" in request.POST and is_htmx(request):
        return kept(request, row)
    if "go" not in request.POST:
        return see_other(request, reverse("engagement_draft", args=[row.public_id, step]) + "#rows")
    draft = Draft(row)
    if draft.step_ok(step) and not (step == "team" and draft.unexplained):
        return see_other(request, "engagement_draft", row.public_id, NEXT[step])
    return _show(request, draft, step, wrong=True)


def _rows_changed(request: AuthedHttpRequest, step: str, typed: dict[str, str]) -> dict[str, str]:
    """Apply the buttons that add, remove or lower a row."""
    prefix = LISTS.get(step)
    if prefix is None:
        return typed
    if "add" in request.POST:
        return with_row(typed, prefix, {"key": seat_key()} if prefix == SEATS else {"name": ""})
    if "remove" in request.POST:
        return without_row(typed, prefix, number_in(request.POST, "remove"))
    return lowered(typed, request.POST["lower"]) if "lower" in request.POST else typed


def lowered(typed: Mapping[str, str], asked: str) -> dict[str, str]:
    """Return the team with one seat's allocation lowered; `asked` is its key and the percent, "a1b2:40"."""
    key, _colon, percent = asked.partition(":")
    changed = dict(typed)
    for number, row in enumerate(rows_of(typed, SEATS)):
        if row.get("key") == key:
            changed[f"{SEATS}-{number}-percent"] = percent[:3]
    return changed


def kept(request: AuthedHttpRequest, row: PlanDraft) -> HttpResponse:
    """Answer an autosave: when it was kept, and the version that the next one builds on."""
    response = render(request, "reports/new/kept.html", {"draft": row, "kept": kept_at(row)})
    response["HX-Replace-Url"] = reverse("engagement_draft", args=[row.public_id, row.step])
    return response


def kept_at(row: PlanDraft) -> str:
    """Say when the entries were kept last."""
    return _("All entries kept, %(time)s") % {"time": clock(row.changed_at)}


# --- showing a step -------------------------------------------------------------------------------------------


def _show(request: AuthedHttpRequest, draft: Draft, step: str, *, wrong: bool = False) -> HttpResponse:
    build: dict[str, Callable[[Draft, bool], dict[str, Any]]] = {
        "client": _client_step,
        "goal": _goal_context,
        "team": _team_context,
    }
    context = build[step](draft, wrong)
    context |= {"draft": draft.row, "kept": kept_at(draft.row), "steps": pages.steps(draft, step), "step": step}
    if step == "goal" and not draft.typed("goal").get("manager"):
        context["form"].initial["manager"] = request.user.public_id
    status = HTTPStatus.UNPROCESSABLE_ENTITY if wrong else HTTPStatus.OK
    return render(request, f"reports/new/{step}.html", context, status=status)


def _client_context(form: ClientForm) -> dict[str, Any]:
    typed = form.data if form.is_bound else form.initial
    if not typed and not Client.objects.exists():
        form.initial["which"] = NEW
    return {
        "form": form.shown(),
        "zones": time_zones(),
        "regions": regions(str(typed.get("country", "")).upper()),
        "existing": EXISTING,
    }


def _client_step(draft: Draft, wrong: bool) -> dict[str, Any]:
    return _client_context(draft.client_form if wrong else ClientForm(initial=draft.typed("client")))


def _goal_context(draft: Draft, wrong: bool) -> dict[str, Any]:
    typed = draft.typed("goal")
    rows = rows_of(typed, METRICS) or [{}]
    return {
        "form": draft.goal_form if wrong else GoalForm(initial=typed),
        "rows": draft.metric_rows if wrong else MetricFormSet(initial=rows, prefix=METRICS),
        "client_name": draft.client_name,
    }


def _team_context(draft: Draft, wrong: bool) -> dict[str, Any]:
    rows = rows_of(draft.team, SEATS) or [{}]
    usual = {**draft.proposed, "percent": "100"}
    rows = [{**usual, **{name: value for name, value in row.items() if value}} for row in rows]
    for row in rows:
        row.setdefault("key", seat_key())
    form_kwargs = {"people": draft.people}
    ok = draft.step_ok("team")
    return {
        "rows": draft.seat_rows if wrong else SeatFormSet(initial=rows, prefix=SEATS, form_kwargs=form_kwargs),
        "nobody": not draft.people.specialists,
        "overloads": pages.overloads(draft) if ok else [],
        "too_full": _too_full(draft) if ok else set(),
        "loads": pages.load_rows(draft) if ok else [],
        "load_span": pages.load_span(draft) if ok else ("", ""),
        "unexplained": bool(wrong and ok and draft.unexplained),
    }


def _too_full(draft: Draft) -> set[str]:
    """Return the keys of the seats whose people are above a full week."""
    people = {load.seat.specialist for load in draft.loads if load.too_full}
    return {seat.key for seat in draft.seats if seat.specialist in people}


# --- somebody was faster --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Choice:
    """A field in two versions."""

    name: str
    label: str
    mine: str
    theirs: str
    take: str = "mine"


def stale_page(
    request: AuthedHttpRequest,
    row: PlanDraft,
    step: str,
    typed: Mapping[str, str],
    error: StaleEdit,
    *,
    label: Callable[[str], str],
) -> HttpResponse:
    """Show both versions, field by field; nothing is saved before the choice."""
    row.refresh_from_db()
    theirs = {name: str(value) for name, value in error.theirs.items()}
    names = [name for name in dict.fromkeys([*typed, *theirs]) if typed.get(name, "") != theirs.get(name, "")]
    context = {
        "steps": pages.steps(Draft(row), step),
        "draft": row,
        "kept": kept_at(row),
        "sentence": str(error),
        "other": _("the other tab"),
        "saved": clock(row.changed_at),
        "rows": [Choice(name, label(name), typed.get(name, ""), theirs.get(name, "")) for name in names],
        "action": reverse("engagement_draft", args=[row.public_id, step]),
        "hidden": [
            {"name": "stale", "value": "1"},
            {"name": "version", "value": str(row.version)},
            *({"name": f"{MINE}{name}", "value": value} for name, value in typed.items()),
        ],
    }
    response = render(request, "reports/new/stale.html", context, status=HTTPStatus.CONFLICT)
    if is_htmx(request):
        response["HX-Retarget"], response["HX-Reswap"], response["HX-Reselect"] = "#main", "innerHTML", "#main > *"
    return response


def label_of(step: str, name: str) -> str:
    """Return a field's label as the step's page has it."""
    if step not in STEPS:
        return name
    prefix, number, field = (*name.split("-", 2), "", "")[:3]
    form = {METRICS: MetricFormSet.form, SEATS: SeatFormSet.form}.get(prefix)
    if form is not None and field in form.base_fields and number.isdigit():
        return f"{form.base_fields[field].label or field} {int(number) + 1}"
    whole: dict[str, type[forms.Form]] = {"client": ClientForm, "goal": GoalForm}
    fields = whole[step].base_fields if step in whole else {}
    return str(fields[name].label) if name in fields else name
