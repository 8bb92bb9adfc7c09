"""Why a date is late: causes are taken out one after the other, and each one's share is what the date moves.

All worlds use the same draws, and the shares telescope, so they sum to the delay to the day.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from operator import attrgetter

from milestones.forecasting.facts import Facts
from milestones.forecasting.types import Driver, DriverKind, PlanInput

CAUSES = 5  # worlds: the real one, then without waits on the client, on others, without load, without push
WITHOUT_CLIENT_WAITS = 1
_REMOVED: tuple[DriverKind, ...] = ("waiting_on_client", "waiting_on_others", "load", "predecessors")


def work_drivers(plan: PlanInput, facts: Facts, delays: Sequence[int], after: int | None) -> tuple[Driver, ...]:
    """`delays`: working days after the due date in each of the worlds; `after`: the predecessor that binds."""
    shares = _shares(delays)
    late_start = _late_start(plan.today, facts)
    # A start that is late because a predecessor is not done is that predecessor's doing.
    blamed: DriverKind = "predecessors" if after is not None and facts.work.state == "planned" else "start"
    shares[blamed] = shares.get(blamed, 0) + late_start
    shares["overrun"] = delays[-1] - late_start
    return _drivers(shares, lambda kind: (facts, _params(kind, plan, facts, after)))


def milestone_drivers(plan: PlanInput, delays: Sequence[int], critical: Sequence[Facts]) -> tuple[Driver, ...]:
    """The same for a milestone; each cause is shown on the critical deliverable where it weighs most."""
    shares = _shares(delays)
    shares["overrun"] = delays[-1]
    if not critical:
        return _drivers(shares, lambda _kind: (None, {}))

    def shown(kind: DriverKind) -> tuple[Facts, dict[str, int]]:
        one = _worst(kind, plan, critical)
        return one, _params(kind, plan, one, None)

    return _drivers(shares, shown)


def _shares(delays: Sequence[int]) -> dict[DriverKind, int]:
    return {kind: before - after for kind, before, after in zip(_REMOVED, delays, delays[1:], strict=False)}


def _drivers(
    shares: Mapping[DriverKind, int], shown: Callable[[DriverKind], tuple[Facts | None, dict[str, int]]]
) -> tuple[Driver, ...]:
    """`shown` gives the deliverable behind a cause and what its words name; it is asked for causes that count."""
    found = []
    for kind, days in shares.items():
        if days:
            facts, params = shown(kind)
            found.append(Driver(kind, days, facts.work.id if facts else None, params))
    found.sort(key=attrgetter("days"), reverse=True)
    return tuple(found)


def _late_start(today: date, facts: Facts) -> int:
    """Working days that work started, or will at best start, after its planned start; negative if before."""
    work = facts.work
    began = work.started_on or (max(today, work.start_on) if work.state == "planned" else work.start_on)
    if began == work.start_on:
        return 0
    return facts.table.last_by(began) - facts.table.last_by(work.start_on)


def _params(kind: DriverKind, plan: PlanInput, facts: Facts, after: int | None) -> dict[str, int]:
    if kind in {"waiting_on_client", "waiting_on_others"}:
        return {"waited": facts.waited(plan.today, on_client=kind == "waiting_on_client")}
    if kind == "load":
        return {"open": facts.work.owner_open_load}
    if kind == "predecessors" and after is not None:
        return {"after": after}
    return {}


def _worst(kind: DriverKind, plan: PlanInput, critical: Sequence[Facts]) -> Facts:
    """The first of the critical ones for which the cause is largest; they come most critical first."""
    if kind in {"waiting_on_client", "waiting_on_others"}:
        on_client = kind == "waiting_on_client"
        return max(critical, key=lambda one: one.waited(plan.today, on_client=on_client))
    if kind == "load":
        return max(critical, key=lambda one: one.work.owner_open_load)
    return critical[0]
