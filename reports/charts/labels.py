"""Labels side by side: none over another or over what stands there; a further line where one is full."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import count

Span = tuple[float, float]
GAP = 8


@dataclass(frozen=True, slots=True)
class Placed:
    """The middle of a label, and its line: 0 is the first."""

    middle: float
    line: int


def placed(labels: Sequence[Span], room: Span, badge: Span) -> list[Placed]:
    """Where labels go, each given as what it points at and its width; `badge` stands on the first line."""
    lines: dict[int, list[Span]] = {0: [badge]}
    return [_place(at, wide / 2, lines, room) for at, wide in labels]


def _place(at: float, half: float, lines: dict[int, list[Span]], room: Span) -> Placed:
    wanted = min(max(at, room[0] + half), room[1] - half)
    for line in count():
        taken = lines.setdefault(line, [])
        for middle in sorted(_candidates(wanted, half, taken), key=lambda x: abs(x - at)):
            span = (middle - half, middle + half)
            if span[0] >= min(room[0], wanted - half) and span[1] <= room[1] and _is_free(span, taken):
                taken.append(span)
                return Placed(middle, line)
    raise AssertionError("an empty line takes any label")


def _candidates(wanted: float, half: float, taken: Sequence[Span]) -> Iterator[float]:
    """Over what it points at, else just beside what stands there, no further than that it still reaches it."""
    yield wanted
    for low, high in taken:
        for middle in (low - GAP - half, high + GAP + half):
            if abs(middle - wanted) <= half:
                yield middle


def _is_free(span: Span, taken: Sequence[Span]) -> bool:
    # A hair's breadth: a label put just beside another is beside it, whatever the fractions say.
    return all(span[1] + GAP <= low + 0.01 or span[0] - GAP >= high - 0.01 for low, high in taken)
