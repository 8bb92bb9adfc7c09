"""Earlier sets of due dates: as agreed, and as they stood after each plan change that moved some."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from engagements.models import Engagement
from milestones.models import Deliverable, DueMove, Milestone

AGREED: Final = "agreed"


@dataclass(frozen=True)
class Version:
    """Due dates as they stood at one time, by primary key; `number` is the plan change that brought them about.

    `homes` maps deliverables that have gone to another milestone since to the one that they were due for.
    """

    key: str
    number: int | None
    works: Mapping[int, date]
    stages: Mapping[int, date]
    homes: Mapping[int, int]


def versions(
    engagement: Engagement, deliverables: Iterable[Deliverable], milestones: Iterable[Milestone]
) -> list[Version]:
    """Return every set of due dates before the one in force, the agreed one first; none where nothing ever moved.

    A correction belongs to the set that it put right. One query.
    """
    moves = list(engagement.due_moves.select_related("change").order_by("at", "id"))
    works, stages = list(deliverables), list(milestones)
    if not moves:
        return []
    ends = _ends(moves)
    found = [Version(AGREED, None, _agreed(works), _agreed(stages), _homes(works, moves))]
    for number, at in ends[:-1]:
        stood = _stood(works, moves, at), _stood(stages, moves, at), _homes(works, moves, at)
        found.append(Version(str(number), number, *stood))
    return found


def _ends(moves: Sequence[DueMove]) -> list[tuple[int, datetime]]:
    """Return when the set of each plan change came to its end: at the first move of the next one."""
    numbers = list(dict.fromkeys(one.change.number for one in moves if one.change))
    begins = {number: next(one.at for one in moves if one.change and one.change.number == number) for number in numbers}
    following = [*(begins[number] for number in numbers[1:]), datetime.max.replace(tzinfo=moves[-1].at.tzinfo)]
    return list(zip(numbers, following, strict=True))


def _agreed(rows: Iterable[Deliverable] | Iterable[Milestone]) -> dict[int, date]:
    return {one.pk: one.agreed_on for one in rows if one.agreed_on}


def _stood(
    rows: Iterable[Deliverable] | Iterable[Milestone], moves: Sequence[DueMove], before: datetime
) -> dict[int, date]:
    """Return the due dates as they stood just before a moment: the first later move of each says from where."""
    found: dict[int, date] = {}
    for one in rows:
        later = (move for move in moves if move.at >= before and _is_of(move, one))
        move = next(later, None)
        found[one.pk] = move.from_on if move else one.due_on
    return found


def _homes(works: Iterable[Deliverable], moves: Sequence[DueMove], before: datetime | None = None) -> dict[int, int]:
    """Return where deliverables stood just before a moment, or at first: where the first later move took them from."""
    found: dict[int, int] = {}
    for move in moves:
        later = before is None or move.at >= before
        if later and move.deliverable_id is not None and move.from_milestone_id is not None:
            found.setdefault(move.deliverable_id, move.from_milestone_id)
    return {one.pk: found[one.pk] for one in works if one.pk in found and found[one.pk] != one.milestone_id}


def _is_of(move: DueMove, thing: Deliverable | Milestone) -> bool:
    return (move.deliverable_id if isinstance(thing, Deliverable) else move.milestone_id) == thing.pk


def chosen(found: Sequence[Version], key: str) -> Version | None:
    """Return the set of a key."""
    return next((one for one in found if one.key == key), None)
