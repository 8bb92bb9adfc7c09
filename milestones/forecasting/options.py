"""What would help a milestone that slips: the chain that drives it, and the changes worth proposing.

Candidates come from the plan: a wait that ends soon, work that another placed specialist takes, and what can be
dropped. Each is forecast beside the plan as it is, from the same draws, and only what gains enough is kept.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal

from milestones.forecasting.types import PlanInput, Work
from milestones.forecasting.what_if import Comparison, Effect, dropped, reassigned, wait_closed

OptionKind = Literal["wait", "owner", "drop"]

MOST_OPTIONS = 3
MOST_LINKS = 6
WAIT_DAYS = 2  # working days in which a wait could end when somebody is asked today
LEAST_DAYS = 1  # working days of the 8-in-10 date that are worth a change
LEAST_CHANCE = 0.05
MOST_WORKS = 8  # deliverables that are tried for each kind of change
MOST_HELPERS = 2  # specialists who are tried for each of them
LESS_LOAD = 2  # open deliverables that a helper has less, so that giving one away leaves neither with more


@dataclass(frozen=True)
class Helper:
    """A specialist placed at the engagement who could take work of a role until a day; `load` as of Work."""

    id: int
    role: str
    load: int
    until: date


@dataclass(frozen=True)
class Link:
    """One deliverable of the chain; `days` are the working days by which the milestone is sooner without it."""

    work: int
    days: int


@dataclass(frozen=True)
class Option:
    """A change with what it does; `to` is the helper, `on` the day a wait ends, `client` on whom it is."""

    kind: OptionKind
    work: int
    effect: Effect
    to: int | None = None
    on: date | None = None
    client: bool = False

    @property
    def is_worth_it(self) -> bool:
        """Whether it gains a working day of the 8-in-10 date, or five points of chance."""
        return self.effect.eight_in_ten_days >= LEAST_DAYS or self.effect.chance >= LEAST_CHANCE


@dataclass(frozen=True)
class WaysOut:
    """The chain in order of finish, and the options, the best first."""

    chain: tuple[Link, ...]
    options: tuple[Option, ...]


@dataclass(frozen=True)
class _Try:
    """A change that has not been forecast yet."""

    kind: OptionKind
    work: int
    plan: PlanInput
    to: int | None = None
    on: date | None = None
    client: bool = False


@dataclass(frozen=True)
class Around:
    """What the plan's input does not say: who could help, what may be dropped, and each one's likely finish."""

    helpers: Sequence[Helper]
    optional: frozenset[int]
    finish: Mapping[int, date]


def ways_out(compared: Comparison, milestone: int, around: Around) -> WaysOut:
    """Return what drives a milestone and what would help it."""
    before = compared.before(milestone)
    if before is None or not before.critical:
        return WaysOut((), ())
    works = {one.id: one for one in compared.plan.works}
    chain = sorted(_chain(works, before.critical), key=lambda one: (around.finish[one.id], one.id))
    tried = [_tried(compared, milestone, one) for one in _tries(compared.plan, chain, around)]
    options = sorted((one for one in tried if one and one.is_worth_it), key=_gain, reverse=True)
    return WaysOut(tuple(_link(compared, milestone, one) for one in chain), tuple(_different(options)))


def _chain(works: dict[int, Work], critical: Sequence[int]) -> list[Work]:
    """The critical ones and what they wait for, as far back as it is open; the most critical first."""
    found: dict[int, Work] = {}
    left = [one for one in critical if works[one].is_open]
    while left and len(found) < MOST_LINKS:
        work = works[left.pop(0)]
        if work.id not in found:
            found[work.id] = work
            left += [one for one in work.predecessors if one in works and works[one].is_open]
    return list(found.values())


def _link(compared: Comparison, milestone: int, work: Work) -> Link:
    effect = compared.effect(dropped(compared.plan, work.id), milestone)
    return Link(work.id, effect.days if effect else 0)


def _tried(compared: Comparison, milestone: int, one: _Try) -> Option | None:
    effect = compared.effect(one.plan, milestone)
    return Option(one.kind, one.work, effect, one.to, one.on, one.client) if effect else None


def _gain(one: Option) -> tuple[int, float, int]:
    return (one.effect.eight_in_ten_days, one.effect.chance, one.effect.days)


def _different(options: Sequence[Option]) -> Iterator[Option]:
    """The best of each deliverable and kind, and at most so many."""
    seen: set[tuple[str, int]] = set()
    for one in options:
        if (one.kind, one.work) not in seen and len(seen) < MOST_OPTIONS:
            seen.add((one.kind, one.work))
            yield one


# --- candidates ----------------------------------------------------------------------------------------------


def _tries(plan: PlanInput, chain: Sequence[Work], around: Around) -> Iterator[_Try]:
    yield from _waits(plan, chain)
    yield from _owners(plan, chain, around)
    for work in _optional(plan, chain, around.optional):
        yield _Try("drop", work.id, dropped(plan, work.id))


def _waits(plan: PlanInput, chain: Sequence[Work]) -> Iterator[_Try]:
    """The chain's waits, and those of what its owners have in hand: while that stands, the chain queues behind it."""
    on = plan.calendar.add_working_days(plan.today, WAIT_DAYS)
    held = [one for one in _beside(plan, chain) if any(wait.open for wait in one.waits)]
    for work in held[:MOST_WORKS]:
        for client in (True, False):
            if work.open_waits(on_client=client):
                closed = wait_closed(plan, work.id, on, on_client=client)
                yield _Try("wait", work.id, closed, on=on, client=client)


def _owners(plan: PlanInput, chain: Sequence[Work], around: Around) -> Iterator[_Try]:
    """What the chain's owners have on the table, given to whoever of the same role has clearly less."""
    for work in _beside(plan, chain)[:MOST_WORKS]:
        if work.state == "in_review" or work.owner is None:
            continue
        able = [one for one in around.helpers if _could_take(one, work, around.finish[work.id])]
        for one in sorted(able, key=lambda helper: (helper.load, helper.id))[:MOST_HELPERS]:
            changed = reassigned(plan, work.id, one.id, open_load=one.load)
            yield _Try("owner", work.id, changed, to=one.id)


def _could_take(one: Helper, work: Work, finish: date) -> bool:
    room = one.load + LESS_LOAD <= work.owner_open_load
    return room and one.id != work.owner and bool(work.role) and one.role == work.role and one.until >= finish


def _beside(plan: PlanInput, chain: Sequence[Work]) -> list[Work]:
    """The chain itself, then whatever else its owners hold, in order of due date."""
    own = {one.id for one in chain}
    owners = {one.owner for one in chain if one.owner is not None}
    others = [one for one in plan.works if one.is_open and one.id not in own and one.owner in owners]
    return [*chain, *sorted(others, key=lambda one: (one.due_on, one.id))]


def _optional(plan: PlanInput, chain: Sequence[Work], optional: frozenset[int]) -> list[Work]:
    """What may be dropped, has not begun, and nothing open waits for."""
    wanted = {before for one in plan.works if one.is_open for before in one.predecessors}
    found = [one for one in _beside(plan, chain) if one.state == "planned" and one.id in optional]
    return [one for one in found if one.id not in wanted][:MOST_WORKS]
