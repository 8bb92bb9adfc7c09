"""Random plans with the proportions of the shipped playbooks: three milestones, four-day tasks, chains."""

from dataclasses import dataclass, field
from typing import Final

import numpy as np

WORKING_DAYS: Final = 64  # in ninety calendar days
MILESTONES: Final = (30, 60, 90)
ITEMS_OF_ONE: Final = 8  # deliverables that one specialist is given


@dataclass
class Item:
    """A deliverable: what the plan says, in working days from the start, and what came of it.

    `content` is the effort that it really takes; the plan says `effort`. Its owner wants to hand it in so many days
    before the due date (`ahead`). Days are None until they are reached.
    """

    id: int
    milestone: int
    start: int
    due: int
    effort: float
    owner: int
    before: tuple[int, ...]
    content: float
    ahead: int = 0
    added: int | None = None
    begun: int | None = None
    submitted: int | None = None
    sent_back: int | None = None
    accepted: int | None = None
    waits: list["Stop"] = field(default_factory=list)

    @property
    def running(self) -> bool:
        return self.begun is not None and self.submitted is None

    def stopped(self, day: int) -> bool:
        """Is it held up by a wait on that day?"""
        return any(one.since <= day and (one.until is None or day < one.until) for one in self.waits)


@dataclass
class Stop:
    """A wait on the client, in working days from the start; `until` is the first day on which it is over."""

    since: int
    until: int | None
    review: bool = False


def plan(count: int, rng: np.random.Generator) -> list[Item]:
    """Make a plan of so many deliverables: a third for each milestone, in order of their starts."""
    items: list[Item] = []
    owners = rng.permutation(np.arange(count) % team(count))
    for number in range(count):
        place = number * 3 // count
        first = place * WORKING_DAYS // 3
        last = (place + 1) * WORKING_DAYS // 3
        window = int(rng.integers(4, 11))
        start = first + int((last - first - window) * rng.random())
        items.append(_item(number, MILESTONES[place], start, start + window - 1, int(owners[number]), rng))
    for item in items:
        item.before = _before(item, items, rng)
    return items


def team(count: int) -> int:
    return max(2, round(count / ITEMS_OF_ONE))


def _item(number: int, milestone: int, start: int, due: int, owner: int, rng: np.random.Generator) -> Item:
    effort = max(1.0, round((due - start + 1) * rng.uniform(0.35, 0.8)))
    return Item(number, milestone, start, due, effort, owner, (), effort)


def _before(item: Item, items: list[Item], rng: np.random.Generator) -> tuple[int, ...]:
    """Up to three of those that are due shortly before it starts."""
    possible = [one.id for one in items if item.start - 15 <= one.due < item.start]
    wanted = min(len(possible), int(rng.choice([0, 1, 2, 3], p=[0.15, 0.4, 0.3, 0.15])))
    return tuple(sorted(int(one) for one in rng.choice(possible, wanted, replace=False))) if wanted else ()
