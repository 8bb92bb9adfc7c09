"""The only writers of the firm's people: specialists, and everybody's absences."""

from collections.abc import Sequence
from datetime import date

from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events
from accounts.checked import checked
from accounts.errors import DomainError, NotAllowed
from accounts.formats import day
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
def add_absence(
    *, by: User, person: User, starts_on: date, ends_on: date, why: str = "", deputy: User | None = None
) -> Absence:
    """Note days off of somebody of the firm, both ends included; managers for anybody, others for themselves.

    `deputy`, another manager, answers for a manager's engagements on those days.
    """
    _require_own(by, person)
    _check_deputy(person, deputy)
    _check_days(person, starts_on, ends_on)
    absence = Absence(user=person, starts_on=starts_on, ends_on=ends_on, why=why.strip(), deputy=deputy)
    checked(absence).save(force_insert=True)
    message = gettext_noop("%(actor)s noted that %(name)s is away from %(start)s to %(end)s")
    if deputy is not None:
        message = gettext_noop("%(actor)s noted that %(name)s is away from %(start)s to %(end)s; %(deputy)s stands in")
    events.record(
        by=by,
        verb="absence_added",
        message=message,
        params={
            "actor": by.name,
            "name": person.name,
            "start": starts_on.isoformat(),
            "end": ends_on.isoformat(),
            "deputy": deputy.name if deputy else "",
        },
    )
    return absence


def _require_own(by: User, person: User) -> None:
    if not (by.manages or by.pk == person.pk):
        raise NotAllowed(_("Specialists note and change their own absences, managers everybody’s."))
    if not person.is_firm:
        raise DomainError(_("Only the firm’s own people have absences here."), field="person")


def _check_deputy(person: User, deputy: User | None) -> None:
    if deputy is None:
        return
    if not person.manages:
        raise DomainError(_("Only a manager has a deputy. A specialist’s work is handed over instead."), field="deputy")
    if not deputy.manages or not deputy.is_active:
        raise DomainError(_("Choose another manager as the deputy."), field="deputy")


def _check_days(person: User, starts_on: date, ends_on: date) -> None:
    """Raise DomainError where the days run backwards, or some of them are noted already."""
    if ends_on < starts_on:
        raise DomainError(_("The absence ends before it starts."), field="ends_on")
    # Absences of one person are noted one after the other: two at once would not see each other.
    User.objects.select_for_update(no_key=True).get(pk=person.pk)
    noted = Absence.objects.filter(user=person, starts_on__lte=ends_on, ends_on__gte=starts_on).first()
    if noted is not None:
        sentence = _(
            "%(name)s is away from %(start)s to %(end)s already. Take those days back first, or choose others."
        )
        if noted.starts_on == noted.ends_on:
            sentence = _("%(name)s is away on %(start)s already. Take that day back first, or choose others.")
        days = {"start": day(noted.starts_on), "end": day(noted.ends_on)}
        raise DomainError(sentence % {"name": person.name, **days}, field="starts_on")


@transaction.atomic
def remove_absence(*, by: User, absence: Absence) -> None:
    """Take an absence back; the trail keeps it."""
    _require_own(by, absence.user)
    events.record(
        by=by,
        verb="absence_removed",
        message=gettext_noop("%(actor)s took back an absence of %(name)s"),
        params={"actor": by.name, "name": absence.user.name},
    )
    absence.delete()
