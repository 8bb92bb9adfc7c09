"""Every engagement that a person sees, with just what counts, sentences and the side bar need; one query."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any

from django.db.models import Case, DateField, IntegerField, OuterRef, QuerySet, Subquery, Value, When
from django.utils.translation import gettext as _
from psycopg.types.range import Range

from accounts.addresses import address
from accounts.clock import today
from accounts.models import User
from accounts.prepared import Prepared, given
from accounts.states import Kind
from engagements.models import Engagement
from engagements.states import ENDED, LIVE, EngagementState
from milestones.calendar import WorkCalendar
from milestones.clock import days_of
from reports.pages.words import short
from roles.models import Absence

FIELDS = (
    "pk", "code", "name", "state", "plan__health", "manager_id", "activated_at", "ended_on",
    "client_id", "client__name", "client__country", "client__subdivision", "client__time_zone",
    "manager__name", "covered_until", "held", "held_on",
)  # fmt: skip


@dataclass(frozen=True)
class Light:
    """One engagement, light: no model, no further query."""

    id: int
    code: str
    name: str
    state: str
    health: str
    manager_id: int
    activated_on: date | None
    ended_on: date | None
    client_id: int
    client: str
    country: str
    subdivision: str
    time_zone: str
    manager: str = ""
    covered_until: date | None = None
    held: Sequence[Range[date]] = ()
    held_on: date | None = None

    @property
    def covers(self) -> str:
        """`for Ines Rautio until 4 Dec`, where the reader stands in for the manager; else nothing."""
        if self.covered_until is None:
            return ""
        return _("for %(name)s until %(day)s") % {"name": self.manager, "day": short(self.covered_until)}

    @property
    def url(self) -> str:
        """The engagement's page."""
        return address("engagement", self.code)

    @property
    def is_live(self) -> bool:
        """Whether it runs or is on hold."""
        return self.state in LIVE

    @property
    def has_ended(self) -> bool:
        """Whether it is completed or ended early."""
        return self.state in ENDED

    @cached_property
    def calendar(self) -> WorkCalendar:
        """Working days at the client's, less those on which the clock stood still."""
        return WorkCalendar(self.country, self.subdivision).without(days_of(self.held, self.held_on, self.today))

    @cached_property
    def today(self) -> date:
        """The date at the client's."""
        return today(self.time_zone)

    def opened(self, deliverable: str) -> str:
        """The engagement's page with a deliverable open on it."""
        return f"{self.url}?open={deliverable}#d-{deliverable}"

    def worked_since(self, day: date) -> int:
        """Working days from `day` until today at the client's."""
        return self.calendar.working_days_between(day, self.today)


def shown_health(state: str, health: str) -> str:
    """What the pill says: the health while it runs, else the state of life."""
    return (health or "starting") if state == EngagementState.ACTIVE else state


def _query(user: User, own: Any, day: Any) -> "QuerySet[Engagement, tuple[Any, ...]]":
    """Any: values, or places for them."""
    seen = Engagement.objects.visible_to(user).present().annotate(covered_until=covered_until(own, day))
    return in_order(seen, own).values_list(*FIELDS)


# What somebody sees who manages.
EVERY = Prepared(lambda: _query(User(kind=Kind.MANAGER), given("user"), given("day", DateField())))


def lights(user: User) -> list[Light]:
    """What is not removed or archived: own ones before others', worst first."""
    day = today(user.time_zone)
    found = EVERY(user=user.pk, day=day) if user.manages else _query(user, user, day)
    return [
        Light(pk, code, name, state, shown_health(state, health or ""), manager, at and at.date(), *rest)
        for pk, code, name, state, health, manager, at, *rest in found
    ]


def answered_for(rows: list[Light], user: User) -> list[Light]:
    """The engagements that a person answers for: every one for an administrator; a manager's own, and an absent
    manager's whose deputy the person is.
    """
    if user.kind == Kind.ADMINISTRATOR:
        return rows
    return [row for row in rows if row.manager_id == user.pk or row.covered_until is not None]


def covered_until(user: Any, day: Any) -> Subquery:
    """Return, as a column of engagements, until when this person stands in for the manager; null where not.

    Any: a user or an id and a day, or places for them.
    """
    away = Absence.objects.filter(user=OuterRef("manager"), deputy=user, starts_on__lte=day, ends_on__gte=day)
    return Subquery(away.order_by("-ends_on").values("ends_on")[:1])


def in_order(rows: QuerySet[Engagement], user: Any) -> QuerySet[Engagement]:
    """Own ones first, then by health, worst first; what has ended comes last. Any: a user, or a place for an id."""
    states = {EngagementState.ON_HOLD: 5, EngagementState.DRAFT: 6}
    healths = {"off_track": 1, "at_risk": 2, "on_track": 4}
    place = Case(
        *(When(state=state, then=Value(rank)) for state, rank in states.items()),
        When(state__in=sorted(ENDED), then=Value(7)),
        *(When(plan__health=health, then=Value(rank)) for health, rank in healths.items()),
        default=Value(3),
        output_field=IntegerField(),
    )
    own = Case(When(manager=user, then=Value(0)), default=Value(1), output_field=IntegerField())
    return rows.order_by(own, place, "-start_on", "code")
