"""Whether an owner is placed at the dates of a deliverable."""

from datetime import date

import pytest

from milestones.placed import Gap, gap


def day(number: int) -> date:
    return date(2026, 11, number)


@pytest.mark.parametrize(
    ("start", "due", "spans", "expected"),
    [
        (2, 9, [], None),
        (2, 9, [(2, 9)], None),
        (2, 9, [(1, 30)], None),
        (2, 9, [(25, 30)], Gap(first=day(25))),
        (2, 9, [(5, 30)], Gap(first=day(5))),
        (2, 9, [(1, 8)], Gap(last=day(8))),
        (12, 19, [(1, 8)], Gap(last=day(8))),
        (2, 19, [(1, 8), (18, 30)], None),
        (2, 12, [(18, 30), (1, 8)], Gap(first=day(18))),
    ],
)
def test_what_is_missing(start, due, spans, expected):
    assert gap(day(start), day(due), [(day(first), day(last)) for first, last in spans]) == expected
