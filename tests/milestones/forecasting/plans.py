"""Small plans to forecast, built by name."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta

from milestones.calendar import WorkCalendar
from milestones.forecasting import MilestoneDue, PlanInput, Work

CALENDAR = WorkCalendar("FI")
START = date(2026, 10, 6)


def day(n: int) -> date:
    return CALENDAR.next_working(START + timedelta(days=n))


def work(key: int, start: int, due: int, **more: object) -> Work:
    base = Work(id=key, milestone=30, start_on=day(start), due_on=day(due), effort_days=4)
    return replace(base, **more)  # type: ignore[arg-type]


def done(key: int, start: int, due: int, *, late: int = 0, **more: object) -> Work:
    finished = CALENDAR.add_working_days(day(due), late)
    return work(key, start, due, state="accepted", started_on=day(start), finished_on=finished, **more)


def plan(*works: Work, today: int = 10, due: int = 30, engagement: str = "eng-one") -> PlanInput:
    days = sorted({one.milestone for one in works} | {30})
    milestones = tuple(MilestoneDue(one, day(one if one != 30 else due)) for one in days)
    return PlanInput(engagement, START + timedelta(days=today), works, milestones, CALENDAR)


def big_plan(count: int = 60, seed_name: str = "eng-big") -> PlanInput:
    """Chains of three over ninety days; the first fifth is done."""
    works = []
    for key in range(count):
        start = key * 80 // count
        finished = {"state": "accepted", "started_on": day(start), "finished_on": day(start + 8)} if start < 10 else {}
        before = (key - 3,) if key % 3 and key >= 3 else ()
        milestone = 30 if start + 9 <= 30 else 60 if start + 9 <= 60 else 90
        works.append(work(key, start, start + 9, milestone=milestone, predecessors=before, owner=key % 4, **finished))
    return plan(*works, today=20, engagement=seed_name)
