"""What a plan change would do to the forecast: a what-if on the plan's input, nothing is written.

The facts are plain JSON, kept with the change that was asked for:
{"on": day, "milestones": [{"day", "name", "due", "due_after", "before", "after", "beyond"}]}, where before and after
are {"likely", "eight_in_ten", "chance"}; before is absent for a milestone that the change adds or puts its first work
into. "beyond" counts the deliverables that the change moves past their milestone; absent where none is.
"""

import logging
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import Any, Final

from engagements.models import Engagement
from milestones import forecasting
from milestones.forecasting import MilestoneDue, MilestoneForecast, PlanForecast, PlanInput, Work
from milestones.forecasting.loads import with_loads
from milestones.models import Milestone
from milestones.moves import Move, starts_of
from milestones.plan_inputs import Loaded, load
from milestones.states import Moves

logger = logging.getLogger(__name__)

NEW: Final = 10**15


@dataclass(frozen=True)
class Shift:
    """What a change moves, by primary key; `added` are further works with their milestones.

    `homes` maps what goes to another milestone to that one, `starts` to its new start where it has not begun.
    """

    due: Mapping[int, date]
    stages: Mapping[int, date]
    dropped: frozenset[int]
    homes: Mapping[int, int] = field(default_factory=dict)
    starts: Mapping[int, date] = field(default_factory=dict)
    added: Sequence[tuple[MilestoneDue, tuple[Work, ...]]] = ()


def effect_of(engagement: Engagement, moves: Sequence[Move]) -> dict[str, Any]:
    """Return the facts; {} where nothing is forecast: on hold, without moves of dates, or where the plan has a flaw.

    `client` of the engagement is loaded. Reads what only the firm may.
    """
    if not engagement.is_active or not any(one.kind != Moves.TARGET for one in moves):
        return {}
    loaded = load([engagement])
    if not loaded or not loaded[0].input.works:
        return {}
    shift = shift_of(engagement, moves)
    approved = _approved(loaded[0], shift)
    try:
        before = forecasting.forecast(loaded[0].input)
        after = forecasting.forecast(approved)
    except ValueError:
        logger.exception("The plan of %s cannot be forecast.", engagement.code)
        return {}
    stages = list(engagement.milestones.all())
    beyond = _beyond(approved, shift)
    known = [_facts(one, before, after, beyond[one.pk]) for one in stages]
    new = [_new(move, due.id, after) for move, (due, _works) in zip(_adding(moves), shift.added, strict=True)]
    return {"on": loaded[0].input.today.isoformat(), "milestones": [one for one in (*known, *new) if one]}


def _adding(moves: Sequence[Move]) -> list[Move]:
    return [one for one in moves if one.kind == Moves.ADD]


def shift_of(engagement: Engagement, moves: Sequence[Move]) -> Shift:
    """Sort moves by what they do."""
    going = [(one.deliverable, one.stage, one.to_on) for one in moves if one.kind == Moves.STAGE]
    staged = [(work, stage, on) for work, stage, on in going if work and stage and on]
    return Shift(
        due={one.deliverable.pk: one.to_on for one in moves if one.kind == Moves.DUE and one.deliverable and one.to_on}
        | {work.pk: on for work, _stage, on in staged},
        stages={
            one.milestone.pk: one.to_on for one in moves if one.kind == Moves.MILESTONE and one.milestone and one.to_on
        },
        dropped=frozenset(one.deliverable.pk for one in moves if one.kind == Moves.DROP and one.deliverable),
        added=[_added(one, NEW * n) for n, one in enumerate(_adding(moves), 1)],
        homes={work.pk: stage.pk for work, stage, _on in staged},
        starts=starts_of(engagement, moves),
    )


def _added(move: Move, key: int) -> tuple[MilestoneDue, tuple[Work, ...]]:
    """Return a further milestone as the forecast reads it; such keys are no row's."""
    lines = move.added.get("lines", ())
    refs = {line["ref"]: key + n for n, line in enumerate(lines, 1)}
    works = tuple(
        Work(
            id=refs[line["ref"]],
            milestone=key,
            start_on=date.fromisoformat(line["start_on"]),
            due_on=date.fromisoformat(line["due_on"]),
            effort_days=line["effort_days"],
            predecessors=tuple(refs[one] for one in line["after"]),
            role=line.get("role", ""),
        )
        for line in lines
    )
    assert move.to_on is not None  # noqa: S101 - what is added is due on a day
    return MilestoneDue(key, move.to_on), works


def _approved(loaded: Loaded, shift: Shift) -> PlanInput:
    """Return the plan with what the scorecard will say of it, so that what is told comes true.

    Of what a change adds the cascade alone speaks until it is there.
    """
    return replace(changed(loaded.input, shift), opinion=loaded.opinion_after(shift.due, shift.dropped, shift.starts))


def changed(plan: PlanInput, shift: Shift) -> PlanInput:
    """Return the plan as it would be once the change is approved."""
    kept = [_moved(one, shift) for one in plan.works if one.id not in shift.dropped]
    works = [*with_loads(plan, kept)] + [work for _due, works in shift.added for work in works]
    stages = [replace(one, due_on=shift.stages.get(one.id, one.due_on)) for one in plan.milestones]
    return replace(plan, works=tuple(works), milestones=(*stages, *(due for due, _works in shift.added)))


def _moved(work: Work, shift: Shift) -> Work:
    waits_for = tuple(one for one in work.predecessors if one not in shift.dropped)
    return replace(
        work,
        milestone=shift.homes.get(work.id, work.milestone),
        start_on=shift.starts.get(work.id, work.start_on),
        due_on=shift.due.get(work.id, work.due_on),
        predecessors=waits_for,
    )


def _beyond(plan: PlanInput, shift: Shift) -> Counter[int]:
    """Count, by milestone, what the change moves past it; what it leaves where it is is no news."""
    last = {one.id: one.due_on for one in plan.milestones}
    return Counter(one.milestone for one in plan.works if one.id in shift.due and one.due_on > last[one.milestone])


def _facts(stage: Milestone, before: PlanForecast, after: PlanForecast, beyond: int) -> dict[str, Any]:
    """Return what happens to a milestone; {} where nothing is planned for it, before and after."""
    was, will = before.milestones.get(stage.pk), after.milestones.get(stage.pk)
    if (was is None and will is None) or (was is not None and was.finished_on is not None):
        return {}
    facts: dict[str, Any] = {"day": stage.day, "name": stage.name, "due": stage.due_on.isoformat()}
    facts |= {"beyond": beyond} if beyond else {}
    if was is not None:
        facts["before"] = _outlook(was)
    if will is None:
        return facts
    return facts | {"due_after": will.due_on.isoformat(), "after": _outlook(will)}


def _new(move: Move, key: int, after: PlanForecast) -> dict[str, Any]:
    will = after.milestones.get(key)
    if will is None:
        return {}
    facts = {"day": move.added["day"], "name": move.added["name"]}
    return facts | {"due_after": will.due_on.isoformat(), "after": _outlook(will)}


def _outlook(one: MilestoneForecast) -> dict[str, object]:
    return {
        "likely": one.likely.isoformat(),
        "eight_in_ten": one.eight_in_ten.isoformat(),
        "chance": round(one.chance, 4),
    }
