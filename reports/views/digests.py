"""The weekly digests: those to come, with a preview; those that went or were held back; one's own day and hour."""

from django.contrib import messages
from django.core.paginator import Paginator
from django.http import Http404, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from accounts.access import require_firm, require_manager
from accounts.errors import DomainError
from accounts.http import AuthedHttpRequest, domain_error_response, see_other
from accounts.models import User
from reports.actions.digests import send_now, set_digest
from reports.digest import access, lines
from reports.digest.forms import FirmDigestForm
from reports.digest.schedule import FIRM_HOUR, FIRM_WEEKDAY, Slot
from reports.digest.write import Held, frequency, letter
from reports.models import DigestSetting
from reports.states import DigestState
from reports.views import sandbox

PAGE_SIZE = 40


@require_safe
def every(request: AuthedHttpRequest) -> HttpResponse:
    """List the digests to come and those of the past."""
    user = require_manager(request)
    shown = request.GET.get("show", "")
    rows = access.digests_for(user)
    if shown in DigestState.values:
        rows = rows.filter(state=shown)
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {
        "coming": lines.to_come(access.slots_for(user)),
        "page": page,
        "lines": lines.gone(list(page.object_list)),
        "show": shown,
        "states": DigestState.choices,
    }
    return render(request, "reports/digest/every.html", context)


@sandbox.frames
@require_safe
def preview(request: AuthedHttpRequest, recipient: str, code: str) -> HttpResponse:
    """Show a digest as it would go now, exactly, before it goes."""
    slot = access.slot(require_manager(request), recipient, code)
    written = letter(slot)
    person = User.objects.get(pk=slot.recipient)
    context = {
        "person": person,
        "subject": "" if isinstance(written, Held) else written.subject,
        "held": written.why if isinstance(written, Held) else "",
        "text": "" if isinstance(written, Held) else written.text,
        "frequency": frequency(slot),
        "frame_url": reverse("digest_preview_mail", args=[recipient, code]),
        "send_url": reverse("digest_send", args=[recipient, code]),
    }
    return render(request, "reports/digest/one.html", context)


@sandbox.framed
@require_safe
def preview_mail(request: AuthedHttpRequest, recipient: str, code: str) -> HttpResponse:
    """The HTML of a preview, for the frame."""
    written = letter(access.slot(require_manager(request), recipient, code))
    if isinstance(written, Held):
        raise Http404
    return sandbox.mail_body(written.html, sandbox.timeline(written.picture))


@require_POST
def send(request: AuthedHttpRequest, recipient: str, code: str) -> HttpResponse:
    """Send it now, in place of this week's."""
    user = require_manager(request)
    slot: Slot = access.slot(user, recipient, code)
    try:
        row = send_now(by=user, slot=slot)
    except DomainError as error:
        return domain_error_response(request, error)
    messages.success(request, _("It goes now. The next one comes next week."))
    return see_other(request, "digest", row.public_id)


@sandbox.frames
@require_safe
def show(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """Show one digest as it was written, or why it was held back."""
    row = access.digest(require_manager(request), public_id)
    context = {
        "row": row,
        "line": lines.line(row),
        "person": row.recipient,
        "subject": row.subject,
        "held": "" if row.subject else row.held_why or _("It has not been written yet."),
        "text": row.text,
        "frame_url": reverse("digest_mail", args=[public_id]),
        "send_url": _send_url(row.recipient, row.engagement.code if row.engagement else "all", row.state),
    }
    return render(request, "reports/digest/one.html", context)


def _send_url(person: User, code: str, state: str) -> str:
    again = state in {DigestState.HELD, DigestState.FAILED}
    return reverse("digest_send", args=[person.public_id, code]) if again else ""


@sandbox.framed
@require_safe
def show_mail(request: AuthedHttpRequest, public_id: str) -> HttpResponse:
    """The HTML of a digest as it was written, for the frame."""
    row = access.digest(require_manager(request), public_id)
    if not row.html:
        raise Http404
    return sandbox.mail_body(row.html, sandbox.timeline(bytes(row.picture or b"")))


@require_http_methods(["GET", "HEAD", "POST"])
def settings(request: AuthedHttpRequest) -> HttpResponse:
    """When one's own digest comes."""
    user = require_firm(request)
    form = FirmDigestForm(request.POST or None, initial=_wanted(user))
    if request.method == "POST" and form.is_valid():
        set_digest(by=user, **form.cleaned_data)
        messages.success(request, _("Saved. The next digest follows it."))
        return see_other(request, "digest_settings")
    return render(request, "reports/digest/settings.html", {"form": form, "time_zone": user.time_zone})


def _wanted(user: User) -> dict[str, object]:
    row = DigestSetting.objects.filter(user=user).first()
    if row is None:
        return {"subscribed": True, "weekday": FIRM_WEEKDAY, "hour": FIRM_HOUR}
    return {"subscribed": row.subscribed, "weekday": row.weekday, "hour": row.hour}
