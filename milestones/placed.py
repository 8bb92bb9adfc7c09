"""Whether somebody is placed while a deliverable of theirs runs. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class Gap:
    """Days of a deliverable on which its owner is not placed: before `first`, or after `last`; the other is None."""

    first: date | None = None
    last: date | None = None


def gap(start_on: date, due_on: date, spans: Iterable[tuple[date, date]]) -> Gap | None:
    """Return what is missing at the due date, else at the start; `spans`: the owner's placements, both days included.

    None where the owner is placed on both days, and where there is no owner (no spans).
    """
    known = sorted(spans)
    missing = next((day for day in (due_on, start_on) if not _within(day, known)), None) if known else None
    if missing is None:
        return None
    later = next((first for first, _last in known if first > missing), None)
    return Gap(first=later) if later else Gap(last=max(last for _first, last in known))


def _within(day: date, spans: Sequence[tuple[date, date]]) -> bool:
    return any(first <= day <= last for first, last in spans)
