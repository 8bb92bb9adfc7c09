"""What one change would do: close a wait by a date, give work to somebody else, drop it, move it.

Each change is a pure function from a plan to a plan. `Comparison` forecasts the plan as it is and as it would be from
one past and the same draws, so that the difference is the change's own and not chance.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import date, timedelta

from milestones.forecasting.monte_carlo import milestone_of
from milestones.forecasting.study import Study, study
from milestones.forecasting.types import MilestoneForecast, PlanInput, Wait, Work


@dataclass(frozen=True)
class Effect:
    """A milestone before and after a change.

    The days are working days gained, negative where lost: of the likely date and of the 8-in-10 date.
    """

    before: MilestoneForecast
    after: MilestoneForecast
    days: int
    eight_in_ten_days: int

    @property
    def chance(self) -> float:
        """What the chance of meeting the due date gains."""
        return self.after.chance - self.before.chance


class Comparison:
    """A plan against changed ones; what its past says and what its numbers are is worked out once."""

    def __init__(self, plan: PlanInput, draws: int = 1000) -> None:
        self.plan, self.count = plan, draws
        self._base: Study = study(plan, draws)
        self._known: dict[int | None, MilestoneForecast | None] = {}

    def before(self, milestone: int | None = None) -> MilestoneForecast | None:
        """The milestone as it is; without one, the whole engagement. None where nothing is due for it."""
        if milestone not in self._known:
            self._known[milestone] = milestone_of(self._base, milestone)
        return self._known[milestone]

    def effect(self, changed: PlanInput, milestone: int | None = None) -> Effect | None:
        """What the change does to a milestone; None where nothing is due for it before or after.

        Raises ValueError where the changed plan runs in a circle.
        """
        before = self.before(milestone)
        after = milestone_of(study(changed, self.count, past=self._base.past), milestone)
        if before is None or after is None:
            return None
        table = self._base.table
        return Effect(
            before,
            after,
            table.last_by(before.likely) - table.last_by(after.likely),
            table.last_by(before.eight_in_ten) - table.last_by(after.eight_in_ten),
        )


def wait_closed(plan: PlanInput, work: int, on: date, *, on_client: bool | None = None) -> PlanInput:
    """Every open wait of a deliverable, or those on one side, ends on that day, or today if that is later."""

    def close(wait: Wait) -> Wait:
        wanted = wait.open and (on_client is None or (wait.who == "client") == on_client)
        return replace(wait, until=max(on, plan.today)) if wanted else wait

    return _with(plan, work, lambda one: replace(one, waits=tuple(close(wait) for wait in one.waits)))


def reassigned(plan: PlanInput, work: int, owner: int | None, *, open_load: int = 0) -> PlanInput:
    """Somebody else owns it from today on, and both loads follow it.

    `open_load` is the new owner's load until now, where that person owns nothing in this plan.
    """
    moved = _one(plan, work)
    loads: dict[int | None, int] = {one.owner: one.owner_open_load for one in plan.works}
    step = 1 if moved.is_running or moved.start_on <= plan.today else 0
    if owner == moved.owner:
        return plan
    loads |= {moved.owner: loads.get(moved.owner, step) - step, owner: loads.get(owner, open_load) + step}

    def loaded(one: Work) -> Work:
        whose = owner if one.id == work else one.owner
        return replace(one, owner=whose, owner_open_load=loads.get(whose, 0) if whose is not None else 0)

    return replace(plan, works=tuple(loaded(one) for one in plan.works))


def dropped(plan: PlanInput, work: int) -> PlanInput:
    """It is no longer asked for, and nothing waits for it."""
    return _with(plan, work, lambda one: replace(one, state="dropped"))


def moved(
    plan: PlanInput, work: int, due_on: date, *, start_on: date | None = None, milestone: int | None = None
) -> PlanInput:
    """It is due on another day, perhaps for another milestone; unless a start is given, that moves as far."""

    def move(one: Work) -> Work:
        start = start_on or one.start_on + timedelta(days=(due_on - one.due_on).days)
        return replace(one, start_on=start, due_on=due_on, milestone=one.milestone if milestone is None else milestone)

    return _with(plan, work, move)


def without_client_waits(plan: PlanInput) -> PlanInput:
    """Every open wait on the client ends today, and the client causes none from now on."""
    changed = plan
    for one in plan.works:
        if one.open_waits(on_client=True):
            changed = wait_closed(changed, one.id, plan.today, on_client=True)
    return replace(changed, waits_to_come=False)


def _one(plan: PlanInput, work: int) -> Work:
    found = next((one for one in plan.works if one.id == work), None)
    if found is None:
        raise ValueError(f"Deliverable {work} is not in the plan. Choose one that is.")
    return found


def _with(plan: PlanInput, work: int, change: Callable[[Work], Work]) -> PlanInput:
    _one(plan, work)
    return replace(plan, works=tuple(change(one) if one.id == work else one for one in plan.works))
