"""Who answers for an engagement today: its manager, and while that one is away the deputy too."""

from accounts.clock import today
from accounts.models import User
from engagements.models import Engagement
from roles.models import Absence


def deputies_of(manager: User) -> list[User]:
    """Return who stands in for this manager today (on the manager's calendar); one query."""
    day = today(manager.time_zone)
    away = Absence.objects.filter(user=manager, starts_on__lte=day, ends_on__gte=day, deputy__is_active=True)
    found = {row.deputy for row in away.select_related("deputy") if row.deputy is not None}
    return sorted(found, key=lambda one: one.pk)


def addresses_of(engagement: Engagement) -> tuple[str, ...]:
    """Return whom a reply to one of our mails about this engagement reaches, the manager first; `manager` is loaded."""
    return (engagement.manager.email, *(one.email for one in deputies_of(engagement.manager)))
