"""What would help a milestone that slips: the chain that drives it, and the changes worth proposing.

Candidates come from the plan: a wait that ends soon, work that another placed specialist takes, what can go to the
next milestone, and what can be dropped. Each is forecast beside the plan as it is, from the same draws, and only what
gains enough is kept.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Literal

from milestones.forecasting.loads import with_loads
from milestones.forecasting.opinion import Opinion
from milestones.forecasting.types import MilestoneDue, PlanInput, Work
from milestones.forecasting.what_if import Comparison, Effect, dropped, moved, reassigned, wait_closed
from milestones.windows import start_within, windows

OptionKind = Literal["wait", "owner", "move", "drop"]

MOST_OPTIONS = 3
MOST_LINKS = 6
WAIT_DAYS = 2  # working days in which a wait could end when somebody is asked today
LEAST_DAYS = 1  # working days of the 8-in-10 date that are worth a change
LEAST_CHANCE = 0.05
# What a drop has to gain beyond a move of the same deliverable, which is the gentler of the two.
CLEARLY_DAYS = 2
CLEARLY_CHANCE = 0.1
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
    """A change with what it does; `to` is the helper, `on` the day a wait ends, `client` on whom it is.

    `stage` is the milestone that work goes to, due there on `on`; `there` is what that does to it, where other work
    is due for it already.
    """

    kind: OptionKind
    work: int
    effect: Effect
    to: int | None = None
    on: date | None = None
    client: bool = False
    stage: int | None = None
    there: Effect | None = None

    @property
    def is_worth_it(self) -> bool:
        """Whether it gains a working day of the 8-in-10 date, or five points of chance."""
        return self.effect.eight_in_ten_days >= LEAST_DAYS or self.effect.chance >= LEAST_CHANCE

    @property
    def pays(self) -> bool:
        """Whether it gains more here than it costs the milestone that the work goes to."""
        here, there = self.effect, self.there
        if there is None:
            return True
        gains = here.eight_in_ten_days + there.eight_in_ten_days > 0 or here.chance + there.chance > 0
        return gains and -there.chance <= max(here.chance, LEAST_CHANCE)


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
    stage: int | None = None


@dataclass(frozen=True)
class Around:
    """What the plan's input does not say: who could help, what may be dropped or moved, each one's likely finish.

    `opinion_after` tells what PlanInput.opinion will be once due dates have moved, some work is dropped, and starts
    have moved: the opinion on work that goes to another milestone is that of its new date.
    """

    helpers: Sequence[Helper]
    optional: frozenset[int]
    finish: Mapping[int, date]
    movable: frozenset[int] = field(default_factory=frozenset)
    opinion_after: Callable[[Mapping[int, date], Collection[int], Mapping[int, date]], Opinion] | None = None


def ways_out(compared: Comparison, milestone: int, around: Around) -> WaysOut:
    """Return what drives a milestone and what would help it."""
    before = compared.before(milestone)
    if before is None or not before.critical:
        return WaysOut((), ())
    works = {one.id: one for one in compared.plan.works}
    chain = sorted(_chain(works, before.critical), key=lambda one: (around.finish[one.id], one.id))
    tries = [*_tries(compared.plan, chain, around), *_moves(compared.plan, milestone, chain, around)]
    tried = [_tried(compared, milestone, one) for one in tries]
    options = sorted((one for one in tried if one and one.is_worth_it and one.pays), key=_gain, reverse=True)
    return WaysOut(tuple(_link(compared, milestone, one) for one in chain), tuple(_different(_gentle(options))))


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
    if effect is None:
        return None
    found = Option(one.kind, one.work, effect, one.to, one.on, one.client, one.stage)
    if one.stage is None or not found.is_worth_it:
        return found
    return replace(found, there=compared.effect(one.plan, one.stage))


def _gain(one: Option) -> tuple[int, float, int]:
    return (one.effect.eight_in_ten_days, one.effect.chance, one.effect.days)


def _gentle(options: Sequence[Option]) -> list[Option]:
    """Leave out dropping what could as well be moved, and moving what is clearly better dropped."""
    moves = {one.work: one for one in options if one.kind == "move"}
    drops = {one.work: one for one in options if one.kind == "drop"}
    harder = {work for work in moves.keys() & drops.keys() if _clearly(drops[work], moves[work])}
    wanted = {"move": moves.keys() - harder, "drop": drops.keys() - (moves.keys() - harder)}
    return [one for one in options if one.work in wanted.get(one.kind, {one.work})]


def _clearly(drop: Option, move: Option) -> bool:
    days = drop.effect.eight_in_ten_days - move.effect.eight_in_ten_days
    return days >= CLEARLY_DAYS or drop.effect.chance - move.effect.chance >= CLEARLY_CHANCE


def _different(options: Sequence[Option]) -> list[Option]:
    """The best of each deliverable and kind, and at most so many; a second move only where there is room for it."""
    best: dict[tuple[str, int], Option] = {}
    for one in options:
        best.setdefault((one.kind, one.work), one)
    moves = [one for one in best.values() if one.kind == "move"]
    others = [one for one in best.values() if one not in moves[1:]]
    kept = [*others[:MOST_OPTIONS], *moves[1:]][:MOST_OPTIONS]
    return sorted(kept, key=_gain, reverse=True)


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


def _moves(plan: PlanInput, milestone: int, chain: Sequence[Work], around: Around) -> Iterator[_Try]:
    """What is due for the milestone and may wait until the next one, because nothing due before that waits for it."""
    stage = _next(plan, milestone)
    if stage is None:
        return
    later = {one.id for one in plan.milestones if one.due_on > stage.due_on}
    wanted = {key for one in plan.works if one.is_open and one.milestone not in later for key in one.predecessors}
    own = [one for one in _beside(plan, chain) if one.milestone == milestone and one.id in around.movable]
    for work in [one for one in own if one.id not in wanted][:MOST_WORKS]:
        start, due_on = _days_there(plan, work, stage)
        changed = _put_off(plan, work, stage, start, due_on, around)
        yield _Try("move", work.id, changed, on=due_on, stage=stage.id)


def _next(plan: PlanInput, milestone: int) -> MilestoneDue | None:
    """The milestone after this one that is still to come and has not all of its work accepted."""
    own = next((one.due_on for one in plan.milestones if one.id == milestone), plan.today)
    still_open = {one.milestone for one in plan.works if one.is_open}
    closed = {one.milestone for one in plan.works if one.state == "accepted"} - still_open
    after = [one for one in plan.milestones if one.due_on > max(own, plan.today) and one.id not in closed]
    return min(after, key=lambda one: one.due_on, default=None)


def _days_there(plan: PlanInput, work: Work, stage: MilestoneDue) -> tuple[date, date]:
    """When work starts and is due that goes to a milestone: with its days, and as long after that as it has now.

    That leaves the milestone room behind it: due on the milestone's own day, it would finish last of all.
    """
    stages = sorted((one.due_on, one.id) for one in plan.milestones)
    window = windows(plan.today, ((key, due_on) for due_on, key in stages))[stage.id]
    start = start_within(plan.calendar, work.start_on, stage.due_on, window, today=plan.today)
    length = plan.calendar.working_days_between(work.start_on, work.due_on)
    due_on = min(plan.calendar.add_working_days(start, length), stage.due_on)
    return (start if work.state == "planned" else work.start_on), due_on


def _put_off(plan: PlanInput, work: Work, stage: MilestoneDue, start: date, due_on: date, around: Around) -> PlanInput:
    """The plan as the plan change would have it."""
    changed = moved(plan, work.id, due_on, start_on=start, milestone=stage.id)
    if around.opinion_after is not None and plan.opinion is not None:
        changed = replace(changed, opinion=around.opinion_after({work.id: due_on}, (), {work.id: start}))
    return replace(changed, works=with_loads(plan, changed.works))


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
