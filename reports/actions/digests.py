"""What people decide about their digest."""

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.clock import now
from accounts.errors import DomainError
from accounts.models import User
from engagements.models import Contact
from reports.digest.schedule import FIRM_HOUR, FIRM_WEEKDAY
from reports.models import DigestSetting
from reports.states import DigestScope


def setting_of(user: User) -> DigestSetting:
    """Return the person's setting, made from the client's hour (or the firm's) where there is none yet."""
    contact = Contact.objects.select_related("client").filter(user=user).first()
    weekday = contact.client.digest_weekday if contact else FIRM_WEEKDAY
    hour = contact.client.digest_hour if contact else FIRM_HOUR
    setting, _made = DigestSetting.objects.get_or_create(user=user, defaults={"weekday": weekday, "hour": hour})
    return setting


@transaction.atomic
def set_digest(
    *, by: User, weekday: int, hour: int, scope: str = DigestScope.EACH, subscribed: bool = True
) -> DigestSetting:
    """Set when this person's own digest comes, or that it does not; weekday 0 is Monday, hour 0 to 23.

    Raises DomainError for a weekday, an hour or a scope that does not exist.
    """
    if not 0 <= weekday <= 6:
        raise DomainError(_("Choose a day from Monday to Sunday."), field="weekday")
    if not 0 <= hour <= 23:
        raise DomainError(_("Choose an hour from 0 to 23."), field="hour")
    if scope not in DigestScope.values:
        raise DomainError(_("Choose one digest for each engagement, or one for all."), field="scope")
    setting = setting_of(by)
    setting.weekday, setting.hour, setting.scope, setting.subscribed = weekday, hour, scope, subscribed
    setting.unsubscribed_at = None if subscribed else now()
    setting.save(update_fields=["weekday", "hour", "scope", "subscribed", "unsubscribed_at"])
    return setting


@transaction.atomic
def unsubscribe(*, token: str) -> DigestSetting | None:
    """Stop the digest of whoever holds this token; None for a token that nobody has. Doing it twice is fine."""
    setting = DigestSetting.objects.select_related("user").filter(token=token).first()
    if setting is None:
        return None
    if DigestSetting.objects.filter(pk=setting.pk, subscribed=True).update(subscribed=False, unsubscribed_at=now()):
        events.record(
            by=setting.user,
            verb="digest_unsubscribed",
            message=gettext_noop("%(actor)s unsubscribed from the weekly digest"),
            params={"actor": setting.user.name},
            client_id=setting.user.client_ref,
        )
    return setting
