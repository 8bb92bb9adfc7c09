"""The one scale of health, and the slip flags that a forecast raises. Pure logic.

Health has the same three words for a deliverable, a milestone and an engagement; an engagement's is that of its
next milestone. English words are in WORDS; pages translate them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from milestones.forecasting.types import (
    Driver,
    MilestoneForecast,
    PlanForecast,
    PlanInput,
    Work,
    WorkForecast,
)

Health = Literal["on_track", "at_risk", "off_track"]
FlagKind = Literal["late", "off_track", "at_risk", "stalled", "waiting_on_client"]

ON_TRACK_FROM = 0.8
AT_RISK_FROM = 0.5
# What a chance in whole percent must not be rounded up to: it would say another word than the scale does.
_STEPS = (round(100 * AT_RISK_FROM), round(100 * ON_TRACK_FROM))
WAIT_FLAG_DAYS = 2  # working days after which an open wait on the client is worth a flag


def whole_percent(chance: float) -> int:
    """A chance in whole percent, never rounded across a step of the scale: 79.6 stays below the 80 of "on track"."""
    near = round(100 * chance)
    return near - 1 if near in _STEPS and 100 * chance < near - 1e-9 else near


WORDS: Mapping[str, str] = {
    "on_track": "On track",
    "at_risk": "At risk",
    "off_track": "Off track",
    "late": "Late",
    "stalled": "Stalled",
    "waiting_on_client": "Waiting on client",
}
DRIVER_WORDS: Mapping[str, str] = {
    "waiting_on_client": "waiting on the client, {waited} working days so far",
    "waiting_on_others": "waiting on others, {waited} working days so far",
    "load": "the owner has {open} open deliverables",
    "predecessors": "deliverables before it finish late",
    "away": "the owner is away for {away} working days",
    "start": "started late",
    "start_early": "started early",
    "overrun": "such work usually runs over",
    "ahead": "ahead of its plan",
    "late": "due {days} working days ago",
    "age": "running for {age} working days, longer than 85 % of such work",
    "critical": "{count} critical items",
}


@dataclass(frozen=True)
class Reason:
    """A driver in words: `code` is a key of DRIVER_WORDS, `params` fill it, `days` is its share of the delay."""

    code: str
    params: Mapping[str, int] = field(default_factory=dict)
    days: int | None = None
    work: int | None = None


@dataclass(frozen=True)
class Flag:
    """An open finding on a deliverable (`work`) or a milestone: exactly one of the two is given."""

    kind: FlagKind
    chance: float
    reasons: tuple[Reason, ...]
    work: int | None = None
    milestone: int | None = None

    @property
    def key(self) -> tuple[str, int | None, int | None]:
        """What makes a flag the same one on another day."""
        return (self.kind, self.work, self.milestone)


def grade(chance: float, *, late: bool = False) -> Health:
    """0.8 and more is on track, 0.5 and more at risk; below, or once late, off track."""
    if late or chance < AT_RISK_FROM:
        return "off_track"
    return "on_track" if chance >= ON_TRACK_FROM else "at_risk"


def next_milestone(forecast: PlanForecast) -> MilestoneForecast | None:
    """The earliest that is not finished; the last one when all are; None in an empty plan."""
    in_order = sorted(forecast.milestones.values(), key=lambda one: one.due_on)
    unfinished = [one for one in in_order if one.finished_on is None]
    return unfinished[0] if unfinished else (in_order[-1] if in_order else None)


def health_of(forecast: WorkForecast) -> Health:
    """A finished one is judged by its finish."""
    return grade(forecast.chance)


def engagement_health(forecast: PlanForecast) -> Health | None:
    """The health of the next milestone; None while nothing is planned."""
    milestone = next_milestone(forecast)
    return health_of(milestone) if milestone else None


def flags(plan: PlanInput, forecast: PlanForecast) -> tuple[Flag, ...]:
    """Every flag that should be open today. At most one of late, off_track and at_risk for one thing."""
    found: list[Flag] = []
    for work in plan.works:
        if work.is_open:
            found += _work_flags(plan, work, forecast.works[work.id])
    for milestone in forecast.milestones.values():
        if milestone.finished_on is None:
            found += _slip(plan, milestone, milestone=milestone.id)
    return tuple(found)


def reason_of(driver: Driver) -> Reason:
    code: str = driver.kind
    if driver.days < 0:
        code = {"start": "start_early", "overrun": "ahead"}.get(code, code)
    return Reason(code, driver.params, driver.days, driver.work)


def _work_flags(plan: PlanInput, work: Work, forecast: WorkForecast) -> list[Flag]:
    found = _slip(plan, forecast, work=work.id)
    if work.is_running and forecast.age_days > forecast.stall_days:
        age = Reason("age", {"age": forecast.age_days})
        found.append(Flag("stalled", forecast.chance, (age,), work=work.id))
    if forecast.waited_days >= WAIT_FLAG_DAYS:
        waited = Reason("waiting_on_client", {"waited": forecast.waited_days}, work=work.id)
        found.append(Flag("waiting_on_client", forecast.chance, (waited,), work=work.id))
    return found


def _slip(
    plan: PlanInput, forecast: WorkForecast, *, work: int | None = None, milestone: int | None = None
) -> list[Flag]:
    late = forecast.due_on < plan.today
    health = grade(forecast.chance, late=late)
    if health == "on_track":
        return []
    kind: FlagKind = "late" if late else health
    reasons = [reason_of(driver) for driver in forecast.drivers]
    if late:
        days = plan.calendar.working_days_between(forecast.due_on, plan.today)
        reasons.insert(0, Reason("late", {"days": days}))
    if isinstance(forecast, MilestoneForecast) and len(forecast.critical) > 1:
        reasons.insert(0, Reason("critical", {"count": len(forecast.critical)}))
    return [Flag(kind, forecast.chance, tuple(reasons), work, milestone)]
