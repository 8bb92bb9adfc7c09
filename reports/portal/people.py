"""Who works at the client, what was said and what happened lately."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import QuerySet
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from accounts.models import Event, with_people
from accounts.prepared import Prepared, given
from engagements.models import Placement
from reports.pages.words import moment, short
from reports.portal.words import days_a_week

LATEST: Final = 6


@dataclass(frozen=True)
class Person:
    """A specialist at the client."""

    name: str
    title: str
    time: str


@dataclass(frozen=True)
class Happening:
    """Something that happened, in a sentence."""

    state: str
    sentence: str
    when: str


def _placements() -> "QuerySet[Placement]":
    return with_people(Placement.objects.filter(engagement=given("engagement")).select_related("role"), "user")


# Who is placed, with names and roles.
PLACED = Prepared(_placements)


def specialists(found: Iterable[Placement], today: date) -> list[Person]:
    """Return each person once, with the placement of today; who has left is left out."""
    best: dict[int, Placement] = {}
    for one in sorted(found, key=lambda placement: placement.starts_on):
        if one.ends_on >= today and one.user_id not in best:
            best[one.user_id] = one
    return [_person(one, today) for one in best.values()]


def _person(one: Placement, today: date) -> Person:
    time = days_a_week(one.percent)
    if one.starts_on > today:
        time = _("from %(day)s") % {"day": short(one.starts_on)}
    return Person(one.user.name, one.title or one.role.name, time)


def _events() -> "QuerySet[Event]":
    return Event.objects.filter(engagement_id=given("engagement"), shared=True).order_by("-at", "-id")[:LATEST]


# The latest shared events.
EVENTS = Prepared(_events)


# The shape beside an event: the first of these words in its verb.
SHAPES: Final = (
    ("sent_back", "sent_back"),
    ("accept", "accepted"),
    ("approve", "accepted"),
    ("submit", "to_sign_off"),
    ("wait", "waiting"),
    ("hold", "on_hold"),
)


def activity(found: Iterable[Event]) -> list[Happening]:
    """Return the events as sentences."""
    return [Happening(_shape(one.verb), str(one), moment(localtime(one.at))) for one in found]


def _shape(verb: str) -> str:
    return next((state for part, state in SHAPES if part in verb), "in_progress")
