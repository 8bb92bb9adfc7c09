"""The work itself: start, submit, take back, accept, tick; and the form of a deliverable."""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from django.forms import BoundField
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.access import require_manager
from accounts.errors import DomainError, StaleEdit
from accounts.formats import moment
from accounts.http import AuthedHttpRequest, HttpResponseSeeOther, status_of
from milestones import access
from milestones.actions import corrections, work
from milestones.forms import CorrectForm, EditForm, LineForm, RewordForm
from milestones.models import Deliverable, Milestone
from milestones.views.answers import FormPage, add_error, done, home_of, perform, refuse, run_form, show

MINE = "mine_"  # in the stale answer: what was typed, beside the choice of each field


def _version(request: AuthedHttpRequest) -> int | None:
    """Return the version that the page showed; anything but a number asks nothing."""
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else None


@require_POST
def start(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Begin a deliverable."""
    one = access.deliverable(request, public_id)
    version = _version(request)
    return perform(request, one, lambda: work.start(by=request.user, deliverable=one, version=version), _("Started."))


@require_POST
def submit(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Hand a deliverable in."""
    one = access.deliverable(request, public_id)
    said = _("Submitted. The client’s signers are asked by mail.") if one.needs_sign_off else _("Submitted.")
    version = _version(request)
    return perform(request, one, lambda: work.submit(by=request.user, deliverable=one, version=version), said)


@require_POST
def take_back(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Withdraw a deliverable from review."""
    one = access.deliverable(request, public_id)
    return perform(request, one, lambda: work.take_back(by=request.user, deliverable=one), _("Taken back."))


@require_POST
def accept(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Accept what needs no sign-off by the client."""
    one = access.deliverable(request, public_id)
    return perform(request, one, lambda: work.accept_internal(by=request.user, deliverable=one), _("Accepted."))


@require_POST
def tick(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Tick or untick a line of a definition of done."""
    line = access.done_line(request, public_id)
    ticked = request.POST.get("ticked", "") in {"true", "on", "1"}
    return perform(request, line.deliverable, lambda: work.tick(by=request.user, line=line, ticked=ticked))


@require_http_methods(["GET", "POST"])
def add_line(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Add a line to a definition of done."""
    one = access.deliverable(request, public_id)
    form = LineForm(data=request.POST if request.method == "POST" else None)
    page = FormPage(_("A line for “%(title)s”") % {"title": one.title}, _("Add the line"), one)
    add = lambda: work.add_line(by=request.user, deliverable=one, text=form.cleaned_data["text"])  # noqa: E731
    return run_form(request, page, form, add)


@require_http_methods(["GET", "POST"])
def change_line(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Reword or remove a line of a definition of done."""
    line = access.done_line(request, public_id)
    form = RewordForm(data=request.POST if request.method == "POST" else None, initial={"text": line.text})
    page = FormPage(_("A line of “%(title)s”") % {"title": line.deliverable.title}, _("Save"), line.deliverable)
    change = lambda: work.change_line(by=request.user, line=line, text=form.cleaned_data["text"])  # noqa: E731
    return run_form(request, page, form, change, _("Saved."))


# --- the form of a deliverable -----------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def edit(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponse:
    """Change a deliverable's fields; where somebody was faster, both versions are shown."""
    require_manager(request)
    one = access.deliverable(request, public_id, code=code)
    page = FormPage(_("Edit “%(title)s”") % {"title": one.title}, _("Save"), one)
    if request.method != "POST":
        return show(request, page, EditForm(one))
    if request.POST.get("take") == "theirs":
        return HttpResponseSeeOther(home_of(one))
    form = EditForm(one, data=_chosen(request.POST, one))
    if not form.is_valid():
        return refuse(request, page, form)
    try:
        _save(request, one, form)
    except StaleEdit as stale:
        return _stale(request, one, form, stale)
    except DomainError as error:
        add_error(form, error)
        return refuse(request, page, form, status_of(error))
    return done(request, one, _("Saved."))


def _save(request: AuthedHttpRequest, one: Deliverable, form: EditForm) -> None:
    data = form.cleaned_data
    fields = {name: data[name] for name in EditForm.FIELDS if not form.fields[name].disabled}
    after = list(data["after"])
    work.edit(by=request.user, deliverable=one, version=data["version"], after=after, **fields)


def _chosen(posted: QueryDict, one: Deliverable) -> QueryDict:
    """Return the form's data: as posted, or put together from the choices of the stale answer."""
    if "resolve" not in posted:
        return posted
    data = QueryDict(mutable=True)
    stored = EditForm(one)
    for name in stored.fields:
        mine = posted.get(name) != "theirs" and f"{MINE}{name}" in posted
        data.setlist(name, posted.getlist(f"{MINE}{name}") if mine else _as_posted(stored[name]))
    data["version"] = posted.get("version", "")
    return data


def _as_posted(field: BoundField) -> list[str]:
    """Return a field's initial value as a browser would send it."""
    value = field.initial
    if isinstance(value, list):
        return [str(one) for one in value]
    if value is None or value is False:
        return []
    return ["on"] if value is True else [str(getattr(value, "pk", value))]


def _stale(request: AuthedHttpRequest, one: Deliverable, form: EditForm, stale: StaleEdit) -> HttpResponse:
    """Show both versions, field by field; what was typed travels along hidden."""
    rows = [
        {
            "name": name,
            "label": form.fields[name].label,
            "mine": _plain(form.cleaned_data[name]),
            "theirs": _plain(theirs),
        }
        for name, theirs in stale.theirs.items()
        if form.cleaned_data[name] != theirs
    ]
    data = _chosen(request.POST, one)
    typed = [(f"{MINE}{name}", value) for name in form.fields for value in data.getlist(name) if name != "version"]
    hidden = [{"name": name, "value": value} for name, value in [*typed, ("version", one.version), ("resolve", "1")]]
    context: Mapping[str, Any] = {
        "page": FormPage(_("Edit “%(title)s”") % {"title": one.title}, _("Save"), one),
        "text": str(stale),
        "other": stale.by or _("Somebody"),
        "saved": moment(one.moved_at),
        "rows": rows,
        "hidden": hidden,
        "action": request.path,
    }
    return render(request, "milestones/stale.html", dict(context), status=HTTPStatus.CONFLICT)


def _plain(value: object) -> str:
    """Return a value as people read it; choices by their names."""
    if value is True:
        return _("Yes")
    if value is False:
        return _("No")
    return "" if value is None else str(value)


# --- corrections -------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def correct(request: AuthedHttpRequest, code: str, public_id: str) -> HttpResponse:
    """Put a deliverable's due date right, inside the window."""
    require_manager(request)
    one = access.deliverable(request, public_id, code=code)
    return _correct(
        request, one, FormPage(_("Correct the date of “%(title)s”") % {"title": one.title}, _("Correct"), one)
    )


@require_http_methods(["GET", "POST"])
def correct_milestone(request: AuthedHttpRequest, code: str, day: int) -> HttpResponse:
    """Put a milestone's date right, inside the window."""
    require_manager(request)
    stage = access.milestone(request, code, day)
    title = _("Correct the date of “%(title)s”") % {"title": stage.name}
    return _correct(request, stage, FormPage(title, _("Correct"), stage.engagement))


def _correct(request: AuthedHttpRequest, thing: Deliverable | Milestone, page: FormPage) -> HttpResponse:
    form = CorrectForm(data=request.POST if request.method == "POST" else None, initial={"to_on": thing.due_on})
    noted = FormPage(page.title, page.verb, page.about, corrections.window(thing).closed)

    def act() -> object:
        data = form.cleaned_data
        return corrections.correct_due(by=request.user, thing=thing, to_on=data["to_on"], reason=data["reason"])

    return run_form(request, noted, form, act, _("Corrected."))
