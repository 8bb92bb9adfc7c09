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
    order = _lined_up(before)
    if len(order) < len(kept):
        raise CircularPlanError(_circle(before))
    return [kept[key] for key in order]


def _lined_up(before: Mapping[int, Sequence[int]]) -> list[int]:
    """All that can come; whatever waits for a circle is missing (Kahn, CACM 5(11), 1962)."""
    missing = {key: len(set(ones)) for key, ones in before.items()}
    followers: dict[int, list[int]] = {}
    for key, ones in before.items():
        for one in set(ones):
            followers.setdefault(one, []).append(key)
    order = [key for key, count in missing.items() if not count]
    for key in order:  # grows while it is gone through
        for one in followers.get(key, ()):
            missing[one] -= 1
            if not missing[one]:
                order.append(one)
    return order


def _circle(before: Mapping[int, Sequence[int]]) -> list[int]:
    """Spell one circle of a plan that has one."""
    try:
        TopologicalSorter(before).prepare()
    except CycleError as error:
        return list(error.args[1])
    return []


def _check_known(known: set[int], kept: Mapping[int, Work]) -> None:
    for work in kept.values():
        for one in work.predecessors:
            if one not in known:
                raise ValueError(
                    f"Deliverable {work.id} waits on {one}, which is not in the plan. Remove it or add it."
                )
