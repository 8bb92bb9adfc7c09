"""The ledger of waits counts the client's working days, each once for a side."""

from datetime import date

import pytest

from milestones.calendar import WorkCalendar
from milestones.ledger import Clock, Side, Stop, ledger, merged

# Finland keeps Friday 25 December and Wednesday 6 January free.
CALENDAR = WorkCalendar("FI")
TODAY = date(2026, 11, 23)


def day(month: int, number: int) -> date:
    return date(2026, month, number)


def clock(*held: tuple[date, date]) -> Clock:
    return Clock(CALENDAR, TODAY, held)


def test_a_wait_counts_working_days_from_its_first_up_to_its_last():
    assert clock().days(Stop("client", day(11, 13), day(11, 18))) == 3


def test_an_open_wait_counts_up_to_today():
    assert clock().days(Stop("client", day(11, 13))) == 6


def test_a_wait_that_opened_today_has_no_day_yet():
    assert clock().days(Stop("client", TODAY)) == 0


def test_overlapping_waits_of_one_side_count_once():
    stops = [
        Stop("client", day(11, 2), day(11, 6)),
        Stop("client", day(11, 4), day(11, 11)),
        Stop("client", day(11, 20)),
    ]
    assert ledger(stops, clock())["client"] == Side(days=8, waits=3, open=1)


def test_sides_count_for_themselves():
    found = ledger([Stop("client", day(11, 2), day(11, 6)), Stop("firm", day(11, 2), day(11, 4))], clock())
    assert (found["client"].days, found["firm"].days, found["third_party"]) == (4, 2, Side())


def test_public_holidays_count_for_nobody():
    later = Clock(CALENDAR, date(2027, 1, 4))
    assert later.days(Stop("firm", day(12, 24), day(12, 29))) == 1


def test_days_on_hold_count_for_nobody():
    held = clock((day(11, 4), day(11, 9)))
    assert held.days(Stop("client", day(11, 2), day(11, 11))) == 4


def test_a_hold_that_goes_on_stops_the_count():
    assert clock((day(11, 16), date.max)).days(Stop("client", day(11, 13))) == 1


def test_nothing_waited_is_nothing():
    assert set(ledger([], clock()).values()) == {Side()}


@pytest.mark.parametrize(
    ("spans", "expected"),
    [
        ([(1, 3), (3, 5)], [(1, 5)]),
        ([(4, 6), (1, 2)], [(1, 2), (4, 6)]),
        ([(1, 9), (2, 3)], [(1, 9)]),
    ],
)
def test_spans_that_touch_become_one(spans, expected):
    assert merged((day(11, a), day(11, b)) for a, b in spans) == [(day(11, a), day(11, b)) for a, b in expected]
