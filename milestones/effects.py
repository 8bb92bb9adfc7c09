"""What a plan change would do to the forecast: a what-if on the plan's input, nothing is written.

The facts are plain JSON, kept with the change that was asked for:
{"on": day, "milestones": [{"day", "name", "due", "due_after", "before", "after"}]}, where before and after are
{"likely", "eight_in_ten", "chance"}; before is absent for a milestone that the change adds.
"""

import logging
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Final

from engagements.models import Engagement
from milestones import forecasting
from milestones.forecasting import MilestoneDue, MilestoneForecast, PlanForecast, PlanInput, Work
from milestones.models import Milestone
from milestones.moves import Move
from milestones.plan_inputs import Loaded, load
from milestones.states import Moves

logger = logging.getLogger(__name__)

NEW: Final = 10**15


@dataclass(frozen=True)
class Shift:
    """What a change moves, by primary key; `added` are further works with their milestones."""

    due: Mapping[int, date]
    stages: Mapping[int, date]
    dropped: frozenset[int]
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
    shift = shift_of(moves)
    try:
        before = forecasting.forecast(loaded[0].input)
        after = forecasting.forecast(_approved(loaded[0], shift))
    except ValueError:
        logger.exception("The plan of %s cannot be forecast.", engagement.code)
        return {}
    stages = list(engagement.milestones.all())
    known = [_facts(one, before, after) for one in stages]
    new = [_new(move, due.id, after) for move, (due, _works) in zip(_adding(moves), shift.added, strict=True)]
    return {"on": loaded[0].input.today.isoformat(), "milestones": [one for one in (*known, *new) if one]}


def _adding(moves: Sequence[Move]) -> list[Move]:
    return [one for one in moves if one.kind == Moves.ADD]


def shift_of(moves: Sequence[Move]) -> Shift:
    """Sort moves by what they do."""
    return Shift(
        due={one.deliverable.pk: one.to_on for one in moves if one.kind == Moves.DUE and one.deliverable and one.to_on},
        stages={
            one.milestone.pk: one.to_on for one in moves if one.kind == Moves.MILESTONE and one.milestone and one.to_on
        },
        dropped=frozenset(one.deliverable.pk for one in moves if one.kind == Moves.DROP and one.deliverable),
        added=[_added(one, NEW * n) for n, one in enumerate(_adding(moves), 1)],
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
    return replace(changed(loaded.input, shift), opinion=loaded.opinion_after(shift.due, shift.dropped))


def changed(plan: PlanInput, shift: Shift) -> PlanInput:
    """Return the plan as it would be once the change is approved."""
    kept = [one for one in plan.works if one.id not in shift.dropped]
    works = [_moved(one, shift) for one in kept] + [work for _due, works in shift.added for work in works]
    stages = [replace(one, due_on=shift.stages.get(one.id, one.due_on)) for one in plan.milestones]
    return replace(plan, works=tuple(works), milestones=(*stages, *(due for due, _works in shift.added)))


def _moved(work: Work, shift: Shift) -> Work:
    waits_for = tuple(one for one in work.predecessors if one not in shift.dropped)
    return replace(work, due_on=shift.due.get(work.id, work.due_on), predecessors=waits_for)


def _facts(stage: Milestone, before: PlanForecast, after: PlanForecast) -> dict[str, Any]:
    """Return what happens to a milestone; {} where nothing is planned for it, before and after."""
    was, will = before.milestones.get(stage.pk), after.milestones.get(stage.pk)
    if was is None or was.finished_on is not None:
        return {}
    facts = {"day": stage.day, "name": stage.name, "due": was.due_on.isoformat(), "before": _outlook(was)}
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
