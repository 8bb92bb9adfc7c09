"""Absences as the plans feel them: whoever is away works less, and the forecasts of their engagements are made anew."""

from datetime import date

from django.db import transaction
from django.db.models import F

from accounts.models import User
from engagements.models import Engagement
from engagements.states import EngagementState
from milestones import slips
from milestones.models import Plan
from milestones.states import UNFINISHED
from roles.actions import add_absence, remove_absence
from roles.models import Absence


@transaction.atomic
def note(
    *, by: User, person: User, starts_on: date, ends_on: date, why: str = "", deputy: User | None = None
) -> Absence:
    """Note days off (see `roles.actions.add_absence`) and ask for the forecasts that they change."""
    absence = add_absence(by=by, person=person, starts_on=starts_on, ends_on=ends_on, why=why, deputy=deputy)
    _ask_forecasts(person)
    return absence


@transaction.atomic
def take_back(*, by: User, absence: Absence) -> None:
    """Take days off back (see `roles.actions.remove_absence`) and ask for the forecasts that they change."""
    person = absence.user
    remove_absence(by=by, absence=absence)
    _ask_forecasts(person)


def _ask_forecasts(person: User) -> None:
    """Ask for the forecast of every running engagement where this person has work left."""
    active = Engagement.objects.filter(
        state=EngagementState.ACTIVE, deliverables__owner__user=person, deliverables__state__in=sorted(UNFINISHED)
    )
    for engagement in active.distinct().order_by("pk"):
        # A forecast of an older version than the plan's is made anew.
        Plan.objects.filter(engagement=engagement).update(version=F("version") + 1)
        slips.ask_recompute(engagement)
