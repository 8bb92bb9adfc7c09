"""Logging an engagement, last step: the plan with its real dates, where it comes from, and creating it all."""

from collections.abc import Mapping
from dataclasses import replace
from http import HTTPStatus
from typing import Any, Final

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpResponse, QueryDict
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from accounts.errors import DomainError, StaleEdit
from accounts.http import AuthedHttpRequest, see_other
from milestones.actions import drafts
from milestones.actions.drafts import MADE
from milestones.draft import DONE, SEATS, Draft
from milestones.draft_access import own_draft
from milestones.draft_forms import ExtraForm
from milestones.importing import MAX_LINES
from milestones.models import PlanDraft
from milestones.preview import EMPTY, FILE, PlanTyped, Preview
from reports.pages import new as pages
from reports.pages.new_file import file_page
from reports.pages.new_lines import groups
from reports.typed import joined, number_in, rows_of
from reports.views.new import kept_at, lowered, stale_page

MAX_EXTRA: Final = 100


@require_http_methods(["GET", "HEAD", "POST"])
def plan(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Show the plan; take changes, and create everything where that is asked."""
    row = own_draft(request, public_id)
    if row.step == DONE:
        return see_other(request, "engagement", row.data[MADE])
    draft = Draft(row)
    if (first := draft.first_open()) is not None:
        return see_other(request, "engagement_draft", public_id, first)
    if request.method != "POST":
        return _show(request, draft)
    return _post(request, draft)


def _post(request: AuthedHttpRequest, draft: Draft) -> HttpResponse:
    preview = Preview(draft)
    extra = _extra_form(preview, request.POST) if "extra" in request.POST else None
    if extra is not None and not extra.is_valid():
        return _show(request, draft, extra=extra)
    try:
        typed = _changed(request, preview, extra)
        row = drafts.save_plan(
            by=request.user,
            draft=draft.row,
            version=number_in(request.POST, "version"),
            plan=typed,
            team=_team(request.POST, draft),
        )
        if "create" in request.POST:
            return _create(request, row)
    except StaleEdit as error:
        return _stale(request, draft.row, error)
    except DomainError as error:
        return _refused(request, draft.row, error)
    if request.htmx:
        return _show(request, Draft(row))
    return see_other(request, "engagement_draft_plan", row.public_id)


def _create(request: AuthedHttpRequest, row: PlanDraft) -> HttpResponse:
    preview = Preview(Draft(row))
    if preview.problems:
        return _show(request, preview.draft, wrong=preview.problems)
    engagement = drafts.create_from_draft(by=request.user, draft=row, version=row.version)
    return see_other(request, "engagement", engagement.code)


def _refused(request: AuthedHttpRequest, row: PlanDraft, error: DomainError) -> HttpResponse:
    """Say why nothing was created; a second click on what was created meanwhile leads there."""
    row = own_draft(request, row.public_id)
    if row.step == DONE:
        return see_other(request, "engagement", row.data[MADE])
    return _show(request, Draft(row), wrong=[str(error)])


def _stale(request: AuthedHttpRequest, row: PlanDraft, error: StaleEdit) -> HttpResponse:
    """Show both versions of every line that differs; what else the form asked for is asked again."""
    row.refresh_from_db()
    draft = Draft(row)
    if row.step == DONE or draft.first_open() is not None:
        return see_other(request, "engagement_draft_plan", row.public_id)
    preview = Preview(draft)
    titles = {sketch.ref: sketch.title for sketch in preview.base}
    theirs = said_of(preview)
    mine = {name: value for name, value in said_in(request.POST).items() if name in theirs}
    both = StaleEdit(str(error), theirs={name: theirs[name] for name in mine}, by=error.by)
    return stale_page(request, row, "plan", mine, both, label=lambda name: _label(name, titles))


def _label(name: str, titles: Mapping[str, str]) -> str:
    kind, _dash, ref = name.partition("-")
    title = titles.get(ref, ref)[:80]
    if kind == "due":
        return _("%(title)s, due") % {"title": title}
    return _("%(title)s, owner") % {"title": title} if kind == "owner" else _("%(title)s, sign-off") % {"title": title}


# --- what the form says ------------------------------------------------------------------------------------------


def _changed(request: AuthedHttpRequest, preview: Preview, extra: ExtraForm | None) -> PlanTyped:
    """Return what the step holds after this form."""
    post = request.POST
    typed = preview.typed
    if "source" in post:
        return _sourced(preview, post["source"])
    if "take_file" in post or "reread" in post:
        return _file_settled(typed, post)
    typed = _lines_changed(preview, post)
    if extra is not None:
        if len(typed.extra) >= MAX_EXTRA:
            raise DomainError(_("That is enough by hand; import the rest from a file."))
        row = {**extra.cleaned_data, "due_on": extra.cleaned_data["due_on"].isoformat()}
        typed = replace(typed, extra=[*typed.extra, row])
    return typed


def _sourced(preview: Preview, source: str) -> PlanTyped:
    """Lay the plan out anew from a playbook, the file or nothing; lines added by hand stay."""
    known = {version.playbook.key: version.pk for version in preview.versions}
    if source not in {*known, FILE, EMPTY}:
        raise DomainError(_("Choose one of the playbooks, a file, or an empty plan."))
    typed = preview.typed
    return replace(typed, source=source, version=known.get(source), due={}, owner={}, sign={}, dropped=[])


def _file_settled(typed: PlanTyped, post: QueryDict) -> PlanTyped:
    """Take the file over, or read it again with another answer to what was asked."""
    order = post.get("date_order", typed.date_order)
    return replace(
        typed,
        date_order=order if order in {"dmy", "mdy"} else "",
        sign_off=post.get("sign_off", "yes") == "yes",
        accepted_by=post.get("accepted_by", "").replace("\x00", "").strip()[:120],
        file_taken="take_file" in post,
    )


def said_in(post: QueryDict) -> dict[str, str]:
    """Return what the form says of each line: its date, its owner, whether the client signs off ("yes")."""
    said = {}
    for ref in post.getlist("line"):
        said[f"due-{ref}"] = str(post.get(f"due-{ref}", "")).strip()
        said[f"owner-{ref}"] = str(post.get(f"owner-{ref}", ""))
        said[f"sign-{ref}"] = "yes" if f"sign-{ref}" in post else ""
    return said


def said_of(preview: Preview) -> dict[str, str]:
    """Return the same of the plan as it is kept."""
    said = {}
    for one in preview.edited:
        if not one.dropped:
            said[f"due-{one.sketch.ref}"] = one.typed_due
            said[f"owner-{one.sketch.ref}"] = one.sketch.owner
            said[f"sign-{one.sketch.ref}"] = "yes" if one.sketch.needs_sign_off else ""
    return said


def _lines_changed(preview: Preview, post: QueryDict) -> PlanTyped:
    """Note what differs from where the plan comes from, line by line."""
    typed = preview.typed
    said = joined(post, said_of(preview)) if "stale" in post else said_in(post)
    due, owner, sign = dict(typed.due), dict(typed.owner), dict(typed.sign)
    base = {sketch.ref: sketch for sketch in preview.base}
    for ref, sketch in base.items():
        if f"due-{ref}" in said:
            _note(due, ref, said[f"due-{ref}"], sketch.planned_due.isoformat())
            _note(owner, ref, said.get(f"owner-{ref}", ""), sketch.owner)
            sign.pop(ref, None)
            if bool(said.get(f"sign-{ref}")) != sketch.needs_sign_off:
                sign[ref] = not sketch.needs_sign_off
    version = preview.version
    return replace(
        typed,
        source=typed.source or preview.source,
        version=version.pk if version else None,
        due=due,
        owner=owner,
        sign=sign,
        dropped=_dropped(typed.dropped, post, frozenset(base)),
    )


def _dropped(before: list[str], post: QueryDict, known: frozenset[str]) -> list[str]:
    dropped = [ref for ref in before if ref != post.get("restore")]
    asked = post.get("drop", "")
    return [*dropped, asked] if asked in known and asked not in dropped else dropped


def _note(kept: dict[str, str], ref: str, said: str, planned: str) -> None:
    kept.pop(ref, None)
    if said.strip() != planned:
        kept[ref] = said.replace("\x00", "").strip()[:40]


def _team(post: QueryDict, draft: Draft) -> Mapping[str, str] | None:
    """Return the team with reasons and lowered allocations, where the form changed any."""
    typed = draft.typed("team")
    changed = dict(typed)
    people = {seat.key: seat.specialist for seat in draft.seats}
    reasons = {
        people[name.removeprefix("reason-")]: str(post[name])[:300]
        for name in post
        if name.removeprefix("reason-") in people
    }
    for number, row in enumerate(rows_of(typed, SEATS)):
        specialist = people.get(row.get("key", ""))
        if specialist in reasons:
            changed[f"{SEATS}-{number}-overload_reason"] = reasons[specialist]
    if "lower" in post:
        changed = lowered(changed, str(post["lower"]))
    return changed if changed != typed else None


# --- the file ------------------------------------------------------------------------------------------------------


@require_POST
def upload(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Keep an uploaded plan in the draft and show what it was understood to say."""
    row = own_draft(request, public_id)
    draft = Draft(row)
    if row.step == DONE or draft.first_open() is not None:
        return see_other(request, "engagement_draft_plan", public_id)
    try:
        typed = _with_file(Preview(draft).typed, request.FILES.get("file"))
        drafts.save_plan(by=request.user, draft=row, version=number_in(request.POST, "version"), plan=typed)
    except StaleEdit as error:
        return _stale(request, row, error)
    except DomainError as error:
        return _show(request, draft, wrong=[str(error)])
    return see_other(request, "engagement_draft_plan", public_id)


def _with_file(typed: PlanTyped, upload: "UploadedFile[bytes] | None") -> PlanTyped:
    if upload is None:
        raise DomainError(_("Choose a file first."))
    # One that is too large is not read at all.
    data = upload.read() if (upload.size or 0) <= drafts.MAX_FILE else b"\0" * (drafts.MAX_FILE + 1)
    if not data:
        raise DomainError(_("The file is empty. Export the plan again and check that it has lines."))
    file, file_name = drafts.plan_file(upload.name or "", data)
    bare = replace(typed, source=FILE, version=None, due={}, owner={}, sign={}, dropped=[])
    return replace(bare, file=file, file_name=file_name, file_taken=False, date_order="")


# --- showing it ------------------------------------------------------------------------------------------------------


def _extra_form(preview: Preview, post: QueryDict | None = None) -> ExtraForm:
    owners = [("", _("Nobody yet")), *((seat.key, seat.name) for seat in preview.frame.seats)]
    return ExtraForm(post, owners=owners, first=preview.frame.start, prefix="extra")


def _show(
    request: AuthedHttpRequest,
    draft: Draft,
    *,
    wrong: list[str] | None = None,
    extra: ExtraForm | None = None,
) -> HttpResponse:
    preview = Preview(draft)
    context = _context(preview) | {
        "extra": extra or _extra_form(preview),
        "extra_open": extra is not None,
        "wrong": wrong or [],
    }
    bad = HTTPStatus.UNPROCESSABLE_ENTITY if wrong or extra is not None else HTTPStatus.OK
    return render(request, "reports/new/plan.html", context, status=bad)


def _context(preview: Preview) -> dict[str, Any]:
    draft = preview.draft
    asks = preview.asks_about_file
    return {
        "draft": draft.row,
        "kept": kept_at(draft.row),
        "steps": pages.steps(draft, "plan"),
        "name": draft.goal_form.cleaned_data["name"],
        "client_name": draft.client_name,
        "sources": _sources(preview),
        "origin": pages.origin(preview),
        "file": file_page(preview) if asks and preview.typed.file else None,
        "asks": asks,
        "groups": [] if asks else groups(preview),
        "owners": [("", _("Nobody yet")), *((seat.key, seat.name) for seat in preview.frame.seats)],
        "first": preview.frame.start.isoformat(),
        "last": preview.ends_on.isoformat(),
        "facts": [] if asks else pages.facts(preview),
        "overloads": pages.overloads(draft),
        "loads": pages.load_rows(draft),
        "load_span": pages.load_span(draft),
        "problems": [] if asks else preview.problems,
        "limits": {"lines": MAX_LINES},
    }


def _sources(preview: Preview) -> list[dict[str, object]]:
    """Return what the plan may come from, each with whether it does."""
    found: list[dict[str, object]] = [
        {
            "key": version.playbook.key,
            "name": _(version.playbook.name),
            "text": _(version.playbook.summary),
            "now": preview.source == version.playbook.key,
        }
        for version in preview.versions
    ]
    if preview.typed.file:
        found.append({"key": FILE, "name": preview.typed.file_name, "text": "", "now": preview.source == FILE})
    found.append(
        {
            "key": EMPTY,
            "name": _("No playbook"),
            "text": _("Begin with nothing and add deliverables."),
            "now": preview.source == EMPTY,
        }
    )
    return found
