"""What ends together with a deliverable's work, its waits and slip flags, and with an engagement: what was asked."""

from datetime import date
from typing import Any

from django.db.models.functions import Greatest
from django.utils.translation import gettext_noop

from accounts.models import User
from engagements.models import Engagement
from milestones.actions.base import tell
from milestones.models import Deliverable, PlanChange, SlipFlag, Wait
from milestones.states import ChangeState


def end_waits(by: User, deliverable: Deliverable, on: date, *, for_sign_off: bool | None = None) -> int:
    """Close the open waits of a deliverable (those for a sign-off alone, or all), none before it began."""
    rows = Wait.objects.filter(deliverable=deliverable, closed_on__isnull=True)
    if for_sign_off is not None:
        rows = rows.filter(for_sign_off=for_sign_off)
    return rows.update(closed_on=Greatest("opened_on", on), closed_by=by)


def end_slips(deliverable: Deliverable, on: date) -> int:
    """Close the open slip flags of a deliverable that was accepted or dropped."""
    rows = SlipFlag.objects.filter(deliverable=deliverable, closed_on__isnull=True)
    return rows.update(closed_on=Greatest("opened_on", on))


def end_changes(by: User, engagement: Engagement) -> int:
    """Withdraw the plan changes of an engagement that ends which nobody decided; whoever calls holds its plan."""
    asked = list(PlanChange.objects.filter(engagement=engagement, state=ChangeState.ASKED))
    PlanChange.objects.filter(pk__in=[one.pk for one in asked]).update(state=ChangeState.WITHDRAWN)
    message = gettext_noop("Plan change %(number)s is withdrawn, undecided, as %(name)s ends: %(what)s")
    for one in asked:
        places: dict[str, Any] = {"number": one.number, "what": one.what, "name": engagement.name}
        tell(by, engagement, "change_withdrawn", message, shared=True, **places)
    return len(asked)
