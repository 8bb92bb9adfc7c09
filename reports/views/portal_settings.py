"""When a contact wants the weekly digest."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from accounts.db import as_firm
from accounts.http import AuthedHttpRequest, see_other
from reports.access import Reader
from reports.actions.digests import set_digest
from reports.models import DigestSetting
from reports.portal import links
from reports.portal.forms import DigestForm
from reports.states import DigestScope
from reports.views.portal_entry import READ_AND_SEND, portal, show_form


@require_http_methods(READ_AND_SEND)
@portal
def settings(request: AuthedHttpRequest, reader: Reader) -> HttpResponseBase:
    """Show and change the day and hour of the digest."""
    form = DigestForm(request.POST or None, initial=_wanted(reader))
    if request.method == "POST" and form.is_valid():
        with as_firm(by=request.user):
            set_digest(by=request.user, **form.cleaned_data)
        messages.success(request, _("Saved. The next digest follows it."))
        return see_other(request, links.to(reader, "portal_settings"))
    return show_form(request, reader, "settings", form, time_zone=reader.user.time_zone)


def _wanted(reader: Reader) -> dict[str, object]:
    """Return what is chosen now; without a choice, the client's own day and hour. Settings are the firm's table."""
    with as_firm(read_only=True):
        setting = DigestSetting.objects.filter(user=reader.user).first()
    if setting is None:
        client = reader.client
        weekday, hour = client.digest_weekday, client.digest_hour
        return {"subscribed": True, "weekday": weekday, "hour": hour, "scope": DigestScope.EACH}
    return {name: getattr(setting, name) for name in ("subscribed", "weekday", "hour", "scope")}
