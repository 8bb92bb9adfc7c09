"""What a forecast reads and what it gives. Days are working days, dates are the client's calendar dates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal, Protocol

from milestones.calendar import WorkCalendar
from milestones.forecasting.opinion import Opinion
from milestones.forecasting.prior import COLD_START, Prior

State = Literal["planned", "in_progress", "in_review", "sent_back", "accepted", "dropped"]
Who = Literal["client", "firm", "third_party"]
DriverKind = Literal["waiting_on_client", "waiting_on_others", "load", "predecessors", "away", "start", "overrun"]


@dataclass(frozen=True)
class Wait:
    """A timed stop; `until` is the day it ended. An open one has none, or the day on which it is taken to end.

    `review`: it waits for the acceptance of what was submitted.
    """

    since: date
    who: Who
    open: bool = True
    until: date | None = None
    review: bool = False


@dataclass(frozen=True)
class Work:
    """One deliverable as a forecast sees it.

    `effort_days` is the working time needed, `planned_days` the window from start to due date; where
    absent, the first is a usual share of the window and the second is counted in the owner's calendar.
    `owner_open_load` counts what the owner has on the table today, in every engagement: deliverables begun and
    not accepted, or planned to have begun; not those planned for later. `added_on` is the day it came into a plan
    that already ran. `needs_sign_off`: once submitted it waits for the client.
    """

    id: int
    milestone: int
    start_on: date
    due_on: date
    effort_days: float | None = None
    planned_days: int | None = None
    state: State = "planned"
    started_on: date | None = None
    finished_on: date | None = None
    predecessors: tuple[int, ...] = ()
    owner: int | None = None
    owner_open_load: int = 0
    waits: tuple[Wait, ...] = ()
    role: str = ""
    added_on: date | None = None
    needs_sign_off: bool = False

    @property
    def is_open(self) -> bool:
        return self.state not in {"accepted", "dropped"}

    @property
    def is_running(self) -> bool:
        return self.state in {"in_progress", "sent_back"}

    def open_waits(self, *, on_client: bool) -> tuple[Wait, ...]:
        return tuple(wait for wait in self.waits if wait.open and (wait.who == "client") == on_client)


@dataclass(frozen=True)
class MilestoneDue:
    """A milestone by the id that works name, and the date now in force."""

    id: int
    due_on: date


@dataclass(frozen=True)
class PlanInput:
    """An engagement's plan on one day.

    `engagement` is its public id: with `today` it seeds the draws, so page, mail and PDF of a day agree.
    `absences` maps an owner to the days that owner is away.
    `stall_days` maps a role to the age, in working days, that 85 % of its past deliverables stayed under.
    `risk` maps an unfinished deliverable to its chance of being late, from whatever knows better than the cascade:
    that share of its draws is then late, or more where what comes before it leaves no other way. `opinion` is pooled
    with the cascade for those that `risk` does not name. Where neither speaks, the cascade's own chance stands.
    Without `waits_to_come` nothing is waited for but what is waited for today.
    """

    engagement: str
    today: date
    works: tuple[Work, ...]
    milestones: tuple[MilestoneDue, ...]
    calendar: WorkCalendar = field(default_factory=WorkCalendar)
    absences: Mapping[int, frozenset[date]] = field(default_factory=dict)
    stall_days: Mapping[str, float] = field(default_factory=dict)
    prior: Prior = COLD_START
    risk: Mapping[int, float] = field(default_factory=dict)
    opinion: Opinion | None = None
    waits_to_come: bool = True

    def calendar_of(self, owner: int | None) -> WorkCalendar:
        days = self.absences.get(owner, frozenset()) if owner is not None else frozenset()
        return self.calendar.without(days)


@dataclass(frozen=True)
class Outlook:
    """`likely`: the median finish; `eight_in_ten`: the 80th percentile; `chance`: of meeting the due date."""

    likely: date
    eight_in_ten: date
    chance: float


@dataclass(frozen=True)
class Driver:
    """A part of the delay, in working days; negative where time is gained. `work`: the deliverable behind it.

    `params`: waiting_on_client and waiting_on_others {"waited": days so far}; load {"open": deliverables};
    predecessors {"after": id}; away {"away": working days that the owner is away for}; start and overrun {}.
    """

    kind: DriverKind
    days: int
    work: int | None = None
    params: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class WorkForecast:
    """`delay_days` are the working days from due date to likely finish; the drivers sum to it.

    `without_client_waits` is the same draw with the open waits on the client lifted today. `age_days` is time
    worked so far, waits taken out; work older than `stall_days` runs longer than 85 % of its like;
    `waited_days` is the longest open wait on the client so far. `own_chance` is the chance of meeting the due date
    by the cascade alone, before `PlanInput.risk` or `opinion` had their say.
    """

    id: int
    due_on: date
    outlook: Outlook
    without_client_waits: Outlook
    delay_days: int
    drivers: tuple[Driver, ...] = ()
    finished_on: date | None = None
    age_days: int = 0
    stall_days: float = 0.0
    waited_days: int = 0
    own_chance: float = 0.0

    @property
    def likely(self) -> date:
        return self.outlook.likely

    @property
    def eight_in_ten(self) -> date:
        return self.outlook.eight_in_ten

    @property
    def chance(self) -> float:
        return self.outlook.chance


@dataclass(frozen=True)
class MilestoneForecast(WorkForecast):
    """Done when all its deliverables are; `critical` are those that often finish last, the worst first."""

    critical: tuple[int, ...] = ()


@dataclass(frozen=True)
class PlanForecast:
    """`whole` is all work against the last milestone's date; its id is that milestone's."""

    today: date
    draws: int
    works: Mapping[int, WorkForecast]
    milestones: Mapping[int, MilestoneForecast]
    whole: MilestoneForecast | None


class Forecaster(Protocol):
    """What a forecast has to be, however it is made. Raises ValueError on a plan that runs in a circle."""

    def __call__(self, plan: PlanInput, draws: int = 1000) -> PlanForecast: ...
