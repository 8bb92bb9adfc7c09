"""What a change of the plan does to how much its owners have on the table."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import replace
from datetime import date

from milestones.forecasting.types import PlanInput, Work


def with_loads(before: PlanInput, works: Iterable[Work]) -> tuple[Work, ...]:
    """Return `works` with their owners' loads: less by what was dropped or put off, more by what comes sooner."""
    kept = tuple(works)
    was, will = _on_table(before.works, before.today), _on_table(kept, before.today)
    gained = {owner: will[owner] - was[owner] for owner in will.keys() | was.keys() if owner is not None}
    if not any(gained.values()):
        return kept
    return tuple(_loaded(one, gained) for one in kept)


def _loaded(work: Work, gained: dict[int, int]) -> Work:
    more = gained.get(work.owner, 0) if work.owner is not None else 0
    return replace(work, owner_open_load=max(0, work.owner_open_load + more)) if more else work


def _on_table(works: Iterable[Work], today: date) -> Counter[int | None]:
    """Count what owners have begun, or should have."""
    return Counter(one.owner for one in works if one.is_open and (one.state != "planned" or one.start_on <= today))
