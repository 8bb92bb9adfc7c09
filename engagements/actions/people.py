"""The firm's own people: added by an administrator, let go once nothing hangs on them, and taken back."""

from typing import Final

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.utils.translation import gettext as _, gettext_noop

from accounts import events, jobs
from accounts.actions import create_user
from accounts.clock import today
from accounts.errors import DomainError, IllegalMove, NotAllowed
from accounts.models import User
from accounts.states import FIRM_KINDS, Kind
from engagements.actions.engagements import change_engagement
from engagements.models import Engagement, Placement
from engagements.states import ENDED

NAMED: Final = 3


@transaction.atomic
def add_person(*, by: User, name: str, email: str, kind: Kind, time_zone: str, title: str = "") -> User:
    """Add a manager or administrator and mail how to sign in.

    Raises NotAllowed, and DomainError with the field that does not fit.
    """
    person = create_user(by=by, email=email, name=name, kind=kind, time_zone=time_zone, title=title)
    send_welcome(by=by, person=person)
    return person


@transaction.atomic
def send_welcome(*, by: User, person: User) -> None:
    """Mail how to sign in; asked again while one is on its way, it goes once."""
    _require_administrator(by, person)
    if not person.is_active:
        raise IllegalMove(_("%(name)s has left. Take them back first.") % {"name": person.name})
    jobs.request(kind="mail_welcome", key=person.public_id, args={"person": person.pk, "by": by.pk}, by=by)


@transaction.atomic
def let_go(*, by: User, person: User) -> User:
    """Shut out who left; what they did stays theirs.

    Their sessions end for good, because the password that each of them was made with is gone: should they come back,
    a code lets them in. Raises IllegalMove while work hangs on them, or where no administrator would be left.
    """
    _require_administrator(by, person)
    _require_another_administrator(person)
    _require_nothing_open(person)
    gone = User.objects.filter(pk=person.pk, is_active=True).update(is_active=False, password=make_password(None))
    if gone != 1:
        raise IllegalMove(_("%(name)s has left already.") % {"name": person.name})
    person.refresh_from_db(fields=["is_active", "password"])
    _tell(by, person, "person_left", gettext_noop("%(actor)s let %(name)s go"))
    return person


@transaction.atomic
def take_back(*, by: User, person: User) -> User:
    """Let somebody who left sign in again, by a code."""
    _require_administrator(by, person)
    if User.objects.filter(pk=person.pk, is_active=False).update(is_active=True) != 1:
        raise IllegalMove(_("%(name)s has not left.") % {"name": person.name})
    person.refresh_from_db(fields=["is_active"])
    _tell(by, person, "person_back", gettext_noop("%(actor)s took %(name)s back"))
    return person


@transaction.atomic
def hand_over(*, by: User, person: User, to: User) -> list[Engagement]:
    """Give every engagement that somebody answers for, drafts too, to another manager; returns them.

    Raises DomainError where the other is no manager, or has left.
    """
    _require_administrator(by, person)
    if to.pk == person.pk or not (to.manages and to.is_active):
        raise DomainError(_("Choose another manager who signs in."), field="to")
    open_ones = Engagement.objects.present().exclude(state__in=ENDED).filter(manager=person)
    return [
        change_engagement(by=by, engagement=one, version=one.version, manager=to)
        for one in open_ones.select_related("client", "manager").order_by("pk")
    ]


def _tell(by: User, person: User, verb: str, message: str) -> None:
    events.record(by=by, verb=verb, message=message, params={"name": person.name})


def _require_administrator(by: User, person: User) -> None:
    if by.kind != Kind.ADMINISTRATOR or person.kind not in FIRM_KINDS:
        raise NotAllowed(_("Only an administrator does this, and only for people of the firm."))


def _require_another_administrator(person: User) -> None:
    # All are locked, in one order, so that two who let each other go do not both succeed.
    rows = User.objects.select_for_update(no_key=True).filter(kind=Kind.ADMINISTRATOR, is_active=True)
    if {row.pk for row in rows.order_by("pk")} == {person.pk}:
        raise IllegalMove(_("%(name)s is the last administrator. Add another one first.") % {"name": person.name})


def _require_nothing_open(person: User) -> None:
    managed = Engagement.objects.live().filter(manager=person).order_by("code")
    if managed:
        sentence = _("%(name)s still answers for %(what)s. Hand it over first.")
        raise IllegalMove(sentence % {"name": person.name, "what": _named([row.name for row in managed])})
    placed = Placement.objects.filter(user=person, ends_on__gte=today(), engagement__removed_at=None)
    placed = placed.exclude(engagement__state__in=ENDED).select_related("engagement").order_by("engagement__code")
    if placed:
        sentence = _("%(name)s is still placed at %(what)s. Replace them there or end the placement first.")
        names = dict.fromkeys(row.engagement.name for row in placed)
        raise IllegalMove(sentence % {"name": person.name, "what": _named(list(names))})


def _named(names: list[str]) -> str:
    """Return the first few of some engagements, and how many more there are."""
    shown = ", ".join(f"“{name}”" for name in names[:NAMED])
    more = len(names) - NAMED
    return _("%(shown)s and %(n)s more") % {"shown": shown, "n": more} if more > 0 else shown
