"""What is known of a simulated engagement on a day: the input of every forecast, and nothing that comes later."""

from collections.abc import Iterable
from datetime import date, timedelta
from typing import Final

from benchmarks.forecasts.plans import MILESTONES, WORKING_DAYS, Item
from benchmarks.forecasts.world import World
from milestones.calendar import WorkCalendar
from milestones.forecasting import MilestoneDue, PlanInput, Wait, Work
from milestones.forecasting.types import State

CALENDAR: Final = WorkCalendar("FI")
START: Final = date(2026, 3, 2)
# Ordinary days only: what a forecast knows of the calendar is tested elsewhere.
DAYS: Final = tuple(CALENDAR.working_days(START, START + timedelta(days=1500)))
INDEX: Final = {day: number for number, day in enumerate(DAYS)}


def known(world: World, after: int, name: str) -> tuple[PlanInput, int]:
    """Return the plan as it stands in the morning, so many calendar days after the start, and that working day."""
    today = CALENDAR.next_working(START + timedelta(days=after))
    now = DAYS.index(today)
    items = [one for one in world.items if one.added is None or one.added < now]
    kept = {one.id for one in items}
    loads = _loads(items, now)
    works = tuple(_work(one, now, kept, loads) for one in items)
    due = [DAYS[(place + 1) * WORKING_DAYS // 3 - 1] for place in range(3)]
    milestones = tuple(MilestoneDue(key, day) for key, day in zip(MILESTONES, due, strict=True))
    return PlanInput(name, today, works, milestones, CALENDAR), now


def _loads(items: Iterable[Item], now: int) -> dict[int, int]:
    """Count what each specialist has on the table: begun, or planned to have begun."""
    found: dict[int, int] = {}
    for one in items:
        if one.start <= now and not _past(one.accepted, now):
            found[one.owner] = found.get(one.owner, 0) + 1
    return found


def _past(day: int | None, now: int) -> bool:
    return day is not None and day < now


def _work(item: Item, now: int, kept: set[int], loads: dict[int, int]) -> Work:
    begun = item.begun if _past(item.begun, now) else None
    accepted = item.accepted if _past(item.accepted, now) else None
    return Work(
        id=item.id,
        milestone=item.milestone,
        start_on=DAYS[item.start],
        due_on=DAYS[item.due],
        effort_days=item.effort,
        state=_state(item, now),
        started_on=None if begun is None else DAYS[begun],
        finished_on=None if accepted is None else DAYS[accepted],
        predecessors=tuple(one for one in item.before if one in kept),
        owner=item.owner,
        owner_open_load=loads.get(item.owner, 0),
        waits=_waits(item, now),
        added_on=None if item.added is None else DAYS[item.added],
        needs_sign_off=bool(item.id % 2),
    )


def _state(item: Item, now: int) -> State:
    if _past(item.accepted, now):
        return "accepted"
    if not _past(item.begun, now):
        return "planned"
    if _past(item.sent_back, now):
        return "in_review" if _past(item.submitted, now) else "sent_back"
    first = next((one.since for one in item.waits if one.review), item.submitted)
    return "in_review" if _past(first, now) else "in_progress"


def _waits(item: Item, now: int) -> tuple[Wait, ...]:
    found = []
    for one in item.waits:
        if one.since < now:
            closed = _past(one.until, now)
            until = DAYS[one.until] if closed and one.until is not None else None
            found.append(Wait(DAYS[one.since], "client", open=not closed, until=until, review=one.review))
    return tuple(found)
