"""The demo's mails, read in a page; where mail really goes out, nothing of this exists."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports import caught
from reports.views import sandbox


@login_not_required
@never_cache
@require_safe
def every(request: HttpRequest) -> HttpResponse:
    """List the mails; open to whoever reaches the demo, since sign-in codes come here too."""
    found = caught.caught()
    shown = request.GET.get("show", "")
    kinds = [(kind, str(word), sum(one.kind == kind for one in found)) for _id, kind, word, *_ in caught.KINDS]
    context = {
        "mails": [one for one in found if not shown or one.kind == shown],
        "total": len(found),
        "kinds": [row for row in kinds if row[2]],
        "show": shown,
    }
    return render(request, "reports/mails/every.html", context)


@login_not_required
@never_cache
@sandbox.frames
@require_safe
def show(request: HttpRequest, name: str) -> HttpResponse:
    """Show one mail: its HTML in a frame, and its text."""
    found = caught.message(name)
    context = {
        "mail": caught.mail(name),
        "text": caught.text_of(found),
        "frame_url": reverse("mail_body", args=[name]) if caught.html_of(found) else "",
        "headers": [
            (key, str(found[key])) for key in ("From", "Reply-To", "Message-ID", "List-Unsubscribe") if found[key]
        ],
    }
    return render(request, "reports/mails/one.html", context)


@login_not_required
@never_cache
@sandbox.framed
@require_safe
def body(_request: HttpRequest, name: str) -> HttpResponse:
    """The HTML of one mail, for the frame."""
    found = caught.message(name)
    html = caught.html_of(found)
    if not html:
        raise Http404
    return sandbox.mail_body(html, caught.pictures_of(found))
