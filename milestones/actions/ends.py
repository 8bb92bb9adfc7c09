"""What ends together with a deliverable's work: its waits and its slip flags."""

from datetime import date

from django.db.models.functions import Greatest

from accounts.models import User
from milestones.models import Deliverable, SlipFlag, Wait


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
