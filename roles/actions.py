"""The only writers of the catalogue's people: specialists and their absences."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked
from accounts.errors import DomainError, NotAllowed
from accounts.models import User
from accounts.states import Kind
from roles.models import Absence, Role, Specialist


def _require_manager(by: User) -> None:
    if not by.manages:
        raise NotAllowed(_("Only account managers and administrators keep the list of specialists."))


@transaction.atomic
def create_specialist(
    *, by: User, user: User, role: Role, capacity: int = 100, country: str = "", skills: Sequence[str] = ()
) -> Specialist:
    """Make a person of the firm a specialist; `capacity` is percent of a full week."""
    _require_manager(by)
    if user.kind != Kind.SPECIALIST:
        raise DomainError(_("%(name)s does not sign in as a specialist.") % {"name": user.name}, field="user")
    specialist = checked(
        Specialist(user=user, role=role, capacity=capacity, country=country.upper(), skills=list(skills))
    )
    specialist.save(force_insert=True)
    events.record(
        by=by,
        verb="specialist_added",
        message=gettext_noop("%(actor)s added %(name)s, %(role)s, to the specialists"),
        params={"actor": by.name, "name": user.name, "role": role.name},
    )
    return specialist


@transaction.atomic
def change_specialist(
    *, by: User, specialist: Specialist, role: Role, capacity: int, country: str = "", skills: Sequence[str] = ()
) -> Specialist:
    """Change what a specialist is and how much of a week they work, in percent."""
    _require_manager(by)
    specialist.role, specialist.capacity = role, capacity
    specialist.country, specialist.skills = country.upper(), list(skills)
    checked(specialist).save(update_fields=["role", "capacity", "country", "skills"])
    events.record(
        by=by,
        verb="specialist_changed",
        message=gettext_noop("%(actor)s changed the entry of %(name)s"),
        params={"actor": by.name, "name": specialist.user.name},
    )
    return specialist


@transaction.atomic
def add_absence(*, by: User, specialist: Specialist, starts_on: date, ends_on: date, why: str = "") -> Absence:
    """Note days off, both ends included; managers for anybody, specialists for themselves."""
    if not by.manages and specialist.user_id != by.pk:
        raise NotAllowed(_("Specialists note their own absences, managers everybody’s."))
    absence = checked(Absence(specialist=specialist, starts_on=starts_on, ends_on=ends_on, why=why.strip()))
    absence.save(force_insert=True)
    events.record(
        by=by,
        verb="absence_added",
        message=gettext_noop("%(actor)s noted that %(name)s is away from %(start)s to %(end)s"),
        params={
            "actor": by.name,
            "name": specialist.user.name,
            "start": starts_on.isoformat(),
            "end": ends_on.isoformat(),
        },
    )
    return absence


@transaction.atomic
def remove_absence(*, by: User, absence: Absence) -> None:
    """Take an absence back; the trail keeps it."""
    if not by.manages and absence.specialist.user_id != by.pk:
        raise NotAllowed(_("Specialists change their own absences, managers everybody’s."))
    events.record(
        by=by,
        verb="absence_removed",
        message=gettext_noop("%(actor)s took back an absence of %(name)s"),
        params={"actor": by.name, "name": absence.specialist.user.name},
    )
    absence.delete()
