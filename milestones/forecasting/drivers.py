"""Why a date is late: causes are taken out one after the other, and each one's share is what the date moves.

All worlds use the same draws, and the shares telescope, so they sum to the delay to the day.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from operator import attrgetter, sub

from milestones.forecasting.facts import Facts
from milestones.forecasting.types import Driver, DriverKind, PlanInput

# Worlds: the real one, then without waits on the client, on others, without load, without push, without days away.
CAUSES = 6
WITHOUT_CLIENT_WAITS = 1
# What the worlds take out one after the other, then what is left of a delay.
_KINDS: tuple[DriverKind, ...] = (
    "waiting_on_client", "waiting_on_others", "load", "predecessors", "away", "start", "overrun"
)  # fmt: skip
_PREDECESSORS, _START = 3, 5
_BY_DAYS = attrgetter("days")


def work_drivers(
    plan: PlanInput, facts: Facts, delays: Sequence[int], until: date, after: int | None
) -> tuple[Driver, ...]:
    """`delays`: working days after the due date in each of the worlds; `until`: the likely finish.

    `after`: the predecessor that binds.
    """
    work = facts.work
    shares = _shares(delays, _late_start(plan.today, facts))
    if after is not None and work.state == "planned":
        # A start that is late because a predecessor is not done is that predecessor's doing.
        shares[_PREDECESSORS] += shares[_START]
        shares[_START] = 0
    return _largest_first(
        [
            Driver(kind, days, work.id, _params(kind, plan, facts, until, after))
            for kind, days in zip(_KINDS, shares, strict=True)
            if days
        ]
    )


def milestone_drivers(
    plan: PlanInput, delays: Sequence[int], until: date, critical: Sequence[Facts]
) -> tuple[Driver, ...]:
    """The same for a milestone; each cause is shown on the critical deliverable where it weighs most."""
    found = []
    for kind, days in zip(_KINDS, _shares(delays, 0), strict=True):
        if days and critical:
            one = _worst(kind, plan, until, critical)
            found.append(Driver(kind, days, one.work.id, _params(kind, plan, one, until, None)))
        elif days:
            found.append(Driver(kind, days))
    return _largest_first(found)


def _shares(delays: Sequence[int], late_start: int) -> list[int]:
    """The days of each of the kinds."""
    return [*map(sub, delays, delays[1:]), late_start, delays[-1] - late_start]


def _largest_first(found: list[Driver]) -> tuple[Driver, ...]:
    found.sort(key=_BY_DAYS, reverse=True)
    return tuple(found)


def _late_start(today: date, facts: Facts) -> int:
    """Working days that work started, or will at best start, after its planned start; negative if before."""
    work = facts.work
    began = work.started_on or (max(today, work.start_on) if work.state == "planned" else work.start_on)
    if began == work.start_on:
        return 0
    return facts.table.last_by(began) - facts.table.last_by(work.start_on)


def _params(kind: DriverKind, plan: PlanInput, facts: Facts, until: date, after: int | None) -> dict[str, int]:
    if kind in {"waiting_on_client", "waiting_on_others"}:
        return {"waited": facts.waited(plan.today, on_client=kind == "waiting_on_client")}
    if kind == "load":
        return {"open": facts.work.owner_open_load}
    if kind == "predecessors" and after is not None:
        return {"after": after}
    if kind == "away":
        return {"away": _days_away(plan, facts, until)}
    return {}


def _days_away(plan: PlanInput, facts: Facts, until: date) -> int:
    """Working days from today until then on which the owner is away."""
    owner = facts.work.owner
    days = plan.absences.get(owner, frozenset()) if owner is not None else frozenset()
    return sum(plan.today <= day <= until and plan.calendar.is_working(day) for day in days)


def _worst(kind: DriverKind, plan: PlanInput, until: date, critical: Sequence[Facts]) -> Facts:
    """The first of the critical ones for which the cause is largest; they come most critical first."""
    if kind in {"waiting_on_client", "waiting_on_others"}:
        on_client = kind == "waiting_on_client"
        return max(critical, key=lambda one: one.waited(plan.today, on_client=on_client))
    if kind == "load":
        return max(critical, key=lambda one: one.work.owner_open_load)
    if kind == "away":
        return max(critical, key=lambda one: _days_away(plan, one, until))
    return critical[0]
