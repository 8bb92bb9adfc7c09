"""Engagements that were put away: removed drafts for 30 days, and the archive."""

from dataclasses import dataclass

from django.urls import reverse
from django.utils.timezone import localtime
from django.utils.translation import gettext as _, ngettext

from accounts.clock import now
from accounts.models import User
from engagements.models import Engagement
from milestones.actions.life import KEPT_FOR
from reports.pages.lights import shown_health
from reports.pages.words import short


@dataclass(frozen=True)
class Away:
    """One engagement that was put away. `url` is empty for what is removed: it has no page until it is back."""

    name: str
    client: str
    mark: str
    url: str
    back_url: str
    state: str
    note: str


def removed(user: User) -> list[Away]:
    """Removed drafts that can still be brought back, the latest first."""
    rows = Engagement.objects.visible_to(user).filter(removed_at__gte=now() - KEPT_FOR).select_related("client")
    return [_away(one, _left(one), "") for one in rows.order_by("-removed_at")]


def _left(one: Engagement) -> str:
    assert one.removed_at is not None  # noqa: S101 - asked for above
    days = max((one.removed_at + KEPT_FOR - now()).days, 0)
    left = ngettext("%(n)d day left", "%(n)d days left", days) % {"n": days}
    return _("Removed %(day)s, %(left)s") % {"day": short(localtime(one.removed_at).date()), "left": left}


def archived(user: User) -> list[Away]:
    """The archive, the latest first."""
    rows = Engagement.objects.visible_to(user).filter(archived_at__isnull=False, removed_at__isnull=True)
    return [
        _away(one, _ended(one), one.get_absolute_url())
        for one in rows.select_related("client").order_by("-archived_at")
    ]


def _ended(one: Engagement) -> str:
    assert one.archived_at is not None  # noqa: S101 - asked for above
    day = short(localtime(one.archived_at).date())
    return _("Ended %(ended)s, archived %(day)s") % {"ended": short(one.ended_on), "day": day}


def _away(one: Engagement, note: str, url: str) -> Away:
    return Away(
        name=one.name,
        client=one.client.name,
        mark=one.client.mark,
        url=url,
        back_url=reverse("engagement_back", args=[one.code]),
        state=shown_health(one.state, ""),
        note=note,
    )
