"""Stopping the digest from the mail itself (RFC 8058): a GET shows, a POST acts, nobody has to sign in."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_http_methods

from accounts.db import as_firm
from accounts.models import User
from reports.actions.digests import subscribe, unsubscribe as stop
from reports.digest.tokens import holder
from reports.models import DigestSetting


@csrf_exempt  # mail programs post here by themselves; the token is what permits it
@login_not_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
def unsubscribe(request: HttpRequest, token: str) -> HttpResponse:
    """Show what the button does, or do it. A token that we did not make is 404."""
    public_id = holder(token)
    if public_id is None:
        raise Http404
    with as_firm():
        user = User.objects.filter(public_id=public_id).first()
        if user is None:
            raise Http404
        if request.method == "POST":
            subscribed = (subscribe if request.POST.get("again") else stop)(by=user).subscribed
        else:
            subscribed = not DigestSetting.objects.filter(user=user, subscribed=False).exists()
    response = render(request, "reports/digest/unsubscribe.html", {"subscribed": subscribed, "email": user.email})
    response["Referrer-Policy"] = "no-referrer"
    return response
