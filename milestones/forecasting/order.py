"""Which deliverable comes before which."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from graphlib import CycleError, TopologicalSorter

from milestones.forecasting.types import Work


class CircularPlanError(ValueError):
    """Deliverables wait on each other; `circle` names them in order, the first again at the end."""

    def __init__(self, circle: Sequence[int]) -> None:
        self.circle = tuple(circle)
        spelled = " → ".join(str(one) for one in self.circle)
        super().__init__(f"Deliverables wait on each other in a circle: {spelled}. Remove one of these dependencies.")


def in_order(works: Sequence[Work]) -> list[Work]:
    """Predecessors first, else by id. Dropped deliverables are left out, and so is waiting on one.

    Raises CircularPlanError, and ValueError where a predecessor is not in the plan.
    """
    kept = {work.id: work for work in sorted(works, key=lambda one: one.id) if work.state != "dropped"}
    _check_known({work.id for work in works}, kept)
    before = {key: [one for one in work.predecessors if one in kept] for key, work in kept.items()}
    try:
        return [kept[key] for key in TopologicalSorter(before).static_order()]
    except CycleError as error:
        raise CircularPlanError(error.args[1]) from error


def _check_known(known: set[int], kept: Mapping[int, Work]) -> None:
    for work in kept.values():
        for one in work.predecessors:
            if one not in known:
                raise ValueError(
                    f"Deliverable {work.id} waits on {one}, which is not in the plan. Remove it or add it."
                )
