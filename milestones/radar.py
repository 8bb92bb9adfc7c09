"""The placement radar: what about the people of a plan endangers its dates. Pure rules; no Django.

Each rule takes plain rows and returns findings with the numbers that its sentence tells.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from milestones.calendar import WorkCalendar

SILENT_DAYS: Final = 5  # working days of the specialist's own
FEW: Final = 3  # fewer critical deliverables than this always lie with somebody
HALF: Final = 0.5


@dataclass(frozen=True)
class Place:
    """A placement: who, from when to when (both included); `last_move` is the last word or move of their work."""

    id: int
    person: int
    starts_on: date
    ends_on: date
    last_move: date | None = None
    away: frozenset[date] = field(default=frozenset())


@dataclass(frozen=True)
class Task:
    """An unfinished deliverable: whose (placement and person), effort in days, and its 8-in-10 finish.

    `at_work`: it is the owner's turn now; `waits`: it stands still for somebody else.
    """

    id: int
    place: int
    person: int
    effort: int
    critical: bool
    eight_in_ten: date | None = None
    at_work: bool = False
    waits: bool = False


@dataclass(frozen=True)
class RollOff:
    """A placement that ends before its critical work does: its last such task, and working days that are missing."""

    place: int
    task: int
    by: date
    days: int
    tasks: int


@dataclass(frozen=True)
class Holder:
    """Somebody with more than half of the remaining critical work: days of effort and tasks, of how many."""

    person: int
    days: int
    all_days: int
    tasks: int
    all_tasks: int


@dataclass(frozen=True)
class Silent:
    """A placement whose work has not moved for so many working days of its owner."""

    place: int
    days: int
    since: date
    tasks: int


def roll_offs(places: Iterable[Place], tasks: Iterable[Task], calendar: WorkCalendar) -> list[RollOff]:
    """Return the placements that end before their critical work is 8 in 10 likely to be done, the worst first."""
    found = []
    owned = _by_place(task for task in tasks if task.critical and task.eight_in_ten)
    for place in places:
        late = [task for task in owned[place.id] if task.eight_in_ten and task.eight_in_ten > place.ends_on]
        if late:
            last = max(late, key=lambda task: (task.eight_in_ten or place.ends_on, task.id))
            by = last.eight_in_ten or place.ends_on
            found.append(RollOff(place.id, last.id, by, calendar.working_days_between(place.ends_on, by), len(late)))
    return sorted(found, key=lambda one: (-one.days, one.place))


def holder(tasks: Iterable[Task]) -> Holder | None:
    """Return who holds more than half of the remaining critical effort; None where it is spread, or little is left."""
    critical = [task for task in tasks if task.critical]
    if len(critical) < FEW:
        return None
    by_person: defaultdict[int, list[Task]] = defaultdict(list)
    for task in critical:
        by_person[task.person].append(task)
    person, own = max(by_person.items(), key=lambda pair: (_effort(pair[1]), -pair[0]))
    every = _effort(critical)
    if _effort(own) <= every * HALF:
        return None
    return Holder(person, _effort(own), every, len(own), len(critical))


def _effort(tasks: Iterable[Task]) -> int:
    return sum(task.effort for task in tasks)


def silent(places: Iterable[Place], tasks: Iterable[Task], calendar: WorkCalendar, today: date) -> list[Silent]:
    """Return the placements whose work has stood for SILENT_DAYS, the longest first.

    Only work that is theirs to move counts: what waits for others, or was handed in, is no silence. Their days away
    are no working days of theirs.
    """
    found = []
    owned = _by_place(task for task in tasks if task.at_work and not task.waits)
    for place in places:
        if not owned[place.id] or not place.starts_on <= today <= place.ends_on:
            continue
        since = max(place.last_move or place.starts_on, place.starts_on)
        days = calendar.without(place.away).working_days_between(since, today)
        if days >= SILENT_DAYS:
            found.append(Silent(place.id, days, since, len(owned[place.id])))
    return sorted(found, key=lambda one: (-one.days, one.place))


def _by_place(tasks: Iterable[Task]) -> Mapping[int, Sequence[Task]]:
    found: defaultdict[int, list[Task]] = defaultdict(list)
    for task in tasks:
        found[task.place].append(task)
    return found
